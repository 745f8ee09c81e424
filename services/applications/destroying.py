"""What an applicant answered goes with the archive of the case."""

from services.applications.models import (
    Application,
    Correction,
    IssuedLetter,
    LifeEvent,
    ReturnedAnswers,
)
from services.cases.destroying import parts
from services.cases.models import Case


def destroy(case: Case) -> list[str]:
    """Answers, also those from before a correction, and what they proposed to the register."""
    Application.objects.filter(pk=case.pk).update(answers_sealed=b"")
    IssuedLetter.objects.filter(application=case.pk).update(answers_sealed=b"")
    ReturnedAnswers.objects.filter(step__case=case).update(answers_sealed=b"", files={})
    Correction.objects.filter(step__case=case).update(note="")
    LifeEvent.objects.filter(application=case.pk).update(facts_sealed=None)
    return []


parts.add("applications", destroy)
