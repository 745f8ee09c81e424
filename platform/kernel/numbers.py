"""Numbers as people type them. ``platform/ui/static/ui/balai.js`` reads them the same way; both
are tested with ``tests/catalogue/numbers.json``."""

import re
import unicodedata
from decimal import Decimal

from kernel.text import line

MOST_DIGITS = 20  # far more than any budget
_THOUSANDS = re.compile(
    r"-?[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?|-?[1-9][0-9]{0,2}(?: [0-9]{3})+"
)
_PLAIN = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", line(text)).casefold()


def parse_number(text: str, *, unit: str = "") -> Decimal | None:
    """The number somebody means, or None when it is unclear.

    Indonesian first: ``1.500`` and ``1 500`` are 1500, ``1,5`` is 1.5. A point that cannot part
    thousands is a decimal point: ``1.5``, ``12.50``. ``Rp`` before, ``,-`` behind and the unit
    behind (``6 m2``, ``12 M²``) may stand. ``1,500,000`` and ``5 juta`` are unclear.
    """
    plain = _folded(text).removesuffix(_folded(unit)).strip()
    plain = re.sub(r"^rp\.?\s*", "", plain)
    plain = re.sub(r"[.,]-$", "", plain)
    if sum(char.isdigit() for char in plain) > MOST_DIGITS:
        return None
    if _THOUSANDS.fullmatch(plain):
        return Decimal(plain.replace(".", "").replace(" ", "").replace(",", "."))
    if _PLAIN.fullmatch(plain):
        return Decimal(plain.replace(",", "."))
    return None
