"""A book as PDF, with the letterhead of its office and the place for a signature.

The typesetter holds a whole document in memory, about a hundred kilobytes a line, and remembers
it for later ones. So a longer book is printed in volumes, each set in a process of its own, and a
file of it holds them all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, islice
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

from kernel.rupiah import format_rupiah
from kernel.tanggal import long_date, moment_text
from services.applications.issuing import letterhead
from services.letters.actions import head_lines, place_of
from services.records.books import Book, Cell, Column, Section
from tenants.office import queries as office
from tenants.office.models import Profile, Unit
from tenants.office.naming import bare_name
from tenants.office.roles import head_of
from tenants.registry.current import city
from typeset import apart, pdf

LAYOUT = Path(__file__).parent / "layouts" / "buku.typ"
A_VOLUME = 2000  # lines: about 250 MB while it is set
A_FEW = 100  # lines that are set in the process that asks


@dataclass(frozen=True, slots=True)
class Signs:
    """Who signs for an office on a day."""

    title: str
    name: str
    rank: str
    nip: str


def signer_of(unit: Unit, day: date) -> Signs | None:
    """Who heads an office on a day, also as Plt. or Plh.; None while nobody does."""
    holding = office.holder_of(unit, head_of(unit.kind), day)
    if holding is None:
        return None
    return Signs(holding.title, holding.user.name, holding.rank, holding.nip)


def single(book: Book, *, day: date, at: datetime, beside: Signs | None = None) -> bytes:
    """The whole book as one PDF. Only for one of at most ``A_VOLUME`` lines. ``beside``: who else
    signs, on the left."""
    tables = [(section, list(section.rows())) for section in book.sections]
    return _volume(book, tables, day=day, at=at, volume="", is_last=True, beside=beside)


def volumes(book: Book, path: Path, *, day: date, at: datetime) -> int:
    """The book in volumes, in one ZIP file; how many lines it has."""
    count = 0
    rows = ((section, row) for section in book.sections for row in section.rows())
    waiting = list(islice(rows, A_VOLUME))
    with ZipFile(path, "w", ZIP_STORED) as out:
        number = 0
        while waiting or number == 0:
            number += 1
            count += len(waiting)
            after = list(islice(rows, A_VOLUME))
            made = _volume(
                book, _tables(waiting) or [(book.sections[0], [])], day=day, at=at,
                volume=f"Jilid {number}", is_last=not after,
            )  # fmt: skip
            out.writestr(f"jilid-{number:02d}.pdf", made)
            waiting = after
    return count


def _tables(
    lines: Sequence[tuple[Section, Sequence[Cell]]],
) -> list[tuple[Section, list[Sequence[Cell]]]]:
    """Lines that follow each other, by their section."""
    together = (list(found) for _, found in groupby(lines, key=lambda line: id(line[0])))
    return [(found[0][0], [row for _, row in found]) for found in together]


def _volume(
    book: Book, tables: Sequence[tuple[Section, list[Sequence[Cell]]]], *, day: date, at: datetime,
    volume: str, is_last: bool, beside: Signs | None = None,
) -> bytes:  # fmt: skip
    here, unit = city(), book.unit
    profile = Profile.objects.first() or Profile(government=f"Pemerintah {here.name}")
    signer = signer_of(unit, day) if unit is not None and is_last else None
    data = {
        "title": book.title,
        "period": book.period,
        "volume": volume,
        "letterhead": [
            profile.government, *(one.name for one in (letterhead(unit) if unit else ()))
        ],
        "address": " · ".join(filter(None, head_lines(unit, profile))) if unit else "",
        "notes": list(book.notes),
        "landscape": book.landscape,
        "sections": [
            {
                "heading": section.heading,
                "empty": section.empty,
                "columns": [
                    [column.head, column.width, column.kind in ("number", "rupiah")]
                    for column in section.columns
                ],
                "rows": [_texts(section.columns, row) for row in rows],
            }
            for section, rows in tables
        ],
        "place": place_of(unit) if unit else bare_name(here.name),
        "date": long_date(at.astimezone(here.tz).date()),
        "signed": unit is not None and is_last,
        "signer": [signer.title, signer.name, signer.rank, signer.nip]
        if signer is not None
        else [_head_title(unit), "", "", ""],
        "beside": [beside.title, beside.name] if beside is not None else [],
        "printed": f"Dicetak {moment_text(at, here.timezone)}",
        "logo": pdf.logo_svg(bytes(profile.logo)) if profile.logo else "",
        "is_demo": here.is_demo,
    }  # fmt: skip
    pictures = {"logo": str(data.pop("logo"))}
    is_long = sum(len(rows) for _, rows in tables) > A_FEW
    compile = apart.compile if is_long else pdf.compile
    return compile(LAYOUT, data, at=at.replace(microsecond=0), pictures=pictures)


def _head_title(unit: Unit | None) -> str:
    """What its head is called, while nobody holds the post."""
    if unit is None:
        return ""
    return f"{unit.head} {unit.own_name}" if unit.head else f"Kepala {unit.name}"


def _texts(columns: Sequence[Column], cells: Sequence[Cell]) -> list[str]:
    return [_text(column, cell) for column, cell in zip(columns, cells, strict=True)]


def _text(column: Column, cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return f"{cell:%d-%m-%Y}"
    if isinstance(cell, int):
        if column.kind == "rupiah":
            return format_rupiah(cell)
        return f"{cell:,}".replace(",", ".")
    return cell


def pieces(path: Path) -> Iterator[bytes]:
    """The bytes of a file, some at a time."""
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece
