"""The region a department belongs to, by the code of GB/T 2260 (县级以上行政区划代码)."""

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

CENTRAL = "100000"

# Bodies of the whole country: their local branches name a region further on in their names.
_NATIONAL = re.compile(r"中华|中国|中共|中央|国家|国务院|全国|最高人民|政协|共青团")
_LOCAL_PARTY = re.compile(r"(中国共产党|中共|政协|共青团)(?!中央|全国|国家|国务院)")
# The constituent departments of the State Council, with the names in use for two of them.
_MINISTRY = re.compile(
    r"(外交|国防|教育|科学技术|科技|工业和信息化|公安|国家安全|民政|司法|财政|人力资源和社会保障|自然资源|生态环境|"
    r"住房和城乡建设|交通运输|水利|农业农村|商务|文化和旅游|退役军人事务|应急管理)部|审计署|海关总署"
)
# A short name (江西, 景德镇) counts only in the name of a public office: 南京大学 is not Nanjing's.
_OFFICE = re.compile(r"(局|厅|委|委员会|办公室|办公厅|政府|法院|检察院)$")


@dataclass(frozen=True)
class Region:
    """A region: its six-digit code, its names (no English name: empty), and its level."""

    code: str
    name_zh: str
    name_en: str
    level: str
    short_zh: str = ""

    def contains(self, other: "Region") -> bool:
        """Whether `other` lies inside this region."""
        return self.code != other.code and other.code.startswith(self._significant_digits())

    def _significant_digits(self) -> str:
        digits = {"central": 0, "province": 2, "prefecture": 4, "county": 6}
        return self.code[: digits[self.level]]


@cache
def regions() -> dict[str, Region]:
    """All regions by code: the country, provinces, prefectures and counties."""
    text = files("fiscal_utils").joinpath("statutory/regions.csv").read_text("utf-8")
    return {row["code"]: Region(level=_level(row["code"]), **row) for row in csv.DictReader(text.splitlines())}


def find(department: str, context: str = "") -> Region | None:
    """The region that a department's official name begins with, else None.

    Central departments give the whole country (100000). Where several regions bear the name (普陀区 is in
    Shanghai and in Zhoushan), it is the one whose own and parents' names occur most in `context`.
    """
    name = "".join(department.split())
    if _MINISTRY.match(name) or _NATIONAL.match(name):
        return _choose(_named_within(name), context) or _country(name)
    return _choose(_named_at_start(name, short=bool(_OFFICE.search(name))), context)


def _named_at_start(text: str, *, short: bool, inside: Region | None = None) -> set[Region]:
    """The regions that the longest chain of names at the start of `text` (江西省景德镇市) may stand for."""
    found: dict[int, set[Region]] = defaultdict(set)
    for name, region in _prefixes(text, short):
        if inside is None or inside.contains(region):
            deeper = _named_at_start(text[len(name) :], short=short, inside=region)
            found[len(text) if deeper else len(name)] |= deeper or {region}
    return found[max(found)] if found else set()


def _named_within(text: str) -> set[Region]:
    """The regions first named in full anywhere in `text`."""
    starts = (_named_at_start(text[i:], short=False) for i in range(len(text)))
    return next(filter(None, starts), set())


def _prefixes(text: str, short: bool) -> list[tuple[str, Region]]:
    """The names that `text` begins with, each with every region that bears it."""
    names = _by_name(short)
    return [(text[:n], region) for n in range(2, 17) if n <= len(text) for region in names.get(text[:n], [])]


@cache
def _by_name(short: bool) -> dict[str, list[Region]]:
    names: dict[str, list[Region]] = defaultdict(list)
    for region in regions().values():
        for name in {region.name_zh, region.short_zh if short else ""} - {"", regions()[CENTRAL].name_zh}:
            names[name].append(region)
    return dict(names)


def _choose(candidates: set[Region], context: str) -> Region | None:
    """The only candidate, or the one that `context` names most often, itself and its parents."""
    if len(candidates) < 2:
        return next(iter(candidates), None)
    counts = {region: sum(map(context.count, _family_names(region))) for region in candidates}
    best = [region for region in candidates if counts[region] == max(counts.values())]
    return best[0] if len(best) == 1 else None


def _family_names(region: Region) -> set[str]:
    """The names of the region, its prefecture and its province."""
    codes = {region.code, region.code[:4] + "00", region.code[:2] + "0000"} & regions().keys()
    return {regions()[code].name_zh for code in codes}


def _country(name: str) -> Region | None:
    return None if _LOCAL_PARTY.match(name) else regions()[CENTRAL]


def _level(code: str) -> str:
    if code == CENTRAL:
        return "central"
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"
