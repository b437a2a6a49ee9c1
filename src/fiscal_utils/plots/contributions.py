"""What makes up a change: contributions as lollipops, effects as split bars, steps from one total to another."""

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

from matplotlib.axes import Axes

from fiscal_utils.language import t
from fiscal_utils.plots.bars import stack, stack_ends
from fiscal_utils.plots.canvas import axis, column, dots, fit, legend, patches, rows, write, zero_line
from fiscal_utils.plots.figure import Caption, show, show_nothing
from fiscal_utils.plots.style import BLUE, GREY, INK, MUTED, RED
from fiscal_utils.plots.text import Labels, Values, finite, listing, numbers, signed, widest, written


def lollipops(labels: Labels, values: Values, caption: Caption, *, value_format: str = "{:,.2f}") -> None:
    """Signed contributions as dots on stems from zero, in the order given; increases blue, decreases red."""
    names = list(labels)
    found = numbers(values, names)
    if not finite(found):
        return show_nothing(caption)
    texts = [signed(value, value_format) for value in found]
    fig, ax = rows(names)
    for row, (value, text) in enumerate(zip(found, texts, strict=True)):
        color = RED if value < 0 else BLUE
        ax.plot([0, value], [row, row], color=color, linewidth=2, zorder=2)
        ax.plot([value], [row], "o", color=color, markersize=8, zorder=3)
        write(ax, 0.0 if value != value else value, row, text, left=value < 0, color=color, gap=9)
    room = widest(texts) + 0.2
    fit(ax, finite(found), room if min(finite(found)) < 0 else 0.05, room, zero=True)
    zero_line(ax)
    items = [f"{name} {text}" for name, text in zip(names, texts, strict=True)]
    return show(fig, caption, listing(t("贡献图", "Contributions"), items))


def decomposition(
    labels: Labels, effects: Mapping[str, Values], changes: Values, caption: Caption, *, value_format: str = "{:,.2f}"
) -> None:
    """Changes split into effects, such as level and composition: bars from zero, a pointer below at the whole change.

    The change is written in a column beside the bars; it is the one given, not the sum of rounded effects.
    """
    names = list(labels)
    columns = {effect: numbers(values, names) for effect, values in effects.items()}
    whole = numbers(changes, names)
    if not finite([*whole, *(value for values in columns.values() for value in values)]):
        return show_nothing(caption)
    texts = [signed(value, value_format) for value in whole]
    fig, ax = rows(names, 0.42, right=widest(texts) + 0.2)
    ends = [stack_ends(columns.values(), row) for row in range(len(names))]
    fit(ax, [*finite(whole), *(end for pair in ends for end in pair)], 0.1, 0.1, zero=True)
    for row, (value, text) in enumerate(zip(whole, texts, strict=True)):
        stack(ax, row, [values[row] for values in columns.values()], value_format)
        ax.plot([value], [row + 0.44], "^", color=INK, markersize=7, zorder=4, clip_on=False)
        column(ax, row, text, widest(texts), INK)
    zero_line(ax)
    legend(fig, [*patches(len(columns)), *dots(INK, marker="^")], [*columns, t("变化合计", "Total change")])
    return show(fig, caption, listing(t("变化分解", "Decomposition"), _effects(names, texts, columns, value_format)))


def _effects(
    names: Sequence[str], texts: Sequence[str], columns: Mapping[str, Sequence[float]], value_format: str
) -> list[str]:
    return [
        f"{name} {text} ({', '.join(f'{key} {signed(values[row], value_format)}' for key, values in columns.items())})"
        for row, (name, text) in enumerate(zip(names, texts, strict=True))
    ]


def waterfall(
    labels: Labels,
    values: Values,
    caption: Caption,
    *,
    start: float,
    start_label: str,
    end_label: str,
    end: float | None = None,
    value_format: str = "{:,.2f}",
) -> None:
    """Signed contributions that lead from `start` to the end, one row each; `end` is the printed end if there is one.

    Where the changes are small beside the totals the axis does not begin at zero, and the totals are drawn as
    points rather than bars. A missing contribution is written as a dash and moves nothing.
    """
    names = list(labels)
    changes = numbers(values, names)
    if not finite(changes) or start != start:
        return show_nothing(caption)
    levels = list(accumulate((0.0 if change != change else change for change in changes), initial=start))
    texts = [written(start, value_format), *(signed(change, value_format) for change in changes)]
    texts.append(written(levels[-1] if end is None else end, value_format))
    fig, ax = rows([start_label, *names, end_label], 0.38)
    cut = min(levels) > 0 and (max(levels) - min(levels)) < 0.3 * max(levels)
    fit(ax, levels, 0.15 if cut else 0.0, widest(texts) + 0.15, zero=not cut)
    _steps(ax, levels, texts, cut)
    if cut:
        axis(ax, value_format)
    else:
        zero_line(ax)
    items = [f"{name} {text}" for name, text in zip([start_label, *names, end_label], texts, strict=True)]
    return show(fig, caption, listing(t("瀑布图", "Waterfall"), items, 24))


def _steps(ax: Axes, levels: Sequence[float], texts: Sequence[str], cut: bool) -> None:
    """The two totals and the steps between them, joined by thin lines."""
    last = len(levels)
    for row, total in ((0, levels[0]), (last, levels[-1])):
        if cut:
            ax.plot([total], [row], "D", color=INK, markersize=8, zorder=3)
        else:
            ax.barh(row, total, height=0.62, color=GREY)
        write(ax, max(total, 0.0), row, texts[row], gap=9 if cut else 5)
    for row, (before, after) in enumerate(pairwise(levels), start=1):
        color = BLUE if after >= before else RED
        ax.barh(row, after - before, left=before, height=0.62, color=color)
        ax.plot([before, before], [row - 1, row + 0.31], color=MUTED, linewidth=0.8, zorder=1)
        write(ax, max(before, after), row, texts[row], color=color)
    ax.plot([levels[-1]] * 2, [last - 1, last], color=MUTED, linewidth=0.8, zorder=1)
