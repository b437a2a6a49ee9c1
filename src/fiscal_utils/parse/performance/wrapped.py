"""Wrapped lines below the header 一级指标 to indicators.

The cells of these forms are printed in column order, row by row, wrapped to a few characters a line. A row of
indicators therefore ends at the line that ends in `actual weight score`, and only the vocabulary of
performance.toml tells which of the lines before it are levels, name and target.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from fiscal_utils.language import t
from fiscal_utils.normalise import PLACEHOLDER, Number, Token, squeeze, token
from fiscal_utils.parse.performance.model import NUMBERED, Indicator, printed_number, rules
from fiscal_utils.read import Line

_LONGEST_WRAP = 10
LEAST_VALUES = 3
"""A printed line ends in values where at least so many numbers or dashes end it."""


@dataclass(frozen=True)
class _Piece:
    """Printed text without white space, or (`no`) the number that begins an indicator."""

    text: str
    page: int | None
    no: int | None = None
    new_page: bool = False


@dataclass
class _Chunk:
    """What is printed up to the end of a row: the text and, unless the row is empty, its numbers."""

    pieces: list[_Piece] = field(default_factory=list)
    closing: int = 0
    """How many of the last pieces stand on the closing line."""
    actual: str = ""
    weight: Number | None = None
    score: Number | None = None
    closed: bool = False
    page: int | None = None

    @property
    def full(self) -> bool:
        """Whether the row got its full score."""
        return self.weight is not None and self.score is not None and self.score.value >= self.weight.value


@dataclass(frozen=True)
class _Row:
    """A chunk taken apart: what still belongs to the row before, the levels, and the cells of its own row."""

    tail: list[_Piece]
    level1: str
    level2: str
    no: int | None
    body: list[_Piece]
    mixed: bool = False
    """Whether the deviation of the row before could not be told from the name."""


def indicators(project: str, lines: Sequence[Line], doubts: list[str]) -> list[Indicator]:
    """The indicators printed in these lines; what cannot be told apart goes to `doubts`."""
    found: list[Indicator] = []
    level1 = level2 = ""
    before = _Chunk()
    deviations: dict[int, str] = {}
    rows: list[tuple[_Row, _Chunk]] = []
    for chunk in _chunks(lines):
        row = _row(chunk, before, level1, level2)
        level1, level2 = row.level1 or level1, row.level2 or ("" if row.level1 else level2)
        if row.tail and rows:
            _hand_back(row.tail, rows, deviations)
        elif row.tail and not chunk.closed:
            doubts.append(_unread(row.tail))
        if chunk.closed and chunk.weight is not None:
            rows.append((replace(row, level1=level1, level2=level2), chunk))
        elif row.body:
            doubts.append(_unread(row.body))
        before = chunk
    for index, (row, chunk) in enumerate(rows):
        found.append(_indicator(project, row, chunk, deviations.get(index, ""), doubts))
    return found


def _unread(pieces: list[_Piece]) -> str:
    text = "".join(piece.text for piece in pieces)
    return t(f"文字未归入任何指标：{text}", f"Text that belongs to no indicator: {text}")


def _hand_back(tail: list[_Piece], rows: list[tuple[_Row, _Chunk]], deviations: dict[int, str]) -> None:
    """Give the text after a row back to it: the rest of its name after a page break, else its deviation."""
    row, chunk = rows[-1]
    if chunk.full and tail[0].new_page:
        at = len(row.body) - _target_length(row.body, chunk)
        row.body[at:at] = tail
    else:
        deviations[len(rows) - 1] = "".join(piece.text for piece in tail)


def _chunks(lines: Sequence[Line]) -> Iterator[_Chunk]:
    """The printed rows; the last chunk holds what follows the last row."""
    pages = [line.page for line in lines[:1]] + [line.page for line in lines]
    pieces = _drop_vertical([_pieces(line, page) for line, page in zip(lines, pages, strict=False)])
    chunk = _Chunk()
    for line, parts in zip(lines, pieces, strict=True):
        values = [token(word) for word in line.text.split()]
        if len(values) >= LEAST_VALUES and all(value is PLACEHOLDER for value in values):
            chunk.closed, chunk.page = True, line.page
        elif len(values) >= LEAST_VALUES and _ends_row(values[-2], values[-1]):
            chunk.closed, chunk.page = True, line.page
            chunk.weight, chunk.score = printed_number(parts[-2].text), printed_number(parts[-1].text)
            unit = 2 if len(parts) > LEAST_VALUES + 1 and values[-3] is None and values[-4] is not None else 1
            chunk.actual = "".join(piece.text for piece in parts[-2 - unit : -2])
            chunk.closing = len(parts) - 2 - unit
            chunk.pieces += parts[: -2 - unit]
        else:
            chunk.pieces += parts
            continue
        yield chunk
        chunk = _Chunk()
    yield chunk


def _ends_row(weight: Token | None, score: Token | None) -> bool:
    return isinstance(weight, Number) and isinstance(score, Number) and 0 <= score.value <= weight.value


def _pieces(line: Line, page_before: int | None) -> list[_Piece]:
    """The words of a line; the number that begins an indicator is one piece."""
    pieces: list[_Piece] = []
    new_page, end = line.page != page_before or line.text.startswith(" "), 0
    for found in NUMBERED.finditer(line.text):
        pieces += [_Piece(word, line.page) for word in line.text[end : found.start()].split()]
        pieces.append(_Piece(squeeze(found[0]), line.page, int(found[1])))
        end = found.end()
    pieces += [_Piece(word, line.page) for word in line.text[end:].split()]
    return [_Piece(p.text, p.page, p.no, new_page and not i) for i, p in enumerate(pieces)]


def _drop_vertical(lines: list[list[_Piece]]) -> list[list[_Piece]]:
    """The lines without the heading that is printed from top to bottom before the first row."""
    text = ""
    for index, line in enumerate(lines[:_LONGEST_WRAP]):
        text += "".join(piece.text for piece in line)
        if text in rules()["vertical"]:
            return [[] for _ in lines[: index + 1]] + lines[index + 1 :]
    return lines


def _row(chunk: _Chunk, before: _Chunk, level1: str, level2: str) -> _Row:
    """The chunk taken apart: at its number if it has one, else by its levels."""
    pieces = chunk.pieces
    numbered = next((i for i, piece in enumerate(pieces) if piece.no is not None), None)
    empty = chunk.weight is None
    if numbered is not None or empty:
        end = len(pieces) if numbered is None else numbered
        for start in range(end + 1):
            one, two, length = _levels(pieces[start:end], level1)
            if start + length == end:
                no = None if numbered is None else pieces[numbered].no
                return _Row(pieces[:start], one, two, no, pieces[end + 1 :])
    for start in range(len(pieces)):
        one, two, length = _levels(pieces[start:], level1)
        after_tail = not before.full or pieces[0].new_page
        if length and (start == 0 or one or (after_tail and two != level2)):
            if start + length + _target_length(pieces, chunk) >= len(pieces):
                one, two, length = _without_name(one, two, pieces[start:])
            return _Row(pieces[:start], one, two, None, pieces[start + length :])
    return _Row([], "", "", None, pieces, mixed=before.weight is not None and not before.full)


def _without_name(one: str, two: str, pieces: list[_Piece]) -> tuple[str, str, int]:
    """The levels where no name would be left after them: the second level is then the name."""
    return (one, "", _match(pieces, rules()["level1"])[1]) if two else (one, two, 0)


def _levels(pieces: list[_Piece], current: str) -> tuple[str, str, int]:
    """The levels with which the pieces begin, and how many pieces they take."""
    ending = rules()["level2_ending"]
    seconds = [word + more for word in rules()["level2"] for more in ("", ending)]
    one, length = _match(pieces, rules()["level1"])
    two, more = _match(pieces[length:], seconds)
    if one and not two and one == current:  # 满意度 names both a first and a second level
        again, taken = _match(pieces, seconds)
        return ("", again, taken) if again else (one, "", length)
    return one, two, length + more


def _match(pieces: list[_Piece], words: list[str]) -> tuple[str, int]:
    """The longest of the words that the first pieces make up."""
    text, found = "", ("", 0)
    for count, piece in enumerate(pieces[:_LONGEST_WRAP], 1):
        if piece.no is not None:
            break
        text += piece.text
        found = (text, count) if text in words else found
    return found


def _target_length(body: list[_Piece], chunk: _Chunk) -> int:
    """How many of the last pieces are the target; 0 where no rule applies."""
    operators, size = rules()["target_operators"], len(body)
    for start in range(size - 1, -1, -1):
        if body[start].text[0] in operators:
            return size - start
    on_line = body[size - chunk.closing :]
    if on_line and re.match(r"\d", on_line[0].text):
        return len(on_line)
    begins = re.compile("|".join(rules()["target_starts"]))
    for start in range(size - 1, max(size - _LONGEST_WRAP, 0) - 1, -1):
        if printed_number(body[start].text) or begins.match("".join(piece.text for piece in body[start:])):
            return size - start
    return len(on_line) if len(on_line) < size else 0  # beside the actual value stands the target's cell


def _indicator(project: str, row: _Row, chunk: _Chunk, deviation: str, doubts: list[str]) -> Indicator:
    at = len(row.body) - _target_length(row.body, chunk)
    name, target = ("".join(piece.text for piece in part) for part in (row.body[:at], row.body[at:]))
    doubts += _doubts(row, name, target)
    return Indicator(
        project=project,
        level1=row.level1,
        level2=row.level2,
        no=row.no,
        name=name,
        target=target,
        actual=chunk.actual,
        weight=chunk.weight,
        score=chunk.score,
        deviation=deviation,
        page=row.body[0].page if row.body else chunk.page,
    )


def _doubts(row: _Row, name: str, target: str) -> Iterator[str]:
    where = " ".join(filter(None, (row.level1, row.level2, str(row.no or ""), name, target)))
    if not target:
        yield t(f"名称与指标值未能分开：{where}", f"Name and target could not be told apart: {where}")
    if not name or not row.level1:
        yield t(f"指标没有名称或级别：{where}", f"Indicator without name or level: {where}")
    if any(piece.no is not None for piece in row.body):
        yield t(f"两个指标未能分开：{where}", f"Two indicators could not be told apart: {where}")
    if row.mixed:
        yield t(
            f"名称之前可能是上一指标的偏差原因：{where}",
            f"The name may begin with the deviation of the indicator before: {where}",
        )
