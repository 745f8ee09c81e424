"""The journey of a case, like a parcel's: all that happened and all that is still to come."""

from datetime import date, datetime

from django.utils.translation import gettext

from kernel.text import in_capitals_and_small
from services.cases import reasons, route, rules, vouchers, vouching
from services.cases.kinds import Stop, Story, kind_of
from services.cases.models import Case, Step
from services.cases.neighbours import dusun_instead
from services.cases.plan import Plan
from services.catalogue.desks import said
from services.catalogue.queries import places_at
from services.catalogue.steps import DeskStep, PostStep, StepSpec
from tenants.office import queries as office
from tenants.office.models import Unit
from tenants.office.roles import title_at

_STATES = {
    Step.State.APPROVED: "done",
    Step.State.RETURNED: "returned",
    Step.State.REFUSED: "refused",
    Step.State.SKIPPED: "skipped",
    Step.State.FORWARDED: "forwarded",
    Step.State.OPEN: "now",
}


def timeline(case: Case, *, at: datetime, today: date, shown: Plan | None = None) -> list[Stop]:
    """``shown`` is the plan of the case in the reader's language."""
    kind = kind_of(case)
    plan = kind.plan(case)
    shown = shown or plan
    story = kind.story(case)
    stops = []
    before = {spec.key: spec.title for spec in plan.definition.steps}
    titles = {  # those that are translated
        spec.key: spec.title
        for spec in shown.definition.steps
        if spec.title != before.get(spec.key, spec.title)
    }
    if titles:
        places = places_at(case.unit.code)
        titles = {key: said(title, places) for key, title in titles.items()}
    if case.submitted_at:
        stops.append(Stop("done", story.sent, at=case.submitted_at))
    steps = list(case.steps.all())
    for step in steps:
        vouch = vouching.of(step)
        who = step.decided_by.name if step.decided_by else ""
        if vouch is not None:
            who = f"{in_capitals_and_small(who)}, {vouching.in_words(vouch, step)}"
        if step.state == Step.State.OPEN and step.role:
            who = _who_has(step, plan, today)
        stops.append(
            Stop(
                _STATES[Step.State(step.state)],
                reasons.title_in_words(step.title) or titles.get(step.key, step.title),
                where=step.unit.name if step.role or step.unit_id != case.unit_id else "",
                who=who,
                note=_note(step),
                at=step.decided_at or step.opened_at,
                due=step.due_at if step.state == Step.State.OPEN else None,
                late=step.state == Step.State.OPEN and step.due_at < at,
                checked=step.checked,
            )
        )
        if vouch is not None and (reply := vouch.reply):
            stops.append(Stop("done", gettext("Pertanyaan dijawab"), note=reply))
    stops.extend(_to_come(case, steps, shown, story))
    stops.extend(story.later)
    return stops


def _note(step: Step) -> str:
    """What was said, with ready words in the reader's language."""
    return reasons.in_words(step.note) if step.state == Step.State.SKIPPED else step.said


def _who_has(step: Step, plan: Plan, today: date) -> str:
    """Who is to decide an open step; while its head is away, who stands in."""
    if step.taken_by is not None:
        return step.taken_by.name
    if vouchers.vouches(plan.step(step.key)):
        holders = vouchers.asked(step, today)
        stands_in = next((one for one in holders if vouchers.stands_in(one)), None)
        if stands_in is not None:
            post = vouching.acting_as(title_at(stands_in.post.role, step.unit))
            return f"{in_capitals_and_small(stands_in.user.name)}, {post}"
    else:
        holder = office.holder_of(step.unit, step.role, today)
        holders = [holder] if holder is not None else []
    return holders[0].user.name if holders else ""


def _place_of(spec: StepSpec, way: list[StepSpec], code: str) -> str:
    """The code of the unit where a step will happen; "" when the case belongs to none."""
    if not isinstance(spec, PostStep):
        return ""
    where = rules.unit_code_for(spec, rt_code=code)
    if where or not isinstance(spec, DeskStep):
        return where
    dusun = dusun_instead(spec, way, code)
    return dusun.code if dusun is not None else ""


def _to_come(case: Case, steps: list[Step], plan: Plan, story: Story) -> list[Stop]:
    if case.state == Case.State.DONE:
        return [Stop("done", gettext("Selesai"), at=case.finished_at)]
    if case.state in (Case.State.REFUSED, Case.State.WITHDRAWN):
        return []
    if case.state == Case.State.ISSUING:
        return [Stop("now", story.making)]
    if case.state == Case.State.RETURNED:
        return [Stop("now", story.returned)]
    passed = {s.key for s in steps if s.state in (Step.State.APPROVED, Step.State.SKIPPED)}
    passed |= {s.key for s in steps if s.state == Step.State.OPEN}
    code = case.unit.code
    way = plan.route()
    planned = [
        (spec, _place_of(spec, way, code if vouchers.vouches(spec) else route.office_code(case)))
        for spec in way
    ]
    names = {unit.code: unit.name for unit in office.lineage(code)}
    others = [where for _, where in planned if where and where not in names]
    if others:
        names |= dict(Unit.objects.filter(code__in=others).values_list("code", "name"))
    places = places_at(code)
    stops = [
        Stop("todo", said(spec.title, places), where=names.get(where, ""))
        for spec, where in planned
        if spec.key not in passed
    ]
    return [*stops, Stop("todo", story.end)]
