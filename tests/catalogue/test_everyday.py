"""What residents type, and what they must find."""

import re

import pytest
from django.utils import translation

from services.catalogue import actions, queries, rules
from services.catalogue.categories import CATEGORIES
from services.catalogue.everyday import everyday
from services.catalogue.models import Service
from services.catalogue.shipped import shipped
from services.mall.shipped import shipped as shipped_tiles


def _service(blueprint) -> Service:
    return Service(
        slug=blueprint.slug,
        title=blueprint.title,
        category=blueprint.category,
        card=actions.card_of(blueprint),
    )


OFFERED = [_service(blueprint) for blueprint in shipped()]
SLUGS = {service.slug for service in OFFERED}


def slugs(typed: str) -> list[str]:
    return [service.slug for service in queries.search(typed, OFFERED).services]


FIRST = {
    # death and inheritance
    "mati": "kematian",
    "meninggal": "kematian",
    "orang meninggal": "kematian",
    "orang tua meninggal": "kematian",
    "bapak saya meninggal kemarin": "kematian",
    "suami meninggal": "kematian",
    "akta kematian": "permohonan-akta-kematian",
    "kia": "permohonan-kia",
    "kuburan": "pemakaman",
    "uang duka": "santunan-kematian",
    "waris": "ahli-waris",
    "warisan": "ahli-waris",
    "tanah warisan bapak": "ahli-waris",
    # lost
    "kehilangan ktp": "pengantar-ktp",
    "ktp hilang": "pengantar-ktp",
    "saya mau urus KTP hilang": "pengantar-ktp",
    "kk hilang": "permohonan-kk",
    "akta hilang": "permohonan-akta-lahir",
    "buku nikah hilang": "duplikat-surat-nikah",
    "dompet hilang": "kehilangan",
    "lapor kehilangan": "kehilangan",
    # own data
    "bikin ktp": "pengantar-ktp",
    "kk": "permohonan-kk",
    "pecah kk": "pisah-kk",
    "ganti nama": "perubahan-elemen-data",
    "beda nama": "beda-identitas",
    # children and school
    "bayi lahir": "kelahiran",
    "akta anak": "permohonan-akta-lahir",
    "anak angkat": "wali-anak",
    "sekolah": "domisili-spmb",
    "ppdb": "domisili-spmb",
    "beasiswa": "sktm-pendidikan",
    "kip kuliah": "sktm-pendidikan",
    "gaji orang tua": "penghasilan-orang-tua",
    # poor and ill
    "sktm": "sktm",
    "surat tidak mampu": "sktm",
    "tidak mampu": "sktm",
    "miskin": "sktm",
    "bansos": "pengantar-bansos",
    "sembako": "pengantar-bansos",
    "bpjs": "sktm-kesehatan",
    "berobat": "sktm-kesehatan",
    # marriage
    "nikah": "pengantar-nikah-n1",
    "kua": "pengantar-nikah-n1",
    "numpang nikah": "pergi-kawin",
    "nikah siri": "isbat-nikah-n3",
    "nikah kristen": "nikah-non-muslim",
    "janda": "janda-duda",
    "duda": "janda-duda",
    "cerai": "permohonan-cerai",
    "bujang": "belum-menikah",
    # moving
    "pindah rumah": "pindah-antar-kelurahan",
    "pindah": "pindah-antar-kabkota",
    "datang": "pindah-datang",
    "lapor pindah datang": "pindah-datang",
    "kos": "tempat-tinggal-sementara",
    "domisili": "domisili",
    # work, police, business
    "skck": "pengantar-skck",
    "polisi": "pengantar-skck",
    "melamar kerja": "pengantar-skck",
    "pupuk": "petani-aktif",
    "warung": "sku",
    "KUR": "sku",
    "spanduk": "reklame",
    "baliho": "reklame",
    "papan nama toko": "reklame",
    # land and events
    "tanah": "kepemilikan-tanah",
    "jual tanah": "jual-beli-tanah",
    "pbb": "pengantar-pbb",
    "bangun rumah": "imb-pbg-rekomendasi",
    "hajatan": "izin-keramaian",
    "surat pengantar rt": "pengantar-rt-rw",
    "legalisir": "legalisasi",
    # mistyped
    "tdak mampu": "sktm",
    "mskin": "sktm",
    "reklme": "reklame",
    "nikh": "pengantar-nikah-n1",
}
AMONG_THREE = {
    "akta": "kelahiran",
    "hilang": "permohonan-kk",
    "ktp": "ktp-dalam-proses",
    "polisi": "kehilangan",
    "suami meninggal": "janda-duda",
    "sekolah": "penghasilan-orang-tua",
    "ktp hilang": "kehilangan",
    "rumah sakit": "jamkesos",
    "pensiun": "kuasa-pensiun",
    "tkw": "izin-keluarga",
}
COMPLAINTS = [
    "lapor jalan rusak", "jalan rusak depan rumah", "banjir", "sampah",
    "sampah menumpuk", "lampu jalan mati", "pengaduan", "mau mengadu", "keluhan", "pungli",
    "orang gila", "got mampet", "pohon tumbang", "pengadun",
]  # fmt: skip
ELSEWHERE = {
    "kartu kuning": "AK-1", "bikin SIM": "kepolisian", "paspor": "imigrasi", "npwp": "pajak",
    "samsat": "Samsat",
}  # fmt: skip


@pytest.mark.parametrize(("typed", "expected"), FIRST.items(), ids=list(FIRST))
def test_everyday_words_find_the_service_first(typed: str, expected: str) -> None:
    assert slugs(typed)[:1] == [expected]


@pytest.mark.parametrize(("typed", "expected"), AMONG_THREE.items(), ids=list(AMONG_THREE))
def test_everyday_words_find_the_service_among_the_first_three(typed: str, expected: str) -> None:
    assert expected in slugs(typed)[:3]


@pytest.mark.parametrize("typed", COMPLAINTS)
def test_who_reports_something_is_sent_to_the_contact_and_gets_no_guesses(typed: str) -> None:
    found = queries.search(typed, OFFERED)
    assert found.is_complaint
    assert found.services == []


def test_lapor_alone_shows_the_contact_above_the_services_of_that_name() -> None:
    found = queries.search("lapor", OFFERED)
    assert found.is_complaint
    assert found.services[0].slug == "pindah-datang"


@pytest.mark.parametrize("typed", ["lapor pindah datang", "surat jalan", "nikah", "ktp", "tanah"])
def test_who_asks_for_a_letter_is_not_taken_for_a_complaint(typed: str) -> None:
    assert not queries.search(typed, OFFERED).is_complaint


@pytest.mark.parametrize(("typed", "office"), ELSEWHERE.items(), ids=list(ELSEWHERE))
def test_what_another_office_does_is_said_in_both_languages(typed: str, office: str) -> None:
    found = queries.search(typed, OFFERED)
    assert office in found.elsewhere
    with translation.override("en"):
        english = queries.search(typed, OFFERED).elsewhere
    assert english and english != found.elsewhere


def test_a_word_without_typing_errors_brings_no_lookalikes() -> None:
    assert slugs("janda") == ["janda-duda", "kematian-pasangan-n6"]


def test_nonsense_finds_nothing() -> None:
    for typed in ("zzzzqqq", "", "   ", "?!"):
        found = queries.search(typed, OFFERED)
        assert (found.services, found.is_complaint, found.elsewhere) == ([], False, "")


def test_only_the_first_eight_words_of_a_query_are_compared() -> None:
    eight = "tanah kebun rumah sawah ladang batas luas desa "
    assert len(rules.meant(eight)) == 8
    assert slugs(eight + "zzzzqqq " * 500) == slugs(eight)


def test_a_service_the_city_does_not_offer_is_left_out() -> None:
    fewer = [service for service in OFFERED if service.slug != "pengantar-ktp"]
    found = [service.slug for service in queries.search("ktp hilang", fewer).services]
    assert found[:1] == ["kehilangan"]


def test_the_table_names_what_is_shipped_alone_and_each_phrase_once() -> None:
    table = everyday()
    tiles = {f"@{slug}" for slug in shipped_tiles()}
    assert {slug for slugs in table.means.values() for slug in slugs} <= SLUGS | tiles
    assert set(table.order) <= SLUGS
    lines = re.findall(r'^"(.+?)" = ', _table_text(), re.M)
    folded = [" ".join(rules.meant(phrase)) for phrase in lines]
    assert len(folded) == len(set(folded)) == len(table.means)
    for one in table.elsewhere:
        assert one.text.endswith(".") and one.en.endswith(".")


def _table_text() -> str:
    from services.catalogue.everyday import TABLE

    return TABLE.read_text(encoding="utf-8")


@pytest.mark.parametrize("group", [slug for slug, *_ in CATEGORIES])
def test_a_group_begins_with_what_is_asked_for_most(group: str) -> None:
    listed = [service.slug for service in queries.in_group(OFFERED, group)]
    first = sorted((s for s in listed if s in everyday().order), key=everyday().place)
    assert first and listed[: len(first)] == first
    rest = [s for s in OFFERED if s.slug in listed[len(first) :]]
    assert listed[len(first) :] == [s.slug for s in sorted(rest, key=lambda s: s.title)]


def test_the_first_letter_for_a_marriage_stands_before_the_dispensation() -> None:
    listed = [service.slug for service in queries.in_group(OFFERED, "menikah")]
    assert listed.index("pengantar-nikah-n1") == 0
    assert listed.index("dispensasi-nikah-camat") > listed.index("belum-menikah")


def test_the_index_is_made_once_for_one_catalogue_and_anew_for_another() -> None:
    queries.index.cache_clear()
    for typed in ("nikah", "mati", "zzzzqqq", "tanah") * 5:
        queries.search(typed, OFFERED)
    again = [_service(blueprint) for blueprint in shipped()]  # read anew, as in another request
    queries.search("nikah", again)
    assert queries.index.cache_info().misses == 1
    again[0].title = "Surat Sulap"
    assert [s.slug for s in queries.search("sulap", again).services] == [again[0].slug]
    assert queries.index.cache_info().misses == 2


@pytest.mark.django_db
def test_a_search_asks_the_database_nothing_more_than_the_list_does(
    in_bontang, django_assert_num_queries
) -> None:
    with django_assert_num_queries(1):
        queries.search("tidak mampu", queries.offered())


@pytest.mark.django_db
def test_cards_of_an_older_release_are_brought_up_to_date(in_bontang) -> None:
    old = Service.objects.get(slug="sktm")
    del old.card["days"]
    old.card["edition"] = 1
    old.save(update_fields=["card"])
    actions.receive_releases()
    assert Service.objects.get(slug="sktm").card == actions.card_of(
        next(b for b in shipped() if b.slug == "sktm")
    )
