"""Orders: made with their number, and voided while nothing has come for them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.errors import NotThere, Stale
from services.payments import rules
from services.payments.events import OrderMade, OrderVoided
from services.payments.models import FeeOrder
from services.payments.numbers import next_number, order_number
from services.payments.rules import OrderLine
from services.residents.models import Person
from tenants.office.models import Unit
from tenants.registry.current import city


def make(
    *, unit: Unit, role: str, subject: str, reference: str, person: Person | None, payer: str,
    law: str, account: str, lines: Sequence[OrderLine], due_at: datetime, at: datetime,
) -> FeeOrder:  # fmt: skip
    """Ask for money. Call inside the transaction that brings it about. Raises RuleBroken."""
    year = at.astimezone(city().tz).year
    sequence = next_number(f"order:{year}")
    order = FeeOrder(
        unit=unit, role=role, year=year, sequence=sequence, number=order_number(sequence, year),
        subject=subject[:250], reference=reference, person=person, law=law[:300], account=account,
        lines=[asdict(line) for line in lines], amount=rules.total(lines), issued_at=at,
        due_at=due_at,
    )  # fmt: skip
    order.seal_payer(payer)
    order.save()
    audit.record("fee.ordered", actor=None, subject="fee_order", subject_id=order.pk)
    publish(OrderMade(order.pk))
    return order


def locked(order_id: int) -> FeeOrder:
    """An order, locked until the transaction ends: every action locks it first. Raises NotThere."""
    found = (
        FeeOrder.objects.select_for_update(of=("self",))
        .select_related("unit__parent", "person")
        .filter(pk=order_id)
        .first()
    )
    if found is None:
        raise NotThere("Tagihan ini tidak ditemukan.")
    return found


@transaction.atomic
def void(*, order_id: int, reason: str, by: User | None, at: datetime) -> FeeOrder:
    """Nobody pays it any more. Does nothing when it is void already. A transfer that was shown is
    still looked at: its money may have come. Raises NotThere, RuleBroken without a reason, Stale
    when money has come."""
    order = locked(order_id)
    if order.state == FeeOrder.State.VOID:
        return order
    if not order.is_open:
        raise Stale("Tagihan ini sudah dibayar, jadi tidak bisa dibatalkan. Ajukan pengembalian.")
    order.state, order.void_reason = FeeOrder.State.VOID, rules.reason_of(reason)
    order.voided_by, order.voided_at = by, at
    order.save(update_fields=["state", "void_reason", "voided_by", "voided_at"])
    audit.record("fee.voided", actor=by, subject="fee_order", subject_id=order.pk)
    publish(OrderVoided(order.pk))
    return order


@transaction.atomic
def end(*, order_id: int, reason: str, at: datetime) -> FeeOrder:
    """What the order was for came to nothing: void when unpaid, else somebody decides about a
    refund. Raises NotThere."""
    order = locked(order_id)
    if order.is_open:
        return void(order_id=order_id, reason=reason, by=None, at=at)
    if order.is_settled and order.open_question_at is None and not order.kept_reason:
        order.open_question_at = at
        order.save(update_fields=["open_question_at"])
        audit.record("fee.refund_to_decide", actor=None, subject="fee_order", subject_id=order.pk)
    return order
