"""Numbers and dates that a spreadsheet stores, as it prints them."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|(?P<gap>[_*].)|\[(?P<bracket>[^\]]*)\]|(?P<general>General|G/通用格式)'
    r"|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)|(?P<exponent>E[+-])|(?P<plain>.)",
    re.I | re.S,
)
_CONDITION = re.compile(r"(<=|>=|<>|=|<|>)\s*(-?\d+(?:\.\d+)?)")
_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {"<=": le, ">=": ge, "<>": ne, "=": eq, "<": lt, ">": gt}
_LITERAL = {"quoted", "escaped", "plain", "percent"}
_CURRENCY = str.maketrans("", "", "¥￥$")
_GENERAL_DIGITS = 11
_EXACT = Context(prec=1000, rounding=ROUND_HALF_UP)

Section = list[tuple[str, str]]
"""The tokens of one part of a format: their kinds and texts."""


def printed(value: int | float, format_: str) -> str:
    """The number as the format prints it, without thousands separators and currency signs.

    Spreadsheets keep 15 significant digits and round halves away from zero. A negative number keeps its minus where
    the format shows it by colour alone.
    """
    exact = Decimal(f"{value:.15g}")
    text = _render(_section(_sections(format_), exact), abs(exact)).strip()
    return f"-{text}" if exact < 0 and text and not text.startswith(("-", "(", "（")) else text


def printed_date(value: datetime | date | time, format_: str) -> str:
    """The parts of the date that the format shows, as 2023年5月1日; the time as 14:30 where it shows no date."""
    letters = {text.lower() for section in _sections(format_) for kind, text in section if kind == "plain"}
    if isinstance(value, time) or (letters & {"h", "s"} and not letters & {"y", "d"}):
        return f"{value:%H:%M}"
    shown = letters & {"y", "m", "d"} or {"y", "m", "d"}
    parts = (("y", f"{value.year}年"), ("m", f"{value.month}月"), ("d", f"{value.day}日"))
    return "".join(text for letter, text in parts if letter in shown)


@lru_cache(maxsize=256)
def _sections(format_: str) -> list[Section]:
    sections: list[Section] = [[]]
    for match in _TOKEN.finditer(format_):
        kind = str(match.lastgroup)
        if kind == "plain" and match[0] == ";":
            sections.append([])
        else:
            sections[-1].append((kind, match[kind]))
    return sections


def _section(sections: list[Section], value: Decimal) -> Section:
    """The part of the format for the value: by conditions in brackets, else positive; negative; zero."""
    if conditions := [(section, match) for section in sections if (match := _condition(section))]:
        for section, match in conditions:
            if _COMPARE[match[1]](value, Decimal(match[2])):
                return section
        return next((section for section in sections if not _condition(section)), sections[-1])
    if value < 0 and len(sections) > 1:
        return sections[1]
    return sections[2] if value == 0 and len(sections) > 2 else sections[0]


def _condition(section: Section) -> re.Match[str] | None:
    return next((match for kind, text in section if kind == "bracket" and (match := _CONDITION.fullmatch(text))), None)


def _render(section: Section, value: Decimal) -> str:
    kinds = [kind for kind, _ in section]
    if "general" in kinds:
        return "".join(_general(value) if kind == "general" else _literal(kind, text) for kind, text in section)
    if ("plain", "@") in section or ("digit" in kinds and ("plain", "/") in section):
        return _general(value)
    if "digit" not in kinds:
        return "".join(_literal(kind, text) for kind, text in section)
    point = kinds.index("point") if "point" in kinds else len(kinds)
    whole = [index for index, kind in enumerate(kinds) if kind == "digit" and index < point]
    decimals = [index for index, kind in enumerate(kinds) if kind == "digit" and index > point]
    if "exponent" in kinds:
        places = sum(index < kinds.index("exponent") for index in decimals)
        return f"{value:.{places}E}"
    thousands = sum(
        kind == "comma" and index > max((whole if index < point else decimals) or [-1])
        for index, kind in enumerate(kinds)
    )
    scaled = value.scaleb(2 * kinds.count("percent") - 3 * thousands, _EXACT)
    left, _, right = f"{scaled.quantize(Decimal(1).scaleb(-len(decimals)), context=_EXACT):f}".partition(".")
    digits = _placed_left(section, whole, left) | _placed_right(section, decimals, right)
    before_point = "" if whole else left.lstrip("0")
    digits[point] = f"{before_point}." if any(digits[index] for index in decimals) else before_point
    return "".join(digits.get(index, _literal(kind, text)) for index, (kind, text) in enumerate(section))


def _placed_left(section: Section, places: list[int], digits: str) -> dict[int, str]:
    """The digits before the point at their places, the first of which takes all that are left over."""
    if not places:
        return {}
    mandatory = next((len(places) - n for n, index in enumerate(places) if section[index][1] == "0"), 0)
    padded = digits.lstrip("0").zfill(mandatory).rjust(len(places))
    first = len(padded) - len(places) + 1
    return {index: text.strip() for index, text in zip(places, [padded[:first], *padded[first:]], strict=True)}


def _placed_right(section: Section, places: list[int], digits: str) -> dict[int, str]:
    """The decimals at their places, without the zeros that the format makes optional."""
    mandatory = max((n + 1 for n, index in enumerate(places) if section[index][1] == "0"), default=0)
    kept = digits[:mandatory] + digits[mandatory:].rstrip("0")
    return {index: kept[n : n + 1] for n, index in enumerate(places)}


def _literal(kind: str, text: str) -> str:
    return text.translate(_CURRENCY) if kind in _LITERAL else ""


def _general(value: Decimal) -> str:
    """The number without a format: at most 11 significant digits, but never fewer than its whole part has."""
    precision = max(_GENERAL_DIGITS, value.adjusted() + 1)
    text = f"{Context(prec=precision, rounding=ROUND_HALF_UP).plus(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
