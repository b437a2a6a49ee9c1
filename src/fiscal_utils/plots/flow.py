"""Where money comes from and goes: a Sankey diagram."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sankeyflow import Sankey

from fiscal_utils.language import t
from fiscal_utils.plots.canvas import panel
from fiscal_utils.plots.figure import Caption, show, show_nothing
from fiscal_utils.plots.style import GREY, colour
from fiscal_utils.plots.text import listing, number, wrap, written

Flow = tuple[str, str, float]


def flow(
    flows: Sequence[Flow],
    caption: Caption,
    *,
    totals: Mapping[str, float] | None = None,
    value_format: str = "{:,.2f}",
) -> None:
    """A Sankey diagram of (from, to, amount), such as source → function → basic or project.

    A name stands for one node, so the levels must not share names. Amounts that are not positive are left out.
    `totals` are the published amounts of nodes; a node without one has its amount written only if a single flow is
    it, since a sum of rounded flows need not be the published amount.
    """
    kept = [(a, b, float(amount)) for a, b, amount in flows if number(amount) > 0]
    if not kept:
        return show_nothing(caption)
    known = _single(kept) | dict(totals or {})
    nodes = _nodes(Sankey.infer_nodes(kept), {name: written(value, value_format) for name, value in known.items()})
    rooms = [max(0.17 * node[2]["label"].count("\n") + 0.25 for node in level) for level in nodes]
    height = max(3.4, *(len(level) * (room + 0.18) for level, room in zip(nodes, rooms, strict=True)))
    fig, ax = panel(height, left=1.75, right=1.75)
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
    items = [f"{a} → {b} {written(amount, value_format)}" for a, b, amount in kept]
    return show(fig, caption, listing(t("流向图", "Flows"), items, 24))


def _single(flows: Sequence[Flow]) -> dict[str, float]:
    """The amounts of the nodes that have one flow in or one flow out."""
    found: dict[str, float] = {}
    for ends in ([start for start, _, _ in flows], [end for _, end, _ in flows]):
        count = Counter(ends)
        found |= {name: amount for name, (_, _, amount) in zip(ends, flows, strict=True) if count[name] == 1}
    return found


def _nodes(
    levels: Sequence[Sequence[Sequence[Any]]], amounts: Mapping[str, str]
) -> list[list[tuple[str, float, dict[str, Any]]]]:
    """The nodes of each level with their colour and label: at the outer side, or over the flows in between.

    Colours tell what the money is for (the first level where there are two), whatever stands at the ends.
    """
    last, nodes = len(levels) - 1, []
    for level, members in enumerate(levels):
        row = []
        for place, (name, value) in enumerate(members):
            text: dict[str, Any] = {"fontsize": 9.5, "linespacing": 1.2}
            if 0 < level < last:
                text["bbox"] = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.5}
            label = "\n".join(line for line in (wrap(str(name), 22), amounts.get(name, "")) if line)
            color = colour(place) if level == min(1, last - 1) else GREY
            options = {"color": color, "label": label, "label_format": "{label}", "label_opts": text}
            row.append((name, value, {**options, "label_pos": "right" if level else "left", "label_pad_x": 0.025}))
        nodes.append(row)
    return nodes
