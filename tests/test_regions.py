import csv
from importlib.resources import files

import pytest

from fiscal_utils.regions import find, regions


@pytest.mark.parametrize(
    ("department", "code", "level"),
    [
        ("景德镇市人民政府办公室", "360200", "prefecture"),
        ("景德镇市 珠山区教育局", "360203", "county"),
        ("江西省财政厅", "360000", "province"),
        ("江西省景德镇市浮梁县财政局", "360222", "county"),
        ("上海市普陀区财政局", "310107", "county"),
        ("上海市规划和自然资源局", "310000", "province"),
        ("舟山市普陀区财政局", "330903", "county"),
        ("浙江省舟山市普陀区财政局", "330903", "county"),
        ("吉林市财政局", "220200", "prefecture"),
        ("南昌县财政局", "360121", "county"),
        ("仙桃市审计局", "429004", "county"),
        ("内蒙古自治区水利厅", "150000", "province"),
        ("凉山彝族自治州财政局", "513400", "prefecture"),
    ],
)
def test_the_longest_chain_of_names_is_the_region(department: str, code: str, level: str) -> None:
    region = find(department)
    assert region is not None
    assert (region.code, region.level) == (code, level)


@pytest.mark.parametrize(
    ("department", "code"),
    [
        ("江西财政厅", "360000"),
        ("景德镇教育局", "360200"),
        ("江西景德镇财政局", "360200"),
        ("上海普陀区财政局", "310107"),
        ("凉山州财政局", "513400"),
    ],
)
def test_short_names_of_provinces_and_prefectures_count_in_the_names_of_offices(department: str, code: str) -> None:
    region = find(department)
    assert region is not None
    assert region.code == code


@pytest.mark.parametrize("department", ["南京大学", "中山大学", "财政局", "县委组织部", "", "中共县委办公室"])
def test_a_name_that_begins_with_no_region_has_none(department: str) -> None:
    assert find(department) is None


@pytest.mark.parametrize(
    ("context", "code"),
    [
        ("", None),
        ("上海市与浙江省各一次", None),
        ("上海市人民政府、上海市财政局、浙江省一次", "310107"),
        ("按照浙江省财政厅和舟山市财政局的要求", "330903"),
    ],
)
def test_the_context_settles_which_of_two_regions_is_meant(context: str, code: str | None) -> None:
    region = find("普陀区财政局", context)
    assert (region and region.code) == code


@pytest.mark.parametrize("context", ["", "吉林市"])
def test_a_short_name_of_two_regions_needs_a_context(context: str) -> None:
    region = find("吉林财政局", context)
    assert (region and region.name_zh) == (context or None)


@pytest.mark.parametrize(
    "department",
    [
        "财政部",
        "财政部（本级）",
        "中华人民共和国审计署",
        "国家统计局",
        "中国科学院",
        "中共中央组织部",
        "最高人民法院",
    ],
)
def test_central_departments_belong_to_the_whole_country(department: str) -> None:
    region = find(department)
    assert region is not None
    assert (region.code, region.name_zh, region.level) == ("100000", "中华人民共和国", "central")


@pytest.mark.parametrize(
    ("department", "code"),
    [
        ("中共景德镇市委宣传部", "360200"),
        ("中国人民政治协商会议江西省委员会办公厅", "360000"),
        ("国家税务总局上海市普陀区税务局", "310107"),
    ],
)
def test_a_local_branch_of_a_national_body_belongs_to_its_place(department: str, code: str) -> None:
    region = find(department)
    assert region is not None
    assert region.code == code


def test_every_county_and_prefecture_lies_in_a_province_of_the_list() -> None:
    known = regions()
    assert {code[:2] + "0000" for code in known} <= known.keys()
    assert {r.level for r in known.values()} == {"central", "province", "prefecture", "county"}
    assert sum(r.level == "province" for r in known.values()) == 34
    assert sum(r.level == "prefecture" for r in known.values()) == 333


def test_provinces_and_cities_have_english_names() -> None:
    cities = [r for r in regions().values() if r.level == "prefecture" and r.name_zh.endswith("市")]
    named = cities + [r for r in regions().values() if r.level == "province"]
    assert [r.name_zh for r in named if not r.name_en] == []
    assert regions()["360200"].name_en == "Jingdezhen"
    assert regions()["310107"].name_en == "Putuo District"


def test_codes_are_six_digits_in_order_and_unique() -> None:
    rows = list(csv.reader(files("fiscal_utils").joinpath("statutory/regions.csv").read_text("utf-8").splitlines()))
    codes = [row[0] for row in rows[1:]]
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert codes == sorted(set(codes))
