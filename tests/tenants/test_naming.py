"""Short forms and own names of units, tried on every unit of the official list."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tenants.office.kinds import usual_words
from tenants.office.naming import LONGEST, bare_name, check_short_form, give_short_forms
from tenants.registry import regions


@dataclass
class Named:
    kind: str
    code: str
    name: str
    abbreviation: str = ""


def _units(code: str) -> Iterator[Named]:
    regency = regions.regency(code)
    assert regency is not None
    yield Named("kota", code, regency.name)
    word = usual_words("kecamatan", code).word
    for area in regions.kecamatan(code):
        yield Named("kecamatan", area.code, f"{word} {area.name}")
    for village in regions.villages(code):
        kind = "kelurahan" if village.is_kelurahan else "desa"
        word = usual_words(kind, code).word
        yield Named(kind, village.code, f"{word} {village.name}")


def test_no_two_units_of_any_city_share_a_short_form_and_none_is_empty() -> None:
    count = 0
    for regency in regions.all_regencies():
        units = list(_units(regency.code))
        give_short_forms(units)
        forms = [unit.abbreviation.upper() for unit in units]
        assert len(set(forms)) == len(forms), regency.name
        for unit in units:
            assert len(unit.abbreviation.rpartition("-")[2]) >= 2
            assert len(unit.abbreviation) <= LONGEST
            assert check_short_form(unit.abbreviation)
        count += len(units)
    assert count > 91_000


def test_every_unit_has_a_name_of_its_own_without_its_kind() -> None:
    for regency in regions.all_regencies():
        for unit in _units(regency.code):
            bare = bare_name(unit.name)
            assert bare
            if unit.kind != "kota":
                assert bare == unit.name.partition(" ")[2].strip()


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Kelurahan Kota", "Kota"),
        ("Kecamatan Kota", "Kota"),
        ("Kecamatan Langsa Kota", "Langsa Kota"),
        ("Desa Kota Baru", "Kota Baru"),
        ("Desa Meunasah Kota", "Meunasah Kota"),
        ("Kelurahan Belimbing", "Belimbing"),
        ("Kelurahan Kabupaten", "Kabupaten"),
        ("Distrik Heram", "Heram"),
        ("Kota Administrasi Jakarta Barat", "Jakarta Barat"),
        ("Kabupaten Blitar", "Blitar"),
    ],
)
def test_only_the_first_word_is_the_kind(name, bare) -> None:
    assert bare_name(name) == bare


@pytest.mark.parametrize(
    ("kind", "name", "short"),
    [
        ("kelurahan", "Kelurahan Belimbing", "Kel-BLM"),
        ("kelurahan", "Kelurahan Bontang Kuala", "Kel-BKL"),
        ("kecamatan", "Kecamatan Bontang Barat", "Kec-BBR"),
        ("desa", "Desa Ngoran", "Ds-NGR"),
        ("kecamatan", "Kecamatan Kota", "Kec-KT"),
        ("kelurahan", "Kelurahan Kota", "Kel-KT"),
        ("desa", "Nagari Tambangan", "Nag-TMB"),
        ("desa", "Gampong Meunasah Krueng Kala", "Gp-MKK"),
        ("kecamatan", "Distrik Heram", "Dis-HRM"),
    ],
)
def test_the_usual_short_form_is_taken_where_it_is_free(kind, name, short) -> None:
    unit = Named(kind, "1", name)
    give_short_forms([unit])
    assert unit.abbreviation == short


def test_a_unit_added_later_changes_no_short_form() -> None:
    units = list(_units("35.05"))
    give_short_forms(units)
    before = [unit.abbreviation for unit in units]
    new = Named("desa", "35.05.01.1999", "Desa Jaten")
    give_short_forms([new, *units])
    assert [unit.abbreviation for unit in units] == before
    assert new.abbreviation not in before
