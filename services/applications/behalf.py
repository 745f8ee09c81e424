"""The head of a neighbourhood fills in an application for a resident, who agrees before it is
sent (``consent``), and vouches with the same press."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.once import reading_once
from services.applications import actions, consent, loading, withdrawal
from services.applications.counter import BEGUN_ALONE
from services.applications.fitness import refuse_unfit
from services.applications.models import Application, OnBehalf
from services.applications.queries import head_post, is_helped_by
from services.applications.staffed import refuse_closed, village_of
from services.cases import decisions, vouchers
from services.cases.kinds import kind_of
from services.cases.models import Step
from services.cases.route import locked, today_of
from services.cases.way import way_at
from services.catalogue import queries as catalogue
from services.catalogue.models import Service
from services.letters.models import Letter
from services.residents import officials
from services.residents.models import Person

ELSEWHERE = "Permohonan diisikan pengurus di wilayah tempat orang ini tinggal."
OWN_FAMILY = (
    "Permohonan Anda dan keluarga serumah Anda diajukan lewat akun warga sendiri, atau di loket "
    "kelurahan."
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A service that may be asked for a resident, or why it may not."""

    service: Service
    reason: str = ""


def choices(person: Person, *, today: date) -> list[Choice]:
    """Every service for residents by name, those that are not for this one with the reason."""
    found = catalogue.offered()
    full = Service.objects.select_related("current").in_bulk([one.pk for one in found])
    off = catalogue.is_off(village_of(person), *(one.slug for one in found))
    with reading_once():
        rows = [Choice(one, _why_not(full[one.pk], person, today, off)) for one in found]
    return sorted(rows, key=lambda row: (bool(row.reason), row.service.title))


def _why_not(service: Service, person: Person, today: date, off: Collection[str]) -> str:
    assert service.current is not None
    try:
        refuse_unfit(service.current.blueprint.who, person, today=today)
        refuse_closed(service, person, today=today, off=off)
    except RuleBroken as refused:
        return refused.message
    return ""


@transaction.atomic
def begin(*, service: Service, applicant: Person, by: User, today: date) -> Application:
    """A draft for a resident of the own area, filled from the register and from earlier answers
    that are not sensitive; one that a head began goes on. Where another head did, the applicant is
    asked anew, and what only they were told is asked again.

    Raises NotThere for somebody who lives elsewhere and after the term, RuleBroken.
    """
    post = head_post(by, applicant, today=today)
    if post is None:
        raise NotThere(ELSEWHERE)
    refuse_own_family(by, applicant)
    draft = actions.begin(
        service=service, applicant=applicant, by=by, checked=Application.FOR_NEIGHBOUR
    )
    draft = Application.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    row, _ = OnBehalf.objects.get_or_create(
        application=draft, defaults={"typed_by": by, "title": post.title}
    )
    if draft.checked != Application.FOR_NEIGHBOUR or row.taken_over_at is not None:
        raise RuleBroken(BEGUN_ALONE)
    if row.typed_by_id != by.pk:
        row.typed_by, row.title = by, post.title
        row.save(update_fields=["typed_by", "title"])
        private = {spec.key for spec in draft.blueprint.fields if spec.sensitive}
        draft.seal_answers({k: said for k, said in draft.answers.items() if k not in private})
        draft.opened_by = by
        draft.save(update_fields=["opened_by", "answers_sealed"])
        consent.ask_again(draft)
    audit.record(
        "application.begun_on_behalf", actor=by, subject="application", subject_id=draft.pk,
        detail={"post": post.pk},
    )  # fmt: skip
    audit.record_read(
        actor=by, person_id=applicant.pk, purpose="rt-isi", office=post.title
    )  # fmt: skip
    return draft


def refuse_own_family(by: User, applicant: Person) -> None:
    """Raises RuleBroken for the own household: nobody vouches for it with one press."""
    own = officials.own_people(by)
    lives_with = Person.objects.filter(pk__in=own, household=applicant.household_id)
    if applicant.pk in own or officials.may_be(by, applicant) or lives_with.exists():
        raise RuleBroken(OWN_FAMILY)


@transaction.atomic
def send(*, application_id: int, by: User, at: datetime) -> Application:
    """Send what the resident agreed to, and vouch for it where ``will_vouch``: nobody is asked
    twice. Raises NotThere, RuleBroken."""
    today = today_of(at)
    application = loading.read(application_id)
    if application is None or not is_helped_by(by, application, today=today):
        raise NotThere(ELSEWHERE)
    was_draft = application.state == Application.State.DRAFT
    sent = actions.submit(application_id=application_id, by=by, at=at)
    if was_draft:
        for step in sent.steps.filter(state=Step.State.OPEN).select_related("unit"):
            step.case = sent
            if _answers(step, by, today):
                decisions.approve(step_id=step.pk, by=by, at=at)
                break
    return Application.objects.get(pk=application_id)


@transaction.atomic
def discard(*, application_id: int, by: User, at: datetime) -> None:
    """Throw away a draft that was typed for somebody. Raises NotThere, Stale."""
    application = locked(Application, application_id)
    if not is_helped_by(by, application, today=today_of(at)):
        raise NotThere(ELSEWHERE)
    if application.state != Application.State.DRAFT:
        raise Stale("Permohonan ini sudah dikirim.")
    withdrawal.withdraw(application_id=application_id, by=by, at=at)


def will_vouch(application: Application, by: User, *, at: datetime) -> bool:
    """Whether sending this draft also is the vouch of whoever typed it: the first step asks them,
    and the application is not their own."""
    way = way_at(application.unit.code.partition("/")[0])  # as sending keeps it
    application.way = way.model_dump(mode="json") if way is not None else None
    for spec in kind_of(application).plan(application).first_stage():
        if not vouchers.vouches(spec):
            continue
        place = vouchers.place_for(application, spec, at)
        if place is not None and place.reason is None:
            step = Step(
                case=application, key=spec.key, unit=place.unit, role=place.role,
                deputies=list(place.deputies),
            )  # fmt: skip
            if _answers(step, by, today_of(at)):
                return True
    return False


def _answers(step: Step, by: User, today: date) -> bool:
    """Whether an open step waits for this person's vouch."""
    if not vouchers.vouches(kind_of(step.case).plan(step.case).step(step.key)):
        return False
    asked = vouchers.asked(step, today)
    return any(one.user_id == by.pk for one in asked) and not vouchers.is_own(by, step.case)


# --- reading --------------------------------------------------------------------------------------


def listed(by: User) -> QuerySet[Application]:
    """What somebody typed for others as a head, the newest first; whether they may still open
    one, ``of_head`` says."""
    return (
        Application.objects.filter(
            on_behalf__typed_by=by, checked=Application.FOR_NEIGHBOUR
        )
        .select_related("version__service", "applicant__household__rt", "on_behalf")
        .prefetch_related(Prefetch("steps", Step.objects.select_related("unit")))
        .order_by("-pk")
    )  # fmt: skip


def in_area(found: Iterable[Application], by: User, *, today: date) -> list[Application]:
    """Those whose applicant lives today where this person is the head."""
    return [one for one in found if head_post(by, one.applicant, today=today) is not None]


def of_head(by: User, application_id: int, *, today: date) -> Application:
    """One application that somebody typed as a head, as long as they are the head where its
    applicant lives. Raises NotThere."""
    application = loading.read(application_id)
    is_theirs = (
        application is not None
        and application.checked == Application.FOR_NEIGHBOUR
        and application.helped is not None
        and application.helped.typed_by_id == by.pk
    )
    if not is_theirs or application is None:
        raise NotThere("Permohonan ini tidak ditemukan.")
    if head_post(by, application.applicant, today=today) is None:
        raise NotThere("Permohonan ini tidak ditemukan.")
    return application


def letters(application: Application) -> list[Letter]:
    """The finished letters that whoever typed may print, because the applicant agreed to it."""
    row = application.helped
    if row is None or not row.may_print or row.taken_over_at is not None:
        return []
    found = [issued.letter for issued in application.issued.all()]
    return [one for one in found if one.is_finished and one.state != Letter.State.REVOKED]


def letter_for(by: User, application_id: int, letter_id: int, *, today: date) -> Letter:
    """A letter to print for the resident; the reading is recorded. Raises NotThere."""
    application = of_head(by, application_id, today=today)
    found = next((one for one in letters(application) if one.pk == letter_id), None)
    if found is None:
        raise NotThere("Surat ini tidak ditemukan.")
    post = head_post(by, application.applicant, today=today)
    audit.record_read(
        actor=by, person_id=application.applicant_id, purpose="rt-cetak",
        office=post.title if post else "",
    )  # fmt: skip
    return found
