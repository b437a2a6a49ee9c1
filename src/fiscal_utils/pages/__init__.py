"""The HTML of reports and of their index: self-contained, offline, the same look in both languages."""

from fiscal_utils.pages.index import indexes
from fiscal_utils.pages.notebook import cards_of, cell_error, metrics_of, stamp
from fiscal_utils.pages.page import export

__all__ = [
    "cards_of",
    "cell_error",
    "export",
    "indexes",
    "metrics_of",
    "stamp",
]
