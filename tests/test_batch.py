"""Files by the hundred: which are taken, what each becomes, and that none stops or damages another."""

import dataclasses
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fiscal_utils import batch, raw, workers
from fiscal_utils.errors import DataError, DocumentError, FiscalError
from fiscal_utils.parse import Accounts
from fiscal_utils.workers import Outcome

ID = "moushizhishu-office-2031"


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, "utf-8")


def behave(path: Path) -> Outcome:
    """Work that does what the file's name says; top level, so that other processes can import it."""
    match path.stem:
        case "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        case "dies-once" if not path.with_suffix(".again").exists():
            path.with_suffix(".again").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        case "hangs":
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM, signal.SIGTERM})
            time.sleep(60)
        case "sleeps":
            time.sleep(60)
        case "fails":
            raise DocumentError("empty_file", path=path)
    return Outcome(path, written=(path.stem,))


def keys(outcomes: list[Outcome]) -> dict[str, str | None]:
    return {outcome.path.stem: outcome.error.key if outcome.error else None for outcome in outcomes}


@pytest.fixture
def options(tmp_path: Path) -> batch.Options:
    return batch.Options(tmp_path / "data" / "raw")


@pytest.fixture
def make(tmp_path: Path, text: str) -> Callable[..., Path]:
    """A file of the invented accounts, of another department or with a note at the end."""

    def write(name: str, department: str = "某市植树办公室", note: str = "") -> Path:
        path = tmp_path / name
        path.write_text(text.replace("某市植树办公室", department) + note, "utf-8")
        return path

    return write


def run_one(path: Path, options: batch.Options) -> Outcome:
    [outcome] = batch.run([path], options, processes=1, seconds=120)
    return outcome


def error_of(outcome: Outcome) -> str:
    assert outcome.error
    return outcome.error.key


def test_a_folder_gives_every_document_below_it_but_hidden_and_lock_files(tmp_path: Path) -> None:
    touch(
        tmp_path, "b.pdf", "x/a.XLSX", "x/y/c.html", "~$d.docx", ".~lock.e.docx", ".hidden/f.pdf", "x/.g.pdf", "h.zip"
    )
    assert [path.name for path in batch.files([str(tmp_path)])] == ["b.pdf", "a.XLSX", "c.html"]


def test_patterns_are_expanded_and_no_file_is_taken_twice(tmp_path: Path) -> None:
    touch(tmp_path, "a.pdf", "b.pdf", "[c].pdf", "d.dat", "x/e.pdf")
    named = [f"{tmp_path}/**/*.pdf", f"{tmp_path}/[[]c].pdf", f"{tmp_path}/[c].pdf", f"{tmp_path}/d.dat"]
    found = [path.name for path in batch.files(named)]
    assert sorted(found) == ["[c].pdf", "a.pdf", "b.pdf", "d.dat", "e.pdf"]


def test_what_matches_nothing_is_reported_by_its_reading_and_an_empty_folder_at_once(tmp_path: Path) -> None:
    nothing = batch.files([f"{tmp_path}/*.pdf", "nothing.txt"])
    assert [path.name for path in nothing] == ["*.pdf", "nothing.txt"]
    with pytest.raises(DataError, match="no files to read"):
        batch.files([str(tmp_path)])


def test_a_disclosure_goes_into_the_folder_of_its_own_id_and_is_skipped_the_next_time(
    make: Callable[..., Path], options: batch.Options
) -> None:
    path = make("a.txt")
    first = run_one(path, options)
    assert [extracted.folder.name for extracted in first.written] == [ID]
    second = run_one(make("renamed.txt"), options)
    assert second.skipped == (options.raw / ID,)
    assert run_one(path, dataclasses.replace(options, force=True)).written
    assert run_one(path, dataclasses.replace(options, document_id="simulated-b-2031")).written


def test_an_id_taken_by_another_file_is_refused_unless_forced_or_named(
    make: Callable[..., Path], options: batch.Options
) -> None:
    run_one(make("a.txt"), options)
    before = (options.raw / ID / "document.toml").read_text("utf-8")
    other = make("b.txt", note="\n")
    refused = run_one(other, options)
    assert error_of(refused) == "id_taken"
    assert str(options.raw / ID) in str(refused)
    assert (options.raw / ID / "document.toml").read_text("utf-8") == before
    assert [path.name for path in options.raw.iterdir()] == [ID]
    assert run_one(other, dataclasses.replace(options, force=True)).written
    assert (options.raw / ID / "document.toml").read_text("utf-8") != before


def test_one_id_names_one_file_and_one_unit(
    make: Callable[..., Path], options: batch.Options, tree_office: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = dataclasses.replace(options, document_id="simulated-a-2031")
    with pytest.raises(DataError, match="one disclosure only"):
        list(batch.run([Path("a.pdf"), Path("b.pdf")], named, processes=1, seconds=1))
    monkeypatch.setattr(batch, "disclosures", lambda *_: (tree_office, tree_office))
    assert error_of(run_one(make("a.txt"), named)) == "id_for_one"
    assert error_of(run_one(make("a.txt"), options)) == "same_ids"


def test_the_units_of_one_file_are_written_all_or_none(
    make: Callable[..., Path], options: batch.Options, tree_office: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = (tree_office, dataclasses.replace(tree_office, department="某市财政局"))
    monkeypatch.setattr(batch, "disclosures", lambda *_: units)
    write_csv, written = raw._write_csv, []

    def fills_up(*arguments: object) -> None:
        written.append(arguments)
        if len(written) > 20:
            raise OSError(28, "No space left on device")
        write_csv(*arguments)

    with monkeypatch.context() as full:
        full.setattr(raw, "_write_csv", fills_up)
        failed = run_one(make("a.txt"), options)
    assert error_of(failed) == "os_error"
    assert "No space left" in str(failed)
    assert list(options.raw.iterdir()) == []
    assert len(run_one(make("a.txt"), options).written) == 2


def test_two_batches_may_write_the_same_folder_at_once(tree_office: Accounts, tmp_path: Path) -> None:
    target = tmp_path / "raw"
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: raw.write(tree_office, "simulated-a-2031", target), range(24)))
    assert [path.name for path in target.iterdir()] == ["simulated-a-2031"]
    assert "document.toml" in {path.name for path in (target / "simulated-a-2031").iterdir()}


def test_what_a_killed_run_left_is_cleared_and_what_it_put_aside_comes_back(tmp_path: Path) -> None:
    touch(tmp_path, ".a-2031-abcd_123/x", ".b-2031-abcd_123/x", ".c-2031-abcd_123-old/x", ".d-2031-abcd_123-old/x")
    touch(tmp_path, "d-2031/document.toml", ".keep/x")
    long_ago = time.time() - 7200
    os.utime(tmp_path / ".a-2031-abcd_123", (long_ago, long_ago))
    raw.remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".b-2031-abcd_123", ".keep", "c-2031", "d-2031"]


@pytest.mark.parametrize(
    ("problem", "key", "says"),
    [
        (MemoryError(), "out_of_memory", "memory"),
        (OSError(28, "No space left on device"), "os_error", "a.pdf: No space"),
        (OSError("cannot identify image"), "unexpected", "OSError: cannot identify image"),
        (ZeroDivisionError("division\nby zero"), "unexpected", "ZeroDivisionError: division by zero"),
    ],
)
def test_whatever_goes_wrong_is_one_line_that_names_the_file(
    problem: Exception, key: str, says: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(_: Path) -> Outcome:
        raise problem

    outcome = workers.attempt(work, Path("in/a.pdf"), 10)
    assert error_of(outcome) == key
    assert says in str(outcome)
    assert str(outcome).startswith("in/a.pdf: ")
    assert "\n" not in str(outcome)
    assert capfd.readouterr().err == ""
    monkeypatch.setenv("FISCAL_DEBUG", "1")
    workers.attempt(work, Path("in/a.pdf"), 10)
    assert ("Traceback" in capfd.readouterr().err) == (key == "unexpected")


@pytest.mark.parametrize("error", [FiscalError("empty_file", path="a.pdf"), DataError("unknown_year", year=1999)])
def test_an_outcome_tells_its_file_once(error: FiscalError) -> None:
    assert str(Outcome(Path("x/a.pdf"), error=error)).count("a.pdf") == 1


def test_a_reader_cannot_take_the_time_limit_for_damage() -> None:
    def work(path: Path) -> Outcome:
        try:
            time.sleep(30)
        except Exception:
            return Outcome(path)
        return Outcome(path)

    handler = signal.getsignal(signal.SIGALRM)
    assert error_of(workers.attempt(work, Path("a.pdf"), 0.1)) == "time_limit"
    assert signal.getsignal(signal.SIGALRM) is handler
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_a_file_that_ends_or_hangs_its_process_does_not_end_the_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "GRACE", 1.0)
    monkeypatch.setattr(workers, "_TO_END", 0.2)
    names = ("hangs", "dies", "dies-once", "fails", "a")
    outcomes = list(workers.run([tmp_path / f"{name}.pdf" for name in names], behave, 2, 0.5))
    assert keys(outcomes) == {
        "hangs": "time_limit", "dies": "worker_died", "dies-once": None, "fails": "empty_file", "a": None,
    }  # fmt: skip
    assert multiprocessing.active_children() == []


def test_closing_the_run_ends_its_processes(tmp_path: Path) -> None:
    running = workers.run([tmp_path / "a.pdf", tmp_path / "sleeps.pdf"], behave, 2, 60)
    assert next(running).path.stem == "a"
    assert len(multiprocessing.active_children()) == 2
    running.close()
    assert multiprocessing.active_children() == []
