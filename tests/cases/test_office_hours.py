"""Offices with hours of their own, and days on which they are open after all."""

from collections.abc import Callable
from datetime import date, time, timedelta

from django.test import Client

from accounts.models import User
from kernel.workdays import national_holidays
from services.cases.route import due_of
from services.catalogue.steps import DeskStep
from tenants.office import closures
from tenants.office.models import Closure, ServiceHours, Unit
from tenants.office.queries import calendar
from tenants.office.service_hours import set_hours
from tests.factories import MONDAY, Cast

Enter = Callable[[User], Client]
DESK = DeskStep.model_validate({
    "key": "loket", "title": "Loket memeriksa", "level": "kelurahan", "role": "loket",
    "approve": "Lengkap", "clock": {"amount": 1, "unit": "hari_kerja"},
})  # fmt: skip


def test_a_step_has_time_in_the_hours_of_its_office(cast: Cast, admin: User) -> None:
    early = {weekday: (time(7), time(13)) for weekday in range(6)}
    set_hours(of=ServiceHours.Of.OFFICE, hours=early, by=admin, unit=cast.village)
    usual, own = due_of(DESK, MONDAY, cast.kecamatan), due_of(DESK, MONDAY, cast.village)
    assert usual - own == timedelta(hours=3)
    friday = MONDAY + timedelta(days=4)
    assert due_of(DESK, friday, cast.village).weekday() == 5
    assert due_of(DESK, friday, cast.kecamatan).weekday() == 0


def test_without_hours_of_its_own_an_office_works_as_the_city_does(cast: Cast, admin: User) -> None:
    set_hours(of=ServiceHours.Of.OFFICE, hours={0: (time(7), time(8))}, by=admin, unit=cast.village)
    set_hours(of=ServiceHours.Of.OFFICE, hours={}, by=admin, unit=cast.village)
    assert due_of(DESK, MONDAY, cast.village) == due_of(DESK, MONDAY, cast.kecamatan)


def test_a_holiday_on_which_the_offices_are_open_counts(cast: Cast, admin: User) -> None:
    day = next(one for one in sorted(national_holidays(2026)) if one.weekday() < 5)
    assert not calendar().is_workday(day)
    closures.close_days(since=day, until=day, name="Dipindah", by=admin, is_open=True)
    assert calendar().is_workday(day)
    closures.close_days(since=day, until=day, name="Tutup juga", by=admin)
    assert not calendar().is_workday(day)
    assert Closure.objects.count() == 1


def test_an_administrator_sets_the_hours_of_an_office(cast: Cast, admin: User, as_: Enter) -> None:
    page = as_(admin)
    address = f"/kelola/wilayah/{cast.village.pk}/jam/"
    assert cast.village.name in page.get(address).content.decode()
    typed = {"opens_0": "07:30", "closes_0": "12:00"}
    assert page.post(address, typed).status_code == 302
    row = ServiceHours.objects.get(unit=cast.village)
    assert (row.weekday, row.opens) == (0, time(7, 30))
    assert page.post(address, {"opens_0": "13:00", "closes_0": "12:00"}).status_code == 422
    rt = Unit.objects.get(code=f"{cast.village.code}/001/001")
    assert page.get(f"/kelola/wilayah/{rt.pk}/jam/").status_code == 404
    link = f'href="{address}"'
    assert link in page.get(f"/kelola/wilayah/{cast.village.pk}/").content.decode()
    day = date(2099, 12, 25)
    sent = {
        "name": "Natal dipindah",
        "since_0": 25,
        "since_1": 12,
        "since_2": 2099,
        "is_open": "on",
    }
    assert page.post("/kelola/libur/", sent).status_code == 302
    assert Closure.objects.get(day=day).is_open
    assert "kantor buka" in page.get("/kelola/libur/").content.decode()
