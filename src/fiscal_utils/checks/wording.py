"""Checks in words: the names of cells and what a verdict says, in Chinese and English."""

from collections.abc import Iterable, Mapping, Sequence
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


class Placed(dict[Cell, str]):
    """The cells of a document → their names with their pages, in one language; made when they are first asked for."""

    def __init__(self, pages: Mapping[Cell, int], language: str) -> None:
        super().__init__()
        self.pages, self.language = pages, language

    def __missing__(self, cell: Cell) -> str:
        name = cell_name(cell, self.language)
        if page := self.pages.get(cell):
            name += f"（第 {page} 页）" if self.language == "zh" else f" (p. {page})"
        self[cell] = name
        return name


def messages(test: Test, verdict: Verdict, names: Iterable[Placed]) -> tuple[str, ...]:
    """What the check found, in the language of each of the names: both sides, their values, what rounding allows."""
    if isinstance(test, Observation):
        return tuple([_observed(test, verdict, placed) for placed in names])
    sign, amounts = _sign(test, verdict), [_amount(number) for number in verdict[1:]]
    return tuple([_compared(test, sign, amounts, placed) for placed in names])


def _observed(test: Observation, verdict: Verdict, names: Placed) -> str:
    rule = specs.rules()[test.declared]
    problem = _filled(test, rule.zh if names.language == "zh" else rule.en, names)
    if verdict.status not in ("pass", "rounding"):
        return problem
    return ("检查过，没有这样的问题：" if names.language == "zh" else "Looked for and not found: ") + problem


def _compared(test: Test, sign: str, amounts: Sequence[str], names: Placed) -> str:
    left, right, unit = _side(test.left, names), _right(test, names), _unit(test.left[0], names.language)
    lhs, rhs, difference, allowed = amounts
    sides = f"{left} {lhs}{unit} {sign} {right} {rhs}{unit}"
    if names.language == "zh":
        return f"{sides}；相差 {difference}，舍入允许 ±{allowed}"
    return f"{sides}; difference {difference}, rounding allows ±{allowed}"


def _unit(cell: Cell, language: str) -> str:
    """The unit of what the cell states; nothing after a count, whose column or row names what is counted."""
    table, row, column = cell
    if column.endswith("_pct"):
        return "%"
    spec = specs.tables().get(table)
    if column == "count" or (spec and row in spec.counts):
        return ""
    return " 万元" if language == "zh" else " (10,000 yuan)"


def _right(test: Test, names: Placed) -> str:
    """The right side: a sum, or for a percentage the quotient that it is of."""
    if not isinstance(test, Ratio):
        return _side(test.right, names)
    part, whole = (_side([cell for _, cell in terms], names) for terms in (test.part, test.whole))
    return f"{part} ÷ ({whole})" if len(test.whole) > 1 else f"{part} ÷ {whole}"


def _sign(test: Test, verdict: Verdict) -> str:
    """How the two sides stand to each other."""
    if getattr(test, "relation", "=") == ">=":
        return "≥" if verdict.lhs >= verdict.rhs else "<"
    return {"pass": "=", "rounding": "≈"}.get(verdict.status, "≠" if verdict.difference else "=")


def _amount(number: Decimal) -> str:
    """The number without the decimals that say nothing."""
    return f"{number:z,.4f}".rstrip("0").rstrip(".").replace("-", "−") if number else "0"


def _filled(test: Observation, template: str, names: Placed) -> str:
    """The rule's message with what was seen; text of the document goes in as it is, never as a template."""
    subject = _side((test.left or test.right)[:1], names) or test.subject
    tolerance = f"{test.numbers[2]:f}" if test.numbers else ""
    fields = {name: _in_unit(text, names.language) for name, text in test.fields.items()}
    return template.format_map({"subject": subject, "tolerance": tolerance, **fields})


def _in_unit(text: str, language: str) -> str:
    """An amount as seen, its unit in the language."""
    amount, _, unit = text.rpartition(" ")
    return f"{amount} {_MONEY[unit]}" if language == "en" and unit in _MONEY else text


def _side(cells: Sequence[Cell], names: Placed) -> str:
    if len(cells) <= _FIRST:
        return " + ".join([names[cell] for cell in cells])
    count = f"…（共 {len(cells)} 项）" if names.language == "zh" else f"… ({len(cells)} cells)"
    return f"{names[cells[0]]} + {count}"


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
