"""Where a dossier goes. Plain Python."""

from services.catalogue.blueprint import StepSpec

VILLAGE_LEVEL = "kelurahan"


def unit_code_for(step: StepSpec, *, rt_code: str) -> str:
    """The code of the unit a step happens at, seen from the applicant's RT.

    Unit codes are paths: ``64.74.01.1001/002/005`` is RT 005 in RW 002 of that kelurahan.
    """
    village, _, _ = rt_code.partition("/")
    kecamatan, _, _ = village.rpartition(".")
    city, _, _ = kecamatan.rpartition(".")
    return {
        "rt": rt_code,
        "rw": rt_code.rpartition("/")[0],
        "kelurahan": village,
        "kecamatan": kecamatan,
        "kota": city,
        "dinas": f"{city}/{step.dinas}",
    }[step.level]


def dossier_number(*, year: int, month: int, sequence: int) -> str:
    """``26-11-000482``: year, month, and the sequence within the year."""
    return f"{year % 100:02d}-{month:02d}-{sequence:06d}"
