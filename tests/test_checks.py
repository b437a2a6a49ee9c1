"""What the checks find in the two real documents, read by eye beforehand, and in small invented ones."""

from collections.abc import Iterable
from decimal import Decimal

import pandas as pd
import pytest

from fiscal_utils import checks, specs, tables
from fiscal_utils.checks import causes, wording
from fiscal_utils.checks.facts import exact
from fiscal_utils.checks.ratios import Ratio
from fiscal_utils.identities import Relation, evaluate
from fiscal_utils.normalise import Number, number

REAL, SECOND = "jingdezhen-government-office-2023", "putuo-finance-bureau-2024"
FRAMES = ("documents", "cells", "narrative", "projects", "indicators", "statements")

# Every contradiction that a reader finds in the accounts, and nothing else: check, severity.
FOUND = {
    REAL: {
        "narrative-sangong-counts:domestic_receptions": "error",  # 10 in the table, 11 in the text
        "narrative-sangong-counts:domestic_guests": "error",  # 57, 65
        "procurement-small-firms": "error",  # 5.02; 100 % of 5.07 and 89.05 % of 35.57
        "evaluation-report:satisfaction": "error",  # 100 % in the report, 90 in the form
        "evaluation-report:copies_per_issue": "error",  # 12 × 2,700, 31,200
        "share-evaluated": "warning",  # 231 of 260.72 is not 100 %
        "overall-evaluation": "warning",  # 231 of 2,693.88
        "carried-over": "warning",  # 59.67 closed last year, 0.00 opened this year
        "reason-direction:operating_costs/total": "warning",  # a rise by thrift
        "form-target-text:微信公众号发布信息": "warning",  # 2,100 in the text, 1,800 in the form
        "form-execution-score:市政府值班、信息化等专项工作经费": "note",  # 9 of 10 for 99.85 %
        "form-numbering:市政府值班、信息化等专项工作经费/产出指标/时效": "note",  # 1, 2, 4, 5, 6
        "code-digits:gpb_basic_economic/310111": "note",
        "code-name:gpb_basic_economic/30111": "note",
        "code-name:gpb_basic_economic/30305": "note",
        "code-name:gpb_basic_economic/30399": "note",
    },
    SECOND: {
        "narrative-appropriation-grand-total": "error",  # 0.3 and 2,961.68
        "share-functions:201": "warning",  # 2,106.66 of 2,940.05 is 71.65 %, not 71.73 %
    },
}


@pytest.mark.parametrize("document", FOUND)
def test_the_findings_are_those_that_a_reader_makes(document: str) -> None:
    failed = tables.check(document).query("status == 'fail'")
    assert dict(zip(failed["check_id"], failed["severity"], strict=True)) == FOUND[document]


@pytest.mark.parametrize(
    ("document", "check"),
    [
        (REAL, "share-procurement:sme"),  # 12.34 printed, 12.35 from the printed amounts
        (REAL, "share-procurement-micro"),  # 92.86, 92.83
        (REAL, "growth:sangong/vehicle_operation"),  # 171.93, 171.83
        (REAL, "growth:sangong/hospitality"),  # 409.40, 400.00
        (REAL, "growth:sangong/total"),  # 411.73, 412.01
        (REAL, "changes-sangong-items"),  # 4.08 last year, its items 4.09
        (SECOND, "procurement-kinds"),  # 251.25, 251.26
        (SECOND, "initial-budget-items"),  # 2,993.92, 2,993.93
    ],
)
def test_what_rounding_explains_is_no_failure(document: str, check: str) -> None:
    found = tables.check(document).set_index("check_id")
    assert found.loc[check, "status"] == "rounding"


def test_one_figure_printed_twice_with_another_last_place_is_a_note() -> None:
    found = tables.check(SECOND).set_index("check_id").loc["summary-functions:208"]
    assert (found["status"], found["severity"]) == ("rounding", "note")


def test_a_finding_names_the_wrong_share_and_what_it_should_be() -> None:
    found = tables.check(SECOND).set_index("check_id").loc["share-functions:201"]
    assert (found["suspect"], found["expected"]) == ("narrative.appropriation/201.share_pct", 71.65)


def test_messages_name_both_places_their_pages_and_values() -> None:
    found = tables.check(REAL).set_index("check_id").loc["narrative-sangong-counts:domestic_guests"]
    assert all(part in found["message_zh"] for part in ("65", "57", "第 21 页", "第 16 页", "国内公务接待人次"))
    assert all(part in found["message_en"] for part in ("65", "57", "p. 21", "p. 16", "Domestic guests"))


def frames(document: str = REAL) -> dict[str, pd.DataFrame]:
    return {name: tables.load(name, document) for name in FRAMES}


def failures(parts: dict[str, pd.DataFrame], document: str = REAL) -> pd.DataFrame:
    """The failures that are not among those of the document as it is."""
    found = checks.evaluate_all(parts, {}).query("status == 'fail'")
    return found[~found["check_id"].isin(FOUND[document])]


def change(frame: pd.DataFrame, where: dict[str, str], column: str, value: object) -> None:
    chosen = (frame[list(where)] == pd.Series(where)).all(axis=1)
    assert chosen.any()
    frame.loc[chosen, column] = value


def test_one_wrong_cell_is_one_finding_that_names_it() -> None:
    parts = frames()
    change(parts["cells"], {"table": "expenditure", "code": "201", "column": "total"}, "value", 2020.88)
    found = failures(parts)
    assert len(found) >= 4
    assert found["finding"].nunique() == 1
    assert set(found["suspect"]) == {"expenditure.201.total"}
    assert set(found["expected"]) == {2200.88}


def test_a_blanked_cell_is_found() -> None:
    parts = frames()
    cells = parts["cells"]
    dropped = (cells["table"] == "gpb_basic_economic") & (cells["code"] == "30103")
    parts["cells"] = cells[~dropped]
    found = failures(parts)
    assert found["check_id"].tolist() == ["hierarchy-gpb_basic_economic:301.final"]


@pytest.mark.parametrize(
    ("where", "column", "value", "check"),
    [
        ("revenue/other/share_pct", "value", 0.60, "share-revenue:other"),
        ("basic/303/prior_change", "direction", "increase", "change-direction:basic/303"),
        ("basic/301/prior_change_pct", "value", 28.45, "growth:basic/301"),
        ("sangong/total/completion_pct", "value", 90.0, "completion:sangong/total"),
        ("assets/vehicles_specialised/count", "value", 1, "assets-stated-vehicles"),
        ("appropriation/208/initial_budget", "value", 251.77, "initial-budget-classes"),
    ],
)
def test_a_wrong_figure_of_the_narrative_is_found(where: str, column: str, value: object, check: str) -> None:
    parts = frames()
    named = dict(zip(("section", "item", "measure"), where.split("/"), strict=True))
    change(parts["narrative"], named, column, value)
    assert check in set(failures(parts)["check_id"])


@pytest.mark.parametrize(
    ("table", "where", "column", "value", "rule"),
    [
        ("indicators", {"name": "视频会议调度使用率（%）"}, "weight", 4.0, "form-weights"),
        ("indicators", {"name": "视频会议调度使用率（%）"}, "score", 2.0, "form-scores"),
        ("indicators", {"name": "视频会议调度使用率（%）"}, "score", 5.0, "form-score-weight"),
        ("indicators", {"name": "视频会议调度使用率（%）"}, "score", 2.0, "form-target-met"),
        ("indicators", {"name": "视频会议调度使用率（%）"}, "actual", "80", "form-target-missed"),
        ("projects", {"row": "grand_total"}, "weight", 98.0, "form-hundred"),
        ("projects", {"row": "total"}, "executed", 30.0, "form-execution-rate"),
        ("projects", {"row": "total"}, "initial_budget", 50.0, "form-funds"),
        ("statements", {"kind": "year", "section": "basic"}, "said", "2022", "heading-year"),
        ("statements", {"kind": "department", "section": "revenue"}, "said", "某局", "heading-department"),
        ("statements", {"kind": "empty_note", "section": "state_capital"}, "said", "no", "empty-table-note"),
    ],
)
def test_a_fault_in_a_form_or_heading_is_found(
    table: str, where: dict[str, str], column: str, value: object, rule: str
) -> None:
    parts = frames()
    change(parts[table], where, column, value)
    assert rule in {check.partition(":")[0] for check in failures(parts)["check_id"]}


def test_an_outturn_said_to_be_above_a_budget_that_it_is_below() -> None:
    parts = frames(SECOND)
    change(parts["statements"], {"kind": "against_budget", "item": "2010607"}, "said", "greater")
    assert failures(parts, SECOND)["check_id"].tolist() == ["against-budget:appropriation/2010607"]


def test_growth_from_nothing_has_no_rate() -> None:
    parts = frames()
    overseas = parts["narrative"].query("item == 'overseas' and measure == 'prior_change'")
    rate = overseas.assign(measure="prior_change_pct", value=100.0, unit="%")
    parts["narrative"] = pd.concat([parts["narrative"], rate])
    assert failures(parts)["check_id"].tolist() == ["zero-base:sangong/overseas"]


def test_a_figure_stated_twice_differently() -> None:
    parts = frames()
    again = parts["narrative"].query("section == 'revenue' and item == 'other' and measure == 'final'")
    parts["narrative"] = pd.concat([parts["narrative"], again.assign(value=1.37)])
    assert failures(parts)["check_id"].tolist() == ["stated-twice:revenue/other.final"]


def test_a_missing_table_is_told_once() -> None:
    parts = frames()
    parts["cells"] = parts["cells"].query("table != 'revenue'")
    parts["documents"]["missing_tables"] = "revenue"
    found = failures(parts)
    assert found["check_id"].tolist() == ["table-missing:revenue"]


def test_a_narrative_in_another_unit_is_converted_before_it_is_compared() -> None:
    parts = frames()
    narrative = parts["narrative"]
    money = narrative["unit"] == "万元"
    narrative.loc[money, "value"] /= 10_000
    narrative.loc[money, "decimals"] += 4
    narrative.loc[money, "unit"] = "亿元"
    assert failures(parts).empty


def relation(name: str, left: str, right: Iterable[str]) -> Relation:
    return Relation(name, "row", (("t", left, "c"),), tuple(("t", row, "c") for row in right))


def test_failures_without_a_common_cell_are_findings_of_their_own() -> None:
    tests = [relation("a", "x", ["p", "q"]), relation("b", "y", ["r", "s"])]
    values = {("t", row, "c"): found for row in "xypqrs" if (found := number("1.00"))}
    found = causes.findings(tests, ["fail", "fail"], values)
    assert sorted(finding.tests for finding in found) == [(0,), (1,)]
    assert all(finding.cell is None for finding in found)


@pytest.mark.parametrize("name", specs.rules())
def test_the_messages_of_a_rule_are_in_both_languages_and_use_the_same_fields(name: str) -> None:
    rule = specs.rules()[name]
    fields = [{part.split("}")[0] for part in text.split("{")[1:]} for text in (rule.zh, rule.en)]
    assert {field.removesuffix("_zh") for field in fields[0]} == {field.removesuffix("_en") for field in fields[1]}
    assert rule.severity in ("error", "warning", "note")


def test_every_declared_check_has_an_id_of_its_own() -> None:
    ids = [spec.id for spec in (*specs.identities(), *specs.ratios())] + list(specs.rules())
    assert len(ids) == len(set(ids))


def test_a_rule_that_holds_says_what_was_looked_for_and_amounts_have_the_unit_of_the_language() -> None:
    found = tables.check(REAL).query("status == 'pass' and check_id.str.startswith('change-direction')")
    assert found["message_zh"].str.startswith("检查过，没有这样的问题：").all()
    assert found["message_en"].str.match(r"Looked for and not found: .*\(10,000 yuan\)").all()


def test_nothing_printed_with_a_minus_is_nothing() -> None:
    assert [str(exact(value, 2, "万元")) for value in (-0.0, 0.0, -0.01)] == ["0.00", "0.00", "-0.01"]


def test_a_difference_that_rounds_to_nothing_has_no_sign() -> None:
    printed = {"rate": "50.00", "part": "50000.01", "whole": "100000.00"}
    values = {("t", row, "c"): found for row, text in printed.items() if (found := number(text))}
    stated, part, whole = values
    rate = Ratio("r", "row", "r", stated, ((1, part),), ((1, whole),), ((1, whole),))
    assert str(float(rate.verdict(values).difference)) == "0.0"  # 50 − 50.00001
    same = Relation("a", "row", (part,), (whole,))
    verdict = evaluate(same, {part: values[part], whole: Number(Decimal("50000.01001"), 5)})
    _, said = wording.messages(same, verdict, wording.Placed({}))
    assert "difference 0," in said  # −0.00001


def test_a_sum_of_which_no_row_is_printed_says_so() -> None:
    total = ("revenue", "total", "total")
    verdict = evaluate(Relation("sum", "identity", (total,), ()), {total: Number(Decimal(0), 2)})
    zh, en = wording.messages(Relation("sum", "identity", (total,), ()), verdict, wording.Placed({}))
    assert "= 没有印出的行 0 万元" in zh
    assert "= no printed row 0 (10,000 yuan)" in en


def test_a_finding_in_words_is_sentences() -> None:
    found = tables.check(SECOND).query("suspect != ''").groupby("finding")
    for _, part in found:
        assert ".\nMost likely wrong: " in wording.told(part, "en").replace("reason.\n", "")
