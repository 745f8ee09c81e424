"""What a head of an RT types on the pages of the book."""

from collections.abc import Iterable, Mapping
from datetime import date

from django import forms

from kernel.text import in_capitals_and_small
from services.neighbourhood.models import BoardingHouse, Mark
from services.residents.models import Person
from ui.forms import Form, PhoneField, WrittenDateField

# Why the data of somebody is opened, as the head chooses it; its person reads it in "Data saya".
PURPOSES = {
    "lapor": "Membuat laporan tentang orang ini",
    "bantu": "Membantu orang ini, misalnya bantuan atau kesehatan",
    "kenal": "Mencocokkan warga yang tinggal di sini",
    "darurat": "Keadaan darurat",
}


class SearchForm(Form):
    q = forms.CharField(label="Cari warga", required=False, max_length=100)


class PurposeForm(Form):
    purpose = forms.ChoiceField(
        label="Untuk apa data ini dibuka?", choices=list(PURPOSES.items()),
        widget=forms.RadioSelect,
    )  # fmt: skip


class MarkForm(Form):
    kind = forms.ChoiceField(
        label="Tanda", choices=Mark.Kind.choices, widget=forms.RadioSelect
    )  # fmt: skip
    since = WrittenDateField(label="Sejak kapan?")
    note = forms.CharField(
        label="Alasan", max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Misalnya: periksa di posyandu, usia kandungan 5 bulan.",
    )  # fmt: skip


class LeftForm(Form):
    on = WrittenDateField(label="Tanggal pulang")


class AcceptForm(Form):
    accepted = forms.BooleanField(label="Tetap laporkan", required=False)


class HouseForm(Form):
    kind = forms.ChoiceField(
        label="Jenis", choices=BoardingHouse.Kind.choices, widget=forms.RadioSelect
    )
    name = forms.CharField(label="Nama", max_length=100, help_text="Misalnya: Kos Bu Rahma.")
    address = forms.CharField(label="Alamat", max_length=200)
    rooms = forms.IntegerField(label="Banyaknya kamar atau pintu", min_value=1, max_value=500)
    owner_name = forms.CharField(label="Nama pemilik", max_length=150)
    owner_phone = PhoneField(label="Nomor telepon pemilik", required=False)


def default_day(today: date) -> str:
    """A day as it is typed."""
    return f"{today:%d-%m-%Y}"


class PersonForm(Form):
    """Somebody of the own book."""

    person = forms.ChoiceField(error_messages={"required": "Pilih orangnya."})

    def __init__(
        self, people: Iterable[Person], label: str, data: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(data)
        told = [
            (str(one.pk), f"{in_capitals_and_small(one.name)}, {one.household.address}")
            for one in people
        ]
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        field.label, field.choices = label, [("", "Pilih…"), *told]
