"""What a missed clock brings about."""

from datetime import datetime

from django.db import transaction

from events.subscribers import publish
from services.applications import reasons
from services.applications.events import StepLate, StepPassedOver
from services.applications.route import locked, open_next, record, today_of
from services.cases.models import Step


@transaction.atomic
def handle_overdue(*, step_id: int, at: datetime) -> None:
    """What a missed clock brings about, once a working day: a reminder, the superior told, or
    the dossier passed on. Does nothing when somebody was faster."""
    application_id = Step.objects.values_list("case_id", flat=True).get(pk=step_id)
    application = locked(application_id)
    step = Step.objects.select_related("unit").get(pk=step_id)
    if step.state != Step.State.OPEN or step.due_at > at:
        return
    spec = application.blueprint.step(step.key)
    if spec.on_timeout == "teruskan":
        step.state, step.decided_at = Step.State.SKIPPED, at
        step.note = reasons.UNANSWERED
        step.save(update_fields=["state", "decided_at", "note"])
        record(application, "dossier.passed_on", None, step=step.key)
        publish(StepPassedOver(step.pk, application.pk))
        if not application.steps.filter(state=Step.State.OPEN).exists():
            open_next(application, step.key, at)
        return
    step.reminded_at = at
    step.save(update_fields=["reminded_at"])
    publish(StepLate(step.pk, application.pk, today_of(at).isoformat()))
