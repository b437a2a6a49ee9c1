"""What a disclosure must have: its tables, notes under empty ones, one year and department, no blanks to fill in."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from fiscal_utils import specs
from fiscal_utils.checks.facts import Facts, Row, missing_tables
from fiscal_utils.checks.model import Observation
from fiscal_utils.normalise import key

_SAME = ("year", "department", "unit")
_CODES = {"code": "code-digits", "code_name": "code-name"}


def completeness(found: Facts) -> Iterator[Observation]:
    """Every check of what is there and how it is headed."""
    yield from _tables(found)
    yield from _notes(found)
    yield from _levels(found)
    for row in found.statements:
        if row["kind"] in _SAME:
            yield from _heading(found, row)
        elif row["kind"] == "placeholder":
            fields = {"left": str(row["said"]), "page": _page(row)}
            yield Observation("placeholder", f"{row['section']}.{row['page']}", False, fields)
        elif row["kind"] in _CODES:
            official = specs.code_name_in("zh", row["item"])
            fields = {"left": row["item"], "right": row["said"], "official": official, "page": _page(row)}
            yield Observation(_CODES[row["kind"]], f"{row['section']}/{row['item']}", False, fields)


def _tables(found: Facts) -> Iterator[Observation]:
    missing = missing_tables(found.about)
    for name, spec in specs.tables().items():
        if spec.common:
            yield Observation("table-missing", name, name not in missing, {"left": spec.title})


def _notes(found: Facts) -> Iterator[Observation]:
    """An empty table says that it is empty: known only where the reader looked for the note."""
    for row in found.statements:
        if row["kind"] == "empty_note" and row["section"] not in found.layout:
            fields = {"left": specs.tables()[row["section"]].title, "page": _page(row)}
            yield Observation("empty-table-note", row["section"], row["said"] == "yes", fields)


def _levels(found: Facts) -> Iterator[Observation]:
    """In a table of functions at all levels a code stands below its parent, and above a child if another has one."""
    tables = {name: {row for row in rows if row.isdigit()} for name, rows in found.layout.items() if _functional(name)}
    for table, codes in tables.items():
        if {len(code) for code in codes} != {3, 5, 7}:
            continue
        parents = {code[:-2] for code in codes}
        children: dict[str, list[str]] = defaultdict(list)
        for child in sorted(set[str]().union(*(known for name, known in tables.items() if name != table))):
            children[child[:-2]].append(child)
        for code in sorted(codes):
            if len(code) > 3:
                yield _level("code-parent", table, code, [code[:-2]], code[:-2] in codes)
            if code in children:
                yield _level("code-children", table, code, children[code], code in parents)


def _level(rule: str, table: str, code: str, others: Sequence[str], holds: bool) -> Observation:
    fields = {"left": specs.tables()[table].title, "right": code, "parent": code[:-2]}
    left, *right = ((table, row, "total") for row in (code, *others))
    return Observation(rule, f"{table}/{code}", holds, fields, (left,), tuple(right))


def _functional(table: str) -> bool:
    return table in specs.tables() and specs.tables()[table].rows == "function"


def _heading(found: Facts, row: Row) -> Iterator[Observation]:
    """A heading names the year, department and unit of the whole document."""
    whole = str(found.about.get(row["kind"]) or "")
    said = str(row["said"])
    holds = said == whole if row["kind"] != "department" else key(said) == key(whole)
    fields = {"left": said or "—", "right": whole, "page": _page(row)}
    yield Observation(f"heading-{row['kind']}", f"{row['section']}.{row['page']}", holds, fields)


def _page(row: Row) -> str:
    return "?" if row["page"] is None else str(row["page"])
