"""Two or more values of the same thing joined by a line: dumbbells by row, slopes across stages or years."""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes

from fiscal_utils.language import t
from fiscal_utils.plots.canvas import axis, dots, fit, legend, panel, rows, spread, write, write_above
from fiscal_utils.plots.figure import Caption, show, show_nothing
from fiscal_utils.plots.style import BLUE, DEEP_ORANGE, GREY, INK, MUTED, ORANGE, PALE, RED, RULE, WIDTH
from fiscal_utils.plots.text import MISSING, Labels, Values, finite, listing, numbers, widest, wrap_to, written

LINE = 0.2
"""Inches that a line of a label takes."""


def dumbbells(
    labels: Labels,
    left: Values,
    right: Values,
    caption: Caption,
    *,
    names: tuple[str, str],
    value_format: str = "{:,.2f}",
) -> None:
    """Two dots a row joined by a line, the smaller value written on the left and the larger on the right."""
    shown = list(labels)
    firsts, seconds = numbers(left, shown), numbers(right, shown)
    values = finite([*firsts, *seconds])
    if not values:
        return show_nothing(caption)
    fig, ax = rows(shown, 0.4)
    for row, (first, second) in enumerate(zip(firsts, seconds, strict=True)):
        _dumbbell(ax, row, first, second, value_format)
    room = widest(written(value, value_format) for value in values) + 0.2
    fit(ax, values, room, room)
    axis(ax, value_format)
    legend(fig, dots(ORANGE, BLUE), names)
    items = [
        f"{label} {written(first, value_format)} → {written(second, value_format)}"
        for label, first, second in zip(shown, firsts, seconds, strict=True)
    ]
    return show(fig, caption, listing(f"{names[0]} → {names[1]}", items))


def _dumbbell(ax: Axes, row: int, first: float, second: float, value_format: str) -> None:
    ax.plot([first, second], [row, row], color=PALE, linewidth=3, solid_capstyle="round", zorder=2)
    ax.plot([first], [row], "o", color=ORANGE, markersize=9, zorder=3)
    ax.plot([second], [row], "o", color=BLUE, markersize=6 if first == second else 9, zorder=4)
    marks = [(value, color) for value, color in ((first, DEEP_ORANGE), (second, BLUE)) if value == value]
    if first == second:
        marks = [(second, INK)]
    for value, color in marks:
        other = second if value == first else first
        write(ax, value, row, written(value, value_format), left=value < other, color=color, gap=8)
    if not marks:
        ax.text(0.5, row, MISSING, transform=ax.get_yaxis_transform(), ha="center", va="center", color=MUTED)


def slopes(
    stages: Labels,
    lines: Mapping[str, Values],
    caption: Caption,
    *,
    highlight: Collection[str] = (),
    value_format: str = "{:,.2f}",
) -> None:
    """A line for each name across stages (initial → adjusted → final) or years, labelled at both ends.

    Over a missing stage the line is dashed and has no dot. The names in `highlight` stand out; without any, what
    rises is blue, what falls red.
    """
    steps = list(stages)
    found = {name: numbers(values, steps) for name, values in lines.items() if finite(numbers(values, steps))}
    if not found:
        return show_nothing(caption)
    first = {name: (values[0], _first(name, values[0], value_format)) for name, values in found.items()}
    last = {name: (values[-1], _last(name, values, value_format)) for name, values in found.items()}
    sides = [[wrap_to(text, WIDTH * 0.34) for _, text in side.values()] for side in (first, last)]
    height = max(3.0, *(LINE * sum(text.count("\n") + 1 for text in side) + 0.3 for side in sides))
    fig, ax = panel(height, *(widest(side) + 0.25 for side in sides))
    fit_slopes(ax, steps, [value for values in found.values() for value in values])
    for name, values in found.items():
        _slope(
            ax,
            values,
            _slope_colour(name, values, highlight),
            value_format,
            marked=name in highlight or len(found) == 1,
            others=[other for another, other in found.items() if another != name],
        )
    for at, side, texts in ((0, first, sides[0]), (len(steps) - 1, last, sides[1])):
        colors = [_slope_colour(name, values, highlight) for name, values in found.items()]
        colors = [MUTED if color == GREY else color for color in colors]  # a line may be paler than writing
        _side(ax, at, [value for value, _ in side.values()], texts, colors, height)
    items = [f"{n} {' → '.join(written(v, value_format) for v in values)}" for n, values in found.items()]
    return show(fig, caption, listing(t("斜率图", "Slope chart") + f" ({' → '.join(map(str, steps))})", items))


def fit_slopes(ax: Axes, steps: Sequence[str], values: Sequence[float]) -> None:
    """Set stages across the axes, each with a thin upright, and fit the values in its height."""
    low, high = min(finite(values)), max(finite(values))
    margin = ((high - low) or abs(high) or 1.0) * 0.06
    ax.set_xlim(0, max(len(steps) - 1, 1))
    ax.set_ylim(low - margin, high + margin)
    ax.set_yticks([])
    ax.set_xticks(range(len(steps)), [wrap_to(str(step), 1.4) for step in steps], fontsize=9.5, color=MUTED)
    ax.tick_params(axis="x", labeltop=True, labelbottom=False, pad=14)
    for step in range(len(steps)):
        ax.axvline(step, color=RULE, linewidth=1, zorder=0)


def _first(name: str, value: float, value_format: str) -> str:
    return "" if value != value else f"{name}  {written(value, value_format)}"


def _last(name: str, values: Sequence[float], value_format: str) -> str:
    """The label at the right end: the value, and the name where the left end has none."""
    if values[-1] != values[-1]:
        return ""
    value = written(values[-1], value_format)
    return value if values[0] == values[0] and len(values) > 1 else f"{value}  {name}"


def _slope_colour(name: str, values: Sequence[float], highlight: Collection[str]) -> str:
    if highlight:
        return DEEP_ORANGE if name in highlight else GREY
    there = finite(values)
    return INK if len(there) < 2 or there[0] == there[-1] else BLUE if there[-1] > there[0] else RED


def _slope(
    ax: Axes,
    values: Sequence[float],
    color: str,
    value_format: str,
    *,
    marked: bool,
    others: Sequence[Sequence[float]] = (),
) -> None:
    """One line; if `marked` it lies above the others and its inner values are written too, clear of the others."""
    there = [(step, value) for step, value in enumerate(values) if value == value]
    alpha = 1.0 if marked or color != GREY else 0.55
    look: dict[str, Any] = {"color": color, "zorder": 4 if marked else 2, "alpha": alpha}
    for (a, low), (b, high) in pairwise(there):
        style = "-" if b == a + 1 else (0, (4, 3))
        ax.plot([a, b], [low, high], linewidth=2, linestyle=style, **look)
    ax.plot(*zip(*there, strict=True), "o", markersize=6.5, clip_on=False, **look)
    for step, value in there:
        if marked and 0 < step < len(values) - 1:
            below = _crowded(ax, value, [other[step] for other in others])
            write_above(ax, step, value, written(value, value_format), color=color, below=below)


def _crowded(ax: Axes, value: float, others: Sequence[float]) -> bool:
    """Whether another value lies so close above that a label would stand on it."""
    low, high = ax.get_ylim()
    return any(0 < other - value < (high - low) / 10 for other in others)


def _side(
    ax: Axes, at: int, values: Sequence[float], texts: Sequence[str], colors: Sequence[str], height: float
) -> None:
    """The labels of one end, moved apart where they would overlap, each joined to its dot."""
    low, high = ax.get_ylim()
    there = [index for index, text in enumerate(texts) if text]
    tall = [(texts[index].count("\n") + 1) * LINE * (high - low) / height for index in there]
    for index, place in zip(there, spread([values[index] for index in there], tall), strict=True):
        ax.annotate(
            texts[index],
            (at, values[index]),
            xytext=(-14 if at == 0 else 14, (place - values[index]) * height * 72 / (high - low)),
            textcoords="offset points",
            ha="right" if at == 0 else "left",
            va="center",
            fontsize=9.5,
            color=colors[index],
            annotation_clip=False,
            zorder=1,
            arrowprops={"arrowstyle": "-", "color": RULE, "linewidth": 0.8, "shrinkA": 1, "shrinkB": 3},
        )
