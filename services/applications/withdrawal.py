"""The applicant takes a request back, or throws a draft away."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from events.subscribers import publish
from kernel.errors import RuleBroken, Stale
from services.applications.models import Application
from services.cases import deadlines, reasons
from services.cases.events import CaseWithdrawn
from services.cases.models import Step
from services.cases.queries import EDITABLE
from services.cases.route import locked, record
from tenants.registry import stored_files


@transaction.atomic
def withdraw(*, application_id: int, by: User, at: datetime) -> None:
    """The applicant takes a request back, as long as no letter has come out of it.

    A draft that was never sent is deleted with its answers and files.
    """
    application = locked(Application, application_id)
    if application.state == Application.State.DRAFT:
        _discard(application, by)
        return
    if application.state == Application.State.WITHDRAWN:
        return
    if application.state not in {*EDITABLE, Application.State.RUNNING}:
        raise Stale("Permohonan ini sudah selesai dan tidak bisa dibatalkan.")
    if application.issued.exists():
        raise RuleBroken("Sudah ada surat yang terbit, jadi permohonan ini tidak bisa dibatalkan.")
    application.steps.filter(state=Step.State.OPEN).update(
        state=Step.State.SKIPPED, decided_at=at, note=reasons.TAKEN_BACK
    )
    application.state, application.finished_at = Application.State.WITHDRAWN, at
    application.save(update_fields=["state", "finished_at"])
    deadlines.end(application, at)
    record(application, "case.withdrawn", by)
    publish(CaseWithdrawn(application.pk))


def _discard(application: Application, by: User) -> None:
    paths = list(application.documents.values_list("path", flat=True))
    record(application, "case.discarded", by)
    application.delete()

    def forget_files() -> None:
        for path in paths:
            stored_files.forget(path)

    transaction.on_commit(forget_files)
