"""Every kind of fault that can be seeded into a document."""

from collections.abc import Callable, Mapping
from random import Random

from form_seeding import form_kinds, number_skipped, target_not_met
from seeding import (
    Document,
    Fault,
    cell_blanked,
    cell_kinds,
    comparison_turned,
    figure_kinds,
    placeholder_left,
    reason_turned,
    row_dropped,
    said,
    table_missing,
    turned,
)

KINDS: Mapping[str, Callable[[Random, Document], Fault | None]] = {
    **cell_kinds(),
    "cell: blanked": cell_blanked,
    "row dropped": row_dropped,
    **figure_kinds(),
    "text: direction of a change": turned("text: direction of a change", ("prior_change",)),
    "text: direction of a rate": turned("text: direction of a rate", ("prior_change_pct",)),
    "text: both directions": turned("text: both directions", ("prior_change", "prior_change_pct")),
    "text: sense of a reason": reason_turned,
    "text: above or below budget": comparison_turned,
    **form_kinds(),
    "form: target": target_not_met,
    "form: numbering": number_skipped,
    "heading: year": said("heading: year", "year", lambda row: str(int(row["said"]) - 1)),
    "heading: department": said("heading: department", "department", lambda row: row["said"][:-1]),
    "heading: unit": said("heading: unit", "unit", lambda row: "千元"),
    "note under an empty table": said("note under an empty table", "empty_note", lambda row: "no"),
    "placeholder left": placeholder_left,
    "table missing": table_missing,
}
"""Name of a kind → a document with a fault of it; None where the document has no place for one."""
