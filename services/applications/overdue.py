"""What a missed clock brings about."""

from datetime import datetime

from django.db import transaction

from messaging import mail
from services.applications import reasons
from services.applications.actions import locked, open_next, record, today_of
from services.applications.models import Step
from tenants.office import queries as office
from tenants.office.models import Post
from tenants.office.notices import HEADS
from tenants.registry.current import city

# Who is told when a desk misses its clock and the service says so.
SUPERIORS: dict[str, list[str]] = {
    Post.Role.LOKET: [Post.Role.SEKRETARIS, *HEADS],
    Post.Role.KASI: [Post.Role.SEKRETARIS, *HEADS],
    Post.Role.SEKRETARIS: [*HEADS],
    Post.Role.PETUGAS_DINAS: [Post.Role.KEPALA_DINAS],
}


@transaction.atomic
def handle_overdue(*, step_id: int, at: datetime) -> None:
    """What a missed clock brings about, once a working day: a reminder, the superior told, or
    the dossier passed on. Does nothing when somebody was faster."""
    application_id = Step.objects.values_list("application_id", flat=True).get(pk=step_id)
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
        if not application.steps.filter(state=Step.State.OPEN).exists():
            open_next(application, step.key, at)
        return
    step.reminded_at = at
    step.save(update_fields=["reminded_at"])
    roles = [step.role, *(SUPERIORS.get(step.role, []) if spec.on_timeout == "naikkan" else [])]
    for role in roles:
        holder = office.holder_of(step.unit, role, today_of(at))
        if holder is not None and holder.user.email:
            mail.send(
                holder.user.email,
                f"Berkas {application.number} lewat waktu",
                f"Berkas ini menunggu di {step.unit.name} dan sudah lewat batas waktu.\n\n"
                f"{application.version.service.title}\n{city().url('/meja/?tab=lewat')}\n\n"
                f"{city().name}",
                key=f"late:{step.pk}:{role}:{today_of(at)}",
            )
