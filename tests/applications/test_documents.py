"""Uploads are judged by what they are."""

import io

import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from kernel.errors import RuleBroken
from services.applications import documents
from tests.factories import photo


def pdf(pages: int = 1, *, password: str = "", script: bool = False) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if script:
        action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
            {NameObject(key): value for key, value in action.items()}
        )
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_photo_loses_place_and_camera() -> None:
    out = io.BytesIO()
    image = Image.new("RGB", (40, 30), "red")
    exif = image.getexif()
    exif[0x010F] = "Kamera Rahasia"
    exif[0x0112] = 6  # lies on its side
    image.save(out, "JPEG", exif=exif)
    accepted = documents.accept(out.getvalue() + b"<?php evil ?>")
    assert b"Kamera" not in accepted.content
    assert b"evil" not in accepted.content
    with Image.open(io.BytesIO(accepted.content)) as kept:
        assert kept.size == (30, 40), "turned upright"
        assert not kept.getexif()


def test_large_photos_become_readable_not_huge() -> None:
    accepted = documents.accept(photo(size=(5000, 3000)))
    with Image.open(io.BytesIO(accepted.content)) as kept:
        assert max(kept.size) == documents.MAX_EDGE


def test_an_ordinary_pdf_is_kept_as_it_is() -> None:
    content = pdf(3)
    accepted = documents.accept(content)
    assert (accepted.content, accepted.pages, accepted.suffix) == (content, 3, "pdf")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "kosong"),
        (b"MZ\x90\x00 not a picture at all", "bukan PDF atau foto"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "bukan PDF atau foto"),
        (b"\xff\xd8\xff\xe0 broken jpeg", "rusak"),
        (b"%PDF-1.7 broken", "rusak"),
        (pdf(password="rahasia"), "terkunci"),
        (pdf(script=True), "program"),
        (pdf(documents.MAX_PAGES + 1), "halaman"),
        (b"\xff\xd8\xff" + b"0" * documents.MAX_BYTES, "MB"),
    ],
)
def test_what_is_no_harmless_document_is_refused_with_the_cure(content, message) -> None:
    with pytest.raises(RuleBroken, match=message):
        documents.accept(content)


@pytest.mark.django_db
def test_stored_names_cannot_be_guessed(in_bontang) -> None:
    accepted = documents.accept(photo())
    first, second = documents.keep(accepted), documents.keep(accepted)
    assert first != second
    assert first.startswith("c6474/dokumen/")
    assert documents.read(first) == accepted.content
