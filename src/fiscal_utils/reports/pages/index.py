"""The index of the reports in an output folder, one page a language: what stands there, what failed, what changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, Template, select_autoescape
from markupsafe import Markup

from fiscal_utils.departments import english_name
from fiscal_utils.language import LANGUAGES
from fiscal_utils.reports import runs
from fiscal_utils.reports.pages import look
from fiscal_utils.reports.pages.changes import named, since_last_run
from fiscal_utils.reports.pages.spark import Spark, spark
from fiscal_utils.reports.runs import Key, Report

MOST_CARDS = 4
MOST_RUNS = 30
"""How many headline cards of a report, and how many runs, the index shows."""


@dataclass(frozen=True)
class Row:
    """A notebook of a document: its report in the language of the page, else in the other one."""

    report: Report
    translation: Report | None
    figures: Sequence[tuple[Mapping[str, str], Spark | None]]
    """Its headline cards, each with its course over the runs."""
    states: Sequence[str]
    """What one can filter by: failed, changed, made (in the last run)."""


def indexes(output: Path) -> dict[str, str]:
    """The index pages of the output folder by file name."""
    standing, recorded = runs.standing(output), runs.load(output)
    return {look.INDEX[language]: _page(standing, recorded, language) for language in LANGUAGES}


def _page(standing: Sequence[Report], recorded: Sequence[runs.Run], language: str) -> str:
    shown = _in_language(standing, language)
    changes = since_last_run([report for report, _ in shown], recorded)
    rows = _rows(shown, recorded, changes.keys if changes else frozenset())
    style, script = look.css("output", "page", "index"), look.template("index.js")
    return _template().render(
        t=lambda zh, en: zh if language == "zh" else en,
        language=language,
        html_language=look.HTML_LANGUAGE[language],
        names=look.LANGUAGE_NAME,
        languages=[(name, look.HTML_LANGUAGE[name], look.LANGUAGE_NAME[name], look.INDEX[name]) for name in LANGUAGES],
        departments=_departments(rows),
        rows=rows,
        failed=[row for row in rows if row.report.error],
        years=sorted({row.report.year for row in rows if row.report.year}, reverse=True),
        notebooks={row.report.notebook: row.report.title for row in rows},
        changes=changes,
        runs=recorded[:MOST_RUNS],
        runs_left=len(recorded[MOST_RUNS:]),
        style=style,
        script=Markup(script),
        policy=look.policy(look.source_hash(style), look.source_hash(script)),
    )


def _in_language(standing: Iterable[Report], language: str) -> list[tuple[Report, Report | None]]:
    """Each report in this language, or in the other where it stands in that only; and its translation."""
    found: dict[tuple[str, str], dict[str, Report]] = {}
    for report in standing:
        found.setdefault((report.document, report.notebook), {})[report.language] = report
    [other] = set(LANGUAGES) - {language}
    return [(of[language], of.get(other)) if language in of else (of[other], None) for of in found.values()]


def _rows(
    shown: Iterable[tuple[Report, Report | None]], recorded: Sequence[runs.Run], changed: frozenset[Key]
) -> list[Row]:
    history, latest = runs.history(recorded), recorded[0].id if recorded else ""
    rows = []
    for report, translation in shown:
        made = history.get(report.key, ())
        figures = [(card, spark(card["label"], made)) for card in report.cards[:MOST_CARDS]]
        states = {"failed": report.error, "changed": report.key in changed, "made": report.made_in == latest}
        rows.append(Row(report, translation, figures, [state for state, held in states.items() if held]))
    return rows


def _departments(rows: Iterable[Row]) -> list[tuple[str, list[tuple[Report, list[Row]]]]]:
    """The rows by department and document; two departments of one name in different places stay apart."""
    by_department = groupby(rows, lambda row: (row.report.department, _without_year(row.report)))
    return [(department, _documents(of_one)) for (department, _), of_one in by_department]


def _documents(rows: Iterable[Row]) -> list[tuple[Report, list[Row]]]:
    by_document = (list(of_one) for _, of_one in groupby(rows, lambda row: row.report.document))
    newest_first = sorted(by_document, key=lambda of_one: of_one[0].report.year or 0, reverse=True)
    return [(of_one[0].report, of_one) for of_one in newest_first]


def _without_year(report: Report) -> str:
    return report.document.removesuffix(f"-{report.year}")


def _link(key: Key, ending: str = ".html") -> str:
    return quote(key.path(ending))


@cache
def _template() -> Template:
    environment = Environment(autoescape=select_autoescape(default=True, default_for_string=True), trim_blocks=True)
    environment.filters |= {"minute": look.minute, "number": look.number, "link": _link, "quote": quote}
    environment.filters["english"] = english_name
    environment.globals |= {"time_zone": look.time_zone(), "named": named, "decimals": look.decimals}
    return environment.from_string(look.template("index.html.j2"))
