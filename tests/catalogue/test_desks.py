"""Texts of the catalogue that name an office or its head, in the words of a place."""

import pytest

from services.catalogue import queries
from services.catalogue.desks import TEXTS, USUAL, Places, said, spoken
from services.catalogue.models import Service
from services.catalogue.shipped import shipped
from tenants.backend.scope import in_city
from tenants.office import calling
from tenants.office.kinds import Words
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import official

NAGARI = Places(Words("Nagari", "Wali Nagari"), Words("Kecamatan", "Camat"))
PAPUA = Places(Words("Kampung", "Kepala Kampung"), Words("Distrik", "Kepala Distrik"))


@pytest.mark.parametrize(
    ("text", "places", "read"),
    [
        ("Lurah menyetujui", NAGARI, "Wali Nagari menyetujui"),
        ("Loket kelurahan memeriksa", NAGARI, "Loket nagari memeriksa"),
        ("Kelurahan memeriksa lokasi", NAGARI, "Nagari memeriksa lokasi"),
        ("Camat menyetujui", NAGARI, "Camat menyetujui"),
        ("Camat menyetujui", PAPUA, "Kepala Distrik menyetujui"),
        ("Loket kecamatan memeriksa", PAPUA, "Loket distrik memeriksa"),
        ("Lengkap, teruskan ke Camat", PAPUA, "Lengkap, teruskan ke Kepala Distrik"),
        ("Rekomendasi Camat", PAPUA, "Rekomendasi Kepala Distrik"),
        (
            "Berdasarkan permohonan nomor {nomor_berkas} dan rekomendasi Camat, {penandatangan} "
            "memberikan izin kepada:",
            PAPUA,
            "Berdasarkan permohonan nomor {nomor_berkas} dan rekomendasi Kepala Distrik, "
            "{penandatangan} memberikan izin kepada:",
        ),
        ("Lurah kami menyetujui", NAGARI, "Lurah kami menyetujui"),  # a city's own wording
        ("Ketua RT membenarkan", NAGARI, "Ketua RT membenarkan"),
    ],
)
def test_texts_of_the_catalogue_speak_of_the_place(text: str, places: Places, read: str) -> None:
    assert said(text, places) == read


def test_where_the_usual_words_hold_nothing_changes() -> None:
    for blueprint in shipped():
        assert spoken(blueprint, USUAL) == blueprint


def test_no_step_of_the_catalogue_names_an_office_by_a_word_that_stays() -> None:
    """Every title and button that says Lurah, Camat, kelurahan or kecamatan is known."""
    other = Places(Words("Xa", "Xb"), Words("Xc", "Xd"))
    for blueprint in shipped():
        for step in spoken(blueprint, other).steps:
            for text in (step.title, step.approve):
                for word in ("lurah", "camat"):
                    assert word not in text.casefold(), (blueprint.slug, text)
    assert len(TEXTS) == len(set(TEXTS))


def test_a_city_with_both_reads_both(blitar: City) -> None:
    with in_city(blitar):
        places = queries.places_here()
    assert places.village == Words("Kelurahan atau Desa", "Lurah atau Kepala Desa")
    assert said("Lurah menyetujui", places) == "Lurah atau Kepala Desa menyetujui"
    assert said("Loket kelurahan memeriksa", places) == "Loket kelurahan atau desa memeriksa"


def test_the_service_page_speaks_the_city_s_words(in_bontang: City, client_for) -> None:
    admin = official("kepala-kantor", Unit.objects.get(kind="kota"), "admin")
    calling.call_kind(kind="kelurahan", word="Nagari", head="Wali Nagari", by=admin)
    assert Service.objects.filter(slug="domisili", is_active=True).exists()
    page = client_for(in_bontang).get("/layanan/domisili/").content.decode()
    assert "Wali Nagari menyetujui" in page
    assert "Loket nagari memeriksa" in page
    assert "Lurah menyetujui" not in page
