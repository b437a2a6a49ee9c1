"""Which declared checks hold in each document: exactly, within rounding, or not; and what the failures come from."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache

import pandas as pd

from fiscal_utils import specs
from fiscal_utils.checks.causes import Finding, findings
from fiscal_utils.checks.completeness import completeness
from fiscal_utils.checks.facts import Facts, Row, facts, rows_of
from fiscal_utils.checks.forms import forms
from fiscal_utils.checks.model import Test
from fiscal_utils.checks.ratios import ratios, with_prior
from fiscal_utils.checks.statements import statements
from fiscal_utils.checks.wording import Placed, messages, where
from fiscal_utils.identities import NARRATIVE, Cell, Layout, Relation, Verdict, relations

COLUMNS = (
    "document_id", "check_id", "kind", "status", "severity", "lhs", "rhs", "difference", "tolerance", "where",
    "message_zh", "message_en", "finding", "suspect", "expected",
)  # fmt: skip
_WEIGHT = ("error", "warning", "note")
_ONE_FIGURE = 2
"""Cells of a check that compares one printed figure with another printing of it."""

Rows = Mapping[str, Sequence[Row]]
OpenRows = Mapping[str, AbstractSet[tuple[str, str]]]


def evaluate_all(frames: Mapping[str, pd.DataFrame], open_rows: OpenRows) -> pd.DataFrame:
    """The `verdicts` on tidy tables that are data frames, with `COLUMNS`."""
    frame = pd.DataFrame(verdicts(rows_of(frames), open_rows), columns=list(COLUMNS))
    return frame.astype({"finding": "Int64", "expected": "float64", "suspect": "str"})


def verdicts(rows: Rows, open_rows: OpenRows) -> list[tuple[object, ...]]:
    """One row of `COLUMNS` a check and document: both sides, what rounding allows, the verdict, the finding.

    `rows` are those of the tidy tables `documents, cells, narrative, projects, indicators, statements`. `open_rows`
    names, by document, the rows (table, key) that hold a number whose column is undetermined: a check of a blank cell
    in one is `undetermined`. `finding` numbers the causes of a document's failures; `suspect` is the cell most likely
    wrong, where one alone explains them, and `expected` the value with which they hold.
    """
    return [row for found in facts(rows, open_rows) for row in _evaluated(found)]


def _evaluated(found: Facts) -> list[tuple[object, ...]]:
    tests = [test.meant(found.values) for test in tests_of(found)]
    verdicts = [_verdict(test, found) for test in tests]
    kept = [index for index, verdict in enumerate(verdicts) if verdict.status != "not_applicable"]
    tests, verdicts = [tests[index] for index in kept], [verdicts[index] for index in kept]
    causes = findings(tests, [verdict.status for verdict in verdicts], found.values)
    causes.sort(key=lambda cause: min(_WEIGHT.index(_severities()[tests[index].declared]) for index in cause.tests))
    numbered = {index: (number, cause) for number, cause in enumerate(causes, 1) for index in cause.tests}
    names, document = Placed(found.pages), found.about["document_id"]
    pairs = enumerate(zip(tests, verdicts, strict=True))
    return [_row(document, test, verdict, names, numbered.get(index)) for index, (test, verdict) in pairs]


def tests_of(found: Facts) -> Iterator[Test]:
    """Every declared check that the facts of a document allow."""
    yield from _relations(found)
    yield from ratios(found)
    yield from statements(found)
    yield from forms(found)
    yield from completeness(found)


def _relations(found: Facts) -> Iterator[Relation]:
    """The equations that apply; of one that is `given` by another only where that other one holds."""
    conditions = {identity.id: identity.given for identity in specs.identities() if identity.given}
    wanted = set(conditions.values())
    made = [_without_prior(relation, found) for relation in relations(_with_prior(found))]
    asked = [relation for relation in made if relation.declared in wanted]
    held = {relation.declared for relation in asked if relation.verdict(found.values).status in ("pass", "rounding")}
    for relation in made:
        given = conditions.get(relation.declared)
        if relation.kind != "condition" and (given is None or given in held):
            yield relation


def _with_prior(found: Facts) -> Layout:
    """The layout with last year's amount, `prior`, for every item whose amount and change are stated."""
    rows = found.layout.get(NARRATIVE, {})
    known = {"final", "prior_change"}
    narrative = {row: [*measures, "prior"] if known <= set(measures) else measures for row, measures in rows.items()}
    return {**found.layout, NARRATIVE: narrative}


def _without_prior(relation: Relation, found: Facts) -> Relation:
    """The relation with this year's amount and its change in place of last year's amount."""
    if "prior" not in [column for _, _, column in relation.cells]:
        return relation
    sides = (with_prior(relation.left, found), with_prior(relation.right, found))
    moved = [tuple(cell for weight, cell in side if weight < 0) for side in sides]
    kept = [tuple(cell for weight, cell in side if weight > 0) for side in sides]
    return relation._replace(left=kept[0] + moved[1], right=kept[1] + moved[0])


def _verdict(test: Test, found: Facts) -> Verdict:
    verdict = test.verdict(found.values)
    if found.open_rows and any(found.is_open(cell) for cell in test.cells):
        return verdict._replace(status="undetermined")
    return verdict


def _row(
    document: str, test: Test, verdict: Verdict, names: Placed, cause: tuple[int, Finding] | None
) -> tuple[object, ...]:
    number, finding = cause or (None, None)
    suspect = ".".join(finding.cell) if finding and finding.cell else ""
    expected = float(finding.expected.value) if finding and finding.expected else None
    return (
        document, test.id, test.kind, verdict.status, _severity(test, verdict), *map(float, verdict[1:]), where(test),
        *messages(test, verdict, names), number, suspect, expected,
    )  # fmt: skip


def _severity(test: Test, verdict: Verdict) -> str:
    """As declared where the check fails; a note where one figure is printed twice, and differs within rounding."""
    if verdict.status == "fail":
        return _severities()[test.declared]
    return "note" if verdict.status == "rounding" and len(test.cells) == _ONE_FIGURE else ""


@cache
def _severities() -> Mapping[str, str]:
    declared: Sequence[specs.Identity | specs.RatioSpec] = (*specs.identities(), *specs.ratios())
    rules = {name: rule.severity for name, rule in specs.rules().items()}
    return {"hierarchy": "error"} | {spec.id: spec.severity for spec in declared} | rules


__all__ = ["COLUMNS", "Cell", "Facts", "Row", "evaluate_all", "facts", "rows_of", "tests_of", "verdicts"]
