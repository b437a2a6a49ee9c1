"""Cards and sentences: numbers as numbers, text of documents never as markup."""

import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import fiscal_utils as fu
from fiscal_utils import display, language
from fiscal_utils.display import METRICS_MIME, Card, caveat, headline, plain_metrics, say
from fiscal_utils.language import set_language
from fiscal_utils.numerals import Written

SCRIPT = "<script>alert('x')</script>"


@pytest.fixture(autouse=True)
def shown(monkeypatch):
    """All that is displayed, as (bundle, metadata)."""
    seen = []
    monkeypatch.setattr(display, "display", lambda bundle, raw, metadata: seen.append((bundle, metadata)))
    monkeypatch.setattr(language, "_current", ["en"])
    return seen


def test_metrics_are_plain_json_numbers():
    metrics = {
        "rate": np.float64(129.0112345678901),
        "staff": np.int64(74),
        "unknown": float("nan"),
        "endless": np.inf,
        "missing": pd.NA,
        "scores": {"project": Decimal("98.5")},
    }
    plain = plain_metrics(metrics)
    assert json.loads(json.dumps(plain, allow_nan=False)) == {
        "rate": 129.0112345678901,
        "staff": 74,
        "unknown": None,
        "endless": None,
        "missing": None,
        "scores": {"project": 98.5},
    }


@pytest.mark.parametrize("value", ["129.01", True])
def test_a_metric_that_is_no_number_is_refused(value):
    with pytest.raises(TypeError, match="rate"):
        plain_metrics({"rate": value})


def test_headline_carries_cards_and_metrics(shown):
    headline({"rate": 129.0}, [Card("Execution", 1129.0, "of the initial budget", "%"), Card("Prior", None)])
    bundle, metadata = shown[0]
    assert bundle[METRICS_MIME] == {"rate": 129.0}
    assert "1,129.00" in bundle["text/html"]
    assert "of the initial budget" in bundle["text/html"]
    assert metadata[METRICS_MIME]["cards"][1] == {"label": "Prior", "value": "—", "unit": "", "note": ""}


def test_headline_escapes_text(shown):
    headline({}, [Card(SCRIPT, SCRIPT, SCRIPT, SCRIPT)])
    html = shown[0][0]["text/html"]
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 4


def test_say_fills_numbers_and_escapes_text(shown):
    say(
        "甲",
        "{name} spent **{rate:.1f} %**, last year {prior:.2f}",
        name=f"a*b_c {SCRIPT}",
        rate=129.01,
        prior=None,
    )
    text = shown[0][0]["text/markdown"]
    assert text.endswith("spent **129.0 %**, last year —")
    assert "<" not in text
    assert "*b" not in text


def test_say_and_caveat_use_the_language_in_use(shown):
    set_language("zh")
    say("甲", "A")
    caveat("第一行\n第二行", "A")
    assert shown[0][0]["text/markdown"] == "甲"
    assert shown[1][0]["text/markdown"] == "> **注意** 第一行\n> 第二行"


@pytest.mark.parametrize(
    ("pages", "zh", "en"),
    [((3,), "第 3 页：", "page 3: "), ((3, 5), "第 3、5 页：", "pages 3, 5: "), ((None, None), "", "")],
)
def test_a_message_begins_with_its_pages_where_the_format_has_any(pages, zh, en):
    set_language("zh")
    assert language.message("doubled_table", page=pages, table="甲").startswith(f"{zh}《甲》印了两次")
    set_language("en")
    assert language.message("doubled_table", page=pages, table="A").startswith(f"{en}table A is printed twice")


def test_a_missing_number_of_a_title_is_a_dash_and_never_zero():
    assert fu.phrase(zh="占 {share:.1f} %", en="{share:.1f} % of {name}", share=None, name="<a>") == "— % of <a>"
    assert fu.phrase(zh="占 {share:.1f} %", en="{share:.1f} %", share=0.04) == "0.0 %"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (4.081509, 4.083248, "4.0815 – 4.0833"),
        (411.725, 411.735, "411.725 – 411.735"),
        (10.0, 25.0, "10.00 – 25.00"),
        (0.0, 0.005, "0.000 – 0.005"),
        (-19.705, -19.695, "−19.705 to −19.695"),
        (0.0, 0.0, "0.00"),
        (None, 1.0, None),
        (float("nan"), float("nan"), None),
    ],
)
def test_an_interval_is_rounded_outwards_to_the_decimals_that_show_its_width(low, high, text):
    assert display.interval_text(low, high) == text


@pytest.mark.parametrize(
    ("value", "spec", "written"),
    [(-12.346, ",.2f", "−12.35"), (-0.001, "+.2f", "0.00"), (0, "+,.2f", "0.00"), (3, "+d", "+3"), (-12, "d", "−12")],
)
def test_a_number_is_written_with_a_true_minus_and_no_sign_before_a_zero(value: float, spec: str, written: str) -> None:
    assert format(Written(value), spec) == written
