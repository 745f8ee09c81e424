"""Money given back: asked for by one person, agreed to by another, paid out by a treasurer."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.rupiah import format_rupiah
from kernel.text import tidy
from messaging import outbox
from messaging.queries import held
from services.payments import collecting, rules
from services.payments.events import RefundDecided, RefundPaid
from services.payments.models import FeeOrder, Payment, Refund
from services.payments.orders import locked
from services.payments.providers import providers
from tenants.office.models import Post
from tenants.registry.current import city

_HOLDS = (Refund.State.ASKED, Refund.State.APPROVED, Refund.State.PAID)


def _payment(payment_id: int) -> tuple[Payment, FeeOrder]:
    """A payment with its order locked. Raises NotThere."""
    found = Payment.objects.filter(pk=payment_id).first()
    if found is None:
        raise NotThere("Pembayaran ini tidak ditemukan.")
    return found, locked(found.order_id)


def _refund(refund_id: int) -> tuple[Refund, FeeOrder]:
    found = Refund.objects.select_related("payment").filter(pk=refund_id).first()
    if found is None:
        raise NotThere("Pengembalian ini tidak ditemukan.")
    order = locked(found.payment.order_id)
    found.refresh_from_db()
    return found, order


def left(payment: Payment) -> int:
    """What of a payment may still be given back."""
    taken = payment.refunds.filter(state__in=_HOLDS).values_list("amount", flat=True)
    return rules.left_to_refund(payment.amount, list(taken))


@transaction.atomic
def ask(
    *, payment_id: int, amount: int, reason: str, posts: Sequence[Post], by: User, at: datetime
) -> Refund:
    """A treasurer asks that money goes back. Raises NotThere, RuleBroken."""
    payment, order = _payment(payment_id)
    collecting.post_of(posts, order, by)
    words = rules.reason_of(reason)
    rest = left(payment)
    if not 0 < amount <= rest:
        raise RuleBroken(
            f"Yang masih bisa dikembalikan {format_rupiah(rest)}. Tulis paling banyak sebesar itu."
            if rest else "Pembayaran ini sudah dikembalikan seluruhnya, atau sedang diajukan.",
            field="amount",
        )  # fmt: skip
    made = Refund.objects.create(
        payment=payment, amount=amount, reason=words, asked_by=by, asked_at=at
    )
    audit.record("fee.refund_asked", actor=by, subject="fee_order", subject_id=order.pk)
    return made


@transaction.atomic
def approve(*, refund_id: int, posts: Sequence[Post], by: User, at: datetime) -> Refund:
    """A second person agrees. Raises NotThere, RuleBroken for who asked for it, Stale."""
    refund, order = _decidable(refund_id, posts, by)
    refund.state, refund.decided_by, refund.decided_at = Refund.State.APPROVED, by, at
    refund.save(update_fields=["state", "decided_by", "decided_at"])
    audit.record("fee.refund_approved", actor=by, subject="fee_order", subject_id=order.pk)
    publish(RefundDecided(refund.pk))
    return refund


@transaction.atomic
def refuse(*, refund_id: int, reason: str, posts: Sequence[Post], by: User, at: datetime) -> Refund:
    """A second person does not agree. Raises NotThere, RuleBroken, Stale."""
    refund, order = _decidable(refund_id, posts, by)
    refund.decided_reason = rules.reason_of(reason)
    refund.state, refund.decided_by, refund.decided_at = Refund.State.REFUSED, by, at
    refund.save(update_fields=["state", "decided_by", "decided_at", "decided_reason"])
    audit.record("fee.refund_refused", actor=by, subject="fee_order", subject_id=order.pk)
    publish(RefundDecided(refund.pk))
    return refund


def _decidable(refund_id: int, posts: Sequence[Post], by: User) -> tuple[Refund, FeeOrder]:
    refund, order = _refund(refund_id)
    collecting.decider_of(posts, order, by)
    if refund.state != Refund.State.ASKED:
        raise Stale("Pengembalian ini sudah diputuskan. Tidak ada yang berubah.")
    if refund.asked_by_id == by.pk:
        raise RuleBroken(
            "Pengembalian disetujui orang kedua: kepala kantor, atau bendahara lain. Minta salah "
            "satu dari mereka."
        )
    return refund, order


@transaction.atomic
def pay_out(
    *, refund_id: int, method: str, reference: str, posts: Sequence[Post], by: User, at: datetime
) -> Refund:
    """The money has been given back, in cash or by transfer. Raises NotThere, RuleBroken, Stale."""
    refund, order = _refund(refund_id)
    collecting.post_of(posts, order, by)
    if refund.is_under_way:
        raise Stale("Pengembaliannya sedang dikirim lewat penyedia. Tunggu hasilnya.")
    if method not in (Payment.Method.CASH, Payment.Method.TRANSFER):
        raise RuleBroken("Pilih cara pengembaliannya.", field="method")
    words = tidy(reference)[:80]
    if method == Payment.Method.TRANSFER and not words:
        raise RuleBroken("Tulis nomor bukti transfernya.", field="reference")
    return _paid(refund, order, method=method, reference=words, by=by, at=at)


def _paid(
    refund: Refund, order: FeeOrder, *, method: str, reference: str, by: User | None, at: datetime
) -> Refund:
    """Note that approved money went back. Call with the order locked. Raises Stale."""
    if refund.state != Refund.State.APPROVED:
        raise Stale("Pengembalian ini belum disetujui, atau sudah dibayarkan.")
    refund.state, refund.method, refund.reference = Refund.State.PAID, method, reference
    refund.paid_by, refund.paid_at, refund.day = by, at, at.astimezone(city().tz).date()
    refund.save(update_fields=["state", "method", "reference", "paid_by", "paid_at", "day"])
    order.state = _state_of(order)
    if order.open_question_at is not None:
        order.open_question_at = None
    order.save(update_fields=["state", "open_question_at"])
    audit.record("fee.refunded", actor=by, subject="fee_order", subject_id=order.pk)
    publish(RefundPaid(refund.pk))
    return refund


def may_send_back(payment: Payment) -> bool:
    """Whether the provider of a payment gives money back itself."""
    known = providers.get(payment.provider)
    return known is not None and known.can_refund


@transaction.atomic
def send_back(*, refund_id: int, posts: Sequence[Post], by: User, at: datetime) -> Refund:
    """Let the provider that took the money give it back. Raises NotThere, RuleBroken, Stale."""
    refund, order = _refund(refund_id)
    collecting.post_of(posts, order, by)
    if not may_send_back(refund.payment):
        raise RuleBroken("Uang ini tidak bisa dikembalikan lewat penyedia. Pakai transfer.")
    if refund.state != Refund.State.APPROVED or refund.method:
        raise Stale("Pengembalian ini belum disetujui, sedang dikirim, atau sudah dibayarkan.")
    refund.method, refund.paid_by = Payment.Method.PROVIDER, by
    refund.save(update_fields=["method", "paid_by"])
    key = f"refund:{refund.pk}:{int(at.timestamp())}"
    outbox.enqueue("payments.refund", {"refund_id": refund.pk}, key=key)
    return refund


@transaction.atomic
def sent_back(*, refund_id: int, reference: str, at: datetime) -> None:
    """The provider has given the money back."""
    refund, order = _refund(refund_id)
    if refund.is_under_way:
        _paid(refund, order, method=Payment.Method.PROVIDER, reference=reference[:80],
              by=refund.paid_by, at=at)  # fmt: skip


@transaction.atomic
def not_sent_back(*, refund_id: int) -> None:
    """The provider surely gives nothing back: it is paid out in another way."""
    refund, _ = _refund(refund_id)
    if refund.is_under_way:
        refund.method, refund.paid_by = "", None
        refund.save(update_fields=["method", "paid_by"])


def unknown_among(some: Iterable[Refund]) -> set[int]:
    """Those of these refunds of which the provider does not say whether they happened, by id. One
    query where some are under way."""
    ids = [one.pk for one in some if one.is_under_way]
    rows = held("payments.refund").filter(payload__refund_id__in=ids) if ids else []
    return {row.payload["refund_id"] for row in rows}


@transaction.atomic
def settle_unknown(
    *, refund_id: int, went_back: bool, reason: str, posts: Sequence[Post], by: User, at: datetime
) -> Refund:
    """The treasurer has looked at the provider's dashboard whether the money went back. Raises
    NotThere, RuleBroken without a reason, Stale while the provider is still asked."""
    refund, order = _refund(refund_id)
    collecting.post_of(posts, order, by)
    refund.found_reason = rules.reason_of(reason)
    if not refund.is_under_way or not outbox.close_held(
        "payments.refund", {"refund_id": refund.pk}
    ):
        raise Stale("Hasil pengembalian ini sudah diketahui, atau masih ditanyakan ke penyedia.")
    refund.save(update_fields=["found_reason"])
    audit.record("fee.refund_settled", actor=by, subject="fee_order", subject_id=order.pk,
                 detail={"went_back": went_back})  # fmt: skip
    if went_back:
        return _paid(refund, order, method=Payment.Method.PROVIDER, by=by, at=at,
                     reference=f"kembali-{refund.pk}")  # fmt: skip
    refund.method, refund.paid_by = "", None
    refund.save(update_fields=["method", "paid_by"])
    return refund


def _state_of(order: FeeOrder) -> str:
    paid = order.payments.aggregate(n=Sum("amount"))["n"] or 0
    back = Refund.objects.filter(payment__order=order, state=Refund.State.PAID)
    return rules.state_after(paid, back.aggregate(n=Sum("amount"))["n"] or 0)


@transaction.atomic
def keep(*, order_id: int, reason: str, posts: Sequence[Post], by: User, at: datetime) -> FeeOrder:
    """Money that might go back stays, by law or because what was paid for was done. Raises
    NotThere, RuleBroken, Stale."""
    order = locked(order_id)
    collecting.post_of(posts, order, by)
    if order.open_question_at is None:
        raise Stale("Untuk tagihan ini tidak ada yang perlu diputuskan.")
    if Refund.objects.filter(payment__order=order, state__in=_HOLDS[:2]).exists():
        raise RuleBroken("Pengembalian uangnya sudah diajukan. Tunggu keputusannya.")
    order.kept_reason, order.kept_by, order.open_question_at = rules.reason_of(reason), by, None
    order.save(update_fields=["kept_reason", "kept_by", "open_question_at"])
    audit.record("fee.kept", actor=by, subject="fee_order", subject_id=order.pk)
    return order
