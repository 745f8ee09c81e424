"""Cells of a file as examples: enough to know a column by, too little to know a person by."""

import re

from services.residents.imports.columns import Cell, as_text

_SHOWN = 3  # letters of a word
_LONGEST = 24


def masked(cell: Cell) -> str:
    """``6474010808800212`` as ``•••• ••08 8002 ••••``, ``Rahmat Kurnia`` as ``Rah••• Kur•••``."""
    text = as_text(cell)[:_LONGEST]
    text = re.sub(r"\b\d{1,2}([-/. ])\d{1,2}\1(\d{4})\b", r"••\1••\1\2", text)
    text = re.sub(r"\b(\d{4})-\d{2}-\d{2}", r"\1-••-••", text)
    text = re.sub(r"\d{7,}", lambda found: _number(found[0]), text)
    return re.sub(r"[^\W\d_]{4,}", lambda word: f"{word[0][:_SHOWN]}•••", text)


def _number(digits: str) -> str:
    if len(digits) == 16:
        return f"•••• ••{digits[6:8]} {digits[8:12]} ••••"
    return f"{digits[:2]}{'•' * (len(digits) - 2)}"
