"""Paper fallback: an official enters what somebody handed in on a signed paper form."""

from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import RuleBroken
from services.applications import consent, counter
from services.applications.models import Application, PaperForm
from services.cases import attachments
from services.cases.documents import Accepted
from services.catalogue.models import Service
from services.residents.models import Person

OLDEST = timedelta(days=366)  # that a form may have lain


def begin(
    *, service: Service, applicant: Person, content: bytes, received_on: date, by: User,
    at: datetime, today: date,
) -> Application:  # fmt: skip
    """A draft from a paper form, with its scan. That the applicant signed it is how they agree.
    Raises NotThere for somebody who lives elsewhere, RuleBroken."""
    if not today - OLDEST <= received_on <= today:
        raise RuleBroken(
            "Tanggalnya paling lama setahun yang lalu dan paling baru hari ini.",
            field="received_on",
        )
    scan = attachments.judged(content)
    if isinstance(scan, RuleBroken):
        raise RuleBroken(scan.message, field="scan")
    return begin_with(
        service=service, applicant=applicant, scan=scan, received_on=received_on, by=by, at=at,
        today=today,
    )  # fmt: skip


def begin_with(
    *, service: Service, applicant: Person, scan: Accepted, received_on: date, by: User,
    at: datetime, today: date,
) -> Application:  # fmt: skip
    """The same with a scan that was judged before. Raises NotThere, RuleBroken."""
    with transaction.atomic():
        draft = counter.begin(
            service=service, applicant=applicant, by=by, checked=Application.FROM_PAPER,
            today=today,
        )  # fmt: skip
        attachments.attach(draft, PaperForm.KEY, "Formulir kertas", scan, by)
        kept = draft.documents.get(key=PaperForm.KEY)
        title = counter.title_at_counter(by, applicant, today)
        PaperForm.objects.update_or_create(
            application=draft,
            defaults={
                "received_on": received_on, "scan": kept, "by": by, "title": title,
                "entered_at": at,
            },
        )  # fmt: skip
        consent.note_paper(draft, kept, by=by, at=at, title=title)
        audit.record(
            "application.begun_from_paper", actor=by, subject="application", subject_id=draft.pk,
            detail={"received_on": received_on.isoformat()},
        )  # fmt: skip
    return draft
