import pytest

from fiscal_utils import specs
from fiscal_utils.parse.fitting import assigned

OPENING, CLOSING, PROJECTS = "年初结转和结余", "年末结转和结余", "项目支出结转和结余"
YUNNAN = [
    *[(OPENING, leaf) for leaf in ("合计", "基本支出结转", PROJECTS)],
    *[("本年收入", leaf) for leaf in ("合计", "基本支出", "项目支出")],
    ("本年支出", "合计"),
    *[("本年支出", "基本支出", leaf) for leaf in ("小计", "人员经费", "公用经费")],
    ("本年支出", "项目支出"),
    *[(CLOSING, leaf) for leaf in ("合计", "基本支出结转")],
    *[(CLOSING, PROJECTS, leaf) for leaf in ("小计", "项目支出结转", "项目支出结余")],
]
REVENUE = [
    ("本年收入合计",),
    ("财政拨款收入",),
    ("上级补助收入",),
    ("事业收入", "小计"),
    ("事业收入", "其中:教育收费"),
    ("经营收入",),
    ("附属单位缴款收入",),
    ("其他收入",),
]


@pytest.mark.parametrize("table", ["gpb_expenditure", "government_fund", "state_capital"])
def test_the_total_of_a_column_is_the_one_right_below_its_name(table: str) -> None:
    assert assigned(list(enumerate(YUNNAN)), specs.tables()[table].columns) == {
        0: "opening",
        3: "revenue",
        6: "total",
        7: "basic",
        10: "project",
        11: "closing",
    }


def test_a_part_that_is_named_of_which_is_not_the_column() -> None:
    columns = assigned(list(enumerate(REVENUE)), specs.tables()["revenue"].columns)
    assert list(columns) == [0, 1, 2, 3, 5, 6, 7]
    assert list(columns.values()) == list(specs.tables()["revenue"].columns)


def test_a_whole_column_may_be_named_of_which() -> None:
    columns = [("年初预算数",), ("决算数",), ("其中:基本支出",), ("其中:项目支出",), ("完成年初预算%",)]
    found = assigned(list(enumerate(columns)), specs.tables()["gpb_expenditure"].columns)
    assert found == {1: "total", 2: "basic", 3: "project"}
