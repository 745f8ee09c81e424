"""Work that the clock brings."""

from datetime import timedelta
from typing import Any

from kernel.clock import now
from messaging.periodic import periodic
from services.signing import ending, leases, reminding
from tenants.registry.current import city


@periodic("signing.leases", every=timedelta(minutes=5))
def end_leases(payload: dict[str, Any]) -> None:
    """Signatures whose worker died are in doubt: a person looks."""
    leases.end_overdue(at=now())


@periodic("signing.ending", every=timedelta(days=1))
def warn_of_ends(payload: dict[str, Any]) -> None:
    """Whoever signs learns a month before that their certificate ends."""
    ending.warn(at=now())


@periodic("signing.overdue", every=timedelta(minutes=30))
def remind_of_overdue(payload: dict[str, Any]) -> None:
    """Letters that wait too long for a signature: told once a day. Not while the city is read only:
    nobody could sign."""
    if not city().is_read_only:
        reminding.remind(at=now())
