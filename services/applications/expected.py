"""When a dossier under way should be finished, if every desk takes all the time it has."""

from datetime import datetime

from services.applications.models import Application
from services.cases.models import Step
from services.catalogue.rules import stage_after, stage_of
from tenants.office import queries as office


def expected_at(application: Application) -> datetime | None:
    """The moment by which the last desk should have decided; None if no desk has it now."""
    blueprint, answers = application.blueprint, application.answers
    open_now = [step for step in application.steps.all() if step.state == Step.State.OPEN]
    if not open_now:
        return None
    moment = max(step.due_at for step in open_now)
    calendar = office.calendar()
    stage = stage_of(blueprint, answers, open_now[0].key)
    while stage := stage_after(blueprint, answers, stage[-1].key):
        moment = max(calendar.due(moment, spec.clock.amount, spec.clock.unit) for spec in stage)
    return moment
