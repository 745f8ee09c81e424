"""Roles are data: what each may do stands in roles.toml."""

import pytest

from tenants.office.models import Post, Unit
from tenants.office.roles import SHIPPED, Can, can, is_desk, level_of, role_of
from tenants.office.roles import superiors_of as told_of
from tenants.office.seed import posts_at
from tenants.registry.models import City


@pytest.mark.parametrize(
    ("capability", "codes"),
    [
        (
            Can.VOUCHES,
            {"ketua_rt", "ketua_rw", "kepala_dusun", "sekretaris_rt", "sekretaris_rw"},
        ),
        (Can.KEEPS_MONEY, {"ketua_rt", "ketua_rw", "kepala_dusun", "bendahara_rt"}),
        (Can.ADMINISTERS, {"admin"}),
        (Can.COUNTER, {"loket"}),
        (Can.SHARED, {"loket", "admin", "petugas_dinas", "kasi", "bendahara"}),
    ],
)
def test_what_each_capability_is_given_to(capability: Can, codes: set[str]) -> None:
    assert {role.code for role in SHIPPED.values() if capability in role.can} == codes


def test_who_vouches_takes_no_seat_and_works_at_no_desk() -> None:
    for role in SHIPPED.values():
        is_neighbour = bool(role.can & {Can.VOUCHES, Can.KEEPS_MONEY})
        assert (Can.TAKES_SEAT in role.can) != is_neighbour
        assert is_desk(role.code) != (is_neighbour or Can.ADMINISTERS in role.can)


def test_every_unit_kind_has_a_level_and_every_level_a_role() -> None:
    for kind in Unit.Kind.values:
        assert level_of(kind) in {level for role in SHIPPED.values() for level in role.levels}


def test_who_is_told_of_a_missed_clock() -> None:
    assert set(told_of("loket")) == {"sekretaris", "lurah", "camat", "kepala_dinas"}
    assert told_of("petugas_dinas") == ["kepala_dinas"]
    assert told_of("lurah") == []


def test_a_role_that_exists_no_more_may_do_nothing(in_bontang: City) -> None:
    assert not role_of("penghulu").can
    assert not can("penghulu", Can.TAKES_SEAT)


@pytest.mark.parametrize("code", ["", "x", "x" * 200])
def test_whatever_a_row_has_as_its_role_can_be_asked(in_bontang: City, code: str) -> None:
    assert (role_of(code).title, role_of(code).levels) == (code, ())
    assert not can(code, Can.VOUCHES) and not is_desk(code)


def test_a_desa_starts_with_its_posts_in_its_own_words() -> None:
    desa = Unit(kind=Unit.Kind.DESA, code="13.07.01.2001", name="Nagari Tambangan", word="Nagari",
                head="Wali Nagari")  # fmt: skip
    assert [(post.role, post.title) for post in posts_at(desa)] == [
        ("lurah", "Wali Nagari Tambangan"),
        ("sekretaris", "Sekretaris Nagari Tambangan"),
        ("kasi", "Kepala Seksi Pelayanan Nagari Tambangan"),
        ("loket", "Petugas Loket Nagari Tambangan"),
    ]


def test_a_dinas_without_a_word_for_its_head_calls_it_kepala() -> None:
    dinas = Unit(kind=Unit.Kind.DINAS, code="64.74/dinsos", name="Dinas Sosial",
                 abbreviation="Dinsos")  # fmt: skip
    assert [post.title for post in posts_at(dinas)] == ["Petugas Dinsos", "Kepala Dinsos"]


def test_a_role_code_fits_into_the_column() -> None:
    longest = Post._meta.get_field("role").max_length
    assert longest is not None
    assert all(len(role.code) <= longest for role in SHIPPED.values())
