"""Reads of the record of deeds."""

from django.db.models import QuerySet

from audit.models import Entry

TOLD = ("person.read", "code.made", "code.used")


def told_to(person_id: int) -> QuerySet[Entry]:
    """What a resident may know, newest first: who was shown their data, and each code by which
    their account got a password."""
    return Entry.objects.filter(what__in=TOLD, subject="person", subject_id=str(person_id))
