"""Checks in words: the names of cells and what a verdict says, in Chinese and English."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

import pandas as pd

from fiscal_utils import specs
from fiscal_utils.checks.model import Observation, Test
from fiscal_utils.checks.ratios import Ratio
from fiscal_utils.identities import NARRATIVE, Cell, Verdict

_MONEY = {"元": "(yuan)", "千元": "(1,000 yuan)", "万元": "(10,000 yuan)", "亿元": "(100 million yuan)"}
_FIRST = 4
"""A side of more cells than this is named by its first and how many there are."""

Pair = tuple[str, str]
"""A wording in Chinese and in English."""


@lru_cache(20_000)
def cell_name(cell: Cell, language: str) -> str:
    """Table, row and column in the field's terms: 支出决算表 · 201 一般公共服务支出 · 合计."""
    table, row, column = cell
    parts = [row_name(table, row, language), specs.term_in(language, f"{table}/{column}", column)]
    place = [] if table == NARRATIVE and "/" in row else [table_name(table, language)]
    return " · ".join([*place, *dict.fromkeys(parts)])


@lru_cache(2_000)
def table_name(table: str, language: str) -> str:
    """The title of a table, without the words that all titles share."""
    name = specs.term_in(language, table)
    return name.removesuffix("决算表") if language == "zh" and len(name) > 5 else name


@lru_cache(20_000)
def row_name(table: str, row: str, language: str) -> str:
    """A code with its official name, an item's term, or the words as printed; of the narrative with its section."""
    if table == NARRATIVE and "/" in row:
        section, _, item = row.partition("/")
        return f"{specs.term_in(language, f'narrative/{section}', section)} · {row_name(section, item, language)}"
    if row.isdigit():
        name = specs.code_name_in(language, row)
        return f"{row} {name}" if name != row else row
    return specs.term_in(language, f"{table}/{row}", row)


class Placed(dict[Cell, Pair]):
    """The cells of a document → their names with their pages; made when they are first asked for."""

    def __init__(self, pages: Mapping[Cell, int]) -> None:
        super().__init__()
        self.pages = pages

    def __missing__(self, cell: Cell) -> Pair:
        zh, en = cell_name(cell, "zh"), cell_name(cell, "en")
        if page := self.pages.get(cell):
            zh, en = f"{zh}（第 {page} 页）", f"{en} (p. {page})"
        self[cell] = zh, en
        return zh, en


def messages(test: Test, verdict: Verdict, names: Placed) -> Pair:
    """What the check found: both sides, their values, what rounding allows."""
    return _observed(test, verdict, names) if isinstance(test, Observation) else _compared(test, verdict, names)


def _observed(test: Observation, verdict: Verdict, names: Placed) -> Pair:
    zh, en = _filled(test, names)
    if verdict.status not in ("pass", "rounding"):
        return zh, en
    return f"检查过，没有这样的问题：{zh}", f"Looked for and not found: {en}"


def _compared(test: Test, verdict: Verdict, names: Placed) -> Pair:
    (left_zh, left_en), (right_zh, right_en) = _side(test.left, names), _right(test, names)
    lhs, rhs, difference, allowed = map(_amount, verdict[1:])
    (unit_zh, unit_en), sign = _unit(test.left[0]), _sign(test, verdict)
    return (
        f"{left_zh} {lhs}{unit_zh} {sign} {right_zh} {rhs}{unit_zh}；相差 {difference}，舍入允许 ±{allowed}",
        f"{left_en} {lhs}{unit_en} {sign} {right_en} {rhs}{unit_en}; "
        f"difference {difference}, rounding allows ±{allowed}",
    )


def _unit(cell: Cell) -> Pair:
    """The unit of what the cell states; nothing after a count, whose column or row names what is counted."""
    table, row, column = cell
    if column.endswith("_pct"):
        return "%", "%"
    spec = specs.tables().get(table)
    if column == "count" or (spec and row in spec.counts):
        return "", ""
    return " 万元", " (10,000 yuan)"


def _right(test: Test, names: Placed) -> Pair:
    """The right side: a sum, or for a percentage the quotient that it is of."""
    if not isinstance(test, Ratio):
        return _side(test.right, names)
    part, whole = (_side([cell for _, cell in terms], names) for terms in (test.part, test.whole))
    quotient = "{} ÷ ({})" if len(test.whole) > 1 else "{} ÷ {}"
    return quotient.format(part[0], whole[0]), quotient.format(part[1], whole[1])


def _sign(test: Test, verdict: Verdict) -> str:
    """How the two sides stand to each other."""
    if getattr(test, "relation", "=") == ">=":
        return "≥" if verdict.lhs >= verdict.rhs else "<"
    return {"pass": "=", "rounding": "≈"}.get(verdict.status, "≠" if verdict.difference else "=")


@lru_cache(20_000)
def _amount(number: Decimal) -> str:
    """The number without the decimals that say nothing."""
    return f"{number:z,.4f}".rstrip("0").rstrip(".").replace("-", "−") if number else "0"


def _filled(test: Observation, names: Placed) -> Pair:
    """The rule's message with what was seen; text of the document goes in as it is, never as a template."""
    rule, cells = specs.rules()[test.declared], test.left or test.right
    zh, en = names[cells[0]] if cells else (test.subject, test.subject)
    tolerance = f"{test.numbers[2]:f}" if test.numbers else ""
    english = {name: _in_english(text) for name, text in test.fields.items()}
    return (
        rule.zh.format_map({"subject": zh, "tolerance": tolerance, **test.fields}),
        rule.en.format_map({"subject": en, "tolerance": tolerance, **english}),
    )


def _in_english(text: str) -> str:
    """An amount as seen, its unit in English."""
    amount, _, unit = text.rpartition(" ")
    return f"{amount} {_MONEY[unit]}" if unit in _MONEY else text


def _side(cells: Sequence[Cell], names: Placed) -> Pair:
    if not cells:
        return "没有印出的行", "no printed row"
    if len(cells) == 1:
        return names[cells[0]]
    if len(cells) > _FIRST:
        zh, en = names[cells[0]]
        return f"{zh} + …（共 {len(cells)} 项）", f"{en} + … ({len(cells)} cells)"
    named = [names[cell] for cell in cells]
    return " + ".join([zh for zh, _ in named]), " + ".join([en for _, en in named])


def where(test: Test) -> str:
    """Both sides as `table.row.column` terms; the subject of a check that has no cells."""
    if not test.left and not test.right:
        return test.id.partition(":")[2]
    left, right = " + ".join(map(".".join, test.left)), " + ".join(map(".".join, test.right))
    return f"{left} {getattr(test, 'relation', '=')} {right}" if right else left


def told(found: pd.DataFrame, language: str) -> str:
    """A finding in words: its first failing check, how many there are, the number most likely wrong."""
    first = found.iloc[0]
    zh = language == "zh"
    words = [_ended(str(first[f"message_{language}"]), "。" if zh else ".")]
    if len(found) > 1:
        words.append(f"同一原因的检查共 {len(found)} 条。" if zh else f"{len(found)} checks fail for this reason.")
    if first["suspect"]:
        table, _, rest = str(first["suspect"]).partition(".")
        row, _, column = rest.rpartition(".")
        name, due = cell_name((table, row, column), language), f"{first['expected']:,.10g}"
        words.append(f"最可能有误：{name}，应为 {due}。" if zh else f"Most likely wrong: {name}; should be {due}.")
    return "\n".join(words)


def _ended(text: str, stop: str) -> str:
    return text if text.endswith(stop) else text + stop
