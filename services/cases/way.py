"""How a request passes the neighbourhood: the rules of the city (``VouchRules``), as a case keeps
them from when it was sent, and what they change in the steps of a service."""

from typing import Any, Literal, TypeVar

from django.utils.translation import gettext, gettext_noop

from services.cases.models import VouchRules
from services.catalogue.blueprint import Blueprint
from services.catalogue.shorthand import STEPS
from services.catalogue.steps import Clock, DeskStep, StepSpec
from services.questions.conditions import Strict
from tenants.registry.current import city

KNOWS = gettext_noop("Ketua RW mengetahui")
KEY = "rw"
B = TypeVar("B", bound=Blueprint)


class Way(Strict):
    """The rules that one case goes by."""

    rw_follows: bool
    rt: Clock
    rw: Clock
    silence: Literal["village", "rw"]
    own: Literal["village", "neighbour"]
    household: bool


def way_of(stored: dict[str, Any] | None) -> Way | None:
    """What a case keeps; None where the service alone says how it goes."""
    return Way.model_validate(stored) if stored is not None else None


def way_at(village: str) -> Way | None:
    """The rules in force in the village with this code: its own, else the city's. One query."""
    rows = VouchRules.objects.filter(unit__code__in=[village, city().code])
    found = {row.unit.code: row for row in rows.select_related("unit")}
    rules = found.get(village) or found.get(city().code)
    return as_way(rules) if rules is not None else None


def as_way(rules: VouchRules) -> Way:
    return Way.model_validate(
        {
            "rw_follows": rules.rw_follows,
            "rt": {"amount": rules.rt_amount, "unit": rules.rt_unit},
            "rw": {"amount": rules.rw_amount, "unit": rules.rw_unit},
            "silence": rules.silence,
            "own": rules.own,
            "household": rules.household,
        }
    )


def applied(definition: B, way: Way | None) -> B:
    """The service with the steps that these rules give it, in the reader's language."""
    if way is None:
        return definition
    steps: list[StepSpec] = []
    signed = {output.step for output in definition.outputs}
    has_rw = any(isinstance(step, DeskStep) and step.level == "rw" for step in definition.steps)
    for step in definition.steps:
        if not isinstance(step, DeskStep) or step.level not in ("rt", "rw", "dusun"):
            steps.append(step)
            continue
        steps.append(_timed(step, way))
        # Where the RT's approval signs the letter, nothing is left for an RW to add to it.
        if way.rw_follows and step.level == "rt" and not has_rw and step.key not in signed:
            has_rw = True
            steps.append(_timed(_rw(definition, step), way))
    return definition.model_copy(update={"steps": steps})


def _timed(step: DeskStep, way: Way) -> DeskStep:
    clock = way.rw if step.level == "rw" else way.rt
    return step.model_copy(update={"clock": clock, "on_timeout": "teruskan"})


def _rw(definition: Blueprint, after: DeskStep) -> DeskStep:
    """The step of the RW behind that of the RT."""
    keys = {step.key for step in definition.steps}
    raw = {**STEPS["rw"][0], "key": KEY if KEY not in keys else "rw_kota"}
    step = DeskStep.model_validate(raw)
    return step.model_copy(update={"title": gettext(KNOWS), "when": after.when})
