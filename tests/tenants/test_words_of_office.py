"""What units and their heads are called, where, and how a city changes it."""

import pytest

from audit.models import Entry
from kernel.errors import RuleBroken
from tenants.office import calling
from tenants.office.kinds import Words, usual_words
from tenants.office.models import Post, Unit
from tenants.office.seed import named, posts_at
from tenants.registry import regions
from tenants.registry.models import City
from tests.factories import Cast, make_cast, official


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.mark.parametrize(
    ("kind", "code", "word", "head"),
    [
        ("kelurahan", "64.74.01.1001", "Kelurahan", "Lurah"),
        ("desa", "35.05.01.2001", "Desa", "Kepala Desa"),
        ("desa", "13.04.01.2001", "Nagari", "Wali Nagari"),
        ("dusun", "13.04.01.2001/koto-tuo", "Jorong", "Wali Jorong"),
        ("dusun", "13.05.01.2001/x", "Korong", "Wali Korong"),
        ("desa", "13.77.01.2001", "Desa", "Kepala Desa"),  # Kota Pariaman
        ("kelurahan", "13.71.01.1001", "Kelurahan", "Lurah"),
        ("desa", "11.06.01.2001", "Gampong", "Keuchik"),  # Aceh Besar
        ("desa", "11.02.01.2001", "Kute", "Pengulu"),
        ("desa", "91.03.01.2001", "Kampung", "Kepala Kampung"),  # Jayapura
        ("kelurahan", "91.71.01.1001", "Kelurahan", "Lurah"),
        ("kecamatan", "91.03.01", "Distrik", "Kepala Distrik"),
        ("kecamatan", "34.04.01", "Kapanewon", "Panewu"),  # Sleman
        ("desa", "34.04.01.2001", "Kalurahan", "Lurah"),
        ("kecamatan", "34.71.01", "Kemantren", "Mantri Pamong Praja"),
        ("desa", "18.04.01.2001", "Pekon", "Peratin"),
        ("desa", "18.12.01.2001", "Tiyuh", "Kepala Tiyuh"),
        ("desa", "51.03.01.2001", "Desa", "Perbekel"),
        ("desa", "73.18.01.2001", "Lembang", "Kepala Lembang"),
        ("kecamatan", "64.74.01", "Kecamatan", "Camat"),
        ("dinas", "64.74/dinsos", "", ""),
    ],
)
def test_the_usual_words_of_a_unit(kind: str, code: str, word: str, head: str) -> None:
    assert usual_words(kind, code) == Words(word, head)


def test_every_village_and_kecamatan_of_the_official_list_has_words() -> None:
    for regency in regions.all_regencies():
        for kind in ("kecamatan", "kelurahan", "desa", "dusun", "lingkungan"):
            words = usual_words(kind, regency.code)
            assert words.word and words.head


def test_posts_carry_the_title_of_their_place() -> None:
    nagari = named(Unit(kind="desa", code="13.04.01.2001"), "Tambangan")
    assert nagari.name == "Nagari Tambangan"
    assert nagari.own_name == "Tambangan"
    assert [post.title for post in posts_at(nagari)] == [
        "Wali Nagari Tambangan",
        "Sekretaris Nagari Tambangan",
        "Kepala Seksi Pelayanan Nagari Tambangan",
        "Petugas Loket Nagari Tambangan",
    ]
    distrik = named(Unit(kind="kecamatan", code="91.03.01"), "Sentani")
    assert posts_at(distrik)[0].title == "Kepala Distrik Sentani"
    kota = named(Unit(kind="kelurahan", code="64.74.01.1001"), "Kota Baru")
    assert kota.own_name == "Kota Baru"


def test_a_city_calls_one_unit_otherwise(cast: Cast) -> None:
    admin = official("kepala-kantor", Unit.objects.get(kind="kota"), "admin")
    own = cast.village.own_name
    secretary = Post.objects.get(unit=cast.village, role="sekretaris")
    secretary.title = "Carik"
    secretary.save()
    calling.call_unit(unit_id=cast.village.pk, word=" Nagari ", head="Wali  Nagari", by=admin)
    cast.village.refresh_from_db()
    assert cast.village.name == f"Nagari {own}"
    titles = dict(cast.village.posts.values_list("role", "title"))
    assert titles["lurah"] == f"Wali Nagari {own}"
    assert titles["sekretaris"] == "Carik"  # the city's own title stays
    assert titles["loket"] == f"Petugas Loket Nagari {own}"
    assert Unit.objects.filter(kind="kelurahan", word="Kelurahan").count() == 14
    assert Entry.objects.get(what="unit.called").detail == {"word": "Nagari", "head": "Wali Nagari"}


def test_a_city_calls_all_units_of_a_kind_otherwise(cast: Cast) -> None:
    admin = official("kepala-kantor", Unit.objects.get(kind="kota"), "admin")
    count = calling.call_kind(kind="kelurahan", word="Kampung", head="Kepala Kampung", by=admin)
    assert count == 15
    assert calling.words_in_use()["kelurahan"] == [Words("Kampung", "Kepala Kampung")]
    assert not Unit.objects.filter(kind="kelurahan").exclude(name__startswith="Kampung ").exists()
    assert Unit.objects.get(pk=cast.kecamatan.pk).name == cast.kecamatan.name


@pytest.mark.parametrize("word", ["", "  ", "Desa 2", "Desa/Kelurahan", "<b>", "=Desa"])
def test_words_are_letters(cast: Cast, word: str) -> None:
    admin = official("kepala-kantor", Unit.objects.get(kind="kota"), "admin")
    with pytest.raises(RuleBroken):
        calling.call_unit(unit_id=cast.village.pk, word=word, head="Lurah", by=admin)
    with pytest.raises(RuleBroken):
        calling.call_unit(unit_id=cast.dinas.pk, word="Dinas", head="Kepala", by=admin)
