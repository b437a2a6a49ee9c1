"""The same small chart for each department, item or function, on one scale."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fiscal_utils.language import t
from fiscal_utils.plots.canvas import bare, write_above
from fiscal_utils.plots.figure import Caption, show, show_nothing
from fiscal_utils.plots.style import BLUE, DEEP_ORANGE, GREY, INK, MUTED, RULE, WIDTH, use_style
from fiscal_utils.plots.text import finite, listing, number, wrap_to, written

PANELS = 24
"""As many panels as are drawn; how many there are is said."""


def small_multiples(
    frame: pd.DataFrame,
    caption: Caption,
    *,
    focus: Collection[str] = (),
    value_format: str = "{:,.2f}",
) -> None:
    """A panel for each column of `frame`, its index across (years, stages), all panels on one scale.

    The lines of the other panels stand pale behind each; the first and last value are written; a gap in the line is
    a missing value. Columns in `focus` stand out and come first. Of more than 24 columns the first 24 are drawn.
    """
    found = {str(name): [number(value) for value in frame[name]] for name in frame.columns}
    found = {name: values for name, values in found.items() if finite(values)}
    if not found:
        return show_nothing(caption)
    order = sorted(found, key=lambda name: name not in focus)
    shown = {name: found[name] for name in order[:PANELS]}
    across = [str(step) for step in frame.index]
    columns = min(len(shown), 4 if len(shown) > 6 else 3)
    fig, axes = _panels(list(shown), columns)
    everything = finite(value for values in found.values() for value in values)
    for ax, (name, values) in zip(axes, shown.items(), strict=True):
        _frame(ax, across, everything)
        for other in found.values():
            ax.plot(other, color=RULE, linewidth=1, zorder=1)
        _line(ax, values, DEEP_ORANGE if name in focus else BLUE, value_format)
    left = len(frame.columns) - len(shown)
    note = (
        t(f"共 {len(frame.columns)} 个，图中 {len(shown)} 个", f"{len(shown)} of {len(frame.columns)} shown")
        if left
        else ""
    )
    said = replace(caption, measure="\n".join(part for part in (caption.measure, note) if part))
    items = [f"{name} {' → '.join(written(v, value_format) for v in values)}" for name, values in shown.items()]
    return show(fig, said, listing(t("小型组图", "Small multiples") + f" ({' → '.join(across)})", items))


def _panels(names: Sequence[str], columns: int) -> tuple[Figure, list[Axes]]:
    """A figure with a bare panel under each name."""
    use_style()
    down = -(-len(names) // columns)
    wide = WIDTH / columns
    titles = [wrap_to(name, wide - 0.25, 9.5) for name in names]
    head = 0.18 * max(title.count("\n") + 1 for title in titles) + 0.1
    tall = 0.95 + head + 0.32
    fig = plt.figure(figsize=(WIDTH, down * tall))
    axes = []
    for index, title in enumerate(titles):
        row, place = divmod(index, columns)
        bottom = (down - row) * tall - head - 0.95
        ax = fig.add_axes(
            ((place * wide + 0.08) / WIDTH, bottom / (down * tall), (wide - 0.25) / WIDTH, 0.95 / (down * tall))
        )
        ax.set_title(title, loc="left", fontsize=9.5, color=INK, pad=4)
        bare(ax)
        axes.append(ax)
    return fig, axes


def _frame(ax: Axes, across: Sequence[str], values: Sequence[float]) -> None:
    """One scale for all panels, the first and the last step named."""
    low, high = min(values), max(values)
    margin = ((high - low) or abs(high) or 1.0) * 0.25
    last = len(across) - 1
    ax.set_ylim(min(low, 0) - margin if low < 0 else (0 if low < 0.5 * high else low - margin), high + 1.8 * margin)
    ax.set_xlim(-0.12 * max(last, 1), last + 0.12 * max(last, 1))
    ax.set_yticks([])
    ends = dict.fromkeys((0, last))
    ax.set_xticks(list(ends), [across[end] for end in ends], fontsize=8.5, color=MUTED)
    ax.axhline(ax.get_ylim()[0] if low >= 0 else 0, color=GREY, linewidth=0.8)


def _line(ax: Axes, values: Sequence[float], color: str, value_format: str) -> None:
    ax.plot(values, "o-", color=color, linewidth=2, markersize=3.5, zorder=3, clip_on=False)
    there = [(step, value) for step, value in enumerate(values) if value == value]
    for step, value in dict.fromkeys((there[0], there[-1])):
        write_above(ax, step, value, written(value, value_format), color=color)
