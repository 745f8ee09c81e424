"""Dates and times the way Indonesians write them; in English only where a page asks for it.

Letters, records and mails never ask: without a language everything is Indonesian.
"""

import re
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
_MONTHS_IN_ENGLISH = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS_IN_ENGLISH = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
]  # fmt: skip
ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]
ZONE_NAMES = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}


def months(language: str = "id") -> list[str]:
    """The names of the months."""
    return _MONTHS_IN_ENGLISH if language == "en" else MONTHS


def weekdays(language: str = "id") -> list[str]:
    """The names of the days, Monday first."""
    return _DAYS_IN_ENGLISH if language == "en" else DAYS


def long_date(day: date, language: str = "id") -> str:
    """``21 November 2026``."""
    return f"{day.day} {months(language)[day.month - 1]} {day.year}"


def day_date(day: date, language: str = "id") -> str:
    """``Sabtu, 21 November 2026``; ``Saturday 21 November 2026``."""
    comma = "" if language == "en" else ","
    return f"{weekdays(language)[day.weekday()]}{comma} {long_date(day, language)}"


def short_time(local: datetime, language: str = "id") -> str:
    """``16.00``; ``16:00``."""
    return f"{local:%H:%M}" if language == "en" else f"{local:%H.%M}"


def clock_time(moment: datetime, zone: str, language: str = "id") -> str:
    """``16.00 WITA`` in the given zone."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{short_time(local, language)} {ZONE_NAMES.get(zone, '')}".strip()


def moment_text(moment: datetime, zone: str, language: str = "id") -> str:
    """``Sabtu, 21 November 2026 pukul 16.00 WITA`` in the given zone."""
    local = moment.astimezone(ZoneInfo(zone))
    at = "at" if language == "en" else "pukul"
    return f"{day_date(local.date(), language)} {at} {clock_time(moment, zone, language)}"


def dates_in_english(text: str) -> str:
    """``Bontang, 3 Mei 1990`` from a record as ``Bontang, 3 May 1990``."""
    return re.sub(
        rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)}) (\d{{4}})\b",
        lambda found: f"{found[1]} {_MONTHS_IN_ENGLISH[MONTHS.index(found[2])]} {found[3]}",
        text,
    )


def roman_month(day: date) -> str:
    """The month in roman numerals, as letter numbers use it."""
    return ROMAN[day.month - 1]


def months_on(since: date, today: date) -> int:
    """Completed months."""
    months = (today.year - since.year) * 12 + today.month - since.month
    return months - (today.day < since.day)


def years_after(day: date, years: int) -> date:
    """The same day so many years later (before, where negative); the 28th where there is no
    29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def age_on(born: date, today: date) -> int:
    """Completed years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


# As people and spreadsheets shorten them, besides the full names.
_MONTH_WORDS = {name.casefold(): number for number, name in enumerate(MONTHS, start=1)} | {
    "jan": 1, "feb": 2, "peb": 2, "pebruari": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "agu": 8,
    "ags": 8, "agt": 8, "agus": 8, "sep": 9, "sept": 9, "okt": 10, "nov": 11, "nop": 11,
    "nopember": 11, "des": 12,
}  # fmt: skip


def read_date(typed: str) -> date | None:
    """A date as people write it: ``14-03-1989``, ``14/3/1989``, ``14.03.1989``, ``14 03 1989``,
    ``14 Maret 1989``, ``14031989`` or ``1989-03-14``; None for anything else. The day comes first.
    """
    text = " ".join(typed.split())
    figures = re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", text) or re.fullmatch(
        r"(\d{2})(\d{2})(\d{4})", text
    )
    if figures:
        day, month, year = (int(part) for part in figures.groups())
    elif spelled := re.fullmatch(r"(\d{1,2})[ -]([A-Za-z]+)\.?[ -](\d{4})", text):
        day, year = int(spelled[1]), int(spelled[3])
        month = _MONTH_WORDS.get(spelled[2].casefold(), 0)
    elif machine := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        year, month, day = (int(part) for part in machine.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
