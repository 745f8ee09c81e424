"""What signing does outside the database. Every letter's own outcome is written as it is known;
the outbox only brings the work to a worker and takes it up again after a worker died."""

from datetime import timedelta

from kernel.clock import now
from messaging import work
from services.signing import leases, making
from services.signing.models import Attempt

LEASE = timedelta(minutes=6)  # longer than one letter of a gateway, and than a hundred local ones


def _take_up(payload: work.Payload, key: str) -> work.Outcome:
    """A worker ended in the midst of it. The letter it was at is in doubt, and left to a person;
    those it had not begun are begun."""
    leases.end_of(payload["attempts"], at=now())
    left = Attempt.objects.filter(pk__in=payload["attempts"], state=Attempt.State.QUEUED)
    return work.Outcome.NOT_DONE if left.exists() else work.Outcome.DONE


def _given_up(payload: work.Payload, error: str) -> None:
    leases.give_up(payload["attempts"], at=now())


@work.effect("signing.sign", reconcile=_take_up, on_failed=_given_up, lease=LEASE, queue="effects")
def sign(payload: work.Payload, key: str) -> None:
    making.work(payload["batch_id"], payload["attempts"], payload["secret"])
