"""From a letter's content to PDF bytes (PDF/A-2a, PDF/UA-1) with Typst.

Pure: equal content gives equal bytes, so rendering again after a crash changes nothing.
"""

import base64
import io
import json
import unicodedata
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst
from fontTools.ttLib import TTFont
from PIL import Image

HERE = Path(__file__).parent


class RenderFailed(RuntimeError):
    """Typst could not make the document; says what it said."""


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a letter says, already in its final words."""

    title: str
    number: str
    code: str  # verification code
    check_url: str
    government: str
    unit: str
    letterhead: list[str]
    address: str
    opening: str
    blocks: list[dict[str, Any]]  # {"intro": text, "rows": [[label, text], …]}
    closing: str
    place: str
    date: str
    signer_title: list[str]
    signer_name: str
    approval: list[str]
    footer: list[str]
    layout: str = "keterangan"
    subject: str = ""
    addressed_to: str = ""
    body: list[str] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)  # intro, head, rows
    valid: str = ""
    signer_rank: str = ""
    signer_nip: str = ""
    applicant_signs: str = ""
    applicant_name: str = ""
    witnesses: list[str] = field(default_factory=list)
    witnesses_as: str = "Saksi-saksi"
    copies: list[str] = field(default_factory=list)
    watermark: str = ""
    logo: str = ""  # SVG text
    issued_at: str = "1970-01-01T00:00:00+00:00"  # ISO; the PDF's own date

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Content":
        return cls(**json.loads(text))


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(HERE / "fonts")]
    )


@cache
def _printable() -> frozenset[int]:
    """Code points every weight of our font has."""
    sets = [
        set(TTFont(path, lazy=True).getBestCmap())
        for path in sorted((HERE / "fonts").glob("*.otf"))
    ]
    return frozenset(set.intersection(*sets))


def legible(text: str) -> str:
    """The same words in characters the font has; PDF/A refuses a page with any other.

    What has no counterpart (emoji, other scripts, control characters) becomes a question mark:
    visible, so that nobody takes it for the whole.
    """
    known = _printable()
    out = []
    for char in unicodedata.normalize("NFC", text):
        if ord(char) in known:
            out.append(char)
        elif char in "\n\t\r\u2028\u2029":
            out.append(" ")
        elif unicodedata.category(char) in ("Cf", "Cc", "Mn"):
            continue
        else:
            plain = unicodedata.normalize("NFKD", char)
            base = "".join(part for part in plain if ord(part) in known)
            out.append(base or "?")
    return "".join(out)


def _legible(value: object) -> object:
    if isinstance(value, str):
        return legible(value)
    if isinstance(value, list):
        return [_legible(item) for item in value]
    if isinstance(value, dict):
        return {key: _legible(item) for key, item in value.items()}
    return value


def qr_svg(text: str) -> str:
    """A QR code (error correction M) as SVG text."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=1, xmldecl=False)
    return out.getvalue().decode()


def logo_svg(png: bytes) -> str:
    """A city's PNG logo wrapped in SVG, the form images reach the layout in."""
    with Image.open(io.BytesIO(png)) as picture:
        width, height = picture.size
    data = base64.b64encode(png).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" xlink:href="data:image/png;base64,{data}"/>'
        "</svg>"
    )


def render_pdf(content: Content) -> bytes:
    """The finished document. About 10 ms warm. Raises RenderFailed."""
    said = {key: _legible(value) for key, value in asdict(content).items()}
    data = {**said, "logo": content.logo, "qr": qr_svg(content.check_url)}
    try:
        pdf = typst.compile(
            str(HERE / "layouts" / "surat.typ"),
            root=str(HERE / "layouts"),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=datetime.fromisoformat(content.issued_at),
        )
    except typst.TypstError as failed:
        raise RenderFailed(str(failed)) from failed
    assert isinstance(pdf, bytes)
    return pdf
