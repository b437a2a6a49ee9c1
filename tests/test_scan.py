"""Scanned disclosures: what is recognised is right or undetermined; without the extra there is one clear message."""

from pathlib import Path

import pypdfium2
import pytest
from test_round_trip import cells

from fiscal_utils import simulate
from fiscal_utils.errors import DocumentError
from fiscal_utils.parse import parse
from fiscal_utils.read import ocr, read


def scanned(folder: Path, source: Path) -> Path:
    """The pages of a PDF as grey images at 180 dpi in a PDF without text."""
    with pypdfium2.PdfDocument(source) as document:
        images = [page.render(scale=2.5).to_pil().convert("L") for page in document]
    target = folder / "scan.pdf"
    images[0].save(target, save_all=True, append_images=images[1:], resolution=180)
    return target


def test_without_recognition_a_scan_is_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = simulate.write(simulate.accounts(3, "small", template="shanghai"), tmp_path / "a.pdf", layout="shanghai")
    monkeypatch.setattr(ocr, "installed", lambda: False)
    with pytest.raises(DocumentError, match=r"fiscal-utils\[ocr\]"):
        read(scanned(tmp_path, made))


@pytest.mark.heavy
def test_a_scan_reads_right_or_undetermined(tmp_path: Path) -> None:
    if not ocr.installed():
        pytest.skip("the extra ocr is not installed")
    accounts = simulate.accounts(3, "small", template="shanghai")
    made = simulate.write(accounts, tmp_path / "a.pdf", layout="shanghai")
    again = parse(read(scanned(tmp_path, made)))
    expected, found = cells(accounts), cells(again)
    assert {cell: number for cell, number in found.items() if expected.get(cell) != number} == {}
    assert len(found) >= 0.95 * len(expected)
    assert again.source.recognised
    assert (again.department, again.year, again.unit) == (accounts.department, accounts.year, accounts.unit)
