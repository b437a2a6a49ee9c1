"""Printed names of functional classes, types and items (类 款 项) to their codes."""

from collections.abc import Mapping, Sequence
from functools import cache

from fiscal_utils import specs
from fiscal_utils.normalise import label_key

_LENGTHS = {1: 3, 2: 5, 3: 7}
_GENERAL = "支出"

Stems = Mapping[str, str]
"""Code → its name without a last 支出."""


class Functions:
    """The functional classes, types and items of a document, to be found by their names."""

    def __init__(self, printed: Mapping[str, str]) -> None:
        """`printed` are the document's own labels by code; the official classification is asked after them."""
        self.classes = {code: label for code, label in printed.items() if label and len(code) == _LENGTHS[1]}
        self._stems = _stems(printed)

    def code(self, path: Sequence[str]) -> str | None:
        """The code (3, 5 or 7 digits) of the class, type and item; None where no code or several have the names."""
        *above, name = map(_stem, path)
        for known in ([self._stems], [self._stems, _official()]):
            so_named = {
                code
                for stems in known
                for code, stem in stems.items()
                if len(code) == _LENGTHS[len(path)] and _same(stem, name, loose=not above)
            }
            found = [code for code in so_named if _under(code, above, known)]
            if len(found) == 1:
                return found[0]
        return None


@cache
def _official() -> Stems:
    return _stems({code: entry["zh"] for code, entry in specs.classification("functions").items()})


def _stems(labels: Mapping[str, str]) -> Stems:
    return {code: _stem(label) for code, label in labels.items()}


def _stem(name: str) -> str:
    return label_key(name).removesuffix(_GENERAL)


def _under(code: str, path: Sequence[str], known: Sequence[Stems]) -> bool:
    """Whether the code is one of the class and type; a type (款) that nothing names is taken as printed."""
    for depth, name in enumerate(path, 1):
        stems = [stems[prefix] for stems in known if (prefix := code[: _LENGTHS[depth]]) in stems]
        if not any(_same(stem, name, loose=depth == 1) for stem in stems) and (stems or depth != 2):
            return False
    return True


def _same(stem: str, name: str, loose: bool) -> bool:
    """Whether the names are equal; `loose`: other words may stand before the name."""
    return name == stem or (loose and bool(stem) and name.endswith(stem))
