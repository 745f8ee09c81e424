"""Who vouches for a resident. One place knows it: opening a step, deciding it, telling who waits
for it and the timeline all ask here.

At a unit its head vouches, and so does whoever holds another post there whose role vouches. Nobody
vouches for their own request: it goes to a deputy at the unit, else to the RW above an RT, else,
where the rules of the city say so, to a neighbouring RT; else it passes on, or the head of the
village answers where a letter has to come of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeGuard

from accounts.models import User
from services.cases import reasons, route, rules
from services.cases.kinds import kind_of
from services.cases.models import Case, Step
from services.cases.neighbours import dusun_instead
from services.cases.way import way_of
from services.catalogue.models import Switch
from services.catalogue.queries import is_off, places_at
from services.catalogue.steps import DeskStep, StepSpec
from services.residents import officials
from services.residents.models import Person
from tenants.backend.scope import once_here
from tenants.office import absences
from tenants.office import queries as office
from tenants.office.models import Holding, Unit
from tenants.office.roles import NEIGHBOURHOOD, SHIPPED, Can, can, head_of, level_of, title_at

NEAR = 20  # neighbouring RT that are looked through


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step lies, and who may act there. ``reason`` says why it is passed over."""

    unit: Unit
    role: str
    deputies: Sequence[str] = ()
    reason: str | None = None


def vouches(spec: StepSpec) -> TypeGuard[DeskStep]:
    """Whether a head who lives nearby answers at this step."""
    return isinstance(spec, DeskStep) and spec.level in NEIGHBOURHOOD


def _needed(unit: Unit) -> Can:
    """What a role must be able to do to answer at a unit: in an office, in place of a neighbour."""
    return Can.VOUCHES if level_of(unit.kind) in NEIGHBOURHOOD else Can.SIGNS


def at_unit(unit: Unit, on: date) -> list[Holding]:
    """Who may vouch at a unit on a day, its head first, a proper holder before an acting one and
    before whoever stands in. One query, read once."""
    return list(once_here(("cases.vouchers", unit.pk, on), lambda: _at_unit(unit, on)))


def _at_unit(unit: Unit, on: date) -> list[Holding]:
    held = absences.holders_at(unit, on)
    needed, head = _needed(unit), head_of(unit.kind)
    found = [holding for holding in held if can(holding.post.role, needed)]
    return sorted(found, key=lambda holding: holding.post.role != head)


def stands_in(holding: Holding) -> bool:
    """Whether this is who stands in for a head who is away: a row that is not kept."""
    return holding.pk is None


def is_own(user: User, case: Case) -> bool:
    """Whether it is this person's own request, or that cannot be told; where the rules of the city
    say so, also that of their household."""
    if route.is_self(user, case) or route.may_be_self(user, case):
        return True
    way, person = way_of(case.way), kind_of(case).person(case)
    if way is None or not way.household or person is None:
        return False
    return person.household_id in _households(user)


def _households(user: User) -> set[int]:
    """The households in which an official lives, by whichever account."""

    def read() -> set[int]:
        own = Person.objects.filter(pk__in=officials.own_people(user))
        return set(own.values_list("household_id", flat=True))

    return once_here(("cases.households", user.pk), read)


def vouchers(case: Case, unit: Unit, on: date) -> list[Holding]:
    """Who may vouch for this case at this unit on a day, its head first. Never whose case it is."""
    return [holding for holding in at_unit(unit, on) if not is_own(holding.user, case)]


def asked(step: Step, on: date) -> list[Holding]:
    """For whom an open step waits: who holds its post, and where they may not, the deputies."""
    there = at_unit(step.unit, on)
    if len({holding.user_id for holding in there}) > 1:
        there = [holding for holding in there if not is_own(holding.user, step.case)]
    may = [h for h in there if h.post.role == step.role or h.post.role in step.deputies]
    first = [holding for holding in may if holding.post.role == step.role]
    return first or may


def place_for(case: Case, spec: DeskStep, at: datetime) -> Place | None:
    """Where a vouching step of a case opens, or why it is passed over; None where nobody is there
    and it may not be. Who asked the applicant something gets the answer."""
    on = route.today_of(at)
    if case.submitted_at != at:
        last = case.steps.filter(key=spec.key).select_related("unit").last()
        asked_back = last is not None and last.state == Step.State.RETURNED
        if last is not None and asked_back and vouchers(case, last.unit, on):
            return _at(last.unit, spec, on)
    unit = _own_unit(case, spec)
    reason = _why_not(case, unit, on)
    if unit is not None and reason is None:
        return _at(unit, spec, on)
    for other in _instead(case, spec, reason):
        if vouchers(case, other, on):
            return _at(other, spec, on)
    if spec.optional:
        there = Place(case.unit, spec.role, spec.deputies) if unit is None else _at(unit, spec, on)
        return replace(there, reason=reason)
    return None if unit is None else _at(unit, spec, on)  # it waits until somebody is there


def _own_unit(case: Case, spec: DeskStep) -> Unit | None:
    """The unit whose head is asked first."""
    code = case.unit.code
    unit = office.unit_at(rules.unit_code_for(spec, rt_code=code))
    return unit or dusun_instead(spec, kind_of(case).plan(case).route(), code)


def _why_not(case: Case, unit: Unit | None, on: date) -> str | None:
    """Why nobody vouches for a case at the unit where it belongs."""
    if unit is None:
        return reasons.NO_UNIT
    if not vouchers(case, unit, on):
        return reasons.ONESELF if at_unit(unit, on) else reasons.VACANT
    village = case.unit.code.partition("/")[0]
    return reasons.ERT_OFF if is_off(village, Switch.ERT) else None


def _instead(case: Case, spec: DeskStep, reason: str | None) -> list[Unit]:
    """The units that are asked in place of the one where the case belongs, in their order."""
    found: list[Unit | None] = []
    way = way_of(case.way)
    if spec.level == "rt" and reason != reasons.ERT_OFF and not (spec.optional and _asks_rw(case)):
        silence_to_rw = way is not None and way.silence == "rw"
        if not spec.optional or reason == reasons.ONESELF or silence_to_rw:
            found.append(_rw_of(case, spec))
    if reason == reasons.ONESELF and way is not None and way.own == "neighbour":
        found += _neighbours(case)
    if not spec.optional:
        found.append(office.unit_at(case.unit.code.partition("/")[0]))
    return [unit for unit in found if unit is not None]


def _asks_rw(case: Case) -> bool:
    """Whether the case passes a step of the RW anyway."""
    route_ = kind_of(case).plan(case).route()
    return any(isinstance(step, DeskStep) and step.level == "rw" for step in route_)


def _rw_of(case: Case, spec: DeskStep) -> Unit | None:
    code = rules.unit_code_for(spec.model_copy(update={"level": "rw"}), rt_code=case.unit.code)
    return office.unit_at(code) if code else None


def _neighbours(case: Case) -> list[Unit]:
    """The other RT of the same RW, by number."""
    above = case.unit.code.rpartition("/")[0]
    near = Unit.objects.filter(kind=Unit.Kind.RT, is_active=True, code__startswith=f"{above}/")
    return list(near.exclude(pk=case.unit_id).order_by("code")[:NEAR])


def after_silence(case: Case, spec: DeskStep, silent: Unit, at: datetime) -> Place | None:
    """Who is asked when nobody answered at a unit in time; None where the case goes on to what
    follows the step. Not the RW where it is asked anyway."""
    way, on = way_of(case.way), route.today_of(at)
    next_: list[Unit | None] = []
    is_rt = level_of(silent.kind) == "rt"
    if is_rt and way is not None and way.silence == "rw" and not (spec.optional and _asks_rw(case)):
        next_.append(_rw_of(case, spec))
    if not spec.optional:
        next_.append(office.unit_at(case.unit.code.partition("/")[0]))
    for unit in next_:
        if unit is not None and vouchers(case, unit, on):
            return _at(unit, spec, on)
    return None


def _at(unit: Unit, spec: DeskStep, on: date) -> Place:
    """A step at a unit: for the role it names, or for the head of a unit that is asked instead;
    the other roles that may vouch there are deputies."""
    level = level_of(unit.kind)
    is_own = level == spec.level
    role, needed = spec.role if is_own else head_of(unit.kind), _needed(unit)
    shipped = [one.code for one in SHIPPED.values() if level in one.levels and needed in one.can]
    held = [holding.post.role for holding in at_unit(unit, on)]
    others = dict.fromkeys([*(spec.deputies if is_own else []), *shipped, *held])
    return Place(unit, role, [one for one in others if one != role])


def title_instead(case: Case, spec: StepSpec, place: Place) -> str:
    """What a step is called that lies at another unit than the case's own; "" at its own."""
    if not vouches(spec) or place.unit == _own_unit(case, spec) or place.reason is not None:
        return ""
    whom = places_at(case.unit.code).voucher.head
    return reasons.INSTEAD % {"who": title_at(place.role, place.unit), "whom": whom}
