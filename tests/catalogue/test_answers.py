"""From what people type to typed values, and back."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kernel.errors import RuleBroken
from services.catalogue import answers
from services.catalogue.blueprint import Blueprint
from services.catalogue.explaining import complaint
from services.catalogue.shipped import shipped
from services.questions.kind import FieldSpec, House, kind_of

SERVICES = {blueprint.slug: blueprint for blueprint in shipped()}


def spec(kind: str, **more: object) -> FieldSpec:
    return FieldSpec.model_validate({"key": "f", "type": kind, "label": "Isian", **more})


CHOICE = [{"key": "a", "label": "A"}]
HOUSE = House(today=date(2026, 11, 23))


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
        (spec("textarea"), "世界", "tidak bisa dicetak"),
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
            raise RuleBroken(kind_of(field).missing(field), field="f")
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
    house = House(today=date(2026, 11, 23), by_nik=lambda nik: known)
    given = answers.parse(
        spec("person"), {"f-nama": typed, "f-nik": "6474\u200b–0103–0590–0158"}, house
    )
    assert isinstance(given, dict)
    assert given["nama"] == "NU`MAN MA`RUF"


def test_a_name_that_is_too_long_is_refused_not_cut() -> None:
    with pytest.raises(RuleBroken, match="Paling banyak 200"):
        answers.parse(spec("person"), {"f-nama": "Sari " * 50}, HOUSE)


# --- answers that cannot be true ------------------------------------------------------------------


def wrong_of(slug: str, house: House = HOUSE, **typed: str) -> dict[str, str]:
    return answers.clean(
        SERVICES[slug], {k.replace("__", "-"): v for k, v in typed.items()}, house
    )[1]


MOTHER = {"ibu__nama": "Siti Maryam", "ibu__nik": "6474014208720002"}
FATHER = {"ayah__nama": "Rahmat Hidayat", "ayah__nik": "6474011001700004"}


def test_one_man_is_not_mother_father_and_witness() -> None:
    man = FATHER["ayah__nik"]
    wrong = wrong_of(
        "kelahiran", ibu__nama="Rahmat", ibu__nik=man, **FATHER,
        saksi1__nama="Rahmat Hidayat", saksi1__nik=man, saksi2__nama="Rahmat hidayat",
    )  # fmt: skip
    assert "harus perempuan" in wrong["ibu"]
    assert "orang lain daripada" in wrong["saksi1"]
    assert "orang lain daripada" in wrong["saksi2"], "the same name without a number"
    others = {"saksi1__nama": "Hasan", "saksi2__nama": "Budi Santoso"}
    assert (
        not {"ibu", "ayah", "saksi1", "saksi2"}
        & wrong_of("kelahiran", **MOTHER, **FATHER, **others).keys()
    )


def test_people_of_one_name_born_on_other_days_are_two() -> None:
    twins = {"saksi1__nama": "Budi", "saksi1__tanggal_lahir": "1980-01-01",
             "saksi2__nama": "Budi", "saksi2__tanggal_lahir": "1990-01-01"}  # fmt: skip
    assert "saksi2" not in wrong_of("kelahiran", **twins)


@pytest.mark.parametrize(
    ("start", "end", "possible"),
    [("08.30", "07.00", False), ("08.30", "08.30", False), ("08.30", "12.00", True),
     ("20.00", "02.00", True), ("20.00", "05.30", False)],
)  # fmt: skip
def test_an_event_ends_after_it_begins_or_in_the_night_behind(start, end, possible) -> None:
    wrong = wrong_of("izin-keramaian", mulai=start, selesai=end)
    assert ("selesai" not in wrong) is possible


def test_an_event_is_asked_for_seven_days_ahead_of_the_day_it_was_first_sent() -> None:
    assert "30 November 2026" in wrong_of("izin-keramaian", tanggal="2026-11-29")["tanggal"]
    assert "tanggal" not in wrong_of("izin-keramaian", tanggal="2026-11-30")
    returned = House(today=date(2026, 11, 28), filed=date(2026, 11, 20))
    assert "tanggal" not in wrong_of("izin-keramaian", returned, tanggal="2026-11-29")


def test_a_billboard_is_not_for_days_that_are_past_or_turned_round() -> None:
    assert "sebelum hari ini" in wrong_of("reklame", mulai="2026-11-05")["mulai"]
    assert "sesudah" in wrong_of("reklame", mulai="2026-12-05", selesai="2026-12-04")["selesai"]
    assert "selesai" not in wrong_of("reklame", mulai="2026-12-05", selesai="2026-12-05")


@pytest.mark.parametrize(
    "change",
    [{"type": "text", "after": "a"}, {"type": "date", "after": "b"}, {"type": "time", "after": "a"},
     {"type": "time", "lead_days": 3}, {"type": "text", "sex": "perempuan"},
     {"type": "person", "other_than": ["a"]}],
    ids=str,
)  # fmt: skip
def test_a_comparison_that_cannot_work_is_no_definition(change) -> None:
    fields = [{"key": "a", "type": "date", "label": "A"}, {"key": "b", "label": "B", **change}]
    definition = {**SERVICES["sktm"].canonical(), "fields": fields, "outputs": []}
    with pytest.raises(ValidationError) as refused:
        Blueprint.model_validate(definition)
    assert complaint(refused.value, definition).startswith("Pertanyaan “B”")


def test_a_definition_without_comparisons_keeps_its_digest() -> None:
    kept = SERVICES["sktm"].canonical()
    assert not {"after", "lead_days", "sex", "other_than"} & kept["fields"][0].keys()
