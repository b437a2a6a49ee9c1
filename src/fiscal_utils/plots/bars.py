"""Horizontal bars: one value a row, parts of a whole, groups side by side."""

from collections.abc import Collection, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from fiscal_utils.language import t
from fiscal_utils.plots.canvas import fit, legend, patches, rows, write, zero_line
from fiscal_utils.plots.figure import Caption, show, show_nothing
from fiscal_utils.plots.style import BLUE, INK, ORANGE, PALE, WIDTH, colour, legible_on
from fiscal_utils.plots.text import Labels, Values, finite, inches, listing, number, numbers, widest, written


def bars(
    labels: Labels,
    values: Values,
    caption: Caption,
    *,
    value_format: str = "{:,.2f}",
    highlight: Collection[str] = (),
) -> None:
    """Horizontal bars in the order given, first on top; the labels in `highlight` stand out."""
    names = list(labels)
    found = numbers(values, names)
    if not finite(found):
        return show_nothing(caption)
    texts = [written(value, value_format) for value in found]
    fig, ax = rows(names)
    colors = [(ORANGE if name in highlight else PALE) if highlight else BLUE for name in names]
    _bars(ax, range(len(names)), found, texts, 0.66, colors)
    _fit_texts(ax, found, texts)
    items = [f"{name} {text}" for name, text in zip(names, texts, strict=True)]
    return show(fig, caption, listing(t("条形图", "Bar chart"), items))


def grouped_bars(
    labels: Labels, groups: Mapping[str, Values], caption: Caption, *, value_format: str = "{:,.2f}"
) -> None:
    """Horizontal bars side by side, one of each group for each label."""
    names = list(labels)
    columns = {group: numbers(values, names) for group, values in groups.items()}
    everything = [value for column in columns.values() for value in column]
    if not finite(everything):
        return show_nothing(caption)
    fig, ax = rows(names, 0.23 * len(columns) + 0.18)
    height = 0.8 / len(columns)
    for index, column in enumerate(columns.values()):
        ys = [row - 0.4 + height * (index + 0.5) for row in range(len(names))]
        _bars(ax, ys, column, [written(value, value_format) for value in column], height * 0.9, [colour(index)])
    _fit_texts(ax, everything, [written(value, value_format) for value in everything])
    legend(fig, patches(len(columns)), list(columns))
    return show(fig, caption, listing(t("分组条形图", "Grouped bars"), _items(names, columns, value_format)))


def stacked_bars(
    labels: Labels,
    parts: Mapping[str, Values],
    caption: Caption,
    *,
    totals: Values | None = None,
    value_format: str = "{:,.2f}",
) -> None:
    """Horizontal stacked bars, a value in each segment wide enough, the `totals` as published after each bar.

    A segment that is the whole bar is not written twice. Parts are rounded when printed, so their sum is not the total:
    none is written that is not given.
    """
    names = list(labels)
    columns = {part: numbers(values, names) for part, values in parts.items()}
    if not finite(value for column in columns.values() for value in column):
        return show_nothing(caption)
    whole = [number(value) for value in totals] if totals is not None else []
    texts = [written(value, value_format) for value in whole] or [""] * len(names)
    fig, ax = rows(names, 0.42)
    ends = [stack_ends(columns.values(), row) for row in range(len(names))]
    fit(ax, [end for pair in ends for end in pair], 0.0, widest(texts) + 0.1, zero=True)
    for row, (_, up) in enumerate(ends):
        segments = [column[row] for column in columns.values()]
        stack(ax, row, segments, value_format, mute=bool(texts[row]) and sum(map(bool, finite(segments))) == 1)
        write(ax, up, row, texts[row])
    zero_line(ax)
    drawn = {name: colour(index) for index, (name, column) in enumerate(columns.items()) if any(finite(column))}
    legend(fig, [Patch(color=color) for color in drawn.values()], list(drawn))
    every = columns | ({t("合计", "total"): whole} if whole else {})
    return show(fig, caption, listing(t("堆叠条形图", "Stacked bars"), _items(names, every, value_format)))


def _items(names: Sequence[str], columns: Mapping[str, Sequence[float]], value_format: str) -> list[str]:
    """Each row in words: its name and every group's value."""
    comma = t("，", ", ")
    return [
        f"{name} {comma.join(f'{key} {written(column[row], value_format)}' for key, column in columns.items())}"
        for row, name in enumerate(names)
    ]


def _bars(
    ax: Axes, ys: Sequence[float], values: Sequence[float], texts: Sequence[str], height: float, colors: Sequence[str]
) -> None:
    widths = [0.0 if value != value else value for value in values]
    ax.barh(ys, widths, height=height, color=list(colors))
    for y, width, text in zip(ys, widths, texts, strict=True):
        write(ax, width, y, text, left=width < 0, color=INK)


def _fit_texts(ax: Axes, values: Sequence[float], texts: Sequence[str]) -> None:
    """Fit bars from zero with room for the texts at their ends."""
    room = widest(texts) + 0.1
    fit(ax, finite(values), room if min(finite(values)) < 0 else 0.0, room, zero=True)
    zero_line(ax)


def stack_ends(columns: Collection[Sequence[float]], row: int) -> tuple[float, float]:
    """How far the segments of a row reach to the left and to the right of zero."""
    values = finite(column[row] for column in columns)
    return sum(value for value in values if value < 0), sum(value for value in values if value > 0)


def stack(ax: Axes, row: int, values: Sequence[float], value_format: str, *, mute: bool = False) -> None:
    """Draw the segments of one bar, positive ones to the right of zero and negative ones to its left.

    Their values are written in those wide enough, unless `mute`.
    """
    ends = {True: 0.0, False: 0.0}
    low, high = ax.get_xlim()
    per_inch = (high - low) / (ax.get_position().width * WIDTH)
    for index, value in enumerate(values):
        if value != value:
            continue
        start = ends[value >= 0]
        ends[value >= 0] = start + value
        color = colour(index)
        ax.barh(row, value, left=start, height=0.7, color=color, edgecolor="white", linewidth=0.8)
        text = written(value, value_format)
        if not mute and value and abs(value) > (inches(text, 9) + 0.08) * per_inch:
            ax.text(start + value / 2, row, text, ha="center", va="center", fontsize=9, color=legible_on(color))
