"""Pages of a PDF as pictures, for screens that cannot show a PDF inside a page (most phones)."""

import io
from threading import Lock

import pypdfium2

DOTS = 110  # per inch: small print stays readable, a page weighs about 60 kB
_one_at_a_time = Lock()  # PDFium is not made for threads


def pages_as_png(pdf: bytes, *, most: int = 3) -> list[bytes]:
    """The first pages as PNG of 64 colours."""
    with _one_at_a_time:
        document = pypdfium2.PdfDocument(pdf)
        try:
            pictures = [
                page.render(scale=DOTS / 72).to_pil().convert("P", colors=64)
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
