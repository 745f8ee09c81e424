"""What a treasurer, and who agrees to a refund, types on the page of an order."""

from collections.abc import Mapping
from typing import Any

from django import forms

from services.payments.models import Payment
from ui.forms import Form, RupiahField, WrittenDateField


def _reason(label: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=300, strip=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class ActForm(Form):
    """A form of the page of an order; ``pk`` names the row it is about."""

    pk = forms.IntegerField(widget=forms.HiddenInput)
    act = ""

    def __init__(self, *args: Any, pk: int, **kwargs: Any) -> None:
        initial = {**kwargs.pop("initial", {}), "pk": pk}
        super().__init__(*args, auto_id=f"id_%s_{self.act}_{pk}", initial=initial, **kwargs)


class CashForm(ActForm):
    act = "cash"
    amount = RupiahField(label="Uang yang diterima", help_text="Misalnya 25.000.")


class VoidForm(ActForm):
    act = "void"
    reason = _reason(
        "Mengapa tagihan ini dibatalkan?",
        "Dibaca pemohon. Permohonan yang menunggu pembayarannya kembali kepadanya untuk "
        "diperbaiki. Kalau retribusinya boleh dibayar kemudian, tagihannya diganti menurut isian "
        "yang sekarang.",
    )


class AcceptForm(ActForm):
    act = "accept"
    amount = RupiahField(label="Jumlah yang masuk", help_text="Seperti tertulis di rekening koran.")


class RefuseProofForm(ActForm):
    act = "refuse"
    reason = _reason("Mengapa bukti ini tidak diterima?", "Dibaca pemohon.")


class AskForm(ActForm):
    act = "ask"
    amount = RupiahField(label="Jumlah yang dikembalikan")
    reason = _reason("Mengapa dikembalikan?")


class ApproveForm(ActForm):
    act = "approve"


class DenyForm(ActForm):
    act = "deny"
    reason = _reason("Mengapa tidak disetujui?", "Dibaca pemohon.")


class PayOutForm(ActForm):
    act = "payout"
    method = forms.ChoiceField(
        label="Dikembalikan dengan", widget=forms.RadioSelect,
        choices=[(m.value, m.label) for m in (Payment.Method.CASH, Payment.Method.TRANSFER)],
    )  # fmt: skip
    reference = forms.CharField(
        label="Nomor bukti", max_length=80, required=False,
        help_text="Nomor bukti transfer, atau nomor kuitansi pengembalian tunai.",
    )  # fmt: skip


class SendBackForm(ActForm):
    act = "send"


class SettleForm(ActForm):
    act = "settle"
    outcome = forms.ChoiceField(
        label="Menurut dasbor penyedia, uangnya", widget=forms.RadioSelect,
        choices=[("yes", "Sudah dikembalikan"), ("no", "Tidak dikembalikan")],
    )  # fmt: skip
    reason = _reason("Apa yang Anda lihat di sana?", "Misalnya nomor dan waktu pengembaliannya.")


class KeepForm(ActForm):
    act = "keep"
    reason = _reason("Mengapa uangnya tidak dikembalikan?", "Sebut pasal Perdanya.")


FORMS: Mapping[str, type[ActForm]] = {
    form.act: form
    for form in (
        CashForm, VoidForm, AcceptForm, RefuseProofForm, AskForm, ApproveForm, DenyForm,
        PayOutForm, SendBackForm, SettleForm, KeepForm,
    )
}  # fmt: skip


class DayForm(Form):
    """Which office and day the book shows."""

    unit = forms.TypedChoiceField(label="Kantor", coerce=int)
    day = WrittenDateField(label="Tanggal", required=False)

    def __init__(self, *args: Any, units: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = units


class PeriodForm(Form):
    """Which days go into the file for the regional finance system."""

    first = WrittenDateField(label="Dari tanggal")
    last = WrittenDateField(label="Sampai tanggal")
