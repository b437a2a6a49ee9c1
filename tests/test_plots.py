import base64
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.font_manager import fontManager

from fiscal_utils import plots

LONG = {
    "zh": [
        "社会保障和就业支出（含行政事业单位养老支出、抚恤与其他各项支出）",
        "教育支出",
        "农林水",
        "①资源—勘探",
        "其他",
    ],
    "en": [
        "Social security and employment, including pensions of administrative bodies",
        "Education",
        "Agriculture, forestry and water",
        "Resources",
        "Other",
    ],
}
TITLE = {
    "zh": "人员经费占基本支出的九成以上，而“三公”经费比上年下降了三成，主要由于公务用车购置减少；其余各项变化不大",
    "en": "Staff costs make up over nine tenths of basic expenditure, while the three public costs fell by a third "
    "because fewer vehicles were bought",
}
A = [1234.5, 800.25, 640.0, -35.1, 0.0]
B = [1240.5, 600.25, 641.0, 20.0, 3.0]


def _frame(names: list[str]) -> pd.DataFrame:
    return pd.DataFrame({names[0]: [1, 2, 30, 0, 4], names[1]: ["通过", "缺", "通过 pass", None, True]}, index=names)


def _flows(n: list[str]) -> list[tuple[str, str, float]]:
    ends = ["基本支出 basic", "项目支出 project"]
    flows = [("财政拨款 " + n[0][:20], n[i], 100.0 / (i * i + 1)) for i in range(5)]
    flows += [("其他收入 other income", n[1], 30.0)]
    flows += [(n[i], ends[i % 2], 100.0 / (i * i + 1)) for i in range(5)]
    return [*flows, (n[1], ends[0], 30.0)]


CHARTS: dict[str, Callable[..., Any]] = {
    "bars": lambda n, **k: plots.bars(n, A, highlight=[n[1]], **k),
    "stacked_bars": lambda n, **k: plots.stacked_bars(n, {n[0]: B, n[1]: B[::-1], n[2]: [5, 300, None, 80, 9]}, **k),
    "grouped_bars": lambda n, **k: plots.grouped_bars(n, {n[0]: A, n[1]: [None, *B[1:]]}, **k),
    "dumbbells": lambda n, **k: plots.dumbbells(n, [*A[:4], 3.0], [*B[:3], None, 3.0], names=("功能 a", "经济 b"), **k),
    "waterfall": lambda n, **k: plots.waterfall(
        n, [300, -120.5, 40, -900, 0], start=800, start_label="上年 start", end_label="本年 end", **k
    ),
    "waterfall_cut": lambda n, **k: plots.waterfall(
        n, [30, -12.5, 4, -9, 0], start=800, start_label="上年 start", end_label="本年 end", **k
    ),
    "flow": lambda n, **k: plots.flow(_flows(n), **k),
    "intervals": lambda n, **k: plots.intervals(
        n, [1, 2, 3, 4, None], [3, 2, 9.5, 4.1, None], pd.Series([2, 2.5, 8, None, 5]), **k
    ),
    "distribution": lambda n, **k: plots.distribution(
        [60 + (i * 37 % 83) / 2 for i in range(90)], marks={n[0]: 82.1, n[1]: 99.0}, **k
    ),
    "heatmap": lambda n, **k: plots.heatmap(_frame(n), **k),
}


@pytest.fixture(autouse=True)
def _only_bundled_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    plots.use_style()
    own = str(Path(mpl.get_data_path()))
    fonts = [font for font in fontManager.ttflist if font.fname.startswith(own) or "zhplot" in font.fname]
    monkeypatch.setattr(fontManager, "ttflist", fonts)
    fontManager._findfont_cached.cache_clear()  # type: ignore[attr-defined]
    yield
    fontManager._findfont_cached.cache_clear()  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("chart", CHARTS)
def test_chart_displays_one_png_with_its_alt_text(
    chart: str, language: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("FISCAL_LANGUAGE", language)
    shown: list[tuple[dict[str, str], dict[str, Any]]] = []
    monkeypatch.setattr(plots, "display", lambda data, **options: shown.append((data, options)))
    with caplog.at_level(logging.WARNING):
        result = CHARTS[chart](
            LONG[language], title=TITLE[language], subtitle="万元 CNY 10,000", source="来源 source", alt=f"alt {chart}"
        )
    assert result is None
    assert len(shown) == 1
    data, options = shown[0]
    png = base64.b64decode(data["image/png"])
    assert png.startswith(b"\x89PNG")
    assert data["text/plain"] == TITLE[language]
    assert options == {"raw": True, "metadata": {"alt": f"alt {chart}"}}
    assert not plt.get_fignums()
    assert not [record for record in caplog.records if "font" in record.getMessage().lower()]
    if folder := os.environ.get("PLOTS_OUT"):
        Path(folder, f"{chart}_{language}.png").write_bytes(png)


def test_title_stands_in_for_missing_alt(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(plots, "display", lambda data, **options: shown.append(options["metadata"]))
    plots.bars(["甲"], [1.0], title="甲最大")
    assert shown == [{"alt": "甲最大"}]


@pytest.mark.parametrize("text", [LONG["zh"][0], LONG["en"][0], "x" * 50, "（一）基本支出，其中：人员经费"])
def test_wrap_keeps_every_character_within_the_width(text: str) -> None:
    lines = plots.wrap(text, 16).split("\n")
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(plots.text_width(line) <= 20 for line in lines)
    assert not any(line[0] in "，。、；：）" for line in lines)


def test_values_must_match_labels() -> None:
    with pytest.raises(ValueError, match="2 labels but 1"):
        plots.bars(["甲", "乙"], [1.0], title="x")
