"""The HTML of reports and of their index: self-contained, offline, the same look in both languages."""

from fiscal_utils.reports.pages.index import indexes
from fiscal_utils.reports.pages.notebook import cards_of, cell_error, metrics_of, stamp
from fiscal_utils.reports.pages.page import export

__all__ = [
    "cards_of",
    "cell_error",
    "export",
    "indexes",
    "metrics_of",
    "stamp",
]
