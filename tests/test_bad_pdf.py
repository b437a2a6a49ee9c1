"""PDF files that are damaged, encrypted, hostile or too large: an error that names the file, and soon."""

import io
import random
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from fiscal_utils.errors import DocumentError
from fiscal_utils.read import Source, read

Read = Callable[..., Source]


@pytest.fixture
def read_bytes(tmp_path: Path) -> Read:
    def make(data: bytes, password: str | None = None) -> Source:
        path = tmp_path / "bad.pdf"
        path.write_bytes(data)
        return read(path, password)

    return make


def refused(read_bytes: Read, data: bytes, *keys: str, password: str | None = None) -> DocumentError:
    started = time.perf_counter()
    with pytest.raises(DocumentError) as caught:
        read_bytes(data, password)
    assert time.perf_counter() - started < 10
    assert caught.value.key in keys
    assert "bad.pdf" in str(caught.value)
    return caught.value


def pdf(pages: int = 3, encrypt: StandardEncryption | None = None, lines: int = 20) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, encrypt=encrypt)
    for page in range(pages):
        for i in range(lines):
            canvas.drawString(60, 780 - 30 * i, f"Line {i} of page {page + 1}: 1,234.50")
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def source(*objects: bytes) -> bytes:
    """A PDF file of these objects, without a table of their places; the first is the catalogue."""
    body = b"".join(b"%d 0 obj %s endobj\n" % (i, text) for i, text in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer << /Root 1 0 R /Size %d >>\n%%%%EOF" % (len(objects) + 1)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >> stream\n%s\nendstream" % (len(content), entries, content)


def one_page(contents: bytes) -> bytes:
    return source(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        contents,
    )


def test_the_page_by_hand_is_read(read_bytes: Read) -> None:
    assert read_bytes(one_page(stream(b"BT /F 10 Tf 60 700 Td (Expenditure) Tj ET"))).lines[0].text == "Expenditure"


@pytest.mark.parametrize("percent", [1, 10, 50, 90, 99])
def test_a_truncated_file_is_refused_or_read_in_full(read_bytes: Read, percent: int) -> None:
    data = pdf()
    try:
        found = read_bytes(data[: len(data) * percent // 100])
    except DocumentError as error:
        assert error.key in ("damaged", "damaged_page", "empty_file", "no_text")  # noqa: PT017
        assert "bad.pdf" in str(error)  # noqa: PT017
    else:
        assert [line.text for line in found.lines] == [line.text for line in read_bytes(data).lines]


def test_a_broken_table_of_objects(read_bytes: Read) -> None:
    data = pdf()
    start = data.rindex(b"xref", 0, data.rindex(b"startxref"))
    for broken in (
        data[:start] + data[start:].replace(b"0000", b"9999"),
        data[:start] + data[data.index(b"trailer") :],
        data.replace(b"startxref", b"startxyzw"),
    ):
        assert len(read_bytes(broken).lines) == len(read_bytes(data).lines)


@pytest.mark.parametrize("seed", range(5))
def test_random_bytes(read_bytes: Read, seed: int) -> None:
    refused(read_bytes, b"%PDF-1.7\n" + random.Random(seed).randbytes(20_000), "damaged")


def test_flipped_bytes_are_refused_or_read(read_bytes: Read) -> None:
    data = pdf(pages=1)
    for seed in range(60):
        rng = random.Random(seed)
        flipped = bytearray(data)
        for _ in range(20):
            flipped[rng.randrange(10, len(flipped))] = rng.randrange(256)
        try:
            read_bytes(bytes(flipped))
        except DocumentError as error:
            assert "bad.pdf" in str(error)  # noqa: PT017


def test_passwords(read_bytes: Read) -> None:
    data = pdf(encrypt=StandardEncryption("right", "owner", canPrint=0))
    refused(read_bytes, data, "encrypted_pdf")
    refused(read_bytes, data, "wrong_password", password="wrong")
    assert len(read_bytes(data, "right").lines) == 60
    assert len(read_bytes(data, "owner").lines) == 60


def test_an_owner_password_alone_does_not_matter(read_bytes: Read) -> None:
    data = pdf(encrypt=StandardEncryption("", "owner", canPrint=0, canCopy=0))
    assert len(read_bytes(data).lines) == 60
    assert len(read_bytes(data, "anything").lines) == 60


def test_no_pages(read_bytes: Read) -> None:
    refused(
        read_bytes, source(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"), "damaged"
    )
    refused(read_bytes, source(b"<< /Type /Catalog >>"), "damaged")


def test_blank_pages_only(read_bytes: Read) -> None:
    refused(read_bytes, pdf(lines=0), "empty_file")


def test_two_thousand_pages(read_bytes: Read) -> None:
    error = refused(read_bytes, pdf(pages=2000, lines=1), "too_many_pages")
    assert error.fields["pages"] == 2000


@pytest.mark.parametrize("kids", [b"2 0 R", b"3 0 R 2 0 R 3 0 R", b"99 0 R", b"1 0 R"])
def test_page_trees_that_lead_nowhere(read_bytes: Read, kids: bytes) -> None:
    data = source(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count 3 >>" % kids,
        b"<< /Type /Page /Parent 3 0 R /MediaBox [0 0 595 842] /Contents 3 0 R >>",
    )
    refused(read_bytes, data, "damaged", "damaged_page", "empty_file")


def test_a_form_that_draws_itself(read_bytes: Read) -> None:
    data = source(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>",  # noqa: E501
        stream(b"/X Do"),
        stream(
            b"0 0 m 9 9 l S /X Do",
            b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >>",
        ),
    )
    refused(read_bytes, data, "empty_file")


PACKED = b"/Filter /FlateDecode"


@pytest.mark.parametrize(
    "content",
    [
        b"0 0 m 9 9 l S\n" * 300_000,
        b"1 2 m " + b"9 9 l 1 2 l\n" * 300_000 + b"S",
        b"BT /F 1 Tf " + (b"(" + b"1234567890" * 10 + b") Tj 0 1 Td\n") * 10_000 + b"ET",
        b"".join(
            b"%d 0 m %d 842 l S 0 %d m 595 %d l S\n" % (i % 595, i % 595, i % 842, i % 842) for i in range(0, 90_000, 7)
        ),
    ],
    ids=["paths", "one path", "characters", "rulings"],
)
def test_too_much_on_a_page(read_bytes: Read, content: bytes) -> None:
    started = time.perf_counter()
    try:
        read_bytes(one_page(stream(zlib.compress(content), PACKED)))
    except DocumentError as error:
        assert error.key in ("page_too_complex", "empty_file")  # noqa: PT017
        assert "bad.pdf" in str(error)  # noqa: PT017
    assert time.perf_counter() - started < 10


def test_the_page_with_too_much_is_named(read_bytes: Read) -> None:
    kids = b" ".join(b"%d 0 R" % number for number in range(5, 45))
    few, many = stream(b"0 0 m 9 9 l S"), stream(zlib.compress(b"0 0 m 9 9 l S\n" * 300_000), PACKED)
    pages = [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R >>" % at for at in [3] * 39 + [4]]
    tree = b"<< /Type /Pages /Kids [%s] /Count 40 >>" % kids
    error = refused(
        read_bytes, source(b"<< /Type /Catalog /Pages 2 0 R >>", tree, few, many, *pages), "page_too_complex"
    )
    assert "40" in str(error)


@pytest.mark.parametrize("layers", [1, 2])
def test_a_stream_that_unpacks_to_gigabytes(read_bytes: Read, layers: int) -> None:
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(bytes(10_000_000)) for _ in range(60)) + packer.flush()
    if layers == 2:
        packed = zlib.compress(packed)
    filters = b"/Filter [%s]" % (b" /FlateDecode" * layers)
    refused(read_bytes, one_page(stream(packed, filters)), "file_too_large")


def test_pages_of_images_need_ocr(read_bytes: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    ocr = pytest.importorskip("fiscal_utils.read.ocr", exc_type=ImportError)
    monkeypatch.setattr(ocr, "installed", lambda: False)
    image = b"q 500 0 0 700 50 50 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q"
    refused(read_bytes, one_page(stream(image)), "no_text")
