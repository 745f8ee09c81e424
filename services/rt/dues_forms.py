"""What is typed on the pages of dues and of the cash book."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from kernel.tanggal import MONTHS
from services.cases.documents import MAX_BYTES
from services.dues.categories import DUES, EXPENSE, INCOME
from services.dues.models import DuesKind
from services.dues.months import month_of, plus
from ui.forms import DayField, Form, RupiahField, WrittenDateField


def written(day: date) -> str:
    """A day as it is typed."""
    return f"{day:%d-%m-%Y}"


def _month_choices(months: Iterable[date]) -> list[tuple[str, str]]:
    return [(f"{m:%Y-%m-%d}", f"{MONTHS[m.month - 1]} {m.year}") for m in months]


class KindForm(Form):
    name = forms.CharField(
        label="Nama iuran", max_length=60, help_text="Misalnya: Iuran sampah dan keamanan."
    )
    amount = RupiahField(label="Besarnya", help_text="Misalnya 25.000.")
    per = forms.ChoiceField(
        label="Dihitung untuk", choices=DuesKind.Per.choices, widget=forms.RadioSelect,
        initial=DuesKind.Per.HOUSEHOLD,
    )  # fmt: skip
    every = forms.ChoiceField(
        label="Dibayar", choices=DuesKind.Every.choices, widget=forms.RadioSelect,
        initial=DuesKind.Every.MONTH,
    )  # fmt: skip
    since = forms.TypedChoiceField(label="Mulai bulan", coerce=date.fromisoformat)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this = month_of(today)
        field = self.fields["since"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = _month_choices(plus(this, n) for n in range(-24, 13))
        field.initial = f"{this:%Y-%m-%d}"


class PayForm(Form):
    """What a household paid for one kind: the button of so many months, or another amount."""

    kind = forms.IntegerField(widget=forms.HiddenInput)
    amount = RupiahField(label="Jumlah yang dibayar")
    paid_on = WrittenDateField(
        label="Tanggal bayar", required=False,
        widget=forms.TextInput(attrs={"data-today": True}),
    )  # fmt: skip


class ReasonForm(Form):
    reason = forms.CharField(
        label="Alasan", max_length=120, widget=forms.Textarea(attrs={"rows": 2})
    )  # fmt: skip


class BeginForm(Form):
    amount = RupiahField(label="Uang kas yang ada", help_text="Bila kosong, tulis 0.")
    on = WrittenDateField(label="Per tanggal")


class CloseForm(Form):
    """The month that was shown: another one is not closed in its place."""

    month = DayField(input_formats=["%Y-%m-%d"], widget=forms.HiddenInput)


class EntryForm(Form):
    amount = RupiahField(label="Jumlah", help_text="Misalnya 150.000.")
    category = forms.ChoiceField(label="Untuk apa", widget=forms.RadioSelect)
    words = forms.CharField(label="Keterangan", max_length=120)
    on = WrittenDateField(label="Tanggal")
    bill = forms.FileField(
        label="Foto nota", required=False,
        widget=forms.FileInput(
            attrs={"accept": "image/*,application/pdf", "data-limit": MAX_BYTES}
        ),
    )  # fmt: skip
    anyway = forms.BooleanField(
        label="Tetap catat", required=False, help_text="Kas di buku lalu menjadi kurang dari nol."
    )

    def __init__(self, *args: Any, spends: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)
        names = EXPENSE if spends else INCOME
        field.choices = [(name, words) for name, words in names.items() if name != DUES]
        field.label = "Untuk apa" if spends else "Dari mana"
