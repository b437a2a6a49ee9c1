"""The chart vocabulary of the reports: each function draws one figure and displays it as one PNG with its alt text.

Text may be Chinese or English. A chart's title states the finding, its subtitle the measure and unit, and values
are written beside their marks. A missing value (None or NaN) leaves its mark out and is written as a dash.
"""

import base64
import io
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from IPython.display import display
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from fiscal_utils.language import t

BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D98200", "#009E73", "#CC79A7"
SKY, RED, YELLOW, GREY = "#56B4E9", "#D55E00", "#E9D85A", "#9AA3AB"
INK, MUTED, RULE, PALE = "#22303C", "#66727D", "#E3E7EA", "#B9CFDD"
PALETTE = (BLUE, ORANGE, GREEN, SKY, PURPLE, YELLOW, RED, GREY)
FONTS = (
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "DejaVu Sans",
)
WIDTH = 9.0
LABEL_WIDTH = 2.5
SIZE = 10.0
DPI = 160

Labels = Iterable[str]
Values = Iterable[float | None]

_styled: list[bool] = []
_TOKEN = re.compile(r"\s+|[（《「【“‘]*(?:[^\s\u2e80-\uffff]+|[\u2e80-\uffff])[，。、；：）》」】”’！？％]*")


def use_style() -> None:
    """Set the theme and the bundled Chinese font; only the first call does anything."""
    if _styled:
        return
    spec = find_spec("zhplot")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        font = Path(folder, "fonts", "NotoSansSC-Regular.ttf")
        if font.is_file():
            fontManager.addfont(font)
    sns.set_theme(style="white", palette=list(PALETTE), rc=_rc())
    _styled.append(True)


def _rc() -> dict[str, Any]:
    return {
        "font.family": ["sans-serif", "DejaVu Sans"],
        "font.sans-serif": list(FONTS),
        "font.size": SIZE,
        "font.weight": "normal",
        "axes.titleweight": "normal",
        "axes.labelweight": "normal",
        "axes.unicode_minus": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": RULE,
        "axes.labelcolor": MUTED,
        "text.color": INK,
        "text.parse_math": False,
        "xtick.color": INK,
        "ytick.color": INK,
        "grid.color": RULE,
        "figure.facecolor": "white",
    }


def show(fig: Figure, *, title: str, subtitle: str = "", source: str = "", alt: str = "") -> None:
    """Head `fig` with its title and subtitle, foot it with its source, close it and display it as one PNG."""
    use_style()
    fig.canvas.draw()
    box = fig.get_tightbbox(None, bbox_extra_artists=None)
    left, width = min(box.x0, 0.0), max(box.x1, fig.get_figwidth()) - min(box.x0, 0.0)
    top = _place(fig, subtitle, left, box.y1 + 0.12, 10.5, MUTED, width) if subtitle else box.y1 + 0.08
    _place(fig, title, left, top + 0.06, 14, INK, width)
    if source:
        _place(fig, source, left, box.y0 - 0.12, 8.5, MUTED, width, below=True)
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=DPI, bbox_inches="tight", facecolor="white", pad_inches=0.12)
    plt.close(fig)
    image = base64.b64encode(buffer.getvalue()).decode("ascii")
    data = {"image/png": image, "text/plain": title}
    display(data, raw=True, metadata={"alt": alt or title})  # type: ignore[no-untyped-call, unused-ignore]


def _place(
    fig: Figure, text: str, x: float, y: float, size: float, color: str, width: float, *, below: bool = False
) -> float:
    """Write `text` at (x, y) inches, above or below that point; the y of its far edge."""
    wide, high = fig.get_size_inches()
    wrapped = wrap(text, int(width * 72 / (size * 0.54)))
    artist = fig.text(
        x / wide, y / high, wrapped, fontsize=size, color=color, va="top" if below else "bottom", linespacing=1.3
    )
    extent = artist.get_window_extent()
    return float(extent.y0 if below else extent.y1) / float(fig.dpi)


def text_width(text: str) -> int:
    """The width of one line in half-width characters, a Chinese character counting two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


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


def _inches(text: str, size: float = SIZE) -> float:
    """About how wide `text` is drawn."""
    return max(text_width(line) for line in text.split("\n")) * size * 0.56 / 72


def _number(value: float | None) -> float:
    return math.nan if value is None or pd.isna(value) else float(value)


def _numbers(values: Values, labels: Sequence[str]) -> list[float]:
    """The values as floats, as many as the labels."""
    numbers = [_number(value) for value in values]
    if len(numbers) != len(labels):
        raise ValueError(f"{len(labels)} labels but {len(numbers)} values")
    return numbers


def _text(value: float, value_format: str) -> str:
    return "—" if math.isnan(value) else value_format.format(value)


def _finite(values: Iterable[float]) -> list[float]:
    return [value for value in values if not math.isnan(value)] or [0.0]


def _rows(labels: Sequence[str], row: float = 0.36, right: float = 0.0) -> tuple[Figure, Axes]:
    """A figure with one row for each wrapped label, first on top, and `right` inches free beside the axes."""
    use_style()
    wrapped = [wrap(str(label), int(LABEL_WIDTH * 72 / (SIZE * 0.56))) for label in labels]
    lines = max((label.count("\n") + 1 for label in wrapped), default=1)
    height = max(len(wrapped), 1) * max(row, 0.2 * lines + 0.12)
    left = max((_inches(label) for label in wrapped), default=0.0) + 0.12
    fig = plt.figure(figsize=(WIDTH, height))
    ax = fig.add_axes((left / WIDTH, 0.0, (WIDTH - left - right) / WIDTH, 1.0))
    ax.set_yticks(range(len(wrapped)), wrapped, fontsize=SIZE)
    ax.set_ylim(max(len(wrapped), 1) - 0.5, -0.5)
    ax.tick_params(axis="both", length=0)
    ax.spines[["top", "right", "bottom", "left"]].set_visible(False)
    return fig, ax


def _limits(ax: Axes, low: float, high: float, before: float, after: float) -> None:
    """Fit low…high in the axes with `before` and `after` inches left free for labels."""
    width = ax.get_position().width * ax.get_figure(root=True).get_figwidth()  # type: ignore[union-attr]
    span = (high - low) or abs(high) or 1.0
    scale = span / max(width - before - after, width * 0.3)
    ax.set_xlim(low - before * scale, low + span + after * scale)


def _axis(ax: Axes, value_format: str) -> None:
    """A light vertical grid with few, grey tick labels."""
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: value_format.format(value)))
    ax.tick_params(axis="x", labelsize=8.5, labelcolor=MUTED)
    ax.grid(axis="x", color=RULE, linewidth=0.8)
    ax.set_axisbelow(True)


def _no_axis(ax: Axes) -> None:
    ax.set_xticks([])
    ax.axvline(0, color=GREY, linewidth=0.8)


def _write(ax: Axes, x: float, y: float, text: str, *, left: bool = False, color: str = INK, gap: float = 5) -> None:
    """Write a value beside the point (x, y), on its right or its left."""
    ax.annotate(
        text,
        (x, y),
        xytext=(-gap if left else gap, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="center",
        fontsize=9.5,
        color=color,
        annotation_clip=False,
    )


def _legend(fig: Figure, handles: Sequence[Patch | Line2D], names: Sequence[str]) -> None:
    """A legend above the axes, in as many columns as fit."""
    wrapped = [wrap(name, 44) for name in names]
    for columns in range(len(wrapped), 0, -1):
        legend = fig.legend(
            handles,
            wrapped,
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=columns,
            frameon=False,
            fontsize=9.5,
            borderaxespad=0.3,
            borderpad=0.1,
            handlelength=1.1,
            columnspacing=1.4,
        )
        if columns == 1 or legend.get_window_extent().width <= fig.bbox.width:
            return
        legend.remove()


def _dots(names: Iterable[str], colors: Iterable[str]) -> list[Patch | Line2D]:
    return [
        Line2D([], [], marker="o", linestyle="", color=c, markersize=7) for _, c in zip(names, colors, strict=False)
    ]


def _colour(index: int) -> str:
    return PALETTE[index % len(PALETTE)]


def _on(color: Any) -> str:
    """The ink legible on `color`."""
    red, green, blue = to_rgb(color)
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.56 else INK


def bars(
    labels: Labels,
    values: Values,
    *,
    title: str,
    subtitle: str = "",
    source: str = "",
    alt: str = "",
    value_format: str = "{:,.2f}",
    highlight: Collection[str] = (),
) -> None:
    """Horizontal bars in the order given, first on top; the labels in `highlight` stand out."""
    names = list(labels)
    numbers = _numbers(values, names)
    fig, ax = _rows(names)
    colors = [(ORANGE if name in highlight else PALE) if highlight else BLUE for name in names]
    ax.barh(range(len(names)), [0 if math.isnan(n) else n for n in numbers], height=0.66, color=colors)
    texts = [_text(number, value_format) for number in numbers]
    for row, (number, text) in enumerate(zip(numbers, texts, strict=True)):
        _write(ax, 0 if math.isnan(number) else number, row, text, left=number < 0)
    room = max(map(_inches, texts), default=0.0) + 0.1
    low = min(0.0, *_finite(numbers))
    _limits(ax, low, max(0.0, *_finite(numbers)), room if low < 0 else 0.0, room)
    _no_axis(ax)
    show(fig, title=title, subtitle=subtitle, source=source, alt=alt)


def stacked_bars(
    labels: Labels,
    parts: Mapping[str, Values],
    *,
    title: str,
    subtitle: str = "",
    source: str = "",
    alt: str = "",
    value_format: str = "{:,.2f}",
    totals: bool = True,
) -> None:
    """Horizontal stacked bars, a value in each segment wide enough and, if `totals`, the sum after each bar."""
    names = list(labels)
    columns = {part: _numbers(values, names) for part, values in parts.items()}
    fig, ax = _rows(names, 0.42)
    rows = [[0.0 if math.isnan(c[row]) else c[row] for c in columns.values()] for row in range(len(names))]
    ups = [sum(v for v in row if v > 0) for row in rows]
    downs = [sum(v for v in row if v < 0) for row in rows]
    texts = [value_format.format(sum(row)) if totals else "" for row in rows]
    _limits(ax, min([0.0, *downs]), max([0.0, *ups]), 0.0, max(map(_inches, texts), default=0.0) + 0.1)
    for row, numbers in enumerate(rows):
        _stack(ax, row, numbers, value_format)
        _write(ax, ups[row], row, texts[row])
    _no_axis(ax)
    _legend(fig, [Patch(color=_colour(i)) for i in range(len(columns))], list(columns))
    show(fig, title=title, subtitle=subtitle, source=source, alt=alt)


def _stack(ax: Axes, row: int, numbers: Sequence[float], value_format: str) -> None:
    """The segments of one bar, positive ones to the right of zero and negative ones to its left."""
    edges = {True: 0.0, False: 0.0}
    low, high = ax.get_xlim()
    per_inch = (high - low) / (ax.get_position().width * WIDTH)
    for index, number in enumerate(numbers):
        start = edges[number >= 0]
        edges[number >= 0] = start + number
        color = _colour(index)
        ax.barh(row, number, left=start, height=0.7, color=color, edgecolor="white", linewidth=0.8)
        text = value_format.format(number)
        if number and abs(number) > (_inches(text, 9) + 0.08) * per_inch:
            middle = start + number / 2
            ax.text(middle, row, text, ha="center", va="center", fontsize=9, color=_on(color))


def grouped_bars(
    labels: Labels,
    groups: Mapping[str, Values],
    *,
    title: str,
    subtitle: str = "",
    source: str = "",
    alt: str = "",
    value_format: str = "{:,.2f}",
) -> None:
    """Horizontal bars side by side, one of each group for each label."""
    names = list(labels)
    columns = [_numbers(values, names) for values in groups.values()]
    count = max(len(columns), 1)
    fig, ax = _rows(names, 0.23 * count + 0.18)
    height = 0.8 / count
    texts = [[_text(n, value_format) for n in column] for column in columns]
    for index, column in enumerate(columns):
        ys = [row - 0.4 + height * (index + 0.5) for row in range(len(names))]
        widths = [0 if math.isnan(n) else n for n in column]
        ax.barh(ys, widths, height=height * 0.9, color=_colour(index))
        for y, number, width, text in zip(ys, column, widths, texts[index], strict=True):
            _write(ax, width, y, text, left=number < 0)
    values = _finite(number for column in columns for number in column)
    room = max((_inches(text) for column_texts in texts for text in column_texts), default=0.0) + 0.1
    _limits(ax, min(0.0, *values), max(0.0, *values), room if min(values) < 0 else 0.0, room)
    _no_axis(ax)
    _legend(fig, [Patch(color=_colour(i)) for i in range(len(columns))], list(groups))
    show(fig, title=title, subtitle=subtitle, source=source, alt=alt)


def dumbbells(
    labels: Labels,
    left: Values,
    right: Values,
    *,
    names: tuple[str, str],
    title: str,
    subtitle: str = "",
    source: str = "",
    alt: str = "",
    value_format: str = "{:,.2f}",
) -> None:
    """Two dots a row joined by a line, the smaller value written on the left and the larger on the right."""
    rows = list(labels)
    firsts, seconds = _numbers(left, rows), _numbers(right, rows)
    fig, ax = _rows(rows, 0.4)
    for row, (first, second) in enumerate(zip(firsts, seconds, strict=True)):
        _dumbbell(ax, row, first, second, value_format)
    values = _finite([*firsts, *seconds])
    room = max(_inches(_text(value, value_format)) for value in values) + 0.2
    _limits(ax, min(values), max(values), room, room)
    _axis(ax, value_format)
    _legend(fig, _dots(names, (ORANGE, BLUE)), names)
    show(fig, title=title, subtitle=subtitle, source=source, alt=alt)


def _dumbbell(ax: Axes, row: int, first: float, second: float, value_format: str) -> None:
    ax.plot([first, second], [row, row], color=PALE, linewidth=3, solid_capstyle="round", zorder=2)
    ax.plot([first], [row], "o", color=ORANGE, markersize=9, zorder=3)
    ax.plot([second], [row], "o", color=BLUE, markersize=6 if first == second else 9, zorder=4)
    marks = [(value, color) for value, color in ((first, "#A85F00"), (second, BLUE)) if not math.isnan(value)]
    if first == second:
        marks = [(second, INK)]
    for value, color in marks:
        other = second if value == first else first
        _write(ax, value, row, value_format.format(value), left=value < other, color=color, gap=8)
    if not marks:
        ax.text(0.5, row, "—", transform=ax.get_yaxis_transform(), ha="center", va="center", color=MUTED)


def waterfall(
    labels: Labels,
    values: Values,
    *,
    start: float,
    start_label: str,
    end_label: str,
    title: str,
    subtitle: str = "",
    source: str = "",
    alt: str = "",
    value_format: str = "{:,.2f}",
) -> None:
    """Signed contributions that lead from `start` to the end, one row each, the end being their sum.

    Where the changes are small beside the totals the axis does not begin at zero, and the totals are drawn as
    points rather than bars.
    """
    names = list(labels)
    changes = [0.0 if math.isnan(n) else n for n in _numbers(values, names)]
    levels = [start]
    for change in changes:
        levels.append(levels[-1] + change)
    fig, ax = _rows([start_label, *names, end_label], 0.38)
    cut = min(levels) > 0 and (max(levels) - min(levels)) < 0.3 * max(levels)
    texts = [value_format.format(start), *(_signed(c, value_format) for c in changes)]
    texts.append(value_format.format(levels[-1]))
    low = min(levels) if cut else min(0.0, *levels)
    _limits(ax, low, max(0.0, *levels), 0.15 if cut else 0.0, max(map(_inches, texts)) + 0.15)
    _steps(ax, levels, texts, cut)
    if cut:
        _axis(ax, value_format)
    else:
        _no_axis(ax)
    show(fig, title=title, subtitle=subtitle, source=source, alt=alt)


def _signed(value: float, value_format: str) -> str:
    return f"{'+' if value > 0 else '-' if value < 0 else ''}{value_format.format(abs(value))}"


def _steps(ax: Axes, levels: Sequence[float], texts: Sequence[str], cut: bool) -> None:
    """The two totals and the steps between them, joined by thin lines."""
    last = len(levels)
    for row, total in ((0, levels[0]), (last, levels[-1])):
        if cut:
            ax.plot([total], [row], "D", color=INK, markersize=8, zorder=3)
        else:
            ax.barh(row, total, height=0.62, color=GREY)
        _write(ax, max(total, 0.0), row, texts[row], gap=9 if cut else 5)
    for row, (before, after) in enumerate(pairwise(levels), start=1):
        color = BLUE if after >= before else RED
        ax.barh(row, after - before, left=before, height=0.62, color=color)
        ax.plot([before, before], [row - 1, row + 0.31], color=MUTED, linewidth=0.8, zorder=1)
        _write(ax, max(before, after), row, texts[row], color=color)
    ax.plot([levels[-1]] * 2, [last - 1, last], color=MUTED, linewidth=0.8, zorder=1)


def flow(
    flows: Sequence[tuple[str, str, float]],
    *,
    title: str,
    subtitle: str = "",
    source: str = "",
    alt: str = "",
    value_format: str = "{:,.2f}",
) -> None:
    """A Sankey diagram of (from, to, amount), such as source → function → basic or project.

    A name stands for one node, so the levels must not share names. Amounts that are not positive are left out.
    """
    from sankeyflow import Sankey

    use_style()
    kept = [(a, b, float(amount)) for a, b, amount in flows if amount > 0]
    if not kept:
        raise ValueError("no positive flow to draw")
    levels = Sankey.infer_nodes(kept)
    nodes = _nodes(levels, value_format)
    rooms = [max(0.17 * node[2]["label"].count("\n") + 0.25 for node in level) for level in nodes]
    height = max(3.6, *(len(level) * (room + 0.18) for level, room in zip(nodes, rooms, strict=True)))
    fig = plt.figure(figsize=(WIDTH, height))
    side = 1.9 / WIDTH
    ax = fig.add_axes((side, 0.0, 1 - 2 * side, 1.0))
    Sankey(
        flows=kept,
        nodes=nodes,
        align_y="center",
        flow_color_mode="source",
        flow_color_mode_alpha=0.3,
        node_width=0.04,
        node_height_pad_min=[room / height for room in rooms],
        node_pad_y_min=0.1 / height,
        node_pad_y_max=0.3 / height,
    ).draw(ax)
    ax.set_axis_off()
    show(fig, title=title, subtitle=subtitle, source=source, alt=alt)


def _nodes(
    levels: Sequence[Sequence[Sequence[Any]]], value_format: str
) -> list[list[tuple[str, float, dict[str, Any]]]]:
    """The nodes of each level with their colour and label: at the outer side, or over the flows in between."""
    last, count, nodes = len(levels) - 1, 0, []
    for level, members in enumerate(levels):
        row = []
        for name, value in members:
            text: dict[str, Any] = {"fontsize": 9.5, "linespacing": 1.2}
            if 0 < level < last:
                text["bbox"] = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.5}
            label = f"{wrap(str(name), 24)}\n{value_format.format(value)}"
            options = {"color": _colour(count), "label": label, "label_format": "{label}", "label_opts": text}
            row.append((name, value, {**options, "label_pos": "right" if level else "left", "label_pad_x": 0.025}))
            count += 1
        nodes.append(row)
    return nodes


def intervals(
    labels: Labels,
    low: Values,
    high: Values,
    points: Values,
    *,
    names: tuple[str, str] | None = None,
    title: str,
    subtitle: str = "",
    source: str = "",
    alt: str = "",
    value_format: str = "{:,.2f}",
) -> None:
    """Inferred intervals with known values as points, both written beside; `names` are those of the two."""
    rows = list(labels)
    lows, highs, known = _numbers(low, rows), _numbers(high, rows), _numbers(points, rows)
    spans = [_span(a, b, value_format) for a, b in zip(lows, highs, strict=True)]
    texts = [_text(value, value_format) for value in known]
    widths = [max(map(_inches, column), default=0.0) for column in (spans, texts)]
    fig, ax = _rows(rows, 0.4, right=sum(widths) + 0.4)
    for row, (a, b, value) in enumerate(zip(lows, highs, known, strict=True)):
        ax.plot([a, b], [row, row], color=SKY, linewidth=9, alpha=0.6, solid_capstyle="round", zorder=2)
        ax.plot([(a + b) / 2], [row], "o", color=SKY, alpha=0.6, markersize=12, markeredgewidth=0, zorder=2)
        ax.plot([value], [row], "D", color=RED, markersize=7, zorder=3)
        for text, color, offset in ((spans[row], BLUE, widths[0]), (texts[row], RED, sum(widths) + 0.2)):
            _beside(ax, row, text, offset, color)
    values = _finite([*lows, *highs, *known])
    _limits(ax, min(values), max(values), 0.15, 0.15)
    _axis(ax, value_format)
    handles: list[Patch | Line2D] = [
        Line2D([], [], color=SKY, linewidth=8, alpha=0.6),
        Line2D([], [], marker="D", linestyle="", color=RED),
    ]
    _legend(fig, handles, names or (t("上年推断区间", "last year, inferred"), t("本年公开数", "this year, published")))
    show(fig, title=title, subtitle=subtitle, source=source, alt=alt)


def _beside(ax: Axes, row: int, text: str, inches: float, color: str) -> None:
    """Write `text` in the column that ends `inches` to the right of the axes."""
    ax.annotate(
        text,
        (1, row),
        xycoords=ax.get_yaxis_transform(),
        xytext=(inches * 72 + 10, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=9.5,
        color=color,
        annotation_clip=False,
    )


def _span(low: float, high: float, value_format: str) -> str:
    first, second = _text(low, value_format), _text(high, value_format)
    return first if first == second else f"{first} – {second}"


def distribution(
    values: Values,
    *,
    bins: int | Sequence[float] = 20,
    marks: Mapping[str, float] | None = None,
    count_label: str = "",
    title: str,
    subtitle: str = "",
    source: str = "",
    alt: str = "",
    value_format: str = "{:,.1f}%",
) -> None:
    """A histogram of ratios in percent over a strip of the values, the median and any `marks` written above."""
    use_style()
    numbers = [number for number in map(_number, values) if not math.isnan(number)]
    if not numbers:
        raise ValueError("no value to draw")
    lines = {t("中位数", "median"): median(numbers), **(marks or {})}
    fig = plt.figure(figsize=(WIDTH, 3.2))
    ax = fig.add_axes((0.07, 0.0, 0.93, 1.0))
    counts = ax.hist(numbers, bins=bins, color=PALE, edgecolor="white")[0]
    top = float(max(counts))
    ax.plot(numbers, [-0.07 * top] * len(numbers), "|", color=BLUE, alpha=0.5, markersize=10)
    ax.set_ylim(-0.14 * top, top * 1.04)
    for index, (name, value) in enumerate(lines.items()):
        _mark(ax, index, f"{name} {value_format.format(value)}", value)
    _axis(ax, value_format)
    _count_axis(ax, count_label or t("个数", "count"))
    show(fig, title=title, subtitle=subtitle, source=source, alt=alt)


def _mark(ax: Axes, index: int, text: str, value: float) -> None:
    """A vertical line at `value` with its text above the axes, each on its own level."""
    color, height = (INK, RED, GREEN, PURPLE)[index % 4], 1.04 + 0.08 * index
    across = ax.get_xaxis_transform()
    ax.plot([value] * 2, [0.0, height + 0.03], color=color, linewidth=1.3, transform=across, clip_on=False)
    low, high = ax.get_xlim()
    left = value > (low + high) / 2
    ax.annotate(
        text,
        (value, height),
        xycoords=across,
        xytext=(-5 if left else 5, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="center",
        color=color,
        annotation_clip=False,
        zorder=5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )


def _count_axis(ax: Axes, label: str) -> None:
    ax.spines[["top", "right", "left", "bottom"]].set_visible(False)
    ax.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    ticks = [tick for tick in ax.get_yticks() if 0 <= tick <= ax.get_ylim()[1]]
    ax.set_yticks(ticks, [f"{tick:,.0f}" for tick in ticks])
    ax.tick_params(axis="y", labelsize=8.5, labelcolor=MUTED, length=0)
    ax.set_ylabel(label, fontsize=9)
    ax.axhline(0, color=GREY, linewidth=0.8)


def heatmap(
    frame: pd.DataFrame,
    *,
    colors: Mapping[str, str] | None = None,
    title: str,
    subtitle: str = "",
    source: str = "",
    alt: str = "",
    value_format: str = "{:,.0f}",
) -> None:
    """A small matrix with every cell written: numbers on a scale of blue, texts by `colors` or one colour each."""
    names = [str(name) for name in frame.index]
    cells = [[_cell(value, value_format) for value in row] for row in frame.to_numpy(dtype=object).tolist()]
    fig, ax = _rows(names, 0.44)
    count = max(len(frame.columns), 1)
    width = min(ax.get_position().width * WIDTH / count, 1.6)
    fit = max(int((width - 0.06) * 72 / (9.5 * 0.56)), 4)
    texts = [[wrap(text, fit) for text, _ in row] for row in cells]
    deepest = max((text.count("\n") + 1 for row in texts for text in row), default=1)
    fig.set_figheight(max(fig.get_figheight(), len(names) * (0.18 * deepest + 0.14)))
    box = ax.get_position()
    ax.set_position((box.x0, 0.0, width * count / WIDTH, 1.0))
    fill = _fill([value for row in cells for value in row], colors or {})
    for y, row in enumerate(cells):
        for x, cell in enumerate(row):
            shade = fill(cell)
            ax.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=shade, edgecolor="white", linewidth=1.5))
            ax.text(x, y, texts[y][x], ha="center", va="center", fontsize=9.5, color=_on(shade))
    ax.set_xlim(-0.5, count - 0.5)
    ax.set_xticks(range(len(frame.columns)), [wrap(str(column), fit) for column in frame.columns], fontsize=9.5)
    ax.tick_params(axis="x", top=False, labeltop=True, labelbottom=False)
    show(fig, title=title, subtitle=subtitle, source=source, alt=alt)


Cell = tuple[str, float | None]


def _cell(value: object, value_format: str) -> Cell:
    """A cell's text, and its number if it holds one."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return "—", None
    if isinstance(value, bool):
        return (t("是", "yes") if value else t("否", "no")), None
    if isinstance(value, int | float):
        return value_format.format(value), float(value)
    return str(value), None


def _fill(cells: Sequence[Cell], colors: Mapping[str, str]) -> Callable[[Cell], Any]:
    """The function from a cell to its colour."""
    scale = LinearSegmentedColormap.from_list("calm", ["#F3F6F8", "#9CC4DD", BLUE])
    numbers = [number for _, number in cells if number is not None] or [0.0]
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    texts = list(dict.fromkeys(text for text, number in cells if number is None and text != "—"))
    soft = ("#CFE3F0", "#F6DDB3", "#BFE3D6", "#EBD3E1", "#F1C9AE", "#E4E8EB")
    chosen = {text: soft[index % len(soft)] for index, text in enumerate(texts)} | dict(colors)

    def fill(cell: Cell) -> Any:
        text, number = cell
        if number is None or text in colors:
            return chosen.get(text, "#F7F8F9")
        return mpl.colors.to_hex(scale((number - low) / ((high - low) or 1.0)))

    return fill
