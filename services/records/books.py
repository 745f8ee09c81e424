"""Books as tables: what a file, printed or for a spreadsheet, says of each of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from kernel.errors import NotThere
from kernel.registry import Registry
from kernel.tanggal import MONTHS
from services.records.access import Reach
from tenants.office.models import Unit
from tenants.registry.current import city

Cell = str | int | date | None
Kind = Literal["text", "number", "date", "rupiah"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a book. ``width`` is its share of the paper."""

    head: str
    width: int = 2
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Section:
    """A table of a book with what stands above it; most books have one."""

    columns: Sequence[Column]
    rows: Callable[[], Iterator[Sequence[Cell]]]
    heading: str = ""
    empty: str = "NIHIL"


@dataclass(frozen=True, slots=True)
class Book:
    """What is printed, or becomes a spreadsheet."""

    title: str
    period: str
    unit: Unit | None  # None: of the whole city
    sections: Sequence[Section]
    count: int  # of lines
    notes: Sequence[str] = ()
    landscape: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """Which book, as a form or a row says it: ids, codes and numbers alone."""

    kind: str
    unit: int = 0  # 0: every office somebody reads
    year: int = 0
    month: int = 0
    topic: str = ""
    classification: str = ""
    text: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"more": dict(self.more)}

    @property
    def period(self) -> str:
        """``November 2026``, or ``Tahun 2026``."""
        if self.month:
            return f"{MONTHS[self.month - 1]} {self.year}"
        return f"Tahun {self.year}"


# Makes a book as somebody may read it. Raises NotThere for an office that is not theirs.
Maker = Callable[[Asked, Reach, datetime], Book]
makers: Registry[Maker] = Registry("books", "books of an office that become files")


def make(asked: Asked, reach: Reach, *, at: datetime) -> Book:
    """Raises NotThere."""
    if asked.kind not in makers:
        raise NotThere("Buku ini tidak ada.")
    return makers[asked.kind](asked, reach, at)


def day_of(moment: datetime | None) -> date | None:
    """The day of a moment in the city."""
    return None if moment is None else moment.astimezone(city().tz).date()


def numbered(rows: Iterator[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    """With a running number before each."""
    for number, row in enumerate(rows, start=1):
        yield (number, *row)
