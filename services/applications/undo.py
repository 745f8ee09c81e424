"""A Ketua RT takes a vouch back that was given by mistake."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.errors import NotThere, Stale
from services.applications import reasons
from services.applications.events import StepOpened, StepTakenBack
from services.applications.route import locked
from services.cases.models import Case, Step

WITHIN = timedelta(minutes=15)


def can_take_back(step: Step, *, by: User, at: datetime) -> bool:
    """Whether this approval may still be taken back by whoever gave it: soon after, while no
    later desk has decided and no letter came of it. Uses prefetched ``case.steps``."""
    if step.state != Step.State.APPROVED or step.decided_by_id != by.pk:
        return False
    if step.decided_at is None or at - step.decided_at > WITHIN:
        return False
    if step.case.state != Case.State.RUNNING:
        return False
    later = [other for other in step.case.steps.all() if other.pk > step.pk]
    return all(other.decided_by_id is None for other in later)


@transaction.atomic
def take_back(*, step_id: int, by: User, at: datetime) -> Step:
    """Open the step again as it was; the desks opened after it are closed. Raises NotThere,
    Stale when it is too late."""
    application_id = Step.objects.filter(pk=step_id).values_list("case_id", flat=True).first()
    if application_id is None:
        raise NotThere
    application = locked(application_id)
    step = Step.objects.get(pk=step_id)
    step.case = application
    if not can_take_back(step, by=by, at=at) or application.issued.exists():
        raise Stale(
            "Jawaban ini tidak bisa ditarik lagi: sudah lewat 15 menit, atau kantor berikutnya "
            "sudah memutuskan. Hubungi kantor itu bila keliru."
        )
    application.steps.filter(pk__gt=step.pk, state=Step.State.OPEN).update(
        state=Step.State.SKIPPED, decided_at=at, note=reasons.VOUCH_TAKEN_BACK
    )
    step.state, step.note = Step.State.SKIPPED, reasons.VOUCH_TAKEN_BACK
    step.save(update_fields=["state", "note"])
    again = Step.objects.create(
        case=application,
        key=step.key,
        title=step.title,
        unit_id=step.unit_id,
        role=step.role,
        deputies=step.deputies,
        opened_at=at,
        due_at=max(step.due_at, at),
    )
    audit.record(
        "dossier.vouch_taken_back", actor=by, subject="application", subject_id=application.pk
    )
    publish(StepTakenBack(step.pk, application.pk))
    level = application.blueprint.step(again.key).level
    publish(StepOpened(again.pk, application.pk, level, reopened=True))
    return again
