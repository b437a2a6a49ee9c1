"""What the readers of Excel, Word and HTML share: sound archives, errors of their libraries, cells to grids."""

import io
import zipfile
from bisect import bisect_left
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from fiscal_utils.errors import DocumentError
from fiscal_utils.normalise import clean
from fiscal_utils.read.model import Block, Grid, Line, Span

MAX_ROWS = 20_000
MAX_COLUMNS = 200
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))

Position = tuple[int, int]


@contextmanager
def reading(path: Path, kind: str) -> Iterator[None]:
    """Whatever a library raises on damaged data becomes DocumentError("damaged")."""
    try:
        yield
    except DocumentError:
        raise
    except Exception as error:
        raise DocumentError("damaged", path=path, kind=kind) from error


def refuse_unsound_archive(data: bytes) -> None:
    """Raises BadZipFile where a member is not what the directory declares, before anything is unpacked in full.

    A library that reads a member whole unpacks all that its stream holds, whatever size is declared for it; here the
    members are read piece by piece. Office writes each name once, and only stores or deflates.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if len({member.filename for member in members}) < len(members):
            raise zipfile.BadZipFile("a name occurs twice")
        if {member.compress_type for member in members} - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise zipfile.BadZipFile("a method of compression that Office does not use")
        if bad := archive.testzip():
            raise zipfile.BadZipFile(bad)


def refuse_too_large(path: Path, sheet: str, rows: int, columns: int) -> None:
    """Raises DocumentError for more rows or columns than a table of accounts can have."""
    if rows > MAX_ROWS or columns > MAX_COLUMNS:
        raise DocumentError(
            "sheet_too_large",
            path=path, sheet=sheet, rows=rows, columns=columns, most_rows=MAX_ROWS, most_columns=MAX_COLUMNS,
        )  # fmt: skip


def tidy(text: str) -> str:
    """The text in comparable characters, without invisible ones and without space around it."""
    return clean(text).translate(_INVISIBLE).strip()


def extent(texts: Mapping[Position, str]) -> tuple[int, int]:
    """How many rows and columns the cells with text reach over."""
    if not texts:
        return 0, 0
    rows, columns = zip(*texts, strict=True)
    return max(rows) - min(rows) + 1, max(columns) - min(columns) + 1


def grid(
    texts: Mapping[Position, str],
    spans: Mapping[Position, Span],
    page: int | None = None,
    hidden_rows: Container[int] = (),
    hidden_columns: Container[int] = (),
) -> Grid:
    """The cells with text as a grid without empty rows, empty outer columns and hidden rows and columns.

    A merged cell prints the text of its first position at the first that is visible. Of merged cells that overlap,
    which only damaged files have, the first counts.
    """
    shown, merged = _unmerged(texts, spans, hidden_rows, hidden_columns)
    if not shown:
        return Grid((), page)
    used = {column for _, column in shown}
    rows = sorted({row for row, _ in shown})
    columns = [column for column in range(min(used), max(used) + 1) if column not in hidden_columns]
    kept_spans = {}
    for down, across in merged:
        top, left = bisect_left(rows, down.start), bisect_left(columns, across.start)
        height, width = bisect_left(rows, down.stop) - top, bisect_left(columns, across.stop) - left
        if height * width > 1:
            kept_spans[top, left] = height, width
    return Grid(tuple(tuple(shown.get((row, column), "") for column in columns) for row in rows), page, kept_spans)


def _unmerged(
    texts: Mapping[Position, str],
    spans: Mapping[Position, Span],
    hidden_rows: Container[int],
    hidden_columns: Container[int],
) -> tuple[dict[Position, str], list[tuple[range, range]]]:
    """The visible cells with text, those that a merged cell covers left out, and the rows and columns of the merged."""
    last_row, last_column = (max(position) for position in zip(*texts, strict=True)) if texts else (0, 0)
    shown = dict(texts)
    merged: list[tuple[range, range]] = []
    taken: set[Position] = set()
    for (row, column), (height, width) in spans.items():
        down = range(row, min(row + height, last_row + 1))
        across = range(column, min(column + width, last_column + 1))
        area = [(i, j) for i in down for j in across]
        if len(area) < 2 or not taken.isdisjoint(area):
            continue
        taken.update(area)
        merged.append((down, across))
        text = shown.get((row, column), "")
        for position in area:
            shown.pop(position, None)
        first = next(((i, j) for i, j in area if i not in hidden_rows and j not in hidden_columns), None)
        if first:
            shown[first] = text
    visible = {(i, j): text for (i, j), text in shown.items() if i not in hidden_rows and j not in hidden_columns}
    return {position: text for position, text in visible.items() if text}, merged


def lines(text: str) -> Iterator[Line]:
    """The lines of a text that are not blank."""
    for line in text.splitlines():
        if tidied := tidy(line):
            yield Line(tidied)


def as_printed(table: Grid) -> Iterator[Block]:
    """The table; one of a single column frames ordinary text, and is its lines."""
    if table.width > 1:
        yield table
    else:
        for row in table.rows:
            yield from lines(row[0])
