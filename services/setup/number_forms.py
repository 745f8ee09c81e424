"""Forms about what numbers of letters look like, and where paper books stopped."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from services.letters import formats
from services.letters.formats import Book
from services.letters.models import NumberFormat
from services.letters.number_rules import Told
from tenants.office.models import Unit
from ui.forms import Form, WrittenDateField

# Units whose posts sign letters.
SIGNING = (Unit.Kind.DINAS, Unit.Kind.KECAMATAN, Unit.Kind.KELURAHAN, Unit.Kind.DESA)


def signing_units() -> Any:
    """Those that are open, in the order of their codes."""
    return Unit.objects.filter(kind__in=SIGNING, is_active=True).order_by("code")


class NumberForm(Form):
    """A pattern: for which letters, from when, counted by which book."""

    unit = forms.ModelChoiceField(
        queryset=Unit.objects.none(), label="Untuk surat dari", required=False,
        empty_label="Semua unit",
    )  # fmt: skip
    topic = forms.ChoiceField(label="Untuk layanan", required=False)
    pattern = forms.CharField(
        label="Pola nomor", max_length=formats.LONGEST_PATTERN, required=False,
        help_text="Bagian dalam kurung kurawal diisi sistem; selebihnya ditulis seperti adanya. "
        "Kosongkan bila unit atau layanan itu kembali ikut pola yang lebih luas.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    book = forms.ChoiceField(
        label="Nomor urut dihitung", choices=Book.choices, widget=forms.RadioSelect,
        help_text="Setiap unit menghitung sendiri, mulai lagi dari satu setiap tahun.",
    )  # fmt: skip
    secrecy = forms.ChoiceField(
        label="Sifat surat", choices=list(formats.SECRECY.items()), required=False,
        help_text="Tertulis di nomor bila polanya memuat {sifat}.",
    )  # fmt: skip
    since = WrittenDateField(label="Berlaku mulai")

    def __init__(self, *args: Any, services: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["unit"].queryset = signing_units()
        fields["topic"].choices = [("", "Semua layanan"), *services.items()]

    def told(self) -> Told:
        """What was typed, of a form that is valid."""
        given = self.cleaned_data
        return Told(
            pattern=given["pattern"], book=given["book"], secrecy=given["secrecy"] or "B",
            since=given["since"], unit=given["unit"], topic=given["topic"],
        )  # fmt: skip


class PaperBookForm(Form):
    """The last number of a book that was kept on paper. Which book counts a letter, the city's
    patterns say."""

    unit = forms.ModelChoiceField(
        queryset=Unit.objects.none(), label="Unit", empty_label="Pilih unit"
    )
    letter = forms.ChoiceField(
        label="Surat",
        help_text="Salah satu surat yang dihitung buku itu. Bukunya menurut pola nomor yang "
        "berlaku; surat lain di buku yang sama ikut melanjutkan.",
    )  # fmt: skip
    last = forms.IntegerField(
        label="Nomor terakhir di buku kertas tahun ini",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 6}),
        error_messages={"invalid": "Tulis nomor urutnya dengan angka, misalnya 247."},
    )

    def __init__(self, *args: Any, letters: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["unit"].queryset = signing_units()
        fields["letter"].choices = [("", "Pilih surat"), *letters.items()]


class KindForm(Form):
    """The short form of a service's letters."""

    topic = forms.ChoiceField(
        label="Layanan", help_text="Semua surat sebuah layanan memakai satu singkatan."
    )
    code = forms.CharField(
        label="Singkatan", max_length=12, help_text="Huruf dan angka tanpa spasi, misalnya SKTM."
    )

    def __init__(self, *args: Any, services: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["topic"].choices = list(services.items())


def start(present: NumberFormat, today: date) -> dict[str, Any]:
    """What a new pattern begins with: the one in force, to be changed."""
    return {
        "pattern": present.pattern, "book": present.book, "secrecy": present.secrecy,
        "since": f"{today:%d-%m-%Y}",
    }  # fmt: skip
