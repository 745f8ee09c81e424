"""A search at a desk finds every case that is or was there, whatever list it is in."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from services.applications.models import Application
from services.cases import finding
from services.cases.models import Case, Step
from services.residents import register
from services.residents.models import Person, Source
from services.residents.search import words
from tenants.office.models import Unit
from tenants.office.queries import posts_of
from tests.factories import MONDAY, Cast, approve, draft, submitted
from tests.told import tell_subscribers

As = Callable[[User], Client]


def found(user: User, text: str) -> list[int]:
    return finding.found(posts_of(user, MONDAY.date()), text)


@pytest.mark.parametrize("typed", ["Ma'ruf", "MA’RUF", "Maruf", "Ma ruf", "amin maruf", "maru"])
@pytest.mark.parametrize("stored", ["MA'RUF AMIN", "Mâ’ruf Amin"])
def test_a_name_is_found_in_every_spelling(cast: Cast, typed: str, stored: str) -> None:
    Person.objects.filter(pk=cast.sari_person.pk).update(name=stored)
    words.learn([stored])
    application = submitted(cast)
    assert found(cast.hasan, typed) == [application.pk]
    assert found(cast.hasan, f"{typed} marwan") == []


def test_it_is_found_by_number_nik_address_and_service(cast: Cast) -> None:
    person = cast.sari_person
    words.learn([person.household.address, person.name])
    application = submitted(cast)
    approve(application, cast.hasan)
    number = application.number
    street = person.household.address.split()[1]
    for text in (
        number, number.rpartition("-")[2], person.nik, f"{person.nik[:8]} {person.nik[8:]}",
        person.household.address, street[:4], "tidak mampu", f"{person.name.split()[0]} mampu",
    ):  # fmt: skip
        assert found(cast.rina, text) == [application.pk], text
    for text in ("reklame", "26-11-999999", "3507010203040005", "zzz%_'", "-"):
        assert found(cast.rina, text) == [], text


def test_closed_cases_are_found_and_drafts_are_not(cast: Cast, as_: As) -> None:
    done = submitted(cast)
    approve(done, cast.hasan, cast.rina, cast.lurah)
    draft(cast, "reklame")
    rina = as_(cast.rina)
    assert found(cast.rina, cast.sari_person.name) == [done.pk]
    page = rina.post("/meja/cari/", {"q": cast.sari_person.name}).content.decode()
    assert done.number in page and "Disetujui" in page


def test_nobody_finds_what_never_lay_at_their_desk(cast: Cast) -> None:
    application = submitted(cast)
    for user in (cast.rina, cast.lurah, cast.lurah_lain, cast.bahar, cast.petugas, cast.camat):
        assert found(user, cast.sari_person.name) == []
        assert found(user, application.number) == []
        assert found(user, cast.sari_person.nik) == []


def test_the_newest_come_first_and_no_more_than_the_limit(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []
    for hours in range(3):
        sent.append(submitted(cast))
        approve(sent[-1], cast.hasan, cast.rina, cast.lurah, at=MONDAY + timedelta(hours=hours))
    expected = [one.pk for one in reversed(sent)]
    assert found(cast.rina, "mampu") == expected
    monkeypatch.setattr(finding, "LIMIT", 2)
    assert found(cast.rina, "mampu") == expected[:2]
    monkeypatch.setattr(finding, "LIMIT", 300)
    monkeypatch.setattr(finding, "NEWEST", 1)  # the index has the rest
    assert found(cast.rina, "mampu") == expected


def test_a_corrected_name_is_found_from_then_on(cast: Cast) -> None:
    application = submitted(cast)
    origin = register.source(kind=Source.Kind.ENTRY, label="KTP", by=None)
    register.change(
        person_id=cast.sari_person.pk, facts={"name": "SULASTRI WULANDARI"}, origin=origin,
        by=None, kind="correction",
    )  # fmt: skip
    tell_subscribers()
    assert found(cast.hasan, "wulandari") == [application.pk]


def test_cases_from_before_get_their_keys(cast: Cast) -> None:
    application = submitted(cast)
    expected = Case.objects.get(pk=application.pk).search_keys
    Case.objects.filter(pk=application.pk).update(search_keys=None)
    Step.objects.filter(case=application).update(topic="", case_unit=None)
    assert found(cast.hasan, "mampu") == []
    last = finding.write_keys(after=0, most=10)
    assert last == application.pk
    assert finding.write_keys(after=last, most=10) == 0
    assert Case.objects.get(pk=application.pk).search_keys == expected
    step = Step.objects.get(case=application)
    assert (step.topic, step.case_unit_id) == ("sktm", application.unit_id)
    assert found(cast.hasan, "mampu") == [application.pk]


def test_keys_name_no_nik_and_the_units_around(cast: Cast) -> None:
    application = submitted(cast)
    keys = Application.objects.get(pk=application.pk).search_keys
    assert keys is not None
    assert cast.sari_person.nik not in " ".join(keys)
    units = {f"@{pk}" for pk in Unit.objects.filter(
        code__in=[cast.village.code, cast.kecamatan.code, application.unit.code]
    ).values_list("pk", flat=True)}  # fmt: skip
    assert units <= set(keys)
    assert "=sktm" in keys
