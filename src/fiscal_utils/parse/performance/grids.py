"""Grids of a self-evaluation form to its funds and indicators: a cell belongs to the header that it stands under."""

import re
from collections.abc import Iterator, Sequence

from fiscal_utils.errors import DocumentError
from fiscal_utils.language import on_page, t
from fiscal_utils.normalise import Number, key, label_key, squeeze
from fiscal_utils.parse.performance.columns import Header, Placed, Row, joined, rows_of
from fiscal_utils.parse.performance.model import (
    FUND_COLUMNS,
    NUMBERED,
    Form,
    Fund,
    Indicator,
    fund_names,
    fund_row,
    printed_number,
    rules,
)
from fiscal_utils.read import Block, Grid, Line
from fiscal_utils.specs import term

_LEVELS = ("level1", "level2")
_CELLS = ("name", "target", "actual", "weight", "score", "deviation")


def form(blocks: Sequence[Block]) -> Form:
    """The form printed in the grids of these blocks, one grid a page, from 项目名称 to 总计.

    Raises DocumentError where the form breaks off before its total.
    """
    rows = rows_of([block for block in blocks if isinstance(block, Grid)])
    project = _project(rows)
    doubts = [*_unread_lines(blocks)] + (
        [] if project else [t("没有找到项目名称。", "The project's name was not found.")]
    )
    funds_at, fund_header = _header(rows, "funds", doubts)
    start, header = _header(rows, "indicators", doubts)
    end = next((i for i, row in enumerate(rows) if i > max(funds_at, start) and _total(row) is not None), None)
    if end is None:
        raise DocumentError("form_truncated", project=project, page=rows[-1].page if rows else None)
    funds = _funds(project, rows[funds_at + 1 : start if start > funds_at else end], fund_header, doubts)
    funds.append(_grand_total(project, rows[end], header, doubts))
    return Form(project, funds, _indicators(project, rows[start + 1 : end], header, doubts), doubts)


def _unread_lines(blocks: Sequence[Block]) -> Iterator[str]:
    """Doubts about text that stands between the grids of the form."""
    grids = [i for i, block in enumerate(blocks) if isinstance(block, Grid)]
    for block in blocks[grids[0] : grids[-1]]:
        if isinstance(block, Line) and re.search(r"[^\W\d_]", block.text):
            text = squeeze(block.text)
            yield t(f"表格之间的文字未读取：{text}", f"Text between the parts of the form was not read: {text}")


def _header(rows: Sequence[Row], kind: str, doubts: list[str]) -> tuple[int, Header | None]:
    """The first header of the kind and its row, (-1, None) where there is none; what it lacks goes to `doubts`."""
    for index, row in enumerate(rows):
        if header := Header.of(row, kind):
            if header.missing or header.unknown:
                missing, unknown = "、".join(map(term, header.missing)), "、".join(header.unknown)
                doubts.append(
                    t(
                        f"表头缺少：{missing or '无'}；不认识：{unknown or '无'}。",
                        f"Header: missing {missing or 'none'}; unknown {unknown or 'none'}.",
                    )
                )
            return index, header
    if kind == "funds":
        doubts.append(t("没有找到资金的表头。", "The header of the funds was not found."))
    else:
        doubts.append(t("没有找到指标的表头。", "The header of the indicators was not found."))
    return -1, None


def _project(rows: Sequence[Row]) -> str:
    marks = rules()["marks"]
    for row in rows:
        for index, text in enumerate(row.own):
            if label := re.match(rf"(?:{marks['project']})[:：]?", text):
                after = [text[label.end() :], *row.own[index + 1 :]]
                name = next((text for text in after if text), "")
                return "" if re.match(marks["project_end"], name) else name
    return ""


def _total(row: Row) -> list[str] | None:
    """What a row prints after the label of the total, None where it has no such label."""
    for index, text in enumerate(row.own):
        if re.fullmatch(rf"(?:{rules()['marks']['total']})(?:\(.*\))?:?", key(text)):
            return list(row.own[index + 1 :])
    return None


def _grand_total(project: str, row: Row, header: Header | None, doubts: list[str]) -> Fund:
    """The total's weight and score; where one of them is printed, its column tells which."""
    values = [number for text in _total(row) or [] if (number := _number(text))]
    columns = ("weight", "score")
    if len(values) == 1 and _number(joined(_place(row, header, []), "score")):
        columns = ("score", "weight")
    elif len(values) not in (1, 2):
        doubts.append(t(f"总分行有 {len(values)} 个数。", f"The total row has {len(values)} numbers."))
        values = []
    return fund_row(project, "grand_total", dict(zip(columns, values, strict=False)), row.page)


def _number(text: str) -> Number | None:
    return printed_number(text.rstrip("%％分"))


def _place(row: Row, header: Header | None, doubts: list[str]) -> Placed:
    """The cells of the row by column; a doubt once a page where its columns are not those of the header."""
    placed = header.place(row) if header else {}
    if placed is None:
        _once(
            doubts,
            on_page(row.page)
            + t("表格的栏与表头对不上，该部分未读取。", "the columns do not match the header; this part was not read."),
        )
    elif text := joined(placed, ""):
        doubts.append(t(f"文字不在任何表头之下：{text}", f"Text under no header: {text}"))
    return placed or {}


def _once(doubts: list[str], doubt: str) -> None:
    if doubt not in doubts:
        doubts.append(doubt)


def _funds(project: str, rows: Sequence[Row], header: Header | None, doubts: list[str]) -> list[Fund]:
    found: dict[str, Fund] = {}
    for row in rows:
        if header is None or re.search(rules()["marks"]["funds_end"], "".join(row.own)):
            break
        placed = _place(row, header, doubts)
        label = joined(placed, "label")
        texts = {column: joined(placed, column) for column in FUND_COLUMNS}
        cells = {column: _number(text) for column, text in texts.items()}
        names = set(fund_names(label))
        values = [number for number in cells.values() if number]
        unread = any(text and not cells[column] for column, text in texts.items())
        if unread and (names or values):
            doubts.append(t(f"资金行 {label}：有的数无法读取。", f"Funds, row {label}: not all numbers could be read."))
        if len(names) == 1 and not names & found.keys() and (values or not unread):
            found |= {name: fund_row(project, name, cells, row.page) for name in names}
        elif any(number.value for number in values):
            doubts.append(t(f"资金行未读取：{label}", f"Row of funds not read: {label}"))
    return list(found.values())


def _indicators(project: str, rows: Sequence[Row], header: Header | None, doubts: list[str]) -> list[Indicator]:
    found: list[tuple[dict[str, str], int | None]] = []
    levels = dict.fromkeys(_LEVELS, "")
    broken = False
    for row in rows if header else []:
        broken = broken or row.first
        if again := Header.of(row, "indicators"):
            header = again
            continue
        placed = _place(row, header, doubts)
        levels = _levels(row, placed, levels, doubts)
        texts = {name: joined(placed, name) for name in _CELLS}
        if found and _continues(texts, found[-1][0], broken):
            found[-1][0].update({name: found[-1][0][name] + text for name, text in texts.items()})
        elif not found and broken and any(texts.values()) and not texts["weight"]:
            rest = "".join(texts.values())
            doubts.append(t(f"文字未归入任何指标：{rest}", f"Text that belongs to no indicator: {rest}"))
        elif any(texts.values()):
            found.append((texts | levels, row.page))
        broken = False
    return [_indicator(project, texts, page, doubts) for texts, page in found]


def _levels(row: Row, placed: Placed, before: dict[str, str], doubts: list[str]) -> dict[str, str]:
    """The levels of the row; those of the row before where the cells are blank."""
    levels = {name: joined(placed, name, own=False) for name in _LEVELS}
    if levels["level1"] and levels["level1"] != before["level1"]:
        return levels
    for name in _LEVELS:
        blank = any(cell.own and not cell.text for cell in placed.get(name, []))
        if blank and before[name] and row.grid.edges and not row.first:
            _once(
                doubts,
                on_page(row.page)
                + t("级别格为空，沿用上一行的级别。", "level cells are blank; the level of the row above was used."),
            )
    return {name: levels[name] or before[name] for name in _LEVELS}


def _continues(texts: dict[str, str], before: dict[str, str], broken: bool) -> bool:
    """Whether the row only goes on with the indicator before: after a page break, or with its reason alone."""
    if not any(texts[name] for name in ("name", "target", "weight", "score")):
        return True
    return broken and not NUMBERED.match(texts["name"]) and bool(texts["weight"]) != bool(before["weight"])


def _indicator(project: str, texts: dict[str, str], page: int | None, doubts: list[str]) -> Indicator:
    numbered = NUMBERED.match(texts["name"])
    weight, score = _number(texts["weight"]), _number(texts["score"])
    indicator = Indicator(
        project=project,
        level1=texts["level1"],
        level2=texts["level2"],
        no=int(numbered[1]) if numbered else None,
        name=texts["name"][numbered.end() :] if numbered else texts["name"],
        target=texts["target"],
        actual=texts["actual"],
        weight=weight,
        score=score,
        deviation=texts["deviation"],
        page=page,
    )
    doubts += _doubts(indicator, texts)
    return indicator


def _doubts(indicator: Indicator, texts: dict[str, str]) -> Iterator[str]:
    where = " ".join(filter(None, (indicator.level1, indicator.level2, texts["name"], indicator.target)))
    if not indicator.name or not label_key(indicator.level1).startswith(tuple(rules()["level1"])):
        yield t(f"指标没有名称或级别：{where}", f"Indicator without name or level: {where}")
    if indicator.weight is None or (texts["score"] and indicator.score is None):
        read = f"{texts['weight']} {texts['score']}".strip()
        yield t(f"分值或得分无法读取（{read}）：{where}", f"Weight or score could not be read ({read}): {where}")
    if re.search(r"指标[:：]?\d{1,2}[:：、.]", indicator.name):
        yield t(f"两个指标未能分开：{where}", f"Two indicators could not be told apart: {where}")
