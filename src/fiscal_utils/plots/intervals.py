"""Ranges within which an unpublished value must lie, beside the values that are published."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from fiscal_utils.language import t
from fiscal_utils.plots.canvas import axis, column, dots, fit, legend, panel, rows, write_above
from fiscal_utils.plots.figure import Caption, show, show_nothing
from fiscal_utils.plots.style import BLUE, LIGHT, MUTED, RED, SKY, WIDTH
from fiscal_utils.plots.text import Labels, Values, finite, listing, numbers, span, widest, wrap_to, written


def intervals(
    labels: Labels,
    low: Values,
    high: Values,
    points: Values,
    caption: Caption,
    *,
    names: tuple[str, str] | None = None,
    value_format: str = "{:,.2f}",
) -> None:
    """Inferred intervals with known values as points, both written beside; `names` are those of the two."""
    shown = list(labels)
    lows, highs, known = numbers(low, shown), numbers(high, shown), numbers(points, shown)
    values = finite([*lows, *highs, *known])
    if not values:
        return show_nothing(caption)
    spans = [span(a, b, value_format) for a, b in zip(lows, highs, strict=True)]
    texts = [written(value, value_format) for value in known]
    widths = [widest(spans), widest(texts)]
    fig, ax = rows(shown, 0.4, right=sum(widths) + 0.4)
    for row, (a, b, value) in enumerate(zip(lows, highs, known, strict=True)):
        ax.plot([a, b], [row, row], color=LIGHT, linewidth=9, solid_capstyle="butt", zorder=2)
        ax.plot([a, b], [row, row], "|", color=BLUE, markersize=9, markeredgewidth=1.2, zorder=2)
        ax.plot([value], [row], "D", color=RED, markersize=7, zorder=3)
        column(ax, row, spans[row], widths[0], BLUE)
        column(ax, row, texts[row], sum(widths) + 0.2, RED)
    fit(ax, values)
    axis(ax, value_format)
    heads = names or (t("上年推断区间", "last year, inferred"), t("本年公开数", "this year, published"))
    legend(fig, _handles(), heads)
    items = [f"{n} {heads[0]} {a}, {heads[1]} {b}" for n, a, b in zip(shown, spans, texts, strict=True)]
    return show(fig, caption, listing(t("区间图", "Intervals"), items))


def _handles() -> list[Patch | Line2D]:
    return [Line2D([], [], color=LIGHT, linewidth=8, solid_capstyle="butt"), *dots(RED, marker="D")]


def timeline(
    years: Labels,
    low: Values,
    high: Values,
    points: Values,
    caption: Caption,
    *,
    names: tuple[str, str] | None = None,
    value_format: str = "{:,.2f}",
) -> None:
    """Years across: inferred ranges as upright bars, published values as dots joined by a line, both written.

    A year may have both: then the dot should lie in the range that the next year's document implies.
    """
    shown = [str(year) for year in years]
    lows, highs, known = numbers(low, shown), numbers(high, shown), numbers(points, shown)
    values = finite([*lows, *highs, *known])
    if not values:
        return show_nothing(caption)
    fig, ax = panel(3.2, left=widest(written(value, value_format) for value in values) + 0.1)
    ax.set_xlim(-0.5, max(len(shown), 3) - 0.5)
    margin = ((max(values) - min(values)) or abs(max(values)) or 1.0) * 0.12
    ax.set_ylim(0 if 0 <= min(values) < 0.5 * max(values) else min(values) - margin, max(values) + margin)
    axis(ax, value_format, "y")
    ax.plot(range(len(shown)), known, color=RED, linewidth=1.5, alpha=0.5, zorder=2)
    fits = WIDTH / len(shown) - 0.3 > widest((written(value, value_format) for value in values), 9)
    for x, (a, b, value) in enumerate(zip(lows, highs, known, strict=True)):
        _year(ax, x, (a, b), value, value_format if fits else "")
    ax.set_xticks(range(len(shown)), [wrap_to(year, 0.9) for year in shown], color=MUTED)
    heads = names or (t("推断区间", "inferred range"), t("公开数", "published"))
    legend(fig, [Line2D([], [], color=SKY, linewidth=8), *dots(RED)], heads)
    return show(fig, caption, listing(t("各年数值", "By year"), _years(shown, lows, highs, known, value_format, heads)))


def _year(ax: Axes, x: int, ends: tuple[float, float], value: float, value_format: str) -> None:
    """One year's range, at least a visible cap, and its published value."""
    low, high = ends
    ax.plot([x, x], [low, high], color=SKY, linewidth=14, solid_capstyle="butt", zorder=1)
    for end in ends:
        ax.plot([x], [end], "_", color=BLUE, markersize=20, markeredgewidth=1.8, zorder=2)
    ax.plot([x], [value], "o", color=RED, markersize=8, zorder=3)
    if not value_format:
        return
    if value == value:
        write_above(ax, x, value, written(value, value_format), color=RED, below=value < low)
    if finite(ends):
        below = low <= value
        text = span(low, high, value_format, " –\n")
        write_above(ax, x, min(finite(ends)) if below else max(finite(ends)), text, color=BLUE, below=below)


def _years(
    years: Sequence[str],
    lows: Sequence[float],
    highs: Sequence[float],
    known: Sequence[float],
    value_format: str,
    heads: tuple[str, str],
) -> list[str]:
    items = []
    for year, low, high, value in zip(years, lows, highs, known, strict=True):
        parts = [f"{heads[1]} {written(value, value_format)}"] if value == value else []
        parts += [f"{heads[0]} {span(low, high, value_format)}"] if finite([low, high]) else []
        items.append(f"{year} {', '.join(parts) or written(value, value_format)}")
    return items
