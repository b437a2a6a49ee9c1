"""Matrices with every cell written: values or words by colour, bounds of what is not published."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from fiscal_utils.language import t
from fiscal_utils.plots.canvas import legend, rows
from fiscal_utils.plots.figure import Caption, show, show_nothing
from fiscal_utils.plots.style import BLUE, INK, MUTED, ORANGE, RULE, SKY, WIDTH, legible_on
from fiscal_utils.plots.text import MISSING, inches, listing, number, span, widest, wrap, wrap_to, written

Cell = tuple[str, float | None]

WIDEST = 1.5
"""Inches of the widest column."""


def heatmap(
    frame: pd.DataFrame,
    caption: Caption,
    *,
    colors: Mapping[str, str] | None = None,
    value_format: str = "{:,.0f}",
) -> None:
    """A small matrix with every cell written: numbers on a scale of blue, texts by `colors` or one colour each."""
    cells = [[_cell(value, value_format) for value in row] for row in frame.to_numpy(dtype=object).tolist()]
    if all(text == MISSING for row in cells for text, _ in row):
        return show_nothing(caption)
    fig, ax, width = _grid(frame)
    texts = [[wrap_to(text, width - 0.06, 9.5) for text, _ in row] for row in cells]
    deepest = max(text.count("\n") + 1 for row in texts for text in row)
    fig.set_figheight(max(fig.get_figheight(), len(cells) * (0.18 * deepest + 0.14)))
    fill = _fill([value for row in cells for value in row], colors or {})
    for y, row in enumerate(cells):
        for x, cell in enumerate(row):
            shade = fill(cell)
            ax.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=shade, edgecolor="white", linewidth=1.5))
            ax.text(x, y, texts[y][x], ha="center", va="center", fontsize=9.5, color=legible_on(shade))
    words = [[text for text, _ in row] for row in cells]
    return show(fig, caption, _reading(t("矩阵", "Matrix"), frame, words))


def bounds_map(
    low: pd.DataFrame,
    high: pd.DataFrame,
    caption: Caption,
    *,
    estimate: pd.DataFrame | None = None,
    pinned: pd.DataFrame | None = None,
    value_format: str = "{:,.0f}",
) -> None:
    """What a matrix whose cells are not published must hold: in each cell a bar from zero, dark as far as the
    smallest possible value, light and hatched to the largest, an orange tick at the `estimate`.

    A cell that the published figures pin down is framed: those marked in `pinned`, of which the middle is written, and
    those with both ends written the same. A cell that can only be zero is empty. All bars have one scale. The ends are
    written where the columns are wide enough, in narrow ones rounded outwards to whole numbers.
    """
    lows, highs = (_floats(part) for part in (low, high))
    top = max((value for row in highs for value in row if value == value), default=0.0)
    if not top:
        return show_nothing(caption)
    points = _floats(estimate) if estimate is not None else [[math.nan] * len(row) for row in lows]
    certain = [[False] * len(row) for row in lows] if pinned is None else pinned.to_numpy(dtype=bool).tolist()
    words = _both_ends(lows, highs, certain, value_format)
    whole = _both_ends(_each(math.floor, lows), _each(math.ceil, highs), certain, "{:,.0f}")
    fig, ax, width = _grid(low)
    shown = next((texts for texts in (words, whole) if _widest(texts) < width - 0.04), None)
    for y, row in enumerate(words):
        for x, text in enumerate(row):
            framed = certain[y][x] or written(lows[y][x], value_format) == text
            point = math.nan if framed else points[y][x]
            ends = (lows[y][x] / top, highs[y][x] / top, point / top)
            _bounds(ax, x, y, ends, shown[y][x] if shown else "", pinned=framed)
    _bounds_legend(fig, estimated=estimate is not None)
    return show(fig, caption, _reading(t("区间矩阵", "Matrix of bounds"), low, words))


def _both_ends(
    lows: list[list[float]], highs: list[list[float]], certain: list[list[bool]], value_format: str
) -> list[list[str]]:
    """What each cell says: both ends, or the middle where it is pinned down."""
    return [
        [
            written((a + b) / 2, value_format) if sure else span(a, b, value_format, "–")
            for a, b, sure in zip(*row, strict=True)
        ]
        for row in zip(lows, highs, certain, strict=True)
    ]


def _each(rounded: Callable[[float], float], rows: list[list[float]]) -> list[list[float]]:
    """The values rounded, but for errors of computation."""
    return [[value if value != value else rounded(round(value, 6)) for value in row] for row in rows]


def _widest(texts: list[list[str]]) -> float:
    return max(inches(text, 8.5) for row in texts for text in row)


def _bounds_legend(fig: Figure, *, estimated: bool) -> None:
    light = Patch(facecolor=SKY, alpha=0.55, hatch="////", edgecolor="white")
    entries = [(Patch(color=BLUE), t("至少", "at least")), (light, t("至多（推断）", "at most (inferred)"))]
    if estimated:
        entries.append((Patch(color=ORANGE), t("最大熵估计（推断）", "maximum-entropy estimate (inferred)")))
    framed = Patch(facecolor="white", edgecolor=INK, linewidth=1.2)
    entries.append((framed, t("由公开数唯一确定", "pinned down by published figures")))
    legend(fig, *zip(*entries, strict=True))


def _floats(frame: pd.DataFrame) -> list[list[float]]:
    return [[number(value) for value in row] for row in frame.to_numpy(dtype=object).tolist()]


def _bounds(ax: Axes, x: int, y: int, ends: tuple[float, float, float], text: str, *, pinned: bool) -> None:
    """One cell: its bar along the lower part, its text above, a frame if pinned."""
    low, high, estimate = ends
    left, wide = x - 0.44, 0.88
    empty = high == 0 or high != high
    frame = INK if pinned and not empty else RULE
    ax.add_patch(Rectangle((x - 0.47, y - 0.44), 0.94, 0.88, facecolor="none", edgecolor=frame, linewidth=1.1))
    if empty:
        ax.text(x, y, "0" if high == 0 else MISSING, ha="center", va="center", fontsize=8.5, color=MUTED)
        return
    foot, tall = (y + 0.08, 0.26) if text else (y - 0.25, 0.5)
    ax.add_patch(Rectangle((left, foot), wide * low, tall, facecolor=BLUE, linewidth=0))
    light: dict[str, Any] = {"facecolor": SKY, "alpha": 0.55, "hatch": "////", "edgecolor": "white", "linewidth": 0}
    ax.add_patch(Rectangle((left + wide * low, foot), wide * (high - low), tall, **light))
    ax.plot([left + wide * estimate] * 2, [foot - 0.05, foot + tall + 0.05], color=ORANGE, linewidth=2)
    ax.text(x, y - 0.18, text, ha="center", va="center", fontsize=8.5, color=INK)


def _grid(frame: pd.DataFrame) -> tuple[Figure, Axes, float]:
    """A figure with a row and a column of equal width for each of the frame's; the width of a column in inches.

    Column names that do not fit are turned upright.
    """
    fig, ax = rows([str(name) for name in frame.index], 0.46)
    count = max(len(frame.columns), 1)
    box = ax.get_position()
    width = min(box.width * WIDTH / count, WIDEST)
    ax.set_position((box.x0, 0.0, width * count / WIDTH, 1.0))
    ax.set_xlim(-0.5, count - 0.5)
    words = [word for name in frame.columns for word in str(name).split() if word.isascii()]
    narrow = width < 0.62 or widest(words, 9.5) > width - 0.06
    names = [wrap(str(name), 26) if narrow else wrap_to(str(name), width - 0.06, 9.5) for name in frame.columns]
    ax.set_xticks(range(len(names)), names, fontsize=9.5, rotation=90 if narrow else 0)
    ax.tick_params(axis="x", top=False, labeltop=True, labelbottom=False)
    return fig, ax, width


def _reading(kind: str, frame: pd.DataFrame, words: Sequence[Sequence[str]]) -> str:
    """The matrix in words, row by row."""
    comma = t("，", ", ")
    items = [
        f"{name} {comma.join(f'{head} {word}' for head, word in zip(frame.columns, row, strict=True))}"
        for name, row in zip(frame.index, words, strict=True)
    ]
    return listing(kind, items)


def _cell(value: object, value_format: str) -> Cell:
    """A cell's text, and its number if it holds one."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return MISSING, None
    if isinstance(value, bool):
        return (t("是", "yes") if value else t("否", "no")), None
    if isinstance(value, int | float):
        return written(value, value_format), float(value)
    return str(value), None


def _fill(cells: Sequence[Cell], colors: Mapping[str, str]) -> Callable[[Cell], Any]:
    """The function from a cell to its colour."""
    scale = LinearSegmentedColormap.from_list("calm", ["#F3F6F8", "#9CC4DD", BLUE])
    found = [value for _, value in cells if value is not None] or [0.0]
    low, high = min(0.0, *found), max(0.0, *found)
    texts = list(dict.fromkeys(text for text, value in cells if value is None and text != MISSING))
    soft = ("#CFE3F0", "#F6DDB3", "#BFE3D6", "#EBD3E1", "#F1C9AE", "#E4E8EB")
    chosen = {text: soft[index % len(soft)] for index, text in enumerate(texts)} | dict(colors)

    def fill(cell: Cell) -> Any:
        text, value = cell
        if value is None or text in colors:
            return chosen.get(text, "#F7F8F9")
        return mpl.colors.to_hex(scale((value - low) / ((high - low) or 1.0)))

    return fill
