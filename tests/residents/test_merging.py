"""Two rows of the register that are one person: everything follows, and parting restores it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.db import models
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from kernel.errors import RuleBroken, Stale
from services.applications.models import Application
from services.letters.models import Letter
from services.residents import codes, doubles, happenings, merging, officials, register
from services.residents.fields import FIELDS
from services.residents.happenings import Basis
from services.residents.models import (
    Consent,
    Household,
    Person,
    PersonEvent,
    ResidentAccount,
    Source,
    WalletDocument,
)
from services.residents.queries import record_by_nik
from services.residents.sealing import fingerprint, seal
from tenants.office.models import Holding, Post, Unit
from tenants.registry.models import City
from tests.factories import SINCE, Cast, account, draft, family, make_cast, official, submitted

pytestmark = pytest.mark.django_db
ALL = sorted(set(FIELDS) - {"status"})


@pytest.fixture
def cast(in_bontang: object) -> Cast:
    return make_cast()


def entry() -> Source:
    return register.source(kind=Source.Kind.ENTRY, label="KTP diperlihatkan", by=None)


def merge(kept: Person, double: Person, *chosen: str) -> PersonEvent:
    return merging.merge(
        keep_id=kept.pk, double_id=double.pk, chosen=chosen, origin=entry(), by=None
    )


def undo(event: PersonEvent) -> PersonEvent:
    return merging.undo(event_id=event.pk, origin=entry(), by=None)


CONCERNED: list[type[models.Model]] = [
    Person, Household, ResidentAccount, User, Application, Letter, WalletDocument, Consent,
    Holding,
]  # fmt: skip


def every_row() -> dict[str, list[Any]]:
    """All columns of all rows of the tables concerned, as they are stored."""
    return {
        model.__name__: [
            {name: bytes(v) if isinstance(v, memoryview) else v for name, v in row.items()}
            for row in model._base_manager.order_by("pk").values()
        ]
        for model in CONCERNED
    }


def document(person: Person, kind: str) -> WalletDocument:
    return WalletDocument.objects.create(
        person=person, kind=kind, name="ktp.jpg", media_type="image/jpeg", size=1, sha256="0" * 64,
        path=f"{person.pk}/{kind}", given_on=date(2026, 11, 1),
    )  # fmt: skip


@pytest.fixture
def double(cast: Cast) -> Person:
    """Another row of Sari: without NIK, with her phone, and her wallet."""
    household = family(cast.village, rt=2)[0].household
    found = register.enter(
        facts={"name": cast.sari_person.name, "sex": cast.sari_person.sex,
               "birth_place": "Bontang", "birth_date": cast.sari_person.birth_date,
               "phone": "081234567890", "religion": 3},
        household=household, origin=entry(), by=None,
    )  # fmt: skip
    document(found, "ktp")
    return found


def test_kept_row_gets_what_it_lacks_and_what_was_chosen(cast: Cast, double: Person) -> None:
    sari = cast.sari_person
    assert {one.field.name for one in merging.differences(sari, double)} >= {"religion"}
    event = merge(sari, double, "religion")
    sari.refresh_from_db()
    double.refresh_from_db()
    assert (sari.phone, sari.religion, sari.occupation) == ("081234567890", 3, 15)
    assert double.merged_into == sari
    assert event.changes["religion"] == [1, 3]
    assert sari.field_sources["phone"] == event.source_id
    assert not double.lives_here
    assert double.events.last().detail == {"into": sari.pk}
    with pytest.raises(Stale):
        merge(sari, double)
    with pytest.raises(RuleBroken, match="sudah digabung"):
        register.change(person_id=double.pk, facts={"phone": "08"}, origin=entry(), by=None)


def test_all_that_points_at_the_double_follows_and_comes_back(cast: Cast, double: Person) -> None:
    sari = cast.sari_person
    running = submitted(cast)
    ours = document(sari, "kk")
    before = every_row()
    event = merge(double, sari)  # the row with account, application and wallet is the double here
    for row in (running, ours, sari.account):
        row.refresh_from_db()
    assert (running.applicant, ours.person) == (double, double)
    assert sari.account.person == double
    double.refresh_from_db()
    assert double.nik == sari.nik
    assert record_by_nik(sari.nik) == double
    undo(event)
    assert every_row() == before
    assert {one.kind for one in double.events.all()} == {"entry", "merge", "undo"}
    with pytest.raises(Stale, match="sudah dibatalkan"):
        undo(event)


def test_of_two_accounts_one_stays_with_the_posts_and_both_come_back(
    cast: Cast, double: Person
) -> None:
    sari = cast.sari_person
    other = family(cast.village)[0]
    user = account(other)
    post = Post.objects.filter(unit=cast.village, role="kasi")[0]
    held = Holding.objects.create(post=post, user=user, since=SINCE)
    nik = other.nik
    request = RequestFactory().post("/masuk/")
    before = every_row()
    event = merge(sari, other, "nik")
    held.refresh_from_db()
    assert held.user == cast.sari
    assert authenticate(request, username=nik, password="kata-sandi-uji") == cast.sari
    sari.refresh_from_db()
    assert sari.nik == nik
    undo(event)
    assert every_row() == before
    assert authenticate(request, username=nik, password="kata-sandi-uji") == user


def test_a_death_stays_whichever_row_is_kept(cast: Cast, double: Person) -> None:
    basis = Basis(origin=entry(), by=None, on=date(2026, 11, 20))
    happenings.die(person_id=double.pk, basis=basis)
    for kept, gone in ((cast.sari_person, double), (double, cast.sari_person)):
        event = merge(kept, gone, *ALL)
        kept.refresh_from_db()
        assert kept.status == codes.Status.DEAD
        undo(event)
        kept.refresh_from_db()


def test_what_came_after_the_merge_stays_and_what_it_wrote_goes(cast: Cast, double: Person) -> None:
    sari = cast.sari_person
    event = merge(sari, double)
    begun = draft(cast)
    register.change(person_id=sari.pk, facts={"blood": 2}, origin=entry(), by=None)
    undo(event)
    sari.refresh_from_db()
    begun.refresh_from_db()
    assert (sari.phone, sari.blood, begun.applicant) == ("", 2, sari)
    again = merge(sari, double)
    register.change(person_id=sari.pk, facts={"phone": "0899999999"}, origin=entry(), by=None)
    with pytest.raises(Stale, match="diubah lagi"):
        undo(again)


def test_official_of_the_doubles_number_decides_nothing_of_the_kept_person(
    cast: Cast, double: Person
) -> None:
    other = family(cast.village)[0]
    officials.identify(user=cast.rina, nik=other.nik, by=None)
    merge(cast.sari_person, other)
    assert cast.sari_person.pk in officials.own_people(cast.rina)


_FACTS: dict[str, st.SearchStrategy[Any]] = {
    "religion": st.sampled_from([None, 1, 3]),
    "occupation": st.sampled_from([None, 1, 65]),
    "phone": st.sampled_from(["", "081234567890"]),
    "mother_nik": st.sampled_from(["", "6474014101600003"]),
    "married_on": st.sampled_from([None, date(2020, 2, 29)]),
    "status": st.sampled_from(list(codes.Status)),
}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ours=st.fixed_dictionaries({}, optional=_FACTS),
    theirs=st.fixed_dictionaries({}, optional=_FACTS),
    chosen=st.sets(st.sampled_from(ALL)),
    has_nik=st.booleans(),
    turned=st.booleans(),
)
def test_merging_and_undoing_restores_every_row_and_loses_no_known_fact(
    cast: Cast, double: Person, ours: dict[str, Any], theirs: dict[str, Any], chosen: set[str],
    has_nik: bool, turned: bool,
) -> None:  # fmt: skip
    Person.objects.filter(pk=double.pk).update(
        nik_sealed=seal("6474014103890009") if has_nik else None,
        nik_print=fingerprint("6474014103890009") if has_nik else None,
    )
    for person, facts in ((cast.sari_person, ours), (double, theirs)):
        Person.objects.filter(pk=person.pk).update(
            status=facts.get("status", 1), religion=facts.get("religion"),
            occupation=facts.get("occupation"), phone=facts.get("phone", ""),
            married_on=facts.get("married_on"),
            mother_nik_sealed=seal(facts["mother_nik"]) if facts.get("mother_nik") else None,
        )  # fmt: skip
    kept, gone = (double, cast.sari_person) if turned else (cast.sari_person, double)
    before = every_row()
    event = merge(kept, gone, *chosen)
    after = Person.objects.get(pk=kept.pk)
    for name in ("religion", "occupation", "phone", "married_on", "nik", "mother_nik"):
        known = [
            value for row in before["Person"] if row["id"] in (kept.pk, gone.pk)
            if (value := row[FIELDS[name].column])
        ]  # fmt: skip
        assert bool(getattr(after, FIELDS[name].column)) == bool(known), name
    dead = codes.Status.DEAD in (ours.get("status"), theirs.get("status"))
    assert (after.status == codes.Status.DEAD) == dead
    undo(event)
    assert every_row() == before


def test_every_foreign_key_to_a_person_follows_or_is_known_to_stay() -> None:
    stays = {
        ("PersonEvent", "person"),  # never changed: a double keeps its history
        ("ResidentAccount", "person"),  # follows by itself, or is closed
        ("DifferentPeople", "one"),
        ("DifferentPeople", "other"),
    }
    follows = {(follow.model.__name__, follow.field) for follow in merging.follows}
    found = {
        (model.__name__, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is Person
    }
    assert found == follows | stays


def test_likely_doubles_are_listed_until_somebody_says_otherwise(
    cast: Cast, double: Person
) -> None:
    here = cast.village.code
    pairs = doubles.likely(here, here)
    wanted = [{cast.sari_person.pk, double.pk}]
    assert [{pair.one.pk, pair.other.pk} for pair in pairs] == wanted
    assert pairs[0].why == doubles.WHY["birth"]
    elsewhere = Unit.objects.filter(kind="kelurahan").exclude(pk=cast.village.pk)[0]
    assert doubles.likely(elsewhere.code, elsewhere.code) == []
    Person.objects.filter(pk=double.pk).update(place=elsewhere.code)
    assert doubles.likely(here, here) == []
    city_code = here.rsplit(".", 2)[0]
    for area in (here, elsewhere.code):
        assert [{one.one.pk, one.other.pk} for one in doubles.likely(area, city_code)] == wanted
    for _ in range(2):
        doubles.are_different(one_id=double.pk, other_id=cast.sari_person.pk, by=cast.rina)
    assert doubles.likely(here, city_code) == []


def test_counter_compares_merges_and_parts_two_rows_of_its_village(
    cast: Cast, double: Person, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    sari = cast.sari_person
    client = client_for(in_bontang)
    client.force_login(cast.rina, backend="accounts.backends.LoginBackend")
    first, second = sorted((sari.pk, double.pk))
    page = f"/meja/penduduk/ganda/{first}/{second}/"
    assert page in client.get("/meja/penduduk/perhatian/").content.decode()
    html = client.get(page).content.decode()
    assert sari.nik not in html
    assert "Mana yang benar?" in html
    typed = {"do": "gabung", "keep": str(sari.pk), "basis": "KTP diperlihatkan"}
    assert client.post(page, typed).status_code == 422  # nobody said which religion is right
    rights = {f"right_{one.field.name}": "a" for one in merging.differences(sari, double)}
    assert client.post(page, {**typed, **rights}).status_code == 302
    double.refresh_from_db()
    assert double.merged_into == sari
    listed = client.get("/meja/penduduk/perhatian/?list=gabung").content.decode()
    event = PersonEvent.objects.get(kind="merge", person=sari)
    back = f"/meja/penduduk/ganda/{event.pk}/batalkan/"
    assert back in listed
    other = official("loket-b", Unit.objects.filter(kind="kelurahan").exclude(
        pk=cast.village.pk)[0], "loket")  # fmt: skip
    stranger = client_for(in_bontang)
    stranger.force_login(other, backend="accounts.backends.LoginBackend")
    assert stranger.get(page).status_code == 404
    assert stranger.post(back).status_code == 404
    assert client.post(back).status_code == 302
    double.refresh_from_db()
    assert double.merged_into is None
    assert client.post(page, {"do": "beda"}).status_code == 302
    assert page not in client.get("/meja/penduduk/perhatian/").content.decode()
