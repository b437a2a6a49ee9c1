import pytest

from fiscal_utils.parse.narrative import Figure, figures
from fiscal_utils.parse.narrative_spec import fold, parse_spec, spec
from fiscal_utils.read import Line
from fiscal_utils.specs import read_csv, read_toml

Row = tuple[str, str, str, str, str]


def found_in(*texts: str) -> list[Figure]:
    return figures([Line(text, page) for page, text in enumerate(texts, 1)])


def rows_in(*texts: str) -> list[Row]:
    return [(f.item, f.measure, str(f.value), f.unit, f.direction) for f in found_in(*texts)]


def test_wrapped_lines_are_read_as_one_and_a_figure_has_the_page_of_its_number() -> None:
    found = found_in("一、收入决算情况说明", "收入总计 81.50", "万元，其中事业收入", " 7.2万元，占 8.83%。")
    assert [(f.item, f.measure, str(f.value), f.page) for f in found] == [
        ("grand_total", "final", "81.50", 2),
        ("business", "final", "7.2", 4),
        ("business", "share_pct", "8.83", 4),
    ]


def test_changes_carry_their_direction_and_the_reason_of_their_sentence() -> None:
    found = found_in(
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
    rows = rows_in(
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
    rows = rows_in(
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
    rows = rows_in("七、政府采购支出情况说明", "授予中小企业合同金额2万元，占政府采购支出总额的40%。")
    assert rows == [("sme", "final", "2", "万元", ""), ("sme", "share_pct", "40", "%", "")]


def test_dates_and_thresholds_are_no_figures() -> None:
    rows = rows_in("八、国有资产占用情况说明", "2021年6月30日，共有车辆5辆（台）。单价100万元（含）以上设备4台（套）。")
    assert rows == [
        ("vehicles", "count", "5", "辆（台）", ""),
        ("equipment_1m", "count", "4", "台（套）", ""),
    ]


def test_performance_has_grades_evaluations_and_targets_in_free_text() -> None:
    rows = rows_in(
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
    assert rows_in("十、其他事项情况说明", "捐款3万元。") == []


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


def _facts(names: dict[str, str] | None, *texts: str) -> list[tuple[str, str, str, str, str, str]]:
    found = figures([Line(text) for text in texts], names)
    return [(f.section, f.item, f.measure, str(f.value), f.direction, f.reason) for f in found]


def test_shanghai_totals_changes_and_their_reasons_in_a_sentence_of_its_own() -> None:
    assert _facts(
        None,
        "一、收入支出决算总体情况说明",
        "某市渔业局2031年度的收入支出总计是1,300.50 万元。同2030年度相比，减少9.50万元，",
        "下降0.73%。主要原因：鱼塘少了。",
        "四、财政拨款收入支出决算总体情况说明",
        "全局财政拨款收入支出总计为1200万元。与2030年度相比，财政拨款的收支总计持平。",
    ) == [
        ("overall", "grand_total", "final", "1300.50", "", ""),
        ("overall", "grand_total", "prior_change", "9.50", "decrease", "鱼塘少了"),
        ("overall", "grand_total", "prior_change_pct", "0.73", "decrease", "鱼塘少了"),
        ("appropriation_overall", "grand_total", "final", "1200", "", ""),
        ("appropriation_overall", "grand_total", "prior_change", "0", "flat", ""),
    ]


def test_shanghai_items_go_by_the_codes_of_the_documents_own_tables() -> None:
    names = {
        "310": "支出",
        "213": "农林水支出",
        "21301": "农业农村",
        "2130135": "渔业发展",
        "2130199": "其他农业农村支出",
    }
    assert _facts(
        names,
        "五、一般公共预算财政拨款支出决算情况说明",
        "（一）一般公共预算财政拨款支出决算总体情况",
        "全年一般公共预算财政拨款支出90.00万元，占支出合计的75.00%。",
        "（二）一般公共预算财政拨款支出决算结构情况",
        "这90.00万元主要用于以下方面：农林水支出（类）60万元，占66.67%；",
        "（三）一般公共预算财政拨款支出决算具体情况",
        "财政拨款支出的年初预算为100.00万元，决算为90.00万元，完成年初预算的90.00%。决算数小于年初预算数的",
        "主要原因：鱼少。其中：",
        "1、农林水支出（类）农业农村（款）渔业发展（项）。主要用于：养护3个码头。年初预算为 70.00 万元，决算",
        "为60.00万元。决算数小于年初预算数的主要原因：网旧了。",
        "2、住房保障支出（类）住房改革支出（款）购房补贴（项）。主要用于：购房。年初预算安排20万元，支出决算达20万元。",
        "决算与预算基本持平。",
        "3、农林水支出（类）渔村（款）渔灯（项）。年初预算为10万元，支出决算为10万元。",
    ) == [
        ("appropriation", "total", "final", "90.00", "", ""),
        ("appropriation", "total", "share_pct", "75.00", "", ""),
        ("appropriation", "total", "final", "90.00", "", ""),
        ("appropriation", "213", "final", "60", "", ""),
        ("appropriation", "213", "share_pct", "66.67", "", ""),
        ("appropriation", "total", "initial_budget", "100.00", "", ""),
        ("appropriation", "total", "final", "90.00", "", ""),
        ("appropriation", "total", "completion_pct", "90.00", "", "鱼少"),
        ("appropriation", "2130135", "initial_budget", "70.00", "", ""),
        ("appropriation", "2130135", "final", "60.00", "", "网旧了"),
        ("appropriation", "2210203", "initial_budget", "20", "", ""),
        ("appropriation", "2210203", "final", "20", "", ""),
        ("appropriation", "农林水支出/渔村/渔灯", "initial_budget", "10", "", ""),
        ("appropriation", "农林水支出/渔村/渔灯", "final", "10", "", ""),
    ]


def test_shanghai_sangong_has_completion_and_reasons_named_by_item() -> None:
    assert _facts(
        None,
        "七、财政拨款“三公”经费支出决算情况说明",
        "（一）“三公”经费财政拨款支出决算总体情况说明。",
        "“三公”经费年初预算8.00万元，支出决算是4.00万元，完成预算的50%，其中：出国（境）费用决算为",
        "0.00万元，完成预算的0%；公务接待费决算4.00万元，完成预算的100%。",
        "“三公”经费的决算数小于预算数的主要原因：未出国。",
        "“三公”经费决算数比2030年度增加1.00万元，增长33.33%，其中：因公出国（境）费决算持平；",
        "公务接待费支出决算增加1.00万元。公务接待费支出增加的主要原因是客多了。",
        "（二）“三公”经费财政拨款支出决算具体情况说明。",
        "公务用车运行维护支出为0.00万元。2031年，开支财政拨款的公务用车保有量为2辆。",
        "国内公务接待支出合计4.00万元，接待6批次、70人次。",
    ) == [
        ("sangong", "total", "initial_budget", "8.00", "", ""),
        ("sangong", "total", "final", "4.00", "", ""),
        ("sangong", "total", "completion_pct", "50", "", "未出国"),
        ("sangong", "overseas", "final", "0.00", "", ""),
        ("sangong", "overseas", "completion_pct", "0", "", ""),
        ("sangong", "hospitality", "final", "4.00", "", ""),
        ("sangong", "hospitality", "completion_pct", "100", "", ""),
        ("sangong", "total", "prior_change", "1.00", "increase", ""),
        ("sangong", "total", "prior_change_pct", "33.33", "increase", ""),
        ("sangong", "overseas", "prior_change", "0", "flat", ""),
        ("sangong", "hospitality", "prior_change", "1.00", "increase", "客多了"),
        ("sangong", "vehicle_operation", "final", "0.00", "", ""),
        ("sangong", "vehicles_held", "count", "2", "", ""),
        ("sangong", "hospitality_domestic", "final", "4.00", "", ""),
        ("sangong", "domestic_receptions", "count", "6", "", ""),
        ("sangong", "domestic_guests", "count", "70", "", ""),
    ]


def test_shanghai_performance_and_other_matters() -> None:
    assert _facts(
        None,
        "十、预算绩效管理情况",
        "我局编报绩效目标的2031年度项目5个，涉及预算金额70.5万元。绩效自评的2031年度项目3个，涉及预算金额60万元；平均得分",
        "97.25分，包括绩效评级为“优”的项目2个和绩效评级为“不合格”的1个。",
        "十一、其他重要事项的情况说明",
        "全年收到感谢信12份。",
        "（一）机关运行经费支出情况",
        "我局机关运行经费是18.00万元，较2030年度增加2.00万元，增长12.50%。主要原因：换灯。",
        "（二）政府采购支出情况",
        "我局政府采购金额（含税）为9万元，包括货物采购金额4万元、服务采购金额5万元。",
        "面向中小企业预留的政府采购项目预算金额6万元；在面向中小企业预留政府采购项目中，成交",
        "的，采购金额3万元。",
        "（三）国有资产占有使用情况说明",
        "共有车辆2辆，其中：主要领导干部用车1辆。",
        "（四）其他情况",
        "捐书30册。",
    ) == [
        ("performance", "objectives_projects", "count", "5", "", ""),
        ("performance", "objectives_funds", "adjusted_budget", "70.5", "", ""),
        ("performance", "self_evaluation_projects", "count", "3", "", ""),
        ("performance", "self_evaluation_funds", "adjusted_budget", "60", "", ""),
        ("performance", "average_score", "count", "97.25", "", ""),
        ("performance", "grade_excellent", "count", "2", "", ""),
        ("performance", "grade_unqualified", "count", "1", "", ""),
        ("operating_costs", "total", "final", "18.00", "", ""),
        ("operating_costs", "total", "prior_change", "2.00", "increase", "换灯"),
        ("operating_costs", "total", "prior_change_pct", "12.50", "increase", "换灯"),
        ("procurement", "total", "final", "9", "", ""),
        ("procurement", "goods", "final", "4", "", ""),
        ("procurement", "services", "final", "5", "", ""),
        ("procurement", "sme_reserved", "adjusted_budget", "6", "", ""),
        ("procurement", "sme_reserved_awarded", "final", "3", "", ""),
        ("assets", "vehicles", "count", "2", "", ""),
        ("assets", "vehicles_principal", "count", "1", "", ""),
    ]


def test_other_provinces_state_totals_on_both_sides_and_parts_of_revenue() -> None:
    assert _facts(
        None,
        "一、收入支出决算总体情况",
        "2031年度收入总计50.00万元，支出总计50.00万元。与2030年度相比，收入总计增加5万元，增长11.11%，主要是因为鱼多。",
        "二、收入决算情况说明",
        "本年收入合计48万元，其中：一般公共预算财政拨款收入40万元，占83.33%；事业收入8万元，占16.67%；",
        "捕捞证工本费退还2万元，占4.17%。",
        "五、一般公共预算财政拨款支出决算情况说明",
        "1.农林水支出（类）支出决算为40万元，较上年减少2万元，下降4.76%，完成年初预算的80%，决算数小于年初预算数的",
        "主要原因是船少。",
        "2.教育支出（类）年初预算为5.00万元，支出决算为6.00万元，为年初预算的120.00%，比年初预算增加1.00万元，",
        "增长20.00%。",
    ) == [
        ("overall", "grand_total", "final", "50.00", "", ""),
        ("overall", "grand_total", "final", "50.00", "", ""),
        ("overall", "grand_total", "prior_change", "5", "increase", "鱼多"),
        ("overall", "grand_total", "prior_change_pct", "11.11", "increase", "鱼多"),
        ("revenue", "year_total", "final", "48", "", ""),
        ("revenue", "general_public_budget", "final", "40", "", ""),
        ("revenue", "general_public_budget", "share_pct", "83.33", "", ""),
        ("revenue", "business", "final", "8", "", ""),
        ("revenue", "business", "share_pct", "16.67", "", ""),
        ("revenue", "捕捞证工本费退还", "final", "2", "", ""),
        ("revenue", "捕捞证工本费退还", "share_pct", "4.17", "", ""),
        ("appropriation", "213", "final", "40", "", ""),
        ("appropriation", "213", "prior_change", "2", "decrease", ""),
        ("appropriation", "213", "prior_change_pct", "4.76", "decrease", ""),
        ("appropriation", "213", "completion_pct", "80", "", "船少"),
        ("appropriation", "205", "initial_budget", "5.00", "", ""),
        ("appropriation", "205", "final", "6.00", "", ""),
        ("appropriation", "205", "completion_pct", "120.00", "", ""),
    ]


def test_funds_have_their_own_sections_with_items() -> None:
    names = {"212": "城乡社区支出", "21208": "国有土地使用权出让收入安排的支出", "2120803": "城市建设支出"}
    assert _facts(
        names,
        "八、政府性基金预算财政拨款收入支出决算情况说明",
        "（一）收入决算情况",
        "政府性基金预算财政拨款收入3万元，支出2万元，具体如下：",
        "（二）支出决算情况",
        "1、城乡社区支出（类）国有土地使用权出让收入安排的支出（款）城市建设支出（项）。年初预算为2.5万元，支出决算为2万元。",
        "九、国有资本经营预算财政拨款支出决算情况说明",
        "国有资本经营预算财政拨款支出1万元，与上年相比无变化。",
    ) == [
        ("government_fund", "revenue", "final", "3", "", ""),
        ("government_fund", "total", "final", "2", "", ""),
        ("government_fund", "2120803", "initial_budget", "2.5", "", ""),
        ("government_fund", "2120803", "final", "2", "", ""),
        ("state_capital", "total", "final", "1", "", ""),
        ("state_capital", "total", "prior_change", "0", "flat", ""),
    ]


@pytest.mark.parametrize(
    ("texts", "section"),
    [
        (("八、政府性基金预算财政拨款收入支出决算情况", "说明"), "government_fund"),
        (("九、国有资本经营预算财政拨款收", "入支出决算情况说明"), "state_capital"),
        (("（一）机关运行经费支出情况。2031年度支出",), "operating_costs"),
        (("（二）政府采购支出",), "procurement"),
        (("1. 国有资产占用情况",), "assets"),
        (("2031年度收入支出决算总体情况说明",), "overall"),
        (("六、某市渔业局2031年度“三公”经费财政拨款支出决算情况说明",), "sangong"),
        (("三、2031年度支出决算情况说明",), "expenditure"),
    ],
)
def test_headings_are_known_with_any_ordinal_and_on_two_lines(texts: tuple[str, ...], section: str) -> None:
    assert {row[0] for row in _facts(None, *texts, "共7万元。")} == {section}


@pytest.mark.parametrize(
    "line",
    ["渔业局的支出决算情况", "（三）公务接待费支出决算情况", "（一）公务接待费支出决算2万元", "会议费支出决算情况说明"],
)
def test_other_lines_are_no_headings(line: str) -> None:
    assert {row[0] for row in _facts(None, "七、“三公”经费支出决算情况说明", "全年没有出国，", line, "共7万元。")} == {
        "sangong"
    }


def test_what_a_section_of_its_own_is_about_ends_the_one_before() -> None:
    assert _facts(None, "二、收入决算情况说明", "本年收入合计8万元。", "三、会议费支出情况说明", "会议费2万元。") == [
        ("revenue", "year_total", "final", "8", "", "")
    ]


# Phrases of other provinces


def test_a_change_from_a_budget_that_is_named_at_length_is_none_from_the_year_before() -> None:
    rows = rows_in(
        "五、“三公”经费支出决算情况说明",
        "“三公”经费财政拨款决算数8.00万元，比2031年“三公”经费财政拨款年初预算9.00万元减少1.00万元，比2030年减少0.50万元。",
    )
    assert [row for row in rows if row[1] == "prior_change"] == [("total", "prior_change", "0.50", "万元", "decrease")]


def test_a_blank_of_the_template_for_the_direction_is_no_change() -> None:
    rows = rows_in(
        "五、“三公”经费支出决算情况说明", "因公出国（境）费0.00万元，比上年增加/减少0.00万元，增长（下降）0%。"
    )
    assert rows == [("overseas", "final", "0.00", "万元", "")]


def test_vehicles_held_by_type_are_none_that_were_bought() -> None:
    rows = rows_in(
        "五、“三公”经费支出决算情况说明",
        "公务用车购置支出0.00万元，更新购置公务用车0辆。年末共有公务用车2辆，其中：轿车1辆、越野车1辆。",
    )
    assert [(item, value) for item, measure, value, _, _ in rows if measure == "count"] == [
        ("vehicles_purchased", "0"), ("vehicles_held", "2"), ("vehicles_sedans", "1"), ("vehicles_off_road", "1"),
    ]  # fmt: skip


def test_parts_of_an_item_that_is_named_in_another_clause_go_by_their_own_words() -> None:
    rows = rows_in(
        "五、“三公”经费支出决算情况说明",
        "公务用车运行维护费6.00万元，公务用车运行维护费中，公务用车加油4.00万元，公务用车保险2.00万元。",
    )
    assert [(item, value) for item, _, value, _, _ in rows] == [
        ("vehicle_operation", "6.00"), ("公务用车加油", "4.00"), ("公务用车保险", "2.00"),
    ]  # fmt: skip


def test_purchase_and_operation_of_vehicles_in_other_words() -> None:
    rows = rows_in("五、“三公”经费支出决算情况说明", "公务用车购置费及运行维护费支出决算6.50万元，占81.25%。")
    assert [row[0] for row in rows] == ["vehicles", "vehicles"]


def test_a_change_behind_a_reason_is_read() -> None:
    found = found_in(
        "五、“三公”经费支出决算情况说明",
        "公务接待费决算1.50万元，小于预算数的主要原因是来访减少，与上年相比减少0.10万元，减少6.25%，减少的主要原因是节约。",
    )
    assert [(f.measure, str(f.value), f.reason) for f in found] == [
        ("final", "1.50", "来访减少"), ("prior_change", "0.10", "节约"), ("prior_change_pct", "6.25", "节约"),
    ]  # fmt: skip


def test_a_type_alone_is_one_of_the_class_before_it() -> None:
    rows = rows_in(
        "三、财政拨款支出决算情况说明",
        "1.“教育支出”（类）决算50.00万元。其中：“普通教育”（款）决算30.00万元，“进修及培训”（款）决算20.00万元。",
    )
    assert [(item, value) for item, _, value, _, _ in rows] == [
        ("205", "50.00"), ("教育支出/普通教育", "30.00"), ("教育支出/进修及培训", "20.00"),
    ]  # fmt: skip


def test_what_the_assets_come_to() -> None:
    rows = rows_in(
        "六、国有资产占用情况",
        "资产总额500.00万元，其中，流动资产100.00万元，固定资产400.00万元。与上年相比，资产总额增加10.00万元。处置车辆0辆。",
    )
    assert [(item, measure, value) for item, measure, value, _, _ in rows] == [
        ("total", "final", "500.00"), ("current", "final", "100.00"), ("fixed", "final", "400.00"),
        ("total", "prior_change", "10.00"), ("vehicles_disposed", "count", "0"),
    ]  # fmt: skip


def test_kinds_of_basic_expenditure_among_all_expenditure() -> None:
    rows = rows_in(
        "二、支出决算情况说明", "基本支出50.00万元，基本工资、津贴补贴等人员经费支出45.00万元，占基本支出的90%。"
    )
    assert [row[0] for row in rows] == ["basic", "personnel", "personnel"]


def test_what_is_spoken_of_in_brackets_ends_with_them() -> None:
    rows = rows_in(
        "五、“三公”经费支出决算情况说明",
        "公务接待费支出3.20万元，国内公务接待9批次(其中外事接待1批次),70人次(其中外事接待4人次)。",
    )
    assert [row[:3] for row in rows] == [
        ("hospitality", "final", "3.20"),
        ("domestic_receptions", "count", "9"),
        ("foreign_receptions", "count", "1"),
        ("domestic_guests", "count", "70"),
        ("foreign_guests", "count", "4"),
    ]


def test_amounts_in_reasons_that_are_counted_up_are_no_figures() -> None:
    found = found_in(
        "一、收入决算情况说明",
        "本年收入合计9.00万元，较上年减少2.00万元，主要原因：一是人员减少；二是上年有设备款1.50万元；三是压减。",
        "事业收入1.00万元。",
    )
    assert [(f.item, f.measure, str(f.value)) for f in found] == [
        ("year_total", "final", "9.00"),
        ("year_total", "prior_change", "2.00"),
        ("business", "final", "1.00"),
    ]
    assert found[1].reason == "一是人员减少；二是上年有设备款1.50万元；三是压减"


@pytest.mark.parametrize("section", sorted(spec().section))
def test_each_declared_item_has_its_term(section: str) -> None:
    known = {row["key"] for row in read_csv("terms.csv")}
    declared = spec().section[section]
    counted = (key for units in declared.by_unit.values() for key in units)
    keys = {*declared.items, *declared.counts, *declared.after, *counted} - {"none"}
    assert [key for key in sorted(keys) if not known & {key, f"{section}/{key}"} and not key.isdigit()] == []


def test_a_section_of_its_own_that_tells_a_state_ends_the_one_before() -> None:
    rows = rows_in(
        "九、关于机关运行经费支出说明", "机关运行经费支出2.00万元。", "十、一般性支出情况", "开支会议费5.00万元。"
    )
    assert [row[:3] for row in rows] == [("total", "final", "2.00")]


def test_a_bracket_is_no_part_of_a_name() -> None:
    rows = rows_in("二、收入决算情况说明", "事业收入3.00万元（含教育收费1.00万元），附属单位缴款收入0.50万元。")
    assert [row[:3] for row in rows] == [
        ("business", "final", "3.00"),
        ("教育收费", "final", "1.00"),
        ("affiliated_remittance", "final", "0.50"),
    ]


def test_a_class_printed_without_a_name_is_named_by_nothing() -> None:
    lines = [Line("五、一般公共预算财政拨款支出决算情况说明"), Line("支出决算为8.00万元。")]
    assert [f.item for f in figures(lines, {"205": ""})] == [f.item for f in figures(lines)] == ["total"]


@pytest.mark.parametrize("text", ["“三公”'四'＇五＇", "（一）：；，…①２", "㈠ａé⽀"])
def test_a_text_is_folded_character_by_character(text: str) -> None:
    assert fold(text) == "".join(map(fold, text))
    assert len(fold(text)) == len(text)
