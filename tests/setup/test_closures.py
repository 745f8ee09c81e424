"""Days on which a city's own offices are closed."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from kernel.errors import RuleBroken
from services.cases.models import Step
from tenants.backend.scope import in_city
from tenants.office import closures, queries
from tenants.office.models import Closure
from tests.factories import MONDAY, approve, make_cast, submitted
from tests.setup.pages import admin

__all__ = ["admin"]  # a fixture
PAGE = "/kelola/libur/"


def day(name: str, value: date | None) -> dict[str, Any]:
    parts = (value.day, value.month, value.year) if value else ("", "", "")
    return {f"{name}_{number}": part for number, part in enumerate(parts)}


def test_a_closure_is_noted_and_taken_back(admin: Client) -> None:
    first, last = date(2027, 3, 8), date(2027, 3, 10)
    sent = {"name": "Cuti bersama daerah", **day("since", first), **day("until", last)}
    assert admin.post(PAGE, sent).status_code == 302
    assert list(Closure.objects.values_list("day", flat=True)) == [
        first, date(2027, 3, 9), last,
    ]  # fmt: skip
    page = admin.get(PAGE).content.decode()
    assert "Senin, 8 Maret 2027" in page
    gone = Closure.objects.get(day=last)
    admin.post(PAGE, {"remove": gone.pk})
    assert Closure.objects.count() == 2
    assert admin.post(PAGE, {"remove": gone.pk}).status_code == 404
    assert admin.post(PAGE, {"remove": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (date(2027, 3, 8), date(2027, 3, 7), "tidak boleh sebelum hari pertama"),
        (date(2027, 3, 8), date(2028, 3, 8), "Periksa tahunnya"),
        (None, None, "Isi tanggal"),
    ],
)
def test_odd_closures_are_explained(
    admin: Client, since: date | None, until: date | None, words: str
) -> None:
    answer = admin.post(PAGE, {"name": "Libur", **day("since", since), **day("until", until)})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Closure.objects.exists()


def test_clocks_count_closures_and_running_ones_stay(in_bontang) -> None:
    cast = make_cast()
    mayor = User.objects.create_user("admin@contoh.go.id", name="Wulan")
    before = submitted(cast)
    approve(before, cast.hasan)  # the counter now has one working day: Tuesday 16.00 WITA
    running = Step.objects.get(case=before, key="loket")
    assert running.due_at == datetime(2026, 11, 24, 8, tzinfo=UTC)

    closures.close_days(
        since=date(2026, 11, 24), until=date(2026, 11, 25), name="Hari jadi kota", by=mayor
    )
    running.refresh_from_db()
    assert running.due_at == datetime(2026, 11, 24, 8, tzinfo=UTC), "as it was computed"
    approve(before, cast.rina, at=MONDAY)
    later = Step.objects.get(case=before, key="lurah")
    assert later.due_at == datetime(2026, 11, 26, 8, tzinfo=UTC), "Thursday, behind the closures"


def test_the_simulator_counts_them(admin: Client, in_bontang) -> None:
    path = "/kelola/layanan/sktm/simulasi/?date=2026-11-23&hour=09:00"
    before = admin.get(path).context["found"].done
    mayor = User.objects.create_user("walikota@contoh.go.id", name="Wulan")
    closures.close_days(
        since=date(2026, 11, 24), until=date(2026, 11, 25), name="Hari jadi kota", by=mayor
    )
    assert before.day == 26  # three desks, a day each
    assert admin.get(path).context["found"].done.day == 30, "two days and a weekend later"


def test_closures_belong_to_one_city(in_bontang, blitar) -> None:
    mayor = User.objects.create_user("walikota@contoh.go.id", name="Wulan")
    holiday = date(2026, 11, 24)
    closures.close_days(since=holiday, until=holiday, name="Hari jadi", by=mayor)
    assert not queries.calendar().is_workday(holiday)
    with in_city(blitar):
        assert queries.calendar().is_workday(holiday)
    with pytest.raises(RuleBroken):
        closures.close_days(since=holiday, until=date(2026, 11, 1), name="Salah", by=mayor)
