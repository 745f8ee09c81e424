"""Webhooks: kept first, worked off once, in any order.

What an event says of its object is not looked at: the object is fetched, and its present state is
written. So an event that comes twice, late or before its elders does no harm.
"""

from datetime import datetime, timedelta

from django.db import transaction

from billing import gateway, lifecycle, mirror
from billing.models import Account, StripeEvent
from billing.seen import EventSeen
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
    """Handle a kept event; does nothing when that is done. Raises Unavailable to be tried again."""
    event = StripeEvent.objects.select_for_update().get(pk=event_id)
    if event.state in (State.DONE, State.IGNORED):
        return
    event.note = _handle(event, at)
    event.state = State.IGNORED if event.note else State.DONE
    event.done_at = at
    event.times_done += 1
    event.save(update_fields=["note", "state", "done_at", "times_done"])


def _handle(event: StripeEvent, at: datetime) -> str:
    """Why the event was ignored; "" when it was not."""
    known = {"invoice", "subscription", *OF_ACCOUNT}
    if event.object_type not in known:
        return f"jenis {event.object_type or event.type} tidak dipakai"
    found = mirror.whose(event.customer_id)
    if found is None:
        return "bukan pelanggan Balai ini"
    account = mirror.lock(found.pk)
    try:
        is_fresh = _refresh(account, event)
    except gateway.Missing:
        return "tidak ada lagi di Stripe"
    if is_fresh:  # else our rows may be as old as before: no ground to remind anybody
        facts = lifecycle.facts_of(account, at)
        if facts.owed_since is not None and facts.owed is None:
            mirror.refresh_account(account)  # the unpaid invoice, whose own event is on its way
        lifecycle.settle(account.pk, at)
    return ""


def _refresh(account: Account, event: StripeEvent) -> bool:
    """Fetch what the event may have changed; whether there was anything."""
    if event.object_type == "invoice":
        mirror.refresh_invoice(account, event.object_id)
    elif event.object_type == "subscription":
        mirror.refresh_subscription(account, event.object_id)
    elif event.type == "charge.refunded":
        mirror.refresh_refunds(account, since=event.created_at - REFUNDABLE)
    elif event.type == "checkout.session.completed":
        mirror.refresh_account(account)
    else:
        return False
    return True


def give_up(event_id: int, error: str) -> None:
    """The last attempt failed: the console offers to replay."""
    StripeEvent.objects.filter(pk=event_id).update(state=State.FAILED, note=error[-2000:])
