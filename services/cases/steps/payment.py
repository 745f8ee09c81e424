"""A step at which a fee is paid: the order is made when the case arrives, and the step ends by
itself once it is paid. The money is taken by ``services.payments``."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import gettext

from accounts.models import User
from events.subscribers import publish
from kernel.errors import RuleBroken
from services.cases import deadlines, fees, reasons, route, rules
from services.cases.events import FeeLate
from services.cases.kinds import AtHand
from services.cases.models import Case, Step
from services.cases.steps.registry import step_kinds
from services.catalogue.steps import Around, PostStep, step_specs
from services.catalogue.tariff import Fault
from services.payments.rules import total
from services.questions.editor import Slot
from tenants.office import queries as office
from tenants.office.roles import SHIPPED, Can

PAYMENT: Literal["payment"] = "payment"


class PaymentStep(PostStep):
    """Which office takes the money, and what happens when none comes."""

    label = "Pembayaran"
    charges = True
    levels = ("kelurahan", "kecamatan", "dinas")

    kind: Literal["payment"] = PAYMENT
    level: Literal["kelurahan", "kecamatan", "dinas"]
    issue_unpaid: bool = False  # the case goes on, and its letter is issued, before it is paid
    on_timeout: Literal["ingatkan", "tutup"] = "ingatkan"

    @property
    def must_be_paid(self) -> bool:
        return not self.issue_unpaid

    @classmethod
    def blank(cls) -> dict[str, Any]:
        collects = next(role.code for role in SHIPPED.values() if Can.COLLECTS in role.can)
        return {
            "kind": PAYMENT, "key": "", "title": "Pembayaran retribusi", "level": "kelurahan",
            "dinas": None, "role": collects, "deputies": [], "issue_unpaid": False,
            "clock": {"amount": 14, "unit": "hari"}, "on_timeout": "ingatkan", "when": [],
            "parallel": None,
        }  # fmt: skip

    @classmethod
    def slots(cls) -> list[Slot]:
        return [
            Slot("issue_unpaid", "Surat boleh terbit sebelum dibayar", "yes",
                 "Hanya bila Perdanya membolehkan. Tagihannya tetap ada sampai dibayar."),
            Slot("on_timeout", "Bila tidak dibayar sampai batas waktu", "choice", required=True,
                 choices=(("ingatkan", "Ingatkan pemohon setiap hari kerja"),
                          ("tutup", "Batalkan tagihan dan tutup permohonannya"))),
        ]  # fmt: skip

    def findings(self, around: Around) -> Iterator[Fault]:
        if self.role in SHIPPED and Can.COLLECTS not in SHIPPED[self.role].can:
            yield (
                "error", "role",
                f"{SHIPPED[self.role].title} tidak menerima uang. Pilih Bendahara Penerimaan, atau "
                "peran buatan kota yang bertugas menerima pembayaran.",
            )  # fmt: skip
        if around.tariff is None:
            yield (
                "error", "kind",
                "Langkah Pembayaran ada, tetapi layanan ini belum punya tarif. Isi tabnya, Tarif, "
                "atau hapus langkah ini.",
            )  # fmt: skip
        order = [step.key for step in around.steps]
        mine = order.index(self.key)
        early = [
            output
            for output in around.outputs
            if self.must_be_paid
            and (
                order.index(output.step) < mine
                or (self.parallel and around.steps[order.index(output.step)].parallel
                    == self.parallel)
            )
        ]  # fmt: skip
        for output in early:
            yield (
                "error", "issue_unpaid",
                f"Surat “{output.subject}” terbit sebelum langkah ini, jadi terbit tanpa dibayar. "
                "Pindahkan langkah ini ke atas, atau bolehkan surat terbit sebelum dibayar.",
            )  # fmt: skip


class Payment:
    """Ended by a payment (``services.cases.subscribers``)."""

    def open(self, case: Case, spec: PaymentStep, at: datetime) -> bool:
        """Make the order; whether the case waits for its payment."""
        unit = office.unit_at(rules.unit_code_for(spec, rt_code=case.unit.code))
        if unit is None:
            raise RuleBroken(
                gettext(
                    "Langkah “%(title)s” belum bisa dijalankan: unit kerjanya belum dibuat. "
                    "Hubungi admin daerah Anda."
                )
                % {"title": spec.title}
            )
        fees.void_open(case, spec.key, "Diganti tagihan yang baru.", at)
        lines = fees.due_lines(case, spec.key)
        if not total(lines):
            why = reasons.PAID_BEFORE if fees.paid_for(case, spec.key) else reasons.FREE
            return route.put(case, spec, at, unit=unit, passed_over=why)
        waits = not spec.issue_unpaid
        route.put(case, spec, at, unit=unit, passed_over=None if waits else reasons.PAID_LATER)
        step = Step.objects.filter(case=case, key=spec.key).latest("pk")
        fees.ask(case, step, lines, unit=unit, role=spec.role, at=at)
        if waits:
            deadlines.rest(case, at)
        return waits

    def complete(self, hand: AtHand, at: datetime, *, by: User | None, note: str) -> None:
        """Raises RuleBroken while its order is not paid."""
        if not hand.step.fee.order.is_settled:
            raise RuleBroken("Tagihannya belum dibayar, jadi langkah ini belum selesai.")
        deadlines.go_on(hand.case, at)
        route.complete(hand, at, by=by, note=note or reasons.PAID)

    def on_timeout(self, hand: AtHand, at: datetime) -> None:
        """Each working day a reminder; or the end of the case, where the service says so."""
        case, step = hand.case, hand.step
        assert isinstance(hand.spec, PaymentStep)
        if hand.spec.on_timeout == "ingatkan" or fees.is_being_paid(step, at):
            step.reminded_at = at
            step.save(update_fields=["reminded_at"])
            publish(FeeLate(step.pk, case.pk, route.today_of(at).isoformat()))
            return
        fees.settle(case, reasons.NOT_PAID, at)
        route.turn_down(hand, at, by=None, note=reasons.NOT_PAID)


step_specs.add(PAYMENT, PaymentStep)
step_kinds.add(PAYMENT, Payment())
