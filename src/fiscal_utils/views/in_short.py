"""A document in short: one line for each report, with the rates it leads with and a link to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from fiscal_utils import specs
from fiscal_utils.analysis import overview
from fiscal_utils.analysis.registry import metrics, registry
from fiscal_utils.display import interval_text, is_missing, say
from fiscal_utils.language import language, t


@dataclass(frozen=True)
class Line:
    """A line: the notebook it leads to, its name by language, its clauses (`needs` and the wordings `zh`, `en`)."""

    report: str
    name: Mapping[str, str]
    clauses: tuple[Mapping[str, Any], ...]


@cache
def lines() -> tuple[Line, ...]:
    """The declared lines; an unknown key raises TypeError."""
    return tuple(specs.build(Line, entry, "in_short.toml") for entry in specs.read_toml("in_short.toml")["line"])


def in_short(document: str) -> None:
    """Shows the lines of a document; where a figure is missing the reason stands in place of its clause."""
    found = figures(document)
    text = "\n".join(_written(line, found) for line in lines())
    say(text, text, **found)


def figures(document: str) -> dict[str, Any]:
    """What the clauses need: numbers, inferred metrics as written intervals; and `why_…` for each metric without one.

    The counts of the checks are those of `overview.checked`; `holding` are those that hold, within rounding or exactly,
    and there is no count of errors where none fails.
    """
    needed = {name for line in lines() for clause in line.clauses for name in clause["needs"]}
    rows = metrics(document, [name for name in registry() if name in needed])
    found: dict[str, Any] = dict(overview.checked(document))
    found["holding"] = found["pass"] + found["rounding"]
    found["errors"] = found["errors"] if found["fail"] else None
    for row in rows.to_dict("records"):
        inferred = row["status"] == "inferred"
        found[row["metric"]] = interval_text(row["low"], row["high"]) if inferred else row["value"]
        if row["why"]:
            found[f"why_{row['metric']}"] = _inside(row["why"].rstrip("。."))
            found[f"name_{row['metric']}"] = _inside(row["name"])
    return found


def _inside(text: str) -> str:
    """The text as it stands inside a sentence: the capital of a first word made small, not one of an abbreviation."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _written(line: Line, found: Mapping[str, Any]) -> str:
    """The line as a template: a reason that stood once is not repeated."""
    parts: dict[str, str] = {}
    for clause in line.clauses:
        gap = next((name for name in clause["needs"] if is_missing(found.get(name))), None)
        if gap is None:
            parts[clause[language()]] = clause[language()]
        elif f"why_{gap}" in found:
            reason = t("{%s}：无数据（{%s}）", "{%s}: no figure ({%s})") % (f"name_{gap}", f"why_{gap}")
            parts.setdefault(found[f"why_{gap}"], reason)
    name = line.name[language()]
    head = f"[{name}]({line.report}.ipynb)" if line.report else name
    return t("- **{}**：{}。", "- **{}**: {}.").format(head, t("；", "; ").join(parts.values()))
