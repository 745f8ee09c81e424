"""Money: integer rupiah, never a float."""

import re

from kernel.errors import RuleBroken


def format_rupiah(amount: int) -> str:
    """``1450000`` becomes ``Rp1.450.000`` (PUEBI: no space after Rp)."""
    sign = "-" if amount < 0 else ""
    return f"{sign}Rp{abs(amount):,}".replace(",", ".")


def parse_rupiah(text: str) -> int:
    """Rupiah as people type them: ``Rp 1.450.000``, ``1450000``, ``1.450.000,00``."""
    compact = re.sub(r"(?i)\s|rp\.?", "", text)
    compact = re.sub(r",(00|-)$", "", compact)
    if not re.fullmatch(r"\d+|\d{1,3}(\.\d{3})+", compact):
        raise RuleBroken("Tulis jumlah rupiah dengan angka saja, misalnya 1.450.000.")
    return int(compact.replace(".", ""))
