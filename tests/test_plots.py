"""Charts: one PNG with its alt text, both languages, gaps and extremes; what is drawn is what was given."""

import base64
import io
import logging
import os
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.patches import Rectangle
from PIL import Image

from fiscal_utils import plots
from fiscal_utils.language import set_language
from fiscal_utils.plots import Caption, canvas, figure, text

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


YEARS = [2019, 2020, 2021, 2022, 2023]


def _bounds(names: list[str], add: float) -> pd.DataFrame:
    return pd.DataFrame({names[0]: [1, 2, 30, 0, None], names[1]: [add, 2, 3 + add, 0, 5]}, index=names)


CHARTS: dict[str, Callable[..., Any]] = {
    "bars": lambda n, c: plots.bars(n, A, c, highlight=[n[1]]),
    "bars_one_zero": lambda n, c: plots.bars(n[:1], [0.0], c),
    "bars_many": lambda n, c: plots.bars([f"{n[i % 5]} {i}" for i in range(30)], range(-15, 15), c),
    "stacked_bars": lambda n, c: plots.stacked_bars(n, {n[0]: B, n[1]: [5, 300, None, 80, 9]}, c, totals=A),
    "grouped_bars": lambda n, c: plots.grouped_bars(n, {n[0]: A, n[1]: [None, *B[1:]]}, c),
    "lollipops": lambda n, c: plots.lollipops(n, [23.1, -12.2, 0.0, None, 1], c),
    "decomposition": lambda n, c: plots.decomposition(n, {n[0]: B, n[1]: [-3, 2, None, 1, 0]}, A, c),
    "dumbbells": lambda n, c: plots.dumbbells(n, [*A[:4], 3.0], [*B[:3], None, 3.0], c, names=("功能 a", "经济 b")),
    "slopes": lambda n, c: plots.slopes(["a", "b", "c"], {name: [100, None, 90 + i] for i, name in enumerate(n)}, c),
    "slopes_years": lambda n, c: plots.slopes(YEARS, {n[0]: A, n[1]: [None, *B[1:]]}, c, highlight=[n[1]]),
    "waterfall": lambda n, c: plots.waterfall(
        n, [300, -120.5, None, -900, 0], c, start=800, start_label="上年 start", end_label="本年 end", end=79.5
    ),
    "waterfall_cut": lambda n, c: plots.waterfall(
        n, [30, -12.5, 4, -9, 0], c, start=800, start_label="上年 start", end_label="本年 end"
    ),
    "flow": lambda n, c: plots.flow(_flows(n), c, totals={n[1]: 80.0}),
    "intervals": lambda n, c: plots.intervals(n, [1, 2, 3, 4, None], [3, 2, 9.5, 4.1, None], [2, 2.5, 8, None, 5], c),
    "timeline": lambda n, c: plots.timeline(YEARS, [1, 2, None, 4, None], [3, 2, 9, 4.1, None], [None, 2, 8, 4, 5], c),
    "distribution": lambda n, c: plots.distribution(
        [60 + (i * 37 % 83) / 2 for i in range(90)], c, marks={n[0]: 82.1, n[1]: 99.0}, bands={"优 A": 90, "良 B": 80}
    ),
    "ecdf": lambda n, c: plots.ecdf({n[0]: [1, 2, 2, None], n[1]: [3.0]}, c, bands={"优 A": 2}),
    "ranking": lambda n, c: plots.ranking(n, A, c, low=B, high=B, focus=[n[1]]),
    "ranking_strip": lambda n, c: plots.ranking([f"{n[1]}{i}" for i in range(99)], range(99), c, focus=[f"{n[1]}7"]),
    "small_multiples": lambda n, c: plots.small_multiples(
        pd.DataFrame({name: [i, None, 2 * i, 3, -i] for i, name in enumerate(n)}, index=YEARS), c, focus=[n[2]]
    ),
    "heatmap": lambda n, c: plots.heatmap(_frame(n), c),
    "bounds_map": lambda n, c: plots.bounds_map(_bounds(n, 0), _bounds(n, 9), c, estimate=_bounds(n, 4)),
}
NOTHING: dict[str, Callable[..., Any]] = {
    "bars": lambda n, c: plots.bars(n, [None, float("nan"), pd.NA, None, None], c),
    "bars_no_rows": lambda n, c: plots.bars([], [], c),
    "stacked_bars": lambda n, c: plots.stacked_bars(n, {n[0]: [None] * 5}, c, totals=[1] * 5),
    "grouped_bars": lambda n, c: plots.grouped_bars(n, {n[0]: [None] * 5}, c),
    "lollipops": lambda n, c: plots.lollipops(n, [None] * 5, c),
    "decomposition": lambda n, c: plots.decomposition(n, {n[0]: [None] * 5}, [None] * 5, c),
    "dumbbells": lambda n, c: plots.dumbbells(n, [None] * 5, [None] * 5, c, names=("a", "b")),
    "slopes": lambda n, c: plots.slopes(["a", "b"], {n[0]: [None, None]}, c),
    "waterfall": lambda n, c: plots.waterfall(n, [None] * 5, c, start=800, start_label="a", end_label="b"),
    "flow": lambda n, c: plots.flow([("a", "b", 0), ("a", "c", float("nan"))], c),
    "intervals": lambda n, c: plots.intervals([], [], [], [], c),
    "timeline": lambda n, c: plots.timeline(YEARS, [None] * 5, [None] * 5, [None] * 5, c),
    "distribution": lambda n, c: plots.distribution([None], c),
    "ecdf": lambda n, c: plots.ecdf({n[0]: []}, c),
    "ranking": lambda n, c: plots.ranking(n, [None] * 5, c),
    "small_multiples": lambda n, c: plots.small_multiples(pd.DataFrame({n[0]: [None, None]}), c),
    "heatmap": lambda n, c: plots.heatmap(pd.DataFrame(index=n), c),
    "bounds_map": lambda n, c: plots.bounds_map(pd.DataFrame(), pd.DataFrame(), c),
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


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """All that is displayed, as (data, options)."""
    seen: list[tuple[dict[str, str], dict[str, Any]]] = []
    monkeypatch.setattr(figure, "display", lambda data, **options: seen.append((data, options)))
    return seen


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch, shown: Any) -> Iterator[list[Figure]]:
    """Every figure drawn, as it was when it was displayed."""
    figures: list[Figure] = []
    close = plt.close
    monkeypatch.setattr(figure.plt, "close", figures.append)
    yield figures
    for fig in figures:
        close(fig)


def _texts(fig: Figure) -> list[str]:
    """All that is written in a figure."""
    artists = fig.findobj(mpl.text.Text)
    return [artist.get_text().replace("\n", " ") for artist in artists if artist.get_text()]


def _alt(shown: list[tuple[dict[str, str], dict[str, Any]]]) -> str:
    return str(shown[-1][1]["metadata"]["alt"])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_is_one_png_whose_alt_text_says_what_it_shows(
    chart: str, language: str, shown: Any, caplog: pytest.LogCaptureFixture
) -> None:
    set_language(language)
    with caplog.at_level(logging.WARNING):
        assert CHARTS[chart](LONG[language], Caption(TITLE[language], "万元 CNY 10,000", "来源 source")) is None
    (data, options), *more = shown
    assert not more
    png = base64.b64decode(data["image/png"])
    assert png.startswith(b"\x89PNG")
    assert data["text/plain"] == TITLE[language]
    alt = options["metadata"]["alt"]
    assert alt.startswith(TITLE[language])
    assert "万元 CNY 10,000" in alt
    assert any(character.isdigit() for character in alt.split("CNY 10,000")[1])
    assert not plt.get_fignums()
    assert not [record for record in caplog.records if "font" in record.getMessage().lower()]
    if folder := os.environ.get("PLOTS_OUT"):
        Path(folder, f"{chart}_{language}.png").write_bytes(png)


@pytest.mark.parametrize("chart", NOTHING)
def test_a_chart_of_nothing_is_a_sentence(chart: str, shown: Any) -> None:
    NOTHING[chart](LONG["en"], Caption("A finding", "spending, 10,000 yuan"))
    data, _ = shown[0]
    assert len(shown) == 1
    assert "image/png" not in data
    assert data["text/plain"] == "No chart: spending, 10,000 yuan – there is no value to draw."
    assert not plt.get_fignums()


def test_the_reason_for_nothing_can_be_given_and_is_escaped(shown: Any) -> None:
    plots.bars([], [], Caption("x", if_empty="<b>no forms</b> in *this* document"))
    assert shown[0][0]["text/plain"] == "<b>no forms</b> in *this* document"
    assert "<b>" not in shown[0][0]["text/markdown"]


def test_a_given_alt_text_replaces_the_one_made(shown: Any) -> None:
    plots.bars(["甲"], [1.0], Caption("甲最大", alt="only this"))
    assert _alt(shown) == "only this"


@pytest.mark.parametrize("documents", ["a-simulated-1", ["a-2023", "a-simulated-1"], pd.Series(["a-simulated-1"])])
def test_simulated_accounts_are_marked_on_the_chart_and_in_its_alt_text(
    documents: Any, shown: Any, drawn: list[Figure]
) -> None:
    plots.bars(["甲"], [1.0], Caption("title", documents=documents))
    assert "[SIMULATED] not real accounts" in _texts(drawn[0])
    assert _alt(shown).startswith("[SIMULATED]")


@pytest.mark.parametrize("documents", ["a-2023", ["a-2023", "b-2024"], ()])
def test_real_accounts_are_not_marked(documents: Any, drawn: list[Figure]) -> None:
    plots.bars(["甲"], [1.0], Caption("title", documents=documents))
    assert not [text for text in _texts(drawn[0]) if "SIMULATED" in text]


def test_a_small_picture_keeps_its_colours_on_pure_white(shown: Any) -> None:
    frame = pd.DataFrame({"a": range(0, 150, 10), "b": range(1, 30, 2)})
    plots.heatmap(frame, Caption("title"))
    image = Image.open(io.BytesIO(base64.b64decode(shown[0][0]["image/png"])))
    assert image.mode == "P"
    colours = {colour for _, colour in image.convert("RGB").getcolors(256) or []}
    assert (255, 255, 255) in colours
    for named in ("#F3F6F8", "#0072B2", "#22303C"):
        wanted = [round(255 * part) for part in mpl.colors.to_rgb(named)]
        assert min(max(abs(a - b) for a, b in zip(wanted, colour, strict=True)) for colour in colours) <= 5


def test_stacked_bars_write_the_printed_total_and_never_a_sum(drawn: list[Figure]) -> None:
    parts = {"basic": [100.02, None], "project": [50.01, 3.0]}
    plots.stacked_bars(["a", "b"], parts, Caption("x"), totals=[150.04, None])
    plots.stacked_bars(["a", "b"], parts, Caption("x"))
    assert "150.04" in _texts(drawn[0])
    assert not {"150.03", "150.04", "0.00"} & set(_texts(drawn[1]))


def test_a_segment_that_is_the_whole_bar_is_not_written_beside_its_total(drawn: list[Figure]) -> None:
    plots.stacked_bars(["a", "b"], {"basic": [90.0, 40.0], "project": [60.0, 0.0]}, Caption("x"), totals=[150.0, 40.0])
    texts = _texts(drawn[0])
    assert [texts.count(value) for value in ("90.00", "60.00", "150.00", "40.00")] == [1, 1, 1, 1]


def test_a_node_has_its_printed_amount_or_that_of_its_only_flow_and_never_a_sum(drawn: list[Figure]) -> None:
    flows = [("in", "a", 1.01), ("in", "b", 2.01), ("a", "out", 1.01), ("b", "out", 2.01)]
    plots.flow(flows, Caption("x"), totals={"out": 3.03})
    texts = _texts(drawn[0])
    assert {"in", "a 1.01", "b 2.01", "out 3.03"} <= set(texts)
    assert not [text for text in texts if "3.02" in text]


def test_charts_of_little_ink_are_as_wide_as_the_others_so_that_their_writing_has_one_size(shown: Any) -> None:
    plots.flow([("in", "a", 1.0), ("a", "out", 1.0)], Caption("x"))
    plots.bars(["a", "b"], [1.0, 2.0], Caption("x"))
    sizes = [Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).width for data, _ in shown]
    assert max(sizes) - min(sizes) <= 2


def test_colours_of_a_flow_are_those_of_what_it_is_for_whatever_stands_at_its_ends(drawn: list[Figure]) -> None:
    for sources in (["in"], ["in", "more"]):
        plots.flow([(name, "a", 1.0) for name in sources] + [("a", "out", 1.0 * len(sources))], Caption("x"))
    colours = [{mpl.colors.to_hex(patch.get_facecolor()).upper() for patch in fig.axes[0].patches} for fig in drawn]
    assert colours[0] == colours[1] == {"#9AA3AB", "#0072B2"}


def test_ticks_are_round_numbers(drawn: list[Figure]) -> None:
    plots.waterfall(["a"], [29.0], Caption("x"), start=100, start_label="budget", end_label="final")
    assert {"100", "110", "120", "130"} <= set(_texts(drawn[0]))


def test_an_interval_is_drawn_no_longer_than_it_is(drawn: list[Figure]) -> None:
    plots.intervals(["a"], [0.0], [100.0], [50.0], Caption("x"))
    bar = next(line for line in drawn[0].axes[0].lines if line.get_linewidth() == 9)
    assert bar.get_solid_capstyle() == "butt"


def test_a_waterfall_ends_at_the_printed_end_and_a_missing_step_moves_nothing(drawn: list[Figure], shown: Any) -> None:
    steps = {"start": 100, "start_label": "budget", "end_label": "final"}
    plots.waterfall(["a", "b"], [29.0, None], Caption("x"), **steps, end=129.01)
    assert {"100.00", "+29.00", "—", "129.01"} <= set(_texts(drawn[0]))
    assert "budget 100.00; a +29.00; b —; final 129.01" in _alt(shown)


def test_a_slope_over_a_missing_stage_is_dashed_and_has_no_dot_there(drawn: list[Figure]) -> None:
    plots.slopes(["initial", "adjusted", "final"], {"a": [1, None, 3], "b": [1, 2, 3]}, Caption("x"))
    lines = drawn[0].axes[0].lines
    joined = [line for line in lines if len(line.get_xdata()) == 2 and line.get_marker() == "None"]
    over = [line for line in joined if list(line.get_xdata()) == [0, 2]]
    dots = [list(line.get_xdata()) for line in lines if line.get_marker() == "o"]
    assert [line.is_dashed() for line in over] == [True]
    assert not any(line.is_dashed() for line in joined if line not in over and list(line.get_xdata()) != [0, 0])
    assert dots == [[0, 2], [0, 1, 2]]


def test_a_slope_without_its_first_stage_is_named_at_its_last(drawn: list[Figure]) -> None:
    plots.slopes(["initial", "final"], {"new": [None, 3.0], "old": [1.0, 2.0]}, Caption("x"))
    assert {"3.00  new", "old  1.00", "2.00"} <= set(_texts(drawn[0]))


def test_a_part_of_which_nothing_is_drawn_has_no_entry_in_the_legend(drawn: list[Figure]) -> None:
    plots.stacked_bars(["a"], {"basic": [1.0], "none": [0.0], "project": [2.0]}, Caption("x"))
    [legend] = drawn[0].legends
    assert [text.get_text() for text in legend.get_texts()] == ["basic", "project"]
    bars = [bar.get_facecolor() for bar in drawn[0].axes[0].patches if bar.get_width()]
    assert [patch.get_facecolor() for patch in legend.get_patches()] == bars


def test_the_name_of_a_band_stands_where_no_mark_crosses_it(drawn: list[Figure]) -> None:
    plots.distribution([72, 91, 92, 93, 99], Caption("x"), bands={"good": 80, "excellent": 90}, value_format="{:.0f}")
    sides = {text.get_text(): text.get_ha() for text in drawn[0].axes[0].texts if "≥" in text.get_text()}
    assert sides == {"good ≥ 80": "left", "excellent ≥ 90": "right"}


def test_an_inner_value_stands_below_its_dot_where_another_line_is_close_above(drawn: list[Figure]) -> None:
    for other, offset in ((10.5, -9), (40.0, 7)):
        lines = {"over": [2.0, 9.3, 9.3], "other": [12.8, other, 10.5], "total": [20.0, 21.0, 21.0]}
        plots.slopes(["initial", "adjusted", "final"], lines, Caption("x"), highlight=["over"])
        [inner] = [text for text in drawn[-1].axes[0].texts if text.get_text() == "9.30" and text.xy[0] == 1]
        assert inner.xyann == (0, offset)


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(0.1, 5)), min_size=1, max_size=12))
def test_labels_moved_apart_do_not_overlap_and_keep_their_order(pairs: list[tuple[float, float]]) -> None:
    places, heights = [place for place, _ in pairs], [height for _, height in pairs]
    moved = canvas.spread(places, heights)
    order = sorted(range(len(pairs)), key=places.__getitem__)
    for a, b in pairwise(order):
        assert moved[b] - moved[a] >= (heights[a] + heights[b]) / 2 - 1e-6
    assert sum(moved) == pytest.approx(sum(places), abs=1e-6)


def test_labels_far_enough_apart_stay() -> None:
    assert canvas.spread([5.0, 1.0], [1.0, 1.0]) == [5.0, 1.0]
    assert canvas.spread([1.0, 1.0], [1.0, 1.0]) == [0.5, 1.5]


def test_a_ranking_says_n_the_median_and_what_is_missing(drawn: list[Figure], shown: Any) -> None:
    plots.ranking(["a", "b", "c", "d"], [1, None, 3, 3], Caption("x", "rate"), focus=["a", "d"])
    said = "rate n = 3, median 3.00, 1 missing (b)"
    assert said in _texts(drawn[0])
    assert "Ranking: c 3.00; d 3.00; a 1.00" in _alt(shown)


def test_a_ranking_places_an_interval_by_its_middle_and_says_so(drawn: list[Figure]) -> None:
    plots.ranking(["a", "b"], [2.0, None], Caption("x"), low=[1.9, 2.0], high=[2.1, 5.0])
    assert {"2.00 – 5.00", "2.00"} <= set(_texts(drawn[0]))
    assert [text for text in _texts(drawn[0]) if "1 inferred, placed by the middle" in text]
    rows = [label.get_text() for label in drawn[0].axes[0].get_yticklabels()]
    assert rows == ["b", "a"]


def test_many_documents_are_a_strip_with_every_dot_and_only_the_focus_named(drawn: list[Figure]) -> None:
    names = [f"bureau {i}" for i in range(200)]
    plots.ranking(names, [i % 17 for i in range(200)], Caption("x"), focus=["bureau 5"])
    ax = drawn[0].axes[0]
    dots = max((line for line in ax.lines if line.get_marker() == "o"), key=lambda line: len(line.get_xdata()))
    assert len(set(zip(dots.get_xdata(), dots.get_ydata(), strict=True))) == 200
    assert [text for text in _texts(drawn[0]) if text.startswith("bureau")] == ["bureau 5 5.00"]


def test_bands_are_marked_only_where_they_are_in_view(drawn: list[Figure]) -> None:
    plots.distribution([85, 91, 95, 99], Caption("x"), bands={"good": 80, "excellent": 90})
    texts = _texts(drawn[0])
    assert "excellent ≥ 90.0%" in texts
    assert not [text for text in texts if text.startswith("good")]


def test_a_decomposition_writes_the_change_given(drawn: list[Figure]) -> None:
    effects = {"level": [5.01], "composition": [1.01]}
    plots.decomposition(["a"], effects, [6.03], Caption("x"))
    assert "+6.03" in _texts(drawn[0])


def test_bounds_frame_what_is_pinned_down_and_draw_both_ends(drawn: list[Figure], shown: Any) -> None:
    low = pd.DataFrame({"wages": [800.0, 20.0], "goods": [0.0, 0.0]}, index=["a", "b"])
    high = pd.DataFrame({"wages": [1200.0, 20.0], "goods": [300.0, 0.0]}, index=["a", "b"])
    plots.bounds_map(low, high, Caption("x"))
    boxes = [patch for patch in drawn[0].axes[0].patches if isinstance(patch, Rectangle)]
    framed = [box for box in boxes if box.get_fill() is False or box.get_facecolor()[3] == 0]
    dark = [box for box in framed if box.get_edgecolor()[:3] == pytest.approx(mpl.colors.to_rgb("#22303C"))]
    hatched = [box for box in boxes if box.get_hatch()]
    assert len(framed) == 4
    assert len(dark) == 1
    assert sorted(round(box.get_width() / 0.88 * 1200) for box in hatched) == [0, 300, 400]
    assert {"800–1,200", "20", "0–300", "0"} <= set(_texts(drawn[0]))
    assert "a wages 800–1,200, goods 0–300; b wages 20, goods 0" in _alt(shown)


def test_bounds_write_the_middle_of_what_is_marked_as_pinned_down(drawn: list[Figure]) -> None:
    low, high = pd.DataFrame({"wages": [160.745, 1.0]}), pd.DataFrame({"wages": [160.755, 2.0]})
    plots.bounds_map(low, high, Caption("x"), pinned=pd.DataFrame({"wages": [True, False]}), value_format="{:,.1f}")
    assert {"160.8", "1.0–2.0"} <= set(_texts(drawn[0]))


def test_small_multiples_say_how_many_panels_are_left_out(drawn: list[Figure]) -> None:
    frame = pd.DataFrame({f"p{i}": [i, i + 1] for i in range(30)}, index=[2022, 2023])
    plots.small_multiples(frame, Caption("x", "rate"), focus=["p29"])
    assert "rate 24 of 30 shown" in _texts(drawn[0])
    assert len(drawn[0].axes) == 24
    assert drawn[0].axes[0].get_title(loc="left") == "p29"


def test_no_two_ticks_are_written_the_same(drawn: list[Figure]) -> None:
    plots.dumbbells(["a"], [4.081], [4.084], Caption("x"), names=("low", "high"))
    ticks = [label.get_text() for label in drawn[0].axes[0].get_xticklabels()]
    assert len(ticks) == len(set(ticks)) > 0


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [(1, 2, "1.0 – 2.0"), (1, 1.01, "1.0"), (1, None, "≥ 1.0"), (None, 2, "≤ 2.0"), (None, None, "—")],
)
def test_an_interval_is_written_with_what_is_known_of_it(low: Any, high: Any, written: str) -> None:
    assert text.span(text.number(low), text.number(high), "{:.1f}") == written


def test_text_of_documents_is_never_a_formula(drawn: list[Figure]) -> None:
    plots.bars(["$\\frac{1$", "a_b^c$x$"], [1.0, 2.0], Caption("$\\notatexcommand$"))
    assert {"$\\frac{1$", "a_b^c$x$", "$\\notatexcommand$"} <= set(_texts(drawn[0]))


@pytest.mark.parametrize("label", [LONG["zh"][0], LONG["en"][0], "x" * 50, "（一）基本支出，其中：人员经费"])
def test_wrap_keeps_every_character_within_the_width(label: str) -> None:
    lines = text.wrap(label, 16).split("\n")
    assert "".join(lines).replace(" ", "") == label.replace(" ", "")
    assert all(text.text_width(line) <= 20 for line in lines)
    assert not any(line[0] in "，。、；：）" for line in lines)


def test_values_must_match_labels() -> None:
    with pytest.raises(ValueError, match="2 labels but 1"):
        plots.bars(["甲", "乙"], [1.0], Caption("x"))


def test_in_a_timeline_each_figure_stands_beside_its_own_mark(drawn: list[Figure]) -> None:
    plots.timeline(["2031", "2032"], [21.0, 3.0], [21.5, 3.5], [12.5, 7.0], Caption("x"))
    heights = {text.get_text(): text.get_window_extent().y0 for text in drawn[0].axes[0].texts}
    assert heights["12.50"] < heights["21.00 –\n21.50"]
    assert heights["7.00"] > heights["3.00 –\n3.50"]
    between = [ax.transData.transform((0, 17))[1] for ax in drawn[0].axes]
    assert heights["12.50"] < between[0] < heights["21.00 –\n21.50"]


def test_ticks_have_no_needless_decimals(drawn: list[Figure]) -> None:
    plots.dumbbells(["a"], [0.0], [120.0], Caption("x"), names=("a", "b"))
    ticks = [label.get_text() for label in drawn[0].axes[0].get_xticklabels()]
    assert ticks
    assert all("." not in tick for tick in ticks)
