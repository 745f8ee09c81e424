"""Work that the clock brings."""

import logging
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from kernel.clock import now
from kernel.errors import RuleBroken
from messaging.periodic import periodic
from services.cases import documents, queries
from services.cases.deadline_end import pass_by
from services.cases.models import CaseDeadline, Document
from services.cases.morning import send_morning_lists
from services.cases.overdue import handle_overdue
from tenants.registry.current import city
from tenants.registry.leftovers import sweep

log = logging.getLogger(__name__)


@periodic("cases.overdue", every=timedelta(minutes=10))
def overdue(payload: dict[str, Any]) -> None:
    """Missed clocks: remind, tell the superior, or pass on, as each step says.

    Not while the city is read only: nobody could act on it, and nothing may pass anybody by.
    A case that cannot go on is reported and holds up no other.
    """
    if city().is_read_only:
        return
    at = now()
    for step_id in list(queries.overdue(at=at).values_list("pk", flat=True)[:500]):
        try:
            handle_overdue(step_id=step_id, at=at)
        except RuleBroken as wrong:
            log.error("step %s is late and cannot be passed on: %s", step_id, wrong.message)


@periodic("cases.deadlines", every=timedelta(minutes=10))
def pass_deadlines(payload: dict[str, Any]) -> None:
    """Terms of the law of which a share is used up, or that have ended. Not while the city is read
    only; a case that cannot go on is reported and holds up no other."""
    if city().is_read_only:
        return
    at = now()
    near = CaseDeadline.objects.filter(next_at__lte=at).order_by("next_at", "pk")
    for case_id in list(near.values_list("case_id", flat=True)[:500]):
        try:
            pass_by(case_id=case_id, at=at)
        except RuleBroken as wrong:
            log.error("case %s is past its term and cannot go on: %s", case_id, wrong.message)


@periodic("cases.morning", every=timedelta(minutes=30))
def morning(payload: dict[str, Any]) -> None:
    """Each desk's list for the day."""
    if not city().is_read_only:
        send_morning_lists(at=now())


@periodic("cases.leftovers", every=timedelta(days=1))
def leftovers(payload: dict[str, Any]) -> None:
    """Uploads whose row was never committed, or whose deletion was cut short."""
    sweep(documents.FOLDER, _uploads, at=now())


def _uploads(paths: Collection[str]) -> set[str]:
    return set(Document.objects.filter(path__in=paths).values_list("path", flat=True))
