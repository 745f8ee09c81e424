"""The only way an audit entry comes to be."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Protocol

from audit.models import Entry
from audit.queries import read_lately, read_since
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
    return Entry.objects.create(
        what=what,
        actor_id=actor.pk if actor else None,
        actor_name=actor.name if actor else "",
        subject=subject,
        subject_id=str(subject_id),
        detail=detail or {},
    )


def record_read(*, actor: Actor | None, person_id: int, purpose: str, **more: str) -> None:
    """Note that ``actor`` was shown a resident's data, and why (UU 27/2022 art. 31)."""
    record(
        "person.read",
        actor=actor,
        subject="person",
        subject_id=person_id,
        detail={"purpose": purpose, **more},
    )


def record_read_once(
    *, actor: Actor, person_id: int, purpose: str, within: timedelta, **more: str
) -> None:
    """``record_read``, unless it was noted of this reader and purpose within this time."""
    if not read_since(now() - within, actor_id=actor.pk, person_id=person_id, purpose=purpose):
        record_read(actor=actor, person_id=person_id, purpose=purpose, **more)


def record_reads_once(
    *, actor: Actor, people: Iterable[int], purpose: str, within: timedelta
) -> None:
    """``record_read_once`` of everybody whom a list shows. Two queries."""
    ids = {str(person) for person in people}
    known = read_lately(now() - within, actor_id=actor.pk, people=ids, purpose=purpose)
    Entry.objects.bulk_create(
        Entry(
            what="person.read", actor_id=actor.pk, actor_name=actor.name, subject="person",
            subject_id=person, detail={"purpose": purpose},
        )
        for person in sorted(ids - known)
    )  # fmt: skip
