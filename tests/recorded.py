"""Invented records of runs, as `fiscal report` leaves them, so that the index can be looked at without a run."""

from collections.abc import Iterator
from pathlib import Path

from fiscal_utils.reports import runs
from fiscal_utils.reports.runs import Key, Report, Run

TITLES = {
    "budget_execution": {"zh": "预算执行", "en": "Budget execution"},
    "sangong_trends": {"zh": "“三公”经费", "en": "The three public expenses"},
}
LABELS = {"zh": ("完成年初预算", "分母：年初预算"), "en": ("Execution", "of the initial budget")}


def moment(night: int) -> str:
    return f"2026-11-{night + 1:02d}T18:00:00.000+00:00"


def report(night: int, document: str = "jia-2023", notebook: str = "budget_execution", **changed: object) -> Report:
    """The report of a document as the run of that night made it: its rate rises by a point a night."""
    language = str(changed.pop("language", "zh"))
    rate = 90.0 + night
    label, note = LABELS[language]
    about: dict = {
        "title": TITLES[notebook][language],
        "department": document.rpartition("-")[0],
        "year": int(document.rpartition("-")[2]),
        "order": list(TITLES).index(notebook),
        "made": moment(night),
        "made_in": run_id(night),
        "seconds": 0.5,
        "data": f"../data/raw/{document}",
        "inputs": {"notebook": "n", "data": f"d{night}"},
        "metrics": {"execution_rate_initial_pct": rate, "initial_budget": 100.0},
        "cards": [{"label": label, "value": f"{rate:,.2f}", "unit": "%", "note": note}],
    }
    return Report(document, language, notebook, **{**about, **changed})


def run_id(night: int) -> str:
    return f"202611{night + 1:02d}T180000Z-00000{night % 10}"


def record(output: Path, night: int, made: list[Report], fresh: int = 0) -> None:
    """The record of one run and of the reports that it left."""
    status = "failed" if any(report.error for report in made) else "succeeded"
    finished = moment(night).replace("18:00:00", "18:02:05")
    runs.write_run(output, Run(run_id(night), moment(night), finished, status, 2, "fiscal", {}, tuple(made), fresh))
    for report in made:
        runs.write_report(output, report)


def many(output: Path, departments: int, nights: int = 3) -> None:
    """All departments made on the first night, one in ten again on each other night; two years, two languages."""
    for night in range(nights):
        chosen = [place for place in range(departments) if night == 0 or place % 10 == night]
        record(output, night, [made for place in chosen for made in _of_department(night, place)])


def _of_department(night: int, place: int) -> Iterator[Report]:
    for key in (Key(f"bu-men-{place}-{year}", la, nb) for year in (2022, 2023) for la in ("zh", "en") for nb in TITLES):
        yield report(night, key.document, key.notebook, language=key.language, department=f"第{place}局")
