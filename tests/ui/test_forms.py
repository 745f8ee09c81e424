"""What forms say of an empty field."""

from django import forms

from ui.forms import Form


class Sample(Form):
    which = forms.ChoiceField(label="Apa yang Anda periksa?", choices=[("ktp", "KTP")])
    day = forms.CharField(label="Hari apa?")


def test_a_question_as_label_is_named_inside_a_sentence() -> None:
    errors = Sample({}).errors
    assert errors["which"] == ["Pilih apa yang Anda periksa."]
    assert errors["day"] == ["Isi hari apa."]
