"""A case waits for its fee, goes on once it is paid, and leaves no order behind when it ends."""

from datetime import timedelta

import pytest

from kernel.errors import NotThere, RuleBroken
from messaging.models import Outbox
from services.applications import actions, issuing, withdrawal
from services.applications.models import Application
from services.cases import decisions, documents, fees
from services.cases.actions import complete
from services.cases.kinds import AtHand
from services.cases.models import Step
from services.cases.overdue import handle_overdue
from services.cases.route import at_hand
from services.cases.timeline import timeline
from services.catalogue.actions import publish
from services.payments import booking, refunds
from services.payments.models import FeeOrder, Payment
from tests.factories import MONDAY, Cast, approve, change, draft, photo, step_of, submitted
from tests.fees import AMOUNT, TARIFF, fee_step, order_of, ordered, posts, treasurer, with_fee
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(days=15)


def paid(cast: Cast, order: FeeOrder, login: str = "bendahara") -> Payment:
    who = treasurer(cast.village, cast.lurah, login)
    made = booking.take_cash(
        order_id=order.pk, amount=order.amount, posts=posts(who), by=who, at=MONDAY
    )
    tell_subscribers()
    return made


def test_the_order_is_made_from_the_answers_and_the_case_waits(cast: Cast) -> None:
    sent, order = ordered(cast)
    assert (order.amount, order.number, order.state) == (AMOUNT, "SKRD/000001/2026", "open")
    assert [line["amount"] for line in order.lines] == [10_000, 15_000]
    assert order.payer == cast.sari_person.name and order.reference == sent.number
    assert "Perda Nomor 2 Tahun 2024" in order.law and order.account == TARIFF["account"]
    step = step_of(sent)
    assert (step.kind, step.unit, step.role) == ("payment", cast.village, "")
    assert order.due_at == step.due_at == MONDAY + timedelta(days=14)
    for official_ in (cast.rina, cast.lurah):
        with pytest.raises(NotThere):
            decisions.approve(step_id=step.pk, by=official_, at=MONDAY)
    with pytest.raises(RuleBroken, match="belum dibayar"):
        complete(step_id=step.pk, at=MONDAY)


def test_a_payment_brings_the_case_to_its_letter(cast: Cast) -> None:
    sent, order = ordered(cast)
    paid(cast, order)
    step = fee_step(sent)
    assert (step.state, step.note, step.decided_by) == (Step.State.APPROVED, "Lunas.", None)
    approve(sent, cast.lurah)
    issuing.finish_letters(application_id=sent.pk, at=MONDAY)
    assert Application.objects.get(pk=sent.pk).state == "done"
    stops = timeline(Application.objects.get(pk=sent.pk), at=MONDAY, today=MONDAY.date())
    [stop] = [stop for stop in stops if stop.title == "Pembayaran retribusi"]
    assert stop.state == "done"


def test_a_payment_told_twice_completes_the_step_once(cast: Cast) -> None:
    sent, order = ordered(cast)
    paid(cast, order)
    Outbox.objects.filter(kind="events.tell").update(state=Outbox.State.DUE)
    for _ in range(2):
        complete(step_id=fee_step(sent).pk, at=MONDAY)
    assert step_of(sent).key == "lurah"


def test_what_costs_nothing_is_passed_over_and_says_so(cast: Cast) -> None:
    rows = [{**TARIFF["rows"][1]}]
    found = with_fee().canonical()
    publish(type(with_fee()).model_validate({**found, "tariff": {**TARIFF, "rows": rows}}),
            actor=None)  # fmt: skip
    sent = submitted(cast, tanggungan="0")
    approve(sent, cast.hasan, cast.rina)
    step = fee_step(sent)
    assert (step.state, step.note) == (Step.State.SKIPPED, "Tidak dikenai biaya.")
    assert step_of(sent).key == "lurah" and not FeeOrder.objects.exists()


def _hand(step: Step) -> AtHand:
    hand = at_hand(step.pk)
    assert hand is not None
    return hand


def test_nothing_is_issued_unpaid(cast: Cast) -> None:
    """Also where a version that the linter never saw lets the desk work beside the payment."""
    blueprint = with_fee(parallel="akhir")
    raw = blueprint.canonical()
    raw["steps"][-1]["parallel"] = "akhir"
    publish(type(blueprint).model_validate(raw), actor=None)
    sent = submitted(cast)
    approve(sent, cast.hasan, cast.rina)
    lurah = Step.objects.get(case=sent, key="lurah", state="open")
    with pytest.raises(
        RuleBroken, match=r"belum lunas: tagihan SKRD/000001/2026 sebesar Rp25\.000"
    ):
        decisions.approve(step_id=lurah.pk, by=cast.lurah, at=MONDAY)
    assert not sent.issued.exists()
    paid(cast, order_of(sent))
    decisions.approve(step_id=lurah.pk, by=cast.lurah, at=MONDAY)
    assert sent.issued.count() == 1


def test_a_city_may_let_the_letter_be_issued_before_it_is_paid(cast: Cast) -> None:
    sent, order = ordered(cast, issue_unpaid=True)
    assert fee_step(sent).note == "Boleh dibayar kemudian; diteruskan ke langkah berikutnya."
    approve(sent, cast.lurah)
    assert sent.issued.count() == 1 and order.state == "open"
    paid(cast, order)
    assert order_of(sent).state == "paid"


def test_the_order_of_a_fee_paid_later_is_replaced_and_never_lost(cast: Cast) -> None:
    sent, order = ordered(cast, issue_unpaid=True)
    who = treasurer(cast.village, cast.lurah)
    void = {"order_id": order.pk, "reason": "Jumlahnya keliru.", "by": who, "at": MONDAY}
    with pytest.raises(RuleBroken, match=r"tetap Rp25\.000"):
        fees.return_for(**void)  # type: ignore[arg-type]
    assert order_of(sent).state == "open"
    FeeOrder.objects.filter(pk=order.pk).update(amount=30_000)  # of answers since corrected
    assert fees.return_for(**void) is None  # type: ignore[arg-type]
    order.refresh_from_db()
    newer = order_of(sent)
    assert (order.state, newer.state, newer.amount) == ("void", "open", AMOUNT)
    assert Application.objects.get(pk=sent.pk).state == "running"


def test_a_withdrawn_case_leaves_no_open_order(cast: Cast) -> None:
    sent, order = ordered(cast)
    withdrawal.withdraw(application_id=sent.pk, by=cast.sari, at=MONDAY)
    tell_subscribers()
    order.refresh_from_db()
    assert (order.state, order.void_reason) == ("void", "Permohonannya dibatalkan pemohon.")


def test_the_money_of_a_refused_case_waits_for_a_decision(cast: Cast) -> None:
    sent, order = ordered(cast)
    paid(cast, order)
    decisions.refuse(
        step_id=step_of(sent).pk, by=cast.lurah, note="Data tidak sesuai kenyataan.", at=MONDAY
    )
    tell_subscribers()
    order.refresh_from_db()
    assert order.state == "paid" and order.open_question_at is not None


def test_money_that_comes_after_the_case_ended_is_booked_and_asked_about(cast: Cast) -> None:
    sent, order = ordered(cast)
    proof = booking.send_proof(
        order_id=order.pk, file=_file(), paid_on=MONDAY.date(), by=cast.sari, at=MONDAY,
        today=MONDAY.date(),
    )  # fmt: skip
    withdrawal.withdraw(application_id=sent.pk, by=cast.sari, at=MONDAY)
    tell_subscribers()
    who = treasurer(cast.village, cast.lurah)
    booking.accept_proof(proof_id=proof.pk, amount=AMOUNT, posts=posts(who), by=who, at=MONDAY)
    tell_subscribers()
    order.refresh_from_db()
    assert order.state == "paid" and order.open_question_at is not None
    assert Application.objects.get(pk=sent.pk).state == "withdrawn"


def _file() -> documents.Accepted:
    return documents.accept(photo())


def test_an_order_found_wrong_goes_back_with_its_case_and_is_made_anew(cast: Cast) -> None:
    sent, order = ordered(cast)
    who = treasurer(cast.village, cast.lurah)
    fees.return_for(
        order_id=order.pk, reason="Jumlah tanggungan tidak cocok dengan KK.", by=who, at=MONDAY
    )
    assert Application.objects.get(pk=sent.pk).state == "returned"
    order.refresh_from_db()
    assert order.state == "void"
    actions.save_answers(
        application_id=sent.pk, typed={"keperluan": "Beasiswa anak", "penghasilan": "1.450.000",
                                       "tanggungan": "1"}, files={}, names={}, by=cast.sari,
    )  # fmt: skip
    actions.submit(application_id=sent.pk, by=cast.sari, at=MONDAY)
    newer = order_of(sent)
    assert (newer.amount, newer.state, step_of(sent).kind) == (15_000, "open", "payment")


def test_what_changed_answers_cost_more_is_asked_for_before_the_letter(cast: Cast) -> None:
    sent, order = ordered(cast)
    paid(cast, order)
    decisions.return_(
        step_id=step_of(sent).pk, by=cast.lurah, note="Tanggungan kurang satu.", at=MONDAY
    )
    actions.save_answers(
        application_id=sent.pk, typed={"keperluan": "Beasiswa anak", "penghasilan": "1.450.000",
                                       "tanggungan": "4"}, files={}, names={}, by=cast.sari,
    )  # fmt: skip
    actions.submit(application_id=sent.pk, by=cast.sari, at=MONDAY)
    rest = order_of(sent)
    assert (rest.amount, rest.pk != order.pk, step_of(sent).kind) == (5_000, True, "payment")
    assert "sudah dibayar Rp25.000" in rest.lines[0]["label"]
    paid(cast, rest, "bendahara-dua")
    approve(sent, cast.lurah)
    assert sent.issued.count() == 1


def test_what_was_paid_before_is_not_asked_for_again(cast: Cast) -> None:
    sent, order = ordered(cast)
    paid(cast, order)
    decisions.return_(step_id=step_of(sent).pk, by=cast.lurah, note="Foto buram.", at=MONDAY)
    actions.submit(application_id=sent.pk, by=cast.sari, at=MONDAY)
    assert step_of(sent).key == "lurah" and FeeOrder.objects.count() == 1


def test_money_given_back_must_be_paid_again_before_the_letter(cast: Cast) -> None:
    sent, order = ordered(cast)
    payment = paid(cast, order)
    who = treasurer(cast.village, cast.lurah, "bendahara-dua")
    asked = refunds.ask(payment_id=payment.pk, amount=AMOUNT, reason="Salah bayar.",
                        posts=posts(who), by=who, at=MONDAY)  # fmt: skip
    refunds.approve(refund_id=asked.pk, posts=posts(cast.lurah), by=cast.lurah, at=MONDAY)
    refunds.pay_out(refund_id=asked.pk, method="cash", reference="", posts=posts(who), by=who,
                    at=MONDAY)  # fmt: skip
    with pytest.raises(RuleBroken, match="belum ditagih seluruhnya"):
        approve(sent, cast.lurah)


def test_money_given_back_at_the_payment_sends_the_case_back(cast: Cast) -> None:
    sent, order = ordered(cast)
    who = treasurer(cast.village, cast.lurah)
    payment = booking.take_cash(order_id=order.pk, amount=AMOUNT, posts=posts(who), by=who,
                                at=MONDAY)  # fmt: skip
    asked = refunds.ask(payment_id=payment.pk, amount=AMOUNT, reason="Salah bayar.",
                        posts=posts(who), by=who, at=MONDAY)  # fmt: skip
    refunds.approve(refund_id=asked.pk, posts=posts(cast.lurah), by=cast.lurah, at=MONDAY)
    refunds.pay_out(refund_id=asked.pk, method="cash", reference="", posts=posts(who), by=who,
                    at=MONDAY)  # fmt: skip
    tell_subscribers()  # before a worker came, the money had gone back
    assert Application.objects.get(pk=sent.pk).state == "returned"
    actions.submit(application_id=sent.pk, by=cast.sari, at=MONDAY)
    assert (order_of(sent).amount, order_of(sent).state) == (AMOUNT, "open")


def test_a_missed_date_reminds_the_payer_once_a_day(cast: Cast) -> None:
    sent, order = ordered(cast)
    for _ in range(2):
        handle_overdue(step_id=fee_step(sent).pk, at=LATER)
    tell_subscribers()
    keys = Outbox.objects.filter(key__contains=f"fee:{order.pk}:late").values_list("key", flat=True)
    assert len(keys) == 1
    assert fee_step(sent).state == "open" and order_of(sent).state == "open"


def test_a_service_may_close_a_case_that_is_not_paid(cast: Cast) -> None:
    sent, _ = ordered(cast, on_timeout="tutup")
    handle_overdue(step_id=fee_step(sent).pk, at=LATER)
    assert Application.objects.get(pk=sent.pk).state == "refused"
    assert (order_of(sent).state, order_of(sent).void_reason) == (
        "void", "Tidak dibayar sampai batas waktu.",
    )  # fmt: skip


def test_a_case_is_not_closed_while_a_transfer_is_looked_at(cast: Cast) -> None:
    sent, order = ordered(cast, on_timeout="tutup")
    booking.send_proof(order_id=order.pk, file=_file(), paid_on=MONDAY.date(), by=cast.sari,
                       at=MONDAY, today=MONDAY.date())  # fmt: skip
    handle_overdue(step_id=fee_step(sent).pk, at=LATER)
    assert Application.objects.get(pk=sent.pk).state == "running"


def test_a_service_without_tariff_asks_nothing_more_of_the_database(cast: Cast) -> None:
    change("sktm", lambda definition: None)
    sent = draft(cast)
    actions.submit(application_id=sent.pk, by=cast.sari, at=MONDAY)
    assert _hand(step_of(sent)).step.key == "rt" and not FeeOrder.objects.exists()
