"""Walk a sample request through a service, with dates over nights, weekends and holidays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from kernel.workdays import WorkCalendar
from services.catalogue.blueprint import Blueprint
from services.catalogue.rules import first_stage, outputs_of, results_of, stage_after
from services.catalogue.steps import StepSpec
from services.catalogue.tariff import charges, total
from services.questions.conditions import Answers


@dataclass(frozen=True, slots=True)
class Walked:
    """One desk of the walk."""

    step: StepSpec
    opens: datetime
    due: datetime
    leaves: datetime  # when it is decided in this walk
    letters: tuple[str, ...]  # and other results
    beside: bool  # runs side by side with the one before
    fee: int | None  # rupiah to be paid here; None where nothing is paid


@dataclass(frozen=True, slots=True)
class Walk:
    """The whole way of one sample request."""

    stops: tuple[Walked, ...]
    done: datetime
    latest: datetime  # when it is done at the latest, if every desk uses its whole clock


def walk(
    blueprint: Blueprint,
    answers: Answers,
    *,
    start: datetime,
    calendar: WorkCalendar,
    decided_after: Mapping[str, timedelta] | None = None,
) -> Walk:
    """Every desk in turn. A desk decides when its clock ends, or after ``decided_after[key]``.

    Letters are those that each approval would issue.
    """
    stops: list[Walked] = []
    moment = latest = start
    stage = first_stage(blueprint, answers)
    while stage:
        opened, ends, worst = moment, [], []
        for number, step in enumerate(stage):
            due = calendar.due(opened, step.clock.amount, step.clock.unit)
            spent = (decided_after or {}).get(step.key)
            leaves = min(opened + spent, due) if spent is not None else due
            letters = outputs_of(blueprint, answers, step.key)
            made = [r.label for r in results_of(blueprint, answers) if r.step == step.key]
            subjects = (*(output.subject for output in letters), *made)
            fee = _fee(blueprint, answers) if step.charges else None
            stops.append(Walked(step, opened, due, leaves, subjects, number > 0, fee))
            ends.append(leaves)
            worst.append(calendar.due(latest, step.clock.amount, step.clock.unit))
        moment, latest = max(ends), max(worst)
        stage = stage_after(blueprint, answers, stage[-1].key)
    return Walk(tuple(stops), moment, latest)


def _fee(blueprint: Blueprint, answers: Answers) -> int:
    return total(charges(blueprint.tariff, answers)) if blueprint.tariff else 0
