"""Reads of the record of deeds."""

from django.db.models import QuerySet

from audit.models import Entry


def reads_of(person_id: int) -> QuerySet[Entry]:
    """Who was shown this resident's data, newest first."""
    return Entry.objects.filter(what="person.read", subject="person", subject_id=str(person_id))
