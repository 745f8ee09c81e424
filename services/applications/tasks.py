"""Work after the commit."""

from datetime import timedelta
from typing import Any

from kernel.clock import now
from messaging import outbox, work
from messaging.periodic import periodic
from services.applications import collective, issuing
from services.cases.route import today_of


@work.handler("applications.issue")
def issue(payload: dict[str, Any]) -> None:
    """The PDFs of letters just approved."""
    issuing.finish_letters(application_id=int(payload["application_id"]), at=now())


@work.handler("applications.collective")
def begin_collective(payload: dict[str, Any]) -> None:
    """A row of work for each line of a file: any worker does it, in a transaction of its own."""
    for row_id in collective.waiting(payload["collective_id"]):
        outbox.enqueue(
            "applications.collective_row", {"row_id": row_id}, key=f"collective-row:{row_id}"
        )


def _gave_up(payload: dict[str, Any], _error: str) -> None:
    collective.give_up(row_id=payload["row_id"])


@work.handler("applications.collective_row", on_failed=_gave_up)
def make_collective_row(payload: dict[str, Any]) -> None:
    """The application of one line."""
    at = now()
    collective.make(row_id=payload["row_id"], at=at, today=today_of(at))


@periodic("applications.tidy_collectives", every=timedelta(days=1))
def tidy_collectives(payload: dict[str, Any]) -> None:
    """Files that were looked at and never begun."""
    collective.tidy_up(at=now())
