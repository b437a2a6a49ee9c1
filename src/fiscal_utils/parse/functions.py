"""Printed names of functional classes, types and items (类 款 项) to their codes."""

from collections.abc import Mapping, Sequence

from fiscal_utils import specs
from fiscal_utils.normalise import label_key

_LENGTHS = {1: 3, 2: 5, 3: 7}
_GENERAL = "支出"


def function_code(path: Sequence[str], names: Mapping[str, str]) -> str | None:
    """The code (3, 5 or 7 digits) of the printed class, type and item; None where no code or several have the names.

    `names` are the document's own (code → printed label); the official classification is asked after them.
    """
    official = {code: entry["zh"] for code, entry in specs.classification("functions").items()}
    for labels in ([names], [names, official]):
        codes = {code for known in labels for code in known if len(code) == _LENGTHS[len(path)]}
        found = [code for code in codes if _named(code, path, labels)]
        if len(found) == 1:
            return found[0]
    return None


def _named(code: str, path: Sequence[str], labels: Sequence[Mapping[str, str]]) -> bool:
    """Whether the code has the last name and those above it; a type (款) that nothing names is taken as printed."""
    for depth, name in enumerate(path, 1):
        known = [known[prefix] for known in labels if (prefix := code[: _LENGTHS[depth]]) in known]
        if not any(_same(label, name, loose=depth == 1) for label in known) and (known or depth != 2):
            return False
    return True


def _same(label: str, name: str, loose: bool) -> bool:
    """Whether the names are equal but for a last 支出; `loose`: other words may stand before the name."""
    stem, printed = (label_key(text).removesuffix(_GENERAL) for text in (label, name))
    return printed == stem or (loose and bool(stem) and printed.endswith(stem))
