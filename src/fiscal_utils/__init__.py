"""Read, load, check and chart China's departmental final accounts (部门决算公开)."""

__version__ = "0.1.0"

from fiscal_utils import analysis, plots
from fiscal_utils.display import Card, caveat, headline, phrase, say, table
from fiscal_utils.errors import DataError, DocumentError, FiscalError, ReportError
from fiscal_utils.language import set_language, t
from fiscal_utils.specs import code_name, term
from fiscal_utils.tables import check, data_dir, documents, load, process

__all__ = [
    "Card",
    "DataError",
    "DocumentError",
    "FiscalError",
    "ReportError",
    "analysis",
    "caveat",
    "check",
    "code_name",
    "data_dir",
    "documents",
    "headline",
    "load",
    "phrase",
    "plots",
    "process",
    "say",
    "set_language",
    "t",
    "table",
    "term",
]
