"""What a report notebook shows: headline cards, sentences, caveats and tables, in the language in use.

Text from documents is escaped here; wording of the notebooks may use Markdown.
"""

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from numbers import Integral, Number, Real
from typing import Any

import pandas as pd
from IPython.display import display
from markupsafe import Markup

from fiscal_utils.language import t
from fiscal_utils.numerals import Written, minus

METRICS_MIME = "application/vnd.fiscal-utils.metrics+json"
"""Media type under which a headline carries its notebook's metrics, and in its metadata the cards."""

ABSENT_MIME = "application/vnd.fiscal-utils.absent+json"
"""Media type of what says that a section has nothing to show: a report leaves out what follows in that section."""

MISSING = "—"

Metric = int | float | None | dict[str, "Metric"]


@dataclass(frozen=True)
class Card:
    """One headline figure: what it is, its value (a number gets two decimals), its unit, its denominator."""

    label: str
    value: str | float | None
    note: str = ""
    unit: str = ""


def headline(metrics: Mapping[str, Any], cards: Sequence[Card]) -> None:
    """Shows the headline cards and records the metrics of the notebook at full precision."""
    shown = [_as_shown(card) for card in cards]
    bundle = {
        "text/html": _style() + _cards_html(shown),
        "text/plain": "\n".join(f"{c['label']}: {c['value']} {c['unit']} {c['note']}".strip() for c in shown),
        METRICS_MIME: plain_metrics(metrics),
    }
    _show(bundle, {METRICS_MIME: {"cards": shown}})


def say(zh: str, en: str, **values: object) -> None:
    """Shows a Markdown text in the language in use: `{fields:.2f}` are filled in, strings escaped."""
    _show_markdown(_fill(t(zh=zh, en=en), values))


def phrase(zh: str, en: str, **values: object) -> str:
    """The text in the language in use as plain text, for a chart's title: fields as in `say`, missing as a dash."""
    return t(zh=zh, en=en).format(**{name: _number(value) for name, value in values.items()})


def caveat(zh: str, en: str, **values: object) -> None:
    """Shows a text as `say` does, set off as a note on what the figures do not mean."""
    text = f"**{t(zh='注意', en='Note')}** " + _fill(t(zh=zh, en=en), values)
    _show_markdown("\n".join(f"> {line}" for line in text.splitlines()))


def end_section(reason: str) -> None:
    """Shows why a section has nothing to show; a report leaves out the rest of it, up to the next heading as high."""
    _show({"text/markdown": escape_markdown(reason), "text/plain": reason, ABSENT_MIME: {}})


def show_html(html: Markup, text: str) -> None:
    """Shows a piece of HTML with the style sheet that belongs to it, and `text` where there is no HTML."""
    _show({"text/html": _style() + html, "text/plain": text})


def _show_markdown(text: str) -> None:
    _show({"text/markdown": text, "text/plain": text})


def _show(bundle: Mapping[str, object], metadata: Mapping[str, object] | None = None) -> None:
    display(bundle, raw=True, metadata=metadata)  # type: ignore[no-untyped-call]


def plain_metrics(metrics: Mapping[str, Any]) -> dict[str, Metric]:
    """The metrics as JSON numbers: numpy and Decimal values made Python's, NaN, infinity and NA made null."""
    return {str(name): _plain_metric(name, value) for name, value in metrics.items()}


def _plain_metric(name: object, value: Any) -> Metric:
    if isinstance(value, Mapping):
        return plain_metrics(value)
    if is_missing(value):
        return None
    if isinstance(value, bool) or not isinstance(value, Number):
        raise TypeError(f"metric {name!r} must be a number, not {value!r}")
    if isinstance(value, Integral):
        return int(value)
    number = float(value)  # type: ignore[arg-type]
    return number if math.isfinite(number) else None


def _as_shown(card: Card) -> dict[str, str]:
    return {"label": card.label, "value": number_text(card.value), "unit": card.unit, "note": card.note}


def _cards_html(cards: Sequence[Mapping[str, str]]) -> Markup:
    card = Markup(
        '<div class="fu-card"><div class="fu-label">{label}</div>'
        '<div class="fu-value">{value} <span class="fu-unit">{unit}</span></div>'
        '<div class="fu-note">{note}</div></div>'
    )
    return Markup('<div class="fu-cards">{}</div>').format(Markup("").join(card.format(**c) for c in cards))


def number_text(value: Any) -> str:
    """A value as written: integers whole, other numbers with two decimals, missing as a dash."""
    if is_missing(value):
        return MISSING
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return str(value)
    return minus(f"{value:,d}" if isinstance(value, Integral) else f"{value:,.2f}")


def interval_text(low: float | None, high: float | None) -> str | None:
    """An interval as written, rounded outwards, with two decimals or as many as show its width; None without ends."""
    if low is None or high is None or not math.isfinite(low) or not math.isfinite(high):
        return None
    written = (_outwards(low, high, places) for places in range(2, 9))
    ends, places = next((w, p) for p, w in enumerate(written, 2) if p == 8 or w[1] - w[0] <= 1.5 * (high - low) + 1e-9)
    first, last = (minus(f"{end:,.{places}f}") for end in ends)
    if first == last:
        return first
    return f"{first}{t(' 至 ', ' to ') if low < 0 else ' – '}{last}"  # a dash before a minus is misread


def _outwards(low: float, high: float, places: int) -> tuple[float, float]:
    unit = 10.0**places
    return math.floor(low * unit + 1e-6) / unit, math.ceil(high * unit - 1e-6) / unit


def is_missing(value: object) -> bool:
    """Whether there is no value: None, NaN, NA."""
    if isinstance(value, Number):
        return bool(value != value)
    return value is None or value is pd.NA or value is pd.NaT


class _Missing:
    """Stands for a missing value in a sentence, whatever its format."""

    def __format__(self, spec: str) -> str:
        return MISSING


def _fill(template: str, values: Mapping[str, object]) -> str:
    return template.format(**{name: _field(value) for name, value in values.items()})


def _field(value: object) -> object:
    shown = _number(value)
    return shown if shown is not value or isinstance(value, datetime.date) else escape_markdown(str(value))


def _number(value: object) -> object:
    """A number as it is written, a dash for a missing one; anything else as it is."""
    if is_missing(value):
        return _Missing()
    return Written(value) if isinstance(value, Number) else value


def escape_markdown(text: str) -> str:
    """The text with every mark that Markdown or HTML might act on written as a character reference."""
    return re.sub(r"[!-/:-@\[-`{-~]", lambda mark: f"&#{ord(mark[0])};", " ".join(text.split()))


@cache
def _style() -> Markup:
    css = files("fiscal_utils").joinpath("reports/template/output.css").read_text("utf-8")
    return Markup('<style class="fu-style">{}</style>').format(Markup(css))
