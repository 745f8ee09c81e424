"""From what people type to typed values, and back."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import RuleBroken
from services.catalogue import answers
from services.catalogue.blueprint import FieldSpec
from services.catalogue.shipped import shipped

SERVICES = {blueprint.slug: blueprint for blueprint in shipped()}


def spec(kind: str, **more: object) -> FieldSpec:
    return FieldSpec.model_validate({"key": "f", "type": kind, "label": "Isian", **more})


CHOICE = [{"key": "a", "label": "A"}]
HOUSE = answers.House(today=date(2026, 11, 23))


@pytest.mark.parametrize(
    ("field", "typed", "value", "words"),
    [
        (spec("text"), "  Toko   Barokah ", "Toko Barokah", "Toko Barokah"),
        (spec("number", decimals=2, unit="m²"), "2,50", "2.5", "2,5 m²"),
        (spec("number", unit="orang"), "3 orang", "3", "3 orang"),
        (spec("number", decimals=2), "1.000,25", "1000.25", "1000,25"),
        (spec("rupiah"), "Rp 1.450.000", 1_450_000, "Rp1.450.000"),
        (spec("date"), "24-11-2026", "2026-11-24", "24 November 2026"),
        (spec("date"), "2026-11-24", "2026-11-24", "24 November 2026"),
        (spec("choice", options=CHOICE), "a", "a", "A"),
        (spec("yesno"), "tidak", "tidak", "Tidak"),
        (spec("text", required=False), " ", None, ""),
        (spec("text", min=5), "\u200b\u200b\u2060\u200b\u200b", None, ""),
        (spec("textarea"), "kode \u202eratna\u202c", "kode ratna", "kode ratna"),
        (
            spec("text"),
            "0° 7′ 30″ LU, CV Maju®",
            "0° 7′ 30″ LU, CV Maju®",
            "0° 7′ 30″ LU, CV Maju®",
        ),
        (
            spec("text", format="npwp"),
            "01.234.567\u200b.8–901.000",
            "012345678901000",
            "012345678901000",
        ),
    ],
)
def test_typed_value_words(field, typed, value, words) -> None:
    assert answers.parse(field, {"f": typed}, HOUSE) == value
    assert answers.words(field, value) == words


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        (spec("text"), "", "Isi “Isian”"),
        (spec("rupiah"), "9" * 5000, "angka saja"),
        (spec("choice", options=CHOICE), "", "Pilih satu"),
        (spec("choice", options=CHOICE), "z", "Pilih satu"),
        (spec("yesno"), "mungkin", "Pilih satu"),
        (spec("text"), "Toko 😀", r"“😀” \(U\+1F600\) yang tidak bisa dicetak"),
        (spec("textarea"), "محمد", "tidak bisa dicetak"),
        (spec("text", min=5), "abc", "paling sedikit 5"),
        (spec("textarea", max=4), "abcde", "Paling banyak 4"),
        (spec("number"), "tiga", "angka"),
        (spec("number"), "1,5", "bilangan bulat"),
        (spec("number", decimals=1), "1,55", "paling banyak 1"),
        (spec("number", max=5), "6", "paling banyak 5"),
        (spec("number", min=1), "0", "paling sedikit 1"),
        (spec("number"), "NaN", "angka"),
        (spec("number"), "1e999999", "angka"),
        (spec("rupiah", max=1000), "2000", r"Rp1\.000"),
        (spec("date"), "31-02-2026", "24-11-2026"),
    ],
)
def test_wrong_answers_say_how_to_mend_them(field, typed, message) -> None:
    with pytest.raises(RuleBroken, match=message) as refused:
        if answers.parse(field, {"f": typed}, HOUSE) is None:
            raise RuleBroken(answers.missing(field), field="f")
    assert refused.value.field == "f"


@given(st.dictionaries(st.sampled_from(["keperluan", "luas", "mulai", "jenis", "x"]), st.text()))
def test_any_input_is_sorted_into_right_and_wrong(typed) -> None:
    for blueprint in SERVICES.values():
        right, wrong = answers.clean(blueprint, typed, HOUSE)
        assert not right.keys() & wrong.keys()
        assert right.keys() | wrong.keys() <= {field.key for field in blueprint.fields}


@given(st.decimals(0, 200, places=2, allow_nan=False))
def test_numbers_survive_being_shown_and_typed_again(number) -> None:
    field = next(f for f in SERVICES["reklame"].fields if f.key == "luas")
    value = answers.parse(field, {"luas": str(number)}, HOUSE)
    assert answers.parse(field, {"luas": answers.words(field, value)}, HOUSE) == value


@pytest.mark.parametrize("point", ["NaN", "sNaN", "Infinity", "-", "1e999999"])
def test_a_point_that_is_no_number_is_refused(point: str) -> None:
    typed = {"f": "Jalan Raya 1", "f-lintang": point, "f-bujur": point}
    with pytest.raises(RuleBroken, match="Titik lokasi"):
        answers.parse(spec("place"), typed, HOUSE)


@pytest.mark.parametrize("typed", ["Nu`man Ma`ruf", "Numan Maruf", "NU’MAN MA´RUF"])
def test_apostrophes_make_no_difference_between_nik_and_name(typed: str) -> None:
    known = {"nama": "NU`MAN MA`RUF", "nik": "6474010305900158"}
    house = answers.House(today=date(2026, 11, 23), by_nik=lambda nik: known)
    given = answers.parse(
        spec("person"), {"f-nama": typed, "f-nik": "6474\u200b–0103–0590–0158"}, house
    )
    assert isinstance(given, dict)
    assert given["nama"] == "NU`MAN MA`RUF"


def test_a_name_that_is_too_long_is_refused_not_cut() -> None:
    with pytest.raises(RuleBroken, match="Paling banyak 200"):
        answers.parse(spec("person"), {"f-nama": "Sari " * 50}, HOUSE)
