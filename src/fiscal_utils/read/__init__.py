"""Files of any format to lines and grids in reading order."""

import hashlib
import io
import re
import zipfile
from importlib import import_module
from pathlib import Path

from fiscal_utils.errors import DocumentError
from fiscal_utils.read.model import Block, Content, Grid, Line, Source, Span, Word

__all__ = ["Block", "Content", "Grid", "Line", "Source", "Span", "Word", "read"]

_MAX_BYTES = 200_000_000
_MAX_UNPACKED = 500_000_000
_OFFICE = "application/vnd.openxmlformats-officedocument"
_ZIPPED = {
    "xl/workbook.xml": ("xlsx", f"{_OFFICE}.spreadsheetml.sheet"),
    "word/document.xml": ("docx", f"{_OFFICE}.wordprocessingml.document"),
}
_IMAGES = {
    b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"BM": "image/bmp",
    b"II*\x00": "image/tiff", b"MM\x00*": "image/tiff",
}  # fmt: skip
_MARKUP = re.compile(rb"<(!doctype\s+html|html|head|body|table|div)\b", re.I)


def read(path: Path, password: str | None = None) -> Source:
    """The lines and grids of a document in any supported format, told by its content and not by its name.

    Raises DocumentError for a file that is missing, empty, too large, damaged, encrypted (without the right
    `password`) or in no supported format.
    """
    data = _bytes(path)
    reader, media_type = _format(data, path)
    content: Content = import_module(f"fiscal_utils.read.{reader}").content(data, path, password)
    if not any(block.text.strip() if isinstance(block, Line) else block.rows for block in content.blocks):
        raise DocumentError("empty_file", path=path)
    return Source(
        name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=media_type,
        reader=content.reader,
        pages=content.pages,
        blocks=tuple(content.blocks),
        recognised=content.recognised,
        unread=content.unread,
    )


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise DocumentError("no_such_file", path=path)
    if path.stat().st_size > _MAX_BYTES:
        raise DocumentError("file_too_large", path=path, limit=_MAX_BYTES // 1_000_000)
    data = path.read_bytes()
    if not data or data.isspace():
        raise DocumentError("empty_file", path=path)
    return data


def _format(data: bytes, path: Path) -> tuple[str, str]:
    """The module that reads the file, and its media type."""
    if b"%PDF-" in data[:1024]:
        return "pdf", "application/pdf"
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data, path)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return _compound(data, path)
    for magic, media_type in _IMAGES.items():
        if data.startswith(magic):
            return "ocr", media_type
    if data.startswith(b"{\\rtf"):
        raise DocumentError("convert_first", path=path, kind="RTF", target=".docx")
    if _MARKUP.search(data[:4096].replace(b"\0", b"")):  # UTF-16 has a zero beside each letter
        return "html", "text/html"
    return "text", "text/plain"


def _zipped(data: bytes, path: Path) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {member.filename: member.file_size for member in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise DocumentError("damaged", path=path, kind="Excel/Word") from None
    if sum(members.values()) > _MAX_UNPACKED:
        raise DocumentError("file_too_large", path=path, limit=_MAX_UNPACKED // 1_000_000)
    for member, format_ in _ZIPPED.items():
        if member in members:
            return format_
    raise DocumentError("unpack_first", path=path)


def _compound(data: bytes, path: Path) -> tuple[str, str]:
    """Office files of before 2007, and encrypted ones of any year, are OLE compound files."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise DocumentError("encrypted_office", path=path)
    if any(stream.encode("utf-16-le") in data for stream in ("Workbook", "Book")):
        return "xls", "application/vnd.ms-excel"
    raise DocumentError("convert_first", path=path, kind="Word 97–2003 (.doc)", target=".docx")
