"""Files to lines of text with their pages."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from fiscal_utils.errors import DocumentError
from fiscal_utils.normalise import clean

_MAX_BYTES = 50_000_000
_PAGE_NUMBER = re.compile(r"\s*[-—–－]\s*(\d{1,4})\s*[-—–－]\s*")
_BINARY = {b"%PDF": "PDF", b"PK\x03\x04": "Word/Excel", b"\xd0\xcf\x11\xe0": "Word/Excel 97–2003"}


@dataclass(frozen=True)
class Line:
    """A printed line: its text and its page (None where the file does not tell)."""

    text: str
    page: int | None = None


@dataclass(frozen=True)
class Source:
    """A file that was read: its lines and what is known of where they come from."""

    name: str
    sha256: str
    media_type: str
    reader: str
    pages: int | None
    lines: tuple[Line, ...]


def read(path: Path) -> Source:
    """The lines of a text layer (UTF-8, UTF-16 or GB18030).

    Raises DocumentError for a file that is missing, empty, too large, binary or in no known encoding.
    """
    data = _bytes(path)
    lines = _with_pages(clean(_decode(data, path)))
    if not any(line.text.strip() for line in lines):
        raise DocumentError("empty_file", path=path)
    pages = {line.page for line in lines if line.page is not None}
    return Source(
        name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type="text/plain",
        reader="text",
        pages=len(pages) or None,
        lines=tuple(lines),
    )


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise DocumentError("no_such_file", path=path)
    if path.stat().st_size > _MAX_BYTES:
        raise DocumentError("file_too_large", path=path, limit=_MAX_BYTES // 1_000_000)
    data = path.read_bytes()
    if not data.strip():
        raise DocumentError("empty_file", path=path)
    for magic, kind in _BINARY.items():
        if data.startswith(magic):
            raise DocumentError("not_text", path=path, kind=kind)
    return data


def _decode(data: bytes, path: Path) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3:  # a file cut inside its last character
            return data[: error.start].decode("utf-8-sig")
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        raise DocumentError("unknown_encoding", path=path) from None


def _with_pages(text: str) -> list[Line]:
    """The lines with their page numbers: pages end at form feeds, or begin at an indented line or a page number.

    Converters of PDFs mark a new page in one of these ways. The numbering counts from the first printed page number;
    where two printed numbers disagree with the count, no line gets a page.
    """
    if "\f" in text:
        return [
            Line(line, page)
            for page, part in enumerate(text.removesuffix("\f").split("\f"), 1)
            for line in part.splitlines()
            if not _PAGE_NUMBER.fullmatch(line)
        ]
    count, offsets, counted, fresh = 0, set(), [], False
    for line in text.splitlines():
        if printed := _PAGE_NUMBER.fullmatch(line):
            count += not fresh
            offsets.add(int(printed[1]) - count)
        else:
            count += line.startswith(" ")
            counted.append((line, count))
        fresh = line.startswith(" ") or (fresh and not line.strip())
    known = len(offsets) == 1
    return [Line(line, page + next(iter(offsets)) if known else None) for line, page in counted]
