"""Read, load, check and chart China's departmental final accounts (部门决算公开)."""

__version__ = "0.1.0"

from fiscal_utils import analysis, plots
from fiscal_utils.analysis.registry import catalogue, metrics
from fiscal_utils.display import Card, caveat, headline, interval_text, phrase, say
from fiscal_utils.errors import DataError, DocumentError, FiscalError, ReportError
from fiscal_utils.explore import explore
from fiscal_utils.language import set_language, t
from fiscal_utils.panels import fixed_panel, spread
from fiscal_utils.plots import Caption
from fiscal_utils.showing import cards, compare, definitions, figures, why
from fiscal_utils.specs import code_name, term
from fiscal_utils.tables import check, data_dir, documents, load, process
from fiscal_utils.tabulate import browse, table

__all__ = [
    "Caption",
    "Card",
    "DataError",
    "DocumentError",
    "FiscalError",
    "ReportError",
    "analysis",
    "browse",
    "cards",
    "catalogue",
    "caveat",
    "check",
    "code_name",
    "compare",
    "data_dir",
    "definitions",
    "documents",
    "explore",
    "figures",
    "fixed_panel",
    "headline",
    "interval_text",
    "load",
    "metrics",
    "phrase",
    "plots",
    "process",
    "say",
    "set_language",
    "spread",
    "t",
    "table",
    "term",
    "why",
]
