"""From a layout and data to PDF bytes with Typst.

Pure: equal layout, data and moment give equal bytes, so printing again after a crash changes
nothing. Data reaches the layout as JSON (``json(bytes(sys.inputs.data))``), never as markup.
"""

import base64
import io
import json
import re
import threading
import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst
import zxingcpp
from PIL import Image

from kernel.text import LATIN, PRINTABLE, drawn, visible

FONTS = Path(__file__).parent / "fonts"


LONG_WORD = 40  # letters without a space that may be broken, where nothing else is said
_PIECE = re.compile(r"\S{10}(?=\S)")


class RenderFailed(RuntimeError):
    """Typst could not make the document; says what it said."""


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)]
    )


_kept = threading.local()  # compilers, which know their layout already; none is shared


def _compiler(template: Path) -> typst.Compiler:
    kept: dict[Path, typst.Compiler] = _kept.__dict__.setdefault("compilers", {})
    if template not in kept:
        kept[template] = typst.Compiler(
            str(template), root=str(template.parent), font_paths=_fonts(),
            ignore_system_fonts=True,
        )  # fmt: skip
    return kept[template]


def legible(text: str, signs: Collection[str] = PRINTABLE) -> str:
    """The same words in characters the fonts have; PDF/A refuses a page with any other.

    Forms refuse what cannot be printed. Texts kept before they did may hold it: an emoji or a
    letter of another script becomes a question mark, so that nobody takes the rest for the whole.
    A mark that stands on nothing of its script is left out.
    """
    out = []
    for char, is_drawn in drawn(visible(text).replace("\n", " ")):
        if (is_drawn and char in signs) or char == " ":
            out.append(char)
        elif not unicodedata.category(char).startswith("M"):
            plain = unicodedata.normalize("NFKD", char)
            out.append("".join(part for part in plain if part in LATIN) or "?")
    return "".join(out)


def _breakable(text: str, long: int | None) -> str:
    """The same words; one of ``long`` letters, which no line could hold, may be broken anywhere."""
    if long is None or len(text) < long:
        return text
    return re.sub(rf"\S{{{long},}}", lambda found: _PIECE.sub("\\g<0>\u200b", found[0]), text)


def _legible(value: object, signs: Collection[str], long: int | None = LONG_WORD) -> object:
    if isinstance(value, str):
        plain = value if value.isascii() and value.isprintable() else legible(value, signs)
        return _breakable(plain, long)
    if isinstance(value, list | tuple):
        return [_legible(item, signs, long) for item in value]
    if isinstance(value, Mapping):
        return {key: _legible(item, signs, long) for key, item in value.items()}
    return value


def qr_svg(text: str) -> str:
    """A QR code (error correction M) as SVG text."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=1, xmldecl=False)
    return out.getvalue().decode()


def qr_pixels(text: str) -> dict[str, object]:
    """A QR code (error correction M) for a layout to draw: the grey of each module, row by row from
    the top left, and how many make a side. Ten times as fast to make and to draw as its SVG."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    drawn: Any = zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False)
    return {"side": drawn.shape[0], "pixels": list(bytes(memoryview(drawn)))}


def logo_svg(png: bytes) -> str:
    """A PNG wrapped in SVG, the form images reach the layout in."""
    with Image.open(io.BytesIO(png)) as picture:
        width, height = picture.size
    data = base64.b64encode(png).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" xlink:href="data:image/png;base64,{data}"/>'
        "</svg>"
    )


def compile(
    template: Path,
    data: Mapping[str, object],
    *,
    at: datetime,
    pictures: Mapping[str, object] | None = None,
    signs: Collection[str] = PRINTABLE,
    long: int | None = LONG_WORD,
) -> bytes:
    """The finished document. About 10 ms warm.

    ``template`` is a ``.typ`` file; it may include others of its folder. Texts in ``data`` are
    made legible; ``pictures`` (SVG text or pixels by key) reach the layout as they are; ``signs``
    are the characters that may be printed; words of ``long`` letters may be broken (None: none
    may). ``at`` is the date the PDF itself bears. Raises
    RenderFailed.
    """
    said = {key: _legible(value, signs, long) for key, value in data.items()} | dict(pictures or {})
    try:
        pdf = _compiler(template).compile(
            sys_inputs={"data": json.dumps(said, ensure_ascii=False)},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=at,
        )
    except typst.TypstError as failed:
        raise RenderFailed(str(failed)) from failed
    assert isinstance(pdf, bytes)
    return pdf
