import pytest

from fiscal_utils.parse.narrative import Figure, figures, parse_spec, spec
from fiscal_utils.read import Line
from fiscal_utils.specs import read_toml

Row = tuple[str, str, str, str, str]


def _found(*texts: str) -> list[Figure]:
    return figures([Line(text, page) for page, text in enumerate(texts, 1)])


def _rows(*texts: str) -> list[Row]:
    return [(f.item, f.measure, str(f.value), f.unit, f.direction) for f in _found(*texts)]


def test_wrapped_lines_are_read_as_one_and_a_figure_has_the_page_of_its_number() -> None:
    found = _found("一、收入决算情况说明", "收入总计 81.50", "万元，其中事业收入", " 7.2万元，占 8.83%。")
    assert [(f.item, f.measure, str(f.value), f.page) for f in found] == [
        ("grand_total", "final", "81.50", 2),
        ("business", "final", "7.2", 4),
        ("business", "share_pct", "8.83", 4),
    ]


def test_changes_carry_their_direction_and_the_reason_of_their_sentence() -> None:
    found = _found(
        "二、支出决算情况说明",
        "本年支出合计5.00万元，比上年减少1.50万元，下降23.08%，主要原因：经营支出少了；结余分配0.00万元，与上年持平。",
    )
    assert [(f.item, f.measure, str(f.value), f.direction, f.reason) for f in found] == [
        ("year_total", "final", "5.00", "", ""),
        ("year_total", "prior_change", "1.50", "decrease", "经营支出少了"),
        ("year_total", "prior_change_pct", "23.08", "decrease", "经营支出少了"),
        ("surplus_distribution", "final", "0.00", "", ""),
        ("surplus_distribution", "prior_change", "0", "flat", ""),
    ]


def test_classes_and_types_go_by_their_codes() -> None:
    rows = _rows(
        "三、财政拨款支出决算情况说明",
        "（一）教育支出（类）年初预算数4万元，决算数3万元，完成年初预算的75%。",
        "四、一般公共预算财政拨款基本支出决算情况说明",
        "（一）对个人和家庭补助支出2.0万元。",
    )
    assert rows == [
        ("205", "initial_budget", "4", "万元", ""),
        ("205", "final", "3", "万元", ""),
        ("205", "completion_pct", "75", "%", ""),
        ("303", "final", "2.0", "万元", ""),
    ]


def test_counts_do_not_change_the_item_that_is_spoken_of() -> None:
    rows = _rows(
        "五、“三公”经费支出决算情况说明",
        "公务接待费全年预算数6.00万元，国内公务接待8批，接待90人次，决算数5.00万元。",
        "公务用车购置决算数0.00万元，购置公务用车0辆。",
    )
    assert rows == [
        ("hospitality", "adjusted_budget", "6.00", "万元", ""),
        ("domestic_receptions", "count", "8", "批", ""),
        ("domestic_guests", "count", "90", "人次", ""),
        ("hospitality", "final", "5.00", "万元", ""),
        ("vehicle_purchase", "final", "0.00", "万元", ""),
        ("vehicles_purchased", "count", "0", "辆", ""),
    ]


def test_what_a_share_is_of_is_not_its_item() -> None:
    rows = _rows("七、政府采购支出情况说明", "授予中小企业合同金额2万元，占政府采购支出总额的40%。")
    assert rows == [("sme", "final", "2", "万元", ""), ("sme", "share_pct", "40", "%", "")]


def test_dates_and_thresholds_are_no_figures() -> None:
    rows = _rows("八、国有资产占用情况说明", "2021年6月30日，共有车辆5辆（台）。单价100万元（含）以上设备4台（套）。")
    assert rows == [
        ("vehicles", "count", "5", "辆（台）", ""),
        ("equipment_1m", "count", "4", "台（套）", ""),
    ]


def test_performance_has_grades_evaluations_and_targets_in_free_text() -> None:
    rows = _rows(
        "九、预算绩效情况说明",
        "3个项目评价结果为“良”。开展了部门评价，涉及一般公共预算支出7万元，政府性基金预算支出0万元。",
        "依据某财[2021]6号，目标1：全年完成6场培训讲座、培训学员300人及以上、满意率95%等。",
    )
    assert rows == [
        ("grade_good", "count", "3", "个", ""),
        ("department_evaluation_general_public_budget", "final", "7", "万元", ""),
        ("department_evaluation_government_fund", "final", "0", "万元", ""),
        ("全年完成培训讲座", "count", "6", "场", ""),
        ("培训学员", "count", "300", "人", ""),
        ("满意率", "count", "95", "%", ""),
    ]


def test_an_undeclared_section_is_left_out() -> None:
    assert _rows("十、其他事项情况说明", "捐款3万元。") == []


@pytest.mark.parametrize("path", [(), ("units",), ("patterns",), ("section", "assets")])
def test_unknown_keys_are_refused(path: tuple[str, ...]) -> None:
    values = read_toml("narrative.toml")
    assert parse_spec(values) == spec()
    table = values
    for name in path:
        table = table[name]
    table["unknown"] = {}
    with pytest.raises(TypeError, match="unknown"):
        parse_spec(values)
