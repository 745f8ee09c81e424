"""Reads of the mall: which tiles a resident can use, and where they stand beside services."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef

from kernel.errors import NotThere
from services.catalogue.translation import ORIGINAL
from services.mall.models import Tile
from services.mall.shipped import shipped
from services.mall.spec import TileSpec, changed
from services.queueing.models import QueueLine, SlotRule
from services.residents.models import Person
from tenants.office import queries as office
from tenants.office.models import Unit

NOT_THERE = "Layanan ini tidak ada atau sedang tidak dibuka di daerah ini."


@dataclass(frozen=True)
class Shown:
    """A tile as a city has it."""

    spec: TileSpec
    is_on: bool
    unit: Unit | None = None
    line: QueueLine | None = None
    has_times: bool = False  # its line takes appointments
    is_own: bool = False  # the city made it
    differs: bool = False  # from what was shipped
    language: str = ORIGINAL

    @property
    def slug(self) -> str:
        return self.spec.slug

    @property
    def listed_as(self) -> str:
        """Its name among services: no slug of a service begins so."""
        return f"@{self.spec.slug}"

    @property
    def kind(self) -> str:
        return self.spec.kind

    @property
    def category(self) -> str:
        return self.spec.category

    @property
    def host(self) -> str:
        return self.spec.host

    @cached_property
    def words(self) -> Any:
        """Its texts in the language of whoever reads."""
        is_whole = self.language == "en" and self.spec.en is not None
        return self.spec.en if is_whole else self.spec

    @property
    def written_in(self) -> str:
        return ORIGINAL if self.words is self.spec else self.language

    @property
    def title(self) -> str:
        return str(self.words.title)

    @cached_property
    def card(self) -> dict[str, Any]:
        """What lists and search read, as of a service."""
        en = self.spec.en
        translations = {"en": {"title": en.title, "synonyms": en.synonyms}} if en else {}
        return {
            "summary": self.words.summary,
            "icon": self.spec.icon,
            "synonyms": self.spec.synonyms,
            "translations": translations,
        }

    @property
    def missing(self) -> str:
        """What it lacks before residents see it, for administrators; "" for nothing."""
        if self.kind == "link":
            return "" if self.spec.address else "alamat situsnya belum diisi"
        if self.line is None or self.line.closed_at is not None or not self.line.unit.is_active:
            return "antreannya belum dipilih"
        return "" if self.has_times else "antreannya belum punya jam janji"

    @property
    def is_shown(self) -> bool:
        return self.is_on and not self.missing


def _rows() -> dict[str, Tile]:
    times = SlotRule.objects.filter(line=OuterRef("line"))
    found = Tile.objects.select_related("unit", "line__unit").annotate(has_times=Exists(times))
    return {row.slug: row for row in found}


def _of(spec: TileSpec | None, row: Tile | None, language: str) -> Shown:
    if row is None:
        assert spec is not None
        return Shown(spec, spec.offered, language=language)
    return Shown(
        changed(spec, row.words) if spec else TileSpec.model_validate(row.words),
        row.is_on, row.unit, row.line, bool(getattr(row, "has_times", False)),
        is_own=spec is None, differs=bool(spec and row.words), language=language,
    )  # fmt: skip


def every(language: str = ORIGINAL) -> list[Shown]:
    """All tiles a city could show, by title. One query."""
    rows, known = _rows(), shipped()
    found = [_of(spec, rows.get(slug), language) for slug, spec in known.items()]
    found += [_of(None, row, language) for slug, row in rows.items() if slug not in known]
    return sorted(found, key=lambda one: (one.title, one.slug))


def one(slug: str, language: str = ORIGINAL) -> Shown:
    """A tile, shown to residents or not. Raises NotThere."""
    found = next((tile for tile in every(language) if tile.slug == slug), None)
    if found is None:
        raise NotThere(NOT_THERE)
    return found


def offered(language: str = ORIGINAL, person: Person | None = None) -> list[Shown]:
    """The tiles that somebody can use: appointments only at offices where they may book. One
    query, two for somebody who is signed in where a line belongs to a kelurahan or kecamatan."""
    found = [tile for tile in every(language) if tile.is_shown]
    if person is None or not any(map(_is_local, found)):
        return found
    around = {unit.code for unit in office.lineage(person.place)}
    return [
        tile for tile in found
        if not _is_local(tile) or (tile.line is not None and tile.line.unit.code in around)
    ]  # fmt: skip


def _is_local(tile: Shown) -> bool:
    return tile.line is not None and tile.line.unit.kind != Unit.Kind.DINAS


def open_one(slug: str, language: str, person: Person | None) -> Shown:
    """A tile somebody can use. Raises NotThere."""
    found = next((tile for tile in offered(language, person) if tile.slug == slug), None)
    if found is None:
        raise NotThere(NOT_THERE)
    return found


def before(slug: str, tiles: Iterable[Shown]) -> list[Shown]:
    """Those of these tiles before which this service of ours comes."""
    return [tile for tile in tiles if slug in tile.spec.before]


# --- by agency ------------------------------------------------------------------------------------


def dinas_names() -> dict[str, str]:
    """The city's offices by the name that services call them. One query."""
    found = Unit.objects.filter(kind=Unit.Kind.DINAS, is_active=True).order_by("name")
    return {code.partition("/")[2]: name for code, name in found.values_list("code", "name")}


def agency_of(tile: Shown, dinas: dict[str, str]) -> str:
    """The office of the city whose tile it is, by name; "" for offices of others."""
    if tile.unit is not None:
        return tile.unit.name
    if tile.line is not None:
        return tile.line.unit.name
    return dinas.get(tile.spec.agency, "")
