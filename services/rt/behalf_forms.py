"""What a head types when a neighbour agrees to an application."""

from django import forms

from kernel.text import in_capitals_and_small
from services.applications.consent import Reached
from ui.forms import Form


class _AgreedForm(Form):
    may_print = forms.BooleanField(
        label="Warga setuju suratnya nanti saya cetakkan", required=False,
        help_text="Tanpa centang ini, suratnya hanya bisa diambil warga sendiri atau di kelurahan.",
    )  # fmt: skip


class CodeForm(_AgreedForm):
    code = forms.CharField(
        label="Kode", max_length=20,
        help_text="Enam huruf atau angka, seperti yang tertulis di pesannya.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip


class SignatureForm(_AgreedForm):
    photo = forms.FileField(
        label="Foto lembar yang sudah ditandatangani",
        widget=forms.FileInput(
            attrs={"accept": "image/*,.pdf", "capture": "environment", "data-shrinks": "1"}
        ),
    )


class WhomForm(Form):
    person = forms.TypedChoiceField(
        label="Kode dikirim kepada siapa?", coerce=int, widget=forms.RadioSelect,
        help_text="Pilih orang yang ada di depan Anda, atau yang bisa Anda telepon sekarang.",
    )  # fmt: skip

    def __init__(self, *args: object, reached: list[Reached], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(one.person.pk, said(one)) for one in reached]


def said(one: Reached) -> str:
    """Who it is and on which way, without an address."""
    return f"{in_capitals_and_small(one.person.name)} ({', '.join(one.channels)})"
