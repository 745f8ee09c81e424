"""What applicants are told of, and desks of applicants. No personal data stands in a mail."""

from typing import Any

from django.db.models import Q

from accounts.models import User
from events.subscribers import publish, subscribe
from kernel.clock import now
from messaging.notices import Notice, tell
from services.applications import notices
from services.applications.events import LetterRevoked, LetterVoid
from services.applications.issuing import finish_letters, go_on_without
from services.applications.models import Application, IssuedLetter, LifeEvent
from services.applications.requirements import keep_in_wallet
from services.applications.revoking import void_held
from services.cases.actions import complete
from services.cases.events import CaseDone, CaseRefused, CaseReturned, CaseSubmitted
from services.cases.finding import keys_of
from services.cases.kinds import kinds
from services.cases.models import Case, Step
from services.cases.route import today_of
from services.catalogue.translation import ORIGINAL
from services.letters import watching
from services.letters.models import Letter
from services.residents import codes
from services.residents.events import PersonChanged
from services.residents.models import Person, PersonEvent
from services.residents.subscribers import LEAVES
from services.results.queries import has_left_desk
from services.signing import notices as signing_notices
from services.signing.events import LetterSigned, SignatureRefused, StepSigned
from services.signing.models import Signature
from services.signing.ordering import are_missing
from tenants.office import queries as office
from tenants.office.roles import Can, can
from tenants.registry.current import city


def _application(case_id: int) -> Application | None:
    """The application that this case is; None when it is of another kind."""
    return Application.objects.select_related("version__service").filter(pk=case_id).first()


def _tell_applicant(application: Application, about: Notice, news: str, **values: Any) -> None:
    """Tell the applicant, if they can be reached, in their language."""
    user = User.objects.filter(resident__person=application.applicant_id).first()
    if user is None and not application.checked:
        user = application.opened_by  # for a relative without an account
    if user is not None:
        shown = application.version.read_in(user.language or ORIGINAL)
        tell(
            about, user, key=f"case:{application.pk}:{news}", number=application.number,
            service=shown.title, link=city().page("application", application.pk),
            city=city().name, **values,
        )  # fmt: skip


@subscribe(CaseSubmitted, when=lambda event: not event.returned_step_id)
def tell_received(event: CaseSubmitted) -> None:
    """A receipt: the number, and who has the application now."""
    application = _application(event.case_id)
    if application is not None:
        step = application.steps.filter(state=Step.State.OPEN).select_related("unit").first()
        where, title = (step.unit.name, step.title) if step is not None else ("", "")
        _tell_applicant(application, notices.SUBMITTED, "submitted", where=where, step=title)


@subscribe(CaseSubmitted)
def keep_documents(event: CaseSubmitted) -> None:
    """What was handed in goes into the wallet, where the applicant agreed to it."""
    application = _application(event.case_id)
    if application is not None:
        keep_in_wallet(application, at=now())


@subscribe(CaseReturned)
def tell_returned(event: CaseReturned) -> None:
    application = _application(event.case_id)
    if application is not None and not application.blueprint.filed_by:
        step = application.steps.select_related("unit").get(pk=event.step_id)
        _tell_applicant(application, notices.RETURNED, f"returned:{step.pk}",
                        where=step.unit.name)  # fmt: skip


@subscribe(CaseRefused)
def tell_refused(event: CaseRefused) -> None:
    application = _application(event.case_id)
    if application is not None:
        step = application.steps.select_related("unit").get(pk=event.step_id)
        _tell_applicant(application, notices.REFUSED, "refused", where=step.unit.name)


@subscribe(CaseDone)
def tell_done(event: CaseDone) -> None:
    application = _application(event.case_id)
    if application is not None:
        has_letter = application.issued.exists()
        if not has_letter and has_left_desk(application):
            return  # that its result is ready was told
        _tell_applicant(application, notices.DONE, "done", has_letter=has_letter)


@subscribe(LetterRevoked)
def tell_revoked(event: LetterRevoked) -> None:
    application = _application(event.application_id)
    assert application is not None
    letter = Letter.objects.select_related("unit").get(pk=event.letter_id)
    replaced = Letter.objects.filter(replaces=letter, state=Letter.State.READY).exists()
    _tell_applicant(application, notices.LETTER_REVOKED, f"revoked:{letter.pk}",
                    where=letter.unit.name, replaced=replaced)  # fmt: skip


@subscribe(LetterSigned)
def give_out_signed(event: LetterSigned) -> None:
    """A letter that nobody has to sign any more is given to its holder."""
    issued = IssuedLetter.objects.filter(letter=event.letter_id).first()
    if issued is not None:
        finish_letters(application_id=issued.application_id, at=now())


@subscribe(StepSigned)
def go_on_once_signed(event: StepSigned) -> None:
    """The step at which a further official signs comes to its end with the last of its letters."""
    row = Signature.objects.get(pk=event.signature_id)
    issued = IssuedLetter.objects.filter(letter=event.letter_id).first()
    if issued is not None:
        _end_signed_step(issued.application, row.step_key)


def _end_signed_step(application: Application, key: str) -> None:
    """End the step of a further official once none of its letters waits for them."""
    if are_missing(application.issued.values("letter"), key):
        return
    step = application.steps.filter(key=key, state=Step.State.OPEN).first()
    if step is not None:
        complete(step_id=step.pk, at=now())


@subscribe(SignatureRefused)
def tell_not_signed(event: SignatureRefused) -> None:
    """The letter is void. Its case goes on with its other letters; where none is left, it ends as
    refused. Its applicant and those who worked on it are told."""
    issued = go_on_without(event.letter_id, at=now())
    if issued is None:
        return
    row = Signature.objects.get(pk=event.signature_id)
    _end_signed_step(issued.application, row.step_key)
    if not issued.is_given_up:  # of which its applicant has not heard, and has the one before
        publish(LetterRevoked(event.letter_id, issued.application_id))
    steps = Step.objects.filter(case=issued.application_id, decided_by__isnull=False)
    letter = Letter.objects.select_related("unit", "revoked_by").get(pk=event.letter_id)
    people = {step.decided_by_id: step.decided_by for step in steps.select_related("decided_by")}
    people.pop(letter.revoked_by_id, None)
    for one in people.values():
        if one is not None:
            tell(
                signing_notices.REFUSED, one, key=f"not-signed:{event.signature_id}:{one.pk}",
                number=issued.application.number, where=letter.unit.name, city=city().name,
                link=city().page("desk-case", issued.application_id),
            )  # fmt: skip


@subscribe(LetterVoid)
def go_on_without_letter(event: LetterVoid) -> None:
    """A letter that nobody was to sign could not be made. Its applicant is told."""
    issued = go_on_without(event.letter_id, at=now())
    if issued is not None and not issued.is_given_up:
        publish(LetterRevoked(event.letter_id, issued.application_id))


@subscribe(CaseRefused)
def void_unsigned(event: CaseRefused) -> None:
    """What a further official was to sign at a step that does not come is void with its case."""
    step = Step.objects.select_related("decided_by").get(pk=event.step_id)
    if step.decided_by is not None:
        void_held(step, by=step.decided_by, at=now())


@subscribe(LetterRevoked)
def tell_who_checked(event: LetterRevoked) -> None:
    """Whoever checked the letter lately and asked to be told."""
    watching.tell_watchers(event.letter_id, at=now())


@subscribe(PersonChanged, when=lambda event: event.kind in LEAVES)
def tell_desks_of_gone_applicant(event: PersonChanged) -> None:
    """Whoever holds a desk at which an application of the person lies: it cannot be approved any
    more. Not where the event was undone meanwhile."""
    person = Person.objects.get(pk=event.person_id)
    if person.lives_here:
        return
    running = Step.objects.filter(
        state=Step.State.OPEN, case__application__applicant=person
    ).select_related("unit", "case__application__version__service")
    for step in running.order_by("pk"):
        held = office.current_holdings(today_of(now())).filter(
            post__unit=step.unit, post__role=step.role
        )
        is_neighbour = can(step.role, Can.VOUCHES)
        link = (
            city().page("rt-inbox") if is_neighbour else city().page("desk-case", step.case_id)
        )  # fmt: skip
        for holding in held.select_related("user").order_by("pk"):
            tell(
                notices.APPLICANT_GONE, holding.user,
                key=f"gone:{event.event_id}:{step.pk}:{holding.user_id}", number=step.case.number,
                what=PersonEvent.Kind(event.kind).label, link=link, city=city().name,
                service=step.case.application.version.service.title,
            )  # fmt: skip


@subscribe(PersonChanged, when=lambda event: event.kind == PersonEvent.Kind.UNDO)
def propose_again(event: PersonChanged) -> None:
    """What an application proposed and a desk recorded waits again once the act was undone; whom
    that act had entered is not known any more."""
    undone = PersonEvent.objects.select_related("reverses").get(pk=event.event_id).reverses
    if undone is None:
        return
    again = LifeEvent.objects.filter(source=undone.source_id, confirmed_at__isnull=False)
    entered = again.filter(person__status=codes.Status.INVALID)
    entered.update(person=None, confirmed_at=None, confirmed_by=None, source=None)
    again.update(confirmed_at=None, confirmed_by=None, source=None)


@subscribe(PersonChanged)
def find_by_the_new_name(event: PersonChanged) -> None:
    """A search at a desk finds what somebody asked for by the name and address of today."""
    mine = Q(applicant=event.person_id) | Q(report__about=event.person_id)
    found = Application.objects.filter(mine, number__isnull=False).select_related(
        "unit", *kinds[Application.KIND].related
    )
    for application in found.order_by("pk"):
        keys = keys_of(application)
        others = {key for key in application.search_keys or () if key.startswith("@")} - {*keys}
        Case.objects.filter(pk=application.pk).update(search_keys=sorted({*keys, *others}))
