"""Which files are taken for the letter that was sent, and which are not."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields
from pypdf import PdfReader, PdfWriter

from services.letters.render import render_pdf
from services.signing.pades import by_pyhanko, increment, issuing, keys
from services.signing.pades.cms import Sealer
from services.signing.providers import Asked
from services.signing.same import shows_same
from tests.letters.test_render import PLAIN

AT = datetime(2026, 11, 30, tzinfo=UTC)
KEY = keys.new()
ROOT = issuing.authority(KEY, government="Kota", at=AT)
LEAF = issuing.official(
    KEY.public_key(), name="Rahmat", post="Lurah", government="Kota", issuer=ROOT, issuer_key=KEY,
    at=AT + timedelta(minutes=5),
)  # fmt: skip
DER = Encoding.DER
OTHER = replace(PLAIN, title="Surat yang lain")
SEALER = Sealer(KEY, LEAF.public_bytes(DER), [ROOT.public_bytes(DER)])


@pytest.fixture(scope="module")
def sent() -> bytes:
    return render_pdf(PLAIN)


def signed(pdf: bytes) -> bytes:
    opened = increment.add(
        pdf, at=AT, name="Rahmat", reason="", place="", room=SEALER.room, field="Satu"
    )
    if opened is None:
        return by_pyhanko.sign(
            Asked(pdf, "Satu", "", "", AT), KEY, LEAF, ROOT, level="B-B", time_stamps="",
            revoked=b"", name="Rahmat",
        )  # fmt: skip
    return opened.closed(SEALER.sign(opened.digest))


def updated(pdf: bytes, change: Any) -> bytes:
    """The file with an incremental update in front of any signature."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def other_words(writer: IncrementalPdfFileWriter) -> None:
    page: Any = writer.root["/Pages"]["/Kids"][0]
    stream = generic.StreamObject(stream_data=b"BT ET")
    page["/Contents"] = writer.add_object(stream)
    writer.update_container(page)


def note_over_the_words(writer: IncrementalPdfFileWriter) -> None:
    page: Any = writer.root["/Pages"]["/Kids"][0]
    name = generic.pdf_name
    rect = generic.ArrayObject([generic.NumberObject(n) for n in (50, 50, 300, 300)])
    note = generic.DictionaryObject(
        {name("/Type"): name("/Annot"), name("/Subtype"): name("/FreeText"), name("/Rect"): rect,
         name("/Contents"): generic.pdf_string("Penghasilan 9")}
    )  # fmt: skip
    page["/Annots"] = generic.ArrayObject([writer.add_object(note)])
    writer.update_container(page)


def rewritten(pdf: bytes, change: Any = lambda writer: None) -> bytes:
    """The file written anew, as a gateway does that puts a picture on it."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_mark(pdf: bytes, box: tuple[int, int, int, int]) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    fields.append_signature_field(writer, fields.SigFieldSpec("Satu", box=box))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_signature_alone_is_the_letter(sent: bytes) -> None:
    assert shows_same(sent, signed(sent))
    assert shows_same(signed(sent), by_pyhanko.sign(
        Asked(signed(sent), "Dua", "", "", AT), KEY, LEAF, ROOT, level="B-B", time_stamps="",
        revoked=b"", name="Rahmat",
    ))  # fmt: skip
    assert shows_same(sent, signed(rewritten(sent)))


@pytest.mark.parametrize("change", [other_words, note_over_the_words])
def test_words_changed_before_the_signature_are_seen(sent: bytes, change: Any) -> None:
    assert not shows_same(sent, signed(updated(sent, change)))


def test_words_added_to_a_file_written_anew_are_seen(sent: bytes) -> None:
    def more(writer: Any) -> None:
        page = writer.pages[0]
        page.merge_page(PdfReader(io.BytesIO(render_pdf(OTHER))).pages[0])

    assert not shows_same(sent, signed(rewritten(sent, more)))
    assert not shows_same(sent, signed(rewritten(sent, lambda writer: writer.add_blank_page())))
    acting = rewritten(sent, lambda writer: writer.add_attachment("a.txt", b"a"))
    assert not shows_same(sent, signed(acting))


def test_another_document_behind_the_same_bytes_is_seen(sent: bytes) -> None:
    """Its cross references leave out what was sent."""
    whole = render_pdf(OTHER)
    moved = bytearray(sent + b"\n")
    shift = len(moved)
    start = whole.rindex(b"xref\n", 0, whole.rindex(b"startxref"))
    moved += whole[:start]
    moved += re.sub(
        rb"(\d{10}) (\d{5}) n", lambda found: b"%010d %b n" % (int(found[1]) + shift, found[2]),
        whole[start : whole.rindex(b"startxref")],
    ) + b"startxref\n%d\n%%%%EOF\n" % (start + shift)  # fmt: skip
    assert "YANG LAIN" in PdfReader(io.BytesIO(bytes(moved))).pages[0].extract_text().upper()
    assert not shows_same(sent, signed(bytes(moved)))


def test_a_visible_mark_is_no_larger_than_ordered(sent: bytes) -> None:
    small = signed(with_mark(sent, (60, 60, 240, 120)))
    assert shows_same(sent, small, mark=(180, 60))
    assert not shows_same(sent, small)
    assert not shows_same(sent, signed(with_mark(sent, (0, 0, 500, 700))), mark=(180, 60))


def test_what_is_no_pdf_is_not_the_letter(sent: bytes) -> None:
    assert not shows_same(sent, b"%PDF-1.7 lain")
