"""Damaged documents of every format: each ends in accounts or in an error of this package, soon and in little memory.

Images are left unread: recognising text takes seconds a page and has tests of its own.
"""

import base64
import dataclasses
import faulthandler
import io
import multiprocessing
import random
import re
import resource
import signal
import traceback
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from conftest import ROOT, SIMULATED

from fiscal_utils import simulate
from fiscal_utils.errors import FiscalError
from fiscal_utils.parse import disclosures
from fiscal_utils.read import Block, Grid, Line, Source, ocr, read

CORPUS = ROOT.parent / "shared" / "corpus"
SECONDS = 20
MEGABYTES = 1500
STEP = 20
"""Cases that a worker process does at once."""

_SCRAPS = [
    b"", b"\0", b"\n", b"\x0c", b"<", b"0", b"-1", b"999999999999", b"1e309", b"\xff\xfe", b"\xef\xbb\xbf", b"%s",
    *(text.encode() for text in ("决算", "收入支出决算总表", "合计", "——", "（12.3）", "1，234.5", "２０３１年")),
]  # fmt: skip
_PIECES = re.compile(rb"(?<=[\n>])")
_TEXTS = re.compile(rb"(?<=>)[^<>]+(?=<)")
_DIGITS = re.compile(rb"\d+(\.\d+)?")
_ELEMENTS = re.compile(rb"<(w:tbl|w:tr|w:tc|w:p|table|tr|td|th|p|sheet|row|c|mergeCell)\b[^>]*>.*?</\1>", re.S)
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_STREAM = re.compile(rb"(?<=stream\n).*?(?=endstream)|(?<=stream\r\n).*?(?=endstream)", re.S)

Mutation = Callable[[bytes, random.Random], bytes]


# Mutations


def _some(rng: random.Random, length: int) -> slice:
    start = rng.randrange(length + 1)
    return slice(start, min(length, start + int(length ** rng.random())))


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _flip(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 5, 50)) if data else 0):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _insert(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice((rng.choice(_SCRAPS), rng.randbytes(20))) + data[at:]


def _move(parts: Sequence[Any], rng: random.Random) -> list[Any]:
    """The parts with some of them left out, printed twice or printed elsewhere."""
    some, at = _some(rng, len(parts)), rng.randrange(len(parts) + 1)
    kept = list(parts[: some.start]) + list(parts[some.stop :])
    return rng.choice((kept, [*parts[:at], *parts[some], *parts[at:]], [*kept[:at], *parts[some], *kept[at:]]))


def _blocks(data: bytes, rng: random.Random) -> bytes:
    return bytes(_move(data, rng))


def _pieces(data: bytes, rng: random.Random) -> bytes:
    """Whole lines or tags moved."""
    return b"".join(_move(_PIECES.split(data), rng))


def _matches(pattern: re.Pattern[bytes], data: bytes, rng: random.Random) -> bytes:
    """Some matches of the pattern left out, or with another of them or a scrap in their place: still well-formed."""
    found = [match.span() for match in pattern.finditer(data)]
    chosen = sorted(rng.sample(found, min(len(found), rng.choice((1, 1, 4, 20)))), reverse=True)
    for start, stop in chosen:
        other = slice(*rng.choice(found))
        scrap = b"" if pattern is _ELEMENTS else rng.choice(_SCRAPS[5:]).replace(b"<", b"")
        data = data[:start] + rng.choice((b"", data[other], data[start:stop] * 2, scrap)) + data[stop:]
    return data


def _texts(data: bytes, rng: random.Random) -> bytes:
    return _matches(_TEXTS, data, rng)


def _digits(data: bytes, rng: random.Random) -> bytes:
    return _matches(_DIGITS, data, rng)


def _elements(data: bytes, rng: random.Random) -> bytes:
    return _matches(_ELEMENTS, data, rng)


BYTES: tuple[Mutation, ...] = (_cut, _flip, _insert, _blocks)
TEXT: tuple[Mutation, ...] = (*BYTES, _pieces, _pieces, _digits, _digits)
MARKUP: tuple[Mutation, ...] = (_pieces, _insert, _texts, _texts, _digits, _digits, _elements, _elements, _elements)


def mutated(data: bytes, rng: random.Random, mutations: Sequence[Mutation]) -> bytes:
    for _ in range(rng.choice((1, 1, 2, 4))):
        data = rng.choice(mutations)(data, rng)
    return data


def _member(data: bytes, rng: random.Random) -> bytes:
    """The archive with one of its members mutated, so that the reader meets it and not only the unpacker."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # an earlier mutation left no archive
        return _flip(data, rng)
    weights = [4 if "sheet" in name or "document" in name else 1 for name in members]
    [changed] = rng.choices(list(members), weights)
    members[changed] = mutated(members[changed], rng, MARKUP)
    return _packed(members)


def _packed(members: dict[str, bytes]) -> bytes:
    """An archive that does not tell when it was made, so that a seed always gives the same file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _stream(data: bytes, rng: random.Random) -> bytes:
    """The PDF with one of its compressed streams mutated."""
    streams = [match.span() for match in _STREAM.finditer(data)]
    if not streams:
        return _flip(data, rng)
    start, stop = rng.choice(streams)
    stream, in_letters = data[start:stop].strip(b"\r\n"), data[start:stop].rstrip().endswith(b"~>")
    try:
        plain = zlib.decompress(base64.a85decode(b"<~" + stream, adobe=True) if in_letters else stream)
    except (ValueError, zlib.error):
        return _flip(data, rng)
    changed = zlib.compress(mutated(plain, rng, TEXT))
    return data[:start] + (base64.a85encode(changed, adobe=True)[2:] if in_letters else changed) + data[stop:]


def _rearranged(source: Source, rng: random.Random) -> Source:
    """What was read with its lines and tables, or the rows and cells of tables, moved about."""
    blocks: list[Block] = list(source.blocks)
    for _ in range(rng.choice((1, 2, 5))):
        blocks = rng.choice((_move, _changed))(blocks, rng)
    return dataclasses.replace(source, blocks=tuple(blocks))


def _changed(blocks: Sequence[Block], rng: random.Random) -> list[Block]:
    changed = list(blocks)
    for i in rng.sample(range(len(blocks)), min(len(blocks), 10)):
        block = blocks[i]
        if isinstance(block, Line):
            changed[i] = Line(_scrambled(block.text, rng), block.page)
            continue
        rows = [list(row) for row in _move(block.rows, rng)]
        if rows and block.width:
            row, column = rng.randrange(len(rows)), rng.randrange(block.width)
            rows[row][column] = _scrambled(rows[row][column], rng)
        changed[i] = Grid(tuple(map(tuple, rows)), block.page, {} if len(rows) < len(block.rows) else block.spans)
    return changed


def _scrambled(text: str, rng: random.Random) -> str:
    return rng.choice((rng.choice(_SCRAPS).decode("utf-8", "replace"), "".join(_move(text, rng)), text * 2))


# Kinds of documents


@cache
def rendered(suffix: str, template: str, layout: str) -> bytes:
    """A small document of invented accounts."""
    with TemporaryDirectory() as folder:
        accounts = simulate.accounts(3, size="small", template=template)
        path = simulate.write(accounts, Path(folder) / f"a{suffix}", layout=layout)
        if suffix not in {".docx", ".xlsx"}:
            return path.read_bytes()
        with zipfile.ZipFile(path) as archive:
            return _packed({name: _TIME.sub(b"2031-01-01T00:00:00", archive.read(name)) for name in archive.namelist()})


def _rendered(suffix: str, mutations: Sequence[Mutation]) -> Mutation:
    def make(_: bytes, rng: random.Random) -> bytes:
        template, layout = rng.choice(("jiangxi", "shanghai", "national")), rng.choice(("jiangxi", "shanghai", "open"))
        return mutated(rendered(suffix, template, layout), rng, mutations)

    return make


def _noise(_: bytes, rng: random.Random) -> bytes:
    magic = rng.choice((b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"<html>", b"\xff\xfe", b"{\\rtf"))
    return magic + rng.randbytes(rng.choice((1, 100, 5000)))


def _tree_office(_: bytes, rng: random.Random) -> bytes:
    return mutated(SIMULATED.read_bytes(), rng, TEXT)


def _corpus(_: bytes, rng: random.Random) -> bytes:
    [name] = rng.choices(CORPUS_FILES, [8 if path.suffix == ".txt" else 1 for path in CORPUS_FILES])
    return mutated(name.read_bytes(), rng, TEXT if name.suffix == ".txt" else (*BYTES, _stream, _stream))


CORPUS_FILES = sorted(path for path in CORPUS.glob("*") if path.suffix in {".txt", ".pdf"})
KINDS: dict[str, Mutation] = {
    "noise": _noise,
    "text": _tree_office,
    "simulated-text": _rendered(".txt", TEXT),
    "html": _rendered(".html", (*TEXT, *MARKUP)),
    "docx": _rendered(".docx", (*BYTES, _member, _member, _member, _member)),
    "xlsx": _rendered(".xlsx", (*BYTES, _member, _member, _member, _member)),
    "pdf": _rendered(".pdf", BYTES),
    "pdf-streams": _rendered(".pdf", (_stream,)),
    "corpus": _corpus,
}
REARRANGED = "rearranged"


@cache
def sources() -> tuple[Source, ...]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        found = [read(SIMULATED)]
        for suffix, template in (
            (".html", "jiangxi"),
            (".xlsx", "shanghai"),
            (".pdf", "national"),
            (".txt", "jiangxi"),
        ):
            path.write_bytes(rendered(suffix, template, "jiangxi"))
            found.append(read(path))
    return tuple(found)


# Cases


@contextmanager
def _limited(seconds: int) -> Iterator[None]:
    """An alarm after so many seconds; where library code does not let it through, the process ends later."""

    def ring(*_: object) -> None:
        raise TimeoutError(f"more than {seconds} s")

    signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    faulthandler.dump_traceback_later(2 * seconds, exit=True)
    try:
        yield
    finally:
        signal.alarm(0)
        faulthandler.cancel_dump_traceback_later()


def failures(kind: str, seeds: range, folder: Path) -> list[str]:
    """The cases that end in anything but accounts or a FiscalError; the file of each stays in the folder."""
    return [failure for seed in seeds if (failure := _failure(kind, seed, folder))]


def _failure(kind: str, seed: int, folder: Path) -> str | None:
    path, rng = folder / f"{kind}-{seed}", random.Random(f"{kind} {seed}")
    if kind == REARRANGED:
        source: Source | None = _rearranged(rng.choice(sources()), rng)
        path.write_text(repr(source), "utf-8")
    else:
        source = None
        path.write_bytes(KINDS[kind](b"", rng))
    try:
        with _limited(SECONDS):
            _read(path, source)
    except BaseException:
        return f"{path}\n{traceback.format_exc()[-1500:]}"
    if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > MEGABYTES * 1000:
        return f"{path}: the process grew above {MEGABYTES} MB"
    path.unlink()
    return None


def _without_ocr() -> None:
    ocr.installed = lambda: False  # in a worker process, which ends with the test


def _read(path: Path, source: Source | None) -> None:
    try:
        disclosures(source or read(path), allow_missing=True)
    except FiscalError as error:
        str(error)


def all_failures(cases: int, folder: Path) -> list[str]:
    """The failures among so many cases of each kind, done by two processes."""
    kinds = [kind for kind in (*KINDS, REARRANGED) if kind != "corpus" or CORPUS_FILES]
    steps = [(kind, range(i, min(i + STEP, cases))) for i in range(0, cases, STEP) for kind in kinds]
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn"), _without_ocr) as pool:
        try:
            found = list(pool.map(failures, *zip(*steps, strict=True), repeat(folder)))
        except BrokenProcessPool:
            return [f"a process ended while it read one of: {', '.join(map(str, folder.iterdir()))}"]
    return [failure for failures_ in found for failure in failures_]


@pytest.mark.parametrize("cases", [10, pytest.param(220, marks=pytest.mark.heavy)])
def test_damaged_documents_end_in_accounts_or_an_error_of_this_package(tmp_path: Path, cases: int) -> None:
    found = all_failures(cases, tmp_path)
    assert not found, "\n\n".join(found)
