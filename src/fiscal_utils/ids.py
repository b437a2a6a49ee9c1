"""Document ids: region, department and year in ASCII."""

import hashlib
import re
import unicodedata
from functools import cache

from fiscal_utils import raw
from fiscal_utils.departments import without_region
from fiscal_utils.parse import SIMULATED, Accounts
from fiscal_utils.regions import Region
from fiscal_utils.specs import read_csv

_LONGEST = 100
_OTHER = re.compile(r"[^a-z0-9]+")
_LEVEL = re.compile(r"(?<=..)(自治|特别行政|特|新|地|林)?[省市区县州盟旗]$")
_LEVEL_EN = re.compile(r" (District|County|City|New Area|League|Banner|Prefecture|\S+( and \S+)* Autonomous .*)$")
_PEOPLES = re.compile(
    r"(?<=..)((蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|"
    r"柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|塔吉克|怒|普米|鄂温克|保安|裕固|独龙|各)族?)+(?=自治)"
)


def derive(accounts: Accounts) -> str:
    """The id of the accounts: `jingdezhen-government-office-2023`; the same accounts always have the same id.

    - The region is the smallest one known, by its official romanisation or else in pinyin, without its level: 普陀区
      is `putuo`. It is left out where it is not known.
    - The department's name without its region is taken from its end in the longest pieces that
      statutory/departments.csv knows: 财政局本级 is `finance-bureau-headquarters`. What no piece fits is in pinyin.
      A name too long for a folder is cut and ends with a digest of the whole.
    - Invented accounts begin with `simulated`.
    - Two departments may come out the same (several cities have a 鼓楼区): writing the second one then raises, see
      `raw.write`.
    """
    department = _department(accounts.department.removeprefix(SIMULATED), accounts.region)
    region = _region(accounts.region) if accounts.region else ""
    parts = ("simulated" if accounts.simulated else "", region, department, str(accounts.year))
    document_id = "-".join(filter(None, parts))
    raw.check_id(document_id)
    return document_id


def _region(region: Region) -> str:
    """The slug of the region's name without level and peoples: 延边朝鲜族自治州 → yanbian."""
    if region.name_en:
        return _ascii(_LEVEL_EN.sub("", region.name_en))
    return _pinyin(_LEVEL.sub("", _PEOPLES.sub("", region.name_zh)))


def _department(name: str, region: Region | None) -> str:
    """The slug of the department's name, known pieces from its end first."""
    name = "".join(c for c in unicodedata.normalize("NFKC", name) if c.isalnum())
    rest = without_region(name, region) if region else name
    pieces: list[str] = []
    while piece := next((rest[i:] for i in range(len(rest)) if rest[i:] in _departments()), ""):
        pieces.insert(0, _departments()[piece])
        rest = rest.removesuffix(piece)
    slug = "-".join(filter(None, (_pinyin(rest), *pieces))) or "department"
    if len(slug) <= _LONGEST:
        return slug
    return f"{slug[:_LONGEST].rstrip('-')}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _pinyin(text: str) -> str:
    """The text in pinyin, joined, without tones; of other scripts, the ASCII letters and digits."""
    from pypinyin import lazy_pinyin  # its dictionary takes a third of a second to load

    readings = _readings()
    known = re.compile("|".join(sorted(readings, key=len, reverse=True)))
    return _ascii("".join(lazy_pinyin(known.sub(lambda match: readings[match[0]], text)))).replace("-", "")


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _OTHER.sub("-", plain).strip("-")


@cache
def _departments() -> dict[str, str]:
    """Chinese name or ending of a name → slug."""
    return {row["zh"]: row["slug"] for row in read_csv("departments.csv")}


@cache
def _readings() -> dict[str, str]:
    """Words of place names → their pinyin, where the usual reading of a character is another."""
    return {row["text"]: row["pinyin"] for row in read_csv("readings.csv")}
