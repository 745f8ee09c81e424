"""A case comes to its desks: for the first time, or again after it was corrected."""

from datetime import datetime

from accounts.models import User
from events.subscribers import publish
from services.cases import deadlines, fees, rules
from services.cases.events import CaseSubmitted
from services.cases.finding import keys_of
from services.cases.kinds import kind_of
from services.cases.models import Case, Step
from services.cases.route import open_stage, record
from services.cases.way import way_at
from services.catalogue.steps import StepSpec
from services.letters.numbering import next_number
from tenants.office import queries as office
from tenants.registry.current import city


def send(case: Case, *, by: User | None, at: datetime) -> None:
    """Give a draft its number and open its first stage, or bring a returned case back to the stage
    that had returned it. Call with the case locked, as the last of a transaction."""
    if case.state == Case.State.DRAFT:
        local = at.astimezone(city().tz)
        case.number = rules.case_number(
            year=local.year,
            month=local.month,
            sequence=next_number(f"berkas:{local.year}"),
        )
        case.submitted_at, case.draft_key = at, None
        way = way_at(case.unit.code.partition("/")[0])
        case.initials = sorted(list(one) for one in office.initials())
        case.way = way.model_dump(mode="json") if way is not None else None
        case.search_keys = keys_of(case)
        stage, returned_step_id = kind_of(case).plan(case).first_stage(), 0
        deadlines.begin(case, at)
    else:
        stage, returned_step_id = _stage_again(case)
        deadlines.go_on(case, at)
    case.state = Case.State.RUNNING
    case.save(update_fields=[
        "number", "submitted_at", "state", "draft_key", "way", "initials", "search_keys",
    ])  # fmt: skip
    record(case, "case.submitted", by)
    publish(CaseSubmitted(case.pk, returned_step_id))
    open_stage(case, stage, at)
    if returned_step_id:
        _back_to_forwarded(case, returned_step_id)


def _back_to_forwarded(case: Case, returned_step_id: int) -> None:
    """What was returned by a desk to which it had been forwarded comes back to that one."""
    returned = next(step for step in case.steps.all() if step.pk == returned_step_id)
    before = case.steps.filter(key=returned.key, pk__lt=returned.pk)
    if before.filter(state=Step.State.FORWARDED).exists() and returned.unit.is_active:
        case.steps.filter(key=returned.key, state=Step.State.OPEN).update(
            unit=returned.unit_id, role=returned.role, deputies=returned.deputies
        )


def _stage_again(case: Case) -> tuple[list[StepSpec], int]:
    """The desks a returned case comes back to: those of its stage that had not approved when they
    last had it; and the step that had returned it."""
    steps = list(case.steps.all())
    returned = next(step for step in reversed(steps) if step.state == Step.State.RETURNED)
    plan = kind_of(case).plan(case)
    if all(spec.key != returned.key for spec in plan.route()):
        return plan.first_stage(), returned.pk  # the new answers lead elsewhere
    last = {step.key: step.state for step in steps}
    stage = plan.stage_of(returned.key)
    stage = [s for s in stage if last.get(s.key) != Step.State.APPROVED]
    return fees.stage_owed(case, plan.route(), stage), returned.pk
