"""The chart vocabulary of the reports: each function draws one figure and displays it as one PNG with its alt text.

Data come first, then the `Caption`; everything else is given by name. Text may be Chinese or English. A title states
the finding, the measure its unit, and values are written beside their marks. A missing value leaves its mark out and
is written as a dash; where no value is left to draw, one sentence says so instead of a chart.
"""

from fiscal_utils.plots.bars import bars, grouped_bars, stacked_bars
from fiscal_utils.plots.contributions import decomposition, lollipops, waterfall
from fiscal_utils.plots.distribution import distribution, ecdf
from fiscal_utils.plots.figure import Caption, show
from fiscal_utils.plots.flow import flow
from fiscal_utils.plots.intervals import intervals, timeline
from fiscal_utils.plots.matrix import bounds_map, heatmap
from fiscal_utils.plots.multiples import small_multiples
from fiscal_utils.plots.ranking import ranking
from fiscal_utils.plots.slopes import dumbbells, slopes
from fiscal_utils.plots.style import use_style

__all__ = [
    "Caption",
    "bars",
    "bounds_map",
    "decomposition",
    "distribution",
    "dumbbells",
    "ecdf",
    "flow",
    "grouped_bars",
    "heatmap",
    "intervals",
    "lollipops",
    "ranking",
    "show",
    "slopes",
    "small_multiples",
    "stacked_bars",
    "timeline",
    "use_style",
    "waterfall",
]
