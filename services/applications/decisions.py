"""What an official does with the case in front of them: approve, return, refuse.

Only whoever holds the post today may, never on their own request, and only while the step is open;
the same person deciding the same again changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from events.subscribers import publish
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.once import reading_once
from kernel.text import tidy
from services.applications import reasons
from services.applications.events import CaseRefused, CaseReturned, StepDone
from services.applications.fitness import refuse_gone
from services.applications.issuing import issue
from services.applications.models import Application
from services.applications.route import locked_with, open_next, record, refuse_own, today_of
from services.cases.models import Step
from services.catalogue.blueprint import StepSpec
from tenants.office import decrees
from tenants.office import queries as office
from tenants.office.models import Post
from tenants.office.queries import lineage

REASON = 5  # characters


@dataclass(frozen=True, slots=True)
class AtHand:
    """A case locked for a decision of whoever holds this post."""

    application: Application
    step: Step
    steps: list[Step]  # every one of the case, this one too
    spec: StepSpec
    post: Post
    is_done: bool  # this person decided the same before


@transaction.atomic
@reading_once()
def approve(*, step_id: int, by: User, note: str = "", at: datetime) -> Application:
    """Close the step, number the letters that come of it, and open what follows. Raises NotThere,
    Stale or RuleBroken."""
    case = _at_hand(step_id, by, Step.State.APPROVED, at)
    application, step = case.application, case.step
    if case.is_done:
        return application
    refuse_gone(application.applicant)
    _close(case, Step.State.APPROVED, by, tidy(note)[:1000], at)
    publish(StepDone(step.pk, application.pk))
    has_letters = issue(application, case.spec, step, case.steps, case.post, at)
    if all(other.state != Step.State.OPEN for other in case.steps):
        open_next(application, step.key, at, has_letters=has_letters)
    return application


@transaction.atomic
@reading_once()
def return_(*, step_id: int, by: User, note: str, about: str = "", at: datetime) -> Application:
    """Give the case back to the applicant, who corrects and sends it again. ``about`` is the key of
    the question or file it is about. Raises NotThere, Stale, or RuleBroken without a reason."""
    case = _at_hand(step_id, by, Step.State.RETURNED, at)
    application, step = case.application, case.step
    if case.is_done:
        return application
    reason = _reason(note)
    if not case.spec.can_return:
        raise RuleBroken("Pilihan ini tidak tersedia pada langkah ini.")
    if about in application.blueprint.keys():  # noqa: SIM118 - a method of Blueprint
        step.about = about
    _close(case, Step.State.RETURNED, by, reason, at)
    _close_others(application, step, at)
    application.state = Application.State.RETURNED
    application.save(update_fields=["state"])
    publish(CaseReturned(step.pk, application.pk))
    return application


@transaction.atomic
@reading_once()
def refuse(*, step_id: int, by: User, note: str, at: datetime) -> Application:
    """End the case without what was asked for. Raises NotThere, Stale, or RuleBroken without a
    reason."""
    case = _at_hand(step_id, by, Step.State.REFUSED, at)
    application, step = case.application, case.step
    if case.is_done:
        return application
    reason = _reason(note)
    if not case.spec.can_refuse:
        raise RuleBroken("Pilihan ini tidak tersedia pada langkah ini.")
    _close(case, Step.State.REFUSED, by, reason, at)
    _close_others(application, step, at)
    application.state, application.finished_at = Application.State.REFUSED, at
    application.save(update_fields=["state", "finished_at"])
    publish(CaseRefused(step.pk, application.pk))
    return application


def _at_hand(step_id: int, by: User, wanted: Step.State, at: datetime) -> AtHand:
    """Lock the case of a step. Raises NotThere, Stale, RuleBroken."""
    decrees.apply_due()
    application = locked_with(step_id)
    if application is None:
        raise NotThere
    steps = list(application.steps.select_related("unit", "decided_by"))
    step = next(step for step in steps if step.pk == step_id)
    lineage(application.unit.code)  # of whom several below read a part
    post = post_held(by, step, at)
    spec = application.blueprint.step(step.key)
    if step.state != Step.State.OPEN:
        if step.state == wanted and step.decided_by_id == by.pk:
            return AtHand(application, step, steps, spec, post, is_done=True)
        who = step.decided_by.name if step.decided_by else "orang lain"
        raise Stale(f"Berkas ini sudah diputuskan oleh {who.rstrip('.')}. Tidak ada yang berubah.")
    refuse_own(by, application)
    return AtHand(application, step, steps, spec, post, is_done=False)


def _reason(note: str) -> str:
    reason = tidy(note)[:1000]
    if len(reason) < REASON:
        raise RuleBroken(
            "Tulis alasannya dengan jelas, supaya pemohon tahu apa yang harus dilakukan.",
            field="note",
        )
    return reason


_AUDIT = {
    Step.State.APPROVED: "dossier.approve",
    Step.State.RETURNED: "dossier.return",
    Step.State.REFUSED: "dossier.refuse",
}


def _close(case: AtHand, state: Step.State, by: User, note: str, at: datetime) -> None:
    step = case.step
    step.state, step.decided_at, step.decided_by, step.note = state, at, by, note
    step.save(update_fields=["state", "decided_at", "decided_by", "note", "about"])
    record(case.application, _AUDIT[state], by, step=step.key)


def _close_others(application: Application, step: Step, at: datetime) -> None:
    """A dossier that goes back or ends leaves the desks beside this one too."""
    application.steps.filter(state=Step.State.OPEN).exclude(pk=step.pk).update(
        state=Step.State.SKIPPED, decided_at=at, note=reasons.DECIDED_AT % {"unit": step.unit.name}
    )


def post_held(user: User, step: Step, at: datetime) -> Post:
    """The post that makes this step this user's business. Raises NotThere: no hint to others."""
    held = [p for p in office.posts_of(user, today_of(at)) if p.unit_id == step.unit_id]
    for role in (step.role, *step.deputies):
        for post in held:
            if post.role == role:
                return post
    raise NotThere
