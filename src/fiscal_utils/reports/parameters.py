"""The parameters of a notebook, as its cell tagged `parameters` declares them: `name: type = default  # help`.

A type is `str`, `int`, `float`, `bool`, `None`, `list[…]`, `Literal[…]`, or several of these joined by `|`; as a quoted
text it needs no import. A help text that begins with words joined by `|` says that the value is one of these:
`# zh | en`, `# mof-2020 | five-band: the scheme of grades`.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from fiscal_utils.errors import ReportError

_CHOICES = re.compile(r"([\w.-]+(?: \| [\w.-]+)+)(?:$|[:;,：；，（( ])")


@dataclass(frozen=True)
class Parameter:
    """One parameter of a notebook: its name, type as written, default and help text."""

    name: str
    type: str
    default: Any
    help: str

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that the help text allows; none where it names none."""
        found = _CHOICES.match(self.help)
        return tuple(found[1].split(" | ")) if found else ()


def declared(cells: Iterable[str]) -> dict[str, Parameter]:
    """The parameters by name that the cells declare; SyntaxError or ValueError where a default is no literal."""
    found = (_parameter(part, source) for source in cells for part in ast.parse(source).body)
    return {parameter.name: parameter for parameter in found if parameter}


def convert(notebook: str, parameter: Parameter, text: str) -> Any:
    """The value that the text stands for, of the parameter's type; a list is written `a,b` or `["a", "b"]`.

    Raises a ReportError that names the notebook, the parameter and what is allowed.
    """
    kind = ast.parse(parameter.type, mode="eval").body
    where = {"notebook": notebook, "name": parameter.name, "value": text}
    fitting = [value for value in _readings(text) if _fits(value, kind)]
    if not fitting:
        raise ReportError("report_wrong_type", type=parameter.type, **where)
    chosen = fitting[0] if isinstance(fitting[0], list) else [fitting[0]]
    if parameter.choices and not {str(value) for value in chosen} <= set(parameter.choices):
        raise ReportError("report_wrong_choice", allowed=", ".join(parameter.choices), **where)
    return fitting[0]


def _parameter(statement: ast.stmt, source: str) -> Parameter | None:
    """The parameter that `name: type = default  # help` declares; None of any other statement."""
    match statement:
        case ast.AnnAssign(target=target, annotation=annotation, value=ast.expr() as value):
            kind = str(annotation.value) if isinstance(annotation, ast.Constant) else ast.unparse(annotation)
        case ast.Assign(targets=[target], value=value):
            kind = ""
        case _:
            return None
    default = ast.literal_eval(value)
    line = source.splitlines()[(statement.end_lineno or 1) - 1].encode()[statement.end_col_offset :].decode()
    comment = line.partition("#")[2].strip()
    return Parameter(ast.unparse(target), kind or type(default).__name__, default, comment)


def _readings(text: str) -> Iterator[Any]:
    """What a text can stand for, the likeliest first."""
    parts = [part.strip() for part in text.split(",")]
    value = _literal(text)
    if text in ("", "None"):
        yield None
    if isinstance(value, list):
        yield value
    elif len(parts) > 1:
        yield from (parts, [_literal(part) for part in parts])
    yield from (text, value)
    if type(value) is int:
        yield float(value)
    yield from ([text], [value])


def _literal(text: str) -> Any:
    """The Python value that a text denotes; the text itself where it denotes none."""
    try:
        return ast.literal_eval({"true": "True", "false": "False"}.get(text, text))
    except (ValueError, SyntaxError):
        return text


def _fits(value: Any, kind: ast.expr) -> bool:
    """Whether a value is of a declared type."""
    match kind:
        case ast.BinOp(left=one, right=other):
            return _fits(value, one) or _fits(value, other)
        case ast.Constant(value=None):
            return value is None
        case ast.Subscript(value=ast.Name(id="Literal"), slice=options):
            allowed = [ast.literal_eval(o) for o in (options.elts if isinstance(options, ast.Tuple) else [options])]
            return any(value == option and type(value) is type(option) for option in allowed)
        case ast.Subscript(value=ast.Name(id="list"), slice=item):
            return isinstance(value, list) and all(_fits(part, item) for part in value)
        case ast.Name(id=name):
            return type(value).__name__ == name
    return False
