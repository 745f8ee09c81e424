"""Validity, and what the check page may show. Plain Python."""

from datetime import date, timedelta
from typing import Literal

from kernel.errors import RuleBroken
from kernel.text import tidy


def valid_until(issued: date, amount: int, unit: Literal["hari", "bulan", "tahun"]) -> date:
    """The last day a letter is valid; the end of the month when that day does not exist."""
    if unit == "hari":
        return issued + timedelta(days=amount)
    months = amount * (12 if unit == "tahun" else 1)
    year, month = divmod(issued.month - 1 + months, 12)
    for day in range(issued.day, 27, -1):
        try:
            return date(issued.year + year, month + 1, day)
        except ValueError:
            continue
    return date(issued.year + year, month + 1, issued.day)


def watermark(*, is_demo: bool, on_trial: bool) -> str:
    """What stands across every page of a letter that is not one: invented, or only tried out."""
    if is_demo:
        return "CONTOH"
    return "UJI COBA" if on_trial else ""


def initials(name: str) -> str:
    """A name as the check page shows it: ``S••• A••••••••``."""
    return " ".join(word[0] + "•" * (len(word) - 1) for word in name.split())


def pretty_code(code: str) -> str:
    """A verification code in groups of four, as it stands on paper."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def reason_to_revoke(text: str) -> str:
    """Why a letter is taken back, fit to be read by its holder. Raises RuleBroken."""
    reason = tidy(text)[:1000]
    if len(reason) < 10:
        raise RuleBroken(
            "Tulis apa yang salah pada surat ini, supaya pemegangnya tahu apa yang harus "
            "dilakukan.",
            field="reason",
        )
    return reason
