"""Dates and times the way Indonesians write them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

MONTHS = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
]
DAYS = ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"]
ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]
ZONE_NAMES = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}


def long_date(day: date) -> str:
    """``21 November 2026``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def day_date(day: date) -> str:
    """``Sabtu, 21 November 2026``."""
    return f"{DAYS[day.weekday()]}, {long_date(day)}"


def clock_time(moment: datetime, zone: str) -> str:
    """``16.00 WITA`` in the given zone."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%H.%M} {ZONE_NAMES.get(zone, '')}".strip()


def moment_text(moment: datetime, zone: str) -> str:
    """``Sabtu, 21 November 2026 pukul 16.00 WITA`` in the given zone."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{day_date(local.date())} pukul {clock_time(moment, zone)}"


def roman_month(day: date) -> str:
    """The month in roman numerals, as letter numbers use it."""
    return ROMAN[day.month - 1]


def age_on(born: date, today: date) -> int:
    """Completed years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
