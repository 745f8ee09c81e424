"""Through whose hands a case went, as the record of deeds has it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from audit.models import Entry
from services.cases.models import Case

_WORDS = {
    "case.taken": "{by} mengambil berkas ini",
    "case.taken_over": "{by} mengambil alih dari {before}",
    "case.given": "{by} menyerahkan kepada {to}",
    "case.given_back": "{by} melepasnya",
    "case.forward": "{by} meneruskan ke meja lain",
    "case.recalled": "{by} menarik kembali dari meja lain",
}
MOST = 50


@dataclass(frozen=True, slots=True)
class Move:
    """One change of hands, in words."""

    at: datetime
    words: str


def moves_of(case: Case) -> list[Move]:
    """The newest first. Two queries."""
    found = Entry.objects.filter(subject=case.kind, subject_id=str(case.pk), what__in=_WORDS)
    entries = list(found.order_by("-at", "-pk")[:MOST])
    named = {entry.detail.get(part) for entry in entries for part in ("to", "from")} - {None}
    names = dict(User.objects.filter(pk__in=named).values_list("pk", "name"))
    return list(_moves(entries, names))


def _moves(entries: list[Entry], names: dict[int, str]) -> Iterator[Move]:
    for entry in entries:
        to, before = (names.get(entry.detail.get(part, 0), "") for part in ("to", "from"))
        words = _WORDS[entry.what].format(by=entry.actor_name, to=to, before=before or "rekannya")
        yield Move(entry.at, words)
