"""What the front matter and the table headings say of the department: name, year, unit, duties, units, staff."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from fiscal_utils.normalise import key, squeeze
from fiscal_utils.read import Line

_NUMERAL = "[一二三四五六七八九十]+"
_DIGITS = "零一二三四五六七八九"
_HEADING_LINES = 8
_DEPARTMENT = re.compile(
    r"(?:部门|单位)(?:名称)?[:：](?![台辆套个、，]+$|(?:人民币)?[百千万亿]*元|\d{4}年|(?:金额|计量)?单位[:：]|[(（]?公开)"
    r"(.{2,60}?)(?=\d{4}年|(?:金额)?(?:计量)?单位[:：]|[(（]?公开|[(（]?财决|$)"
)
_YEAR = re.compile(r"(20\d\d)年度?")
_CHINESE_YEAR = re.compile("二[〇○零O0][〇○零O0一二三四五六七八九]{2}(?=年)")
_UNIT = re.compile(r"单位[:：](?:人民币)?(万元|亿元|元)")
_ACCOUNTS = re.compile(r"(?:部门|单位|部门[(（]单位[)）])决算|年度?决算")
_PART = re.compile(rf"第{_NUMERAL}(?:部分|章)[:：、]?")
_LEADER = re.compile(r"(?:[.…·‥]{2,}|…)\d*$")
_COVER = re.compile(
    r"(?:关于)?(?P<before>20\d\d年度?)?(?P<name>[^\d。，；：:;]{0,40}?)(?P<after>20\d\d年度?)?"
    r"(?:部门|单位|部门[(（]单位[)）])?决算的?(?:信息)?(?:公开)?(?:情况)?(?:编制)?(?:报告|报表|表|说明|文本|目录|公告|资料)*"
)
_NAME = re.compile(r"[^\d\s。，；：:;、“”《》.…]{4,40}")
_NO_NAME = re.compile(r"(?:本|我|全)?(?:部门|单位)|目录|附件|公开")
_DUTIES = re.compile(r"主要(?:职责|职能)")
_DUTY = re.compile(rf"(?:^|[。;:])\(({_NUMERAL})\)")
_NUMBERED_DUTY = re.compile(r"(?:^|[。;:])(\d{1,2})[.、](?!\d)")
_ORGANISATION = re.compile(
    rf"(?:{_NUMERAL}、|\({_NUMERAL}\))?.{{0,20}}(?:机构(?:设置|情况)|单位构成|单位基本情况).{{0,10}}"
)
_UNITS = re.compile(
    r"单位(?:总数)?共(?:有|计)?(\d+)(?:个|家)|(?:决算|预算|编制|汇总)范围的?[^。,;:]{0,8}单位有?(\d+)(?:个|家)"
)
_UNIT_LIST = re.compile(
    r"单位名称|(?:编制|决算|预算|汇总|公开)范围的[^。;]{0,20}单位|(?:所属|下属|预算)单位[^。;]{0,6}(?:包括|如下)"
)
_UNIT_ENTRY = re.compile(r"(\d{1,2})[.、]?([^\d。.、][^。]{3,60})")
_COUNT = r"(?:总数|总计|人数|数)?(?:共|共计|为|有|共有)?(\d+)[人名]"
_STAFF = {
    "in_service": (
        rf"年末(?:实有)?在职(?:人员|职工){_COUNT}",
        rf"(?:实有)?在职(?:在编)?(?:人员|职工|干部职工){_COUNT}",
        rf"年末实有(?:在职)?人(?:员|数){_COUNT}(?![^。]*退休)",
    ),
    "retired": (r"离退休人员(\d+)人[(（]不含", rf"(?<!的)离退休人员{_COUNT}"),
    "retired_pension_fund": (r"由养老保险基金发放养老金的离退休人员(\d+)人",),
    "other": (rf"其他人员{_COUNT}",),
    "establishment": (r"编制(?:人数|总数|数)?(?:共|共计|为|有|共有)?(\d+)[人名个]",),
}


def department_and_year(headings: Iterable[Sequence[Line]], lines: Sequence[Line] = ()) -> tuple[str, int | None]:
    """The department and year above most tables, else on the cover and in headings of parts; "" and None if nowhere.

    `headings` are the lines of each table, its title first; `lines` those before the first table and any others that
    may be the title of a part.
    """
    above = _above(headings)
    names = [match[1] for text in above if (match := _DEPARTMENT.search(text))]
    years = [match[1] for text in above if (match := _YEAR.search(text))]
    titles = [] if names and years else list(_titles(lines))
    name = _most(names) or _most([name for name, _ in titles if name]) or ""
    printed = _most(years) or _most([match[1] for _, dated in titles if (match := _YEAR.match(dated))])
    return name, int(printed) if printed else None


def unit(headings: Iterable[Sequence[Line]]) -> str:
    """The unit of amount that most statutory tables print."""
    return _most([match[1] for text in _above(headings) if (match := _UNIT.search(text))]) or ""


def duties(lines: Sequence[Line]) -> int | None:
    """How many duties (一) … (十五), or 1. … 15., part one lists, None where it lists none."""
    texts = [key(line.text) for line in lines]
    for start in (i for i, text in enumerate(texts) if _DUTIES.search(text)):
        listed = texts[start : _section_end(texts, start + 1)]
        numbers = [_chinese(numeral) for text in listed for numeral in _DUTY.findall(text)]
        numbers = numbers or [int(digits) for text in listed for digits in _NUMBERED_DUTY.findall(text)]
        if numbers:
            return max(numbers)
    return None


def budget_units(lines: Sequence[Line]) -> int | None:
    """How many budget units the accounts cover: as part one states it, else as many as it lists by number."""
    match = _UNITS.search(key("".join(line.text for line in lines)))
    if match:
        return int(match[1] or match[2])
    texts = [key(line.text) for line in lines]
    opened = [i for i, text in enumerate(texts) if _UNIT_LIST.search(text)]
    return max((_listed(texts[start + 1 :]) for start in opened), default=0) or None


def staff(lines: Sequence[Line]) -> dict[str, int]:
    """Staff item → persons at year's end, for the items that part one states."""
    text = "".join(squeeze(line.text) for line in lines)
    found = {item: [match for p in patterns if (match := re.search(p, text))] for item, patterns in _STAFF.items()}
    return {item: int(matches[0][1]) for item, matches in found.items() if matches}


def _above(headings: Iterable[Sequence[Line]]) -> list[str]:
    return [squeeze(line.text) for lines in headings for line in lines[:_HEADING_LINES]]


def _most(names: Sequence[str]) -> str | None:
    return Counter(names).most_common(1)[0][0] if names else None


def _titles(lines: Sequence[Line]) -> Iterator[tuple[str, str]]:
    """The department and the year ("" where not printed) of each title of the accounts or of a part of them.

    A cover prints the name, the year and 部门决算 on one, two or three lines.
    """
    texts = [_LEADER.sub("", _arabic(squeeze(line.text))) for line in lines]
    for index, text in enumerate(texts):
        match = _cover(text)
        if not (match and _bare(match["name"])) and (whole := _broken_cover(texts[index - 1] if index else "", text)):
            match = whole
        if not match:
            continue
        name, dated = _bare(match["name"]), match["before"] or match["after"] or ""
        back = index - 1
        if not dated and back >= 0 and _YEAR.fullmatch(texts[back]):
            dated, back = texts[back], back - 1
        if not name and not _PART.match(text) and back >= 0 and _NAME.fullmatch(texts[back]):
            name = _bare(texts[back])
        yield name, dated


def _cover(text: str) -> re.Match[str] | None:
    named = "决算" in text and (text == "决算" or _ACCOUNTS.search(text))
    return _COVER.fullmatch(_PART.sub("", text)) if named else None


def _broken_cover(before: str, text: str) -> re.Match[str] | None:
    """The title that a long name pushes over the end of its line, at or behind the year: 某局2024年 | 度部门决算."""
    whole = _cover(before + text) if _YEAR.search(before) and not _cover(before) else None
    return whole if whole and whole["name"] else None


def _bare(name: str) -> str:
    """The name without words that are not its own; empty for a word that names nobody."""
    name = _PART.sub("", name).removesuffix("部门")
    return "" if _NO_NAME.fullmatch(name) or len(name) < 2 else name


def _arabic(text: str) -> str:
    """The text with a year in Chinese numerals (二〇二四年) in digits."""
    return _CHINESE_YEAR.sub(lambda match: "".join(str(max(_DIGITS.find(char), 0)) for char in match[0]), text)


def _section_end(texts: Sequence[str], start: int) -> int:
    ends = (i for i in range(start, len(texts)) if _ORGANISATION.fullmatch(texts[i]) or _PART.match(texts[i]))
    return next(ends, len(texts))


def _listed(texts: Sequence[str]) -> int:
    """Up to which number the lines go on listing names, from 1; other lines may stand between."""
    count = 0
    for text in texts:
        match = _UNIT_ENTRY.fullmatch(text)
        if match and int(match[1]) == count + 1:
            count += 1
        elif _PART.match(text):
            break
    return count


def _chinese(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    return 10 * (_DIGITS.index(tens) if tens else bool(ten)) + (_DIGITS.index(ones) if ones else 0)
