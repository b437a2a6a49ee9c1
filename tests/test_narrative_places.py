"""The narrative in the words of other places: each figure by its own name."""

from test_narrative import found_in, rows_in


def test_revenue_and_expenditure_under_headings_below_that_of_the_totals() -> None:
    found = found_in(
        "（一）收入支出决算总体情况说明。",
        "1.总体情况。2031年度收入总计8.00万元，支出总计8.00万元。",
        "2.收入情况。2031年度收入合计7.00万元，较上年决算数增加1.00万元。其中：财政拨款收入7.00万元，占100.00%。",
        "3.支出情况。2031年度支出合计6.00万元。其中：基本支出4.00万元，占66.67%。",
        "4.结转结余情况。2031年度年末结转和结余2.00万元，较上年决算数无增减。",
        "（二）一般公共预算财政拨款支出决算情况说明。",
        "1.收入情况。2031年度一般公共预算财政拨款收入7.00万元。",
        "2.支出情况。2031年度一般公共预算财政拨款支出6.00万元。社会保障与就业支出1.20万元，占20.00%。",
    )
    assert [(f.section, f.item, f.measure, str(f.value)) for f in found] == [
        ("overall", "grand_total", "final", "8.00"),
        ("overall", "grand_total", "final", "8.00"),
        ("revenue", "year_total", "final", "7.00"),
        ("revenue", "year_total", "prior_change", "1.00"),
        ("revenue", "fiscal_appropriation", "final", "7.00"),
        ("revenue", "fiscal_appropriation", "share_pct", "100.00"),
        ("expenditure", "year_total", "final", "6.00"),
        ("expenditure", "basic", "final", "4.00"),
        ("expenditure", "basic", "share_pct", "66.67"),
        ("expenditure", "closing_balance", "final", "2.00"),
        ("expenditure", "closing_balance", "prior_change", "0"),
        ("appropriation", "一般公共预算财政拨款收入", "final", "7.00"),
        ("appropriation", "total", "final", "6.00"),
        ("appropriation", "208", "final", "1.20"),
        ("appropriation", "208", "share_pct", "20.00"),
    ]


def test_revenue_without_another_name_is_that_of_the_year() -> None:
    rows = rows_in("（一）收入决算情况。", "2031年度，本单位收入为8.00万元，其中：经营收入2.00万元。")
    assert [row[:3] for row in rows] == [("year_total", "final", "8.00"), ("operating", "final", "2.00")]


def test_two_numbers_in_one_place_are_not_told_apart() -> None:
    rows = rows_in(
        "一、收入支出决算总体情况说明",
        "2031年度收、支总计各为7.00,6.00万元，各下降5.00%、4.00%。本年收入1,234.50万元。",
    )
    assert rows == [
        ("grand_total", "prior_change_pct", "5.00", "%", "decrease"),
        ("year_revenue", "final", "1234.50", "万元", ""),
    ]


def test_totals_in_the_words_of_jiangsu_are_not_of_the_balance_named_before() -> None:
    rows = rows_in(
        "一、收入支出决算总体情况说明",
        "（一）收入决算总计8.00万元。包括：年初结转和结余1.00万元。与上年决算数相同。",
        "（二）支出决算总计8.00万元。包括：本年支出决算合计7.00万元。全部合计8.00万元。",
    )
    assert [row[:3] for row in rows] == [
        ("grand_total", "final", "8.00"),
        ("opening_balance", "final", "1.00"),
        ("opening_balance", "prior_change", "0"),
        ("grand_total", "final", "8.00"),
        ("year_expenditure", "final", "7.00"),
        ("全部合计", "final", "8.00"),
    ]


def test_both_totals_at_once_and_budgets_that_are_no_budgets() -> None:
    found = found_in(
        "（一）收入支出决算总体情况说明",
        "2031年度收、支总计各9.00万元，与2030年度相比，各增加2.00万元。主要原因是：人员增加。",
        "（二）收入决算情况说明",
        "本年收入合计9.00万元；包括财政拨款收入8.00万元（其中：一般公共预算8.00万元），占收入合计88.89%。",
    )
    assert [(f.item, f.measure, str(f.value), f.reason) for f in found] == [
        ("grand_total", "final", "9.00", ""),
        ("grand_total", "prior_change", "2.00", "人员增加"),
        ("year_total", "final", "9.00", ""),
        ("fiscal_appropriation", "final", "8.00", ""),
        ("general_public_budget", "final", "8.00", ""),
        ("fiscal_appropriation", "share_pct", "88.89", ""),
    ]


def test_receptions_abroad_meetings_and_averages() -> None:
    rows = rows_in(
        "八、“三公”经费、会议费和培训费支出情况说明",
        "“三公”经费包括1个行政单位的支出，决算数9.00万元。组织团组1个，人均因公出国（境）费用2.50万元。",
        "公务接待费2.00万元，国内公务接待30团组，累计250人次；国（境）外公务接待支出0.10万元，接待1批次，2人次。",
        "财政拨款会议费支出预算1.00万元，支出决算0.50万元，召开会议3个，参加会议60人次。",
    )
    assert [row[:3] for row in rows] == [
        ("total", "final", "9.00"),
        ("hospitality", "final", "2.00"),
        ("domestic_receptions", "count", "30"),
        ("domestic_guests", "count", "250"),
        ("hospitality_abroad", "final", "0.10"),
        ("foreign_receptions", "count", "1"),
        ("foreign_guests", "count", "2"),
        ("meetings", "adjusted_budget", "1.00"),
        ("meetings", "final", "0.50"),
        ("meetings_held", "count", "3"),
        ("meeting_participants", "count", "60"),
    ]


def test_assets_that_no_name_tells_are_not_the_ones_named_before() -> None:
    rows = rows_in(
        "九、国有资产占用情况说明",
        "共有车辆9台，其中轿车5台；单位价值50万元以上的通用设备3台（套），游艇1台。所属1家单位。",
        "十、机关运行经费支出情况说明",
        "所属1家行政单位的机关运行经费支出8.00万元。",
    )
    assert [row[:3] for row in rows] == [
        ("vehicles", "count", "9"),
        ("vehicles_sedans", "count", "5"),
        ("equipment_500k", "count", "3"),
        ("游艇", "count", "1"),
        ("所属", "count", "1"),
        ("total", "final", "8.00"),
    ]


def test_both_sides_as_a_whole_are_the_grand_total_and_not_the_balance_named_before() -> None:
    rows = rows_in(
        "一、收入支出决算总体情况说明",
        "收入总计9.00万元，其中：年初结转和结余1.00万元。支出总计9.00万元，其中：年末结转和结余2.00万元。",
        "收入支出总体与上年相比，增加3.00万元，增长50.00%，主要原因是人员增加。",
        "四、财政拨款收入支出决算总体情况说明",
        "财政拨款收入支出总体与上年相比，增加2.00万元。与年初预算相比，年初预算数7.00万元，预决算差异率14.29%。",
    )
    assert [row[:3] for row in rows] == [
        ("grand_total", "final", "9.00"),
        ("opening_balance", "final", "1.00"),
        ("grand_total", "final", "9.00"),
        ("closing_balance", "final", "2.00"),
        ("grand_total", "prior_change", "3.00"),
        ("grand_total", "prior_change_pct", "50.00"),
        ("grand_total", "prior_change", "2.00"),
        ("grand_total", "initial_budget", "7.00"),
    ]


def test_vehicles_among_fixed_assets_are_not_those_bought() -> None:
    rows = rows_in(
        "七、财政拨款“三公”经费支出决算情况说明",
        "公务用车购置数0辆，公务用车保有量2辆。国有资产占用情况中固定资产车辆3辆，与公务用车保有量的差异是待报废。",
    )
    assert [row[:3] for row in rows] == [
        ("vehicles_purchased", "count", "0"),
        ("vehicles_held", "count", "2"),
        ("vehicles_in_assets", "count", "3"),
    ]


def test_what_is_bought_in_the_year_is_not_what_is_held() -> None:
    rows = rows_in(
        "十二、国有资产占用及购置情况说明",
        "共有车辆2辆，其中副部（省）级以上领导用车0辆；单价100万元以上的设备（不含车辆）1台（套）。",
        "当年购置车辆4辆；购置单价100万元以上的设备（不含车辆）5台（套）。",
    )
    assert [row[:3] for row in rows] == [
        ("vehicles", "count", "2"),
        ("vehicles_ministerial", "count", "0"),
        ("equipment_1m", "count", "1"),
        ("vehicles_purchased", "count", "4"),
        ("equipment_1m_purchased", "count", "5"),
    ]


def test_what_something_is_for_is_no_part_of_a_name() -> None:
    rows = rows_in(
        "六、一般公共预算财政拨款基本支出决算情况说明",
        "人员经费9.00万元，主要包括基本工资4.00万元、奖金5.00万元。",
        "七、财政拨款“三公”经费支出决算情况说明",
        "公务用车运行费支出3.00万元，主要用于燃料费2.00万元、维修费1.00万元。",
    )
    assert [row[0] for row in rows] == ["personnel", "基本工资", "奖金", "vehicle_operation", "燃料费", "维修费"]


def test_the_year_s_revenue_and_expenditure_of_each_budget() -> None:
    found = found_in(
        "四、财政拨款收入支出决算情况说明",
        "1.一般公共预算财政拨款本年收入5.00万元，比上年增加1.00万元，主要是增人2.00万元；本年支出6.00万元，与上年持平。",
        "2.政府性基金预算财政拨款本年收入3.00万元；本年支出4.00万元，比上年减少2.00万元，下降33.33%，主要是完工。",
        "（二）财政拨款本年收入8.00万元，完成年初预算的80%，比年初预算减少2.00万元，主要是节约；本年支出10.00万元。",
    )
    assert [(f.item, f.measure, str(f.value), f.reason) for f in found] == [
        ("general_public_budget_revenue", "final", "5.00", ""),
        ("general_public_budget_revenue", "prior_change", "1.00", "增人2.00万元"),
        ("general_public_budget", "final", "6.00", ""),
        ("general_public_budget", "prior_change", "0", ""),
        ("government_fund_revenue", "final", "3.00", ""),
        ("government_fund", "final", "4.00", ""),
        ("government_fund", "prior_change", "2.00", "完工"),
        ("government_fund", "prior_change_pct", "33.33", "完工"),
        ("revenue", "final", "8.00", ""),
        ("revenue", "completion_pct", "80", "节约"),
        ("expenditure", "final", "10.00", ""),
    ]


def test_what_something_mainly_is_is_no_reason_where_nothing_changed() -> None:
    found = found_in(
        "七、财政拨款“三公”经费支出决算情况说明",
        "公务接待费支出2.00万元，占40.00%，主要是国内公务接待支出1.50万元，接待对象主要是检查组。",
    )
    assert [(f.item, f.measure, str(f.value), f.reason) for f in found] == [
        ("hospitality", "final", "2.00", ""),
        ("hospitality", "share_pct", "40.00", ""),
        ("hospitality_domestic", "final", "1.50", ""),
    ]


def test_both_totals_under_one_name_and_averages_that_are_no_amounts() -> None:
    rows = rows_in(
        "三、支出决算情况说明",
        "基本支出8.00万元，占80.00%。其中工资福利支出7.00万元。",
        "四、财政拨款收入支出决算总体情况说明",
        "财政拨款收入、支出决算总计9.00万元，与2030年度相比，财政拨款收、支总计各增加1.00万元。",
        "七、财政拨款“三公”经费支出决算情况说明",
        "公务用车运行维护费支出3.00万元，公务用车保有量2辆，平均每辆1.50万元。",
    )
    assert [row[:3] for row in rows] == [
        ("basic", "final", "8.00"),
        ("basic", "share_pct", "80.00"),
        ("工资福利支出", "final", "7.00"),
        ("grand_total", "final", "9.00"),
        ("grand_total", "prior_change", "1.00"),
        ("vehicle_operation", "final", "3.00"),
        ("vehicles_held", "count", "2"),
    ]


def test_a_reason_right_behind_the_comparison_with_the_budget() -> None:
    found = found_in(
        "五、一般公共预算财政拨款支出决算情况说明",
        "年初预算为5.00万元，支出决算为4.00万元，完成年初预算的80.00%，决算数小于年初预算数主要是少用2.00万元。",
        "与2030年度相比，一般公共预算财政拨款支出减少1.00万元，下降20.00%。主要是完工。",
    )
    assert [(f.measure, str(f.value), f.reason) for f in found] == [
        ("initial_budget", "5.00", ""),
        ("final", "4.00", ""),
        ("completion_pct", "80.00", "少用2.00万元"),
        ("prior_change", "1.00", "完工"),
        ("prior_change_pct", "20.00", "完工"),
    ]
