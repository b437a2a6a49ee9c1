"""How values are distributed: a histogram and cumulative shares, with the boundaries of grades."""

from collections.abc import Mapping, Sequence
from statistics import median

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from fiscal_utils.language import t
from fiscal_utils.plots.canvas import axis, bare, legend, panel
from fiscal_utils.plots.figure import Caption, show, show_nothing
from fiscal_utils.plots.style import BLUE, GREEN, GREY, INK, MUTED, PALE, PURPLE, RED, WIDTH, colour
from fiscal_utils.plots.text import Values, finite, inches, listing, number, written


def distribution(
    values: Values,
    caption: Caption,
    *,
    bins: int | Sequence[float] = 20,
    marks: Mapping[str, float] | None = None,
    bands: Mapping[str, float] | None = None,
    count_label: str = "",
    value_format: str = "{:,.1f}%",
) -> None:
    """A histogram over a strip of the values, the median and any `marks` written above.

    `bands` are grades by their lowest value: a dashed line at each boundary, its name beside it.
    """
    found = finite(map(number, values))
    if not found:
        return show_nothing(caption)
    lines = {t("中位数", "median"): median(found), **(marks or {})}
    fig, ax = panel(3.2, left=0.55)
    counts = ax.hist(found, bins=bins, color=PALE, edgecolor="white")[0]
    top = float(max(counts))
    ax.plot(found, [-0.07 * top] * len(found), "|", color=BLUE, alpha=0.5, markersize=10)
    ax.set_ylim(-0.14 * top, top * 1.04)
    _bands(ax, bands or {}, value_format, marks=list(lines.values()))
    for index, (name, value) in enumerate(lines.items()):
        _mark(ax, index, f"{name} {written(value, value_format)}", value, 0.09 if bands else 0.0)
    axis(ax, value_format)
    _count_axis(ax, count_label or t("个数", "count"))
    items = [f"{name} {written(value, value_format)}" for name, value in lines.items()]
    items += [t("最小", "minimum ") + written(min(found), value_format)]
    items += [t("最大", "maximum ") + written(max(found), value_format)]
    return show(fig, caption, listing(t("直方图", "Histogram") + f" (n = {len(found)})", items))


def ecdf(
    groups: Mapping[str, Values],
    caption: Caption,
    *,
    bands: Mapping[str, float] | None = None,
    value_format: str = "{:,.1f}%",
) -> None:
    """The share of values at or below each value, a step line for each group, with n; `bands` as in `distribution`."""
    found = {name: sorted(finite(map(number, values))) for name, values in groups.items()}
    found = {name: values for name, values in found.items() if values}
    if not found:
        return show_nothing(caption)
    fig, ax = panel(3.2, left=0.6)
    for index, values in enumerate(found.values()):
        shares = [100 * (place + 1) / len(values) for place in range(len(values))]
        ax.step([values[0], *values], [0.0, *shares], where="post", color=colour(index), linewidth=2)
    ax.set_ylim(0, 104)
    _bands(ax, bands or {}, value_format)
    axis(ax, value_format)
    axis(ax, "{:.0f}%", "y")
    ax.set_ylabel(t("累计占比", "cumulative share"), fontsize=9)
    names = [f"{name} (n = {len(values)})" for name, values in found.items()]
    legend(fig, [*_lines(len(found))], names)
    middle = t("中位数 ", "median ")
    items = [f"{n}, {middle}{written(median(v), value_format)}" for n, v in zip(names, found.values(), strict=True)]
    return show(fig, caption, listing(t("累计分布", "Cumulative distribution"), items))


def _lines(count: int) -> list[Line2D]:
    return [Line2D([], [], color=colour(index), linewidth=2) for index in range(count)]


def _bands(ax: Axes, bands: Mapping[str, float], value_format: str, marks: Sequence[float] = ()) -> None:
    """A dashed line where each band begins, in view only, its name above it, before it where a mark would cross it."""
    left, right = ax.get_xlim()
    per_inch = (right - left) / (ax.get_position().width * WIDTH)
    for name, low in bands.items():
        if left < low < right:
            text = f"{name} ≥ {written(low, value_format)}"
            crossed = any(0 <= mark - low < (inches(text, 8.5) + 0.1) * per_inch for mark in marks)
            ax.axvline(low, color=MUTED, linewidth=1, linestyle=(0, (3, 3)), zorder=1)
            ax.annotate(
                text,
                (low, 1),
                xycoords=ax.get_xaxis_transform(),
                xytext=(-3 if crossed else 3, 3),
                textcoords="offset points",
                ha="right" if crossed else "left",
                fontsize=8.5,
                color=MUTED,
                annotation_clip=False,
                zorder=5,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            )
    ax.set_xlim(left, right)


def _mark(ax: Axes, index: int, text: str, value: float, lift: float) -> None:
    """A vertical line at `value` with its text above the axes, each on its own level."""
    color, height = (INK, RED, GREEN, PURPLE)[index % 4], 1.04 + lift + 0.08 * index
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
    bare(ax)
    ax.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    ticks = [tick for tick in ax.get_yticks() if 0 <= tick <= ax.get_ylim()[1]]
    ax.set_yticks(ticks, [f"{tick:,.0f}" for tick in ticks])
    ax.tick_params(axis="y", labelsize=8.5, labelcolor=MUTED)
    ax.set_ylabel(label, fontsize=9)
    ax.axhline(0, color=GREY, linewidth=0.8)
