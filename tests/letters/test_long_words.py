"""No word runs off the page, wherever it stands; and earlier letters stay as they were."""

import hashlib
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest

from services.letters.pictures import pages_of
from services.letters.render import STYLES, Content, render_pdf
from tests.letters.test_render import PLAIN, words

WIDE = "W" * 39
NARROW = 12.0  # points that stay free at the right of a page, at least
EVERYWHERE: dict[str, Any] = {
    "opening": WIDE, "body": [WIDE], "closing": WIDE, "addressed_to": WIDE, "signer_name": WIDE,
    "signer_title": [WIDE], "signer_rank": WIDE, "title": WIDE, "number": WIDE,
    "blocks": [{"intro": WIDE, "rows": [[WIDE, WIDE], ["Nama", f"Sari {WIDE} Anggraini"]]}],
    "tables": [{"intro": WIDE, "head": [WIDE, WIDE, WIDE], "rows": [[WIDE, WIDE, "satu"]]}],
    "approval": [WIDE], "copies": [WIDE], "initials": [WIDE], "valid": WIDE, "footer": [WIDE],
}  # fmt: skip
SIGNED: dict[str, Any] = {"applicant_signs": WIDE, "applicant_name": WIDE}


def furthest(made: bytes) -> tuple[float, float]:
    """How far to the right a letter of any page reaches, and the width of the page."""
    most = 0.0
    with pypdfium2.PdfDocument(made) as document:
        width, _ = document[0].get_size()
        for page in document:
            text = page.get_textpage()
            for number in range(text.count_chars()):
                if text.get_text_range(number, 1).strip():
                    most = max(most, text.get_charbox(number)[2])
    return most, width


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "more", [{}, SIGNED, {**SIGNED, "witnesses": [WIDE], "witnesses_as": WIDE}]
)
def test_a_word_that_its_place_cannot_hold_is_broken(style: str, more: dict[str, Any]) -> None:
    made = render_pdf(replace(PLAIN, style=style, **EVERYWHERE, **more))
    most, width = furthest(made)
    assert most < width - NARROW
    assert words(made).replace("\u200b", "").count(WIDE) >= 12


def test_a_word_that_its_place_can_hold_stays_whole() -> None:
    rows = [["Status Kewarganegaraan", "Pertanggungjawaban Ketidakbertanggungjawaban"]]
    made = render_pdf(replace(PLAIN, blocks=[{"intro": "", "rows": rows}]))
    with pypdfium2.PdfDocument(made) as document:
        lines = document[0].get_textpage().get_text_range().split()
    assert {"Kewarganegaraan", "Ketidakbertanggungjawaban"} <= set(lines)


@pytest.mark.parametrize(
    ("revision", "digest"),
    [
        (1, "0ba70c1ae0b0ed0dfaa6f30d9c60b34a1259b11a373fbf7e26c8965d47954256"),
        (2, "aee8f6402ee38a6f28ff56092f7da976616605fbff2d685be05c41984a75257e"),
        (3, "5f6f35f1de28a41b01616e6e8fca40393815b2cbe5f59e97e9f0f9f0631f3b41"),
        (4, "5f6f35f1de28a41b01616e6e8fca40393815b2cbe5f59e97e9f0f9f0631f3b41"),
    ],
)
def test_a_letter_of_each_layout_keeps_its_bytes(revision: int, digest: str) -> None:
    """Changed only by another version of the typesetter or its fonts, never by our own code: a
    lost file is made again from its words."""
    made = render_pdf(replace(PLAIN, revision=revision))
    assert hashlib.sha256(made).hexdigest() == digest


def test_pages_are_counted_by_the_document_not_by_its_words() -> None:
    forged = replace(PLAIN, title="SURAT /Type /Pages /Count 77", number="trailer startxref 5")
    assert pages_of(render_pdf(forged)) == 1
    long: Content = replace(forged, body=["Panjang sekali. " * 60] * 12)
    assert pages_of(render_pdf(long)) > 1
