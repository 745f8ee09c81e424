"""Where a case goes. Plain Python."""

from datetime import date

from kernel.tanggal import roman_month
from services.catalogue.steps import PostStep
from services.residents.place_codes import NO_RW

VILLAGE_LEVEL = "kelurahan"


def unit_code_for(step: PostStep, *, rt_code: str) -> str:
    """The code of the unit a step happens at, seen from the case's RT; "" when the case
    belongs to no such unit.

    Unit codes are paths: ``64.74.01.1001/002/005`` is RT 005 in RW 002 of that kelurahan. See
    ``services.residents.places`` for paths without RT, without RW, and with a dusun.
    """
    village, *below = rt_code.split("/")
    rw = next((n for n, part in enumerate(below, start=1) if part.isdigit()), 0)
    kecamatan, _, _ = village.rpartition(".")
    city, _, _ = kecamatan.rpartition(".")
    return {
        "rt": rt_code if rw and rw < len(below) else "",
        "rw": "/".join([village, *below[:rw]]) if rw and below[rw - 1] != NO_RW else "",
        "dusun": f"{village}/{below[0]}" if below and not below[0].isdigit() else "",
        "kelurahan": village,
        "kecamatan": kecamatan,
        "kota": city,
        "dinas": f"{city}/{step.dinas}",
    }[step.level]


def vouch_number(sequence: int, *, code: str, short: str, day: date) -> str:
    """``017/RT.005-RW.002/Kel-BLM/XI/2026``: the number of a vouch in the book of its unit.
    ``short`` stands for the village, in whose numbers it has to be unique."""
    below = code.split("/")[1:]
    rw = next((n for n, part in enumerate(below) if part.isdigit()), len(below))
    words = [
        f"{'RW' if n == rw else 'RT'}.{part}" if part.isdigit() else part.upper()
        for n, part in enumerate(below)
        if part and part != NO_RW
    ]
    place = "-".join(reversed(words))
    return "/".join(
        part for part in (f"{sequence:03d}", place, short, roman_month(day), str(day.year)) if part
    )


def case_number(*, year: int, month: int, sequence: int) -> str:
    """``26-11-000482``: year, month, and the sequence within the year."""
    return f"{year % 100:02d}-{month:02d}-{sequence:06d}"
