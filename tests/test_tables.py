"""Raw folders to tidy tables: what is written, when it is rebuilt, how it is loaded."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import ROOT, SIMULATED

from fiscal_utils import identities, raw, tables, tidy
from fiscal_utils.cli import main
from fiscal_utils.errors import DataError
from fiscal_utils.identities import Relation, evaluate
from fiscal_utils.normalise import Number, number
from fiscal_utils.parse import Accounts, parse
from fiscal_utils.read import read

REAL = "jingdezhen-government-office-2023"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tree_office: Accounts) -> Path:
    """A data folder with the invented accounts and the real ones."""
    monkeypatch.setenv("FISCAL_DATA_DIR", str(tmp_path))
    raw.write(tree_office, "simulated-tree-office-2031", tmp_path / "raw")
    shutil.copytree(ROOT / "data" / "raw" / REAL, tmp_path / "raw" / REAL)
    return tmp_path


def test_a_statutory_table_loads_as_printed(data: Path) -> None:
    frame = tables.load("expenditure", document=REAL)
    assert list(frame.columns[:6]) == ["document_id", "table", "line", "code", "item", "label"]
    row = frame.set_index("code").loc["2010302"]
    assert (row["total"], row["project"], row["page"]) == (230.72, 230.72, 8)
    assert pd.isna(row["basic"])


def test_tables_narrow_by_document_and_year(data: Path) -> None:
    assert set(tables.load("cells")["document_id"]) == {REAL, "simulated-tree-office-2031"}
    assert set(tables.load("cells", year=2031)["document_id"]) == {"simulated-tree-office-2031"}
    assert len(tables.load("indicators", document=REAL)) == 44
    assert list(tables.documents()["year"]) == [2023, 2031]


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ({"name": "expenditures"}, "unknown_table"),
        ({"name": "cells", "document": "nobody-1999"}, "unknown_document"),
        ({"name": "cells", "year": 1999}, "unknown_year"),
    ],
)
def test_what_is_not_there_is_named(data: Path, asked: dict, key: str) -> None:
    with pytest.raises(DataError) as caught:
        tables.load(**asked)
    assert caught.value.key == key


def test_processed_tables_follow_a_changed_raw_table(data: Path) -> None:
    assert tables.load("staff", document=REAL).set_index("item").loc["in_service", "value"] == 74
    path = data / "raw" / REAL / "staff.csv"
    path.write_text(path.read_text("utf-8").replace("in_service,74", "in_service,7400"), "utf-8")
    assert tables.load("staff", document=REAL).set_index("item").loc["in_service", "value"] == 7400


def test_a_lost_raw_table_is_named(data: Path) -> None:
    (data / "raw" / REAL / "revenue.csv").unlink()
    with pytest.raises(DataError, match=r"revenue\.csv"):
        tables.load("cells")


def test_yuan_become_ten_thousand_yuan(data: Path) -> None:
    path = data / "raw" / "simulated-tree-office-2031" / "gpb_expenditure.csv"
    path.write_text(path.read_text("utf-8").replace(",万元,", ",元,"), "utf-8")
    row = tables.load("gpb_expenditure", year=2031).set_index("code").loc["2210201"]
    assert (row["total"], row["unit"], row["printed_unit"]) == (pytest.approx(0.003999), "万元", "元")


def test_an_id_is_never_a_path(tree_office: Accounts, tmp_path: Path) -> None:
    for bad in ("../x", "A", "a b", "", "-a", "a/b"):
        with pytest.raises(DataError):
            raw.write(tree_office, bad, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_rewriting_replaces_the_folder_and_leaves_nothing_else(tree_office: Accounts, tmp_path: Path) -> None:
    for _ in range(2):
        raw.write(tree_office, "simulated-a-2031", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["simulated-a-2031"]


def test_a_failed_write_keeps_the_old_folder(
    tree_office: Accounts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = raw.write(tree_office, "simulated-a-2031", tmp_path)
    before = (folder / "revenue.csv").read_text("utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(raw, "_write_csv", full)
    with pytest.raises(OSError, match="No space"):
        raw.write(tree_office, "simulated-a-2031", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["simulated-a-2031"]
    assert (folder / "revenue.csv").read_text("utf-8") == before


def test_the_committed_tables_are_what_the_document_prints(jingdezhen_file: Path, tmp_path: Path) -> None:
    folder = raw.write(parse(read(jingdezhen_file)), REAL, tmp_path)
    committed = ROOT / "data" / "raw" / REAL
    assert {p.name for p in folder.iterdir()} == {p.name for p in committed.iterdir()}
    for path in folder.iterdir():
        assert path.read_text("utf-8") == (committed / path.name).read_text("utf-8"), path.name


def test_every_equation_between_tables_of_the_real_accounts_holds(data: Path) -> None:
    found = tables.load("checks", document=REAL)
    found = found[found["kind"].isin(["row", "hierarchy", "items", "table"])]
    assert set(found["status"]) == {"pass", "rounding"}
    assert len(found) > 250


@pytest.mark.parametrize(
    ("total", "parts", "status"),
    [
        ("2200.88", ["1940.15", "260.72"], "rounding"),
        ("2200.90", ["1940.15", "260.72"], "fail"),
        ("3", ["1", "2"], "pass"),
        ("2.0", ["1", "1.6"], "rounding"),
        ("2.0", ["1", "1.7"], "fail"),
    ],
)
def test_tolerance_is_half_a_unit_of_every_printed_term(total: str, parts: list[str], status: str) -> None:
    cells = [("t", "r", f"part{i}") for i in range(len(parts))]
    values = dict(zip(cells, [_number(p) for p in parts], strict=True)) | {("t", "r", "total"): _number(total)}
    relation = Relation("x", "row", (("t", "r", "total"),), tuple(cells))
    assert evaluate(relation, values).status == status


def _number(text: str) -> Number:
    found = number(text)
    assert found
    return found


def test_children_are_the_next_level() -> None:
    codes = ["201", "20103", "2010301", "208"]
    assert identities.children_of("total", codes) == ["201", "208"]
    assert identities.children_of("201", codes) == ["20103"]


def test_what_an_undetermined_number_takes_part_in_is_undetermined(data: Path) -> None:
    path = data / "raw" / REAL / "expenditure.csv"
    lines = path.read_text("utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if ",2010302," in line)
    lines[at] = ",2010302,,一般行政管理事务,230.72,,,,,,万元,230.72,8"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    found = tables.load("checks", document=REAL).set_index("check_id")["status"]
    assert found["row-expenditure:2010302"] == "undetermined"
    assert found["hierarchy-expenditure:20103.project"] == "undetermined"
    assert found["row-expenditure:20103"] == "rounding"
    assert not any(name.startswith(("row", "hierarchy")) for name in found[found == "fail"].index)


def run(*arguments: object) -> object:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def test_the_command_line_extracts_processes_checks_and_lists(tmp_path: Path) -> None:
    done = run("--data-dir", tmp_path, "extract", SIMULATED, "--id", "simulated-tree-office-2031")
    assert done.exit_code == 0, done.output
    assert run("--data-dir", tmp_path, "process").exit_code == 0
    assert "simulated-tree-office-2031" in run("--data-dir", tmp_path, "check").output
    assert "simulated-tree-office-2031" in run("--data-dir", tmp_path, "list").output


@pytest.mark.parametrize(
    "arguments",
    [
        ("extract", "nothing.txt", "--id", "a-2031"),
        ("extract", SIMULATED, "--id", "../a"),
        ("extract", __file__, "--id", "a-2031"),
        ("check", "nobody-1999"),
        ("report", "overveiw"),
        ("report", "--document", "nobody-1999"),
        ("report", "-p", "docment", "x"),
    ],
)
def test_a_wrong_call_gives_one_message_and_writes_nothing(tmp_path: Path, arguments: tuple[object, ...]) -> None:
    (tmp_path / "raw").mkdir()
    done = run("--data-dir", tmp_path, *arguments)
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert "Traceback" not in done.output
    assert list((tmp_path / "raw").iterdir()) == []


def test_accounts_of_no_known_region_have_an_empty_region_code(data: Path) -> None:
    codes = tables.load("documents").set_index("document_id")["region_code"]
    assert codes.to_dict() == {"simulated-tree-office-2031": "", REAL: "360200"}


def test_a_number_that_is_none_is_named(data: Path) -> None:
    path = data / "raw" / REAL / "staff.csv"
    path.write_text(path.read_text("utf-8").replace("in_service,74", "in_service,seventy"), "utf-8")
    with pytest.raises(DataError, match=r"staff\.csv.*seventy"):
        tables.load("staff")


def test_numbers_that_may_be_missing_are_stored_as_such(data: Path) -> None:
    path = data / "raw" / "simulated-tree-office-2031" / "document.toml"
    path.write_text("simulated = true\n" + path.read_text("utf-8"), "utf-8")
    kinds = {name: tables.load(name).dtypes.astype(str).to_dict() for name in ("cells", "checks", "documents")}
    assert [kinds["cells"][name] for name in ("line", "page", "decimals", "value", "label")] == [
        "Int64", "Int64", "Int64", "float64", "str",
    ]  # fmt: skip
    assert [kinds["checks"][name] for name in ("finding", "expected", "suspect")] == ["Int64", "float64", "str"]
    assert [kinds["documents"][name] for name in ("year", "source_pages", "simulated")] == ["Int64", "Int64", "boolean"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("year = 2023", 'year = "2023"', "2023"),
        ("year = 2023", "year = ", "line"),
        ("year = 2023", 'x = "a\nb"', "line"),
    ],
)
def test_a_document_toml_that_cannot_be_read_is_named(data: Path, old: str, new: str, says: str) -> None:
    path = data / "raw" / REAL / "document.toml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(DataError, match=rf"document\.toml.*{says}"):
        tables.documents()


def test_what_a_user_adds_to_document_toml_is_kept_as_text(data: Path) -> None:
    path = data / "raw" / REAL / "document.toml"
    path.write_text(path.read_text("utf-8").replace("year = 2023", "year = 2023\nnote = 3"), "utf-8")
    assert tables.documents().set_index("document_id").loc[REAL, "note"] == "3"


@pytest.mark.parametrize("many", [3, 2])
def test_tables_built_in_portions_and_in_processes_are_the_same(
    data: Path, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    folders = sorted((data / "raw").iterdir())
    whole = tidy.build(folders)
    monkeypatch.setattr(tidy, "_PORTION", 1)
    monkeypatch.setattr(tidy, "_MANY", many)
    portions = tidy.build(folders)
    assert len(folders) == 2
    assert portions.keys() == whole.keys()
    assert all(table.equals(portions[name]) and table.num_rows for name, table in whole.items())


def test_what_is_wrong_in_one_of_many_folders_is_named(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidy, "_MANY", 2)
    (data / "raw" / REAL / "revenue.csv").unlink()
    with pytest.raises(DataError, match=r"revenue\.csv"):
        tidy.build(sorted((data / "raw").iterdir()))
