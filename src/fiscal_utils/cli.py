"""The command line: extract, simulate, process, check, report, diff, list."""

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fiscal_utils import batch, simulate, tables
from fiscal_utils.checks import printed
from fiscal_utils.errors import FiscalError, ReportError
from fiscal_utils.language import LANGUAGES, language, message, set_language, t
from fiscal_utils.reports import execute, jobs, report, runs
from fiscal_utils.specs import term

console = Console()


class _Group(click.Group):
    """A group whose commands print this package's errors as one message and exit with status 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except FiscalError as error:
            raise click.ClickException(str(error)) from error
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(1)
        except OSError as error:
            raise click.ClickException(message("os_error", path=error.filename, error=error.strerror)) from error


@click.group(cls=_Group)
@click.option("--data-dir", type=click.Path(path_type=Path), default=Path("data"), show_default=True)
@click.option("--messages", type=click.Choice(LANGUAGES), help="Language of the messages.")
@click.version_option(package_name="fiscal-utils")
def main(data_dir: Path, messages: str | None) -> None:
    """Read, check and report departmental final accounts (部门决算公开)."""
    os.environ["FISCAL_DATA_DIR"] = str(data_dir.resolve())
    if messages:
        set_language(messages)


@main.command()
@click.argument("named", metavar="FILE...", nargs=-1, required=True)
@click.option("--id", "document_id", help="Region, department and year, e.g. a-office-2023 (default: made from these).")
@click.option("--password", help="Password of an encrypted PDF.")
@click.option("--allow-missing", is_flag=True, help="Accept a disclosure that lacks tables or parts.")
@click.option("--workers", "processes", type=click.IntRange(1), default=os.cpu_count() or 1, show_default="cores")
@click.option(
    "--time-limit", "seconds", type=click.FloatRange(1), default=120, show_default=True, help="Seconds a document."
)
@click.option("--force", is_flag=True, help="Read again what was read before; replace accounts of another file.")
@click.option("--cluster", "address", metavar="ADDRESS", help="Dask scheduler (tcp://host:8786), or local.")
@click.pass_context
def extract(
    ctx: click.Context,
    named: tuple[str, ...],
    document_id: str | None,
    password: str | None,
    allow_missing: bool,
    processes: int,
    seconds: float,
    force: bool,
    address: str | None,
) -> None:
    """Read each disclosure FILE into raw/<id>/.

    A folder stands for all documents below it, a quoted pattern such as 'accounts/*.pdf' for all that match it. What
    was read before is skipped, so an interrupted run goes on when it is started again.
    """
    paths = batch.files(named)
    options = batch.Options(tables.data_dir() / "raw", document_id, password, allow_missing, force)
    outcomes = []
    try:
        running = batch.run(paths, options, processes=processes, seconds=seconds, address=address)
        with closing(running), batch.progress(len(paths)) as show:
            for outcome in running:
                outcomes.append(outcome)
                show(outcome)
    except KeyboardInterrupt:
        console.print(message("interrupted", done=len(outcomes), total=len(paths)), markup=False, soft_wrap=True)
        ctx.exit(130)
    console.print(batch.summary(outcomes), markup=False, soft_wrap=True, highlight=False)
    ctx.exit(int(any(outcome.error for outcome in outcomes)))


@main.command(name="simulate")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--count", type=click.IntRange(1), default=1, show_default=True, help="How many documents.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the first; the next ones follow.")
@click.option(
    "--format", "suffix", type=click.Choice([s[1:] for s in simulate.FORMATS]), default="pdf", show_default=True
)
@click.option(
    "--template", type=click.Choice(simulate.TEMPLATES), default="jiangxi", show_default=True, help="Which tables."
)
@click.option(
    "--layout", type=click.Choice(simulate.LAYOUTS), default="jiangxi", show_default=True, help="How they look."
)
@click.option("--size", type=click.Choice(simulate.SIZES), default="medium", show_default=True)
def simulate_command(folder: Path, count: int, seed: int, suffix: str, template: str, layout: str, size: str) -> None:
    """Write invented disclosures into FOLDER, to try the other commands on; each says that it is simulated."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(seed, seed + count):
        accounts = simulate.accounts(number, size, template=template)
        path = folder / f"simulated-{template}-{size}-{number}.{suffix}"
        console.print(str(simulate.write(accounts, path, layout)), markup=False, soft_wrap=True)


@main.command()
def process() -> None:
    """Build processed/ from raw/."""
    console.print(str(tables.process()), markup=False)


@main.command()
@click.argument("ids", nargs=-1)
@click.option("--format", "form", type=click.Choice(printed.FORMATS), default="table", show_default=True)
@click.option("--fail-on", type=click.Choice(printed.SEVERITIES), help="Exit with status 1 at findings as grave.")
@click.pass_context
def check(ctx: click.Context, ids: tuple[str, ...], form: str, fail_on: str | None) -> None:
    """Print which checks fail in the documents IDS (default: all), and what they come from.

    The formats json, csv and html hold every check, as fu.check() does.
    """
    checks = tables.load("checks", document=list(ids) or None)
    printed.show(checks, form, console)
    ctx.exit(int(printed.grave(checks, fail_on)))


@main.command(name="report")
@click.argument("notebooks", nargs=-1)
@click.option("--document", "documents", multiple=True, help="Document id (repeatable; default: all).")
@click.option("--language", "languages", multiple=True, type=click.Choice(LANGUAGES), help="Default: both.")
@click.option("--output", type=click.Path(path_type=Path), default=Path("reports"), show_default=True)
@click.option("--notebooks-dir", type=click.Path(path_type=Path), default=Path("notebooks"), show_default=True)
@click.option("-p", "--parameter", "parameters", type=(str, str), multiple=True, help="NAME VALUE.")
@click.option("--workers", type=click.IntRange(1), default=os.cpu_count() or 1, show_default="cores")
@click.option("--engine", type=click.Choice(execute.ENGINES), default=execute.ENGINES[0], show_default=True)
@click.option("--timeout", type=click.FloatRange(1), default=600, show_default=True, help="Seconds a notebook.")
@click.option("--force", is_flag=True, help="Make again what is up to date.")
@click.option("--dry-run", is_flag=True, help="Show what would be made, and why.")
@click.option("--cluster", "address", metavar="ADDRESS", help="Dask scheduler (tcp://host:8786), or local.")
@click.option("--on-finish", metavar="COMMAND", help="Run it after; its last argument is the record of the run.")
@click.pass_context
def report_command(
    ctx: click.Context,
    notebooks: tuple[str, ...],
    documents: tuple[str, ...],
    languages: tuple[str, ...],
    output: Path,
    notebooks_dir: Path,
    parameters: tuple[tuple[str, str], ...],
    workers: int,
    engine: str,
    timeout: float,
    force: bool,
    dry_run: bool,
    address: str | None,
    on_finish: str | None,
) -> None:
    """Execute NOTEBOOKS (default: all) and write HTML pages, metrics and an index.

    Only what is out of date is made: a report is up to date while its notebook, its parameters, the data, this package
    and the libraries are what they were. An interrupted run goes on when it is started again.
    """
    tables.process()
    planned = jobs.plan(
        notebooks_dir, tables.data_dir(), output,
        names=notebooks, documents=documents, languages=languages, values=dict(parameters),
    )  # fmt: skip
    if dry_run:
        console.print(_due(report.orders(planned, tables.data_dir().resolve(), force=force), len(planned)))
        return
    run = report.run(
        planned,
        output,
        tables.data_dir(),
        workers=workers,
        engine=engine,
        timeout=timeout,
        force=force,
        address=address,
    )
    if run.status == "interrupted":
        console.print(message("report_interrupted", done=len(run.reports)), markup=False, soft_wrap=True)
        ctx.exit(130)
    if on_finish:
        report.call_hook(on_finish, output, run)
    report.raise_failures(run)
    counts = {"made": len(run.made), "failed": len(run.failed), "fresh": run.fresh, "seconds": run.seconds}
    console.print(message("report_done", index=output / "index.html", **counts), markup=False, soft_wrap=True)


def _due(orders: Sequence[report.Order], planned: int) -> Table:
    """The reports to make, each with the reason."""
    table = Table(caption=t(f"{planned} 份中 {len(orders)} 份需要生成", f"{len(orders)} of {planned} reports to make"))
    for heading in (t("报告", "report"), t("原因", "because")):
        table.add_column(heading, overflow="fold")
    for order in orders:
        table.add_row(Text(str(order.job.key)), ", ".join(term(reason) for reason in order.because))
    return table


@main.command(name="diff")
@click.argument("named", metavar="[RUN] [RUN]", nargs=-1)
@click.option("--output", type=click.Path(path_type=Path), default=Path("reports"), show_default=True)
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
def diff_command(named: tuple[str, ...], output: Path, form: str) -> None:
    """Show which figures changed between two runs of `fiscal report`: by default the last two.

    RUN is the beginning of a run's id, as in OUTPUT/runs; one RUN alone is compared with the last.
    """
    if len(named) > 2:
        raise click.UsageError(t("最多两个 RUN。", "At most two RUNs."))
    recorded = runs.load(output)
    chosen = [runs.find(recorded, name) for name in named] + recorded[: 2 - len(named)]
    if len(chosen) < 2:
        raise ReportError("run_too_few", output=output, count=len(recorded))
    old, new = sorted(chosen, key=lambda run: run.id)
    changes = runs.diff(recorded, old, new)
    if form == "table":
        console.print(_changes(changes, old, new))
    else:
        click.echo(runs.as_json(changes) if form == "json" else runs.as_csv(changes), nl=False)


def _changes(changes: Sequence[runs.Change], old: runs.Run, new: runs.Run) -> Table:
    """The changed figures, one a row."""
    table = Table(title=f"{old.id} → {new.id}", caption=t(f"{len(changes)} 项变化", f"{len(changes)} changes"))
    for heading in (t("报告", "report"), t("指标", "metric")):
        table.add_column(heading, overflow="fold")
    for heading in (t("原值", "old"), t("新值", "new"), t("变化", "change")):
        table.add_column(heading, justify="right")
    table.add_column(t("变动的输入", "because"), overflow="fold")
    for change in changes:
        numbers = ("—" if n is None else f"{n:,.6g}" for n in (change.old, change.new, change.change))
        table.add_row(Text(str(change.key)), Text(change.metric), *numbers, ", ".join(map(term, change.because)))
    return table


@main.command(name="list")
@click.option("--notebooks-dir", type=click.Path(path_type=Path), default=Path("notebooks"), show_default=True)
def list_command(notebooks_dir: Path) -> None:
    """Show the documents in the data folder and the notebooks."""
    table = Table(title=t("文档", "Documents"))
    for heading in ("id", t("部门", "department"), t("年度", "year")):
        table.add_column(heading)
    for row in tables.documents().itertuples():
        table.add_row(str(row.document_id), str(row.department), str(row.year))
    console.print(table)
    for path in jobs.notebooks(notebooks_dir):
        notebook = jobs.inspect(path)
        console.print(f"{notebook.name}: {notebook.title.get(language(), notebook.name)}", markup=False)
        for parameter in notebook.parameters.values():
            line = f"    {parameter.name}: {parameter.type} = {parameter.default!r}  {parameter.help}"
            console.print(line, markup=False)


if __name__ == "__main__":
    sys.exit(main())
