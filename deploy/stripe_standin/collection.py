"""From a draft to money: finalizing, charging, retrying, and what that does to a subscription."""

from typing import Any

from deploy.stripe_standin import cards, invoices, rules, shapes
from deploy.stripe_standin.problems import Doc, Problem
from deploy.stripe_standin.world import World

UNFINISHED = ("incomplete", "incomplete_expired", "canceled")


def subscription_of(world: World, invoice: Doc) -> Doc | None:
    parent = invoice["parent"]
    name = parent["subscription_details"]["subscription"] if parent else ""
    return world.store.get("subscription", name)


def become(world: World, sub: Doc, status: str) -> None:
    if sub["status"] != status:
        sub["status"] = status
        world.save(sub, "customer.subscription.updated")


def end(world: World, sub: Doc, reason: str) -> Doc:
    """A subscription is over for good; what is still open is no longer collected."""
    now = world.now()
    sub |= {"status": "canceled", "ended_at": now, "canceled_at": sub["canceled_at"] or now}
    sub["cancellation_details"]["reason"] = reason
    for invoice in of_subscription(world, sub):
        if invoice["status"] in {"draft", "open"}:
            invoice |= {"auto_advance": False, "next_payment_attempt": None}
            world.save(invoice)
    return world.save(sub, "customer.subscription.deleted")


def of_subscription(world: World, sub: Doc) -> list[Doc]:
    return world.store.find("invoice", parent__subscription_details__subscription=sub["id"])


# --- final --------------------------------------------------------------------------------------


def finalize(world: World, invoice: Doc, *, collects: bool) -> Doc:
    """Give a draft its number and open it; ``collects``: charge or send it at once."""
    customer = world.customer(invoice["customer"])
    invoices.open_for_change(invoice)
    now = world.now()
    invoice["starting_balance"] = customer["balance"]
    invoices.total_up(invoice)
    number = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
    customer["next_invoice_sequence"] += 1
    customer["currency"] = customer["currency"] or invoice["currency"]
    world.save(customer)
    ending = min(0, invoice["total"] + invoice["starting_balance"])
    if ending != customer["balance"]:
        kind = "applied_to_invoice" if invoice["total"] > 0 else "credit_note"
        kind = kind if invoice["total"] > 0 else "adjustment"
        invoices.move_balance(world, customer, ending - customer["balance"], kind, invoice["id"])
    if (
        invoice["collection_method"] == "send_invoice"
        and invoice.get("_days_until_due") is not None
    ):
        invoice["due_date"] = now + invoice["_days_until_due"] * rules.DAY
    hosted = f"{world.base}/tagihan/{invoice['id']}"
    invoice |= {
        "automatically_finalizes_at": None,
        "effective_at": now,
        "ending_balance": ending,
        "hosted_invoice_url": hosted,
        "invoice_pdf": f"{hosted}/pdf",
        "number": invoice["number"] or number,
        "status": "open",
    }
    invoice["status_transitions"]["finalized_at"] = now
    if invoice["amount_due"]:
        intent = shapes.payment_intent(
            now, customer["id"], invoice["amount_due"], invoice["currency"]
        )
        intent |= {"setup_future_usage": "off_session" if subscription_of(world, invoice) else None}
        intent["_invoice"] = invoice["id"]
        payment = shapes.new("inpay", now, {}) | {
            "amount_paid": None,
            "amount_requested": invoice["amount_due"],
            "currency": invoice["currency"],
            "invoice": invoice["id"],
            "is_default": True,
            "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
            "status": "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
        }
        invoice["_intent"] = intent["id"]
        world.save(intent, "payment_intent.created")
        world.save(payment)
    world.save(invoice, "invoice.finalized")
    if not invoice["amount_due"]:
        return paid(world, invoice)
    if collects and invoice["collection_method"] == "send_invoice":
        world.save(invoice, "invoice.sent")
    elif collects:
        collect(world, invoice)
    return invoice


def intent_of(world: World, invoice: Doc) -> Doc | None:
    return world.store.get("payment_intent", invoice.get("_intent") or "")


def payments_of(world: World, invoice: Doc) -> list[Doc]:
    return world.store.find("invoice_payment", invoice=invoice["id"])


# --- paying -------------------------------------------------------------------------------------


def method_for(world: World, invoice: Doc) -> Doc | None:
    """The invoice's own method, then the subscription's, then the customer's."""
    sub = subscription_of(world, invoice)
    customer = world.named("customer", invoice["customer"], "customer")
    for name in (
        invoice["default_payment_method"],
        sub["default_payment_method"] if sub else None,
        customer["invoice_settings"]["default_payment_method"],
    ):
        if name:
            return world.store.get("payment_method", name)
    return None


def collect(
    world: World,
    invoice: Doc,
    method: Doc | None = None,
    *,
    proven: bool = False,
    asked: bool = False,
) -> Doc | None:
    """Try to take the money of an open invoice. The error, or None when it is paid.

    ``asked``: a person or the API asked for it; the timetable of retries stays what it was.
    """
    intent = intent_of(world, invoice)
    if invoice["status"] not in {"open", "uncollectible"} or intent is None:
        raise Problem(
            "Invoice is already paid"
            if invoice["status"] == "paid"
            else "This invoice can't be paid in its current state."
        )
    method = method or method_for(world, invoice)
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    if method is None:
        error: Doc | None = {
            "type": "invalid_request_error",
            "code": "resource_missing",
            "message": "There is no `default_payment_method` set on this Customer or Invoice."
            " Please attach one and try again.",
        }
    else:
        error = cards.charge(world, intent, method, proven=proven)
    if error is None:
        paid(world, invoice)
        return None
    _failed(world, invoice, error, asked=asked)
    return error


def _failed(world: World, invoice: Doc, error: Doc, *, asked: bool) -> None:
    sub = subscription_of(world, invoice)
    first_of_all = sub is not None and sub["status"] in UNFINISHED
    last = False
    if not asked and not first_of_all and invoice["auto_advance"]:
        invoice["_failures"] = invoice.get("_failures", 0) + 1
        invoice.setdefault("_first_attempt", world.now())
        again = rules.next_retry(invoice["_first_attempt"], invoice["_failures"])
        invoice["next_payment_attempt"] = again
        last = again is None
    world.save(invoice)
    if error["code"] == "authentication_required":
        world.tell("invoice.payment_action_required", invoice)
    world.tell("invoice.payment_failed", invoice)
    world.tell("invoice.updated", invoice)
    customer = world.named("customer", invoice["customer"], "customer")
    if not customer["delinquent"] and not first_of_all:
        customer["delinquent"] = True
        world.save(customer, "customer.updated")
    if sub is None or first_of_all:
        return
    if last and world.after_retries == "canceled":
        end(world, sub, "payment_failed")
    elif last:
        become(world, sub, world.after_retries)
    elif sub["status"] in {"active", "trialing"}:
        become(world, sub, "past_due")


def paid(world: World, invoice: Doc, *, out_of_band: bool = False) -> Doc:
    now = world.now()
    intent = intent_of(world, invoice)
    invoice |= {
        "amount_paid": invoice["amount_due"],
        "amount_paid_off_stripe": invoice["amount_due"] if out_of_band else None,
        "amount_remaining": 0,
        "attempted": True,
        "auto_advance": False,
        "next_payment_attempt": None,
        "status": "paid",
    }
    invoice["status_transitions"]["paid_at"] = now
    for payment in payments_of(world, invoice):
        if payment["status"] == "open":
            if out_of_band:
                payment |= {"status": "canceled"}
                payment["status_transitions"]["canceled_at"] = now
            else:
                payment |= {"status": "paid", "amount_paid": invoice["amount_due"]}
                payment["status_transitions"]["paid_at"] = now
            world.save(payment, *([] if out_of_band else ["invoice_payment.paid"]))
    if out_of_band and intent is not None:
        cancel_intent(world, intent, "void_invoice")
    world.save(invoice, "invoice.updated")
    world.tell("invoice.paid", invoice)
    world.tell("invoice.payment_succeeded", invoice)
    sub = subscription_of(world, invoice)
    keeps = sub and sub["payment_settings"]["save_default_payment_method"] == "on_subscription"
    used = intent["payment_method"] if intent else None
    if sub is not None and keeps and used and not sub["default_payment_method"]:
        sub["default_payment_method"] = used
        world.save(sub)
    settle(world, invoice)
    return invoice


def settle(world: World, invoice: Doc) -> None:
    """An invoice is out of the way: its subscription recovers unless another is late too."""
    sub = subscription_of(world, invoice)
    customer = world.named("customer", invoice["customer"], "customer")
    late = [
        one
        for one in world.store.find("invoice", customer=customer["id"], status="open")
        if one["id"] != invoice["id"] and (one["attempt_count"] or one.get("_overdue"))
    ]
    if customer["delinquent"] and not late:
        customer["delinquent"] = False
        world.save(customer, "customer.updated")
    if sub is None:
        return
    own = [one for one in late if subscription_of(world, one) is sub]
    if sub["status"] == "incomplete" and invoice["status"] == "paid":
        become(world, sub, "trialing" if (sub["trial_end"] or 0) > world.now() else "active")
    elif sub["status"] in {"past_due", "unpaid"} and not own:
        become(world, sub, "active")


def cancel_intent(world: World, intent: Doc, reason: str) -> Doc:
    if intent["status"] in {"succeeded", "canceled"}:
        raise Problem(
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    intent |= {
        "status": "canceled",
        "canceled_at": world.now(),
        "cancellation_reason": reason,
        "next_action": None,
    }
    return world.save(intent, "payment_intent.canceled")


def put_away(world: World, invoice: Doc, status: str, reason: str | None = None) -> Doc:
    """Void an open invoice, or give up on it (``uncollectible``)."""
    if invoice["status"] not in {"open", "uncollectible"}:
        raise Problem(
            f"You can only do that to an open invoice; this one is {invoice['status']}.",
            code="invoice_not_editable",
        )
    now = world.now()
    invoice |= {"status": status, "auto_advance": False, "next_payment_attempt": None}
    if status == "void":
        invoice["status_transitions"]["voided_at"] = now
        invoice["amount_remaining"] = 0
        intent = intent_of(world, invoice)
        if intent is not None and intent["status"] not in {"succeeded", "canceled"}:
            cancel_intent(world, intent, "void_invoice")
        for payment in payments_of(world, invoice):
            payment |= {"status": "canceled"}
            payment["status_transitions"]["canceled_at"] = now
            world.save(payment)
        # What the customer's credit had paid for is credited again.
        back = invoice["total"] - invoice["amount_due"]
        if back > 0:
            customer = world.customer(invoice["customer"])
            invoices.move_balance(world, customer, -back, "unapplied_from_invoice", invoice["id"])
    else:
        invoice["status_transitions"]["marked_uncollectible_at"] = now
        invoice["status_details"] = {"uncollectible": {"reason": reason or "user_forgiven"}}
    world.save(invoice, "invoice.updated")
    world.tell("invoice.voided" if status == "void" else "invoice.marked_uncollectible", invoice)
    settle(world, invoice)
    return invoice


def refund(world: World, params: Doc) -> Doc:
    """Give a charge back, wholly or in part."""
    name = params.get("charge")
    if params.get("payment_intent"):
        intent = world.named("payment_intent", params["payment_intent"], "payment_intent")
        name = intent["latest_charge"]
        if name is None or intent["status"] != "succeeded":
            raise Problem(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            )
    if not name:
        raise Problem(
            "One of the following params should be provided for this request:"
            " payment_intent or charge.",
            code="parameter_missing",
        )
    made_of = world.named("charge", name, "charge")
    if made_of["customer"]:
        world.customer(made_of["customer"])
    left = made_of["amount_captured"] - made_of["amount_refunded"]
    amount = params.get("amount", left)
    if left <= 0:
        raise Problem(f"Charge {name} has already been refunded.", code="charge_already_refunded")
    if not 0 < amount <= left:
        raise Problem(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
            if amount > left
            else "Invalid positive integer",
            param="amount",
        )
    doc: dict[str, Any] = shapes.new("re", world.now(), {})
    del doc["livemode"]
    doc |= {
        "amount": amount,
        **shapes.nothing(
            "balance_transaction", "customer_account", "payment_method", "receipt_number",
            "source_transfer_reversal", "transfer_reversal",
        ),
        "charge": name,
        "currency": made_of["currency"],
        "customer": made_of["customer"],
        "destination_details": {"type": "card", "card": {"type": "refund"}},
        "metadata": params.get("metadata") or {},
        "payment_intent": made_of["payment_intent"],
        "reason": params.get("reason"),
        "status": "succeeded",
    }  # fmt: skip
    made_of["amount_refunded"] += amount
    made_of["refunded"] = made_of["amount_refunded"] == made_of["amount_captured"]
    world.save(doc, "refund.created")
    world.save(made_of, "charge.refunded")
    return doc
