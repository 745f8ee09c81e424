"""What signing does outside the database. Every letter's own outcome is written as it is known;
the outbox only brings the work to a worker and takes it up again after a worker died."""

from datetime import timedelta

from accounts.models import User
from kernel.clock import now
from messaging import work
from services.signing import confirming, identities, leases, making, settling, trial
from services.signing.models import Attempt

LEASE = timedelta(minutes=6)  # longer than one letter of a gateway, and than a hundred local ones


def _take_up(payload: work.Payload, key: str) -> work.Outcome:
    """A worker ended in the midst of it. The letter it was at is in doubt, and left to a person;
    those it had not begun are begun."""
    leases.end_of(payload["attempts"], at=now())
    left = Attempt.objects.filter(pk__in=payload["attempts"], state=Attempt.State.QUEUED)
    return work.Outcome.NOT_DONE if left.exists() else work.Outcome.DONE


def _given_up(payload: work.Payload, error: str) -> None:
    leases.give_up([*payload["attempts"], *payload.get("then", [])], at=now())


def _next(payload: work.Payload, result: object) -> None:
    confirming.go_on(payload)


@work.effect(
    "signing.sign", record=_next, reconcile=_take_up, on_failed=_given_up, lease=LEASE,
    queue="effects",
)  # fmt: skip
def sign(payload: work.Payload, key: str) -> None:
    making.work(
        payload["batch_id"], payload["attempts"], payload["secret"],
        is_first=payload.get("is_first", True),
    )  # fmt: skip


def _repeat(payload: work.Payload, key: str) -> work.Outcome:
    """Questions change nothing at the gateway."""
    return work.Outcome.NOT_DONE


def _not_recalled(payload: work.Payload, error: str) -> None:
    settling.recall_ended(payload["attempt_id"], making.FAULT)


@work.effect("signing.recall", reconcile=_repeat, on_failed=_not_recalled, queue="effects")
def recall(payload: work.Payload, key: str) -> None:
    by = User.objects.get(pk=payload["by"])
    settling.recall(attempt_id=payload["attempt_id"], by=by, at=now())


def _not_asked(payload: work.Payload, error: str) -> None:
    identities.answered(payload["user_id"], making.FAULT)


@work.effect("signing.ask", reconcile=_repeat, on_failed=_not_asked, queue="effects")
def ask(payload: work.Payload, key: str) -> None:
    user = User.objects.get(pk=payload["user_id"])
    if payload["what"] == identities.CODE:
        identities.ask_code(user, payload["count"])
    else:
        identities.ask_status(user, now())


def _tried_before(payload: work.Payload, key: str) -> work.Outcome:
    """A worker ended while the gateway had the sheet: the passphrase is gone, nothing is sent
    again."""
    _not_tried(payload, "")
    return work.Outcome.DONE


def _not_tried(payload: work.Payload, error: str) -> None:
    trial.ended(payload["user_id"], payload["trial"], making.FAULT)


@work.effect(
    trial.KIND, reconcile=_tried_before, on_failed=_not_tried, lease=LEASE, queue="effects"
)
def try_out(payload: work.Payload, key: str) -> None:
    user = User.objects.get(pk=payload["user_id"])
    trial.run(user, payload["trial"], payload["secret"])
