"""The typesetter: pure, archival, and what people typed stays text."""

import io
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
from pypdf import PdfReader

from kernel.text import PRINTABLE
from typeset import pdf

AT = datetime(2026, 11, 21, tzinfo=UTC)
LAYOUT = """#let d = json(bytes(sys.inputs.data))
#set document(title: d.title)
#set text(lang: "id", font: "TeX Gyre Bonum")
#d.title
#image(bytes(d.qr), format: "svg", width: 2cm, alt: "Kode QR")
"""


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    path = tmp_path / "contoh.typ"
    path.write_text(LAYOUT)
    return path


def _pdf(layout: Path, title: str) -> bytes:
    return pdf.compile(layout, {"title": title}, at=AT, pictures={"qr": pdf.qr_svg("x")})


def test_equal_input_gives_equal_bytes(layout: Path) -> None:
    assert _pdf(layout, "Kuitansi") == _pdf(layout, "Kuitansi")
    assert b"<pdfaid:part>2</pdfaid:part>" in _pdf(layout, "Kuitansi")


def test_what_was_typed_is_text(layout: Path) -> None:
    text = PdfReader(io.BytesIO(_pdf(layout, "#panic() 😀"))).pages[0].extract_text()
    assert "#panic() ?" in text


def test_a_broken_layout_says_so(tmp_path: Path) -> None:
    path = tmp_path / "rusak.typ"
    path.write_text("#nothing-of-that-name")
    with pytest.raises(pdf.RenderFailed, match="unknown variable"):
        pdf.compile(path, {}, at=AT)


def test_every_printable_character_is_printed_as_itself(tmp_path: Path) -> None:
    path = tmp_path / "tanda.typ"
    path.write_text(
        """#let d = json(bytes(sys.inputs.data))
#set document(title: "tanda")
#set text(lang: "id", font: ("TeX Gyre Bonum", "Libertinus Serif"), ligatures: false)
#for s in d.signs [#s #text(weight: "bold", s) #text(style: "italic", s)\\ ]
"""
    )
    signs = [f"a{c}" if unicodedata.combining(c) else c for c in sorted(PRINTABLE)]
    # PDF/A refuses a character without a glyph, so compiling is the proof for each style.
    made = pdf.compile(path, {"signs": signs}, at=AT)
    with pypdfium2.PdfDocument(made) as document:
        printed = "".join(page.get_textpage().get_text_range() for page in document)
    assert set(unicodedata.normalize("NFC", "".join(signs))) <= set(
        unicodedata.normalize("NFC", printed)
    )
    assert all(pdf.legible(sign) == sign for sign in PRINTABLE)
