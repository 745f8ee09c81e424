"""Who is told of what happens to a dossier. No personal data stands in a mail."""

from datetime import date
from typing import Any

from accounts.models import User
from events.subscribers import subscribe
from messaging import choices
from messaging.notices import Notice, tell
from services.applications import notices
from services.applications.events import (
    CaseDone,
    CaseRefused,
    CaseReturned,
    CaseSubmitted,
    LetterRevoked,
    StepLate,
    StepOpened,
)
from services.applications.models import Application
from services.applications.route import today_of
from services.cases.models import Step
from services.catalogue.translation import ORIGINAL
from services.letters.models import Letter
from tenants.office import queries as office
from tenants.office.roles import Can, can, superiors_of
from tenants.registry.current import city


def _application(application_id: int) -> Application:
    return Application.objects.select_related("version__service").get(pk=application_id)


def _step(step_id: int) -> Step:
    return Step.objects.select_related("unit", "case__application__version__service").get(
        pk=step_id
    )


def _tell_applicant(application: Application, about: Notice, news: str, **values: Any) -> None:
    """Tell the applicant, if they can be reached, in their language."""
    user = User.objects.filter(resident__person=application.applicant_id).first()
    if user is not None:
        shown = application.version.read_in(user.language or ORIGINAL)
        tell(
            about, user, key=f"dossier:{application.pk}:{news}", number=application.number,
            service=shown.title, link=city().page("application", application.pk),
            city=city().name, **values,
        )  # fmt: skip


@subscribe(CaseSubmitted, when=lambda event: not event.returned_step_id)
def tell_received(event: CaseSubmitted) -> None:
    """A receipt: the number, and who has the application now."""
    application = _application(event.application_id)
    step = application.steps.filter(state=Step.State.OPEN).select_related("unit").first()
    where, title = (step.unit.name, step.title) if step is not None else ("", "")
    _tell_applicant(application, notices.SUBMITTED, "submitted", where=where, step=title)


@subscribe(StepOpened, when=lambda event: not event.reopened)
def tell_of_arrival(event: StepOpened) -> None:
    """Whoever holds the post learns that something waits, if they want to know at once."""
    step = _step(event.step_id)
    if step.state != Step.State.OPEN:
        return
    day = today_of(step.opened_at)
    holdings = office.current_holdings(day).filter(post__unit=step.unit, post__role=step.role)
    people = [holding.user for holding in holdings.select_related("user").order_by("pk")]
    chosen = choices.made([user.pk for user in people], notices.AT_ONCE)
    is_neighbour = can(step.role, Can.VOUCHES)
    for user in people:
        if not chosen.get(user.pk, notices.at_once_is_usual(step.role)):
            continue
        key = f"arrived:{step.pk}:{user.pk}"
        if is_neighbour:
            tell(notices.ARRIVED_NEIGHBOUR, user, key=key, where=step.unit.name,
                 link=city().page("rt-inbox"), city=city().name)  # fmt: skip
        else:
            _tell_desk(notices.ARRIVED, step, user, key=key, step=step.title,
                       link=city().page("desk-case", step.case_id))  # fmt: skip


def _tell_desk(about: Notice, step: Step, user: User, /, *, key: str, **values: Any) -> None:
    application = Application.of(step.case)
    tell(
        about, user, key=key, number=application.number, where=step.unit.name,
        service=application.version.service.title, city=city().name, **values,
    )  # fmt: skip


@subscribe(StepLate)
def tell_who_is_late(event: StepLate) -> None:
    """The desk, and its superior where the service says so."""
    step = _step(event.step_id)
    if step.state != Step.State.OPEN:
        return
    tells_superior = Application.of(step.case).blueprint.step(step.key).on_timeout == "naikkan"
    for role in [step.role, *(superiors_of(step.role) if tells_superior else [])]:
        holder = office.holder_of(step.unit, role, date.fromisoformat(event.day))
        if holder is not None:
            _tell_desk(notices.LATE, step, holder.user, key=f"late:{step.pk}:{role}:{event.day}",
                       link=city().page("desk-inbox", query="tab=lewat"))  # fmt: skip


@subscribe(CaseReturned)
def tell_returned(event: CaseReturned) -> None:
    step = _step(event.step_id)
    _tell_applicant(Application.of(step.case), notices.RETURNED, f"returned:{step.pk}",
                    where=step.unit.name)  # fmt: skip


@subscribe(CaseRefused)
def tell_refused(event: CaseRefused) -> None:
    step = _step(event.step_id)
    _tell_applicant(Application.of(step.case), notices.REFUSED, "refused", where=step.unit.name)


@subscribe(CaseDone)
def tell_done(event: CaseDone) -> None:
    application = _application(event.application_id)
    _tell_applicant(application, notices.DONE, "done", has_letter=application.issued.exists())


@subscribe(LetterRevoked)
def tell_revoked(event: LetterRevoked) -> None:
    application = _application(event.application_id)
    letter = Letter.objects.select_related("unit").get(pk=event.letter_id)
    _tell_applicant(application, notices.LETTER_REVOKED, f"revoked:{letter.pk}",
                    where=letter.unit.name)  # fmt: skip
