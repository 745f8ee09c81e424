"""The kinds of document that are kept, from ``kinds.toml``."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from services.residents.fields import FIELDS, value_of
from services.residents.models import Person

TABLE = Path(__file__).with_name("kinds.toml")


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """``labels[0]`` is what people call it; the rest is explained in ``kinds.toml``."""

    key: str
    labels: tuple[str, ...]
    months: int | None = None
    fact: str = ""
    until: str = ""
    only: tuple[tuple[str, int], ...] = ()
    letters: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return self.labels[0]

    def known(self, person: Person, today: date) -> str:
        """What the register has in place of this document, in words; "" where nothing counts."""
        if not self.fact:
            return ""
        if any(value_of(person, FIELDS[name]) != value for name, value in self.only):
            return ""
        until = value_of(person, FIELDS[self.until]) if self.until else None
        if until is not None and until < today:
            return ""
        field = FIELDS[self.fact]
        words = field.words(value_of(person, field))
        return f"{field.label} {words}" if words else ""

    def last_day(self, given_on: date) -> date | None:
        """Until when a document given on this day is offered; None: without end."""
        if self.months is None:
            return None
        year, month = divmod(given_on.month - 1 + self.months, 12)
        return given_on.replace(year=given_on.year + year, month=month + 1, day=1)


@cache
def kinds() -> dict[str, DocumentKind]:
    """Every kind by its key; read once per process."""
    raw = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {
        key: DocumentKind(
            key, tuple(told["labels"]), told.get("months"), told.get("fact", ""),
            told.get("until", ""), tuple(told.get("only", {}).items()),
            tuple(told.get("letters", ())),
        )
        for key, told in raw.items()
    }  # fmt: skip


@cache
def _by_label() -> dict[str, DocumentKind]:
    return {label: kind for kind in kinds().values() for label in kind.labels}


def kind_of(key: str | None, label: str) -> DocumentKind | None:
    """The kind a requirement names, else the one its label stands for; None: of no kind."""
    if key is not None:
        return kinds().get(key)
    return _by_label().get(label)
