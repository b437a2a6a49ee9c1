"""What part one and the table headings say of the department: name, year, unit, duties, budget units, staff."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from fiscal_utils.normalise import key, squeeze
from fiscal_utils.read import Line

_DEPARTMENT = re.compile(r"(?:部门|单位|编制单位)(?:名称)?[:：](.{2,60}?)(?=\d{4}年|金额单位|单位[:：]|公开|$)")
_YEAR = re.compile(r"(20\d\d)年度?")
_UNIT = re.compile(r"金额单位[:：](万元|亿元|元)")
_DUTIES = re.compile(r"主要(职责|职能)")
_DUTY = re.compile(r"[(（]([一二三四五六七八九十]+)[)）]")
_ORGANISATION = re.compile(r"机构(设置|情况)")
_UNITS = re.compile(r"单位共(?:有)?(\d+)(?:个|家)")
_STAFF = {
    "in_service": re.compile(r"年末(?:实有)?在职(?:人员|职工)(?:总数)?(?:共)?(\d+)人"),
    "retired": re.compile(r"离退休人员(\d+)人[(（]不含"),
    "retired_pension_fund": re.compile(r"由养老保险基金发放养老金的离退休人员(\d+)人"),
    "other": re.compile(r"其他人员(\d+)人"),
}
_DIGITS = "零一二三四五六七八九"


def department(segments: Iterable[Sequence[Line]]) -> str:
    """The department named above most statutory tables, empty if none is."""
    found = (_DEPARTMENT.search(squeeze(line.text)) for lines in segments for line in lines[1:8])
    names = Counter(match[1] for match in found if match)
    return names.most_common(1)[0][0] if names else ""


def year(segments: Iterable[Sequence[Line]]) -> int | None:
    """The year that most statutory tables are headed by."""
    found = (_YEAR.search(squeeze(line.text)) for lines in segments for line in lines[1:8])
    years = Counter(int(match[1]) for match in found if match)
    return years.most_common(1)[0][0] if years else None


def unit(segments: Iterable[Sequence[Line]]) -> str:
    """The unit of amount that most statutory tables print."""
    found = (_UNIT.search(squeeze(line.text)) for lines in segments for line in lines[1:8])
    units = Counter(match[1] for match in found if match)
    return units.most_common(1)[0][0] if units else ""


def duties(lines: Sequence[Line]) -> int | None:
    """How many duties (一) … (十五) part one lists, None where it lists none."""
    texts = [key(line.text) for line in lines]
    start = next((i for i, text in enumerate(texts) if _DUTIES.search(text)), None)
    if start is None:
        return None
    end = next((i for i in range(start + 1, len(texts)) if _ORGANISATION.search(texts[i])), len(texts))
    numbers = [_chinese(match[1]) for text in texts[start:end] if (match := _DUTY.match(text))]
    return max(numbers, default=None)


def budget_units(lines: Sequence[Line]) -> int | None:
    """How many budget units the accounts cover as part one states it."""
    match = _UNITS.search(_joined(lines))
    return int(match[1]) if match else None


def staff(lines: Sequence[Line]) -> dict[str, int]:
    """Staff item → persons at year's end, for the items that part one states."""
    text = _joined(lines)
    return {item: int(match[1]) for item, pattern in _STAFF.items() if (match := pattern.search(text))}


def _joined(lines: Sequence[Line]) -> str:
    return "".join(squeeze(line.text) for line in lines)


def _chinese(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    return 10 * (_DIGITS.index(tens) if tens else bool(ten)) + (_DIGITS.index(ones) if ones else 0)
