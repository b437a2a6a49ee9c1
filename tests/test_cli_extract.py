"""`fiscal extract`: one file or many, what it prints and its exit status."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import SIMULATED

from fiscal_utils import batch
from fiscal_utils.cli import main
from fiscal_utils.workers import Outcome

ID = "moushizhishu-office-2031"


def extract(data: Path, *arguments: object) -> Result:
    return CliRunner().invoke(main, ["--messages", "en", "--data-dir", str(data), "extract", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path, text: str) -> Path:
    """A folder of two disclosures and a file that is none."""
    inbox = tmp_path / "in"
    inbox.mkdir()
    (inbox / "a.txt").write_text(text, "utf-8")
    (inbox / "b.txt").write_text(text.replace("植树办公室", "财政局"), "utf-8")
    (inbox / "c.txt").write_text("nothing of the kind", "utf-8")
    return inbox


def test_one_file_says_what_was_read_and_then_that_it_is_done(tmp_path: Path) -> None:
    first, second = extract(tmp_path, SIMULATED), extract(tmp_path, SIMULATED)
    assert first.exit_code == second.exit_code == 0, first.output
    assert ID in first.stdout
    assert "cells" in first.stdout
    assert "skipped" in second.stdout
    assert "--force" in second.stdout
    assert "cells" in extract(tmp_path, SIMULATED, "--force").stdout


def test_a_folder_is_read_skipped_and_summed_up(tmp_path: Path, folder: Path) -> None:
    first = extract(tmp_path, folder, "--workers", 1)
    assert first.exit_code == 1
    assert "2 files read, 0 skipped (read before), 1 failed" in first.stdout
    assert first.stdout.count("c.txt") == 1
    assert "Traceback" not in first.output
    assert sorted(path.name for path in (tmp_path / "raw").iterdir()) == ["moushi-finance-bureau-2031", ID]
    (folder / "c.txt").unlink()
    again = extract(tmp_path, f"{folder}/*.txt", "--workers", 1)
    assert again.exit_code == 0
    assert "0 files read, 2 skipped (read before), 0 failed" in again.stdout


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = []

    def interrupted(paths: list[Path], *_: object, **__: object) -> Iterator[Outcome]:
        try:
            yield Outcome(paths[0], skipped=(tmp_path,))
            raise KeyboardInterrupt
        finally:
            ended.append(True)

    monkeypatch.setattr(batch, "run", interrupted)
    stopped = extract(tmp_path, folder)
    assert stopped.exit_code == 130
    assert "1 of 3 files are done and kept. Run the same command again" in stopped.stdout
    assert ended


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nothing.pdf",), "nothing.pdf"),
        ((".", "--id", "a-2031"), "one disclosure only"),
        (("nothing.pdf", "--id", "A B"), "not allowed"),
    ],
)
def test_a_wrong_call_says_what_to_do(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(folder)
    done = extract(tmp_path, *arguments)
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert says in done.output
    assert not (tmp_path / "raw").exists()


def test_processes_of_the_command_import_only_what_they_need() -> None:
    code = "import sys, fiscal_utils.__main__ as command; print(sorted({'pandas', 'nbformat'} & sys.modules.keys()))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert loaded.strip() == "[]"
    script = next(script for script in entry_points(group="console_scripts") if script.name == "fiscal")
    assert script.value == "fiscal_utils.__main__:main"
