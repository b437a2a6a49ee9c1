"""Text layers: lines with their pages."""

import re
from pathlib import Path

from fiscal_utils.errors import DocumentError
from fiscal_utils.normalise import clean
from fiscal_utils.read.model import Content, Line

_MOSTLY = 0.5
_WITH_NUMBER = re.compile(r"^.*\d\.\d.*$", re.M)
_ALONE = re.compile(r"^[ \t]*-?\d[\d,]*\.\d+[ \t]*$", re.M)
"""A line that holds a number with decimals and nothing else."""
_PAGE_NUMBER = re.compile(r"\s*[-—–－]\s*(\d{1,4})\s*[-—–－]\s*")


def content(data: bytes, path: Path, password: str | None = None) -> Content:
    """The lines of a text layer (UTF-8, UTF-16 or GB18030).

    Raises DocumentError for any other encoding, and where the tables are copied with one cell a line.
    """
    text = clean(_decode(data, path))
    if len(_ALONE.findall(text)) > _MOSTLY * len(_WITH_NUMBER.findall(text)):
        raise DocumentError("one_cell_a_line", path=path)
    lines = _with_pages(text)
    pages = {line.page for line in lines if line.page is not None}
    return Content(lines, "text", len(pages) or None)


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
