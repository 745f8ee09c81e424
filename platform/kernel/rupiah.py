"""Money: integer rupiah, never a float."""

from kernel.errors import RuleBroken
from kernel.numbers import parse_number


def format_rupiah(amount: int, language: str = "id") -> str:
    """``Rp1.450.000`` (PUEBI: no space after Rp); in English ``Rp1,450,000``."""
    sign = "-" if amount < 0 else ""
    text = f"{sign}Rp{abs(amount):,}"
    return text if language == "en" else text.replace(",", ".")


def parse_rupiah(text: str) -> int:
    """Rupiah as people type them: ``Rp 1.450.000``, ``1450000``, ``1.450.000,00``.

    Raises RuleBroken for anything else, and for ``25,000`` and ``1000.000``: as numbers they are
    25 and 1000, but whoever types them means a thousand times as much.
    """
    amount = parse_number(text)
    if amount is None or amount < 0 or amount != int(amount):
        raise RuleBroken("Tulis jumlah rupiah dengan angka saja, misalnya 1.450.000.")
    if len(str(amount).partition(".")[2]) > 2:
        raise RuleBroken(
            "Jumlah ini bisa berarti dua hal. Pisahkan ribuan dengan titik, misalnya 25.000 atau "
            "1.450.000, atau tulis angkanya saja: 25000."
        )
    return int(amount)


_ONES = (
    "", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh",
    "sebelas",
)  # fmt: skip
_POWERS = (
    (10**15, "kuadriliun"), (10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"),
    (1000, "ribu"), (100, "ratus"), (10, "puluh"),
)  # fmt: skip


def in_words(amount: int) -> str:
    """Terbilang: ``1450000`` becomes ``satu juta empat ratus lima puluh ribu rupiah``.

    As receipts and contracts write it: one of a ten, hundred or thousand is *se-*. Raises
    ValueError from a quintillion on, far beyond any budget.
    """
    return f"{number_in_words(amount)} rupiah"


def number_in_words(amount: int) -> str:
    """``24`` becomes ``dua puluh empat``. Raises ValueError from a quintillion on."""
    if abs(amount) >= 10**18:
        raise ValueError("too much to be written out")
    words = _words(abs(amount)) or "nol"
    return f"{'minus ' if amount < 0 else ''}{words}"


def _words(amount: int) -> str:
    if amount < 12:
        return _ONES[amount]
    if amount < 20:
        return f"{_ONES[amount - 10]} belas"
    power, name = next(step for step in _POWERS if amount >= step[0])
    many, rest = divmod(amount, power)
    head = f"se{name}" if many == 1 and power <= 1000 else f"{_words(many)} {name}"
    return f"{head} {_words(rest)}".strip()
