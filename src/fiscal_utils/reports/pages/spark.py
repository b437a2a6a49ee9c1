"""The course of a headline figure over the runs, as the points of a small line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fiscal_utils.reports.runs import Report

WIDTH, HEIGHT, MARGIN = 48, 18, 3


@dataclass(frozen=True)
class Spark:
    """A line in a box of `width` × `height`: one point each time that the report was made, oldest first."""

    points: Sequence[tuple[float, float]]
    values: Sequence[str]
    """The figures as the cards showed them."""
    width: int = WIDTH
    height: int = HEIGHT


def spark(label: str, history: Sequence[Report]) -> Spark | None:
    """The course of the card of this label; None unless it showed a number twice and the number changed."""
    shown = [card["value"] for report in history for card in report.cards if card["label"] == label]
    figures = [(text, float(text.replace(",", ""))) for text in shown if re.fullmatch(r"-?[\d,]*\d(\.\d+)?", text)]
    numbers = [figure for _, figure in figures]
    if len(set(numbers)) < 2:
        return None
    low, high, last = min(numbers), max(numbers), len(numbers) - 1
    points = [
        (
            MARGIN + (WIDTH - 2 * MARGIN) * place / last,
            HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (n - low) / (high - low),
        )
        for place, n in enumerate(numbers)
    ]
    return Spark(points, [text for text, _ in figures])
