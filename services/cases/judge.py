"""Judges one uploaded file in a process of its own, with bounded memory and time.

Run by ``documents`` as a program (``python -I judge.py``); imports nothing of Balai and no
Django. The server reads requests from stdin, forks one child for each, and writes the replies to
stdout, one after the other. A child that needs too much memory or time dies alone.

Request: 8 bytes length, 1 byte task (a key of ``TASKS``), content.
Reply: 4 bytes length and a JSON object (``{"media_type", "suffix", "pages"}`` or
``{"refused": code, …}``), 8 bytes length and the content to keep.
"""

import gc
import io
import json
import os
import re
import resource
import signal
import struct
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import pi_heif
from PIL import Image, ImageFile
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

MAX_PAGES = 30
MAX_EDGE = 2400  # pixels: enough to read every word of a photographed page
MAX_PIXELS = 64_000_000
MAX_DRAWN = 210_000_000  # bytes of one decoded picture
MAX_UNPACKED = 64_000_000  # bytes of all compressed parts of a PDF, pictures left out
HEADER_WITHIN = 1024  # bytes before %PDF that readers accept (ISO 32000-1, Annex H)

MEMORY = 900 * 1024 * 1024  # address space of the judging process
CPU_SECONDS = 8
WALL_SECONDS = 20

LOGO_EDGE = 512  # pixels
PAGE_EDGE = 1600  # pixels of a drawn page
MAX_LOGO = 200_000  # bytes
MAX_LOGO_PIXELS = 25_000_000


class Refused(Exception):
    """Why a file is not taken: a code that ``documents`` has words for."""

    def __init__(self, code: str, **values: int) -> None:
        super().__init__(code)
        self.values = {"refused": code, **values}


@dataclass(frozen=True, slots=True)
class Kept:
    content: bytes
    media_type: str
    suffix: str
    pages: int = 1


# --- pictures -----------------------------------------------------------------------------------

# Bytes a pixel takes in Pillow's memory, by mode; four for every other mode.
_DEPTH = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}


def is_picture(content: bytes) -> bool:
    """Whether the first bytes are those of a kind of picture we open."""
    return (
        content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")
        or (content[4:8] == b"ftyp" and content[8:12] in _HEIF)
    )


_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}


# What undoes the orientation a camera wrote down (Exif tag 0x0112).
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _open(content: bytes, formats: tuple[str, ...], most: int = MAX_PIXELS) -> Image.Image:
    """The picture small enough to work with, upright, in a mode of its own."""
    picture: Image.Image = Image.open(io.BytesIO(content), formats=formats)
    picture.draft(None, (MAX_EDGE, MAX_EDGE))  # JPEG: decode at a fraction of the size
    pixels = picture.width * picture.height
    if pixels > most or pixels * _DEPTH.get(picture.mode, 4) > MAX_DRAWN:
        raise Refused("picture_too_large")
    turn = picture.getexif().get(0x0112)
    picture = _reduced(picture, max(1, max(picture.size) // MAX_EDGE))
    picture.thumbnail((MAX_EDGE, MAX_EDGE))
    return picture.transpose(_TURNS[turn]) if turn in _TURNS else picture


def _reduced(picture: Image.Image, factor: int) -> Image.Image:
    """The picture in whole fractions of its size, strip by strip: converting all of a large scan
    at once would take several times its memory."""
    if factor == 1:
        return _eight_bits(picture)
    height = factor * 256
    strips = [
        _eight_bits(
            picture.crop((0, top, picture.width, min(top + height, picture.height)))
        ).reduce(factor)
        for top in range(0, picture.height, height)
    ]
    whole = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    for number, strip in enumerate(strips):
        whole.paste(strip, (0, number * 256))
    return whole


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Every mode as L, RGB or RGBA."""
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    if picture.mode.startswith("I"):  # sixteen bits a level
        return picture.point(lambda level: level / 256).convert("L")
    return picture.convert("L" if picture.mode in ("1", "L") else "RGB")


def _on_paper(picture: Image.Image) -> Image.Image:
    """The picture on white, without any hidden data; on grey when all its ink is bright."""
    paper = Image.new("RGB", picture.size, "white")
    if picture.mode != "RGBA":
        paper.paste(picture)
        return paper
    alpha = picture.getchannel("A")
    levels = picture.convert("L").histogram(alpha.point(lambda level: 255 * (level > 127)))
    if sum(levels[:160]) < sum(levels) / 1000:  # white ink: unreadable on white
        paper.paste((70, 70, 70), (0, 0, *picture.size))
    paper.paste(picture, mask=alpha)
    return paper


def _picture(content: bytes) -> Kept:
    paper = _on_paper(_open(content, ("JPEG", "PNG", "WEBP", "AVIF", "HEIF")))
    out = io.BytesIO()
    paper.save(out, "JPEG", quality=85, optimize=True)
    return Kept(out.getvalue(), "image/jpeg", "jpg")


def judge_logo(content: bytes) -> Kept:
    """A small PNG without hidden data."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise Refused("logo_no_png")
    drawn = _open(content, ("PNG",), MAX_LOGO_PIXELS).convert("RGBA")
    if min(drawn.size) < 64:
        raise Refused("logo_too_small")
    bare = Image.new("RGBA", drawn.size)
    bare.paste(drawn)
    for edge in (LOGO_EDGE, 320, 200, 128):
        bare.thumbnail((edge, edge))
        out = io.BytesIO()
        bare.save(out, "PNG", optimize=True)
        if out.tell() <= MAX_LOGO:
            return Kept(out.getvalue(), "image/png", "png")
    raise Refused("logo_too_complex")


# --- PDF ----------------------------------------------------------------------------------------

# Keys and types with which a PDF runs something, opens other files or carries them.
_ACTIVE_KEYS = frozenset(
    "/JS /JavaScript /Launch /EmbeddedFile /EmbeddedFiles /EF /RichMedia /XFA /AA".split()
)
_ACTIONS = frozenset(
    "/JavaScript /Launch /SubmitForm /ImportData /ResetForm /Rendition /Movie /Sound /GoToR /GoToE "
    "/GoTo3DView /RichMediaExecute".split()
)
_CARRIERS = frozenset("/FileAttachment /RichMedia /Movie /Screen /Sound /3D /EmbeddedFile".split())
_ACTIVE_BYTES = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia)\b")
_SCHEMES = ("http", "https", "mailto", "tel")


def _pdf(content: bytes, start: int) -> Kept:
    raw = content[start:]
    reader = PdfReader(io.BytesIO(raw))
    locked = reader.is_encrypted
    if locked and not reader.decrypt(""):
        raise Refused("pdf_locked")
    pages = len(reader.pages)
    if not 1 <= pages <= MAX_PAGES:
        raise Refused("pdf_pages", pages=pages)
    # Also in parts of the file that our parser does not reach, and another reader may.
    if _ACTIVE_BYTES.search(raw) or _is_active(reader):
        raise Refused("pdf_active")
    if locked or start:
        return Kept(_written_again(reader), "application/pdf", "pdf", pages)
    return Kept(content, "application/pdf", "pdf", pages)


def _written_again(reader: PdfReader) -> bytes:
    out = io.BytesIO()
    PdfWriter(clone_from=reader).write(out)
    return out.getvalue()


def _is_active(reader: PdfReader) -> bool:
    """Whether any object of the file runs something, leads elsewhere or carries a file."""
    unpacked = 0
    for number in _numbers(reader):
        for part in _parts(reader.get_object(number)):
            if isinstance(part, StreamObject):
                unpacked += _unpacked(part, MAX_UNPACKED - unpacked)
            if _acts(part):
                return True
    return any(_acts(part) for part in _parts(reader.trailer))


def _numbers(reader: PdfReader) -> Iterator[IndirectObject]:
    stored = {(number, 0) for number in reader.xref_objStm}
    stored |= {(number, gen) for gen, found in reader.xref.items() for number in found}
    for number, generation in sorted(stored):
        if number:
            yield IndirectObject(number, generation, reader)


def _parts(top: object) -> Iterator[DictionaryObject]:
    """Every dictionary of one object; what it refers to is an object of its own."""
    waiting = [top]
    while waiting:
        part = waiting.pop()
        if isinstance(part, DictionaryObject):
            yield part
            waiting += [value for value in part.values() if not isinstance(value, IndirectObject)]
        elif isinstance(part, ArrayObject):
            waiting += [value for value in part if not isinstance(value, IndirectObject)]


def _acts(part: DictionaryObject) -> bool:
    if not _ACTIVE_KEYS.isdisjoint(part):
        return True
    if _name(part, "/S") in _ACTIONS or _name(part, "/Subtype") in _CARRIERS:
        return True
    return "/URI" in part and not _leads_to_a_page(part)


def _name(part: DictionaryObject, key: str) -> str:
    return str(part[key].get_object()) if key in part else ""


def _leads_to_a_page(part: DictionaryObject) -> bool:
    address = re.sub(r"[\x00-\x20]", "", _name(part, "/URI")).lower()
    scheme, colon, _ = address.partition(":")
    return not colon or "/" in scheme or scheme in _SCHEMES


def _unpacked(stream: StreamObject, room: int) -> int:
    """How many bytes a compressed stream becomes. Refuses more than ``room`` and huge pictures."""
    if _name(stream, "/Subtype") == "/Image":
        width, height = (int(float(_name(stream, key) or 0)) for key in ("/Width", "/Height"))
        if width * height > MAX_PIXELS:
            raise Refused("pdf_too_complex")
        return 0
    filters = _name(stream, "/Filter")
    if filters.count("/FlateDecode") > 1:
        raise Refused("pdf_too_complex")
    if "/FlateDecode" not in filters:
        return 0
    packed: bytes = stream._data
    found = 0
    unpacker = zlib.decompressobj()
    try:
        while packed and not unpacker.eof:
            found += len(unpacker.decompress(packed, 1_000_000))
            packed = unpacker.unconsumed_tail
            if found > room:
                raise Refused("pdf_too_complex")
    except zlib.error:  # a reader shows what could be unpacked
        return found
    return found


# --- judging --------------------------------------------------------------------------------------


def judge_document(content: bytes) -> Kept:
    """A PDF or photo fit to keep. Raises Refused."""
    start = content.find(b"%PDF-", 0, HEADER_WITHIN + 5)
    if is_picture(content):
        return _picture(content)
    if start >= 0:
        return _pdf(content, start)
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")):
        raise Refused("office_file")
    if content.startswith((b"II*\x00", b"MM\x00*", b"BM", b"GIF8")):
        raise Refused("other_picture")
    raise Refused("no_document")


# What the libraries raise for a file that is not what it claims to be.
BROKEN = (
    PyPdfError, Image.DecompressionBombError, OSError, SyntaxError, ValueError, TypeError,
    LookupError, AttributeError, AssertionError, ArithmeticError, RecursionError, EOFError,
    RuntimeError, struct.error, zlib.error,
)  # fmt: skip


def draw_page(content: bytes) -> Kept:
    """A page of a PDF as a JPEG: two bytes with its number, from 1, then the PDF."""
    import pypdfium2  # here alone: whoever judges files needs no memory for it

    document = pypdfium2.PdfDocument(content[2:])
    page = document[struct.unpack(">H", content[:2])[0] - 1]
    scale = PAGE_EDGE / max(page.get_size())
    out = io.BytesIO()
    page.render(scale=scale).to_pil().convert("RGB").save(out, "JPEG", quality=80)
    return Kept(out.getvalue(), "image/jpeg", ".jpg", len(document))


TASKS = {b"D": judge_document, b"L": judge_logo, b"P": draw_page}


def judge(task: bytes, content: bytes) -> tuple[dict[str, object], bytes]:
    """The head of the reply and the content to keep."""
    try:
        kept = TASKS[task](content)
    except Refused as refused:
        return dict(refused.values), b""
    except MemoryError:
        return {"refused": "too_complex"}, b""
    except BROKEN:
        picture = is_picture(content)
        return {"refused": "picture_broken" if picture else "pdf_broken"}, b""
    head = {"media_type": kept.media_type, "suffix": kept.suffix, "pages": kept.pages}
    return dict(head), kept.content


def reply(head: dict[str, object], content: bytes) -> bytes:
    words = json.dumps(head).encode()
    return struct.pack(">I", len(words)) + words + struct.pack(">Q", len(content)) + content


def _limit() -> None:
    """Bound this process: memory, time, and no file written."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, WALL_SECONDS)


def _in_child(task: bytes, content: bytes) -> bytes:
    """The child's reply; when it was ended before it could give one, that it was too complex."""
    inlet, outlet = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(inlet)
            _limit()
            with os.fdopen(outlet, "wb") as out:
                out.write(reply(*judge(task, content)))
        except BaseException:
            os._exit(1)
        os._exit(0)
    os.close(outlet)
    with os.fdopen(inlet, "rb") as said:
        whole = said.read()
    _, status = os.waitpid(child, 0)
    return whole if status == 0 and whole else reply({"refused": "too_complex"}, b"")


def serve() -> None:
    """Judge what arrives on stdin until it closes."""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    gc.freeze()  # children share these pages
    while len(head := source.read(9)) == 9:
        length = struct.unpack(">Q", head[:8])[0]
        target.write(_in_child(head[8:], source.read(length)))
        target.flush()


pi_heif.options.DECODE_THREADS = 1
pi_heif.register_heif_opener()
Image.init()
Image.MAX_IMAGE_PIXELS = None  # MAX_PIXELS is judged before anything is decoded
ImageFile.LOAD_TRUNCATED_IMAGES = False

if __name__ == "__main__":
    serve()
