"""What simulated accounts say besides figures: headings, notes under empty tables, comparisons with the budget."""

from collections.abc import Iterator, Sequence

from fiscal_utils import specs
from fiscal_utils.parse.narrative import Figure
from fiscal_utils.parse.statements import Statement
from fiscal_utils.parse.statutory import Row
from fiscal_utils.simulate.prose import compared

_ORDER = ("greater", "less", "equal", "about")


def statements(
    tables: Sequence[str], rows: Sequence[Row], told: Sequence[Figure], department: str, year: int, unit: str
) -> Iterator[Statement]:
    """All that a file of the accounts says where each table is headed by department, year and unit."""
    for table in tables:
        spec = specs.tables()[table]
        yield Statement(table, "", "year", str(year), None)
        yield Statement(table, "", "department", department, None)
        if spec.coded or not spec.counts:
            yield Statement(table, "", "unit", unit, None)
    filled = {row.table for row in rows if row.cells}
    for table in tables:
        if table not in filled:
            yield Statement(table, "", "empty_note", "yes", None)
    for section in dict.fromkeys(figure.section for figure in told):
        yield Statement(section, "", "year", str(year), None)
    words = compared(told)
    for (section, item), word in sorted(words.items(), key=lambda pair: (pair[0][0], _ORDER.index(pair[1]))):
        yield Statement(section, item, "against_budget", word, None)
