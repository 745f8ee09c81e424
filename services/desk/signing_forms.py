"""Forms of electronic signatures: the confirmation, refusing, handing on, one's certificate."""

from collections.abc import Mapping
from typing import Any

from django import forms

from services.web.own_password import OwnPasswordForm
from ui.forms import Form

_SECRET = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
PDF = {"accept": "application/pdf"}


class SignForm(Form):
    """One confirmation for every letter that is ticked. What is typed is never shown again."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=40)
    passphrase = forms.CharField(
        max_length=200, strip=False, required=False, widget=forms.PasswordInput(attrs=_SECRET)
    )

    def __init__(self, label: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passphrase"].label = label


class RefuseForm(Form):
    reason = forms.CharField(
        label="Mengapa tidak ditandatangani?", max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Surat ini batal dan nomornya tetap tercatat. Alasan ini dibaca pemohon.",
    )  # fmt: skip


class HandOnForm(Form):
    """Another official who may decide the same step signs instead."""

    to = forms.ChoiceField(label="Siapa yang menandatangani?", widget=forms.RadioSelect)
    why = forms.CharField(
        label="Alasan", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Hanya dibaca pejabat.",
    )  # fmt: skip

    def __init__(self, colleagues: Mapping[int, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(pk), name) for pk, name in colleagues.items()]


class CertificateForm(OwnPasswordForm):
    """A passphrase that only its owner knows."""

    field_order = ["current", "passphrase", "again"]

    passphrase = forms.CharField(
        label="Frasa sandi baru", max_length=200, strip=False,
        widget=forms.PasswordInput(attrs={**_SECRET, "autocomplete": "new-password"}),
        help_text="Paling sedikit 12 huruf. Tidak disimpan di mana pun: bila lupa, buat sertifikat "
        "baru.",
    )  # fmt: skip
    again = forms.CharField(
        label="Ketik sekali lagi", max_length=200, strip=False,
        widget=forms.PasswordInput(attrs={**_SECRET, "autocomplete": "new-password"}),
    )  # fmt: skip


class TrialForm(Form):
    """What the gateway asks for, to sign a sheet that is no letter."""

    passphrase = forms.CharField(
        max_length=200, strip=False, widget=forms.PasswordInput(attrs=_SECRET)
    )

    def __init__(self, label: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passphrase"].label = label


class RevokeCertificateForm(OwnPasswordForm):
    field_order = ["reason", "current"]
    reason = forms.CharField(label="Alasan mencabut", max_length=300)


class HandInForm(Form):
    file = forms.FileField(
        label="PDF bertanda tangan dari gateway", widget=forms.FileInput(attrs=PDF)
    )


class VoidForm(Form):
    """Giving a letter up that its holder has not got."""

    letter = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Mengapa surat ini dibatalkan?", max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Dibaca pemohon. Nomornya tetap tercatat. Tanpa surat lain, permohonannya "
        "berakhir ditolak.",
    )  # fmt: skip

    def __init__(self, letter_id: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            *args, auto_id=f"id_%s_{letter_id}", initial={"letter": letter_id}, **kwargs
        )


class DeclareForm(Form):
    reason = forms.CharField(
        label="Bagaimana Anda tahu bahwa surat ini belum ditandatangani?", max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
