"""Uploads are judged by what they are."""

import io
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from kernel.errors import RuleBroken
from services.cases import documents, judge
from tenants.registry import stored_files
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
    image.save(out, "JPEG", exif=exif, comment=b"Rahasia lain")
    accepted = documents.accept(out.getvalue() + b"<?php evil ?>")
    assert b"Kamera" not in accepted.content
    assert b"Rahasia" not in accepted.content
    assert b"evil" not in accepted.content
    with Image.open(io.BytesIO(accepted.content)) as kept:
        assert kept.size == (30, 40), "turned upright"
        assert not kept.getexif()


def test_large_photos_become_readable_not_huge() -> None:
    accepted = documents.accept(photo(size=(5000, 3000)))
    with Image.open(io.BytesIO(accepted.content)) as kept:
        assert max(kept.size) == judge.MAX_EDGE


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
        (pdf(judge.MAX_PAGES + 1), "halaman"),
        (b"\xff\xd8\xff" + b"0" * documents.MAX_BYTES, "Foto ulang dengan mutu"),
        (b"%PDF-1.7" + b"0" * documents.MAX_BYTES, "Pindai ulang"),
        (b"PK\x03\x04 a document of Word", "Simpan sebagai PDF"),
        (b"II*\x00 a scanner's TIFF", "JPG atau PDF"),
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
    assert stored_files.read(first) == accepted.content


# --- pictures -----------------------------------------------------------------------------------


def saved(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def written(mode: str) -> Image.Image:
    """A page with a black bar on the left half: on nothing where the mode knows transparency."""
    if mode in ("RGBA", "LA", "PA"):
        page = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
        ImageDraw.Draw(page).rectangle((0, 0, 99, 99), fill=(0, 0, 0, 255))
        return page if mode == "RGBA" else page.convert("LA") if mode == "LA" else page.quantize(8)
    page = Image.new("L", (200, 100), 255)
    ImageDraw.Draw(page).rectangle((0, 0, 99, 99), fill=0)
    if mode == "I;16":
        row = struct.pack("<200H", *[500] * 100, *[65000] * 100)
        return Image.frombytes("I;16", (200, 100), row * 100)
    return page.convert(mode)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        *((mode, "PNG") for mode in ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "I;16")),
        ("RGBA", "WEBP"),
        ("RGBA", "AVIF"),
        ("CMYK", "JPEG"),
    ],
)
def test_black_ink_stays_black_on_white_in_every_mode(mode: str, kind: str) -> None:
    head, content = judge.judge(b"D", saved(written(mode), kind))
    assert head == {"media_type": "image/jpeg", "suffix": "jpg", "pages": 1}
    with Image.open(io.BytesIO(content)) as kept:
        grey = kept.convert("L")
    assert grey.getpixel((40, 50)) < 40
    assert grey.getpixel((160, 50)) > 215


def test_white_ink_on_nothing_can_be_read() -> None:
    page = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    ImageDraw.Draw(page).rectangle((0, 0, 99, 99), fill=(255, 255, 255, 255))
    _, content = judge.judge(b"D", saved(page))
    with Image.open(io.BytesIO(content)) as kept:
        grey = kept.convert("L")
    assert grey.getpixel((40, 50)) - grey.getpixel((160, 50)) > 100


def test_a_photo_of_a_phone_is_converted() -> None:
    photo = Path(__file__).parent / "files" / "foto.heic"
    accepted = documents.accept(photo.read_bytes())
    with Image.open(io.BytesIO(accepted.content)) as kept:
        assert (kept.format, kept.size) == ("JPEG", (640, 480))


def test_a_scan_of_many_pixels_takes_little_memory() -> None:
    bomb = saved(Image.new("1", (7740, 7740)), optimize=True)
    assert len(bomb) < 30_000
    program = (
        "import re, sys; from pathlib import Path; from services.cases import judge;"
        "print(judge.judge(b'D', sys.stdin.buffer.read())[0]['pages'],"
        "re.search('VmHWM:(.*)kB', Path('/proc/self/status').read_text())[1])"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], input=bomb, capture_output=True, check=True
    )
    pages, kilobytes = said.stdout.split()
    assert pages == b"1"
    assert int(kilobytes) < 200_000
    huge = saved(Image.new("1", (9000, 9000)), optimize=True)
    assert judge.judge(b"D", huge)[0] == {"refused": "picture_too_large"}


# --- PDF ----------------------------------------------------------------------------------------


def edited(edit: Callable[[PdfWriter], None]) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    edit(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def action(kind: str, **more: object) -> DictionaryObject:
    found = DictionaryObject({NameObject("/S"): NameObject(kind)})
    for key, value in more.items():
        found[NameObject(f"/{key}")] = value
    return found


def hidden(part: DictionaryObject) -> Callable[[PdfWriter], None]:
    """The part as an object that no page refers to."""

    def edit(writer: PdfWriter) -> None:
        writer.root_object[NameObject("/Extra")] = writer._add_object(part)

    return edit


def outline(writer: PdfWriter) -> None:
    entry = writer.add_outline_item(title="Isi", page_number=0).get_object()
    entry[NameObject("/A")] = action("/JavaScript", JS=TextStringObject("app.alert(1)"))


def field_on_no_page(writer: PdfWriter) -> None:
    event = action("/JavaScript", JS=TextStringObject("app.alert(1)"))
    field = DictionaryObject(
        {
            NameObject("/FT"): NameObject("/Tx"),
            NameObject("/AA"): DictionaryObject({NameObject("/C"): event}),
        }
    )
    form = DictionaryObject({NameObject("/Fields"): ArrayObject([writer._add_object(field)])})
    writer.root_object[NameObject("/AcroForm")] = form


@pytest.mark.parametrize(
    "edit",
    [
        outline,
        field_on_no_page,
        hidden(action("/GoTo", Next=action("/Launch"))),
        hidden(action("/SubmitForm")),
        hidden(action("/GoToR", F=TextStringObject("x.pdf"))),
        hidden(action("/URI", URI=TextStringObject("java\nscript:alert(1)"))),
        hidden(action("/URI", URI=TextStringObject("file:///etc/passwd"))),
        hidden(DictionaryObject({NameObject("/Subtype"): NameObject("/FileAttachment")})),
        hidden(DictionaryObject({NameObject("/EF"): DictionaryObject()})),
        hidden(DictionaryObject({NameObject("/XFA"): ArrayObject()})),
        lambda writer: writer.add_attachment("a.txt", b"x"),
    ],
)
def test_a_pdf_that_acts_in_any_object_is_refused(edit) -> None:
    with pytest.raises(RuleBroken, match="program atau lampiran"):
        documents.accept(edited(edit))


@pytest.mark.parametrize(
    "edit",
    [
        lambda writer: (
            writer.add_outline_item(title="Satu", page_number=0)
            and writer.add_outline_item(title="Dua", page_number=0)
        ),
        hidden(action("/URI", URI=TextStringObject("https://contoh.id/a:b"))),
        hidden(action("/URI", URI=TextStringObject("mailto:sari@contoh.id"))),
    ],
)
def test_outlines_and_links_are_ordinary(edit) -> None:
    content = edited(edit)
    assert documents.accept(content).content == content


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-256"])
def test_a_pdf_that_opens_without_a_password_is_judged_and_kept_open(algorithm: str) -> None:
    plain = edited(lambda writer: writer.encrypt("", "pemilik", algorithm=algorithm))
    accepted = documents.accept(plain)
    assert not PdfReader(io.BytesIO(accepted.content)).is_encrypted
    active = edited(lambda writer: (outline(writer), writer.encrypt("", "x", algorithm=algorithm)))
    with pytest.raises(RuleBroken, match="program"):
        documents.accept(active)


def test_bytes_before_the_header_are_taken_off() -> None:
    accepted = documents.accept(b"\r\nHTTP junk\r\n" * 20 + pdf(2))
    assert accepted.content.startswith(b"%PDF-")
    assert len(PdfReader(io.BytesIO(accepted.content)).pages) == accepted.pages == 2
    with pytest.raises(RuleBroken, match="bukan PDF"):
        documents.accept(b" " * 1100 + pdf())


def blanks(writer: PdfWriter) -> None:
    stream = StreamObject()
    stream.set_data(b" " * (judge.MAX_UNPACKED + 1))
    writer.root_object[NameObject("/Extra")] = writer._add_object(stream.flate_encode(9))


def vast_picture(writer: PdfWriter) -> None:
    stream = StreamObject()
    stream.set_data(b"")
    for key, value in (("/Width", 30_000), ("/Height", 30_000)):
        stream[NameObject(key)] = NumberObject(value)
    stream[NameObject("/Subtype")] = NameObject("/Image")
    writer.root_object[NameObject("/Extra")] = writer._add_object(stream)


@pytest.mark.parametrize("edit", [blanks, vast_picture])
def test_a_pdf_that_unpacks_to_too_much_is_refused(edit) -> None:
    with pytest.raises(RuleBroken, match="terlalu rumit"):
        documents.accept(edited(edit))


# --- the judging process --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "burden"),
    [("CPU_SECONDS = 1", "while True: pass"), ("WALL_SECONDS = 1", "time.sleep(60)"),
     ("MEMORY = 400 << 20", "x = bytearray(1 << 30)"), ("MEMORY", "os._exit(0)")],
)  # fmt: skip
def test_a_file_that_takes_too_much_is_refused_and_the_next_one_judged(limit, burden) -> None:
    program = (
        f"import io, os, sys, time; from services.cases import judge; judge.{limit}\n"
        "def heavy(task, content):\n"
        "    if content == b'berat':\n"
        f"        {burden}\n"
        "    return {'pages': len(content)}, content\n"
        "judge.judge = heavy; judge.serve()"
    )
    asked = b"".join(
        len(content).to_bytes(8, "big") + b"D" + content for content in (b"berat", b"ringan")
    )
    said = subprocess.run(
        [sys.executable, "-c", program], input=asked, capture_output=True, timeout=20, check=True
    ).stdout
    if "bytearray" not in burden:
        assert b'{"refused": "too_complex"}' in said
    assert said.count(b"refused") == 1
    assert said.endswith(judge.reply({"pages": 6}, b"ringan"))


def test_a_judging_program_that_was_ended_is_started_again() -> None:
    documents.accept(photo())
    program = documents._judge.program
    assert program is not None
    os.kill(program.pid, 9)
    time.sleep(0.05)
    assert documents.accept(photo()).suffix == "jpg"
    assert documents._judge.program is not program


@pytest.mark.django_db
def test_a_file_that_cannot_be_written_leaves_nothing_and_says_so(in_bontang, monkeypatch) -> None:
    accepted = documents.accept(photo())

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr(stored_files, "secret_code", lambda: "penuh")
    with pytest.raises(RuleBroken, match="belum tersimpan"):
        documents.keep(accepted)
    folder = Path(default_storage.path("c6474/dokumen/pe"))
    assert list(folder.iterdir()) == []
