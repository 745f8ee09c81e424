"""Population records: one official checks, another completes, unless the city lets one do both."""

import pytest
from django.test import Client

from kernel.errors import RuleBroken
from services.applications.models import Application
from services.cases import decisions, two_people
from tenants.office import one_person
from tenants.office.models import Unit
from tests.factories import MONDAY, Cast, official, step_of
from tests.results.conftest import Request, sent_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def kk(cast: Cast) -> Request:
    return sent_request(cast)


def check(kk: Request) -> None:
    decisions.approve(step_id=step_of(kk.application).pk, by=kk.dani, at=MONDAY)


def test_a_colleague_completes_what_one_has_checked(kk: Request, client: Client) -> None:
    unit = Unit.objects.get(code__endswith="/disdukcapil")
    other = official("wati", unit, "petugas_dinas")
    assert step_of(kk.application).title == "Disdukcapil memeriksa"
    check(kk)
    step = step_of(kk.application)
    assert step.title == "Disdukcapil menyelesaikan"
    kk.enter()
    with pytest.raises(RuleBroken, match="petugas lain di kantor Anda"):
        decisions.approve(step_id=step.pk, by=kk.dani, at=MONDAY)
    done = decisions.approve(step_id=step.pk, by=other, at=MONDAY)
    assert done.state == Application.State.DONE


def test_who_checked_may_still_return_it(kk: Request) -> None:
    official("wati", Unit.objects.get(code__endswith="/disdukcapil"), "petugas_dinas")
    check(kk)
    step = step_of(kk.application)
    back = decisions.return_(step_id=step.pk, by=kk.dani, note="Foto KK tidak terbaca", at=MONDAY)
    assert back.state == Application.State.RETURNED


def test_a_city_lets_one_person_do_both(kk: Request) -> None:
    unit = Unit.objects.get(code__endswith="/disdukcapil")
    official("wati", unit, "petugas_dinas")
    check(kk)
    kk.enter()
    one_person.switch(on=[unit.pk], by=kk.cast.petugas)
    step = step_of(kk.application)
    decisions.approve(step_id=step.pk, by=kk.dani, at=MONDAY)


def test_an_office_with_one_official_is_not_held_up(kk: Request) -> None:
    check(kk)
    step = step_of(kk.application)
    assert two_people.why_not(kk.application, step, kk.dani, MONDAY.date()) == ""
