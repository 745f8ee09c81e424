"""What forms say of an empty field, and of a date that nobody means."""

import pytest
from django import forms

from ui.forms import DayField, Form, WrittenDateField


class Sample(Form):
    which = forms.ChoiceField(label="Apa yang Anda periksa?", choices=[("ktp", "KTP")])
    day = forms.CharField(label="Hari apa?")


def test_a_question_as_label_is_named_inside_a_sentence() -> None:
    errors = Sample({}).errors
    assert errors["which"] == ["Pilih apa yang Anda periksa."]
    assert errors["day"] == ["Isi hari apa."]


class Dates(Form):
    written = WrittenDateField(label="Tanggal")
    picked = DayField(label="Sejak")


@pytest.mark.parametrize("year", ["0001", "1899", "2200", "9999"])
def test_a_date_of_a_year_that_nobody_means_is_refused(year: str) -> None:
    errors = Dates({"written": f"31-12-{year}", "picked": f"{year}-12-31"}).errors
    said = ["Tulis tahun antara 1900 dan 2199. Periksa lagi tanggalnya."]
    assert errors == {"written": said, "picked": said}


@pytest.mark.parametrize("year", ["1900", "2199"])
def test_the_first_and_the_last_year_are_taken(year: str) -> None:
    assert Dates({"written": f"31-12-{year}", "picked": f"{year}-12-31"}).is_valid()
