"""The monthly report: counted once, frozen when it is sent, and seen by the kelurahan."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import NotThere, RuleBroken, Stale
from messaging.models import Outbox
from services.cases import decisions
from services.neighbourhood import monthly, tasks
from services.neighbourhood.models import MonthlyReport
from services.residents.models import Person
from tenants.office.models import Holding, Post, Unit
from tenants.office.queries import posts_of
from tests.factories import MONDAY, Cast, approve, family, official
from tests.neighbourhood.conftest import As
from tests.neighbourhood.test_reports import GUEST, birth, confirm, file, mother

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()
NOVEMBER = date(2026, 11, 1)


@pytest.fixture(autouse=True)
def _in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages show this year's months."""
    monkeypatch.setattr("services.web.access.now", lambda: MONDAY)


def rt_of(cast: Cast) -> Unit:
    return cast.sari_person.household.rt


def send(cast: Cast, posts: list[Post], month: date = NOVEMBER) -> MonthlyReport:
    return monthly.send(
        unit=rt_of(cast), month=month, posts=posts, by=cast.hasan, at=MONDAY, today=TODAY
    )


def figures(cast: Cast) -> monthly.Figures:
    return monthly.figures(rt_of(cast), NOVEMBER, today=TODAY)


@given(today=st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_months_follow_each_other(today: date) -> None:
    months = monthly.open_months(today)
    assert months[0] == today.replace(day=1)
    assert all(monthly.after(older) == newer for newer, older in pairwise(months))
    assert monthly.due_month(today) in months[:2]


def test_people_are_counted_by_sex_and_age(cast: Cast) -> None:
    family(cast.village)
    people = figures(cast)["people"]
    there = Person.objects.filter(household__rt=rt_of(cast))
    assert people["male"] + people["female"] == there.count()
    assert sum(male + female for _, male, female in people["ages"]) == there.count()
    assert people["households"] == 2


def test_nothing_happened_is_nil(cast: Cast, posts: list[Post]) -> None:
    sent = send(cast, posts)
    assert sent.is_nil and sent.version == 1
    assert sent.title == posts[0].title


def test_a_birth_counts_once_before_and_after_it_is_recorded(cast: Cast) -> None:
    report = birth(cast, mother(cast.village))
    assert figures(cast)["births"] == 1
    approve(report.application, cast.rina)
    assert figures(cast)["births"] == 1
    confirm(report.application, cast.rina)
    assert figures(cast)["births"] == 1
    other = monthly.figures(rt_of(cast), date(2026, 10, 1), today=TODAY)
    assert other["births"] == 0


def test_a_refused_report_does_not_count(cast: Cast) -> None:
    report = birth(cast, mother(cast.village))
    step = report.application.steps.get()
    decisions.refuse(step_id=step.pk, by=cast.rina, note="Bayinya lahir di RT lain.", at=MONDAY)
    assert figures(cast)["births"] == 0


def test_guests_of_the_month_count(cast: Cast, posts: list[Post]) -> None:
    file(cast, "lapor-tamu", cast.sari_person, GUEST)
    assert figures(cast)["guests"] == 1
    assert not send(cast, posts).is_nil


def test_what_was_sent_stays_and_a_correction_is_another_version(
    cast: Cast, posts: list[Post]
) -> None:
    first = send(cast, posts)
    with pytest.raises(Stale):
        send(cast, posts)
    birth(cast, mother(cast.village))
    second = send(cast, posts)
    first.refresh_from_db()
    assert (first.figures["births"], second.figures["births"]) == (0, 1)
    assert (first.version, second.version) == (1, 2)
    assert list(monthly.versions(rt_of(cast), NOVEMBER)) == [second, first]


def test_only_its_head_sends_and_only_a_month_that_has_begun(cast: Cast, posts: list[Post]) -> None:
    for others in ([], [Post.objects.select_related("unit").get(unit=cast.village, role="loket")]):
        with pytest.raises(NotThere):
            send(cast, others)
    with pytest.raises(RuleBroken):
        send(cast, posts, date(2026, 12, 1))


def test_the_kelurahan_sees_who_sent_and_who_did_not(
    cast: Cast, posts: list[Post], signed_in: As
) -> None:
    birth(cast, mother(cast.village))
    sent = send(cast, posts)
    page = signed_in(cast.rina).get("/meja/bulanan/?month=2026-11").content.decode()
    assert "belum dikirim" in page and f"/meja/bulanan/{sent.unit_id}/2026-11/" in page
    one = signed_in(cast.rina).get(f"/meja/bulanan/{sent.unit_id}/2026-11/")
    assert "Lahir" in one.content.decode()
    lines = (
        signed_in(cast.rina).get("/meja/bulanan/unduh/?month=2026-11").content.decode("utf-8-sig")
    )
    assert any(";tidak;" in line for line in lines.splitlines())


def test_another_kelurahan_sees_nothing_of_it(cast: Cast, posts: list[Post], signed_in: As) -> None:
    sent = send(cast, posts)
    client = signed_in(cast.lurah_lain)
    assert client.get(f"/meja/bulanan/{sent.unit_id}/2026-11/").status_code == 404
    assert str(sent.unit.code) not in client.get("/meja/bulanan/unduh/").content.decode()
    assert signed_in(cast.sari).get("/meja/bulanan/").status_code == 403


def test_the_head_sends_with_one_press(cast: Cast, signed_in: As) -> None:
    client = signed_in(cast.hasan)
    address = f"/rt/bulanan/{rt_of(cast).pk}/2026-11/"
    assert "Kirim laporan NIHIL" in client.get(address).content.decode()
    client.post(address)
    assert MonthlyReport.objects.get().is_nil
    page = client.get(address).content.decode()
    assert "Terkirim" in page and "Kirim laporan" not in page


def test_heads_are_reminded_once_in_the_last_days(cast: Cast, posts: list[Post]) -> None:
    last = MONDAY + timedelta(days=6)  # 29 November, 09.00
    assert tasks.remind(at=MONDAY) == 0
    assert tasks.remind(at=last) == 2
    tasks.remind(at=last)
    told = Outbox.objects.filter(key__contains="monthly:2026-11")
    assert told.count() == 2
    send(cast, posts)
    assert tasks.remind(at=last) == 1


def test_a_report_of_early_in_the_month_ends_no_reminder_once_something_happened(
    cast: Cast, posts: list[Post]
) -> None:
    last = MONDAY + timedelta(days=6)
    assert send(cast, posts).is_nil
    birth(cast, mother(cast.village))
    assert tasks.remind(at=last) == 2


def test_the_board_asks_the_same_however_many_rt_there_are(cast: Cast, signed_in: As) -> None:
    client = signed_in(cast.rina)

    def cost() -> int:
        client.get("/meja/bulanan/?month=2026-11")
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/meja/bulanan/?month=2026-11").status_code == 200
        return len(seen)

    before = cost()
    for number in range(3, 20):
        family(cast.village, rt=number)
    assert cost() == before <= 14


def test_the_rw_sees_the_month_of_its_rt_and_sends_it_where_nobody_heads_the_rt(
    cast: Cast, signed_in: As
) -> None:
    rw = rt_of(cast).parent
    assert rw is not None
    Post.objects.get_or_create(unit=rw, role="ketua_rw", title="Ketua RW 001")
    head = official("rw", rw, "ketua_rw")
    client = signed_in(head)
    page = client.get("/rt/bulanan/").content.decode()
    assert page.count("belum dikirim") == 2
    assert "belum dikirim" not in client.get("/rt/lapor/").content.decode()
    address = f"/rt/bulanan/{rt_of(cast).pk}/2026-11/"
    seen = client.get(address).content.decode()
    assert "Kirim laporan" not in seen and "dikirim oleh pengurus" in seen
    assert client.post(address).status_code == 422 and not MonthlyReport.objects.exists()
    Holding.objects.filter(user=cast.hasan).update(until=TODAY - timedelta(days=1))
    assert send(cast, posts_of(head, TODAY)).title == "Ketua RW 001"
