"""Reads of the record of deeds."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from audit.models import Entry

TOLD = ("person.read", "code.made", "code.used")


def told_to(person_id: int) -> QuerySet[Entry]:
    """What a resident may know, newest first: who was shown their data, and each code by which
    their account got a password."""
    return Entry.objects.filter(what__in=TOLD, subject="person", subject_id=str(person_id))


def read_lately(at: datetime, *, actor_id: int, people: Iterable[str], purpose: str) -> set[str]:
    """Of these residents, by id, those whose data this reader was noted to read since then."""
    found = Entry.objects.filter(
        what="person.read", subject="person", subject_id__in=people, actor_id=actor_id,
        detail__purpose=purpose, at__gte=at,
    )  # fmt: skip
    return set(found.values_list("subject_id", flat=True))
