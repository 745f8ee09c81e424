"""Residents, Ketua RT, loket and Lurah handle applications in batches through the pages.

Every request is sent by a form or link of the page before, with CSRF checked; any answer but the
expected one fails. Ids run past 1,000 and past 1,000,000 on the way, so that a page that prints
one for people instead of for machines stops the city here. ``BALAI_SIMULATE=2000`` takes the
figure of the acceptance run instead of 20.
"""

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import pytest
from django.db import connection

from messaging import outbox
from services.applications.models import Application
from services.cases.models import Step
from services.letters.models import Letter
from tenants.office.models import Unit
from tenants.registry import entitlements
from tenants.registry.models import City
from tests.browser import Browser
from tests.factories import account, family, official

COUNT = int(os.environ.get("BALAI_SIMULATE", "20"))
AT_ONCE = 10  # applications that lie on the desks together
PASSWORD = "kata-sandi-uji"
CASES = "/meja/berkas/"

# What happens to the applications of one batch; everything else is approved at once.
REFUSED_BY_RT, RETURNED, RETURNED_TWICE, REFUSED_BY_LURAH, WITHDRAWN, REVOKED = range(6)
PLANS = {
    1: REFUSED_BY_RT,
    3: RETURNED,
    5: WITHDRAWN,
    7: REFUSED_BY_LURAH,
    8: RETURNED_TWICE,
    9: REVOKED,
}


@dataclass
class Office:
    """Who works in the kelurahan, each at an own browser."""

    rt: Browser
    loket: Browser
    lurah: Browser
    residents: list[tuple[Browser, str]]  # with the name as pages show it
    outcomes: Counter[str] = field(default_factory=Counter)


def _sign_in(city: City, login: str) -> Browser:
    browser = Browser(city.host)
    browser.open("/masuk/")
    browser.press("Masuk", username=login, password=PASSWORD)
    return browser


@pytest.fixture
def kelurahan(in_bontang: City) -> Office:
    # A trial ends at 300 letters a month: this city has a plan without a limit.
    entitlements.grant(in_bontang.pk, entitlements.Limits(), by=None)
    village = Unit.objects.filter(kind=Unit.Kind.KELURAHAN).order_by("code").first()
    assert village is not None
    people = [family(village)[0] for _ in range(AT_ONCE)]
    rt = Unit.objects.get(code=f"{village.code}/001/001")
    for person in people:
        account(person)
    staff = {
        role: official(f"{role}-simulasi", unit, role)
        for role, unit in (
            ("ketua_rt", rt),
            ("loket", village),
            ("lurah", village),
        )
    }
    return Office(
        rt=_sign_in(in_bontang, staff["ketua_rt"].login),
        loket=_sign_in(in_bontang, staff["loket"].login),
        lurah=_sign_in(in_bontang, staff["lurah"].login),
        residents=[(_sign_in(in_bontang, person.nik), person.name) for person in people],
    )


def _count_ids_from(last: int) -> None:
    """The next rows of every table of this city get the ids after ``last``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, %s) "
            "FROM pg_sequences WHERE schemaname = current_schema() "
            "AND sequencename ~ '^(applications|cases|letters)_'",
            [last],
        )


def _apply(resident: Browser) -> str:
    """Ask for a certificate of domicile; returns the application's number."""
    resident.open("/ajukan/domisili/")
    resident.press("Data saya benar")
    if "/isi/" in resident.path:  # whoever asked before has only to check
        resident.press(
            "Lanjut",
            keperluan="Membuka rekening bank",
            beda_alamat="tidak",
            status_tinggal="milik",
            sejak=date(2019, 5, 1).isoformat(),
        )
    resident.press("Kirim permohonan")
    (number,) = resident.page.find_class("number")
    return str(number.text_content().strip())


def _decide(desk: Browser, number: str, button: str, **typed: str) -> None:
    """Open the application from the list and press one button; the list is shown again after."""
    if not desk.links(CASES, within=number):
        desk.open("/meja/")
    desk.open(desk.links(CASES, within=number)[0])
    desk.press(button, **typed)


def _batch(office: Office) -> None:
    """Ten applications from the first page to their end."""
    numbers = [_apply(browser) for browser, _ in office.residents]
    for place, plan in PLANS.items():
        if plan == WITHDRAWN:
            resident, _ = office.residents[place]
            resident.follow("Lihat perjalanan")
            resident.follow("Batalkan permohonan")
            resident.press("Ya, batalkan")
            office.outcomes["withdrawn"] += 1

    for place in range(AT_ONCE):
        plan = PLANS.get(place)
        _, name = office.residents[place]
        if plan == WITHDRAWN:
            continue
        if place == 0:
            office.rt.open("/rt/")
        if plan == REFUSED_BY_RT:
            office.rt.follow("Lihat isiannya", within=name)
            office.rt.follow("Ada yang tidak cocok")
            office.rt.press(
                "Kirim: tidak cocok", reason="moved", note="Pindah ke RT 07 sejak Januari."
            )
            office.outcomes["refused"] += 1
        else:
            office.rt.press("Benar, warga saya", within=name)

    for place, number in enumerate(numbers):
        plan = PLANS.get(place)
        resident, _ = office.residents[place]
        if plan in (WITHDRAWN, REFUSED_BY_RT):
            continue
        for _ in range({RETURNED: 1, RETURNED_TWICE: 2}.get(plan, 0) if plan is not None else 0):
            _decide(office.loket, number, "Kembalikan", note="Tulis keperluan yang lebih jelas.")
            resident.open("/permohonan/")
            resident.follow("Perbaiki", within=number)
            if resident.sees("Perbaiki sekarang"):
                resident.follow("Perbaiki sekarang")
            resident.press("Lanjut", keperluan="Membuka rekening bank untuk gaji pertama")
            resident.press("Kirim permohonan")
            office.outcomes["returned"] += 1
        _decide(office.loket, number, "Lengkap, teruskan")
        if plan == REFUSED_BY_LURAH:
            _decide(office.lurah, number, "Tolak permohonan", note="Alamatnya di kelurahan lain.")
            office.outcomes["refused"] += 1
            continue
        _decide(office.lurah, number, "Setujui dan terbitkan surat")
        office.outcomes["approved"] += 1
    outbox.run_due()

    for place, number in enumerate(numbers):
        if PLANS.get(place) == REVOKED:
            office.lurah.open("/meja/?tab=selesai")
            office.lurah.follow(office.residents[place][1].title(), within=number)
            office.lurah.press("Cabut surat", reason="Nama orang tua pada surat ini keliru.")
            office.outcomes["revoked"] += 1


def test_city_handles_applications_through_its_pages(kelurahan: Office) -> None:
    batches = COUNT // AT_ONCE
    half = batches // 2
    for number in range(batches):
        if number == 0:
            _count_ids_from(980)
        if number == half:
            _count_ids_from(999_980)
        _batch(kelurahan)

    assert Step.objects.order_by("pk").first().pk < 1000  # type: ignore[union-attr]
    assert Step.objects.filter(pk__range=(1000, 999_000)).exists()
    assert Step.objects.filter(pk__gt=1_000_000).exists()
    done = batches * (AT_ONCE - len(PLANS) + 3)  # returned twice, returned, revoked: approved too
    assert kelurahan.outcomes == Counter(
        approved=done,
        refused=2 * batches,
        returned=3 * batches,
        withdrawn=batches,
        revoked=batches,
    )
    states = Counter(Application.objects.values_list("state", flat=True))
    assert states == {"done": done, "refused": 2 * batches, "withdrawn": batches}
    letters = Letter.objects.order_by("pk")
    assert Counter(letter.state for letter in letters) == {
        "ready": done - batches,
        "revoked": batches,
    }
    # Numbered without a gap and without a twin, whatever happened in between.
    assert [letter.sequence for letter in letters] == list(range(1, done + 1))
    assert len({letter.number for letter in letters}) == done
