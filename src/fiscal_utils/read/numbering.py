"""The automatic numbers of paragraphs in Word, which are not in their text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

_PLACE = re.compile(r"%([1-9])")
_DIGITS = "〇一二三四五六七八九"
_CHINESE = {"chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCountingThousand"}
_LEVELS = 9


@dataclass(frozen=True)
class _Level:
    """How one level is numbered: its first number, the numerals, the text around them, what follows it."""

    start: int
    numerals: str
    text: str
    gap: str


class Numbering:
    """The counters of a document's lists; `label` is to be asked once a paragraph, in reading order."""

    def __init__(self, document: Document) -> None:
        parts = (rel.target_part for rel in document.part.rels.values() if rel.reltype == RELATIONSHIP_TYPE.NUMBERING)
        root: Any = getattr(next(parts, None), "element", ())
        self._levels = {
            node.get(qn("w:abstractNumId")): {
                _int(level.get(qn("w:ilvl"))): _level(level) for level in _all(node, "lvl")
            }
            for node in root
            if node.tag == qn("w:abstractNum")
        }
        lists = [node for node in root if node.tag == qn("w:num")]
        self._abstract = {node.get(qn("w:numId")): _value(node, "abstractNumId") for node in lists}
        self._restarts = {
            (node.get(qn("w:numId")), _int(override.get(qn("w:ilvl")))): _int(start)
            for node in lists
            for override in _all(node, "lvlOverride")
            if (start := _value(override, "startOverride")) is not None
        }
        self._styles = {node.get(qn("w:styleId")): node for node in _all(document.styles.element, "style")}
        self._counts: dict[str, dict[int, int]] = {}

    def label(self, paragraph: Any) -> str:
        """The number before the paragraph; empty where it has none, or one in numerals that are not rendered."""
        number, depth = self._numbered(paragraph)
        abstract = self._abstract.get(number) or ""
        levels = self._levels.get(abstract, {})
        if depth not in levels:
            return ""
        counts = self._counts.setdefault(abstract, {})
        restart = self._restarts.pop((number, depth), None)
        before = levels[depth].start - 1 if restart is None else restart - 1
        counts[depth] = (counts.get(depth, before) if restart is None else before) + 1
        for deeper in range(depth + 1, _LEVELS):
            counts.pop(deeper, None)
        return _label(levels, counts, depth)

    def _numbered(self, paragraph: Any) -> tuple[str | None, int]:
        """The list and the level of the paragraph: its own, or those of its style or of a style that this builds on."""
        number: str | None = None
        depth: str | None = None
        for properties in self._properties(paragraph):
            numbering = properties.find(qn("w:numPr"))
            if numbering is not None:
                number = number or _value(numbering, "numId")
                depth = depth or _value(numbering, "ilvl")
        return number, _int(depth)

    def _properties(self, paragraph: Any) -> Iterator[Any]:
        properties = paragraph.find(qn("w:pPr"))
        if properties is None:
            return
        yield properties
        style = self._styles.get(_value(properties, "pStyle"))
        for _ in range(_LEVELS):
            if style is None:
                return
            yield from _all(style, "pPr")
            style = self._styles.get(_value(style, "basedOn"))


def _level(node: Any) -> _Level:
    gap = "" if _value(node, "suff") == "nothing" else " "
    return _Level(_int(_value(node, "start")), _value(node, "numFmt") or "decimal", _value(node, "lvlText") or "", gap)


def _label(levels: dict[int, _Level], counts: dict[int, int], depth: int) -> str:
    numbers: list[str] = []
    for place in _PLACE.findall(levels[depth].text):
        level = levels.get(int(place) - 1)
        numeral = level and _numeral(counts.get(int(place) - 1, level.start), level.numerals)
        if not numeral:
            return ""
        numbers.append(numeral)
    if not numbers:
        return ""
    rest = iter(numbers)
    return _PLACE.sub(lambda _: next(rest), levels[depth].text) + levels[depth].gap


def _numeral(number: int, numerals: str) -> str:
    if numerals in _CHINESE:
        return _chinese(number)
    return str(number) if numerals == "decimal" else ""


def _chinese(number: int) -> str:
    """The number in Chinese up to 九十九, beyond which no heading goes."""
    if not 0 < number < 100:
        return ""
    tens, ones = divmod(number, 10)
    ten = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
    return ten + (_DIGITS[ones] if ones else "")


def _all(node: Any, tag: str) -> list[Any]:
    return list(node.findall(qn(f"w:{tag}")))


def _value(node: Any, tag: str) -> str | None:
    child = node.find(qn(f"w:{tag}"))
    return None if child is None else child.get(qn("w:val"))


def _int(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
