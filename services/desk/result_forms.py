"""Forms of results: entering one at its step, handing it over, delivering it, taking it back."""

import base64
import binascii
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from kernel.errors import RuleBroken
from services.cases import documents
from services.catalogue.results import ResultSpec
from services.results.files import judged
from services.results.handing import Taker
from services.results.models import HandOver
from ui.forms import Form, WrittenDateField, explain

FILES = {"accept": "image/jpeg,image/png,application/pdf"}
PHOTO = {"accept": "image/*", "capture": "environment"}
DRAWN = "data:image/png;base64,"
LONGEST_DRAWING = 400_000  # characters


def read(form: Form, field: str) -> documents.Accepted | None:
    """The file of a field, judged; a complaint at the field where it is not fit to keep."""
    sent = form.cleaned_data.get(field)
    if not isinstance(sent, UploadedFile):
        return None
    try:
        return judged(bytes(sent.read(documents.MAX_BYTES + 1)), field)
    except RuleBroken as broken:
        explain(form, broken)
        return None


class ResultForm(Form):
    """What a case ends with, as the desk that makes it notes it."""

    key = forms.CharField(widget=forms.HiddenInput)
    step = forms.CharField(widget=forms.HiddenInput)
    number = forms.CharField(label="Nomor", max_length=60, required=False)
    valid_until = WrittenDateField(label="Berlaku sampai", required=False)
    file = forms.FileField(label="Berkas", required=False, widget=forms.FileInput(attrs=FILES))

    def __init__(
        self, spec: ResultSpec, *args: Any, step_id: int = 0, has_file: bool = False, **kwargs: Any
    ) -> None:
        initial = {"key": spec.key, "step": step_id, **kwargs.pop("initial", {})}
        super().__init__(*args, auto_id=f"id_%s_{spec.key}", initial=initial, **kwargs)
        self.spec = spec
        self.fields["number"].label = f"Nomor {spec.label}"
        self.fields["number"].required = spec.needs_number
        self.fields["file"].label = f"Berkas {spec.label}"
        self.fields["file"].required = spec.needs_file and not has_file
        if has_file:
            self.fields["file"].help_text = "Berkas sudah ada. Pilih lagi hanya untuk menggantinya."
        if spec.kind != "permit":
            del self.fields["valid_until"]


class TakerForm(Form):
    """Who takes it, and how that is proven."""

    to = forms.ChoiceField(
        label="Siapa yang menerima?", choices=HandOver.To.choices, widget=forms.RadioSelect,
        initial=HandOver.To.APPLICANT,
    )  # fmt: skip
    name = forms.CharField(
        label="Nama penerima",
        max_length=150,
        required=False,
        help_text="Hanya bila bukan pemohon sendiri.",
    )
    relation = forms.CharField(
        label="Hubungan dengan pemohon",
        max_length=60,
        required=False,
        help_text="Misalnya: anak kandung.",
    )
    authority = forms.FileField(
        label="Foto surat kuasa", required=False, widget=forms.FileInput(attrs=PHOTO)
    )
    proof = forms.ChoiceField(
        label="Buktinya", choices=HandOver.Proof.choices, widget=forms.RadioSelect
    )
    code = forms.CharField(
        label="Kode pengambilan", max_length=20, required=False,
        help_text="Pemohon membacanya di halaman permohonannya.",
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )  # fmt: skip
    signature = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, with_code: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_code:
            del self.fields["code"]
            proof = self.fields["proof"]
            assert isinstance(proof, forms.ChoiceField)
            proof.choices = [one for one in HandOver.Proof.choices if one[0] != "code"]

    def clean_signature(self) -> bytes:
        """The picture drawn on the screen; empty where nothing was drawn."""
        typed = self.cleaned_data["signature"]
        if not typed:
            return b""
        if not typed.startswith(DRAWN) or len(typed) > LONGEST_DRAWING:
            raise forms.ValidationError("Tanda tangannya tidak terbaca. Minta menandatangani lagi.")
        try:
            return base64.b64decode(typed.removeprefix(DRAWN), validate=True)
        except binascii.Error:
            raise forms.ValidationError(
                "Tanda tangannya tidak terbaca. Minta menandatangani lagi."
            ) from None

    def taker(self) -> Taker | None:
        """Who takes it, with files judged; None where one of them is not fit to keep."""
        said = self.cleaned_data
        drawn = None
        if said["proof"] == HandOver.Proof.SIGNATURE and said["signature"]:
            try:
                drawn = judged(said["signature"], "signature")
            except RuleBroken as broken:
                explain(self, broken)
        authority = read(self, "authority") if said["to"] == HandOver.To.OTHER else None
        if self.errors:
            return None
        return Taker(
            to=said["to"], proof=said["proof"], name=said["name"], relation=said["relation"],
            code=said.get("code", ""), signature=drawn, authority=authority,
        )  # fmt: skip


class DeliveryForm(Form):
    """Somebody brings it."""

    carrier = forms.CharField(
        label="Siapa yang mengantar?", max_length=100, help_text="Nama petugas, atau kurir."
    )
    address = forms.CharField(
        label="Alamat pengantaran", widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300})
    )


class ReasonForm(Form):
    """Why it did not arrive, or came back."""

    reason = forms.CharField(label="Mengapa?", max_length=200)

    def __init__(self, act: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"id_%s_{act}", **kwargs)
