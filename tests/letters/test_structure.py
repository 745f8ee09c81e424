"""What PDF/A-2a and PDF/UA-1 ask of a letter's file, looked up in the file itself: there is no
veraPDF on the machines this runs on."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pikepdf
import pytest
from PIL import Image

from services.letters.render import PAPERS, STYLES, Content, render_pdf
from tests.letters.test_render import PLAIN
from typeset.pdf import logo_svg


def _crest() -> str:
    out = io.BytesIO()
    Image.new("RGBA", (80, 80), (200, 30, 30, 128)).save(out, "PNG")
    return logo_svg(out.getvalue())


FULL = replace(
    PLAIN,
    logo=_crest(),
    contact="Telepon (0548) 20301 · bontangkota.go.id",
    blocks=[{"intro": "Nama di bawah ini:", "rows": [["Nama", "Siti ꦱꦫꦶ"], ["Masjid", "التقوى"]]}],
    tables=[{"intro": "Keluarga:", "head": ["No.", "Nama"], "rows": [["1", "Budi"]] * 60}],
    copies=["Camat"],
    initials=["Sekretaris (DN)"],
    watermark="UJI COBA",
)
LETTERS = {
    "plain": PLAIN,
    "full": FULL,
    **{style: replace(FULL, style=style, paper="f4") for style in STYLES},
    "statement": replace(
        FULL, applicant_signs="Yang membuat", applicant_name="Siti", witnesses=["Budi", "Tono"]
    ),
}


@pytest.fixture(params=LETTERS)
def made(request: pytest.FixtureRequest) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(render_pdf(LETTERS[request.param]))) as document:
        yield document


def _elements(node: Any) -> Iterator[Any]:
    """Every structure element, parents first."""
    if isinstance(node, pikepdf.Array):
        for one in node:
            yield from _elements(one)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from _elements(node.K)


def test_the_catalogue_says_what_a_reader_needs(made: pikepdf.Pdf) -> None:
    root = made.Root
    assert bool(root.MarkInfo.Marked) is True
    assert str(root.Lang).startswith("id")
    assert bool(root.ViewerPreferences.DisplayDocTitle) is True
    assert str(made.docinfo["/Title"]).startswith(PLAIN.title)
    assert "/OpenAction" not in root and "/AA" not in root and "/AcroForm" not in root
    assert not made.is_encrypted and "/EmbeddedFiles" not in root.get("/Names", {})
    with made.open_metadata() as said:
        assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("2", "A")
        assert said["pdfuaid:part"] == "1"
        assert said["dc:title"].startswith(PLAIN.title)
        assert "id" in said["dc:language"]


def test_colours_have_a_meaning(made: pikepdf.Pdf) -> None:
    (intent,) = made.Root.OutputIntents
    assert str(intent.S) == "/GTS_PDFA1"
    assert len(intent.DestOutputProfile.read_bytes()) > 100


def test_every_font_is_embedded_and_its_text_can_be_read(made: pikepdf.Pdf) -> None:
    seen = 0
    for page in made.pages:
        for font in page.Resources.get("/Font", {}).values():
            seen += 1
            assert "/ToUnicode" in font
            (below,) = font.DescendantFonts
            holds = below.FontDescriptor
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(holds.keys()), font.BaseFont
    assert seen


def test_everything_on_a_page_is_tagged_or_marked_as_ornament(made: pikepdf.Pdf) -> None:
    for page in made.pages:
        assert "/StructParents" in page and str(page.get("/Tabs", "/S")) == "/S"
        depth = 0
        for operands, operator in pikepdf.parse_content_stream(page):
            name = str(operator)
            if name in ("BDC", "BMC"):
                depth += 1
            elif name == "EMC":
                depth -= 1
            elif name in ("Tj", "TJ", "Do", "S", "f", "sh"):
                assert depth > 0, (name, operands)
        assert depth == 0


def test_headings_tables_and_figures_are_what_they_look_like(made: pikepdf.Pdf) -> None:
    every = list(_elements(made.Root.StructTreeRoot))
    kinds = [str(one.S) for one in every]
    assert kinds.count("/H1") == 1 and "/H2" not in kinds
    figures = [one for one in every if str(one.S) == "/Figure"]
    assert figures and all(str(one.Alt) for one in figures)
    for table in (one for one in every if str(one.S) == "/Table"):
        heads = [one for one in _elements(table.K) if str(one.S) == "/TH"]
        assert heads, "a table without a header"
        assert all("/A" in one for one in heads)  # with its scope


def test_nothing_that_archives_refuse(made: pikepdf.Pdf) -> None:
    for thing in made.objects:
        if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            continue
        assert "/JS" not in thing and str(thing.get("/S", "")) != "/JavaScript"
        if isinstance(thing, pikepdf.Stream) and str(thing.get("/Subtype", "")) == "/Image":
            assert not bool(thing.get("/Interpolate", False))
        assert str(thing.get("/BM", "/Normal")) == "/Normal"
    for page in made.pages:
        if "/Group" in page:
            assert str(page.Group.S) == "/Transparency" and "/CS" in page.Group


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("style", STYLES)
def test_each_paper_and_look(paper: str, style: str) -> None:
    content = replace(FULL, paper=paper, style=style)
    once, again = render_pdf(content), render_pdf(Content.from_json(content.as_json()))
    assert once == again
    with pikepdf.open(io.BytesIO(once)) as document:
        for page in document.pages:
            size = [round(float(edge) / 72 * 25.4) for edge in page.MediaBox][2:]
            assert size == ([215, 330] if paper == "f4" else [210, 297])
