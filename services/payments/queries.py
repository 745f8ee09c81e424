"""Orders and receipts as pages read them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet, Sum

from accounts.models import User
from kernel.errors import NotThere
from kernel.ids import normalize_code
from services.payments import collecting
from services.payments.models import FeeOrder, Payment, Refund, TransferProof
from tenants.office.models import Post, Unit


def with_all(orders: QuerySet[FeeOrder]) -> QuerySet[FeeOrder]:
    """Each with what its page shows."""
    return orders.select_related("unit__parent", "person", "voided_by", "kept_by").prefetch_related(
        "proofs__decided_by", "payments__received_by", "payments__refunds__asked_by",
        "payments__refunds__decided_by",
    )  # fmt: skip


def of_desk(posts: Sequence[Post], order_id: int) -> FeeOrder:
    """An order of a unit whose money these posts see. Raises NotThere."""
    units = collecting.overseen(posts)
    found = with_all(FeeOrder.objects.filter(pk=order_id, unit__in=units)).first()
    if found is None:
        raise NotThere("Tagihan ini tidak ditemukan.")
    return found


def listed(units: Iterable[Unit], which: str, at: datetime) -> QuerySet[FeeOrder]:
    """The orders of a list of the treasurer: what is open, late, shown by transfer, to decide, or
    done."""
    found = FeeOrder.objects.filter(unit__in=list(units)).select_related("unit")
    open_ = Q(state=FeeOrder.State.OPEN)
    chosen = {
        "terbuka": found.filter(open_).order_by("due_at", "pk"),
        "lewat": found.filter(open_, due_at__lt=at).order_by("due_at", "pk"),
        "bukti": found.filter(proofs__state=TransferProof.State.WAITING).order_by("due_at", "pk"),
        "kembali": found.filter(
            Q(open_question_at__isnull=False)
            | Q(payments__refunds__state__in=[Refund.State.ASKED, Refund.State.APPROVED])
        ).distinct().order_by("pk"),
        "selesai": found.exclude(open_).order_by("-pk"),
    }  # fmt: skip
    return chosen.get(which, chosen["terbuka"])


def search(units: Iterable[Unit], typed: str) -> QuerySet[FeeOrder]:
    """Orders by their number, the number of what they are for, of a receipt, or the service."""
    found = FeeOrder.objects.filter(unit__in=list(units)).select_related("unit")
    for word in typed.split()[:5]:
        found = found.filter(
            Q(number__icontains=word) | Q(reference__icontains=word) | Q(subject__icontains=word)
            | Q(payments__number__icontains=word)
        )  # fmt: skip
    return found.distinct().order_by("-pk")


def receipt_by_code(code: str) -> Payment | None:
    """The receipt whose QR code this is."""
    found = Payment.objects.select_related("order", "unit__parent")
    return found.filter(check_code=normalize_code(code)).first()


def given_back(payment: Payment) -> int:
    """What of a payment went back."""
    paid = payment.refunds.filter(state=Refund.State.PAID)
    return int(paid.aggregate(n=Sum("amount"))["n"] or 0)


def proof_of_desk(posts: Sequence[Post], proof_id: int) -> TransferProof:
    """A proof of an order of these posts. Raises NotThere."""
    units = collecting.overseen(posts)
    found = (
        TransferProof.objects.select_related("order")
        .filter(pk=proof_id, order__unit__in=units)
        .first()
    )
    if found is None:
        raise NotThere("Bukti transfer ini tidak ditemukan.")
    return found


def payer_user(order: FeeOrder) -> User | None:
    """The account of who pays, if they have one."""
    if order.person_id is None:
        return None
    return User.objects.filter(resident__person=order.person_id).first()
