"""Values and texts of charts: numbers with gaps, how they are written, how wide text is, where it breaks."""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence

import pandas as pd

from fiscal_utils.language import t
from fiscal_utils.numerals import Written, minus
from fiscal_utils.plots.style import SIZE

Labels = Iterable[str]
Values = Iterable[float | None]

MISSING = "—"
_TOKEN = re.compile(r"\s+|[（《「【“‘]*(?:[^\s\u2e80-\uffff]+|[\u2e80-\uffff])[，。、；：）》」】”’！？％]*")


def number(value: float | None) -> float:
    """The value as a float, NaN if missing or infinite."""
    found = math.nan if value is None or pd.isna(value) else float(value)
    return found if math.isfinite(found) else math.nan


def numbers(values: Values, labels: Sequence[str]) -> list[float]:
    """The values as floats, NaN where missing, as many as the labels."""
    found = [number(value) for value in values]
    if len(found) != len(labels):
        raise ValueError(f"{len(labels)} labels but {len(found)} values")
    return found


def finite(values: Iterable[float]) -> list[float]:
    """The values that are there."""
    return [value for value in values if not math.isnan(value)]


def written(value: float, value_format: str) -> str:
    """The value as written beside its mark, a dash if missing."""
    return MISSING if math.isnan(value) else value_format.format(Written(value))


def signed(value: float, value_format: str) -> str:
    """A change with its sign, a dash if missing."""
    if math.isnan(value):
        return MISSING
    return minus(f"{'+' if value > 0 else '-' if value < 0 else ''}{value_format.format(abs(value))}")


def span(low: float, high: float, value_format: str, dash: str = " – ") -> str:
    """An interval as written: one value if both ends are written the same, ≥ or ≤ if only one is known.

    Before a minus a dash would be misread: there it says “to”.
    """
    if math.isnan(low) != math.isnan(high):
        return f"≤ {written(high, value_format)}" if math.isnan(low) else f"≥ {written(low, value_format)}"
    first, second = written(low, value_format), written(high, value_format)
    if first == second:
        return first
    return f"{first}{t(' 至 ', ' to ') if low < 0 else dash}{second}"


def listing(kind: str, items: Sequence[str], limit: int = 12) -> str:
    """What a chart shows, in words: its kind, how many items it has, the first of them and the last."""
    shown = list(items)
    if len(items) > limit + 1:
        more = t(f"……共 {len(items)} 项，最后为{items[-1]}", f"… {len(items)} in all, the last {items[-1]}")
        shown = [*items[:limit], more]
    return kind + t("：", ": ") + t("；", "; ").join(shown)


def text_width(text: str) -> int:
    """The width of one line in half-width characters, a Chinese character counting two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def inches(text: str, size: float = SIZE) -> float:
    """About how wide `text` is drawn."""
    return max(text_width(line) for line in text.split("\n")) * size * 0.56 / 72


def widest(texts: Iterable[str], size: float = SIZE) -> float:
    """The width in inches of the widest of the texts, 0 without any."""
    return max((inches(text, size) for text in texts), default=0.0)


def wrap_to(text: str, width: float, size: float = SIZE) -> str:
    """Break `text` into lines of at most `width` inches."""
    return wrap(text, int(width * 72 / (size * 0.56)))


def wrap(text: str, width: int) -> str:
    """Break `text` into lines of at most `width` half-width characters, Chinese anywhere, English at spaces."""
    return "\n".join(line for part in text.split("\n") for line in _wrap_line(part, max(width, 4)))


def _wrap_line(text: str, width: int) -> list[str]:
    lines = [""]
    for found in _TOKEN.finditer(text):
        token = found.group()
        if text_width(lines[-1] + token.rstrip()) > width and lines[-1]:
            lines.append("")
            token = token.lstrip()
        while text_width(token) > width and len(token) > 1 and not lines[-1]:
            lines[-1], token = token[:width], token[width:]
            lines.append("")
        lines[-1] += token
    return [line.strip() for line in lines if line.strip()] or [""]
