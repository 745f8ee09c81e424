from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import RuleBroken
from kernel.nik import make_nik, mask, parse_kk, parse_nik

AREAS = st.from_regex(r"[1-9][0-9]{5}", fullmatch=True)


@given(
    area=AREAS,
    born=st.dates(date(1930, 1, 1), date(2026, 12, 31)),
    female=st.booleans(),
    serial=st.integers(1, 9999),
)
def test_what_is_made_is_read_back(area, born, female, serial) -> None:
    nik = parse_nik(make_nik(area=area, born=born, female=female, serial=serial))
    assert (nik.area, nik.female, int(nik.serial)) == (area, female, serial)
    assert nik.matches(born)


@pytest.mark.parametrize(
    "text",
    ["", "647401", "64740154038900031", "647401540389000x", "6474013213890003", "6474013002890003",
     "6474015403890000", "６474015403890003x"],
)  # fmt: skip
def test_impossible_numbers_are_refused_with_a_cure(text) -> None:
    with pytest.raises(RuleBroken, match=r"KTP|KK"):
        parse_nik(text)


def test_spaces_and_dots_are_how_people_copy_it() -> None:
    assert parse_nik("6474 0154.0389-0003").digits == "6474015403890003"


@given(st.text(max_size=20))
def test_any_text_is_parsed_or_refused_never_crashes(text) -> None:
    for parse in (parse_nik, parse_kk):
        try:
            parse(text)
        except RuleBroken as refused:
            assert refused.field


def test_a_masked_number_shows_its_middle_only() -> None:
    assert mask("6474015403890003") == "•••• ••54 0389 ••••"


@pytest.mark.parametrize(
    "typed",
    [
        "\u202a6474010305900158\u202c",
        "6474–0103–0590–0158",
        "6474\u200b010305900158",
        "\ufeff6474.0103.0590.0158",
    ],
)
def test_a_copied_number_is_read_without_its_invisible_characters(typed) -> None:
    assert parse_nik(typed).digits == parse_kk(typed) == "6474010305900158"
