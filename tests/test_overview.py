import pytest

from fiscal_utils.parse import overview
from fiscal_utils.read import Line


def _lines(*texts: str) -> list[Line]:
    return [Line(text) for text in texts]


@pytest.mark.parametrize(
    "heading",
    [
        ("收入决算表", "公开02表", "部门：某市渔业局 2031年度 金额单位：万元"),
        ("收入决算表", "编制单位： 某市渔业局", "单位：万元"),
        ("收入决算表", "公开部门：某市 渔业局", "2031年度", "金额单位：元"),
        ("收入决算表", "单位名称：某市渔业局（公章）单位：万元"),
    ],
)
def test_a_table_heading_names_the_department(heading: tuple[str, ...]) -> None:
    assert overview.department_and_year([_lines(*heading)])[0].removesuffix("（公章）") == "某市渔业局"


@pytest.mark.parametrize("blank", ["单位：万元", "部门：", "编制单位： 2031年度 金额单位：万元", "部门： 公开02表"])
def test_a_heading_without_a_name_names_nobody(blank: str) -> None:
    assert overview.department_and_year([_lines("收入决算表", blank)])[0] == ""


@pytest.mark.parametrize(
    ("cover", "name", "year"),
    [
        (("某市渔业局2031年度部门决算",), "某市渔业局", 2031),
        (("2031年度某市渔业局部门决算公开",), "某市渔业局", 2031),
        (("某市渔业局", "2031 年度部门决算"), "某市渔业局", 2031),
        (("某市第一〇〇渔业管理委员会2031年度部门决", "算"), "某市第一〇〇渔业管理委员会", 2031),
        (("某市第一〇〇渔业管理委员会2031年度", "部门决算"), "某市第一〇〇渔业管理委员会", 2031),
        (("某市渔业局", "2031年度", "单位决算"), "某市渔业局", 2031),
        (
            (
                "目 录",
                "第三部分 某市渔业局2031年度部门决算情况说明………… 12",
            ),
            "某市渔业局",
            2031,
        ),
        (("第二部分 2031年度部门决算表",), "", 2031),
        (("某市渔业局二〇三一年度部门（单位）决算",), "某市渔业局", 2031),
        (("关于某市渔业局2031年度决算公开的说明", "某市渔业局2031年度部门决算的说明"), "某市渔业局", 2031),
        (("目录", "2031年度部门决算"), "", 2031),
        (("本局编制2031年度部门决算，汇总三家单位。",), "", None),
    ],
)
def test_the_cover_and_the_parts_name_department_and_year(cover: tuple[str, ...], name: str, year: int | None) -> None:
    assert overview.department_and_year([], _lines(*cover)) == (name, year)


def test_the_table_headings_win_over_the_cover() -> None:
    headings = [_lines("收入决算表", "部门：某市渔业局 2031年度")]
    cover = _lines("某市渔业局下属码头2030年度单位决算", "某市渔业局下属码头2030年度单位决算")
    assert overview.department_and_year(headings, cover) == ("某市渔业局", 2031)


def test_most_titles_decide() -> None:
    lines = _lines("某市渔业局2031年度部门决算", "第二部分 某市渔业局2031年度部门决算表", "某县渔业局2030年度部门决算")
    assert overview.department_and_year([], lines) == ("某市渔业局", 2031)


@pytest.mark.parametrize(
    ("line", "unit"),
    [("单位：万元", "万元"), ("部门：某局 金额单位：元", "元"), ("单位: 人民币亿元", "亿元"), ("单位：辆", "")],
)
def test_the_unit_of_amount(line: str, unit: str) -> None:
    assert overview.unit([_lines("收入决算表", line)]) == unit


def test_duties_may_share_a_line_and_the_table_of_contents_has_none() -> None:
    lines = _lines(
        "一、主要职能", "二、部门决算单位构成", "一、主要职能",
        "某局的主要职责是：（一）管理鱼塘。", "（二）发放渔网。（三）养护码头。",
        "（四）其他任务。", "二、部门决算单位构成", "（五）不是职责。",
    )  # fmt: skip
    assert overview.duties(lines) == 4


def test_duties_may_be_numbered_in_digits() -> None:
    assert overview.duties(_lines("一、部门主要职责", "1.管理鱼塘。2.发放渔网。", "3．养护码头。", "二、机构设置")) == 3


def test_no_duties_are_none() -> None:
    assert overview.duties(_lines("一、主要职责", "见渔业局网站。", "二、机构设置情况")) is None


@pytest.mark.parametrize(
    ("texts", "units"),
    [
        (("二、机构设置", "纳入决算的单位共2个。"), 2),
        (("纳入本部门决算编制范围的独立核算单位有4家：",), 4),
        (("序号 单位名称 备注", "1 某市渔业局（本级）", "2 某市渔网中心 独立", "不单列", "3 某市码头管理所"), 3),
        (("纳入本年度部门决算编制范围的单位包括：", "1．某市渔业局本级", "2．某市渔网中心"), 2),
        (("本局内设科室如下：", "1.办公室兼财务科", "2.码头管理科"), None),
    ],
)
def test_budget_units_are_stated_or_listed(texts: tuple[str, ...], units: int | None) -> None:
    assert overview.budget_units(_lines(*texts)) == units


@pytest.mark.parametrize(
    ("text", "staff"),
    [
        ("编制人数30人，年末实有人数28人，其他人员2人。", {"establishment": 30, "in_service": 28, "other": 2}),
        ("年末实有人数28人，其中在职人员20人、退休人员8人。", {"in_service": 20}),
        ("年末在职人员共20人，离退休人员8人（不含下列）；由养老保险基金发放养老金的离退休人员5人。",
         {"in_service": 20, "retired": 8, "retired_pension_fund": 5}),
        ("年末人数另行公布。", {}),
    ],
)  # fmt: skip
def test_staff_by_their_wordings(text: str, staff: dict[str, int]) -> None:
    assert overview.staff(_lines(text)) == staff
