"""Doing in Stripe what people asked for. Run by the outbox as an effect: nothing is locked while
Stripe answers.

The outbox's key is the idempotency key: a worker that dies after Stripe has done the work finds,
when it tries again, the work done and the answer waiting.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from billing import customers, gateway, lifecycle, mails, mirror
from billing.models import Account, Change, Invoice
from tenants.backend.scope import in_public

Fetch = Callable[[Account], mirror.Fetched]


def carry_out(change_id: int, *, key: str, at: datetime) -> None:
    """Do one change. Raises Unavailable to be tried again; a refusal ends the change."""
    with in_public():
        change = Change.objects.select_related("account").get(pk=change_id)
        if change.state != Change.State.WAITING:
            return
        try:
            fetch = _do(change, key)
            mirror.fresh(
                change.account_id,
                fetch,
                lambda account, found: _done(account, found, change_id, at),
            )
        except gateway.Unavailable:
            raise
        except gateway.StripeTrouble as refused:
            give_up(change_id, refused.message, at=at)


def _done(account: Account, found: mirror.Fetched, change_id: int, at: datetime) -> None:
    """Write what came of a change. Call with the account locked."""
    change = Change.objects.get(pk=change_id)
    if change.state != Change.State.WAITING:
        return
    mirror.write(account, found)
    change.state, change.done_at = Change.State.DONE, at
    change.save(update_fields=["state", "done_at"])
    lifecycle.settle(account.pk, at)
    if change.kind in (Change.Kind.CANCEL, Change.Kind.RESUME) and account.city is not None:
        subscription = account.subscriptions.filter(stripe_id=change.wants["subscription"]).first()
        mails.turned(
            account,
            account.city,
            stops=change.kind == Change.Kind.CANCEL,
            until=subscription.period_end if subscription else None,
            key=f"billing:change-done:{change.pk}",
            at=at,
        )


@transaction.atomic
def give_up(change_id: int, problem: str, *, at: datetime) -> None:
    """Mark a change as failed and tell the city's administrators why. Does nothing when it was
    done: a worker may have ended after that, in its last attempt."""
    change = Change.objects.select_for_update().get(pk=change_id)
    if change.state != Change.State.WAITING:
        return
    change.state, change.problem, change.done_at = Change.State.FAILED, problem, at
    change.save(update_fields=["state", "problem", "done_at"])
    city = change.account.city
    if city is not None:
        mails.change_failed(
            change.account,
            city,
            what=Change.Kind(change.kind).label,
            problem=problem,
            key=f"billing:change-failed:{change.pk}",
            at=at,
        )


def _do(change: Change, key: str) -> Fetch:
    """Do it in Stripe; how to fetch what came of it."""
    wants = change.wants
    customer = customers.ensure(change.account_id)
    if change.kind == Change.Kind.REFUND:
        gateway.refund(
            payment_intent=wants["payment_intent"],
            rupiah=wants["rupiah"],
            reason=wants["reason"],
            key=key,
        )
        return lambda _: mirror.refunds_of_invoices(Invoice.objects.filter(pk=wants["invoice"]))
    if change.kind == Change.Kind.START_INVOICE:
        gateway.close_pages(customer)  # one left open in another tab would pay a second time
        found = gateway.create_subscription(
            {
                "customer": customer,
                "items": [{"price": wants["price"]}],
                "collection_method": "send_invoice",
                "days_until_due": wants["days"],
                "default_tax_rates": [wants["tax"]],
                "metadata": customers.about(change.account),
            },
            key=key,
        )
    elif change.kind == Change.Kind.CHANGE_PLAN:
        found = gateway.update_subscription(wants["subscription"], _new_plan(wants), key=key)
    else:
        found = gateway.update_subscription(
            wants["subscription"],
            {"cancel_at_period_end": change.kind == Change.Kind.CANCEL},
            key=key,
        )
    return lambda _: mirror.Fetched(
        (gateway.subscription(found.id),), tuple(gateway.invoices(customer))
    )


def _new_plan(wants: dict[str, object]) -> dict[str, object]:
    params: dict[str, object] = {
        "items": [{"id": wants["item"], "price": wants["price"]}],
        "proration_behavior": "always_invoice" if wants["upgrade"] else "create_prorations",
        "cancel_at_period_end": False,
    }
    if wants["upgrade"] and not wants["by_invoice"]:
        # A card that is declined changes nothing: no plan that nobody has paid for.
        params["payment_behavior"] = "error_if_incomplete"
    return params
