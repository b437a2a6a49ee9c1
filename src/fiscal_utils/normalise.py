"""Printed text and numbers in a comparable form."""

import csv
import re
import unicodedata
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
_PLACEHOLDER = re.compile(r"[-—–－─−]+")
_QUOTES = re.compile("[“”‘’\"']")
_RADICALS = re.compile(r"[\u2e80-\u2ef3\u2f00-\u2fd5]")
_WIDE = tuple((mark, unicodedata.normalize("NFKC", mark)) for mark in "，：；（）")
_ORDINAL = re.compile(r"^(\(?[一二三四五六七八九十]+[)、.]|\(?\d{1,2}[).、]|其中:)+")


class Number(NamedTuple):
    """A printed number: its value and how many decimals were printed."""

    value: Decimal
    decimals: int

    def __str__(self) -> str:
        return f"{self.value:.{self.decimals}f}"

    @property
    def half_unit(self) -> Decimal:
        """Half a unit in the last printed place: the most by which the exact amount can differ."""
        return _half_unit(self.decimals)


@cache
def _half_unit(decimals: int) -> Decimal:
    return Decimal(5).scaleb(-decimals - 1)


class Placeholder:
    """A printed dash: the cell is deliberately empty."""

    def __str__(self) -> str:
        return "——"


PLACEHOLDER = Placeholder()
Token = Number | Placeholder


@cache
def _radicals() -> dict[int, str]:
    kangxi = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
    path = files("fiscal_utils").joinpath("statutory/radicals.csv")
    supplement = {int(row["code_point"], 16): row["ideograph"] for row in csv.DictReader(path.open(encoding="utf-8"))}
    return kangxi | supplement


def clean(text: str) -> str:
    """The text with look-alike radicals (⽀ U+2F40, ⺠ U+2EA0) mapped to the ideographs that they stand for."""
    return text.translate(_radicals()) if _RADICALS.search(text) else text


def squeeze(text: str) -> str:
    """The text without white space."""
    return "".join(text.split())


def _folded(text: str) -> str:
    """The text in NFKC; its usual wide marks first: what has no others need not be taken apart and put together."""
    if unicodedata.is_normalized("NFKC", text):
        return text
    for mark, plain in _WIDE:
        text = text.replace(mark, plain)
    return unicodedata.normalize("NFKC", text)


@lru_cache(20_000)
def key(text: str) -> str:
    """The text as a key to compare labels by: compatibility forms folded, without white space and quotes."""
    return _QUOTES.sub("", squeeze(_folded(clean(text))))


@lru_cache(20_000)
def label_key(text: str) -> str:
    """The key of a row label without the ordinals before it (一、 1. （1） 其中：)."""
    return _ORDINAL.sub("", key(text))


@lru_cache(20_000)
def number(text: str) -> Number | None:
    """The number that the text prints, None if it is not exactly one number.

    Thousands commas, full-width digits, a leading minus or ￥ and accountants' parentheses are understood.
    """
    if text.isalpha() or (not text.isascii() and any(unicodedata.category(char) == "No" for char in text)):
        return None  # ² and ② are marks beside a number
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").removeprefix("¥")
    if plain.startswith("(") and plain.endswith(")"):
        plain = "-" + plain[1:-1]
    if not _NUMBER.fullmatch(plain):
        return None
    return Number(Decimal(plain.replace(",", "")), len(plain.partition(".")[2]))


def token(text: str) -> Token | None:
    """The number or the placeholder dash that the text prints, None if it is neither."""
    return PLACEHOLDER if _PLACEHOLDER.fullmatch(text) else number(text)
