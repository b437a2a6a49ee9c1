"""Scanned pages: rulings and lines of print found in images, tables recognised from pages drawn here."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from fiscal_utils import simulate
from fiscal_utils.errors import DocumentError
from fiscal_utils.parse import Accounts, parse
from fiscal_utils.read import Grid, Line, Source, ocr, read
from fiscal_utils.read.page import blocks
from fiscal_utils.read.rulings import USUAL_SIZE, Frame, frames, rulings

needs_ocr = pytest.mark.skipif(not ocr.installed(), reason="the extra ocr is not installed")
PIXELS = ocr.SCALE
XS = (60, 130, 270, 350, 430, 520)
ROWS = (
    ("科目编码", "科目名称", "合计", "基本支出", "项目支出"),
    ("201", "一般公共服务支出", "1,230.50", "1,000.00", "230.50"),
    ("20106", "财政事务", "1,230.50", "1,000.00", "230.50"),
    ("2010601", "行政运行", "1,000.00", "1,000.00", "——"),
    ("2010602", "一般行政管理事务", "230.50", "", "230.50"),
    ("", "合计", "1,230.50", "1,000.00", "-0.01"),
)


def font(size: float) -> ImageFont.FreeTypeFont:
    folder = find_spec("zhplot").submodule_search_locations[0]
    return ImageFont.truetype(Path(folder, "fonts", "NotoSansSC-Regular.ttf"), round(size * PIXELS))


def sheet(rows: Sequence[Sequence[str]] = ROWS, pitch: float = 18, ruled: bool = True) -> Image.Image:
    """A page with a title, the table's unit and a table, in pixels at `SCALE`."""
    image = Image.new("RGB", (round(595 * PIXELS), round(500 * PIXELS)), "white")
    draw = ImageDraw.Draw(image)
    draw.text((300 * PIXELS, 60 * PIXELS), "支出决算表", "black", font(20), anchor="mm")
    draw.text((520 * PIXELS, 100 * PIXELS), "单位：万元", "black", font(10), anchor="rm")
    ys = [120 + pitch * i for i in range(len(rows) + 1)]
    if ruled:
        for y in ys:
            draw.line((XS[0] * PIXELS, y * PIXELS, XS[-1] * PIXELS, y * PIXELS), "black", 2)
        for x in XS:
            draw.line((x * PIXELS, ys[0] * PIXELS, x * PIXELS, ys[-1] * PIXELS), "black", 2)
    for row, y in zip(rows, ys, strict=False):
        for left, right, text in zip(XS, XS[1:], row, strict=False):
            x, anchor = (right - 3, "rm") if text[-2:].isdigit() and "." in text else (left + 3, "lm")
            draw.text((x * PIXELS, (y + pitch / 2) * PIXELS), text, "black", font(10), anchor=anchor)
    return image


def scanned(image: Image.Image, degrees: float = 1.2, noise: float = 7.0) -> Image.Image:
    """The page as a poor scanner gives it: askew, blurred, grey and noisy."""
    turned = image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor="white").filter(ImageFilter.GaussianBlur(0.8))
    speckled = np.asarray(turned) * 0.92 + np.random.default_rng(1).normal(0, noise, (*turned.size[::-1], 1))
    return Image.fromarray(np.clip(speckled, 0, 255).astype(np.uint8))


def saved(path: Path, *images: Image.Image, **options: object) -> Path:
    several = {"save_all": True, "append_images": images[1:]} if len(images) > 1 else {}
    images[0].save(path, **several, **options)
    return path


def pixels(image: Image.Image) -> np.ndarray:
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def grids(source: Source) -> list[Grid]:
    return [block for block in source.blocks if isinstance(block, Grid)]


def ruled(image: Image.Image) -> list[Frame]:
    scan = pytest.importorskip("fiscal_utils.read.scan", exc_type=ImportError)
    boxes, _ = scan.rulings(scan.ink_of(scan.straight(pixels(image))), PIXELS)
    lines = np.array([(x0, -y1, x1, -y0) for x0, y0, x1, y1 in boxes]).reshape(-1, 4) / PIXELS
    return frames(rulings([lines], [USUAL_SIZE])[0])


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tif"])
def test_without_the_extra_an_image_says_what_to_install(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "installed", lambda: False)
    with pytest.raises(DocumentError, match=r"fiscal-utils\[ocr\]"):
        read(saved(tmp_path / f"page{suffix}", Image.new("RGB", (40, 40), "white")))


def test_without_the_extra_a_scanned_pdf_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "installed", lambda: False)
    with pytest.raises(DocumentError, match=r"fiscal-utils\[ocr\]"):
        read(saved(tmp_path / "scan.pdf", sheet()))


@needs_ocr
def test_a_damaged_image_and_one_that_is_too_large_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = saved(tmp_path / "whole.png", sheet())
    cut = tmp_path / "cut.png"
    cut.write_bytes(whole.read_bytes()[:900])
    with pytest.raises(DocumentError, match="PNG file is damaged"):
        read(cut)
    monkeypatch.setattr(ocr, "_MAX_PIXELS", 1000)
    with pytest.raises(DocumentError, match="1785 by 1500 pixels"):
        read(whole)


@pytest.mark.parametrize(
    ("recognised", "text"),
    [
        ("1，230。50", "1,230.50"),
        ("1，230·50", "1,230.50"),
        ("1, 230. 50", "1,230.50"),
        ("( 3.20 )", "(3.20)"),
        ("12 30", "12 30"),
        ("l.O5", "l.O5"),
        ("3，4", "3，4"),
        ("共计2，946.25万元。", "共计2,946.25万元。"),
        ("一、 收入", "一、 收入"),
    ],
)
def test_marks_of_numbers_are_repaired_and_characters_are_not_guessed(recognised: str, text: str) -> None:
    assert ocr.normalised(recognised) == text


@pytest.mark.parametrize("degrees", [0, 1.3, -2.2])
def test_rulings_of_a_noisy_page_askew(degrees: float) -> None:
    [frame] = ruled(scanned(sheet(), degrees))
    assert (len(frame.xs), len(frame.ys)) == (len(XS), len(ROWS) + 1)
    assert np.diff(frame.xs) == pytest.approx(np.diff(XS), abs=1.5)
    assert not frame.spans


def test_merged_cells_of_a_scan() -> None:
    image = sheet()
    inside = (XS[2] * PIXELS + 4, 120 * PIXELS + 4, XS[5] * PIXELS - 4, 138 * PIXELS - 4)
    ImageDraw.Draw(image).rectangle(inside, "white")
    [frame] = ruled(image)
    assert frame.spans == {(0, 2): (1, 3)}


def test_strokes_of_characters_and_dashes_are_no_rulings() -> None:
    image = sheet((("中华", "单位车辆", "——", "——", "——"),), pitch=24, ruled=False)
    ImageDraw.Draw(image).text((60 * PIXELS, 300 * PIXELS), "国有资本经营预算表", "black", font(30))
    assert ruled(image) == []


def test_a_stroke_that_touches_a_ruling_is_no_border() -> None:
    image = sheet()
    ImageDraw.Draw(image).line((200 * PIXELS, 141 * PIXELS, 200 * PIXELS, 156 * PIXELS), "black", 3)
    [frame] = ruled(image)
    assert len(frame.xs) == len(XS)


def test_lines_of_a_cell() -> None:
    scan = pytest.importorskip("fiscal_utils.read.scan", exc_type=ImportError)
    image = Image.new("RGB", (600, 300), "white")
    draw = ImageDraw.Draw(image)
    for i, text in enumerate(("三、二等", "三", "1,234.56")):
        draw.text((20, 20 + 60 * i), text, "black", font(12))
    found = list(scan.lines(scan.print_of(pixels(image), PIXELS), (0, 0, 600, 300), 33, PIXELS))
    assert len(found) == 3
    assert all(24 < bottom - top < 42 for _, top, _, bottom in found)


def test_print_that_the_detector_misses_joins_the_line_beside_it() -> None:
    scan = pytest.importorskip("fiscal_utils.read.scan", exc_type=ImportError)
    image = Image.new("RGB", (1200, 200), "white")
    draw = ImageDraw.Draw(image)
    draw.text((20, 100), "一", "black", font(12), anchor="lm")
    draw.text((100, 100), "般公共预算", "black", font(12), anchor="lm")
    draw.text((1000, 100), "0.00", "black", font(12), anchor="lm")
    draw.text((20, 180), "—", "black", font(12), anchor="lm")
    ink = scan.print_of(pixels(image), PIXELS)
    title, number = scan.completed(ink, [scan.line_in(ink, (90, 70, 300, 130))])
    assert title[0] < 40 < 250 < title[2] < 300
    assert number[0] >= 1000


def test_noise_is_no_print() -> None:
    scan = pytest.importorskip("fiscal_utils.read.scan", exc_type=ImportError)
    paper = Image.new("RGB", (900, 600), "white")
    assert scan.print_of(pixels(scanned(paper)), PIXELS).mean() < 0.05


@needs_ocr
def test_a_scanned_table_is_recognised(tmp_path: Path) -> None:
    path = saved(tmp_path / "scan.pdf", scanned(sheet()), resolution=72 * PIXELS, quality=80)
    source = read(path)
    [grid] = grids(source)
    assert grid.rows == ROWS
    assert [block.text for block in source.blocks if isinstance(block, Line)] == ["支出决算表", "单位：万元"]
    assert (source.reader, source.recognised) == ("pypdfium2+rapidocr", (1,))


@needs_ocr
def test_print_that_is_not_recognised_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = ocr._Recognised("", 0.0, [])
    monkeypatch.setattr(ocr, "_recognised", lambda crops: [nothing] * len(crops))
    [grid] = [block for block in blocks([ocr.page(pixels(sheet()), 1)], Path("drawn.png")) if isinstance(block, Grid)]
    assert grid.rows[4] == ("〓", "〓", "〓", "", "〓")
    assert grid.rows[3][4] == "——"


@needs_ocr
@pytest.mark.heavy
@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_on_its_side_or_head(quarters: int) -> None:
    page = ocr.page(np.ascontiguousarray(np.rot90(pixels(sheet()), quarters)), 1)
    assert [block.rows for block in blocks([page], Path("drawn.png")) if isinstance(block, Grid)] == [ROWS]


@needs_ocr
@pytest.mark.heavy
def test_a_table_without_rulings(tmp_path: Path) -> None:
    source = read(saved(tmp_path / "open.png", scanned(sheet(ruled=False))))
    lines = [tuple(word.text for word in block.words) for block in source.blocks if isinstance(block, Line)]
    assert lines[2:] == [tuple(cell for cell in row if cell) for row in ROWS]


@needs_ocr
@pytest.mark.heavy
def test_frames_of_a_tiff_and_sizes_of_images(tmp_path: Path) -> None:
    small = sheet().resize((1000, 840), Image.Resampling.LANCZOS)
    source = read(saved(tmp_path / "pages.tif", sheet(), small))
    assert [(grid.page, grid.rows) for grid in grids(source)] == [(1, ROWS), (2, ROWS)]
    assert (source.reader, source.pages, source.recognised) == ("rapidocr", 2, (1, 2))


@needs_ocr
@pytest.mark.heavy
def test_a_page_that_says_it_is_as_large_as_its_pixels(tmp_path: Path) -> None:
    [grid] = grids(read(saved(tmp_path / "huge.pdf", sheet(), resolution=72)))
    assert grid.rows == ROWS


@pytest.fixture
def as_scan(tmp_path: Path) -> Callable[[Accounts, str], tuple[Source, Source]]:
    """Prints the accounts in a layout, and reads them from the print and from pictures of its pages."""

    def make(accounts: Accounts, layout: str) -> tuple[Source, Source]:
        path = simulate.write(accounts, tmp_path / "printed.pdf", layout)
        with pypdfium2.PdfDocument(path) as document:
            pictures = [page.render(scale=2.2).to_pil() for page in document]
        degrees = np.random.default_rng(2).uniform(-1, 1, len(pictures))
        images = [scanned(picture, angle, 4) for picture, angle in zip(pictures, degrees, strict=True)]
        return read(path), read(saved(tmp_path / "scan.pdf", *images, resolution=72 * 2.2, quality=80))

    return make


@needs_ocr
@pytest.mark.heavy
@pytest.mark.parametrize(("layout", "template"), [("shanghai", "shanghai"), ("jiangxi", "jiangxi")])
def test_scanned_accounts_print_what_their_pdf_prints(
    layout: str, template: str, as_scan: Callable[[Accounts, str], tuple[Source, Source]]
) -> None:
    printed, scan = as_scan(simulate.accounts(2, "small", template=template), layout)
    rows = [
        (expected, found)
        for text, image in zip(grids(printed), grids(scan), strict=True)
        for expected, found in zip(text.rows, image.rows, strict=True)
    ]
    cells = [cell for expected, found in rows for cell in zip(expected, found, strict=True) if any(cell)]
    assert sum(expected == found for expected, found in cells) > 0.98 * len(cells)
    assert len(parse(scan).narrative) == len(parse(printed).narrative)
