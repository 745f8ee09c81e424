"""The rules of a city: the RW behind the RT, silence, own requests, and hours."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from kernel.errors import RuleBroken
from services.cases import decisions, reasons, vouchers
from services.cases.expected import expected_at
from services.cases.models import Step, Vouch, VouchRules
from services.cases.overdue import handle_overdue
from services.cases.vouch_rules import drop_rules, set_rules
from services.letters.models import Letter
from services.residents.models import Person
from tenants.office.actions import appoint
from tenants.office.models import Holding, Post, ServiceHours, Unit
from tenants.office.service_hours import set_hours
from tenants.registry.current import city
from tests.factories import MONDAY, SINCE, Cast, account, approve, family, step_of, submitted
from tests.neighbours import asked, head_who_lives_here, ketua_rw, rt_of

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
USUAL = {
    "rw_follows": False, "rt_amount": 1, "rt_unit": "hari_kerja", "rw_amount": 1,
    "rw_unit": "hari_kerja", "silence": "village", "own": "village", "household": False,
}  # fmt: skip


def rule(cast: Cast, unit: Unit | None = None, **changes: Any) -> None:
    whole = Unit.objects.get(code=city().code)
    set_rules(unit=unit or whole, values=USUAL | changes, by=cast.lurah)


def body() -> str:
    return " ".join(Letter.objects.get().content.body)


def test_the_rw_answers_behind_the_rt_where_the_city_wants_it(cast: Cast) -> None:
    rw = ketua_rw(cast)
    rule(cast, rw_follows=True)
    sent = submitted(cast)
    approve(sent, cast.hasan)
    step = step_of(sent)
    assert (step.key, step.unit, step.title) == ("rw", rt_of(cast).parent, "Ketua RW mengetahui")
    approve(sent, rw, cast.rina, cast.lurah)
    assert [vouch.called for vouch in Vouch.objects.all()] == ["Ketua RT", "Ketua RW"]
    assert "keterangan Ketua RT" in body()


def test_a_case_keeps_the_rules_it_was_sent_under(cast: Cast) -> None:
    ketua_rw(cast)
    sent = submitted(cast)
    rule(cast, rw_follows=True)
    approve(sent, cast.hasan)
    assert step_of(sent).unit == cast.village
    other = submitted(cast, "reklame")
    rule(cast)
    approve(other, cast.hasan)
    assert step_of(other).key == "rw"


def test_a_village_may_have_rules_of_its_own(cast: Cast) -> None:
    ketua_rw(cast)
    rule(cast, rw_follows=True)
    rule(cast, unit=cast.village)
    sent = submitted(cast)
    approve(sent, cast.hasan)
    assert step_of(sent).unit == cast.village
    drop_rules(unit=cast.village, by=cast.lurah)
    other = submitted(cast, "reklame")
    approve(other, cast.hasan)
    assert step_of(other).key == "rw"


def test_silence_leads_from_the_rt_to_the_rw_to_the_kelurahan(cast: Cast) -> None:
    rw = ketua_rw(cast)
    rule(cast, silence="rw", rt_amount=4, rt_unit="jam_kerja", rw_amount=2, rw_unit="hari_kerja")
    sent = submitted(cast)
    first = step_of(sent)
    assert first.due_at == MONDAY + timedelta(hours=4)
    handle_overdue(step_id=first.pk, at=first.due_at)
    second = step_of(sent)
    assert (second.unit, second.role, second.key) == (rt_of(cast).parent, "ketua_rw", "rt")
    assert second.title == "Ketua RW membenarkan, menggantikan Ketua RT"
    assert second.opened_at == first.due_at
    with pytest.raises(RuleBroken, match="Waktu menjawab sudah habis"):
        decisions.approve(step_id=first.pk, by=cast.hasan, at=first.due_at)
    handle_overdue(step_id=second.pk, at=second.due_at)
    third = step_of(sent)
    assert (third.unit, third.key) == (cast.village, "loket")
    notes = [step.note for step in sent.steps.filter(state=Step.State.SKIPPED)]
    assert notes == [reasons.UNANSWERED, reasons.UNANSWERED]
    approve(sent, cast.rina, cast.lurah, at=second.due_at)
    assert "menurut pernyataan pemohon" in body()
    assert rw.name not in body()


def test_an_rw_who_answers_for_a_silent_rt_is_named_in_the_letter(cast: Cast) -> None:
    rw = ketua_rw(cast)
    rule(cast, silence="rw")
    sent = submitted(cast)
    first = step_of(sent)
    handle_overdue(step_id=first.pk, at=first.due_at)
    approve(sent, rw, cast.rina, cast.lurah, at=first.due_at)
    assert "menurut keterangan Ketua RW" in body()
    assert Vouch.objects.get().capacity == "rw"


def test_where_no_rw_is_in_office_silence_leads_to_the_kelurahan(cast: Cast) -> None:
    rule(cast, silence="rw")
    sent = submitted(cast)
    first = step_of(sent)
    handle_overdue(step_id=first.pk, at=first.due_at)
    assert step_of(sent).unit == cast.village


def test_a_cover_letter_nobody_answered_reaches_the_lurah_who_is_not_passed_over(
    cast: Cast,
) -> None:
    rule(cast)
    sent = asked(cast.sari, cast.sari_person, "pengantar-rt-rw")
    first = step_of(sent)
    handle_overdue(step_id=first.pk, at=first.due_at)
    second = step_of(sent)
    assert (second.unit, second.role) == (cast.village, "lurah")
    handle_overdue(step_id=second.pk, at=second.due_at)
    assert step_of(sent).pk == second.pk
    approve(sent, cast.lurah, at=second.due_at)
    assert Letter.objects.get().number == Vouch.objects.get().number


def test_an_answered_question_returns_to_the_rw_who_asked_it(cast: Cast) -> None:
    from services.applications import actions

    rw = ketua_rw(cast)
    rule(cast, silence="rw")
    sent = submitted(cast)
    first = step_of(sent)
    handle_overdue(step_id=first.pk, at=first.due_at)
    decisions.return_(step_id=step_of(sent).pk, by=rw, ready="address", note="", at=first.due_at)
    later = first.due_at + timedelta(hours=1)
    actions.submit(application_id=sent.pk, by=cast.sari, reply="Rumah biru.", at=later)
    assert step_of(sent).unit == rt_of(cast).parent


def test_a_neighbouring_rt_answers_for_a_ketua_rt_where_the_city_says_so(cast: Cast) -> None:
    user, person = head_who_lives_here(cast)
    rule(cast, own="neighbour")
    sent = asked(user, person, "sktm")
    step = step_of(sent)
    assert step.unit.code == f"{cast.village.code}/001/002"
    approve(sent, cast.bahar)
    assert Vouch.objects.get().capacity == "neighbour"


@pytest.mark.parametrize("counts", [True, False])
def test_the_household_of_a_ketua_rt_counts_where_the_city_says_so(
    cast: Cast, counts: bool
) -> None:
    people = next(one for one in (family(cast.village) for _ in range(20)) if len(one) > 1)
    head, relative = people[0], people[-1]
    assert isinstance(relative, Person)
    user = account(head)
    Holding.objects.filter(user=cast.hasan).delete()
    post = Post.objects.get(unit=rt_of(cast), role="ketua_rt")
    appoint(post=post, user=user, since=SINCE, by=None)
    rw = ketua_rw(cast)
    rule(cast, household=counts)
    sent = asked(account(relative), relative, "sktm")
    step = step_of(sent)
    assert step.unit == (rt_of(cast).parent if counts else rt_of(cast))
    if counts:
        assert vouchers.is_own(user, step.case)
        decisions.approve(step_id=step.pk, by=rw, at=MONDAY)


def test_the_hours_of_neighbours_differ_from_those_of_offices(cast: Cast) -> None:
    evening = dict.fromkeys(range(7), (time(19, 0), time(21, 0)))
    set_hours(of=ServiceHours.Of.NEIGHBOURHOOD, hours=evening, by=cast.lurah)
    rule(cast, rt_amount=3, rt_unit="jam_kerja")
    sent = submitted(cast)
    first = step_of(sent)
    # Monday from 19.00 to 21.00, and one hour of Tuesday, in Bontang (UTC+8).
    assert first.due_at == datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    assert expected_at(sent) is not None
    approve(sent, cast.hasan)
    assert step_of(sent).due_at == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def test_hours_that_end_before_they_begin_are_refused(cast: Cast) -> None:
    with pytest.raises(RuleBroken, match="Selasa"):
        set_hours(of="office", hours={1: (time(16, 0), time(8, 0))}, by=cast.lurah)
    with pytest.raises(RuleBroken, match="satu hari"):
        set_hours(of="office", hours={}, by=cast.lurah)


# --- the pages of the administrators --------------------------------------------------------------


@pytest.fixture
def admin(cast: Cast, as_: As) -> Client:
    post = Post.objects.get(role="admin")
    appoint(post=post, user=cast.rina, since=SINCE, by=None)
    return as_(cast.rina)


TYPED = {
    "rw_follows": "", "rt_amount": "6", "rt_unit": "jam_kerja", "rw_amount": "2",
    "rw_unit": "hari_kerja", "silence": "rw", "own": "village",
}  # fmt: skip


def test_the_page_says_what_will_happen_before_it_is_kept(admin: Client) -> None:
    page = admin.get("/kelola/rt-rw/").content.decode()
    assert "Belum ada aturan" in page
    looked = admin.post("/kelola/rt-rw/", {**TYPED, "do": "look"}).content.decode()
    assert "Ketua RT punya waktu 6 jam kerja" in looked
    assert "Ketua RW yang ditanya dan punya waktu 2 hari kerja" in looked
    assert not VouchRules.objects.exists()
    assert admin.post("/kelola/rt-rw/", TYPED).status_code == 302
    assert VouchRules.objects.get().silence == "rw"
    far = admin.post("/kelola/rt-rw/", {**TYPED, "rt_amount": "99"})
    assert far.status_code == 422
    assert admin.post("/kelola/rt-rw/", {"do": "drop"}).status_code == 302
    assert not VouchRules.objects.exists()


def test_a_village_gets_rules_of_its_own_on_its_page(admin: Client, cast: Cast) -> None:
    chosen = admin.get("/kelola/rt-rw/kelurahan/", {"village": cast.village.pk})
    assert chosen.headers["Location"] == f"/kelola/rt-rw/{cast.village.pk}/"
    assert admin.post(f"/kelola/rt-rw/{cast.village.pk}/", TYPED).status_code == 302
    assert VouchRules.objects.get().unit == cast.village
    assert cast.village.name in admin.get("/kelola/rt-rw/").content.decode()
    assert admin.get(f"/kelola/rt-rw/{cast.kecamatan.pk}/").status_code == 404


def test_hours_are_set_on_a_page(admin: Client) -> None:
    typed = {"opens_0": "08:00", "closes_0": "14:00"}
    assert admin.post("/kelola/jam/", typed).status_code == 302
    assert ServiceHours.objects.get().closes == time(14, 0)
    wrong = admin.post("/kelola/jam/rt/", {"opens_0": "19:00"})
    assert wrong.status_code == 422
    assert "Senin" in wrong.content.decode()
    assert admin.post("/kelola/jam/rt/", {}).status_code == 302
