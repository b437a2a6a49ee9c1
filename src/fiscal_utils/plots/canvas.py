"""What charts share: figures with labelled rows, room for texts, light axes, values beside marks, legends."""

import math
import re
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from statistics import fmean
from typing import Any

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from fiscal_utils.plots.style import GREY, INK, MUTED, RULE, SIZE, WIDTH, colour, use_style
from fiscal_utils.plots.text import widest, wrap, wrap_to, written

LABEL_WIDTHS = (2.2, 2.8, 3.4)
"""Inches that row labels may take: the first width that needs no third line."""

Handles = Sequence[Patch | Line2D]


def rows(labels: Sequence[str], row: float = 0.36, right: float = 0.0) -> tuple[Figure, Axes]:
    """A figure with one row for each wrapped label, first on top, and `right` inches free beside the axes."""
    use_style()
    wrapped, lines = _wrapped([str(label) for label in labels])
    height = max(len(wrapped), 1) * max(row, 0.18 * lines + 0.1)
    left = widest(wrapped) + 0.12
    fig = plt.figure(figsize=(WIDTH, height))
    ax = fig.add_axes((left / WIDTH, 0.0, (WIDTH - left - right) / WIDTH, 1.0))
    ax.set_yticks(range(len(wrapped)), wrapped, fontsize=SIZE)
    ax.set_ylim(max(len(wrapped), 1) - 0.5, -0.5)
    bare(ax)
    return fig, ax


def _wrapped(labels: Sequence[str]) -> tuple[list[str], int]:
    """The labels in lines, and the most lines that one has."""
    for width in LABEL_WIDTHS:
        wrapped = [wrap_to(label, width) for label in labels]
        lines = max((label.count("\n") + 1 for label in wrapped), default=1)
        if lines <= 2:
            break
    return wrapped, lines


def panel(height: float, left: float = 0.0, right: float = 0.0) -> tuple[Figure, Axes]:
    """A figure of one bare panel, `height` inches high, with `left` and `right` inches free beside the axes."""
    use_style()
    fig = plt.figure(figsize=(WIDTH, height))
    ax = fig.add_axes((left / WIDTH, 0.0, (WIDTH - left - right) / WIDTH, 1.0))
    bare(ax)
    return fig, ax


def bare(ax: Axes) -> None:
    """Take off the frame and the tick marks."""
    ax.tick_params(axis="both", length=0)
    ax.spines[["top", "right", "bottom", "left"]].set_visible(False)


def fit(ax: Axes, values: Iterable[float], before: float = 0.15, after: float = 0.15, *, zero: bool = False) -> None:
    """Fit the values (with 0 if `zero`) across the axes, `before` and `after` inches left free for texts."""
    shown = [*values, *([0.0] if zero else [])] or [0.0]
    low, high = min(shown), max(shown)
    width = ax.get_position().width * WIDTH
    span = (high - low) or abs(high) or 1.0
    scale = span / max(width - before - after, width * 0.3)
    ax.set_xlim(low - before * scale, low + span + after * scale)


def axis(ax: Axes, value_format: str, which: Any = "x") -> None:
    """A light grid with few, grey tick labels, so few that no two are written the same, without needless decimals."""
    target, limits = (ax.xaxis, ax.get_xlim()) if which == "x" else (ax.yaxis, ax.get_ylim())
    for count in range(5, 0, -1):
        found = MaxNLocator(count, steps=(1, 2, 2.5, 5, 10)).tick_values(*limits)
        ticks = [tick for tick in found if limits[0] <= tick <= limits[1]]
        labels = [written(tick, _shortened(value_format, ticks)) for tick in ticks]
        if len(set(labels)) == len(labels):
            break
    placed = dict(zip(labels, ticks, strict=True))
    target.set_ticks(list(placed.values()), list(placed))
    ax.tick_params(axis=which, labelsize=8.5, labelcolor=MUTED)
    ax.grid(axis=which, color=RULE, linewidth=0.8)
    ax.set_axisbelow(True)


def _shortened(value_format: str, ticks: Sequence[float]) -> str:
    """The format with as few of its decimals as write every tick exactly."""
    decimals = re.search(r"\.(\d+)f", value_format)
    for places in range(int(decimals[1]) if decimals else 0):
        if all(math.isclose(tick, round(tick, places), abs_tol=1e-9) for tick in ticks):
            return re.sub(r"\.\d+f", f".{places}f", value_format)
    return value_format


def zero_line(ax: Axes) -> None:
    """No axis but a line at zero: the values are written."""
    ax.set_xticks([])
    ax.axvline(0, color=GREY, linewidth=0.8)


def write(ax: Axes, x: float, y: float, text: str, *, left: bool = False, color: str = INK, gap: float = 5) -> None:
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


def write_above(ax: Axes, x: float, y: float, text: str, *, color: str = INK, below: bool = False) -> None:
    """Write a value above the point (x, y), or below it."""
    ax.annotate(
        text,
        (x, y),
        xytext=(0, -9 if below else 7),
        textcoords="offset points",
        ha="center",
        va="top" if below else "bottom",
        fontsize=9,
        color=color,
        annotation_clip=False,
        zorder=6,
        bbox={"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 0.5},
    )


def column(ax: Axes, row: float, text: str, end: float, color: str) -> None:
    """Write `text` in the column that ends `end` inches to the right of the axes."""
    ax.annotate(
        text,
        (1, row),
        xycoords=ax.get_yaxis_transform(),
        xytext=(end * 72 + 10, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=9.5,
        color=color,
        annotation_clip=False,
    )


def spread(places: Sequence[float], heights: Sequence[float]) -> list[float]:
    """The places moved as little as possible (least squares) so that texts of these heights do not overlap."""
    order = sorted(range(len(places)), key=places.__getitem__)
    gaps = [(heights[a] + heights[b]) / 2 for a, b in pairwise(order)]
    offsets = [0.0, *accumulate(gaps)]
    blocks: list[list[float]] = []
    for index, offset in zip(order, offsets, strict=False):
        blocks.append([places[index] - offset])
        while len(blocks) > 1 and fmean(blocks[-2]) > fmean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    moved = [fmean(block) for block in blocks for _ in block]
    found = {index: base + offset for index, base, offset in zip(order, moved, offsets, strict=False)}
    return [found[index] for index in range(len(places))]


def legend(fig: Figure, handles: Handles, names: Sequence[str]) -> None:
    """A legend above all that is drawn, in as many columns as fit."""
    top = fig.get_tightbbox(None).y1 / fig.get_figheight()
    wrapped = [wrap(name, 40) for name in names]
    for columns in range(len(wrapped), 0, -1):
        placed = fig.legend(
            handles,
            wrapped,
            loc="lower left",
            bbox_to_anchor=(0.0, max(top, 1.0)),
            ncols=columns,
            frameon=False,
            fontsize=9.5,
            borderaxespad=0.3,
            borderpad=0.1,
            handlelength=1.1,
            columnspacing=1.4,
        )
        if columns == 1 or placed.get_window_extent().width <= fig.bbox.width:
            return
        placed.remove()


def patches(count: int) -> list[Patch]:
    """Legend handles in the palette's order."""
    return [Patch(color=colour(index)) for index in range(count)]


def dots(*colors: str, marker: str = "o") -> list[Line2D]:
    """Legend handles of dots in these colours."""
    return [Line2D([], [], marker=marker, linestyle="", color=color, markersize=7) for color in colors]
