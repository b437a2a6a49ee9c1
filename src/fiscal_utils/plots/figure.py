"""The frame of every chart: its caption, its alt text, the mark of simulated accounts, and its display as one PNG."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass

from IPython.display import display
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from fiscal_utils.display import escape_markdown
from fiscal_utils.language import t
from fiscal_utils.plots.picture import png
from fiscal_utils.plots.style import INK, MUTED, RED, use_style
from fiscal_utils.plots.text import wrap


@dataclass(frozen=True)
class Caption:
    """What stands around a chart.

    `title` states the finding, `measure` what is measured and its unit, `source` document and table. `alt` replaces
    the alt text made from the data, `if_empty` the sentence shown where there is nothing to draw. `documents` are the
    ids (or the one id) of the accounts drawn: simulated ones are marked on the chart.
    """

    title: str
    measure: str = ""
    source: str = ""
    alt: str = ""
    documents: str | Iterable[str] = ()
    if_empty: str = ""

    @property
    def simulated(self) -> bool:
        """Whether any of the accounts drawn is simulated, as its id says."""
        ids = [self.documents] if isinstance(self.documents, str) else self.documents
        return any("simulated" in name for name in ids)


def show(fig: Figure, caption: Caption, reading: str = "") -> None:
    """Frame `fig`, close it and display it as one PNG.

    `reading` is what the chart shows, in words: it follows the title in the alt text.
    """
    image = base64.b64encode(framed(fig, caption)).decode("ascii")
    plt.close(fig)
    data = {"image/png": image, "text/plain": caption.title}
    display(data, raw=True, metadata={"alt": _alt(caption, reading)})  # type: ignore[no-untyped-call]


def framed(fig: Figure, caption: Caption) -> bytes:
    """The PNG of `fig`, headed with title and measure, footed with its source.

    It is never narrower than its figure, so that the writing of all charts on a page has one size.
    """
    use_style()
    fig.draw_without_rendering()
    box = fig.get_tightbbox(None, bbox_extra_artists=None)
    left, width = min(box.x0, 0.0), max(box.x1, fig.get_figwidth()) - min(box.x0, 0.0)
    texts = _head(fig, caption, left, box.y1 + 0.08, width)
    if caption.source:
        texts.append(_place(fig, caption.source, left, box.y0 - 0.12, 8.5, MUTED, width, below=True))
    return png(fig, Bbox.union([Bbox.from_bounds(left, box.y0, width, box.height), *texts]))


def show_nothing(caption: Caption) -> None:
    """Say in one sentence that there is nothing to draw."""
    what = caption.measure or caption.title
    sentence = caption.if_empty or t(
        f"无图可画：{what}，没有一个数值。", f"No chart: {what} – there is no value to draw."
    )
    display({"text/plain": sentence, "text/markdown": f"*{escape_markdown(sentence)}*"}, raw=True)  # type: ignore[no-untyped-call]


def _head(fig: Figure, caption: Caption, left: float, foot: float, width: float) -> list[Bbox]:
    """Write the measure, above it the title, above that the mark of simulated accounts; where they stand."""
    placed: list[Bbox] = []
    for text, gap, size, color in (
        (caption.measure, 0.04, 10.5, MUTED),
        (caption.title, 0.06, 14, INK),
        (_simulated() if caption.simulated else "", 0.08, 10, RED),
    ):
        if text:
            placed.append(_place(fig, text, left, (placed[-1].y1 if placed else foot) + gap, size, color, width))
    return placed


def _simulated() -> str:
    return t("【模拟数据】并非真实决算", "[SIMULATED] not real accounts")


def _alt(caption: Caption, reading: str) -> str:
    """The alt text: the one given, else title, measure and what the chart shows; simulated accounts are named so."""
    stop = t("。", ". ")
    words = [caption.alt] if caption.alt else [caption.title, caption.measure, reading]
    marked = [_simulated(), *words] if caption.simulated else words
    return stop.join(word.rstrip("。. ") for word in marked if word)


def _place(
    fig: Figure, text: str, x: float, y: float, size: float, color: str, width: float, *, below: bool = False
) -> Bbox:
    """Write `text` at (x, y) inches, above or below that point; where it stands, in inches."""
    wide, high = fig.get_size_inches()
    wrapped = wrap(text, int(width * 72 / (size * 0.54)))
    artist = fig.text(
        x / wide, y / high, wrapped, fontsize=size, color=color, va="top" if below else "bottom", linespacing=1.3
    )
    return artist.get_window_extent().transformed(fig.dpi_scale_trans.inverted())
