"""What a department is called: its own name without its region, and its name in English."""

import re
from functools import cache

from fiscal_utils.language import t
from fiscal_utils.regions import Region, find, regions
from fiscal_utils.specs import read_csv


def without_region(name: str, region: Region) -> str:
    """The name without the first run of names of the region and of those it lies in."""
    names = {name for part in _family(region) for name in (part.name_zh, part.short_zh) if name}
    either = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.sub(f"({either})+", "", name, count=1)


def department_name(name: str, region_code: object = "") -> str:
    """The department's name in the language in use, in English as printed where a part of it is not known.

    The English name has the department's kind and its place: Finance Bureau, Putuo District, Shanghai. Without a code
    the region is the one that the name begins with.
    """
    return t(name, english_name(name, str(region_code)) or name)


@cache
def english_name(name: str, region_code: str = "") -> str:
    """The English name; empty where statutory/departments.csv lacks the department or its region has none."""
    region = regions().get(region_code) or find(name)
    kind = _english().get(without_region(name, region)) if region else None
    if region is None or kind is None or not region.name_en:
        return ""
    family = _family(region) if region.level == "county" else [region]
    above = next((part.name_en for part in family[1:] if part.name_en), "")
    return ", ".join(part for part in (kind, region.name_en, above) if part)


def _family(region: Region) -> list[Region]:
    """The region, its prefecture and its province, those that there are."""
    codes = dict.fromkeys((region.code, region.code[:4] + "00", region.code[:2] + "0000"))
    return [regions()[code] for code in codes if code in regions()]


@cache
def _english() -> dict[str, str]:
    return {row["zh"]: row["en"] for row in read_csv("departments.csv")}
