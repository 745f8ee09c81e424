"""What both versions of BSrE's gateway have in common: settings, error codes, chains."""

import base64
import io
import re
from collections.abc import Mapping
from typing import Any

from services.signing.providers import (
    NO_MARK,
    Failure,
    Mark,
    NotKnown,
    Refused,
    Setting,
    Way,
    Who,
    WrongSecret,
)
from services.signing.providers.http import SILENT, Answer

WORDS = (
    "Dokumen ini ditandatangani secara elektronik memakai sertifikat elektronik yang diterbitkan "
    "Balai Besar Sertifikasi Elektronik (BSrE), BSSN."
)
KEYS = (
    Setting("user", "Nama pengguna gateway", is_secret=True),
    Setting("password", "Kata sandi gateway", is_secret=True),
    Setting("identify_by", "Pejabat dikenal dengan",
            choices=(("nik", "NIK"), ("email", "Alamat e-mail"))),
)  # fmt: skip
BOX = Setting(
    "box", "Letak gambar",
    check=lambda typed: box_in(typed) is not None,
    help="Halaman, x, y, lebar, tinggi dalam titik; misalnya 1,60,600,180,60. Hanya untuk gambar "
    "di halaman. Sebelum dipakai, minta seorang pejabat mengirim lembar uji dari halaman "
    "sertifikatnya.",
)  # fmt: skip
WRONG_PASSPHRASE, NOT_REGISTERED = "2031", "2011"
# Of what stands in an answer of 4xx: nothing was signed, and the same person's other letters would
# end the same way.
_PERSON = {
    NOT_REGISTERED: "Anda belum terdaftar di BSrE. Hubungi pengelola sertifikat di daerah Anda.",
    "2021": "Anda belum punya sertifikat BSrE, atau sertifikatnya sudah berakhir.",
}
PAGES, WIDEST, TALLEST, SMALLEST = 20, 610, 936, 20  # of a mark: points of F4, the larger paper
_BOX = re.compile(
    r"\s*(\d{1,4})\s*,\s*(\d{1,4})\s*,\s*(\d{1,4})\s*,\s*(\d{1,4})\s*,\s*(\d{1,4})\s*"
)


def field_of(way: Way) -> str:
    return "email" if way.options.get("identify_by") == "email" else "nik"


def said_of(found: object) -> str:
    """The gateway's own words for an error, short."""
    if not isinstance(found, Mapping):
        return ""
    said = found.get("error") or found.get("message") or ""
    return f"Kata gateway: {str(said)[:200]}" if said else ""


def told(answer: Answer, **more: str) -> Failure:
    """What an answer that is no signed file means. The gateway's word is worth something where the
    status says that it refused (4xx), and for what it finds out before any work (a passphrase, a
    certificate) also with 200; 408 and 5xx may come after the work."""
    found, kept = answer.json(), {**answer.note(), **more}
    code = str(found.get("status_code", "")) if isinstance(found, Mapping) else ""
    is_wrong = isinstance(found, Mapping) and "passphrase anda salah" in (
        str(found.get("error", "")) + str(found.get("message", ""))
    ).casefold()  # fmt: skip
    if answer.status == 401:
        return WrongSecret(
            "Gateway menolak nama pengguna atau kata sandi kota. Minta admin memeriksanya.",
            code="401", answer=kept,
        )  # fmt: skip
    is_clear = answer.status == 200 and (code == WRONG_PASSPHRASE or code in _PERSON or is_wrong)
    if (answer.status == 408 or answer.status >= 500 or answer.status < 400) and not is_clear:
        return NotKnown(SILENT, code=code or str(answer.status), answer=kept)
    if code == WRONG_PASSPHRASE or is_wrong:
        return WrongSecret("Frasa sandi salah.", code="passphrase", answer=kept)
    if code in _PERSON:
        return WrongSecret(_PERSON[code], code=code, answer=kept)
    if not isinstance(found, Mapping):
        return NotKnown(SILENT, code=str(answer.status), answer=kept)
    return Refused(
        said_of(found) or "Gateway menolak surat ini.", code=code or str(answer.status), answer=kept
    )


def mark_of(way: Way) -> Mark:
    """The visible mark that the city has ordered; one of no size for none."""
    if str(way.options.get("look") or "").casefold() != "visible":
        return NO_MARK
    return _box(way.options)


def box_in(typed: str) -> Mark | None:
    """The place that somebody typed; None where it is none on a page."""
    found = _BOX.fullmatch(typed)
    if found is None:
        return None
    box = Mark(*(int(one) for one in found.groups()))
    fits = box.left + box.width <= WIDEST and box.y + box.height <= TALLEST
    return box if 1 <= box.page <= PAGES and min(box.size) >= SMALLEST and fits else None


def _box(options: Mapping[str, Any]) -> Mark:
    return box_in(str(options.get("box") or "")) or Mark(1, 60, 600, 180, 60)


def place_of(options: Mapping[str, Any], who: Who) -> dict[str, Any]:
    """Where a visible signature stands, and its picture."""
    box = _box(options)
    return {
        "imageBase64": base64.b64encode(_picture(who.name, box.width, box.height)).decode(),
        "page": box.page, "originX": box.left, "originY": box.y, "width": box.width,
        "height": box.height,
    }  # fmt: skip


def _picture(name: str, width: int, height: int) -> bytes:
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (width * 3, height * 3), "white")
    drawn = ImageDraw.Draw(image)
    drawn.rectangle((2, 2, width * 3 - 3, height * 3 - 3), outline="black", width=3)
    drawn.text((12, 12), "Ditandatangani secara elektronik", fill="black", font_size=24)
    drawn.text((12, 60), name[:40], fill="black", font_size=30)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def chain_of(found: object) -> list[bytes]:
    """The certificates of a chain as DER, the official's own first; the gateway's order is not
    promised."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    data = found.get("data") if isinstance(found, Mapping) else None
    read: list[x509.Certificate] = []
    for one in data if isinstance(data, list) else []:
        text = str(one)
        body = "".join(
            line for line in text.splitlines() if not line.startswith("-----")
        )  # PEM or bare base64
        try:
            read.append(x509.load_der_x509_certificate(base64.b64decode(body)))
        except ValueError:
            return []
    issuers = {one.issuer for one in read if one.issuer != one.subject}
    read.sort(key=lambda one: one.subject in issuers or one.issuer == one.subject)
    return [one.public_bytes(Encoding.DER) for one in read]
