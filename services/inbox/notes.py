"""What officials note of a case for each other."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from kernel.errors import RuleBroken
from kernel.text import tidy
from services.cases.models import Case
from services.cases.route import record
from services.inbox.models import CaseNote
from services.residents.sealing import seal

LONGEST = 2000


def notes_of(case: Case) -> list[CaseNote]:
    """The oldest first. One query."""
    return list(CaseNote.objects.filter(case=case.pk).select_related("by").order_by("pk"))


@transaction.atomic
def note(*, case: Case, by: User, text: str, at: datetime) -> CaseNote:
    """Keep a note; ``case`` was read through the door of who may see it. Raises RuleBroken."""
    said = tidy(text)[:LONGEST]
    if not said:
        raise RuleBroken("Tulis catatannya dulu.", field="text")
    record(case, "case.noted", by)
    return CaseNote.objects.create(case_id=case.pk, by=by, at=at, text_sealed=seal(said))
