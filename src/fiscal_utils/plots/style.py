"""Colours that colour-blind readers tell apart, the bundled Chinese font, and the theme of every chart."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import seaborn as sns
from matplotlib.colors import to_rgb
from matplotlib.font_manager import fontManager

BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D98200", "#009E73", "#CC79A7"
SKY, RED, YELLOW, GREY = "#56B4E9", "#D55E00", "#E9D85A", "#9AA3AB"
INK, MUTED, RULE, PALE, LIGHT = "#22303C", "#66727D", "#E3E7EA", "#B9CFDD", "#9AD2F2"
DEEP_ORANGE = "#A85F00"
"""Orange dark enough for text on white."""
PALETTE = (BLUE, ORANGE, GREEN, SKY, PURPLE, YELLOW, GREY, RED)
FONTS = (
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "DejaVu Sans",
)
WIDTH = 7.6
"""Width of a figure in inches: its text stays legible on a phone and is no larger than the page's on a desktop."""
SIZE = 10.0
DPI = 180


@cache
def use_style() -> None:
    """Set the theme and the bundled Chinese font; only the first call does anything."""
    _add_font()
    sns.set_theme(style="white", palette=list(PALETTE), rc=_rc())


@cache
def _add_font() -> None:
    spec = find_spec("zhplot")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        font = Path(folder, "fonts", "NotoSansSC-Regular.ttf")
        if font.is_file():
            fontManager.addfont(font)


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
        "text.hinting": "none",
        "xtick.color": INK,
        "ytick.color": INK,
        "grid.color": RULE,
        "figure.dpi": DPI,
        "figure.facecolor": "white",
        "hatch.color": "white",
        "hatch.linewidth": 0.8,
    }


def colour(index: int) -> str:
    """The palette's colour at `index`, beginning again after its last."""
    return PALETTE[index % len(PALETTE)]


def legible_on(background: Any) -> str:
    """The ink legible on a background colour."""
    red, green, blue = to_rgb(background)
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.56 else INK
