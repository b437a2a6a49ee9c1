"""Printed lines of a statutory table to rows of label, code, row number and the numbers in printed order."""

from collections.abc import Iterator
from dataclasses import dataclass

from fiscal_utils import specs
from fiscal_utils.errors import DocumentError
from fiscal_utils.normalise import Number, Token, key, label_key, squeeze, token
from fiscal_utils.parse.rows import Row, item, keyed, named_after, unit
from fiscal_utils.parse.segments import NOTE, Segment
from fiscal_utils.read import Line
from fiscal_utils.specs import TableSpec

_COLUMN_NUMBERS = ("栏次", "行次")
_CODE_PARTS = {3: (2, 2), 5: (2,)}


@dataclass(frozen=True)
class _Word:
    """A run of text or one number of a printed line."""

    text: str
    token: Token | None

    @property
    def integer(self) -> int | None:
        """The value of a number printed without decimals or commas."""
        plain = isinstance(self.token, Number) and self.text.isdigit()
        return int(self.text) if plain else None


def rows(segment: Segment) -> list[Row]:
    """The rows of the table in printed order; blank cells are not told apart yet (see placement).

    Raises DocumentError where the header does not fit the declared columns or a row prints too many numbers.
    """
    spec = specs.tables()[segment.table]
    header, body = _split_header(segment, spec)
    printed = squeeze("".join(line.text for line in header))
    lined = spec.rows == "items" and any(name in printed for name in _COLUMN_NUMBERS)
    parser = _RowParser(spec, unit([line.text for line in header]), lined, _columns(spec, key(printed)))
    for line in body:
        parser.feed(list(_words(line.text)), line.page)
    found = parser.finish()
    for row in found:
        if len(row.tokens) > len(row.columns):
            raise DocumentError(
                "row_overflow", table=spec.title, page=row.page, label=row.label,
                numbers=" ".join(map(str, row.tokens)), columns=len(row.columns),
            )  # fmt: skip
    return found


def _columns(spec: TableSpec, header: str) -> tuple[str, ...]:
    """The columns of a table with this header; of the budgets of 三公 those that it names."""
    if len(spec.sides) != 1:
        return spec.printed(header)
    named = tuple(column for column in spec.sides[0] if any(key(name) in header for name in spec.columns[column]))
    return named or spec.sides[0]


def _split_header(segment: Segment, spec: TableSpec) -> tuple[list[Line], list[Line]]:
    """The lines above the first row, and the rows' lines without notes and repeated headers."""
    lines = segment.lines
    numbered = [i for i, line in enumerate(lines) if _column_numbers(line)]
    start = numbered[0] + 1 if numbered else next(
        (i for i, line in enumerate(lines) if i and _starts_rows(line, spec)), len(lines)
    )  # fmt: skip
    header = list(lines[:start])
    _check_header(header, len(_column_numbers(lines[numbered[0]])) if numbered else None, spec, segment.page)
    end = next((i for i, line in enumerate(lines) if i >= start and NOTE.match(key(line.text))), len(lines))
    repeated = {key(line.text) for line in header}
    return header, [line for line in lines[start:end] if key(line.text) not in repeated]


def _column_numbers(line: Line) -> list[int]:
    """The printed column numbers of a 栏次 row, empty for any other line."""
    words = list(_words(line.text))
    if not words or words[0].text not in _COLUMN_NUMBERS:
        return []
    numbers = [word.integer for word in words if word.text not in _COLUMN_NUMBERS]
    return [n for n in numbers if n] if numbers == list(range(1, len(numbers) + 1)) else []


def _starts_rows(line: Line, spec: TableSpec) -> bool:
    words = list(_words(line.text))
    return bool(words) and (_code(words, spec) != ("", 0) or item(words[0].text, spec) != "")


def _check_header(header: list[Line], numbered: int | None, spec: TableSpec, page: int | None) -> None:
    text = "".join(key(line.text) for line in header[1:])
    wanted = {column: spec.columns[column] for column in _columns(spec, text)}
    missing = [names[0] for names in wanted.values() if not any(key(name) in text for name in names)]
    columns = len(wanted)
    fits = not missing if numbered is None else numbered == columns
    if not fits:
        raise DocumentError(
            "header_mismatch", table=spec.title, page=page, printed=numbered or "?", declared=columns,
            missing="、".join(missing) or "-", header=text[:80],
        )  # fmt: skip


def _words(text: str) -> Iterator[_Word]:
    """Numbers, dashes and runs of text in printed order; spaces inside a run are dropped."""
    pending = ""
    parts = text.split()
    for i, part in enumerate(parts):
        read = token(part)
        inside_label = read and pending and i + 1 < len(parts) and parts[i + 1].startswith(("万元", "元"))
        if read is None or inside_label:
            pending += part
            continue
        if pending:
            yield _Word(pending, None)
            pending = ""
        yield _Word(part, read)
    if pending:
        yield _Word(pending, None)


def _code(words: list[_Word], spec: TableSpec) -> tuple[str, int]:
    """The classification code that the words begin with and how many words print it; ("", 0) if none."""
    if not spec.coded or not words or not words[0].text.isdigit() or len(words[0].text) not in (3, 5, 6, 7):
        return "", 0
    code, used = words[0].text, 1
    for length in _CODE_PARTS.get(len(code), ()):
        if used < len(words) and words[used].text.isdigit() and len(words[used].text) == length:
            code += words[used].text
            used += 1
    named = used < len(words) and words[used].token is None
    return (code, used) if named else ("", 0)


class _RowParser:
    """Gathers words into rows. A row is a label, its row number (in tables that print one), then its numbers."""

    def __init__(self, spec: TableSpec, unit: str, lined: bool, columns: tuple[str, ...]) -> None:
        self.spec, self.unit, self.lined = spec, unit, lined
        self.sides = spec.sides if len(spec.sides) > 1 else (columns,)
        self.done: list[Row] = []
        self.current: Row | None = None
        self.side = 0
        self.next_line: dict[int, int] = {0: 1}

    def feed(self, words: list[_Word], page: int | None) -> None:
        """Take in one printed line."""
        self.side = -1
        while words:
            code, used = _code(words, self.spec)
            if code:
                self._start(words[used].text, page, code)
                words = words[used + 1 :]
                continue
            word, *words = words
            if word.token is None:
                self._text(word.text, page)
            elif not self._is_line_number(word, page):
                self._value(word.token, page)

    def finish(self) -> list[Row]:
        """All rows, with labels wrapped past their numbers joined up."""
        self._close()
        joined: list[Row] = []
        for row in self.done:
            loose = row.line is None and not row.tokens and not row.code and not row.item
            if loose and joined and self._item_of(joined[-1].label + row.label, joined[-1]):
                label = joined[-1].label + row.label
                joined[-1] = joined[-1]._replace(label=label, item=self._item_of(label, joined[-1]))
            else:
                joined.append(row)
        return named_after(joined)

    def _start(self, label: str, page: int | None, code: str = "") -> None:
        self._close()
        self.side = min(self.side + 1, len(self.sides) - 1)
        if not code and len(self.sides) > 1 and label_key(label) in specs.classes():
            self.side = len(self.sides) - 1
        columns = self.sides[self.side]
        self.current = Row(self.spec.name, label, columns, self.unit, page, code=code)

    def _text(self, text: str, page: int | None) -> None:
        current = self.current
        open_label = current is not None and current.line is None and not current.tokens
        if current is not None and not item(text, self.spec) and (open_label or current.code):
            self.current = current._replace(label=current.label + text)
        else:
            self._start(text, page)

    def _is_line_number(self, word: _Word, page: int | None) -> bool:
        if not self.lined or word.integer is None:
            return False
        current = self.current
        if current and current.label and current.line is None and not current.tokens:
            self._set_line(word.integer)
            return True
        following = min(self.side + 1, len(self.sides) - 1)
        if self.next_line.get(following) != word.integer or (self.side >= 0 and len(self.sides) == 1):
            return False
        self._start("", page)
        self._set_line(word.integer)
        return True

    def _set_line(self, line: int) -> None:
        assert self.current
        self.current = self.current._replace(line=line)
        self.next_line[self.sides.index(self.current.columns)] = line + 1

    def _value(self, value: Token, page: int | None) -> None:
        if self.current is None:
            raise DocumentError("stray_number", table=self.spec.title, page=page, number=value)
        self.current = self.current._replace(tokens=(*self.current.tokens, value))

    def _close(self) -> None:
        if self.current:
            row = self.current
            self.done.append(keyed(row, self.spec))
        self.current = None

    def _item_of(self, label: str, row: Row) -> str:
        return "" if row.code else item(label, self.spec)
