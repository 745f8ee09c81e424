"""Who pays learns what happens to the order. No personal data stands in a mail."""

from events.subscribers import subscribe
from kernel.rupiah import format_rupiah
from kernel.tanggal import long_date
from messaging.notices import Notice, tell
from services.payments import notices, online
from services.payments.events import (
    OrderMade,
    OrderPaid,
    OrderVoided,
    ProofRefused,
    RefundDecided,
    RefundPaid,
)
from services.payments.models import FeeOrder, Payment, Refund, TransferProof
from services.payments.queries import payer_user
from tenants.registry.current import city


def tell_payer(order: FeeOrder, about: Notice, news: str, amount: int, **values: str) -> None:
    """Tell who pays, if they can be reached, in their language."""
    user = payer_user(order)
    if user is not None:
        language = user.language or "id"
        tell(
            about, user, key=f"fee:{order.pk}:{news}", number=order.number,
            amount=format_rupiah(amount, language), service=order.subject, where=order.unit.name,
            link=city().page("own-fee", order.pk), city=city().name, **values,
        )  # fmt: skip


def _order(order_id: int) -> FeeOrder:
    return FeeOrder.objects.select_related("unit").get(pk=order_id)


@subscribe(OrderMade)
def tell_ordered(event: OrderMade) -> None:
    order = _order(event.order_id)
    if order.is_open:
        user = payer_user(order)
        language = user.language if user is not None else ""
        due = long_date(order.due_at.astimezone(city().tz).date(), language or "id")
        tell_payer(order, notices.ORDERED, "ordered", order.amount, due=due)


@subscribe(OrderPaid)
def tell_paid(event: OrderPaid) -> None:
    payment = Payment.objects.get(pk=event.payment_id)
    tell_payer(_order(event.order_id), notices.PAID, f"paid:{payment.pk}", payment.amount)


@subscribe(ProofRefused)
def tell_proof_refused(event: ProofRefused) -> None:
    proof = TransferProof.objects.select_related("order__unit").get(pk=event.proof_id)
    tell_payer(proof.order, notices.PROOF_REFUSED, f"proof:{proof.pk}", proof.order.amount)


@subscribe(OrderPaid)
def collect_no_more(event: OrderPaid) -> None:
    """No provider collects an order that was paid in another way."""
    _cancel_live(event.order_id)


@subscribe(OrderVoided)
def collect_nothing(event: OrderVoided) -> None:
    """No provider collects an order that is void."""
    _cancel_live(event.order_id)


def _cancel_live(order_id: int) -> None:
    order = _order(order_id)
    if not order.is_open:
        online.cancel_live(order)


def _refund(refund_id: int) -> Refund:
    return Refund.objects.select_related("payment__order__unit").get(pk=refund_id)


@subscribe(RefundDecided)
def tell_refund_decided(event: RefundDecided) -> None:
    refund = _refund(event.refund_id)
    is_refused = refund.state == Refund.State.REFUSED
    about = notices.REFUND_REFUSED if is_refused else notices.REFUND_APPROVED
    tell_payer(refund.payment.order, about, f"refund:{refund.pk}", refund.amount)


@subscribe(RefundPaid)
def tell_refunded(event: RefundPaid) -> None:
    refund = _refund(event.refund_id)
    tell_payer(refund.payment.order, notices.REFUNDED, f"refunded:{refund.pk}", refund.amount)
