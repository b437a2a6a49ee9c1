"""What a report notebook shows: headline cards, sentences, caveats and tables, in the language in use.

Text from documents is escaped here; wording of the notebooks may use Markdown.
"""

import datetime
import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from numbers import Integral, Number, Real
from typing import Any
from unicodedata import east_asian_width

import pandas as pd
from IPython.display import display
from markupsafe import Markup, escape

from fiscal_utils.language import language, t

METRICS_MIME = "application/vnd.fiscal-utils.metrics+json"
"""Media type under which a headline carries its notebook's metrics, and in its metadata the cards."""

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
    return t(zh=zh, en=en).format(**{name: _Missing() if _is_missing(v) else v for name, v in values.items()})


def caveat(zh: str, en: str, **values: object) -> None:
    """Shows a text as `say` does, set off as a note on what the figures do not mean."""
    text = f"**{t(zh='注意', en='Note')}** " + _fill(t(zh=zh, en=en), values)
    _show_markdown("\n".join(f"> {line}" for line in text.splitlines()))


def table(
    frame: pd.DataFrame,
    caption: str,
    *,
    unit: str = "",
    formats: Mapping[str, str | Callable[[Any], str]] | None = None,
    source: str = "",
) -> None:
    """Shows a table: caption and unit above, source below, numbers right-aligned, missing values as a dash.

    Floats get two decimals, integers none; `formats` says otherwise by column (`"{:.1f}"` or a function).
    """
    notes = "" if not unit else Markup('<span class="fu-unit">{}</span>').format(_unit_label(unit))
    foot = "" if not source else Markup('<p class="fu-source">{}</p>').format(_source_label(source))
    styler = _styled(frame, Markup("{} {}").format(caption, notes), formats or {})
    html = Markup('<div class="fu-table">{}</div>{}').format(Markup(styler.to_html()), foot)
    _show({"text/html": _style() + html, "text/plain": f"{caption}\n{frame.to_string(index=False)}"})


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
    if _is_missing(value):
        return None
    if isinstance(value, bool) or not isinstance(value, Number):
        raise TypeError(f"metric {name!r} must be a number, not {value!r}")
    if isinstance(value, Integral):
        return int(value)
    number = float(value)  # type: ignore[arg-type]
    return number if math.isfinite(number) else None


def _as_shown(card: Card) -> dict[str, str]:
    return {"label": card.label, "value": _number_text(card.value), "unit": card.unit, "note": card.note}


def _cards_html(cards: Sequence[Mapping[str, str]]) -> Markup:
    card = Markup(
        '<div class="fu-card"><div class="fu-label">{label}</div>'
        '<div class="fu-value">{value} <span class="fu-unit">{unit}</span></div>'
        '<div class="fu-note">{note}</div></div>'
    )
    return Markup('<div class="fu-cards">{}</div>').format(Markup("").join(card.format(**c) for c in cards))


def _styled(frame: pd.DataFrame, caption: Markup, formats: Mapping[str, Any]) -> Any:
    frame = frame.reset_index(drop=True)
    styler = frame.style.hide(axis="index").set_caption(str(caption))
    styler = styler.format(_formatter(_number_text))
    for column, form in formats.items():
        styler = styler.format(_formatter(form), subset=[column])
    styler = styler.format_index(lambda label: str(escape(label)), axis=1)
    styler = styler.set_table_styles({column: _column_style(frame[column]) for column in frame.columns})
    # An id made from the content, not at random, keeps the page of the same figures the same.
    digest = hashlib.sha1((str(caption) + frame.to_csv()).encode(), usedforsecurity=False).hexdigest()[:10]
    return styler.set_uuid(digest)


def _formatter(form: str | Callable[[Any], str]) -> Callable[[Any], str]:
    write = form.format if isinstance(form, str) else form
    return lambda value: MISSING if _is_missing(value) else str(escape(write(value)))


def _column_style(values: "pd.Series[Any]") -> Any:
    """Numbers to the right and on one line; text no narrower than ten Chinese characters, or its longest."""
    present = values.dropna()
    if len(present) and all(isinstance(v, Number) and not isinstance(v, bool) for v in present):
        return [
            {"selector": "", "props": "text-align: right"},
            {"selector": "td", "props": "white-space: nowrap"},
        ]
    width = min(10.0, max((_width(str(v)) for v in present), default=0))
    return [{"selector": "td", "props": f"min-width: {width:.1f}em"}]


def _width(text: str) -> float:
    """About how wide a text is printed, in ems."""
    return sum(1.0 if east_asian_width(character) in "WF" else 0.6 for character in text)


def _number_text(value: Any) -> str:
    if _is_missing(value):
        return MISSING
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return str(value)
    return f"{value:,d}" if isinstance(value, Integral) else f"{value:,.2f}"


def _is_missing(value: object) -> bool:
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
    if _is_missing(value):
        return _Missing()
    return value if isinstance(value, Number | datetime.date) else escape_markdown(str(value))


def escape_markdown(text: str) -> str:
    """The text with every mark that Markdown or HTML might act on written as a character reference."""
    return re.sub(r"[!-/:-@\[-`{-~]", lambda mark: f"&#{ord(mark[0])};", " ".join(text.split()))


def _unit_label(unit: str) -> str:
    return f"（单位：{unit}）" if language() == "zh" else f"({unit})"


def _source_label(source: str) -> str:
    return f"资料来源：{source}" if language() == "zh" else f"Source: {source}"


@cache
def _style() -> Markup:
    css = files("fiscal_utils").joinpath("template/output.css").read_text("utf-8")
    return Markup('<style class="fu-style">{}</style>').format(Markup(css))
