"""The typesetter: pure, archival, and what people typed stays text."""

import io
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from kernel.text import _SCRIPT, DOUBLER, PRINTABLE, tidy, unprintable
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
    signs = [_on_a_letter(sign) for sign in sorted(PRINTABLE)]
    # PDF/A refuses a character without a glyph, so compiling is the proof for each style.
    made = pdf.compile(path, {"signs": signs}, at=AT)
    with pypdfium2.PdfDocument(made) as document:
        printed = "".join(page.get_textpage().get_text_range() for page in document)
    found = set(unicodedata.normalize("NFC", printed))
    missing = set(unicodedata.normalize("NFC", "".join(signs))) - found
    # PDFium takes four letters of Arabic apart.
    assert not [sign for sign in missing if not set(unicodedata.normalize("NFKC", sign)) <= found]
    assert all(pdf.legible(sign) == unicodedata.normalize("NFC", sign) for sign in signs)


def _on_a_letter(sign: str) -> str:
    """A mark on the first letter of its script; any other sign by itself."""
    script = _SCRIPT.get(sign)
    if sign == DOUBLER:
        return f"ꦱ{sign}"
    if not unicodedata.category(sign).startswith("M"):
        return sign
    letters = (c for c in sorted(_SCRIPT) if _SCRIPT[c] == script and c.isalpha())
    return (next(letters) if script else "a") + sign


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from([*sorted(_SCRIPT), *"abc 12()-é\u0301"]), max_size=60))
def test_scripts_mix_in_any_way(text: str) -> None:
    """What is refused in forms is made printable, never an error when a letter is set."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "campur.typ"
        path.write_text(LAYOUT)
        assert pdf.compile(path, {"title": f"x {text}"}, at=AT, pictures={"qr": pdf.qr_svg("x")})
    if not unprintable(tidy(text)):
        assert "?" not in pdf.legible(text)


def test_a_word_that_no_line_holds_is_broken() -> None:
    """Nothing runs over the edge of the page."""
    assert pdf._legible("pendek", PRINTABLE) == "pendek"
    long = str(pdf._legible("a" * 100, PRINTABLE))
    assert long.replace("\u200b", "") == "a" * 100
    assert max(map(len, long.split("\u200b"))) <= 10


def test_the_fonts_and_their_licence_are_there() -> None:
    fonts = pdf.FONTS / "noto"
    assert "SIL Open Font License" in (fonts / "OFL.txt").read_text()
    assert sum(path.stat().st_size for path in fonts.iterdir()) < 1_000_000
