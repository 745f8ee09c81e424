"""Several letters as one file for a printer."""

import io
from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from services.letters.printing import together
from services.letters.render import render_pdf
from tests.letters.test_render import PLAIN, SENTENCE

LONG = replace(PLAIN, number="400/0002", body=[SENTENCE * 4] * 30)
LETTERS = [render_pdf(PLAIN), render_pdf(LONG), render_pdf(replace(PLAIN, paper="f4"))]


def _sizes(made: bytes) -> list[tuple[int, int]]:
    with pypdfium2.PdfDocument(made) as document:
        sizes = [document.get_page_size(n) for n in range(len(document))]
    return [(round(width / 72 * 25.4), round(height / 72 * 25.4)) for width, height in sizes]


@pytest.mark.parametrize(("paper", "size"), [("a4", (210, 297)), ("f4", (215, 330))])
def test_one_page_a_sheet_fits_the_paper_of_the_printer(paper: str, size: tuple[int, int]) -> None:
    made = together(LETTERS, paper=paper)
    pages = [len(PdfReader(io.BytesIO(letter)).pages) for letter in LETTERS]
    assert _sizes(made) == [size] * sum(pages)
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]
    assert "400/0002" in texts[1] and "400/0002" in texts[pages[1]]


def test_two_pages_a_sheet_begin_anew_with_each_letter() -> None:
    made = together(LETTERS, paper="a4", per_sheet=2)
    long = len(PdfReader(io.BytesIO(LETTERS[1])).pages)
    assert _sizes(made) == [(297, 210)] * (1 + -(-long // 2) + 1)


def test_letters_of_one_page_share_a_sheet_where_that_is_wanted() -> None:
    short, long, _ = LETTERS
    sheets = -(-len(PdfReader(io.BytesIO(long)).pages) // 2)
    made = together([short, short, short, long, short], paper="a4", per_sheet=2, is_shared=True)
    assert _sizes(made) == [(297, 210)] * (2 + sheets + 1)
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]
    counts = [text.count(PLAIN.number) for text in texts]
    assert counts == [4, 2, *[0] * sheets, 2]  # a letter bears its number twice


def test_a_code_is_still_read_from_half_a_sheet() -> None:
    made = together(LETTERS[:1], paper="a4", per_sheet=2)
    with pypdfium2.PdfDocument(made) as document:
        drawn = document[0].render(scale=150 / 72).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(drawn)] == [PLAIN.qr]


def test_two_hundred_letters_are_joined_soon() -> None:
    made = together(LETTERS[:1] * 200, paper="a4")
    assert len(PdfReader(io.BytesIO(made)).pages) == 200
    assert len(made) < 200 * len(LETTERS[0]) * 1.1
