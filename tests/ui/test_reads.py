"""Who read a resident's data by which post, as the resident is told."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from audit import queries as audit
from services.portal.reading import purpose_of
from services.residents.models import Person
from services.web.access import today
from tenants.office.actions import appoint, deputy_post
from tenants.office.models import Absence, Holding
from tests.factories import Cast, step_of, submitted
from tests.neighbourhood.test_reports import GUEST, file

As = Callable[[User], Client]


def told(person: Person) -> list[str]:
    """What the resident reads of it, the oldest first."""
    return [purpose_of(entry) for entry in audit.told_to(person.pk)][::-1]


def later(minutes: int) -> None:
    """The application itself changes no entry."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE audit_entry SET at = at - interval '{minutes} minutes'")


def test_who_opened_a_request_is_named_by_the_own_post(cast: Cast, as_: As) -> None:
    step = step_of(submitted(cast))
    post = deputy_post(unit=step.unit)
    appoint(post=post, user=cast.tetangga, since=date(2025, 1, 1), by=None)
    Absence.objects.create(
        holding=Holding.objects.get(user=cast.hasan),
        stand_in=Holding.objects.get(user=cast.bahar).post, since=today(),
        until=today() + timedelta(days=1), noted_by=cast.hasan,
    )  # fmt: skip
    for user in (cast.hasan, cast.tetangga, cast.bahar):
        assert as_(user).get(f"/rt/{step.pk}/").status_code == 200
    assert told(cast.sari_person) == [
        "Ketua RT membuka permohonan Anda",
        f"{post.title} membuka permohonan Anda",
        "Pelaksana harian Ketua RT membuka permohonan Anda",
    ]


@pytest.mark.parametrize("page", ["", "putuskan/", "tanya/"])
def test_each_page_of_a_request_is_told_once_a_quarter_of_an_hour(
    cast: Cast, as_: As, page: str
) -> None:
    step = step_of(submitted(cast))
    client = as_(cast.hasan)
    for number in (1, 2):
        for _ in range(2):
            assert client.get(f"/rt/{step.pk}/{page}").status_code == 200
        assert told(cast.sari_person) == ["Ketua RT membuka permohonan Anda"] * number
        later(16)


def test_what_a_phone_fetches_by_itself_is_told_as_kept_once_a_day(cast: Cast, as_: As) -> None:
    step = step_of(submitted(cast))
    client = as_(cast.hasan)
    kept = "HP Ketua RT menyimpan permohonan Anda agar terbaca tanpa sinyal"
    for page in ("", "putuskan/", "tanya/", ""):
        client.get(f"/rt/{step.pk}/{page}", headers={"X-In-Background": "1"})
        later(60)
    assert told(cast.sari_person) == [kept]
    client.get(f"/rt/{step.pk}/")
    assert told(cast.sari_person) == [kept, "Ketua RT membuka permohonan Anda"]
    later(21 * 60)
    client.get(f"/rt/{step.pk}/", headers={"X-In-Background": "1"})
    assert told(cast.sari_person)[2:] == [kept]


def test_reading_a_report_again_is_told(cast: Cast, as_: As) -> None:
    report = file(cast, "lapor-tamu", cast.sari_person, GUEST)
    before = told(cast.sari_person)
    later(16)
    assert as_(cast.hasan).get(f"/rt/laporan/{report.pk}/").status_code == 200
    new = told(cast.sari_person)[len(before) :]
    assert new == ["Ketua RT 001 membuka data Anda untuk membuat laporan ke kelurahan"]
