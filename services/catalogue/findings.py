"""What the linter finds, and what it is told of a city's desks."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong (``error``: must not be published) or doubtful (``warning``)."""

    level: Literal["error", "warning"]
    place: str  # an address as in overrides: "steps.lurah.role"
    message: str


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A desk of this city without anybody, as the office knows it."""

    level: str
    role: str
    units: int  # how many units of that level there are
    vacant: int
    dinas: str = ""  # at the level of dinas: which one
