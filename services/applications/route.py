"""Where a case goes: the row every action locks first, the stage that follows, the end."""

from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.errors import RuleBroken
from services.applications import reasons, rules
from services.applications.events import (
    CaseDone,
    StepOpened,
    StepSkipped,
)
from services.applications.models import Application
from services.cases.models import Step
from services.catalogue.blueprint import StepSpec
from services.catalogue.desks import said
from services.catalogue.models import Switch
from services.catalogue.queries import is_off, places_at
from services.catalogue.rules import (
    stage_after,
)
from services.letters.models import Letter
from services.residents import officials
from tenants.office import queries as office
from tenants.office.models import Holding
from tenants.registry.current import city


def locked(application_id: int) -> Application:
    """The dossier, locked until the transaction ends. Every action locks this row first."""
    return _locking().get(pk=application_id)


def locked_with(step_id: int) -> Application | None:
    """The same for the application that a step belongs to."""
    return _locking().filter(steps=step_id).first()


def _locking() -> QuerySet[Application]:
    return Application.objects.select_for_update(of=("case_ptr",)).select_related(
        "version__service", "applicant__household__rt", "unit"
    )


def today_of(at: datetime) -> date:
    return at.astimezone(city().tz).date()


def open_stage(
    application: Application, stage: list[StepSpec], at: datetime, *, has_letters: bool = False
) -> None:
    """Bring the dossier to a stage, passing over vacant steps that allow it, or to its end."""
    while stage:
        opened = [_open_one(application, spec, at) for spec in stage]
        if any(opened):
            return
        stage = stage_after(application.blueprint, application.answers, stage[-1].key)
    unfinished = application.issued.exclude(letter__state__in=Letter.FINISHED)
    if has_letters or unfinished.exists():
        application.state = Application.State.ISSUING
        application.save(update_fields=["state"])
    else:
        finish(application, at)


def open_next(
    application: Application, key: str, at: datetime, *, has_letters: bool = False
) -> None:
    """Bring the application to what follows a step. ``has_letters``: some are still to be made."""
    stage = stage_after(application.blueprint, application.answers, key)
    open_stage(application, stage, at, has_letters=has_letters)


def _open_one(application: Application, spec: StepSpec, at: datetime) -> bool:
    """Put the dossier on one desk; whether somebody must act there."""
    code = rules.unit_code_for(spec, rt_code=application.unit.code)
    unit = office.unit_at(code)
    reason = None
    if unit is None and spec.optional and spec.level in ("rt", "rw"):
        unit, reason = application.unit, reasons.NO_UNIT
    if unit is None:
        raise RuleBroken(
            gettext(
                "Langkah “%(title)s” belum bisa dijalankan: unit kerjanya belum dibuat. "
                "Hubungi admin daerah Anda."
            )
            % {"title": spec.title}
        )
    holder = office.holder_of(unit, spec.role, today_of(at))
    reason = reason or _why_skipped(spec, holder, application)
    village = application.unit.code.partition("/")[0]
    if reason is None and spec.level in ("rt", "rw") and is_off(village, Switch.ERT):
        reason = reasons.ERT_OFF
    step = Step.objects.create(
        case=application,
        key=spec.key,
        title=said(spec.title, places_at(application.unit.code)),
        unit=unit,
        role=spec.role,
        deputies=spec.deputies,
        opened_at=at,
        due_at=office.calendar().due(at, spec.clock.amount, spec.clock.unit),
        state=Step.State.OPEN if reason is None else Step.State.SKIPPED,
        decided_at=None if reason is None else at,
        note=reason or "",
    )
    if reason is None:
        publish(StepOpened(step.pk, application.pk, spec.level))
    else:
        publish(StepSkipped(step.pk, application.pk))
    return reason is None


def _why_skipped(spec: StepSpec, holder: Holding | None, application: Application) -> str | None:
    if not spec.optional:
        return None
    if holder is None:
        return reasons.VACANT
    person = application.applicant
    if is_self(holder.user, application) or officials.may_be(holder.user, person):
        return reasons.ONESELF
    return None


def is_self(user: User, application: Application) -> bool:
    """Whether this official is the applicant, by whichever account: nobody decides on their own
    request."""
    return application.applicant_id in officials.own_people(user)


def refuse_own(user: User, application: Application) -> None:
    """Raises RuleBroken when this official is the applicant, or cannot be told from them."""
    if is_self(user, application):
        raise RuleBroken(
            "Ini permohonan Anda sendiri, jadi harus ditangani pejabat lain. "
            "Minta pelaksana harian atau atasan melakukannya."
        )
    if officials.may_be(user, application.applicant):
        raise RuleBroken(
            "Nama pemohon sama dengan nama Anda, dan NIK Anda belum dicatat, jadi tidak bisa "
            "dipastikan bahwa ini bukan permohonan Anda sendiri. Jadi harus ditangani pejabat "
            "lain, atau minta admin kota mencatat NIK Anda di halaman jabatan Anda."
        )


def finish(application: Application, at: datetime) -> None:
    application.state = Application.State.DONE
    application.finished_at = at
    application.save(update_fields=["state", "finished_at"])
    record(application, "dossier.done", None)
    publish(CaseDone(application.pk))


def record(application: Application, what: str, by: User | None, **detail: object) -> None:
    audit.record(
        what, actor=by, subject="application", subject_id=application.pk, detail=dict(detail)
    )
