"""Terms of heads of RT and RW: their end, who is reminded of it, and the hand-over after it."""

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from messaging.models import Outbox
from services.residents.places import ensure_rts
from services.web.access import today
from tenants.office import actions, handing_over, terms
from tenants.office.access import Visitor
from tenants.office.models import HandOver, Holding, Post, Unit
from tenants.office.queries import current_holdings
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, account, family, make_cast, official, submitted

END = date(2026, 12, 31)


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def admin(in_bontang: City, cast: Cast) -> User:
    user = official("admin", Unit.objects.get(code=in_bontang.code), "admin")
    User.objects.filter(pk=user.pk).update(email="admin@contoh.go.id")
    return user


def term_of(user: User, until: date | None) -> Holding:
    holding = Holding.objects.get(user=user)
    Holding.objects.filter(pk=holding.pk).update(until=until)
    holding.refresh_from_db()
    return holding


def subjects() -> list[tuple[str, str]]:
    rows = Outbox.objects.filter(kind="mail.send").order_by("pk")
    return [(row.payload["to"], row.payload["subject"]) for row in rows]


def test_each_reminder_goes_once_also_after_a_day_that_was_missed(cast: Cast, admin: User) -> None:
    User.objects.filter(pk=cast.hasan.pk).update(email="hasan@example.com")
    User.objects.filter(pk=cast.rina.pk).update(email="rina@example.com")
    term_of(cast.hasan, END)
    told = {day: terms.remind(on=END - timedelta(days=day)) for day in (61, 60, 59, 30, 13, 12, 1)}
    assert told == {61: 0, 60: 1, 59: 0, 30: 0, 13: 1, 12: 0, 1: 1}
    assert terms.remind(on=END) == 0 and terms.remind(on=END + timedelta(days=1)) == 0
    own = [said for to, said in subjects() if to == "hasan@example.com"]
    assert own == ["Masa jabatan Anda berakhir 31 Desember 2026"] * 3
    for office in ("rina@example.com", "admin@contoh.go.id"):
        lists = [said for to, said in subjects() if to == office]
        assert lists == ["1 masa jabatan RT, RW, atau dusun segera berakhir"] * 3


def test_no_reminder_names_anybody(cast: Cast, admin: User) -> None:
    User.objects.filter(pk=cast.rina.pk).update(email="rina@example.com")
    term_of(cast.hasan, END)
    terms.remind(on=END - timedelta(days=10))
    bodies = [row.payload["body"] for row in Outbox.objects.filter(kind="mail.send")]
    assert bodies and not any("Hasan" in body for body in bodies)
    assert any(f"Ketua RT 001 / RW 001, {cast.village.name}: 31 Desember 2026" in b for b in bodies)


def test_another_kelurahan_is_told_nothing(cast: Cast, admin: User) -> None:
    User.objects.filter(pk=cast.lurah_lain.pk).update(email="lain@example.com")
    term_of(cast.hasan, END)
    terms.remind(on=END - timedelta(days=10))
    assert "lain@example.com" not in {to for to, _ in subjects()}


def test_a_post_with_an_appointed_successor_needs_no_reminder(cast: Cast, admin: User) -> None:
    held = term_of(cast.hasan, END)
    successor = account(family(cast.village)[0])
    actions.appoint(post=held.post, user=successor, since=END + timedelta(days=1), by=admin)
    assert terms.remind(on=END - timedelta(days=10)) == 0


def test_a_longer_term_is_reminded_of_anew(cast: Cast, admin: User) -> None:
    held = term_of(cast.hasan, END)
    assert terms.remind(on=END - timedelta(days=1)) == 1
    later = END + timedelta(days=100)
    actions.correct_holding(
        holding_id=held.pk, nip="", rank="", decree="1/2026", until=later, by=admin
    )
    assert terms.remind(on=END) == 0
    assert terms.remind(on=later - timedelta(days=60)) == 1


@pytest.mark.parametrize("days", [0, 1])
def test_a_term_bounds_what_its_holder_sees(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client], days: int
) -> None:
    """On the last day the case is there; the day after, no page of the RT opens."""
    application = submitted(cast)
    step = application.steps.get(state="open")
    term_of(cast.hasan, today() - timedelta(days=days))
    page = client_for(in_bontang)
    page.force_login(cast.hasan, "accounts.backends.LoginBackend")
    addresses = ["/rt/", f"/rt/{step.pk}/", f"/rt/{step.pk}/putuskan/"]
    answers = [page.get(address) for address in addresses]
    name = cast.sari_person.name.title()
    if days == 0:
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert all(name in answer.content.decode() for answer in answers)
        return
    assert [answer.status_code for answer in answers] == [403, 404, 404]
    taken = page.post(f"/rt/{step.pk}/putuskan/", {"decision": "approve"})
    back = page.post(f"/rt/{step.pk}/tarik/")
    assert {taken.status_code, back.status_code} == {404}
    assert not any(name in answer.content.decode() for answer in [*answers, taken, back])
    step.refresh_from_db()
    assert step.state == "open"


def test_a_term_that_has_not_begun_opens_nothing(cast: Cast, admin: User) -> None:
    held = term_of(cast.hasan, END)
    successor = account(family(cast.village)[0])
    since = today() + timedelta(days=5)
    actions.appoint(post=held.post, user=successor, since=since, by=admin)
    assert Visitor(successor).vouching == []


def test_terms_of_one_post_do_not_overlap(cast: Cast, admin: User) -> None:
    held = term_of(cast.hasan, END)
    successor = account(family(cast.village)[0])
    start = END - timedelta(days=10)
    actions.appoint(post=held.post, user=successor, since=start, until=END, by=admin)
    held.refresh_from_db()
    assert held.until == start - timedelta(days=1)
    with pytest.raises(RuleBroken, match="sudah diberikan kepada orang lain"):
        actions.correct_holding(
            holding_id=held.pk, nip="", rank="", decree="", until=start, by=admin
        )
    with pytest.raises(RuleBroken, match="sudah diberikan kepada orang lain"):
        actions.end_holding(holding=held, until=start, by=admin)
    with pytest.raises(RuleBroken, match="sebelum hari mulainya"):
        actions.appoint(post=held.post, user=cast.sari, since=END, until=start, by=admin)


def test_a_second_term_of_the_same_person_begins_after_the_first(cast: Cast, admin: User) -> None:
    held = term_of(cast.hasan, END)
    with pytest.raises(RuleBroken, match="sudah memegang"):
        actions.appoint(post=held.post, user=cast.hasan, since=END, by=admin)
    actions.appoint(post=held.post, user=cast.hasan, since=END + timedelta(days=1), by=admin)
    assert not HandOver.objects.exists()


# --- the hand-over --------------------------------------------------------------------------------


def handed(cast: Cast, by: User, since: date) -> tuple[HandOver, User]:
    post = Post.objects.get(holdings__user=cast.hasan)
    successor = account(family(cast.village)[0])
    actions.appoint(post=post, user=successor, since=since, by=by)
    return HandOver.objects.get(), successor


def test_both_confirm_and_what_waits_is_there_for_the_successor(
    cast: Cast, admin: User, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    submitted(cast)
    passing, successor = handed(cast, admin, today())
    old, new = client_for(in_bontang), client_for(in_bontang)
    old.force_login(cast.hasan, "accounts.backends.LoginBackend")
    new.force_login(successor, "services.residents.backends.NikBackend")
    address = f"/rt/serah-terima/{passing.pk}/"
    seen = old.get(address).content.decode()
    assert "Permohonan warga yang menunggu jawaban" in seen
    assert cast.sari_person.name.title() not in seen
    assert old.get("/rt/").status_code == 403
    assert old.post(address, {"note": "Stempel di rumah Pak RW."}).status_code == 302
    assert old.get(address).status_code == 404
    inbox = new.get("/rt/").content.decode()
    assert address in inbox and "1 warga menunggu Anda" in inbox
    assert "Stempel di rumah Pak RW." in new.get(address).content.decode()
    assert new.post(address).status_code == 302
    passing.refresh_from_db()
    assert passing.given_at and passing.taken_at
    assert address not in new.get("/rt/").content.decode()


def test_a_hand_over_is_for_the_two_named_in_it_and_ends(cast: Cast, admin: User) -> None:
    passing, successor = handed(cast, admin, MONDAY.date())
    day = MONDAY.date()
    for stranger in (cast.bahar, cast.lurah, cast.sari):
        with pytest.raises(NotThere):
            handing_over.get(passing.pk, stranger, day)
    assert handing_over.get(passing.pk, cast.hasan, day + timedelta(days=29)) == passing
    with pytest.raises(NotThere):
        handing_over.get(passing.pk, cast.hasan, day + timedelta(days=30))
    assert handing_over.get(passing.pk, successor, day + timedelta(days=300)) == passing


# --- posts of every RT, RW and dusun --------------------------------------------------------------


def test_a_new_unit_has_the_post_of_its_head_at_once(cast: Cast) -> None:
    code = f"{cast.village.code}/krajan/007/009"
    ensure_rts({code})
    titles = Post.objects.filter(unit__code__startswith=f"{cast.village.code}/krajan")
    assert set(titles.values_list("role", flat=True)) == {"kepala_dusun", "ketua_rw", "ketua_rt"}


def test_units_from_before_get_their_posts_and_once(cast: Cast) -> None:
    code = f"{cast.village.code}/008/009"
    ensure_rts({code})
    made = Post.objects.filter(unit__code__startswith=f"{cast.village.code}/008")
    before = dict(made.values_list("unit__code", "title"))
    made.delete()
    step: Any = import_module("tenants.office.migrations.0005_posts_of_neighbourhoods")
    for _ in range(2):
        step.open_posts(apps, None)
    assert dict(made.all().values_list("unit__code", "title")) == before
    assert Post.objects.filter(unit=cast.hasan.holdings.get().post.unit).count() == 1


def test_the_head_of_an_rw_is_found_and_appointed(
    cast: Cast, admin: User, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    page = client_for(in_bontang)
    page.force_login(admin, "accounts.backends.LoginBackend")
    rw = Unit.objects.get(code=f"{cast.village.code}/001")
    listed = page.get("/kelola/rt/?kind=rw").content.decode()
    assert rw.name in listed and "kosong" in listed and "RT 001" not in listed
    post = Post.objects.get(unit=rw, role="ketua_rw")
    person, day = family(cast.village, rt=2)[0], today()
    sent = {"nik": person.nik, "since_0": day.day, "since_1": day.month, "since_2": day.year,
            "until": "31-12-2099", "decree": "7/2026", "decree_on": "1 Januari 2026"}  # fmt: skip
    assert page.post(f"/kelola/pejabat/{post.pk}/", sent).status_code == 302
    holding = current_holdings(day).get(post=post)
    assert (holding.until, holding.decree_on) == (date(2099, 12, 31), date(2026, 1, 1))
    assert "sampai 31 Desember 2099" in page.get("/kelola/rt/?kind=rw").content.decode()
    assert "SK 7/2026" in page.get(f"/kelola/pejabat/{post.pk}/").content.decode()
    assert [p.role for p in Visitor(holding.user).vouching] == ["ketua_rw"]
