"""People find their kabupaten or kota by what they type, and none is chosen while two are meant."""

import re

import pytest

from tenants.registry import regions, spellings

# What is typed, and the area that stands first; "=" when it is meant beyond doubt.
TYPED = """
kab blitar = Kabupaten Blitar; kab. bandung = Kabupaten Bandung; bogor kab = Kabupaten Bogor
BLITAR kota = Kota Blitar; kota bontang = Kota Bontang; bontang = Kota Bontang
Kota Tangerang, Banten = Kota Tangerang; 35.72 = Kota Blitar; jogja = Kota Yogyakarta
kodya malang = Kota Malang; pemkot solo = Kota Surakarta; pemkab kukar = Kabupaten Kutai Kartanegara
jaksel = Kota Administrasi Jakarta Selatan; tangsel = Kota Tangerang Selatan
kbb = Kabupaten Bandung Barat; sby = Kota Surabaya; mks = Kota Makassar
siantar = Kota Pematangsiantar
ujung pandang = Kota Makassar; kutim = Kabupaten Kutai Timur; ppu = Kabupaten Penajam Paser Utara
gunung kidul = Kabupaten Gunungkidul; banjar masin = Kota Banjarmasin; pekan baru = Kota Pekanbaru
kotabaru = Kabupaten Kotabaru; lobar = Kabupaten Lombok Barat; bjm = Kota Banjarmasin
kab. lima puluh kota = Kabupaten Lima Puluh Kota; pemerintah kota ambon = Kota Ambon
diskominfo kota bima = Kota Bima; kab bima = Kabupaten Bima; kota jayapura = Kota Jayapura
kota administrasi jakarta timur = Kota Administrasi Jakarta Timur; sidoarjo = Kabupaten Sidoarjo
kab semarang = Kabupaten Semarang; kota semarang = Kota Semarang; kota gorontalo = Kota Gorontalo
tangerang ? Kabupaten Tangerang; bogor ? Kabupaten Bogor; blitar ? Kabupaten Blitar
bandung ? Kabupaten Bandung; yogya ? Kota Yogyakarta; yogyakarta ? Kota Yogyakarta
dki ? Kota Administrasi Jakarta Pusat; jakarta ? Kota Administrasi Jakarta Pusat; bdg ? Kota Bandung
tasik ? Kota Tasikmalaya; bks ? Kota Bekasi; padang ? Kota Padang; batu ? Kota Batu
banjar ? Kota Banjar; lima puluh kota ? Kabupaten Lima Puluh Kota; diy ? Kota Yogyakarta
tangrang ? Kabupaten Tangerang; tanggerang ? Kabupaten Tangerang; makasar ? Kota Makassar
surabya ? Kota Surabaya; pelembang ? Kota Palembang; samarenda ? Kota Samarinda
bontnag ? Kota Bontang; balik papan utara ? ; denpasr ? Kota Denpasar; pontinak ? Kota Pontianak
bukit tingi ? Kota Bukittinggi; cianjor ? Kabupaten Cianjur; banyuwanggi ? Kabupaten Banyuwangi
kab tangrang ? Kabupaten Tangerang; kota tangrang ? Kota Tangerang; malank ? Kabupaten Malang
aceh ? Kabupaten Aceh Selatan; toli toli ? Kabupaten Toli-Toli; semarng ? Kabupaten Semarang
"""
CASES = [
    tuple(re.split(r" ([=?]) ?", entry.strip(), maxsplit=1))
    for entry in re.split(r"[;\n]", TYPED.strip())
]


def test_the_list_of_spellings_is_long_enough_to_mean_something() -> None:
    assert len({typed for typed, _, _ in CASES}) >= 60


@pytest.mark.parametrize(("typed", "sure", "first"), CASES)
def test_what_people_type_finds_their_area(typed: str, sure: str, first: str) -> None:
    found = spellings.search(typed)
    assert (found[0].name if found else "") == first
    meant = spellings.meant(typed)
    assert (meant.name if meant else None) == (first if sure == "=" else None)


def test_a_name_that_two_areas_share_is_never_decided() -> None:
    for area in regions.all_regencies():
        meant = spellings.meant(area.short_name)
        assert meant in (None, area)
        assert meant is None or not regions.is_shared_name(area)
        assert spellings.meant(area.name) == area
        assert spellings.meant(f"{area.name}, {area.province.name}") == area


@pytest.mark.parametrize(
    "typed", ["", "  ", "!!", "zzzz", "bontang blitar", "\x00", "kota", "kab."]
)
def test_nothing_is_found_for_no_name(typed: str) -> None:
    assert spellings.search(typed) == []
    assert spellings.meant(typed) is None


def test_every_short_name_stands_for_areas_of_the_list() -> None:
    for name, codes in spellings._short_names().items():
        assert re.fullmatch("[a-z]+", name), name
        assert codes and all(regions.regency(code) for code in codes), name


@pytest.mark.parametrize(
    ("domain", "code", "own"),
    [
        ("bontangkota.go.id", "64.74", True),
        ("diskominfo.bontangkota.go.id", "64.74", True),
        ("bontang.go.id", "64.74", True),
        ("tangselkota.go.id", "36.74", True),
        ("tangerangkab.go.id", "36.03", True),
        ("tangerangkab.go.id", "36.71", False),
        ("tangerang.go.id", "36.71", False),
        ("tangerangselatankota.go.id", "36.71", False),
        ("samarindakota.go.id", "64.74", False),
        ("bontangkota.go.id.evil.com", "64.74", False),
        ("bontangkota-go.id", "64.74", False),
        ("bontangkota.com", "64.74", False),
        ("go.id", "64.74", False),
    ],
)
def test_a_domain_belongs_to_the_area_whose_name_it_is(domain: str, code: str, own: bool) -> None:
    area = regions.regency(code)
    assert area is not None
    assert spellings.is_domain_of(domain, area) is own
