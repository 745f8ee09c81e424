"""A signature field added to a PDF of our own typesetter, as an incremental update: the bytes that
were there stay as they are. Plain Python.

Only a document in the plain form that the typesetter writes is taken: one cross-reference table, no
form, no annotations on its first page. Of any other ``add`` says None, and pyHanko signs it.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_TRAILER = re.compile(
    rb"trailer\s*<<\s*/Size (\d+)\s*/Root (\d+) 0 R\s*/Info (\d+) 0 R\s*(/ID\s*\[.*?\])\s*>>", re.S
)
_FIRST_KID = re.compile(rb"/Kids\s*\[\s*(\d+) 0 R")
_PAGES = re.compile(rb"/Pages (\d+) 0 R")
# 132: printed and locked, as PDF/A wants of an annotation, and with no area, so nothing is seen.
_FIELD = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(%b)/V %d 0 R/P %d 0 R/F 132/Rect[0 0 0 0]>>"
_DIGEST = "sha256"


@dataclass(frozen=True, slots=True)
class Open:
    """A document with room for a signature. ``digest`` is of all of it but that room."""

    pdf: bytearray
    room_at: int  # of the "<" before the hexadecimal digits
    room: int  # bytes that the signature may have
    digest: bytes

    def closed(self, signature: bytes) -> bytes:
        """The finished document. Raises ValueError when the signature is too long for its room."""
        if len(signature) > self.room:
            raise ValueError(f"{len(signature)} bytes of signature in room for {self.room}")
        filled = signature.hex().encode().ljust(2 * self.room, b"0")
        self.pdf[self.room_at + 1 : self.room_at + 1 + 2 * self.room] = filled
        return bytes(self.pdf)


def add(
    pdf: bytes, *, at: datetime, name: str, reason: str, place: str, room: int, field: str
) -> Open | None:
    """The document with an empty, invisible signature field; None for one in another form."""
    end = _START.search(pdf, max(0, len(pdf) - 64))
    if end is None:
        return None
    table_at = int(end[1])
    trailer = _TRAILER.search(pdf, table_at)
    if trailer is None or b"/Prev" in pdf[trailer.start() : end.start()]:
        return None
    size, root, info = int(trailer[1]), int(trailer[2]), int(trailer[3])
    offsets = _offsets(pdf[table_at : trailer.start()], size)
    if offsets is None:
        return None
    catalog = _plain_dict(pdf, offsets, root)
    pages = _PAGES.search(catalog) if catalog is not None else None
    if catalog is None or pages is None or b"/AcroForm" in catalog:
        return None
    tree = _plain_dict(pdf, offsets, int(pages[1]))
    kid = _FIRST_KID.search(tree) if tree is not None else None
    page = _plain_dict(pdf, offsets, int(kid[1])) if kid is not None else None
    if kid is None or page is None or b"/Annots" in page or b"/Kids" in page:
        return None
    first, widget, value = int(kid[1]), size, size + 1
    out = bytearray(pdf)
    out += b"\n"
    at_of = {}

    def put(number: int, body: bytes) -> None:
        at_of[number] = len(out)
        out.extend(b"%d 0 obj\n" % number)
        out.extend(body)
        out.extend(b"\nendobj\n")

    form = b"/AcroForm<</Fields[%d 0 R]/SigFlags 3>>>>" % widget
    put(root, catalog[:-2] + form)
    put(first, page[:-2] + b"/Annots[%d 0 R]>>" % widget)
    put(widget, _FIELD % (field.encode("ascii"), value, first))
    at_of[value] = len(out)
    moment = at.astimezone(UTC).strftime("D:%Y%m%d%H%M%S+00'00'").encode()
    out += b"%d 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached" % value
    out += b"/M(%b)/Name%b/Reason%b/Location%b" % (moment, _text(name), _text(reason), _text(place))
    ranges_at = len(out)
    out += b"/ByteRange[0 0000000000 0000000000 0000000000]/Contents"
    room_at = len(out)
    out += b"<" + b"0" * (2 * room) + b">>>\nendobj\n"
    xref_at = len(out)
    out += _table(at_of)
    out += b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/Prev %d%b>>\nstartxref\n%d\n%%%%EOF\n" % (
        size + 2, root, info, table_at, trailer[4], xref_at,
    )  # fmt: skip
    after = room_at + 2 * room + 2
    ranges = b"[0 %010d %010d %010d]" % (room_at, after, len(out) - after)
    out[ranges_at + len(b"/ByteRange") : ranges_at + len(b"/ByteRange") + len(ranges)] = ranges
    digest = hashlib.new(_DIGEST)
    with memoryview(out) as seen:
        digest.update(seen[:room_at])
        digest.update(seen[after:])
    return Open(out, room_at, room, digest.digest())


def _offsets(table: bytes, size: int) -> dict[int, int] | None:
    """Where each object begins, by its number; None for a table of several parts."""
    head = re.match(rb"xref\s+0 (\d+)\s", table)
    if head is None or int(head[1]) != size:
        return None
    rows = table[head.end() :]
    if len(rows) < 20 * size:
        return None
    return {
        number: int(rows[20 * number : 20 * number + 10])
        for number in range(1, size)
        if rows[20 * number + 17 : 20 * number + 18] == b"n"
    }


def _plain_dict(pdf: bytes, offsets: dict[int, int], number: int) -> bytes | None:
    """An object that is a dictionary without a stream, from ``<<`` to ``>>``."""
    start = offsets.get(number)
    head = b"%d 0 obj\n" % number
    if start is None or pdf[start : start + len(head)] != head:
        return None
    end = pdf.find(b"endobj", start)
    body = pdf[start + len(head) : end].strip()
    is_plain = body.startswith(b"<<") and body.endswith(b">>") and b"stream" not in body
    return body if is_plain else None


def _text(words: str) -> bytes:
    """A text string of PDF, whatever its characters."""
    return b"<feff%b>" % words.encode("utf-16-be").hex().encode()


def _table(at_of: dict[int, int]) -> bytes:
    """The cross-reference table of what was added, a part for each run of numbers."""
    out = bytearray(b"xref\n")
    numbers = sorted(at_of)
    start = 0
    for index, number in enumerate(numbers):
        if index + 1 == len(numbers) or numbers[index + 1] != number + 1:
            run = numbers[start : index + 1]
            out += b"%d %d\n" % (run[0], len(run))
            for one in run:
                out += b"%010d 00000 n \n" % at_of[one]
            start = index + 1
    return bytes(out)
