"""Money that comes: cash at the treasurer, a transfer that was found, a payment at a provider."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Protocol

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.ids import secret_code
from services.payments import collecting, rules
from services.payments.events import OrderPaid, ProofRefused, ProofSent
from services.payments.models import FeeOrder, Payment, TransferProof
from services.payments.numbers import next_number, receipt_number
from services.payments.orders import locked
from tenants.office import describing
from tenants.office.models import Post
from tenants.registry import stored_files
from tenants.registry.current import city

FOLDER = "bukti-bayar"  # of transfer proofs, below the city's
OLDEST = timedelta(days=366)  # how long ago a transfer may be


class Judged(Protocol):
    """A file that was judged fit to keep."""

    @property
    def content(self) -> bytes: ...
    @property
    def media_type(self) -> str: ...
    @property
    def suffix(self) -> str: ...
    @property
    def sha256(self) -> str: ...


def book(
    order: FeeOrder, *, method: Payment.Method, amount: int, paid_at: datetime, at: datetime,
    by: User | None = None, title: str = "", proof: TransferProof | None = None,
    provider: str = "", reference: str = "",
) -> Payment:  # fmt: skip
    """Note money that has come, with its receipt. Call with the order locked. Money that comes for
    an order that is void, or paid already, is noted too: somebody then decides about it."""
    local = at.astimezone(city().tz).date()
    sequence = next_number(f"receipt:{order.unit_id}:{local.year}")
    made = Payment.objects.create(
        order=order, method=method, amount=amount, paid_at=paid_at, booked_at=at, day=local,
        received_by=by, title=title, proof=proof, provider=provider, provider_reference=reference,
        unit=order.unit, year=local.year, sequence=sequence,
        number=receipt_number(sequence, describing.short_form_of(order.unit), local),
        check_code=secret_code(),
    )  # fmt: skip
    if not order.is_open:
        order.open_question_at = order.open_question_at or at
    if order.state in (FeeOrder.State.OPEN, FeeOrder.State.VOID):
        order.state = FeeOrder.State.PAID
    order.save(update_fields=["state", "open_question_at"])
    audit.record("fee.paid", actor=by, subject="fee_order", subject_id=order.pk)
    publish(OrderPaid(order.pk, made.pk))
    return made


@transaction.atomic
def take_cash(
    *, order_id: int, amount: int, posts: Sequence[Post], by: User, at: datetime
) -> Payment:
    """The treasurer has the money in hand. Raises NotThere, RuleBroken for another amount, Stale
    where it was paid or voided meanwhile."""
    order = locked(order_id)
    post = collecting.post_of(posts, order, by)
    _require_open(order)
    rules.require_whole(amount, order.amount)
    return book(
        order, method=Payment.Method.CASH, amount=amount, paid_at=at, at=at, by=by,
        title=post.title,
    )  # fmt: skip


def _require_open(order: FeeOrder) -> None:
    if order.state == FeeOrder.State.VOID:
        raise Stale(f"Tagihan ini dibatalkan: {order.void_reason}")
    if not order.is_open:
        raise Stale("Tagihan ini sudah dibayar. Tidak ada yang berubah.")


# --- transfers ----------------------------------------------------------------------------------


@transaction.atomic
def send_proof(
    *, order_id: int, file: Judged, paid_on: date, by: User, at: datetime, today: date
) -> TransferProof:
    """The payer shows a transfer. The caller has judged the file, and whose order it is. Raises
    RuleBroken, Stale."""
    order = locked(order_id)
    _require_open(order)
    if order.proofs.filter(state=TransferProof.State.WAITING).exists():
        raise Stale("Bukti transfer Anda sudah diterima dan sedang diperiksa.")
    if not today - OLDEST <= paid_on <= today:
        raise RuleBroken(
            "Tanggal transfer paling lama setahun yang lalu dan paling baru hari ini.",
            field="paid_on",
        )
    made = TransferProof.objects.create(
        order=order, paid_on=paid_on,
        path=stored_files.keep_within_plan(FOLDER, file.content, file.suffix),
        media_type=file.media_type, size=len(file.content), sha256=file.sha256, sent_by=by,
        sent_at=at,
    )  # fmt: skip
    audit.record("fee.proof_sent", actor=by, subject="fee_order", subject_id=order.pk)
    publish(ProofSent(made.pk))
    return made


def _proof_locked(
    proof_id: int, posts: Sequence[Post], by: User
) -> tuple[TransferProof, FeeOrder, Post]:
    proof = TransferProof.objects.filter(pk=proof_id).first()
    if proof is None:
        raise NotThere("Bukti transfer ini tidak ditemukan.")
    order = locked(proof.order_id)
    post = collecting.post_of(posts, order, by)
    proof.refresh_from_db()
    return proof, order, post


@transaction.atomic
def accept_proof(
    *, proof_id: int, amount: int, posts: Sequence[Post], by: User, at: datetime
) -> Payment:
    """The treasurer has found the transfer in the account: ``amount`` is what came. Raises
    NotThere, RuleBroken for another amount, Stale."""
    proof, order, post = _proof_locked(proof_id, posts, by)
    _require_waiting(proof)
    if order.payments.filter(provider="").exists():
        raise Stale("Tagihan ini sudah dibayar tunai atau lewat transfer lain. Tolak bukti ini.")
    rules.require_whole(amount, order.amount)
    proof.state, proof.decided_by, proof.decided_at = TransferProof.State.ACCEPTED, by, at
    proof.save(update_fields=["state", "decided_by", "decided_at"])
    noon = datetime.combine(proof.paid_on, time(12), tzinfo=city().tz)  # the day alone is known
    return book(
        order, method=Payment.Method.TRANSFER, amount=amount, paid_at=min(noon, at), at=at, by=by,
        title=post.title, proof=proof,
    )  # fmt: skip


@transaction.atomic
def refuse_proof(
    *, proof_id: int, reason: str, posts: Sequence[Post], by: User, at: datetime
) -> TransferProof:
    """The transfer is not there. Raises NotThere, RuleBroken without a reason, Stale."""
    proof, order, _ = _proof_locked(proof_id, posts, by)
    _require_waiting(proof)
    proof.state, proof.reason = TransferProof.State.REFUSED, rules.reason_of(reason)
    proof.decided_by, proof.decided_at = by, at
    proof.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    audit.record("fee.proof_refused", actor=by, subject="fee_order", subject_id=order.pk)
    publish(ProofRefused(proof.pk))
    return proof


def _require_waiting(proof: TransferProof) -> None:
    if proof.state != TransferProof.State.WAITING:
        who = proof.decided_by.name if proof.decided_by else "petugas lain"
        raise Stale(f"Bukti ini sudah diperiksa oleh {who}. Tidak ada yang berubah.")


def same_file(proof: TransferProof) -> list[TransferProof]:
    """Other orders for which the same file was handed in."""
    found = TransferProof.objects.filter(sha256=proof.sha256).exclude(order=proof.order_id)
    return list(found.select_related("order")[:3])
