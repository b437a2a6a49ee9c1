"""Document ids: region, department and year in ASCII, the same for the same accounts."""

import dataclasses

import pytest

from fiscal_utils import ids, raw, regions
from fiscal_utils.parse import Accounts
from fiscal_utils.specs import read_csv

CONTEXT = "上海市普陀区 江西省 云南省昆明市"


def derived(accounts: Accounts, department: str, year: int = 2023) -> str:
    region = regions.find(department, CONTEXT)
    return ids.derive(dataclasses.replace(accounts, department=department, region=region, year=year))


@pytest.mark.parametrize(
    ("department", "expected"),
    [
        ("景德镇市人民政府办公室", "jingdezhen-government-office-2023"),
        ("上海市普陀区财政局", "putuo-finance-bureau-2023"),
        ("上海市普陀区某某路街道办事处", "putuo-moumoulu-subdistrict-office-2023"),
        ("江西省景德镇市昌江区教育局（本级）", "changjiang-education-bureau-headquarters-2023"),
        ("中共景德镇市委宣传部", "jingdezhen-party-publicity-department-2023"),
        ("中国共产党景德镇市委员会宣传部", "jingdezhen-party-publicity-department-2023"),
        ("陕西省财政厅", "shaanxi-finance-department-2023"),
        ("山西省财政厅", "shanxi-finance-department-2023"),
        ("哈尔滨市公安局", "harbin-public-security-bureau-2023"),
        ("延边朝鲜族自治州中级人民法院", "yanbian-intermediate-court-2023"),
        ("长阳土家族自治县教育局", "changyang-education-bureau-2023"),
        ("赵县财政局", "zhaoxian-finance-bureau-2023"),
        ("财政部", "china-finance-ministry-2023"),
        ("某市植树办公室", "moushizhishu-office-2023"),
        ("Ａ局 2", "aju2-2023"),
        ("（）", "department-2023"),
    ],
)
def test_an_id_names_region_department_and_year(tree_office: Accounts, department: str, expected: str) -> None:
    assert derived(tree_office, department) == expected


def test_a_very_long_name_is_cut_and_stays_distinct(tree_office: Accounts) -> None:
    long = "植树浇水修枝" * 12
    first, second = derived(tree_office, long + "一站"), derived(tree_office, long + "二站")
    assert first != second
    assert max(len(first), len(second)) < 128


def test_every_known_piece_of_a_name_makes_an_id() -> None:
    rows = read_csv("departments.csv")
    assert len({row["zh"] for row in rows}) == len(rows) >= 120
    for row in rows:
        raw.check_id(row["slug"])
        assert row["en"]
    for row in read_csv("readings.csv"):
        raw.check_id(row["pinyin"])
