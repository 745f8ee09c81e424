"""Files people hand in: judged by content, made harmless, stored under unguessable names."""

import hashlib
import io
import struct
from dataclasses import dataclass
from pathlib import PurePosixPath

import filetype
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext
from PIL import Image, ImageOps, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject

from kernel.errors import RuleBroken
from kernel.ids import secret_code
from tenants.registry.current import city

MAX_BYTES = 8 * 1024 * 1024
MAX_PAGES = 30
MAX_EDGE = 2400  # pixels: enough to read every word of a photographed page
MAX_PIXELS = 60_000_000


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file fit to keep."""

    content: bytes
    media_type: str
    suffix: str
    pages: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def accept(content: bytes) -> Accepted:
    """Judge a file by what it is, not by its name. Raises RuleBroken with the cure.

    Photos are re-encoded: that drops hidden data (place, camera, anything appended) and turns
    them upright. PDFs are opened and refused when locked or active.
    """
    if not content:
        raise RuleBroken("Berkas ini kosong. Pilih berkas lain.")
    if len(content) > MAX_BYTES:
        raise RuleBroken(
            gettext(
                "Berkas ini terlalu besar; paling besar %(limit)s MB. "
                "Foto ulang dengan mutu lebih rendah, lalu unggah lagi."
            )
            % {"limit": MAX_BYTES // 1024 // 1024}
        )
    kind = filetype.guess(content)
    media_type = kind.mime if kind else ""
    if media_type == "application/pdf":
        return _accept_pdf(content)
    if media_type in ("image/jpeg", "image/png", "image/webp"):
        return _accept_photo(content)
    raise RuleBroken("Berkas ini bukan PDF atau foto (JPG, PNG). Pilih berkas lain.")


def _accept_photo(content: bytes) -> Accepted:
    try:
        with Image.open(io.BytesIO(content)) as photo:
            if photo.width * photo.height > MAX_PIXELS:
                raise RuleBroken("Foto ini terlalu besar. Foto ulang dengan mutu lebih rendah.")
            upright = ImageOps.exif_transpose(photo).convert("RGB")
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        SyntaxError,
        ValueError,
        TypeError,
        LookupError,
        OverflowError,
        struct.error,
    ) as broken:
        raise RuleBroken("Foto ini rusak dan tidak bisa dibuka. Foto ulang.") from broken
    upright.thumbnail((MAX_EDGE, MAX_EDGE))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=85, optimize=True)
    return Accepted(out.getvalue(), "image/jpeg", "jpg", 1)


def _accept_pdf(content: bytes) -> Accepted:
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise RuleBroken("PDF ini terkunci kata sandi. Unggah yang tidak terkunci.")
        pages = len(reader.pages)
        active = _is_active(reader)
    except RuleBroken:
        raise
    except (
        PyPdfError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        AssertionError,
        RecursionError,
    ) as broken:
        raise RuleBroken("PDF ini rusak dan tidak bisa dibuka. Simpan ulang.") from broken
    if active:
        raise RuleBroken("PDF ini berisi program atau lampiran. Cetak ke PDF biasa, lalu unggah.")
    if not 1 <= pages <= MAX_PAGES:
        raise RuleBroken(
            gettext("PDF ini %(pages)s halaman; paling banyak %(limit)s halaman.")
            % {"pages": pages, "limit": MAX_PAGES}
        )
    return Accepted(content, "application/pdf", "pdf", pages)


# What a page may do by itself or on a tap: show another place. Everything else is a program.
_HARMLESS = {"/GoTo", "/URI", "/Named"}
_CARRIERS = {"/FileAttachment", "/RichMedia", "/Movie", "/Screen", "/Sound", "/3D"}


def _is_active(reader: PdfReader) -> bool:
    """Whether a PDF runs something or carries other files: at its opening, on any page, on any
    field or link."""
    root = reader.root_object
    names = _dictionary(root, "/Names")
    if (
        "/JavaScript" in names
        or "/EmbeddedFiles" in names
        or "/XFA" in _dictionary(root, "/AcroForm")
    ):
        return True
    if _acts(root, "/OpenAction"):
        return True
    return any(_page_acts(page) for page in reader.pages[: MAX_PAGES + 1])


def _page_acts(page: DictionaryObject) -> bool:
    if "/AA" in page:
        return True
    notes: object = page["/Annots"].get_object() if "/Annots" in page else None
    if not isinstance(notes, ArrayObject):
        return False
    for entry in notes:
        note = entry.get_object()
        if not isinstance(note, DictionaryObject):
            continue
        if _acts(note, "/A") or str(note.get("/Subtype")) in _CARRIERS:
            return True
    return False


def _acts(holder: DictionaryObject, key: str) -> bool:
    """Whether the holder has events, or its action at ``key`` does more than show a place."""
    if "/AA" in holder:
        return True
    action = holder[key].get_object() if key in holder else None
    if not isinstance(action, DictionaryObject):  # absent, or a plain destination
        return False
    return str(action.get("/S")) not in _HARMLESS or "/Next" in action


def _dictionary(holder: DictionaryObject, key: str) -> DictionaryObject:
    found = holder[key].get_object() if key in holder else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def keep(accepted: Accepted) -> str:
    """Store below the city's folder; returns the path."""
    code = secret_code()
    path = PurePosixPath(city().schema_name, "dokumen", code[:2], f"{code}.{accepted.suffix}")
    return default_storage.save(str(path), ContentFile(accepted.content))


def forget(path: str) -> None:
    default_storage.delete(path)


def read(path: str) -> bytes:
    with default_storage.open(path) as file:
        content = file.read()
    assert isinstance(content, bytes)
    return content
