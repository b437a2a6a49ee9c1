"""Exact amounts to the rows of the statutory tables, each amount rounded on its own as in real accounts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import zip_longest

from fiscal_utils import specs
from fiscal_utils.normalise import PLACEHOLDER, Number, Token
from fiscal_utils.parse.statutory import Row
from fiscal_utils.simulate.amounts import Books
from fiscal_utils.simulate.flows import FISCAL, OWN, Flow, spent_as
from fiscal_utils.simulate.words import Template, labels

FEN = {"元": (2, 2), "万元": (6, 2), "亿元": (10, 4)}
"""Unit → its power of ten in fen, and the decimals that are printed."""
_ORDINALS = "一二三四五六七八九十"
_ASSETS_UNIT = "台、辆、套"

Amounts = Mapping[str, int]
"""Column → exact amount in fen."""
Measures = Mapping[str, Callable[[Flow], int]]
"""Column → what a flow adds to it."""


def printed(fen: int, unit: str) -> Number:
    """The amount in the unit, rounded half up to the decimals that the unit is printed with."""
    power, decimals = FEN[unit]
    value = Decimal(fen).scaleb(-power).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return Number(value, decimals)


def ordinal(number: int) -> str:
    """The number (1 to 99) in Chinese characters."""
    tens, ones = divmod(number, 10)
    lead = ("" if tens < 2 else _ORDINALS[tens - 1]) + ("十" if tens else "")
    return lead + (_ORDINALS[ones - 1] if ones else "")


def sides(rows: Sequence[Row]) -> list[tuple[Row | None, Row | None]]:
    """The rows of a two-sided table as printed beside each other: both sides' totals stand in line at the bottom."""
    left, right = ([row for row in rows if (row.columns[0] == "revenue_final") is first] for first in (True, False))
    at = [next(i for i, row in enumerate(side) if row.item == "year_total") for side in (left, right)]
    bottoms = (left[at[0] :], right[at[1] :])
    height = max(map(len, bottoms))
    aligned = [[*bottom[:-1], *[None] * (height - len(bottom)), bottom[-1]] for bottom in bottoms]
    top = list(zip_longest(left[: at[0]], right[: at[1]]))
    return top + list(zip(*aligned, strict=True))


@dataclass(frozen=True)
class Maker:
    """Makes rows from books: in which unit, and whether zeros are printed or left blank."""

    books: Books
    template: Template
    unit: str
    zeros: bool

    def rows(self) -> list[Row]:
        """The rows of all tables of the template, in its order."""
        return [row for table in self.template.tables for row in getattr(self, f"_{table}")()]

    def cells(self, amounts: Amounts, columns: Iterable[str]) -> dict[str, Token]:
        """What is printed of the amounts in these columns."""
        return {
            column: printed(amounts[column], self.unit)
            for column in columns
            if column in amounts and (amounts[column] or self.zeros)
        }

    def _row(
        self, table: str, label: str, amounts: Amounts, columns: Sequence[str], code: str = "", item: str = ""
    ) -> Row:
        cells = self.cells(amounts, columns)
        return Row(
            table, label, tuple(columns), self.unit, None, code=code, item=item, cells=cells,
            tokens=tuple(cells.values()),
        )  # fmt: skip

    def _functions(self, table: str, sources: Sequence[str], measures: Measures) -> list[Row]:
        """合计 and one row for each class, 款 and 项 that the sources' flows belong to."""
        flows = [flow for flow in self.books.flows if flow.source in sources]
        names = specs.classification("functions")
        codes = sorted({flow.function[:n] for flow in flows for n in (3, 5, 7) if len(flow.function) >= n})
        found = []
        for code in ["", *codes]:
            below = [flow for flow in flows if flow.function.startswith(code)]
            amounts = {column: sum(map(measure, below)) for column, measure in measures.items()}
            name = names[code]["zh"] if code else "合计"
            found.append(self._row(table, name, amounts, list(measures), code, "" if code else "total"))
        return found

    def _revenue(self) -> list[Row]:
        measures: dict[str, Callable[[Flow], int]] = {
            "total": lambda flow: flow.revenue,
            "fiscal_appropriation": lambda flow: flow.revenue if flow.source in FISCAL else 0,
        }
        return self._functions("revenue", FISCAL + OWN, measures | {source: _revenue_from(source) for source in OWN})

    def _expenditure(self) -> list[Row]:
        kinds = ("basic", "project", "remitted_to_superior", "operating", "subsidy_to_affiliates")
        return self._functions("expenditure", FISCAL + OWN, _spent(*kinds))

    def _gpb_expenditure(self) -> list[Row]:
        return self._functions("gpb_expenditure", FISCAL[:1], _spent("basic", "project"))

    def _government_fund(self) -> list[Row]:
        return self._functions("government_fund", FISCAL[1:2], _balanced("government_fund"))

    def _state_capital(self) -> list[Row]:
        measures = _balanced("state_capital") if self.template.income else _spent("basic", "project")
        return self._functions("state_capital", FISCAL[2:], measures)

    def _items(self, table: str, side: str, columns: Sequence[str], amounts: Mapping[str, Amounts]) -> list[Row]:
        """One row for each declared label of the side, whether it has amounts or not."""
        return [
            self._row(table, label, amounts.get(item, {}), columns, item=item)
            for item, label in labels(table, side).items()
        ]

    def _two_sided(self, table: str, left: Mapping[str, Amounts], right: Mapping[str, Amounts]) -> list[Row]:
        """Revenue items on the left, classes and totals on the right, with 行次 where the template prints it."""
        columns = specs.tables()[table].sides
        classes = [
            (code, names["zh"])
            for code, names in specs.classification("functions").items()
            if len(code) == 3 and (code not in self.template.classes_left_out or any(right[code].values()))
        ]
        rows = self._items(table, "left", columns[0], left)
        rows += [
            self._row(table, f"{ordinal(i)}、{name}", right[code], columns[1], code)
            for i, (code, name) in enumerate(classes, 1)
        ]
        return self._lined_sides(rows + self._items(table, "right", columns[1], right))

    def _lined_sides(self, rows: list[Row]) -> list[Row]:
        if not self.template.lines:
            return rows
        pairs = sides(rows)
        return [
            row._replace(line=line + side * len(pairs))
            for side in (0, 1)
            for line, pair in enumerate(pairs, 1)
            if (row := pair[side])
        ]

    def _classes(self, sources: Mapping[str, Sequence[str]]) -> dict[str, Amounts]:
        """Class and `year_total` → column → what was spent from the column's sources."""
        codes = [code for code in specs.classification("functions") if len(code) == 3]
        return {
            item: {column: self.books.total(_spent_in(code), of) for column, of in sources.items()}
            for item, code in [*zip(codes, codes, strict=True), ("year_total", "")]
        }

    def _summary(self) -> list[Row]:
        total = self.books.total
        left = {source: total(lambda flow: flow.revenue, [source]) for source in FISCAL + OWN[:-1]}
        left["other_revenue"] = total(lambda flow: flow.revenue, OWN[-1:])
        left["year_total"] = total(lambda flow: flow.revenue)
        left["nonfiscal_surplus_used"] = total(lambda flow: flow.used)
        left["opening_balance"] = total(lambda flow: flow.opening)
        left["grand_total"] = left["year_total"] + left["nonfiscal_surplus_used"] + left["opening_balance"]
        right = self._classes({"expenditure_final": FISCAL + OWN})
        right["surplus_distribution"] = {"expenditure_final": total(lambda flow: flow.distributed)}
        right["closing_balance"] = {"expenditure_final": total(lambda flow: flow.closing)}
        right["grand_total"] = {"expenditure_final": left["grand_total"]}
        return self._two_sided("summary", {item: {"revenue_final": fen} for item, fen in left.items()}, right)

    def _appropriation_summary(self) -> list[Row]:
        total = self.books.total
        left = {source: total(lambda flow: flow.revenue, [source]) for source in FISCAL}
        left["year_total"] = sum(left.values())
        opening = {f"opening_balance_{source}": total(lambda flow: flow.opening, [source]) for source in FISCAL}
        left |= {"opening_balance": sum(opening.values())} | opening
        left["grand_total"] = left["year_total"] + left["opening_balance"]
        columns: dict[str, Sequence[str]] = {"total": FISCAL} | {source: [source] for source in FISCAL}
        right = self._classes(columns)
        right["closing_balance"] = {name: total(lambda flow: flow.closing, of) for name, of in columns.items()}
        right["grand_total"] = {name: right["year_total"][name] + right["closing_balance"][name] for name in columns}
        return self._two_sided(
            "appropriation_summary", {item: {"revenue_final": fen} for item, fen in left.items()}, right
        )

    def _gpb_basic_economic(self) -> list[Row]:
        leaves, names = self.books.economic, specs.classification("economic")
        below = {
            code: sum(fen for leaf, fen in leaves.items() if leaf.startswith(code))
            for code in names
            if code[:3] in self.template.economic
        }
        rows = [
            self._row("gpb_basic_economic", names[code]["zh"], {"final": fen}, ["final"], code)
            for code, fen in below.items()
        ]
        personnel = below["301"] + below["303"]
        totals = {"personnel": {"final": personnel}, "operating": {"final": sum(leaves.values()) - personnel}}
        return rows + self._items("gpb_basic_economic", "left", ["final"], totals)

    def _sangong(self) -> list[Row]:
        columns = [*self.template.budgets, "final"]
        rows = self._items("sangong", "left", columns, self.books.sangong_rows)
        if not self.template.lines:
            kept = ("total", "overseas", "vehicles", "vehicle_purchase", "vehicle_operation", "hospitality")
            return [row for row in rows if row.item in kept]
        return [self._sangong_row(row, line) for line, row in enumerate(rows, 1)]

    def _sangong_row(self, row: Row, line: int) -> Row:
        """The row with dashes where no budget is due, and with its count."""
        dashed: dict[str, Token] = dict.fromkeys(row.columns[:-1], PLACEHOLDER)
        if row.item == "statistics":
            return row._replace(line=line, cells=dict.fromkeys(row.columns, PLACEHOLDER))
        if row.item in self.books.counts:
            unit = row.label[-2]
            return row._replace(line=line, unit=unit, cells=dashed | self._count(self.books.counts[row.item]))
        if row.item.startswith("hospitality_"):
            return row._replace(line=line, cells={**dashed, **row.cells})
        return row._replace(line=line)

    def _count(self, value: int) -> dict[str, Token]:
        return {"final": Number(Decimal(value), 0)} if value or self.zeros else {}

    def _assets(self) -> list[Row]:
        return [
            Row(
                "assets", label, ("final",), _counted(label), None, item=item, line=line,
                cells={"final": Number(Decimal(self.books.assets[item]), 0)},
            )
            for line, (item, label) in enumerate(labels("assets").items(), 1)
        ]  # fmt: skip


def _counted(label: str) -> str:
    """The unit in the parentheses that end the label, else the table's."""
    return label.removesuffix("）").rpartition("（")[2] if label.endswith("）") else _ASSETS_UNIT


def _revenue_from(source: str) -> Callable[[Flow], int]:
    return lambda flow: flow.revenue if flow.source == source else 0


def _spent_in(code: str) -> Callable[[Flow], int]:
    return lambda flow: flow.spent if flow.function.startswith(code) else 0


def _spent(*kinds: str) -> dict[str, Callable[[Flow], int]]:
    """Expenditure in total and by kind."""
    return {"total": lambda flow: flow.spent} | {kind: spent_as(kind) for kind in kinds}


def _balanced(table: str) -> dict[str, Callable[[Flow], int]]:
    """Opening balance, revenue, expenditure and closing balance, as far as the table has these columns."""
    measures = (
        {"opening": lambda flow: flow.opening, "revenue": lambda flow: flow.revenue}
        | _spent("basic", "project")
        | {"closing": lambda flow: flow.closing}
    )
    return {name: measure for name, measure in measures.items() if name in specs.tables()[table].columns}
