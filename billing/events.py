"""Webhooks: kept first, worked off once, in any order.

What an event says of its object is not looked at: the object is fetched, and its present state is
written. So an event that comes twice, late or before its elders does no harm.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from billing import gateway, lifecycle, mirror
from billing.models import Account, StripeEvent
from billing.stripe_objects import EventSeen
from messaging import outbox
from tenants.backend.scope import in_public

State = StripeEvent.State
REFUNDABLE = timedelta(days=400)
OF_ACCOUNT = {"checkout.session", "charge", "refund", "payment_intent", "credit_note"}


def receive(event: EventSeen) -> bool:
    """Keep an event and order its handling; whether it was new."""
    with in_public(), transaction.atomic():
        row, is_new = StripeEvent.objects.get_or_create(
            stripe_id=event.id,
            defaults={
                "type": event.type[:80],
                "object_type": event.object_type[:40],
                "object_id": event.object_id[:64],
                "customer_id": event.customer[:64],
                "created_at": event.created_at,
            },
        )
        if is_new:
            outbox.enqueue("billing.event", {"event": row.pk}, key=f"stripe:{row.stripe_id}:0")
    return is_new


def work_off(event_id: int, *, at: datetime) -> None:
    """Handle a kept event; does nothing when that is done. Nothing is locked while Stripe answers.
    Raises Unavailable to be tried again."""
    with in_public():
        event = StripeEvent.objects.get(pk=event_id)
        if event.state in (State.DONE, State.IGNORED):
            return
        note = _handle(event, at)
        StripeEvent.objects.filter(pk=event_id).exclude(
            state__in=(State.DONE, State.IGNORED)
        ).update(
            note=note,
            state=State.IGNORED if note else State.DONE,
            done_at=at,
            times_done=F("times_done") + 1,
        )


def _handle(event: StripeEvent, at: datetime) -> str:
    """Why the event was ignored; "" when it was not."""
    known = {"invoice", "subscription", *OF_ACCOUNT}
    if event.object_type not in known:
        return f"jenis {event.object_type or event.type} tidak dipakai"
    account = mirror.whose(event.customer_id)
    if account is None:
        return "bukan pelanggan Balai ini"
    fetch = _fetching(event)
    if fetch is None:  # our rows may be as old as before: no ground to remind anybody
        return ""
    try:
        mirror.fresh(account.pk, fetch, mirror.write)
    except gateway.Missing:
        return "tidak ada lagi di Stripe"
    facts = lifecycle.facts_of(account, at)
    if facts.owed_since is not None and facts.owed is None:
        # the unpaid invoice, whose own event is on its way
        mirror.fresh(account.pk, mirror.everything_of, mirror.write)
    lifecycle.settle(account.pk, at)
    return ""


def _fetching(event: StripeEvent) -> Callable[[Account], mirror.Fetched] | None:
    """How to fetch what the event may have changed; None when it changes nothing we keep."""
    if event.object_type == "invoice":
        return lambda account: mirror.invoice_of(account, event.object_id)
    if event.object_type == "subscription":
        return lambda account: mirror.subscription_of(account, event.object_id)
    if event.type == "charge.refunded":
        return lambda account: mirror.refunds_of(account, event.created_at - REFUNDABLE)
    if event.type == "checkout.session.completed":
        return mirror.everything_of
    return None


def give_up(event_id: int, error: str) -> None:
    """The last attempt failed: the console offers to replay what was not handled."""
    waiting = StripeEvent.objects.filter(pk=event_id, state=State.RECEIVED)
    waiting.update(state=State.FAILED, note=error[-2000:])
