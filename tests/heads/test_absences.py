"""Somebody stands in for a head who is away: on those days alone, in that unit alone."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from audit.models import Entry
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.applications.models import Application
from services.cases import decisions, queries, vouchers
from services.cases.timeline import timeline
from services.web.access import today
from tenants.office import absences, actions
from tenants.office.access import Visitor
from tenants.office.models import Absence, Holding, Post, Unit
from tenants.office.queries import posts_of
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, account, family, make_cast, official, step_of, submitted

DAY = MONDAY.date()


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


def away(
    cast: Cast,
    stand_in: Post | None = None,
    since: date = DAY,
    days: int = 3,
    by: User | None = None,
) -> Absence:
    """Hasan (RT 001) is away; Bahar (RT 002) stands in."""
    holding = Holding.objects.get(user=cast.hasan)
    chosen = stand_in or Post.objects.get(holdings__user=cast.bahar)
    return absences.note(
        holding_id=holding.pk, since=since, until=since + timedelta(days=days - 1),
        stand_in_id=chosen.pk, by=by or cast.hasan, on=since,
    )  # fmt: skip


def codes(user: User, on: date) -> list[str]:
    return [post.unit.code[-3:] for post in posts_of(user, on)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(offset=st.integers(-5, 10), days=st.integers(1, 6))
def test_a_stand_in_holds_the_post_on_the_days_of_the_absence_alone(
    cast: Cast, offset: int, days: int
) -> None:
    Absence.objects.all().delete()
    away(cast, days=days)
    on = DAY + timedelta(days=offset)
    assert codes(cast.bahar, on) == (["001", "002"] if 0 <= offset < days else ["002"])
    assert codes(cast.hasan, on) == ["001"]


def test_a_stand_in_decides_and_it_is_recorded(cast: Cast) -> None:
    application = submitted(cast)
    step = step_of(application)
    with pytest.raises(NotThere):
        decisions.approve(step_id=step.pk, by=cast.bahar, at=MONDAY)
    away(cast)
    decisions.approve(step_id=step.pk, by=cast.bahar, at=MONDAY)
    step.refresh_from_db()
    assert (step.state, step.decided_by) == ("approved", cast.bahar)
    entry = Entry.objects.get(what="case.approve")
    assert entry.detail["stands_in_for"] == "Ketua RT 001"


def test_the_timeline_says_who_stands_in_and_who_stood_in(cast: Cast) -> None:
    application = submitted(cast)
    away(cast)

    def who() -> str:
        found = Application.objects.get(pk=application.pk)
        return timeline(found, at=MONDAY, today=DAY)[1].who

    assert who() == f"{cast.bahar.name}, pelaksana harian Ketua RT"
    decisions.approve(step_id=step_of(application).pk, by=cast.bahar, at=MONDAY)
    assert who() == f"{cast.bahar.name}, pelaksana harian Ketua RT"


def test_who_waits_is_told_to_the_stand_in(cast: Cast) -> None:
    away(cast)
    step = step_of(submitted(cast))
    assert {h.user for h in vouchers.asked(step, DAY)} == {cast.hasan, cast.bahar}
    assert [h.user for h in vouchers.asked(step, DAY + timedelta(days=3))] == [cast.hasan]


def test_neither_term_is_outlived(cast: Cast) -> None:
    away(cast, days=5)
    last = DAY + timedelta(days=1)
    Holding.objects.filter(user=cast.bahar).update(until=last)
    assert codes(cast.bahar, last) == ["001", "002"] and codes(cast.bahar, DAY + timedelta(2)) == []
    Holding.objects.filter(user=cast.bahar).update(until=None)
    Holding.objects.filter(user=cast.hasan).update(until=last)
    assert codes(cast.bahar, DAY + timedelta(2)) == ["002"]


def test_a_stand_in_does_not_decide_on_their_own_request(cast: Cast, in_bontang: City) -> None:
    """Sari, of RT 001, heads RT 002 and stands in for RT 001."""
    post = Post.objects.get(holdings__user=cast.bahar)
    Holding.objects.filter(user=cast.bahar).update(until=DAY - timedelta(days=1))
    actions.appoint(post=post, user=cast.sari, since=DAY, by=None)
    away(cast, stand_in=post)
    application = submitted(cast)
    with pytest.raises(RuleBroken, match="permohonan Anda sendiri"):
        decisions.approve(step_id=step_of(application).pk, by=cast.sari, at=MONDAY)


def test_choices_are_deputies_neighbours_and_the_rw(cast: Cast) -> None:
    rt = Unit.objects.get(code=f"{cast.village.code}/001/001")
    deputy = actions.deputy_post(unit=rt)
    actions.appoint(post=deputy, user=account(family(cast.village)[0]), since=DAY, by=None)
    rw = Post.objects.get(unit__code=f"{cast.village.code}/001", role="ketua_rw")
    actions.appoint(post=rw, user=account(family(cast.village)[0]), since=DAY, by=None)
    far = family(cast.village, rw=2, rt=1)[0]
    distant = Post.objects.get(unit=far.household.rt, role="ketua_rt")
    actions.appoint(post=distant, user=account(far), since=DAY, by=None)
    found = absences.choices(Holding.objects.get(user=cast.hasan), DAY)
    titles = [one.post.title for one in found]
    assert titles == ["Sekretaris RT 001", "Ketua RT 002", "Ketua RW 001"]
    for post in (distant, Post.objects.get(holdings__user=cast.lurah)):
        with pytest.raises(RuleBroken, match="Pilih siapa"):
            away(cast, stand_in=post)


def test_who_may_note_an_absence(cast: Cast, in_bontang: City) -> None:
    admin = official("admin", Unit.objects.get(code=in_bontang.code), "admin")
    for by in (cast.hasan, cast.rina, cast.lurah, admin):
        Absence.objects.all().delete()
        assert away(cast, by=by).noted_by == by
    for by in (cast.bahar, cast.sari, cast.lurah_lain, cast.camat):
        with pytest.raises(NotThere):
            away(cast, by=by, since=DAY + timedelta(days=20))


def test_days_are_bounded_and_do_not_overlap(cast: Cast) -> None:
    away(cast, days=3)
    with pytest.raises(RuleBroken, match="sudah tercatat"):
        away(cast, since=DAY + timedelta(days=2))
    with pytest.raises(RuleBroken, match="Paling lama"):
        away(cast, since=DAY + timedelta(days=10), days=91)
    with pytest.raises(RuleBroken, match="sudah lewat"):
        absences.check_days(DAY - timedelta(days=1), DAY, DAY)


def test_who_comes_back_early_ends_it(cast: Cast) -> None:
    made = away(cast, days=5)
    with pytest.raises(NotThere):
        absences.end(absence_id=made.pk, by=cast.bahar, on=DAY)
    absences.end(absence_id=made.pk, by=cast.hasan, on=DAY + timedelta(days=2))
    assert codes(cast.bahar, DAY + timedelta(days=1)) == ["001", "002"]
    assert codes(cast.bahar, DAY + timedelta(days=2)) == ["002"]


def test_pages_of_the_other_rt_open_during_the_absence_and_then_no_more(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    step = step_of(submitted(cast))
    page = client_for(in_bontang)
    page.force_login(cast.bahar, "accounts.backends.LoginBackend")
    addresses = ["/rt/", f"/rt/{step.pk}/", f"/rt/{step.pk}/putuskan/"]
    name = cast.sari_person.name.title()

    def seen() -> list[bool]:
        return [name in page.get(address).content.decode() for address in addresses]

    assert seen() == [False, False, False]
    made = away(cast, since=today(), days=1)
    assert seen() == [True, True, True]
    assert "pelaksana harian" in page.get("/rt/").content.decode()
    Absence.objects.filter(pk=made.pk).update(
        since=today() - timedelta(days=2), until=today() - timedelta(days=1)
    )
    assert seen() == [False, False, False]
    answers = [page.post(f"/rt/{step.pk}/putuskan/", {"decision": "approve"}),
               page.post(f"/rt/{step.pk}/tarik/")]  # fmt: skip
    assert {answer.status_code for answer in answers} == {404}
    assert Application.objects.get().steps.get(pk=step.pk).state == "open"


def test_a_head_notes_it_on_two_screens(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    page = client_for(in_bontang)
    page.force_login(cast.hasan, "accounts.backends.LoginBackend")
    holding = Holding.objects.get(user=cast.hasan)
    address = f"/rt/berhalangan/{holding.pk}/"
    assert address in page.get("/rt/").content.decode()
    first = page.get(address).content.decode()
    assert "Kapan berhalangan?" in first and "Bahar" not in first
    day = f"{today():%d-%m-%Y}"
    late = page.get(address, {"since": day, "until": "01-01-2020"})
    assert late.status_code == 422 and "Siapa yang menggantikan" not in late.content.decode()
    second = page.get(address, {"since": day, "until": day}).content.decode()
    assert "Bahar, Ketua RT 002" in second
    post = Post.objects.get(holdings__user=cast.bahar)
    sent = {"since": today().isoformat(), "until": today().isoformat(), "stand_in": post.pk}
    assert page.post(address, sent).status_code == 302
    assert Absence.objects.get().stand_in == post
    assert [p.unit.code[-3:] for p in Visitor(cast.bahar).vouching] == ["001", "002"]
    back = page.post(f"/rt/berhalangan/{Absence.objects.get().pk}/selesai/")
    assert back.status_code == 302 and not Absence.objects.exists()
    stranger = Holding.objects.get(user=cast.bahar)
    assert page.get(f"/rt/berhalangan/{stranger.pk}/").status_code == 404


def test_a_stand_in_opens_no_book_of_the_other_rt(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    away(cast, since=today(), days=1)
    page = client_for(in_bontang)
    page.force_login(cast.bahar, "accounts.backends.LoginBackend")
    assert page.get(f"/rt/buku/warga/{cast.sari_person.pk}/").status_code == 404
    for address in ("/rt/buku/", "/rt/buku/warga/", "/rt/buku/kelompok/", "/rt/tamu/", "/rt/kos/"):
        seen = page.get(address).content.decode()
        assert cast.sari_person.name.title() not in seen and cast.sari_person.name not in seen


def test_a_stand_in_reads_nothing_that_was_answered_before_the_absence(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    before = step_of(submitted(cast))
    decisions.approve(step_id=before.pk, by=cast.hasan, at=MONDAY)
    made = away(cast, since=DAY + timedelta(days=1), days=3)
    posts = posts_of(cast.bahar, made.since)
    assert queries.at_posts(posts, before.pk) is None
    assert before not in queries.decided(posts)
    before.refresh_from_db()
    assert not queries.lies_at(before, posts)
    Absence.objects.all().delete()
    away(cast, since=DAY, days=3)
    posts = posts_of(cast.bahar, DAY)
    assert queries.at_posts(posts, before.pk) == before and queries.lies_at(before, posts)


def test_the_page_says_who_answered_and_that_the_head_is_away(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    decisions.approve(step_id=step_of(submitted(cast)).pk, by=cast.hasan, at=now())
    away(cast, since=today(), days=2)
    own, other = client_for(in_bontang), client_for(in_bontang)
    own.force_login(cast.hasan, "accounts.backends.LoginBackend")
    other.force_login(cast.bahar, "accounts.backends.LoginBackend")
    page = own.get("/rt/").content.decode()
    assert "oleh Anda" in page and "Anda tercatat berhalangan sebagai Ketua RT 001" in page
    seen = other.get("/rt/").content.decode()
    assert f"oleh {cast.hasan.name}" in seen and "Anda tercatat berhalangan" not in seen
