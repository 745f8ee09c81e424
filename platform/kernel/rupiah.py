"""Money: integer rupiah, never a float."""

import re

from kernel.errors import RuleBroken

MOST_DIGITS = 20  # far more than any budget; int() itself refuses thousands of digits


def format_rupiah(amount: int) -> str:
    """``1450000`` becomes ``Rp1.450.000`` (PUEBI: no space after Rp)."""
    sign = "-" if amount < 0 else ""
    return f"{sign}Rp{abs(amount):,}".replace(",", ".")


def parse_rupiah(text: str) -> int:
    """Rupiah as people type them: ``Rp 1.450.000``, ``1450000``, ``1.450.000,00``."""
    compact = re.sub(r"(?i)\s|rp\.?", "", text)
    compact = re.sub(r",(00|-)$", "", compact)
    digits = compact.replace(".", "")
    if not re.fullmatch(r"[0-9]+|[0-9]{1,3}(\.[0-9]{3})+", compact) or len(digits) > MOST_DIGITS:
        raise RuleBroken("Tulis jumlah rupiah dengan angka saja, misalnya 1.450.000.")
    return int(digits)
