"""Pages of a PDF as pictures, for screens that cannot show a PDF inside a page (most phones)."""

import io
from threading import Lock

import pypdfium2

DOTS = 110  # per inch: small print stays readable, a page weighs about 60 kB
LONGEST = 2500  # dots of a side at most
DOTS_ON_PAPER = 200  # its QR code is read from paper
one_at_a_time = Lock()  # PDFium is not made for threads


def opened(pdf: bytes) -> pypdfium2.PdfDocument:
    """Ready to be drawn with the visible marks of its signatures, which are fields of a form."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        document.init_forms()
    except Exception:
        document.close()  # while nobody else is at PDFium
        raise
    return document


def _scale(page: pypdfium2.PdfPage) -> float:
    """Of a picture at ``DOTS``; smaller for a page that no paper is as large as."""
    longest: float = max(*page.get_size(), 1)
    return min(DOTS / 72, LONGEST / longest)


def pages_as_png(pdf: bytes, *, most: int = 3) -> list[bytes]:
    """The first pages as PNG of 64 colours."""
    with one_at_a_time:
        document = opened(pdf)
        try:
            pictures = [
                page.render(scale=_scale(page)).to_pil().convert("P", colors=64)
                for page, _ in zip(document, range(most), strict=False)
            ]
        finally:
            document.close()
    found = []
    for picture in pictures:
        out = io.BytesIO()
        picture.save(out, "PNG", optimize=True)
        found.append(out.getvalue())
    return found


def pages_of(pdf: bytes) -> int:
    """How many pages a PDF has."""
    with one_at_a_time:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return len(document)
        finally:
            document.close()


def page_as_png(pdf: bytes, number: int) -> bytes | None:
    """One page, fine enough to print; None where there is none of this number."""
    with one_at_a_time:
        document = opened(pdf)
        try:
            if not 1 <= number <= len(document):
                return None
            drawn = document[number - 1].render(scale=DOTS_ON_PAPER / 72).to_pil()
        finally:
            document.close()
    out = io.BytesIO()
    drawn.convert("P", colors=64).save(out, "PNG", optimize=True)
    return out.getvalue()
