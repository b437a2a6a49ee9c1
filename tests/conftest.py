"""Shared documents: invented accounts that print as real ones do, and the real corpus where it is there."""

from pathlib import Path

import pytest

from fiscal_utils import language
from fiscal_utils.parse import Accounts, parse
from fiscal_utils.read import read

ROOT = Path(__file__).parents[1]
SIMULATED = Path(__file__).parent / "accounts" / "simulated-tree-office-2031.txt"
JINGDEZHEN = ROOT.parent / "shared" / "corpus" / "000_a3f56a15a6024790.txt"


@pytest.fixture(autouse=True)
def _settings_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test starts in English on the committed data; what the command line sets ends with the test."""
    monkeypatch.setattr(language, "_current", ["en"])
    monkeypatch.setenv("FISCAL_DATA_DIR", str(ROOT / "data"))


@pytest.fixture
def text() -> str:
    """The invented accounts as they print."""
    return SIMULATED.read_text("utf-8")


@pytest.fixture(scope="session")
def tree_office() -> Accounts:
    return parse(read(SIMULATED))


@pytest.fixture(scope="session")
def jingdezhen_file() -> Path:
    if not JINGDEZHEN.is_file():
        pytest.skip("the corpus is not here")
    return JINGDEZHEN
