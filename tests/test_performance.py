"""Self-evaluation forms: wrapped cells of an invented form to funds and indicators."""

import pytest

from fiscal_utils import language
from fiscal_utils.errors import DocumentError
from fiscal_utils.parse.performance import form
from fiscal_utils.read import Line

HEAD = """项目名称 湖岸灯塔养
护经费
主管部门
某湖管理局
年初预算
数
全年预算
数
全年执行
数
分值
执行率
(%)
得分
项目资金（万
元）
年度
资
金总
额
50 60 45 10 75.00 7
其
中：
财政
拨
50 60 45 75.00 7
\f 款
其他
资金
0 0 0 - 0 -
偏差说明 无
绩效目标
一级指
标
二级指
标
三级指标
年度
指标
实际
完成
值
分值 得分
偏差原
因及改进
措施
绩
效
目
标"""
ROWS = """产出指
标
数量
指标 1：
灯塔点
亮
数量
=7 座 7 20 20
指标 3：
巡湖
次数
≥900
次
880 20 18
天气
原因
质量
指标:1：
灯具完
95 97 20 20
\f 好率
（%）
效益指
标
经济效
益
- - - - -
社会效
益
指标 1：
航行安
全
有效保
障
100 10 10
指标 2：
船员
信心建设
100 10 10
满意度 满意度
服务对
象
满意度
90 85 10 8
基本
达到"""
TOTAL = "总计 100 91"


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setattr(language, "_current", ["en"])


def lines(*texts):
    pages = "\n".join(texts).split("\f")
    return [Line(text, page) for page, part in enumerate(pages, 5) for text in part.splitlines() if text]


def plain(record, *names):
    return tuple(None if (value := getattr(record, name)) is None else str(value) for name in names)


def test_funds_with_blank_cells_and_labels_over_a_page_break():
    columns = ("row", "initial_budget", "adjusted_budget", "executed", "weight", "execution_rate", "score")
    assert [plain(fund, *columns) for fund in form(lines(HEAD, ROWS, TOTAL)).funds] == [
        ("total", "50", "60", "45", "10", "75.00", "7"),
        ("fiscal", "50", "60", "45", None, "75.00", "7"),
        ("other", "0", "0", "0", None, "0", None),
        ("grand_total", None, None, None, "100", None, "91"),
    ]


def test_indicators_from_wrapped_cells():
    found = form(lines(HEAD, ROWS, TOTAL))
    assert found.project == "湖岸灯塔养护经费"
    columns = ("level1", "level2", "no", "name", "target", "actual", "weight", "score", "deviation")
    assert [plain(indicator, *columns) for indicator in found.indicators] == [
        ("产出指标", "数量", "1", "灯塔点亮数量", "=7座", "7", "20", "20", ""),
        ("产出指标", "数量", "3", "巡湖次数", "≥900次", "880", "20", "18", "天气原因"),
        ("产出指标", "质量", "1", "灯具完好率（%）", "95", "97", "20", "20", ""),
        ("效益指标", "社会效益", "1", "航行安全", "有效保障", "100", "10", "10", ""),
        ("效益指标", "社会效益", "2", "船员信心建设", "", "100", "10", "10", ""),
        ("满意度", "满意度", None, "服务对象满意度", "90", "85", "10", "8", "基本达到"),
    ]
    assert [indicator.page for indicator in found.indicators] == [6, 6, 6, 7, 7, 7]
    assert len(found.doubts) == 1
    assert "船员信心建设" in found.doubts[0]


def test_unnumbered_indicators_follow_a_full_score():
    rows = "产出指标\n数量指标\n新船\n数量\n=2 艘 2 艘 10 10\n旧船\n数量\n=1 艘 1 艘 10 10\n质量指标\n合格率\n95 95 5 5"
    found = form(lines(HEAD, rows, TOTAL))
    columns = ("level2", "name", "target", "actual")
    assert [plain(indicator, *columns) for indicator in found.indicators] == [
        ("数量指标", "新船数量", "=2艘", "2艘"),
        ("数量指标", "旧船数量", "=1艘", "1艘"),
        ("质量指标", "合格率", "95", "95"),
    ]
    assert found.doubts == []


@pytest.mark.parametrize(
    ("rows", "doubt"),
    [
        ("产出指标\n数量\n船数\n=2 2 10 8\n因故\n船次\n=3 3 5 5", "deviation"),
        ("产出指标\n数量\n指标 1：\n船数\n=2 2 5 6\n指标 2：\n船次\n=3 3 5 5", "Two indicators"),
        ("产出指标\n数量\n指标 1：\n船数", "no indicator"),
    ],
)
def test_what_cannot_be_told_apart_is_a_doubt(rows, doubt):
    assert any(doubt in text for text in form(lines(HEAD, rows, TOTAL)).doubts)


def test_funds_that_fit_no_column_are_a_doubt():
    fund = form(lines(HEAD.replace("50 60 45 75.00 7", "50 60 45 80.00 7"), ROWS, TOTAL)).funds[1]
    assert (fund.row, fund.adjusted_budget) == ("fiscal", None)


def test_a_form_without_its_total_is_refused():
    with pytest.raises(DocumentError, match="湖岸灯塔养护经费") as caught:
        form(lines(HEAD, ROWS))
    assert caught.value.key == "form_truncated"
    assert caught.value.fields["page"] == 7
