"""Facts of residents are shared by rule alone, and each reading is recorded."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from audit import queries as audit
from kernel.errors import NotThere, RuleBroken, Stale
from services.portal.reading import purpose_of
from services.residents import sharing
from services.residents.models import SharingRule
from services.web.access import today
from tenants.office.models import Unit
from tenants.office.queries import posts_of
from tests.factories import Cast, family, make_cast, official

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)


@pytest.fixture
def cast(in_bontang: object) -> Cast:
    return make_cast()


def rule(cast: Cast, **changes: Any) -> SharingRule:
    told = {
        "name": "Data pasien", "unit": cast.dinas, "system": "",
        "fields": ["birth_date", "name", "nik", "household"],
        "area": Unit.objects.get(kind="kota"), "purpose": "pendaftaran pasien",
        "basis": "PKS 12/2026", "since": today(), "until": today() + timedelta(days=30),
    }  # fmt: skip
    return sharing.make(by=cast.lurah, **{**told, **changes})


def read(cast: Cast, by: SharingRule, nik: str = "") -> dict[str, str]:
    return sharing.read(
        rule=by, nik=nik or cast.sari_person.nik, actor=cast.petugas, reader=str(cast.petugas.pk)
    )


def test_reading_gives_what_the_rule_names_and_tells_the_resident(cast: Cast) -> None:
    made = rule(cast)
    found = read(cast, made)
    assert list(found) == ["name", "nik", "birth_date", "household"]
    assert found["nik"] == cast.sari_person.nik
    assert found["household"] == cast.sari_person.household.kk_number
    entry = audit.told_to(cast.sari_person.pk)[0]
    assert purpose_of(entry) == (
        f"{cast.dinas.name} membaca sebagian data Anda: pendaftaran pasien"
    )
    assert entry.actor_name == cast.petugas.name
    assert sharing.uses([made]) == {made.pk: 1}


@pytest.mark.parametrize("field", ["name", "purpose", "basis"])
def test_rule_names_no_number_of_a_person(cast: Cast, field: str) -> None:
    with pytest.raises(RuleBroken, match="Jangan tulis NIK"):
        rule(cast, **{field: f"Pasien {cast.sari_person.nik}"})


def test_people_outside_the_area_are_not_found(cast: Cast) -> None:
    made = rule(cast, area=cast.village)
    other = Unit.objects.filter(kind="kelurahan").order_by("code")[3]
    stranger = family(other)[0]
    with pytest.raises(RuleBroken, match="tidak tercatat"):
        read(cast, made, stranger.nik)
    assert not audit.told_to(stranger.pk).exists()


@pytest.mark.parametrize(
    "days", [{"since": 5, "until": 9}, {"since": -9, "until": -1}], ids=["later", "over"]
)
def test_rule_counts_only_between_its_days(cast: Cast, days: dict[str, int]) -> None:
    rule(cast, **{name: today() + timedelta(days=count) for name, count in days.items()})
    assert not sharing.rules_of(posts_of(cast.petugas, today()), today())


def test_rule_belongs_to_the_posts_of_its_unit(cast: Cast) -> None:
    made = rule(cast)
    assert list(sharing.rules_of(posts_of(cast.petugas, today()), today())) == [made]
    assert not sharing.rules_of(posts_of(cast.lurah, today()), today())


def test_ended_rule_counts_no_more_and_is_ended_once(cast: Cast) -> None:
    made = rule(cast)
    sharing.end(rule_id=made.pk, by=cast.lurah, at=NOW)
    assert not sharing.in_force(today())
    with pytest.raises(Stale):
        sharing.end(rule_id=made.pk, by=cast.lurah, at=NOW)


def test_system_has_its_own_rules_alone(cast: Cast) -> None:
    of_unit = rule(cast)
    of_system = rule(cast, unit=None, system="SIMRS")
    assert sharing.rule_of_system("SIMRS", of_system.pk, today()) == of_system
    for name, pk in (("SIMRS", of_unit.pk), ("", of_unit.pk), ("Lain", of_system.pk)):
        with pytest.raises(NotThere):
            sharing.rule_of_system(name, pk, today())


@pytest.mark.parametrize(
    "wrong",
    [{"fields": []}, {"fields": ["password"]}, {"system": "SIMRS"}, {"until": date(2020, 1, 1)}],
)
def test_rule_that_cannot_be_is_refused(cast: Cast, wrong: dict[str, Any]) -> None:
    with pytest.raises(RuleBroken):
        rule(cast, **wrong)
    assert not SharingRule.objects.exists()


def test_many_numbers_cannot_be_tried(cast: Cast) -> None:
    made = rule(cast)
    for _ in range(sharing.READINGS):
        read(cast, made)
    with pytest.raises(RuleBroken, match="Terlalu banyak"):
        read(cast, made)


def test_pages_of_admin_and_office(cast: Cast, bontang: Any, client_for: Any) -> None:
    admin = official("admin", Unit.objects.get(kind="kota"), "admin")

    def as_(user: Any) -> Client:
        client: Client = client_for(bontang)
        client.force_login(user, "accounts.backends.LoginBackend")
        return client

    typed: dict[str, Any] = {
        "name": "Data pasien", "unit": cast.dinas.pk, "system": "",
        "fields_": ["name", "birth_date"], "area": Unit.objects.get(kind="kota").pk,
        "purpose": "pendaftaran", "basis": "PKS 1",
        "since_0": today().day, "since_1": today().month, "since_2": today().year,
        "until_0": 31, "until_1": 12, "until_2": 2099,
    }  # fmt: skip
    setup = as_(admin)
    made = setup.post("/kelola/berbagi-data/", typed)
    assert made.status_code == 302
    assert "0 kali" in setup.get("/kelola/berbagi-data/").content.decode()
    made_rule = SharingRule.objects.get()
    page = as_(cast.petugas).post(
        "/meja/data/", {"rule": made_rule.pk, "nik": cast.sari_person.nik}
    )
    text = page.content.decode()
    assert cast.sari_person.name in text
    assert cast.sari_person.nik not in text.partition("<form")[0]
    other = as_(cast.lurah).post("/meja/data/", {"rule": made_rule.pk, "nik": cast.sari_person.nik})
    assert other.status_code == 422
    assert cast.sari_person.name not in other.content.decode()
    setup.post(f"/kelola/berbagi-data/{made_rule.pk}/akhiri/")
    assert "Diakhiri" in setup.get("/kelola/berbagi-data/").content.decode()
