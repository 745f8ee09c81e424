"""Where a case goes: the row every action locks first, the stage that follows, the end."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypeVar

from django.db.models import QuerySet

from accounts.models import User
from audit import actions as audit
from audit.models import Entry
from events.subscribers import publish
from kernel.errors import NotThere, RuleBroken
from services.cases import deadlines, reasons
from services.cases.events import (
    CaseDone,
    CaseRefused,
    CaseReturned,
    StepDone,
    StepOpened,
    StepSkipped,
)
from services.cases.kinds import AtHand, kind_of, kinds
from services.cases.models import Case, Step
from services.cases.steps.registry import step_kinds
from services.catalogue.desks import said
from services.catalogue.queries import places_at
from services.catalogue.steps import DeskStep, PostStep, StepSpec
from services.residents import officials
from tenants.office import queries as office
from tenants.office.models import ServiceHours, Unit
from tenants.office.roles import NEIGHBOURHOOD, level_of
from tenants.registry.current import city

C = TypeVar("C", bound=Case)


def locked(model: type[C], case_id: int) -> C:
    """A case of one kind, locked until the transaction ends. Every action locks it first. Raises
    NotThere for a draft that was thrown away meanwhile."""
    case = _locking(model).filter(pk=case_id).first()
    if case is None:
        raise NotThere
    return case


def locked_any(case_id: int) -> Case:
    """A case of whatever kind, locked until the transaction ends. Raises NotThere."""
    case = _of_any_kind(pk=case_id)
    if case is None:
        raise NotThere
    return case


def at_hand(step_id: int) -> AtHand | None:
    """The case that a step belongs to, of whatever kind, locked; with all its steps."""
    case = _of_any_kind(steps=step_id)
    if case is None:
        return None
    steps = list(case.steps.select_related("unit", "decided_by", "taken_by", "vouch"))
    step = next(step for step in steps if step.pk == step_id)
    step.case = case
    return AtHand(case, step, steps, kind_of(case).plan(case).step(step.key))


def _of_any_kind(**wanted: int) -> Case | None:
    """One query where the first kind has it, as nearly always."""
    for kind in kinds:
        case = _locking(kind.model).filter(**wanted).first()
        if case is not None:
            return case
    return None


def _locking(model: type[C]) -> QuerySet[C]:
    """Both rows of a case are locked, first that of ``Case``: of a table that is joined and not
    locked, PostgreSQL gives the row as it was before the wait for the lock."""
    kind = next(kind for kind in kinds if kind.model is model)
    found: QuerySet[C] = QuerySet(model).select_for_update(of=("case_ptr", "self"))
    return found.select_related("unit", "located_in", "deadline", *kind.related)


def today_of(at: datetime) -> date:
    return at.astimezone(city().tz).date()


def office_code(case: Case) -> str:
    """The code from which the offices of a case are found: where its object lies, else where the
    applicant lives."""
    return (case.located_in or case.unit).code


def open_stage(case: Case, stage: list[StepSpec], at: datetime, *, is_making: bool = False) -> None:
    """Bring the case to a stage, passing over steps where nothing is to be done, or to its end.
    ``is_making``: a worker still makes something that came of it."""
    kind = kind_of(case)
    while stage:
        opened = [step_kinds[spec.kind].open(case, spec, at) for spec in stage]
        if any(opened):
            return
        stage = kind.plan(case).stage_after(stage[-1].key)
    deadlines.end(case, at)
    if is_making or kind.is_making(case):
        case.state = Case.State.ISSUING
        case.save(update_fields=["state"])
        kind.no_step_left(case, at)
    else:
        finish(case, at)


def put(
    case: Case, spec: StepSpec, at: datetime, *, unit: Unit | None = None, role: str = "",
    deputies: Sequence[str] = (), title: str = "", passed_over: str | None = None,
) -> bool:  # fmt: skip
    """Make the row of a step; whether it is open. ``unit`` and ``role`` are those of a desk,
    ``title`` takes the place of the service's own, ``passed_over`` says why nothing is to be done.
    """
    step = Step.objects.create(
        case=case,
        key=spec.key,
        kind=spec.kind,
        title=title or said(spec.title, places_at(case.unit.code)),
        unit=unit or case.unit,
        role=role,
        deputies=list(deputies),
        opened_at=at,
        due_at=due_of(spec, at, unit),
        state=Step.State.OPEN if passed_over is None else Step.State.SKIPPED,
        decided_at=None if passed_over is None else at,
        note=passed_over or "",
        topic=kind_of(case).topic(case),
        case_unit_id=case.unit_id,
    )
    if passed_over is None:
        level = spec.level if role and isinstance(spec, PostStep) else ""
        publish(StepOpened(step.pk, case.pk, level))
    else:
        publish(StepSkipped(step.pk, case.pk))
    return passed_over is None


def put_again(
    hand: AtHand, at: datetime, *, due_at: datetime, taken_by: User | None = None
) -> Step:
    """Open a step that was closed once more, by a row of its own: what was decided before stays
    as it was."""
    before = hand.step
    step = Step.objects.create(
        case=hand.case,
        key=before.key,
        kind=before.kind,
        title=before.title,
        unit=before.unit,
        role=before.role,
        deputies=before.deputies,
        opened_at=at,
        due_at=due_at,
        topic=before.topic,
        case_unit_id=before.case_unit_id,
        taken_by=taken_by,
        taken_at=at if taken_by is not None else None,
    )
    level = hand.spec.level if isinstance(hand.spec, PostStep) else ""
    publish(StepOpened(step.pk, hand.case.pk, level, reopened=True))
    return step


def is_near(unit: Unit) -> bool:
    """Whether neighbours answer there, in hours of their own."""
    return level_of(unit.kind) in NEIGHBOURHOOD


def due_of(spec: StepSpec, at: datetime, unit: Unit | None = None) -> datetime:
    """Until when a step that begins at a moment has time: in the hours of the neighbours who vouch,
    or in those of its office. ``unit`` is where it lies, when that is known."""
    near = (
        isinstance(spec, DeskStep) and spec.level in NEIGHBOURHOOD
        if unit is None
        else is_near(unit)
    )
    hours = ServiceHours.Of.NEIGHBOURHOOD if near else ServiceHours.Of.OFFICE
    where = None if unit is None or near else unit.pk
    return office.calendar(hours, where).due(at, spec.clock.amount, spec.clock.unit)


def open_next(case: Case, key: str, at: datetime, *, is_making: bool = False) -> None:
    """Bring the case to what follows a step."""
    open_stage(case, kind_of(case).plan(case).stage_after(key), at, is_making=is_making)


def complete(hand: AtHand, at: datetime, *, by: User | None, note: str) -> None:
    """Close a step as done, do what that brings, and bring the case to what follows."""
    case, step = hand.case, hand.step
    close(hand, Step.State.APPROVED, at, by=by, note=note)
    publish(StepDone(step.pk, case.pk))
    is_making = kind_of(case).approved(hand, at)
    if all(other.state != Step.State.OPEN for other in hand.steps):
        open_next(case, step.key, at, is_making=is_making)


_AUDIT = {
    Step.State.APPROVED: "case.approve",
    Step.State.RETURNED: "case.return",
    Step.State.REFUSED: "case.refuse",
    Step.State.FORWARDED: "case.forward",
}


def close(hand: AtHand, state: Step.State, at: datetime, *, by: User | None, note: str) -> None:
    step = hand.step
    step.state, step.decided_at, step.decided_by, step.note = state, at, by, note
    step.save(update_fields=["state", "decided_at", "decided_by", "note", "about", "checked"])
    stands_in = {"stands_in_for": hand.post.title} if hand.post and hand.post.is_stood_in else {}
    record(hand.case, _AUDIT[state], by, step=step.key, **stands_in)


def close_others(hand: AtHand, at: datetime) -> None:
    """A case that goes back or ends leaves the desks beside this one too."""
    step = hand.step
    hand.case.steps.filter(state=Step.State.OPEN).exclude(pk=step.pk).update(
        state=Step.State.SKIPPED, decided_at=at, note=reasons.DECIDED_AT % {"unit": step.unit.name}
    )


def give_back(hand: AtHand, at: datetime, *, by: User | None, note: str) -> None:
    """Give the case back to whose it is, to be corrected and sent again."""
    close(hand, Step.State.RETURNED, at, by=by, note=note)
    close_others(hand, at)
    hand.case.state = Case.State.RETURNED
    hand.case.save(update_fields=["state"])
    kind_of(hand.case).returned(hand.case, hand.step)
    deadlines.rest(hand.case, at)
    publish(CaseReturned(hand.step.pk, hand.case.pk))


def turn_down(hand: AtHand, at: datetime, *, by: User | None, note: str) -> None:
    """End the case without what was asked for."""
    close(hand, Step.State.REFUSED, at, by=by, note=note)
    close_others(hand, at)
    hand.case.state, hand.case.finished_at = Case.State.REFUSED, at
    hand.case.save(update_fields=["state", "finished_at"])
    deadlines.end(hand.case, at)
    publish(CaseRefused(hand.step.pk, hand.case.pk))


def is_self(user: User, case: Case) -> bool:
    """Whether this official is whose case it is, by whichever account: nobody decides on their
    own request."""
    person = kind_of(case).person(case)
    return person is not None and person.pk in officials.own_people(user)


def may_be_self(user: User, case: Case) -> bool:
    """Whether that cannot be told: their names are alike and the official's NIK is not known."""
    person = kind_of(case).person(case)
    return person is not None and officials.may_be(user, person)


def refuse_own(user: User, case: Case) -> None:
    """Raises RuleBroken when it is this official's own case, or that cannot be told."""
    if is_self(user, case):
        raise RuleBroken(
            "Ini permohonan Anda sendiri, jadi harus ditangani pejabat lain. "
            "Minta pelaksana harian atau atasan melakukannya."
        )
    if may_be_self(user, case):
        raise RuleBroken(
            "Nama pemohon sama dengan nama Anda, dan NIK Anda belum dicatat, jadi tidak bisa "
            "dipastikan bahwa ini bukan permohonan Anda sendiri. Jadi harus ditangani pejabat "
            "lain, atau minta admin kota mencatat NIK Anda di halaman jabatan Anda."
        )


def finish(case: Case, at: datetime) -> None:
    case.state = Case.State.DONE
    case.finished_at = at
    case.save(update_fields=["state", "finished_at"])
    record(case, "case.done", None)
    kind_of(case).ended_well(case, at)
    publish(CaseDone(case.pk))


def record(case: Case, what: str, by: User | None, **detail: object) -> Entry:
    return audit.record(what, actor=by, subject=case.kind, subject_id=case.pk, detail=dict(detail))
