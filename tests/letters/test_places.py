"""The place of the date line, for every village, kecamatan and city of the country."""

import pytest

from kernel.text import line, unprintable
from services.letters.actions import place_of
from tenants.office.models import Unit
from tenants.office.naming import bare_name, full_name, own_name
from tenants.office.seed import named
from tenants.registry import regions


def test_it_is_the_own_name_of_each_of_them() -> None:
    seen = 0
    for regency in regions.all_regencies():
        units = [(Unit.Kind.KECAMATAN, area) for area in regions.kecamatan(regency.code)]
        units += [
            (Unit.Kind.KELURAHAN if area.is_kelurahan else Unit.Kind.DESA, area)
            for area in regions.villages(regency.code)
        ]
        for kind, area in units:
            unit = named(Unit(kind=kind, code=area.code), area.name)
            assert place_of(unit) == area.name, (area.code, unit.name)
            assert unit.name == f"{unit.word} {area.name}"
            assert area.name == line(area.name) and not unprintable(area.name)
            seen += kind != Unit.Kind.KECAMATAN
    assert seen == 83_762


@pytest.mark.parametrize(
    ("name", "word", "place"),
    [
        ("NAGARI TAMBANGAN", "Nagari", "TAMBANGAN"),
        ("Nagari TAMBANGAN", "Nagari", "TAMBANGAN"),
        ("Desa Desa Baru", "Desa", "Desa Baru"),
        ("Desa Kota Baru", "Desa", "Kota Baru"),
        ("Kampung Kampung Baru 76", "Kampung", "Kampung Baru 76"),
        ("Gampong Keude Bakongan", "Gampong", "Keude Bakongan"),
        ("Kute Kute Lang-lang", "Kute", "Kute Lang-lang"),
        ("Desa Perkebunan Sei Dadap III/IV", "Desa", "Perkebunan Sei Dadap III/IV"),
        ("Desa Tanjung Niara (Wosia Selatan)", "Desa", "Tanjung Niara (Wosia Selatan)"),
        ("Desa II Koto", "", "II Koto"),
        ("Kecamatan Kota", "Kecamatan", "Kota"),
        ("Distrik Heram", "Distrik", "Heram"),
        ("Kecamatan 2 x 11 Anam Lingkuang", "Kecamatan", "2 x 11 Anam Lingkuang"),
        ("Banjar Dinas Kelod", "Banjar Dinas", "Kelod"),
        ("Kelurahan", "Kelurahan", "Kelurahan"),
    ],
)
def test_names_as_cities_write_them(name: str, word: str, place: str) -> None:
    assert own_name(name, word) == place


def test_a_dinas_and_a_city_are_dated_in_the_city() -> None:
    for regency in regions.all_regencies():
        place = bare_name(regency.name)
        assert place and not place.startswith(("Kota ", "Kabupaten "))
    assert full_name("Nagari", "Tambangan") == "Nagari Tambangan"
