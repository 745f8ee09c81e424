"""The only way an audit entry comes to be."""

from typing import Protocol

from audit.models import Entry


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
) -> None:
    """Note a deed. ``detail`` holds no personal data: ids, codes and decisions only."""
    Entry.objects.create(
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
