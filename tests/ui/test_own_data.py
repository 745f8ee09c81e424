"""The page “Data saya”: every fact, who looked, objections, corrections, a copy, consent."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from audit import actions as audit
from audit.models import Entry
from services.applications.models import Application
from services.catalogue.queries import service
from services.residents import register
from services.residents.models import Consent, PersonEvent, Source
from services.residents.wallet.queries import agreed
from tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


@pytest.fixture
def cast(in_bontang: object) -> Cast:
    return make_cast()


@pytest.fixture
def as_(cast: Cast, bontang: Any, client_for: Any) -> As:
    def signed_in(user: User) -> Client:
        client: Client = client_for(bontang)
        backend = "services.residents.backends.NikBackend"
        client.force_login(user, backend)
        return client

    return signed_in


def test_page_shows_facts_with_source_and_history(cast: Cast, as_: As) -> None:
    origin = register.source(
        kind=Source.Kind.ENTRY, label="Ijazah S-1", by=cast.rina, on=date(2026, 11, 3)
    )
    register.change(
        person_id=cast.sari_person.pk, facts={"education": 8}, origin=origin, by=cast.rina,
        kind=PersonEvent.Kind.CORRECTION,
    )  # fmt: skip
    text = as_(cast.sari).get("/data-saya/").content.decode()
    assert "Diploma IV/Strata I" in text
    assert "Ijazah S-1" in text
    assert "3 November 2026" in text
    assert "SLTA/sederajat" in text  # what it was before
    assert cast.sari_person.nik not in text


def test_page_costs_a_fixed_number_of_queries(
    cast: Cast, as_: As, django_assert_max_num_queries: Any
) -> None:
    client = as_(cast.sari)
    client.get("/data-saya/")
    with django_assert_max_num_queries(16):
        client.get("/data-saya/")


def test_contest_begins_a_request_that_names_the_reading(cast: Cast, as_: As) -> None:
    audit.record_read(actor=cast.rina, person_id=cast.sari_person.pk, purpose="nik")
    entry = Entry.objects.filter(what="person.read").latest("pk")
    client = as_(cast.sari)
    answer = client.post(f"/data-saya/keberatan/{entry.pk}/")
    draft = Application.objects.get(version__service__slug="keberatan-pembacaan-data")
    assert answer.headers["Location"] == f"/permohonan/{draft.pk}/isi/"
    told = draft.answers["pembacaan"]
    assert cast.rina.name in told
    assert f"catatan {entry.pk}" in told
    assert "Petugas membuka NIK dan nomor KK lengkap" in told
    audit.record_read(actor=cast.lurah, person_id=cast.sari_person.pk, purpose="meja")
    other = Entry.objects.filter(what="person.read").latest("pk")
    client.post(f"/data-saya/keberatan/{other.pk}/")
    assert Application.objects.count() == 1, "the draft that was begun goes on"
    draft.refresh_from_db()
    assert f"catatan {other.pk}" in Application.objects.get().answers["pembacaan"]


def test_reading_of_another_person_cannot_be_contested(cast: Cast, as_: As) -> None:
    audit.record_read(actor=cast.rina, person_id=cast.sari_person.pk, purpose="nik")
    entry = Entry.objects.filter(what="person.read").latest("pk")
    answer = as_(cast.tetangga).post(f"/data-saya/keberatan/{entry.pk}/")
    assert answer.status_code == 404
    assert not Application.objects.exists()


def test_objections_go_to_the_camat(cast: Cast) -> None:
    blueprint = service("keberatan-pembacaan-data").current.blueprint  # type: ignore[union-attr]
    (step,) = blueprint.desks()
    assert (step.level, step.role) == ("kecamatan", "camat")


def test_copy_holds_everything_and_full_numbers(cast: Cast, as_: As) -> None:
    audit.record_read(actor=cast.rina, person_id=cast.sari_person.pk, purpose="nik")
    answer = as_(cast.sari).get("/data-saya/unduh/")
    content = b"".join(answer)  # type: ignore[call-overload]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told = json.loads(archive.read("data-saya.json"))
        table = archive.read("data-kependudukan.csv").decode("utf-8-sig")
    assert cast.sari_person.nik in table
    assert told["kartu_keluarga"]["nomor"] == cast.sari_person.household.kk_number
    why = [one["untuk"] for one in told["pembacaan"]]
    assert why == ["Petugas membuka NIK dan nomor KK lengkap"]


def test_consent_is_given_and_withdrawn_by_one_press(cast: Cast, as_: As) -> None:
    client = as_(cast.sari)
    for said, meant in (("yes", True), ("no", False)):
        client.post("/data-saya/persetujuan/", {"given": said})
        assert agreed(cast.sari_person, Consent.Purpose.WALLET) is meant
    assert Consent.objects.count() == 2


def test_officials_and_strangers_have_no_such_page(cast: Cast, as_: As) -> None:
    assert as_(cast.rina).get("/data-saya/").status_code == 422
    assert Client(headers={"host": "bontang.localhost"}).get("/data-saya/").status_code == 302
