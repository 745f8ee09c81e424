"""Results that are no letter: made at a desk, ready with its approval, handed over once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from audit.models import Entry
from kernel.errors import NotThere, RuleBroken, Stale
from messaging.models import Outbox
from services.applications.models import Application
from services.cases import decisions, taking
from services.cases.timeline import timeline
from services.catalogue.queries import service
from services.results import handing, making, queries, sheets, wishing
from services.results.models import HandOver, Result, Wish
from tenants.office import queries as office
from tenants.registry import stored_files
from tests.factories import MONDAY, Cast, change, official, step_of
from tests.results.conftest import As, Request, at, picture, sent_request, shown
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
State = Result.State


def fresh(one: Result) -> Result:
    return Result.objects.get(pk=one.pk)


def hand(kk: Request, one: Result, **changes: object) -> HandOver:
    return handing.hand_over(
        result_id=one.pk, taker=shown(**changes), posts=kk.posts, by=kk.dani, at=MONDAY
    )


def mails() -> list[str]:
    return [str(row.payload) for row in Outbox.objects.filter(kind="mail.send").order_by("pk")]


def test_a_step_is_not_approved_before_its_result_is_noted(kk: Request) -> None:
    with pytest.raises(RuleBroken, match="Catat dulu hasilnya: Kartu Keluarga"):
        kk.approve()
    made = kk.enter()
    assert made.state == State.MADE and made.code == ""
    done = kk.approve()
    assert done.state == Application.State.DONE
    ready = fresh(made)
    assert ready.state == State.READY and len(ready.code) == 6
    assert ready.number == "6474010101010001"
    assert b"6474010101010001" not in bytes(ready.number_sealed)


def test_a_result_is_entered_again_until_the_step_is_over(kk: Request) -> None:
    kk.enter("1234")
    made = kk.enter("5678", file=picture())
    assert Result.objects.count() == 1 and made.number == "5678"
    assert stored_files.read(made.path)
    step = step_of(kk.application)
    kk.approve()
    with pytest.raises(Stale):
        making.enter(
            step_id=step.pk, key="kk", number="9", valid_until=None, file=None, by=kk.dani,
            at=MONDAY,
        )  # fmt: skip


def test_only_the_desk_of_the_step_enters_it_and_nobody_their_own(kk: Request) -> None:
    step = step_of(kk.application)
    told = {"key": "kk", "number": "1", "valid_until": None, "file": None, "at": MONDAY}
    for user in (kk.cast.rina, kk.cast.petugas, kk.cast.sari, kk.cast.hasan):
        with pytest.raises(NotThere):
            making.enter(step_id=step.pk, by=user, **told)  # type: ignore[arg-type]
    with pytest.raises(NotThere):
        making.enter(step_id=step.pk, by=kk.dani, **{**told, "key": "akta"})  # type: ignore[arg-type]


def test_what_a_colleague_has_in_hand_is_taken_over_before_its_result_is_noted(
    kk: Request, signed_in: As
) -> None:
    step = step_of(kk.application)
    other = official("rekan", step.unit, step.role)
    taking.take(step_id=step.pk, by=other, at=MONDAY)
    with pytest.raises(RuleBroken, match="sedang ditangani Rekan"):
        kk.enter()
    page = at("desk-case", kk.application.pk)
    assert "Simpan hasil" not in signed_in(kk.dani).get(page).content.decode()
    taking.take_over(step_id=step.pk, by=kk.dani, at=MONDAY)
    assert "Simpan hasil" in signed_in(kk.dani).get(page).content.decode()
    assert kk.enter().pk


def test_it_is_never_handed_over_twice(kk: Request) -> None:
    one = kk.ready()
    act = hand(kk, one)
    assert fresh(one).state == State.HANDED and act.ended_at == MONDAY
    with pytest.raises(Stale):
        hand(kk, one)
    with pytest.raises(IntegrityError), transaction.atomic():
        HandOver.objects.create(
            result=one, state=HandOver.State.DONE, way="pickup", to="applicant",
            proof="identity", by=kk.dani, title="x", began_at=MONDAY, ended_at=MONDAY,
        )  # fmt: skip


def test_what_came_back_is_put_right_and_handed_over_again(kk: Request) -> None:
    one = kk.ready()
    hand(kk, one)
    before = fresh(one).code
    handing.take_back(
        result_id=one.pk, reason="Nama anak salah tulis", posts=kk.posts, by=kk.dani, at=MONDAY
    )
    assert fresh(one).state == State.RETURNED
    with pytest.raises(Stale):
        hand(kk, one)
    making.mend(
        result_id=one.pk, number="6474010101010002", valid_until=None, file=None,
        unit_ids=[one.unit_id], by=kk.dani, at=MONDAY,
    )  # fmt: skip
    again = fresh(one)
    assert again.state == State.READY and again.number.endswith("2") and again.code != before
    hand(kk, one)
    kept = HandOver.objects.filter(result=one)
    assert [act.returned_at is not None for act in kept] == [True, False]


def test_the_code_of_the_applicant_proves_it_and_is_not_guessed(kk: Request) -> None:
    one = kk.ready()
    for _ in range(5):
        with pytest.raises(RuleBroken) as refused:
            hand(kk, one, proof="code", code="000000")
        assert refused.value.field == "code"
    with pytest.raises(RuleBroken, match="Terlalu banyak"):
        hand(kk, one, proof="code", code=one.code)
    assert fresh(one).state == State.READY


def test_the_right_code_in_any_spelling(kk: Request) -> None:
    one = kk.ready()
    hand(kk, one, proof="code", code=f" {one.code.lower()} ")
    assert fresh(one).state == State.HANDED


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to": ""}, "to"),
        ({"proof": ""}, "proof"),
        ({"proof": "signature"}, "signature"),
        ({"to": "other"}, "name"),
        ({"to": "other", "name": "Budi"}, "relation"),
        ({"to": "other", "name": "Budi", "relation": "anak kandung"}, "authority"),
    ],
)
def test_what_is_missing_is_asked_for(kk: Request, changes: dict[str, object], field: str) -> None:
    one = kk.ready()
    with pytest.raises(RuleBroken) as refused:
        hand(kk, one, **changes)
    assert refused.value.field == field
    assert fresh(one).state == State.READY and not HandOver.objects.exists()


def test_somebody_with_a_power_of_attorney_signs_for_it(kk: Request) -> None:
    one = kk.ready()
    act = hand(
        kk, one, to="other", name="Budi Santoso", relation="anak kandung", proof="signature",
        signature=picture(), authority=picture(),
    )  # fmt: skip
    assert act.name == "Budi Santoso" and b"Budi" not in bytes(act.name_sealed)
    assert stored_files.read(act.signature) and stored_files.read(act.authority)
    case = Application.objects.get(pk=one.case_id)
    pdf = sheets.as_pdf(act, case, at=MONDAY)
    assert pdf.startswith(b"%PDF")


def test_a_delivery_is_tried_until_it_arrives(kk: Request) -> None:
    one = kk.ready()
    told = {"result_id": one.pk, "posts": kk.posts, "by": kk.dani}
    out = {"carrier": "Kurir Andi", "address": "Jalan Melati 5, RT 001"}
    handing.send_out(**told, **out, at=MONDAY)  # type: ignore[arg-type]
    assert fresh(one).state == State.OUT
    with pytest.raises(Stale):
        hand(kk, one)
    handing.failed(**told, reason="Rumah kosong", at=MONDAY)  # type: ignore[arg-type]
    assert fresh(one).state == State.READY
    handing.send_out(**told, **out, at=MONDAY + timedelta(days=1))  # type: ignore[arg-type]
    handing.arrived(**told, taker=shown(), at=MONDAY + timedelta(days=1))  # type: ignore[arg-type]
    kept = HandOver.objects.filter(result=one)
    assert [act.state for act in kept] == ["failed", "done"]
    assert fresh(one).state == State.HANDED and kept[0].address.startswith("Jalan Melati")


def test_other_offices_hand_nothing_over(kk: Request) -> None:
    one = kk.ready()
    for user in (kk.cast.rina, kk.cast.petugas, kk.cast.camat):
        posts = office.posts_of(user, MONDAY.date())
        with pytest.raises(NotThere):
            handing.hand_over(result_id=one.pk, taker=shown(), posts=posts, by=user, at=MONDAY)
        assert not queries.at_offices([post.unit_id for post in posts], waiting=True).exists()


def test_the_applicant_is_told_once_each_without_number_or_name(kk: Request) -> None:
    one = kk.ready()
    tell_subscribers()
    tell_subscribers()
    [ready] = [mail for mail in mails() if "sudah jadi" in mail]
    assert not [mail for mail in mails() if "sudah selesai" in mail.lower()]
    hand(kk, one)
    tell_subscribers()
    [handed] = [mail for mail in mails() if "sudah diserahkan" in mail]
    for mail in (ready, handed):
        assert one.number not in mail and one.code not in mail
        assert kk.cast.sari_person.name not in mail


def test_the_way_is_chosen_until_it_is_handed_over(kk: Request) -> None:
    def choose(way: str, address: str = "") -> Wish:
        return wishing.choose(
            case=kk.application, key="kk", way=way, address=address, by=kk.cast.sari, at=MONDAY
        )

    with pytest.raises(RuleBroken) as refused:
        choose("delivery", "sini")
    assert refused.value.field == "address"
    kept = choose("delivery", "Jalan Melati 5, RT 001 RW 002")
    assert kept.address.startswith("Jalan") and b"Melati" not in bytes(kept.address_sealed)
    assert choose("pickup").address == ""
    assert Wish.objects.count() == 1
    hand(kk, kk.ready())
    with pytest.raises(Stale):
        choose("pickup")


def test_the_journey_of_the_case_says_when_it_was_handed_over(kk: Request) -> None:
    hand(kk, kk.ready())
    application = Application.objects.get(pk=kk.application.pk)
    said = [stop.title for stop in timeline(application, at=MONDAY, today=MONDAY.date())]
    assert said[-2:] == ["Kartu Keluarga siap diserahkan", "Kartu Keluarga diserahkan"]


def test_a_returned_case_has_no_result(kk: Request) -> None:
    kk.enter()
    decisions.return_(
        step_id=step_of(kk.application).pk, by=kk.dani, note="Foto KK kurang jelas.", at=MONDAY
    )
    assert Result.objects.get().state == State.MADE
    assert not Entry.objects.filter(what="result.ready").exists()


def test_a_result_of_an_earlier_desk_waits_for_the_end_of_the_case(cast: Cast) -> None:
    current = service("permohonan-kk").current
    assert current is not None
    first = current.blueprint.desks()[-2].key

    def noted_first(definition: dict[str, Any]) -> None:
        definition["results"][0]["step"] = first

    change("permohonan-kk", noted_first)
    kk = sent_request(cast)
    one = kk.enter(file=picture())
    assert kk.approve().state == Application.State.RUNNING
    assert fresh(one).state == State.MADE
    with pytest.raises(NotThere):
        hand(kk, one)
    decisions.refuse(
        step_id=step_of(kk.application).pk, by=kk.dani, note="Datanya tidak cocok.", at=MONDAY
    )
    assert fresh(one).state == State.MADE
    assert not queries.at_offices([one.unit_id], waiting=True).exists()


def test_a_result_that_was_ready_before_a_refusal_is_neither_given_nor_downloaded(
    kk: Request,
) -> None:
    one = kk.enter(file=picture())
    kk.approve()
    Result.objects.filter(pk=one.pk).update(ways=["download", "pickup"])
    assert fresh(one).may_be_downloaded
    Application.objects.filter(pk=kk.application.pk).update(state=Application.State.REFUSED)
    assert not fresh(one).may_be_downloaded
    with pytest.raises(Stale, match="tidak selesai"):
        hand(kk, one)
    assert not queries.at_offices([one.unit_id], waiting=True).exists()
