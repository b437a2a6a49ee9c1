"""Where documents stand among each other: a ranking by name, or a strip of many, with n and what is missing."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from statistics import median
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fiscal_utils.language import t
from fiscal_utils.plots.canvas import axis, column, fit, panel
from fiscal_utils.plots.canvas import rows as labelled_rows
from fiscal_utils.plots.figure import Caption, show, show_nothing
from fiscal_utils.plots.style import BLUE, DEEP_ORANGE, INK, MUTED, ORANGE, RULE, SKY, WIDTH
from fiscal_utils.plots.text import Labels, Values, finite, listing, numbers, span, widest, written

ROWS = 15
"""As many documents as a ranking lists by name; more are drawn as a strip."""


class Entry(NamedTuple):
    """A document with a value, or with an inferred interval, which is placed by its middle."""

    name: str
    place: float
    low: float
    high: float
    text: str
    marked: bool
    inferred: bool


def ranking(
    labels: Labels,
    values: Values,
    caption: Caption,
    *,
    low: Values | None = None,
    high: Values | None = None,
    focus: Collection[str] = (),
    value_format: str = "{:,.2f}",
) -> None:
    """Documents from the largest value to the smallest, the `focus` marked, the median drawn.

    `low` and `high` are what rounding or inference leaves open, drawn as bars; a document with these alone is placed
    by their middle and has its interval written. How many have a value and how many lack one is said under the title.
    More than 15 are drawn as a strip of dots in which only the focus is named.
    """
    names = list(labels)
    empty = [None] * len(names)
    lows, highs = (numbers(empty if ends is None else ends, names) for ends in (low, high))
    rows = zip(names, numbers(values, names), lows, highs, strict=True)
    entries = [_entry(name, value, a, b, name in focus, value_format) for name, value, a, b in rows]
    found = sorted((entry for entry in entries if entry.place == entry.place), key=lambda entry: -entry.place)
    if not found:
        return show_nothing(caption)
    missing = [entry.name for entry in entries if entry.place != entry.place]
    said = replace(caption, measure=_said(caption.measure, found, missing, value_format))
    reading = listing(t("排序", "Ranking"), [f"{entry.name} {entry.text}" for entry in found])
    draw = _ranked if len(found) <= ROWS else _strip
    return show(draw(found, value_format), said, reading)


def _entry(name: str, value: float, low: float, high: float, marked: bool, value_format: str) -> Entry:
    inferred = value != value and low == low and high == high
    place = (low + high) / 2 if inferred else value
    text = span(low, high, value_format) if inferred else written(value, value_format)
    return Entry(name, place, low, high, text, marked, inferred)


def _said(measure: str, found: Sequence[Entry], missing: Sequence[str], value_format: str) -> str:
    """The measure, then n, the median, the missing and the inferred."""
    places = [entry.place for entry in found]
    parts = [f"n = {len(found)}", t("中位数 ", "median ") + written(median(places), value_format)]
    if missing:
        named = t("、", ", ").join(missing) if len(missing) <= 3 else ""
        parts.append(t(f"缺 {len(missing)} 个", f"{len(missing)} missing") + (f" ({named})" if named else ""))
    if inferred := sum(entry.inferred for entry in found):
        parts.append(t(f"{inferred} 个为推断区间，按中点排序", f"{inferred} inferred, placed by the middle"))
    return "\n".join(part for part in (measure, t("，", ", ").join(parts)) if part)


def _ranked(found: Sequence[Entry], value_format: str) -> Figure:
    """A row for each document: a dot on a line, its value in a column beside."""
    wide = widest(entry.text for entry in found)
    fig, ax = labelled_rows([entry.name for entry in found], 0.3, right=wide + 0.2)
    _median(ax, found)
    for row, entry in enumerate(found):
        ax.axhline(row, color=RULE, linewidth=0.8, zorder=0)
        ax.plot([entry.low, entry.high], [row, row], color=SKY, linewidth=7, alpha=0.6, zorder=1)
        face = "white" if entry.inferred else ORANGE if entry.marked else BLUE
        edge = ORANGE if entry.marked else BLUE
        size = 9 if entry.marked else 7
        ax.plot([entry.place], [row], "o", color=face, markeredgecolor=edge, markersize=size, zorder=3)
        column(ax, row, entry.text, wide, DEEP_ORANGE if entry.marked else INK)
    for label, entry in zip(ax.get_yticklabels(), found, strict=True):
        label.set_color(DEEP_ORANGE if entry.marked else INK)
    fit(ax, finite(end for entry in found for end in (entry.place, entry.low, entry.high)))
    axis(ax, value_format)
    return fig


def _strip(found: Sequence[Entry], value_format: str) -> Figure:
    """Every document a dot, dots of nearly the same value beside each other; the focus larger and named."""
    fig, ax = panel(2.4)
    places = [entry.place for entry in found]
    fit(ax, places)
    ys = _swarm(ax, places)
    _median(ax, found)
    marked = [(entry, y) for entry, y in zip(found, ys, strict=True) if entry.marked]
    reach = max(map(abs, ys)) + 2
    ax.set_ylim(-reach, reach * (1.2 + 0.35 * len(marked)))
    ax.set_yticks([])
    ax.plot(places, ys, "o", color=SKY, markersize=5, alpha=0.75, markeredgewidth=0, zorder=2)
    for level, (entry, y) in enumerate(marked):
        _name(ax, entry.place, y, reach * (1.2 + 0.35 * level), f"{entry.name} {entry.text}")
    axis(ax, value_format)
    return fig


def _swarm(ax: Axes, values: Sequence[float]) -> list[float]:
    """Heights that set values of one dot's width above and below each other, in steps of one."""
    low, high = ax.get_xlim()
    dot = (high - low) / WIDTH * 0.08
    seen: Counter[int] = Counter()
    heights = []
    for value in values:
        slot = round(value / dot)
        seen[slot] += 1
        heights.append(float(seen[slot] // 2 * (-1) ** seen[slot]))
    return heights


def _median(ax: Axes, found: Sequence[Entry]) -> None:
    ax.axvline(median(entry.place for entry in found), color=MUTED, linewidth=1, linestyle=(0, (3, 3)), zorder=1)


def _name(ax: Axes, value: float, y: float, height: float, text: str) -> None:
    """The dot of the focus, and its name at a height above the strip."""
    low, high = ax.get_xlim()
    ax.plot([value], [y], "o", color=ORANGE, markersize=10, markeredgecolor="white", zorder=4)
    ax.annotate(
        text,
        (value, y),
        xytext=(value, height),
        ha="right" if value > (low + high) / 2 else "left",
        va="center",
        fontsize=9.5,
        color=DEEP_ORANGE,
        annotation_clip=False,
        arrowprops={"arrowstyle": "-", "color": ORANGE, "linewidth": 1},
    )
