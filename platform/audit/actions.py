"""The only way an audit entry comes to be."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Protocol

from audit.models import Entry
from audit.queries import read_lately
from kernel.clock import now


class Actor(Protocol):
    """Whoever acts: a signed-in user."""

    pk: int
    name: str


def record(
    what: str,
    *,
    actor: Actor | None,
    subject: str,
    subject_id: str | int,
    detail: dict[str, object] | None = None,
) -> Entry:
    """Note a deed; returns its entry. ``detail`` holds no personal data: ids, codes and decisions
    only."""
    entry = _entry(what, actor, subject, str(subject_id), detail or {})
    entry.save()
    return entry


def record_read(*, actor: Actor | None, person_id: int, purpose: str, **more: str) -> None:
    """Note that ``actor`` was shown a resident's data, and why (UU 27/2022 art. 31)."""
    _read(actor, str(person_id), purpose, more).save()


def record_reads_once(
    *, actor: Actor, people: Iterable[int], purpose: str, within: timedelta, **more: str
) -> None:
    """``record_read`` of each of these residents, unless it was noted of this reader and purpose
    within this time. Two queries."""
    ids = sorted({str(person) for person in people})
    known = read_lately(now() - within, actor_id=actor.pk, people=ids, purpose=purpose)
    Entry.objects.bulk_create(
        _read(actor, person, purpose, more) for person in ids if person not in known
    )


def _read(actor: Actor | None, person: str, purpose: str, more: dict[str, str]) -> Entry:
    return _entry("person.read", actor, "person", person, {"purpose": purpose, **more})


def _entry(
    what: str, actor: Actor | None, subject: str, subject_id: str, detail: dict[str, object]
) -> Entry:
    return Entry(
        what=what, actor_id=actor.pk if actor else None, actor_name=actor.name if actor else "",
        subject=subject, subject_id=subject_id, detail=detail,
    )  # fmt: skip
