"""The PDF reader against pages by their source: characters without meaning, hidden text, pictures, forms."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from test_read_pdf import grids, texts

from fiscal_utils.read import Source, read


def raw_page(content: bytes, resources: bytes = b"", objects: Sequence[bytes] = ()) -> bytes:
    """A PDF of one page from the source of its content stream, with objects from number 5 on."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <<"
        b" /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> %s >> >>" % resources,
        b"<< /Length %d >> stream\n%s\nendstream" % (len(content), content),
        *objects,
    ]
    body = b"%PDF-1.7\n" + b"".join(b"%d 0 obj %s endobj\n" % (i + 1, part) for i, part in enumerate(parts))
    return body + b"trailer << /Root 1 0 R /Size %d >>\n%%%%EOF" % (len(parts) + 1)


@pytest.fixture
def from_source(tmp_path: Path) -> Callable[[bytes], Source]:
    """Reads the bytes of a file."""

    def make(data: bytes) -> Source:
        path = tmp_path / "made.pdf"
        path.write_bytes(data)
        return read(path)

    return make


TABLE = (
    b"0.5 w 50 700 m 350 700 l S 50 650 m 350 650 l S 50 650 m 50 700 l S 150 650 m 150 700 l S 350 650 m 350 700 l S "
)


def test_characters_without_a_meaning_are_not_passed_over(from_source) -> None:
    text = b"BT /F 10 Tf 60 670 Td (Total amount) Tj 100 0 Td (1) Tj /G 10 Tf (\\001) Tj /F 10 Tf (2.50) Tj ET"
    font = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /CharProcs << /x 6 0 R >> "
        b"/Encoding << /Differences [1 /x] >> /FirstChar 1 /LastChar 1 /Widths [0.5] >>"
    )
    glyph = b"<< /Length 21 >> stream\n0.5 0 d0 0 0 .5 .5 re f\nendstream"
    source = from_source(
        raw_page(
            TABLE + text,
            b"/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> /G 5 0 R >>",
            (font, glyph),
        )
    )
    (grid,) = grids(source)
    assert grid.rows[0][0] == "Total amount"
    assert grid.rows[0][1] == "1\ufffd2.50"


@pytest.mark.parametrize(
    ("meaning", "text"),
    [
        (b"<D842DFB7>", "x\U00020bb7x"),
        (b"<0000>", "x x"),
        (b"<FFFE>", "x\ufffdx"),
        (b"<D842>", "x\ufffdx"),
        (b"<FB01>", "xfix"),
        (b"<FF08516DFF09>", "x（六）x"),
    ],
)
def test_characters_that_are_not_one_unit_of_text(from_source, meaning: bytes, text: str) -> None:
    table = b"1 begincodespacerange <00> <FF> endcodespacerange 2 beginbfchar <41> %s <42> <0078> endbfchar" % meaning
    content = TABLE + b"BT /G 10 Tf 60 670 Td (BAB) Tj /F 10 Tf 100 0 Td (12.50) Tj ET"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>"
    stream = b"<< /Length %d >> stream\n%s\nendstream" % (len(table), table)
    fonts = b"/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> /G 5 0 R >>"
    (grid,) = grids(from_source(raw_page(content, fonts, (font, stream))))
    assert grid.rows[0] == (text, "12.50")


def test_actual_text_is_the_text(from_source) -> None:
    text = b"BT /F 10 Tf 60 670 Td /Span << /ActualText (Total) >> BDC (Xyzzy) Tj EMC 100 0 Td (12.50) Tj 0 -30 Td (footnote) Tj ET"  # noqa: E501
    (grid,) = grids(from_source(raw_page(TABLE + text)))
    assert grid.rows[0] == ("Total", "12.50")


IMAGE = b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >> stream\n\x80\nendstream"  # noqa: E501


@pytest.mark.parametrize(("order", "mode"), [("image first", 3), ("text first", 0)])
def test_text_hidden_in_a_scan_is_marked_as_recognised(from_source, order: str, mode: int) -> None:
    text = b"BT %d Tr /F 10 Tf 60 670 Td (Total amount) Tj 100 0 Td (12.50) Tj ET " % mode
    image = b"q 595 0 0 842 0 0 cm /I Do Q "
    stream = text + image if order == "text first" else image + text
    source = from_source(raw_page(stream, b"/XObject << /I 5 0 R >>", (IMAGE,)))
    assert texts(source) == ["Total amount 12.50"]
    assert source.recognised == (1,)


def test_text_on_a_background_is_text(from_source) -> None:
    stream = b"q 595 0 0 842 0 0 cm /I Do Q BT /F 10 Tf 60 670 Td (Total amount) Tj 100 0 Td (12.50) Tj ET "
    source = from_source(raw_page(stream, b"/XObject << /I 5 0 R >>", (IMAGE,)))
    assert (texts(source), source.recognised, source.unread) == (["Total amount 12.50"], (), ())


def test_a_transparent_picture_over_the_text_hides_nothing(from_source) -> None:
    stream = b"BT /F 10 Tf 60 670 Td (Total amount) Tj 100 0 Td (12.50) Tj ET q 595 0 0 842 0 0 cm /I Do Q"
    image = IMAGE.replace(b"/Length", b"/SMask 6 0 R /Length")
    source = from_source(raw_page(stream, b"/XObject << /I 5 0 R >>", (image, IMAGE)))
    assert (texts(source), source.recognised) == (["Total amount 12.50"], ())


def test_a_picture_beside_the_text_is_unread_without_ocr(from_source, monkeypatch: pytest.MonkeyPatch) -> None:
    ocr = pytest.importorskip("fiscal_utils.read.ocr", exc_type=ImportError)
    monkeypatch.setattr(ocr, "installed", lambda: False)
    stream = b"q 500 0 0 500 50 50 cm /I Do Q BT /F 10 Tf 60 670 Td (Expenditure by function) Tj ET "
    source = from_source(raw_page(stream, b"/XObject << /I 5 0 R >>", (IMAGE,)))
    assert (texts(source), source.unread) == (["Expenditure by function"], (1,))


def test_a_turned_form(from_source) -> None:
    form = TABLE + b"BT /F 10 Tf 60 670 Td (Total amount) Tj 100 0 Td (12.50) Tj ET"
    objects = (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 900 900] /Matrix [0 1 -1 0 0 0] /Length %d >> stream\n%s\nendstream"  # noqa: E501
        % (len(form), form),
    )
    (grid,) = from_source(raw_page(b"q 1 0 0 1 750 100 cm /X Do Q", b"/XObject << /X 5 0 R >>", objects)).blocks
    assert grid.rows == (("Total amount", "12.50"),)
