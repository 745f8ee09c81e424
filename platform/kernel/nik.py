"""NIK and KK numbers: their shape, what they say, and how to show them.

Source: UU 23/2006 art. 13, PP 40/2019; digits 1-6 area of first recording, 7-12 birth date
(day + 40 for women), 13-16 serial. The area never changes when a person moves.
"""

import re
from dataclasses import dataclass
from datetime import date

from kernel.errors import RuleBroken
from kernel.text import digits as only_digits


@dataclass(frozen=True, slots=True)
class Nik:
    """A well-formed NIK, taken apart."""

    digits: str
    area: str
    day: int
    month: int
    year2: int
    female: bool
    serial: str

    def matches(self, born: date) -> bool:
        """Whether the date written in the NIK is this birth date (century unknown)."""
        return (self.day, self.month, self.year2) == (born.day, born.month, born.year % 100)


def parse_nik(text: str) -> Nik:
    """Take a typed NIK apart; spaces, dots, dashes and invisible characters are ignored.

    Raises RuleBroken when it is not 16 ASCII digits, holds no calendar date, or has serial 0000.
    """
    digits = only_digits(text)
    if not (len(digits) == 16 and digits.isascii() and digits.isdigit()):
        raise RuleBroken(
            "NIK terdiri dari 16 angka. Periksa lagi angka di KTP atau KK Anda.", field="nik"
        )
    day, month, year2 = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    female = day > 40
    day -= 40 if female else 0
    if not _is_calendar_day(day, month, year2) or digits[12:] == "0000":
        raise RuleBroken(
            "NIK ini tidak mungkin benar: angka tanggal lahir di dalamnya keliru. "
            "Salin lagi 16 angka dari KTP atau KK Anda.",
            field="nik",
        )
    return Nik(digits, digits[:6], day, month, year2, female, digits[12:])


def _is_calendar_day(day: int, month: int, year2: int) -> bool:
    for century in (1900, 2000):
        try:
            date(century + year2, month, day)
        except ValueError:
            continue
        return True
    return False


def parse_kk(text: str) -> str:
    """The 16 digits of a family card number, or RuleBroken."""
    digits = only_digits(text)
    if not (len(digits) == 16 and digits.isascii() and digits.isdigit()):
        raise RuleBroken(
            "Nomor KK terdiri dari 16 angka, tertulis di bagian atas Kartu Keluarga.",
            field="no_kk",
        )
    return digits


def make_nik(*, area: str, born: date, female: bool, serial: int) -> str:
    """Compose a NIK from its parts; ``area`` is six digits, ``serial`` 1-9999."""
    if not (len(area) == 6 and area.isdigit() and 1 <= serial <= 9999):
        raise ValueError("area must be six digits and serial between 1 and 9999")
    day = born.day + (40 if female else 0)
    return f"{area}{day:02d}{born.month:02d}{born.year % 100:02d}{serial:04d}"


def mask(number: str) -> str:
    """A NIK or KK number for lists: only the six digits in the middle, in groups of four.

    Area and serial are the same for most residents of a kelurahan; the date in the middle tells
    two people of one name apart.
    """
    return f"•••• ••{number[6:8]} {number[8:12]} ••••" if len(number) == 16 else "••••"


def holds_sixteen_digits(text: str) -> bool:
    """Whether a typed text may hold a NIK or KK number, however it is grouped: such a text must
    not stand in an address, where browsers, proxies and logs keep it."""
    return sum(ch.isdigit() for ch in text) >= 16


_TOGETHER = re.compile(r"\d(?:[ .-]?\d){15}(?!\d)")


def names_a_number(text: str) -> bool:
    """Whether sixteen digits stand together in a prose text, grouped or not: a NIK or KK number.
    Dates and short numbers beside each other are none."""
    return _TOGETHER.search(text) is not None
