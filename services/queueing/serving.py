"""Serving somebody at a counter: the case is sent, and the number that was called ends with it."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts.models import User
from services.applications import actions, originals
from services.applications.models import Application
from services.queueing import tickets
from services.queueing.queries import local


@transaction.atomic
def send(
    *, application_id: int, originals_seen: Collection[str], by: User, reply: str = "",
    at: datetime,
) -> Application:  # fmt: skip
    """An official sends what they typed for somebody who stands there, or from a paper form: the
    originals they had in the hand are noted, and the number they serve ends with it. Sending twice
    changes nothing. Raises RuleBroken, LimitReached."""
    sent = actions.submit(application_id=application_id, by=by, reply=reply, at=at)
    originals.note(sent, originals_seen, by=by, at=at)
    tickets.close_with_case(case=sent, by=by, at=at, today=local(at).date())
    return sent
