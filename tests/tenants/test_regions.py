"""The official list: complete, proper, and every city gets an address of its own."""

import pytest

from tenants.registry import regions


def test_complete() -> None:
    assert len(regions.provinces()) == 38
    assert len(regions.all_regencies()) == 514
    everything = [regions.villages(r.code) for r in regions.all_regencies()]
    assert sum(map(len, everything)) == 83_762
    assert sum(len(regions.kecamatan(r.code)) for r in regions.all_regencies()) == 7_285


def test_each_village_lies_in_a_kecamatan() -> None:
    for area in regions.all_regencies():
        above = {k.code for k in regions.kecamatan(area.code)}
        assert {v.code[:8] for v in regions.villages(area.code)} <= above
        assert above


def test_bontang() -> None:
    area = regions.regency("64.74")
    assert area is not None
    assert (area.name, area.short_name, area.province.name) == (
        "Kota Bontang",
        "Bontang",
        "Kalimantan Timur",
    )
    assert [k.name for k in regions.kecamatan("64.74")] == [
        "Bontang Utara",
        "Bontang Selatan",
        "Bontang Barat",
    ]
    villages = regions.villages("64.74")
    assert len(villages) == 15
    assert all(v.is_kelurahan for v in villages)
    assert regions.villages("64.74.03") == [v for v in villages if v.code.startswith("64.74.03")]


@pytest.mark.parametrize("code", ["", "6474", "64.7", "99.99", "64", "64.74'", "٦٤.٧٤"])
def test_no_such_regency(code: str) -> None:
    assert regions.regency(code) is None
    assert regions.kecamatan(code) == []


def test_desa_and_kelurahan() -> None:
    kinds = {v.is_kelurahan for v in regions.villages("35.05")}
    assert kinds == {True, False}


@pytest.mark.parametrize(
    ("province", "zone"),
    [("11", "Asia/Jakarta"), ("35", "Asia/Jakarta"), ("61", "Asia/Pontianak"),
     ("62", "Asia/Pontianak"), ("63", "Asia/Makassar"), ("64", "Asia/Makassar"),
     ("51", "Asia/Makassar"), ("73", "Asia/Makassar"), ("81", "Asia/Jayapura"),
     ("96", "Asia/Jayapura")],
)  # fmt: skip
def test_time_zones(province: str, zone: str) -> None:
    assert {r.timezone for r in regions.regencies(province)} == {zone}


@pytest.mark.parametrize(
    ("code", "subdomain"),
    [("64.74", "bontang"), ("35.05", "blitarkab"), ("35.72", "blitarkota"),
     ("32.17", "bandungbarat"), ("31.01", "kepulauanseribu"), ("31.71", "jakartapusat")],
)  # fmt: skip
def test_proposed_subdomains(code: str, subdomain: str) -> None:
    area = regions.regency(code)
    assert area is not None
    assert regions.proposed_subdomain(area) == subdomain


def test_every_proposal_is_possible_and_nobody_elses() -> None:
    names = [regions.proposed_subdomain(r) for r in regions.all_regencies()]
    assert len(set(names)) == 514
    assert [n for n in names if regions.subdomain_fault(n)] == []
    assert len({r.schema_name for r in regions.all_regencies()}) == 514


def test_every_province_has_a_middle_in_indonesia() -> None:
    for province in regions.provinces():
        north, east = regions.middle(province.code)
        assert -11 < north < 6.5 and 95 < east < 141.1
    assert regions.middle("64.74") == regions.middle("64")
