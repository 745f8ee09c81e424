"""What operators do about a city's money."""

from datetime import datetime

from django.db import transaction

from audit import actions as audit
from audit.actions import Actor
from billing import lifecycle, mirror, queries
from billing.actions import _note
from billing.models import StripeEvent
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from messaging import outbox
from tenants.backend.scope import in_public
from tenants.registry import entitlements


def hold(account_id: int, *, reason: str, by: Actor, at: datetime | None = None) -> None:
    """Make a city read only by hand, until ``release``."""
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise RuleBroken("Tulis alasannya; admin daerah akan membacanya.", field="reason")
    with in_public(), transaction.atomic():
        account = mirror.lock(account_id)
        account.held_reason = reason
        account.save(update_fields=["held_reason"])
        _note("billing.held", account, by, reason=reason)
        lifecycle.settle(account_id, at or now(), by_hand=True)


def release(account_id: int, *, by: Actor, at: datetime | None = None) -> None:
    """Take a hold back: the city goes where its payments put it."""
    with in_public(), transaction.atomic():
        account = mirror.lock(account_id)
        account.held_reason = ""
        account.save(update_fields=["held_reason"])
        _note("billing.released", account, by)
        lifecycle.settle(account_id, at or now(), by_hand=True)


def extend_trial(
    account_id: int, *, until: datetime, by: Actor, at: datetime | None = None
) -> None:
    """Let a city that has not subscribed try until then."""
    at = at or now()
    if until <= at:
        raise RuleBroken("Pilih tanggal yang akan datang.", field="until")
    with in_public(), transaction.atomic():
        account = mirror.lock(account_id)
        found = queries.current(account)
        if account.city_id is None or (found is not None and found.is_live):
            raise RuleBroken("Daerah ini sedang berlangganan.")
        entitlements.set_trial_end(account.city_id, until, reason="diperpanjang", by=by)
        _note("billing.trial", account, by, until=until.isoformat())
        lifecycle.settle(account_id, at, by_hand=True)


def replay(event_id: int, *, by: Actor | None) -> None:
    """Work a stored webhook off once more."""
    with in_public(), transaction.atomic():
        event = StripeEvent.objects.select_for_update().filter(pk=event_id).first()
        if event is None:
            raise NotThere("Peristiwa ini tidak ditemukan.")
        event.replays += 1
        event.state = StripeEvent.State.RECEIVED
        event.save(update_fields=["replays", "state"])
        audit.record(
            "billing.replayed", actor=by, subject="stripe_event", subject_id=event.stripe_id
        )
        outbox.enqueue(
            "billing.event",
            {"event": event.pk},
            key=f"stripe:{event.stripe_id}:{event.replays}",
        )
