"""What of aid lists follows when two rows of the register are one person."""

from typing import Any

from django.db.models import QuerySet

from services.aid.models import Candidate
from services.residents import merging


def of_another_programme(rows: QuerySet[Any], kept: int) -> QuerySet[Any]:
    """Candidates of programmes for which the kept person is none."""
    return rows.exclude(programme__in=Candidate.objects.filter(person=kept).values("programme"))


def register() -> None:
    follow = merging.Follow(Candidate, "person", may=of_another_programme)
    merging.follows.add("aid.candidates", follow)
