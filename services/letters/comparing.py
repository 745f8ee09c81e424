"""Is this file the letter we issued? Compared in memory; the file is kept nowhere."""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import QuerySet

from kernel.ids import normalize_code
from services.letters.models import Letter
from tenants.registry import stored_files

MOST = 8 * 1024 * 1024  # bytes of a file that is compared
CODES = 20  # codes looked up that stand in a file
# A letter's code stands in the PDF's keywords and in the address of its QR code.
_CODE = re.compile(rb"(?<![0-9A-Z])[0-9A-HJKMNP-TV-Z]{26}(?![0-9A-Z])")


class Same(StrEnum):
    """What a file is to a letter of ours."""

    SAME = "same"  # byte by byte what we issued
    EXTENDED = "extended"  # what we issued, and something was added behind it
    EARLIER = "earlier"  # as it was before it was signed
    ALTERED = "altered"  # names a letter of ours and is not it
    FOREIGN = "foreign"  # no letter of ours


@dataclass(frozen=True, slots=True)
class Comparison:
    """``code``: of the letter it was compared with; "" where none is."""

    same: Same
    code: str = ""


def compare(pdf: bytes, *, code: str = "") -> Comparison:
    """Compare a file with the letter of this code; without one, with the letter it seems to be.
    First by its hash, then by what it begins with. Whether it is the letter before it was signed,
    signatures tell (``signing.queries.was_signed_from``)."""
    if code:
        letter = _finished().filter(code=normalize_code(code)).first()
        return _with(pdf, letter) if letter is not None else Comparison(Same.FOREIGN)
    digest = hashlib.sha256(pdf).hexdigest()
    letter = _finished().filter(sha256=digest).first()
    if letter is None:
        said = dict.fromkeys(one.decode() for one in _CODE.findall(pdf))
        letter = _finished().filter(code__in=list(said)[:CODES]).order_by("pk").first()
    return _with(pdf, letter) if letter is not None else Comparison(Same.FOREIGN)


def _finished() -> QuerySet[Letter]:
    return Letter.objects.filter(state__in=Letter.FINISHED).only("code", "file", "sha256")


def _with(pdf: bytes, letter: Letter) -> Comparison:
    if hashlib.sha256(pdf).hexdigest() == letter.sha256:
        return Comparison(Same.SAME, letter.code)
    try:
        ours = stored_files.read(letter.file) if letter.file else b""
    except OSError:
        ours = b""
    if ours and pdf.startswith(ours):
        return Comparison(Same.EXTENDED, letter.code)
    return Comparison(Same.ALTERED, letter.code)
