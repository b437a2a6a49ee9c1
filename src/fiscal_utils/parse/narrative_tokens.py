"""The expressions that find what a narrative tells: reasons, functional paths, no change, numbers with units."""

import re
from functools import cache

from fiscal_utils.parse.narrative_spec import spec

LEVELS = ("class", "type0", "entry0", "type1", "entry1", "entry2")
"""The groups of a path, from class to item."""
_NUMBER = r"(?=[\d-])(?<![\d.第\[〔])(?<!\d,)(?<!单价)(?<!单位价值)(?P<number>-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)"
_NO_THRESHOLD = r"(?!\(不?含\)以[上下]|以[上下])"
_NO_WORD = "(?!钟)"
_CLASS = r"\"?(?P<class>[^，。;:、()\d.\"]{2,30}+)\"?\(类\)"
_LOWER = r"[，、]?\"?(?P<{}>(?:[^，。;:()\"]|\((?![类款项]\))[^()]*\)){{2,40}}+)\"?\({}\)"
_BELOW = [(_LOWER.format(f"type{i}", "款"), _LOWER.format(f"entry{i}", "项")) for i in range(3)]
_PATH = (
    f"{_CLASS}(?:{_BELOW[0][0]}(?:{_BELOW[0][1]})?)?"
    f'|(?<![^，。;:、\\d."]){_BELOW[1][0]}(?:{_BELOW[1][1]})?|(?<![^，。;:、\\d."]){_BELOW[2][1]}'
)
"""A class with what is below it, or a type or an item alone: one of the class or type last named."""
_LEVEL_MARKS = ("(类)", "(款)", "(项)")
"""Without one of them a text has no path."""
_CHANGED = r"，(?:比|较|与|同)(?:上年度?|20\d\d年度?)(?:相比)?，?(?:增加|减少|增长|下降|降低)了?\d"
"""What tells the next change, with which a reason ends."""
_NEXT_REASON = ";(?=[二三四五六七八九]是)"
"""What parts the reasons that are counted up: 一是 …；二是 …"""
_REASON = rf"(?P<reason>(?:(?!，?其中[:，]|，?其中$|{_CHANGED})[^。;]|{_NEXT_REASON})+)"


@cache
def reason_of_change() -> re.Pattern[str]:
    """The reason that follows a change without being called one."""
    return re.compile(rf"[，。](?:{'|'.join(spec().patterns.reason_of_change)}){_REASON}")


def tokens(text: str) -> re.Pattern[str]:
    """Reasons, statements that nothing changed, numbers with units, and functional paths where the text has any."""
    return _tokens(any(mark in text for mark in _LEVEL_MARKS))


@cache
def _tokens(coded: bool) -> re.Pattern[str]:
    units = "|".join(map(re.escape, sorted(spec().units.kinds, key=len, reverse=True)))
    patterns = spec().patterns
    # an atomic group: 台（套） must not be read as 台
    figure = rf"{_NUMBER}(?P<unit>(?>{units})){_NO_WORD}{_NO_THRESHOLD}"
    reason = rf"(?:{'|'.join(patterns.reason)}):?{_REASON}"
    path = rf"(?P<path>{_PATH if coded else '(?!)'})(?:[。，:]?(?:{'|'.join(patterns.purpose)}))?"
    return re.compile(rf"{reason}|{path}|(?P<flat>{'|'.join(patterns.flat)})|{figure}")
