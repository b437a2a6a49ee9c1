"""The command line: extract, simulate, process, check, report, list."""

import os
import sys
from contextlib import closing
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from fiscal_utils import batch, jobs, report, simulate, tables
from fiscal_utils.checks import printed
from fiscal_utils.errors import FiscalError
from fiscal_utils.language import LANGUAGES, language, message, set_language, t

console = Console()


class _Group(click.Group):
    """A group whose commands print this package's errors as one message and exit with status 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except FiscalError as error:
            raise click.ClickException(str(error)) from error
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
) -> None:
    """Read each disclosure FILE into raw/<id>/.

    A folder stands for all documents below it, a quoted pattern such as 'accounts/*.pdf' for all that match it. What
    was read before is skipped, so an interrupted run goes on when it is started again.
    """
    paths = batch.files(named)
    options = batch.Options(tables.data_dir() / "raw", document_id, password, allow_missing, force)
    outcomes = []
    try:
        running = batch.run(paths, options, processes=processes, seconds=seconds)
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
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
def report_command(
    notebooks: tuple[str, ...],
    documents: tuple[str, ...],
    languages: tuple[str, ...],
    output: Path,
    notebooks_dir: Path,
    parameters: tuple[tuple[str, str], ...],
    workers: int,
) -> None:
    """Execute NOTEBOOKS (default: all) and write HTML pages, metrics and an index."""
    tables.process()
    results = report.make(
        notebooks, documents, languages, output=output, data_dir=tables.data_dir(), notebooks_dir=notebooks_dir,
        parameters=dict(parameters), workers=workers,
    )  # fmt: skip
    report.raise_failures(results)
    console.print(str(output / "index.html"), markup=False)


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
