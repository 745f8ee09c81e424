"""Work after the commit."""

from typing import Any

from kernel.clock import now
from messaging import outbox
from services.applications import actions


@outbox.handler("applications.issue")
def issue(payload: dict[str, Any]) -> None:
    actions.finish_letters(application_id=int(payload["application_id"]), at=now())
