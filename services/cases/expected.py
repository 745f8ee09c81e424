"""When a case under way should be finished, if every desk takes all the time it has."""

from datetime import datetime

from services.cases.kinds import kind_of
from services.cases.models import Case
from services.cases.queries import open_steps
from services.cases.route import due_of


def expected_at(case: Case) -> datetime | None:
    """The moment by which the last desk should have decided; None if no desk has it now."""
    open_now = open_steps(case)
    if not open_now:
        return None
    plan = kind_of(case).plan(case)
    moment = max(step.due_at for step in open_now)
    stage = plan.stage_of(open_now[0].key)
    while stage := plan.stage_after(stage[-1].key):
        moment = max(due_of(spec, moment) for spec in stage)
    return moment
