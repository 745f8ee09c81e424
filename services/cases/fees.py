"""What a case costs: asked for at its steps of payment, and settled when the case ends."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet, Sum

from accounts.models import User
from kernel.errors import RuleBroken
from kernel.once import reading_once
from kernel.rupiah import format_rupiah
from kernel.tanggal import long_date
from services.cases import reasons
from services.cases.kinds import AtHand, kind_of
from services.cases.models import Case, Step, StepOrder
from services.cases.route import at_hand, give_back, put
from services.catalogue.steps import StepSpec
from services.catalogue.tariff import charges
from services.payments import orders, rules
from services.payments.models import Charge, FeeOrder, Payment, Refund, TransferProof
from services.payments.rules import OrderLine
from tenants.office.models import Unit

GIVEN_BACK = (
    "Uangnya dikembalikan, jadi retribusinya harus dibayar lagi. Kirim ulang permohonannya."
)


def due_lines(case: Case, key: str) -> list[OrderLine]:
    """What a step of payment asks for now: the lines of the tariff, less what was paid for the
    same step before the answers changed. Empty where nothing is due."""
    charged = kind_of(case).charged(case)
    if charged.tariff is None:
        return []
    lines = [
        OrderLine(one.label, one.quantity, one.price, one.amount)
        for one in charges(charged.tariff, charged.answers)
    ]
    paid = paid_for(case, key)
    if not paid:
        return lines
    rest = rules.total(lines) - paid
    words = f"Kekurangan setelah isian diubah (sudah dibayar {format_rupiah(paid)})"
    return [OrderLine(words, "", rest, rest)] if rest > 0 else []


def paid_for(case: Case, key: str) -> int:
    """What was paid for a step and not given back. Two queries."""
    mine = {"order__asked_at__step__case": case, "order__asked_at__step__key": key}
    came = Payment.objects.filter(**mine).aggregate(n=Sum("amount"))["n"] or 0
    back = Refund.objects.filter(
        state=Refund.State.PAID, **{f"payment__{name}": value for name, value in mine.items()}
    )
    return came - (back.aggregate(n=Sum("amount"))["n"] or 0)


def ask(
    case: Case, step: Step, lines: list[OrderLine], *, unit: Unit, role: str, at: datetime
) -> FeeOrder:
    """Make the order of a step. Call with the case locked. Raises RuleBroken."""
    charged = kind_of(case).charged(case)
    assert charged.tariff is not None, "only a tariff makes lines"
    law = f"{charged.tariff.law}, tanggal {long_date(charged.tariff.dated)}"
    order = orders.make(
        unit=unit, role=role, subject=charged.subject, reference=case.number or "",
        person=charged.payer, payer=charged.payer.name, law=law, account=charged.tariff.account,
        lines=lines, due_at=step.due_at, at=at,
    )  # fmt: skip
    StepOrder.objects.create(step=step, order=order)
    return order


def orders_of(case: Case) -> list[FeeOrder]:
    """Every order of a case, the newest first."""
    found = FeeOrder.objects.filter(asked_at__step__case=case).select_related("unit")
    return list(found.prefetch_related("proofs", "payments__refunds").order_by("-pk"))


def refuse_unpaid(hand: AtHand) -> None:
    """Nothing is issued unpaid: raises RuleBroken where a step of payment before this one is not
    paid, unless the service lets it be paid later. No query where the service has no such step."""
    plan = kind_of(hand.case).plan(hand.case)
    waiting = [spec for spec in _before(plan.route(), hand.spec) if spec.must_be_paid]
    for spec in waiting:
        open_ = _open(hand.case, [spec.key])
        if open_.exists():
            raise RuleBroken(
                f"Retribusinya belum lunas: tagihan {open_[0].number} sebesar "
                f"{format_rupiah(open_[0].amount)}. Setelah dibayar, baru bisa diterbitkan."
            )
        if rules.total(due_lines(hand.case, spec.key)) > 0:
            raise RuleBroken(
                "Retribusinya belum ditagih seluruhnya: isiannya berubah sesudah dibayar. "
                "Kembalikan permohonan ini kepada pemohon; sesudah dikirim ulang, kekurangannya "
                "ditagih."
            )


def _before(route: list[StepSpec], spec: StepSpec) -> list[StepSpec]:
    """The steps before this one, and those that run beside it."""
    place = next((n for n, one in enumerate(route) if one.key == spec.key), len(route))
    return [
        one
        for n, one in enumerate(route)
        if n < place or (spec.parallel is not None and one.parallel == spec.parallel)
    ]


def _open(case: Case, keys: Iterable[str] | None = None) -> QuerySet[FeeOrder]:
    found = FeeOrder.objects.filter(asked_at__step__case=case, state=FeeOrder.State.OPEN)
    return found if keys is None else found.filter(asked_at__step__key__in=list(keys))


def is_being_paid(step: Step, at: datetime) -> bool:
    """Whether somebody looks at a transfer for the order of a step, or it may be paid at a provider
    now."""
    waiting = TransferProof.objects.filter(order__asked_at__step=step, state="waiting")
    live = Charge.objects.filter(order__asked_at__step=step, state__in=Charge.LIVE)
    return waiting.exists() or live.filter(expires_at__gt=at).exists()


def owes(case: Case) -> bool:
    """Whether an order of a case is open without which nothing may be issued. No query where its
    service has no fee."""
    keys = [spec.key for spec in kind_of(case).plan(case).route() if spec.must_be_paid]
    return bool(keys) and _open(case, keys).exists()


def void_open(case: Case, key: str, reason: str, at: datetime) -> None:
    """Orders of a step that nobody shall pay any more. Call with the case locked."""
    for pk in _open(case, [key]).values_list("pk", flat=True):
        orders.void(order_id=pk, reason=reason, by=None, at=at)


def settle(case: Case, reason: str, at: datetime) -> None:
    """The case ended without what it asked for. Unpaid orders are void; about paid ones a treasurer
    decides. Call inside a transaction."""
    for pk in list(FeeOrder.objects.filter(asked_at__step__case=case).values_list("pk", flat=True)):
        orders.end(order_id=pk, reason=reason, at=at)


def stage_owed(case: Case, route: list[StepSpec], stage: list[StepSpec]) -> list[StepSpec]:
    """Where a corrected case goes: back to a step of payment before its desk, when its new answers
    cost more than was paid."""
    first = stage[0].key if stage else ""
    for spec in route:
        if spec.key == first:
            break
        asked = StepOrder.objects.filter(step__case=case, step__key=spec.key)
        if spec.must_be_paid and asked.exists() and rules.total(due_lines(case, spec.key)) > 0:
            return [spec]
    return stage


@transaction.atomic
@reading_once()
def return_for(*, order_id: int, reason: str, by: User, at: datetime) -> Case | None:
    """A treasurer finds an order wrong: it is void, and the case goes back to the applicant, whose
    corrected answers make a new one. Where the case has gone on unpaid, the order that its answers
    make now takes its place. The caller has judged who asks. None where no case went back. Raises
    NotThere, RuleBroken where the answers make the same, Stale."""
    words = rules.reason_of(reason)
    asked = StepOrder.objects.select_related("order__unit").filter(order=order_id).first()
    hand = at_hand(asked.step_id) if asked is not None else None
    goes_on = hand is not None and hand.step.state != Step.State.OPEN and not hand.spec.must_be_paid
    lines = due_lines(hand.case, hand.spec.key) if hand is not None and goes_on else []
    if asked is not None and asked.order.is_open and rules.total(lines) == asked.order.amount:
        assert hand is not None, "lines are those of a case"
        instead = (
            "Permohonannya sudah selesai: terima pembayarannya, lalu ajukan pengembalian bila ada "
            "yang kelebihan."
            if hand.case.finished_at is not None else
            "Minta meja yang memegang permohonannya mengembalikannya kepada pemohon untuk "
            "diperbaiki, lalu batalkan tagihan ini sesudah dikirim ulang."
        )  # fmt: skip
        raise RuleBroken(
            "Tagihan ini tidak dibatalkan: retribusinya boleh dibayar kemudian, jadi "
            "permohonannya tidak kembali kepada pemohon, dan menurut isiannya jumlahnya tetap "
            f"{format_rupiah(asked.order.amount)}. {instead}",
            field="reason",
        )
    orders.void(order_id=order_id, reason=words, by=by, at=at)
    if hand is None:
        return None
    if hand.step.state == Step.State.OPEN:
        give_back(hand, at, by=by, note=words)
        return hand.case
    if asked is not None and rules.total(lines):
        unit = asked.order.unit
        put(hand.case, hand.spec, at, unit=unit, passed_over=reasons.PAID_LATER)
        step = Step.objects.filter(case=hand.case, key=hand.spec.key).latest("pk")
        ask(hand.case, step, lines, unit=unit, role=asked.order.role, at=at)
    return None


@transaction.atomic
@reading_once()
def return_unpaid(*, refund_id: int, at: datetime) -> None:
    """Money was given back while its case waits at the payment: sent again, it is asked for anew.
    Does nothing for a case that is elsewhere."""
    asked = StepOrder.objects.filter(order__payments__refunds=refund_id).first()
    hand = at_hand(asked.step_id) if asked is not None else None
    if hand is None or hand.step.state != Step.State.OPEN or _open(hand.case).exists():
        return
    if rules.total(due_lines(hand.case, hand.spec.key)) > 0:
        give_back(hand, at, by=None, note=GIVEN_BACK)
