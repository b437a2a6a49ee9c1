"""Which declared identities hold in each document: exactly, within rounding, or not."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from decimal import Decimal

import pandas as pd

from fiscal_utils.identities import Cell, Relation, Verdict, evaluate, relations
from fiscal_utils.normalise import Number

COLUMNS = (
    "document_id", "check_id", "kind", "status", "severity", "lhs", "rhs", "difference", "tolerance", "where",
    "message_zh", "message_en",
)  # fmt: skip


def evaluate_all(
    cells: pd.DataFrame, narrative: pd.DataFrame, open_rows: Mapping[str, AbstractSet[tuple[str, str]]]
) -> pd.DataFrame:
    """One row a check and document: both sides, their difference, the difference that rounding allows, the verdict.

    `open_rows` names, by document, the rows (table, key) that hold a number whose column is undetermined: what they
    take part in is `undetermined` too.
    """
    stated = dict(list(narrative.groupby("document_id")))
    rows = [
        _row(document, relation, verdict)
        for document, printed in cells.groupby("document_id", sort=False)
        for relation, verdict in _verdicts(
            printed, stated.get(document, narrative[:0]), open_rows.get(str(document), frozenset())
        )
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _verdicts(
    cells: pd.DataFrame, narrative: pd.DataFrame, open_rows: AbstractSet[tuple[str, str]]
) -> Iterator[tuple[Relation, Verdict]]:
    values: dict[Cell, Number] = {}
    layout: dict[str, dict[str, list[str]]] = {}
    for row in cells.itertuples():
        cell = (str(row.table), str(row.code or row.item or row.label), str(row.column))
        _put(values, layout, cell, row.value, row.decimals)
    for row in narrative.itertuples():
        cell = ("narrative", f"{row.section}/{row.item}", str(row.measure))
        if cell not in values:
            _put(values, layout, cell, row.value, row.decimals)
    for relation in relations(layout):
        verdict = evaluate(relation, values)
        if any((table, row) in open_rows for _, (table, row, _) in relation.terms):
            verdict = replace(verdict, status="undetermined")
        if verdict.status != "not_applicable":
            yield relation, verdict


def _put(
    values: dict[Cell, Number],
    layout: dict[str, dict[str, list[str]]],
    cell: Cell,
    value: object,
    decimals: object,
) -> None:
    places = int(decimals)  # type: ignore[call-overload]
    values[cell] = Number(Decimal(f"{value:.{places}f}"), places)
    table, row, column = cell
    layout.setdefault(table, {}).setdefault(row, []).append(column)


def _row(document: object, relation: Relation, verdict: Verdict) -> tuple[object, ...]:
    left, right = (" + ".join(".".join(cell) for cell in side) for side in (relation.left, relation.right))
    where = f"{left} {relation.relation} {right}"
    severity = "error" if verdict.status == "fail" else ""
    numbers = [float(n) for n in (verdict.lhs, verdict.rhs, verdict.difference, verdict.tolerance)]
    fields = f"{verdict.lhs} {relation.relation} {verdict.rhs}"
    zh = f"{where}：{fields}，相差 {verdict.difference}，舍入允许 ±{verdict.tolerance}"
    en = f"{where}: {fields}, difference {verdict.difference}, rounding allows ±{verdict.tolerance}"
    return document, relation.id, relation.kind, verdict.status, severity, *numbers, where, zh, en
