"""Several finished letters as one file for a printer: the pages of each as they are, one or two on
a sheet. What comes out is for paper alone: a signature lives in each letter's own file."""

import ctypes
import io
from collections.abc import Iterable

import pypdfium2
import pypdfium2.raw as pdfium

from services.letters.pictures import one_at_a_time, opened

POINT = 72 / 25.4  # a millimetre
SHEETS = {"a4": (210 * POINT, 297 * POINT), "f4": (215 * POINT, 330 * POINT)}


def together(
    letters: Iterable[bytes], *, paper: str, per_sheet: int = 1, is_shared: bool = False
) -> bytes:
    """All pages in their order, each made to fit; ``per_sheet`` is 1, or 2 beside each other on a
    sheet that lies. A letter begins a sheet of its own; with ``is_shared`` letters of one page that
    follow each other are put beside each other too."""
    width, height = SHEETS[paper]
    if per_sheet == 2:
        width, height = height, width
    with one_at_a_time:
        whole = pypdfium2.PdfDocument.new()
        singles = pypdfium2.PdfDocument.new()  # letters of one page that wait for the next
        try:
            for letter in letters:
                source = opened(letter)
                try:
                    _put_marks_on_pages(source)
                    if is_shared and len(source) == 1:
                        singles.import_pages(source)
                        continue
                    singles = _add_singles(whole, singles, width, height, per_sheet)
                    _add(whole, source, width, height, per_sheet)
                finally:
                    source.close()
            singles = _add_singles(whole, singles, width, height, per_sheet)
            out = io.BytesIO()
            whole.save(out)
        finally:
            singles.close()
            whole.close()
    return out.getvalue()


def _put_marks_on_pages(source: pypdfium2.PdfDocument) -> None:
    """Visible marks of signatures are fields of a form, which pages laid elsewhere lose."""
    if source.get_formtype() != pdfium.FORMTYPE_NONE:
        for page in source:
            page.flatten(pdfium.FLAT_PRINT)


def _add_singles(
    whole: pypdfium2.PdfDocument, singles: pypdfium2.PdfDocument, width: float, height: float,
    per_sheet: int,
) -> pypdfium2.PdfDocument:  # fmt: skip
    """Add what waits; the empty document for what follows."""
    if len(singles) == 0:
        return singles
    try:
        _add(whole, singles, width, height, per_sheet)
    finally:
        singles.close()
    return pypdfium2.PdfDocument.new()


def _add(
    whole: pypdfium2.PdfDocument, source: pypdfium2.PdfDocument, width: float, height: float,
    per_sheet: int,
) -> None:  # fmt: skip
    if per_sheet == 1:
        first = len(whole)
        whole.import_pages(source)
        for number in range(first, len(whole)):
            _make_fit(whole[number], width, height)
        return
    laid = pdfium.FPDF_ImportNPagesToOne(
        source, ctypes.c_float(width), ctypes.c_float(height), per_sheet, 1
    )
    sheets = pypdfium2.PdfDocument(laid)
    try:
        whole.import_pages(sheets)
    finally:
        sheets.close()


def _make_fit(page: pypdfium2.PdfPage, width: float, height: float) -> None:
    """A page of another size, made smaller or larger and put in the middle of the sheet."""
    wide, high = page.get_size()
    if abs(wide - width) < 2 and abs(high - height) < 2:
        return
    scale = min(width / wide, height / high)
    left, below = (width - wide * scale) / 2, (height - high * scale) / 2
    page.set_mediabox(0, 0, width, height)
    page.set_cropbox(0, 0, width, height)
    matrix = pdfium.FS_MATRIX(scale, 0, 0, scale, left, below)
    pdfium.FPDFPage_TransFormWithClip(page, matrix, pdfium.FS_RECTF(0, height, width, 0))
