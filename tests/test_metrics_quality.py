"""What was read and which identities hold: hand-worked figures of a real document, and one with gaps."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from fiscal_utils import set_language
from fiscal_utils.analysis import quality

DOCUMENT = "jingdezhen-government-office-2023"
DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(autouse=True)
def _data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FISCAL_DATA_DIR", str(DATA))
    set_language("zh")


def test_counts_add_up() -> None:
    metrics = quality.metrics(DOCUMENT)
    assert metrics["checks"] == sum(metrics[status] for status in quality.STATUSES)
    assert metrics["indicators"] == 44
    parts = ("cells_in_equalities", "cells_in_bounds_only", "cells_untested")
    assert metrics["cells"] == sum(metrics[part] for part in parts)
    assert quality.status_matrix(DOCUMENT).to_numpy().sum() == metrics["checks"]
    assert quality.status_matrix(DOCUMENT, "table").to_numpy().sum() == metrics["checks"]


def test_a_sum_within_rounding() -> None:
    """2,200.88 = 1,940.15 + 260.72 + 0.01: three printed numbers, each good to 0.005."""
    found = quality.not_exact(DOCUMENT).set_index("where")
    row = found[found.index.str.startswith("expenditure.201.total =")].iloc[0]
    assert (row["status"], row["lhs"], row["rhs"]) == ("rounding", 2200.88, 2200.87)
    assert row["difference"] == pytest.approx(0.01)
    assert row["tolerance"] == pytest.approx(0.015)


def test_untested_numbers() -> None:
    counts = quality.coverage(DOCUMENT).set_index("table")
    assert (counts.loc["expenditure", "cells"], counts.loc["expenditure", "untested"]) == (56, 0)
    assert counts.loc["government_fund", "cells"] == 0
    assert pd.isna(counts.loc["government_fund", "tested_share_pct"])


def test_findings_are_in_order_of_weight_with_the_likely_error_in_words() -> None:
    found = quality.findings("putuo-finance-bureau-2024")
    assert found["severity"].tolist() == ["error", "warning"]
    named = "最可能有误：文字说明（财政拨款支出） · 201 一般公共服务支出 · 占比，应为 71.65。"
    assert found["message"].iloc[1].endswith(named)


def test_undetermined_numbers_are_read_from_the_raw_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "raw" / DOCUMENT
    shutil.copytree(DATA / "raw" / DOCUMENT, folder)
    raw = pd.read_csv(folder / "revenue.csv", dtype=str, keep_default_na=False)
    raw.loc[0, "undetermined"] = "1,234.00 5.67"
    raw.to_csv(folder / "revenue.csv", index=False)
    (folder / "assets.csv").unlink()
    monkeypatch.setenv("FISCAL_DATA_DIR", str(tmp_path))
    found = quality.undetermined_cells(DOCUMENT)
    assert found[["table", "label", "count"]].to_numpy().tolist() == [["revenue", "合计", 2]]


def test_a_document_without_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    load = quality.load
    kept = ("documents",)
    monkeypatch.setattr(quality, "load", lambda name, d: load(name, d) if name in kept else load(name, d).iloc[:0])
    metrics = quality.metrics(DOCUMENT)
    assert (metrics["pass"], metrics["cells"], metrics["cells_tested_share_pct"]) == (0, 0, None)
    assert quality.findings(DOCUMENT).empty
    assert quality.status_matrix(DOCUMENT).empty
    assert quality.not_exact(DOCUMENT).empty


def test_a_row_of_the_matrix_by_table_is_named_as_in_the_whole_matrix() -> None:
    named = quality.named_matrix(quality.status_matrix("putuo-finance-bureau-2024", "table"), "table")
    assert quality.most_rounded(named) == "舍入差最多的是决算情况说明（4 条）"
    assert (
        quality.most_rounded(named.loc[["收入决算表", "支出决算表"]])
        == "舍入差最多的是收入决算表、支出决算表（各 2 条）"
    )
    assert quality.most_rounded(named.assign(**{"在舍入范围内": 0})) == "没有一条检查只在舍入范围内成立"
    by_kind = quality.named_matrix(quality.status_matrix("putuo-finance-bureau-2024"))
    assert "文字说明与表" in by_kind.index


@pytest.mark.parametrize("document", [DOCUMENT, "putuo-finance-bureau-2024"])
def test_every_place_is_named_in_words(document: str) -> None:
    for place in quality.untested(document)["place"]:
        assert "_" not in place
