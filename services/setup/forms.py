from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator

from kernel.nik import mask
from kernel.tanggal import long_date
from services.catalogue.queries import places_here
from services.residents import officials
from services.residents.models import Person
from services.residents.place_codes import dusun_slug
from services.setup.identity import MAX_LOGO_FILE, clean_logo
from tenants.office import signing
from tenants.office.languages import OTHERS
from tenants.office.models import Unit
from ui.forms import (
    EmailField,
    Form,
    NikField,
    RuleField,
    TanggalField,
    WrittenDateField,
    by_rule,
)
from ui.rules import check_accent

Choices = Sequence[tuple[str, str]]
MAX_TABLE = 12 * 1024 * 1024  # bytes
_digits = RegexValidator(r"^\d+$", "Tulis dengan angka saja.")


class FaceForm(Form):
    government = forms.CharField(label="Nama pemerintah daerah", max_length=120)
    accent = RuleField(
        check_accent,
        label="Warna utama",
        max_length=7,
        help_text="Warna tombol dan tautan. Kami periksa apakah tulisannya terbaca.",
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    logo = forms.FileField(
        label="Logo daerah",
        required=False,
        help_text="PNG, sebaiknya dengan latar tembus pandang.",
        widget=forms.FileInput(attrs={"accept": "image/png", "data-limit": MAX_LOGO_FILE}),
    )
    contact = forms.CharField(
        label="Kontak pengaduan",
        max_length=120,
        required=False,
        help_text="Tampil di setiap halaman warga. Misalnya nomor WhatsApp atau SP4N-LAPOR!.",
    )
    languages = forms.MultipleChoiceField(
        label="Bahasa lain untuk layanan",
        choices=OTHERS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Bahasa Indonesia selalu ada. Warga memilih bahasanya di halaman layanan; yang "
        "belum diterjemahkan ditandai dan tampil dalam bahasa Indonesia. Surat selalu berbahasa "
        "Indonesia.",
    )
    website = forms.URLField(
        label="Situs resmi",
        required=False,
        assume_scheme="https",
        error_messages={
            "invalid": "Tulis alamat yang lengkap, misalnya https://bontangkota.go.id."
        },
    )

    def clean_logo(self) -> bytes | None:
        file = self.cleaned_data["logo"]
        if not file:
            return None
        # Of a large file one byte more than is taken is enough to refuse it.
        return by_rule(lambda: clean_logo(bytes(file.read(MAX_LOGO_FILE + 1))))


class UnitForm(Form):
    abbreviation = forms.CharField(
        label="Singkatan untuk nomor surat",
        max_length=12,
        required=False,
        help_text="Misalnya Kel-BLB. Bila kosong, kami singkat sendiri.",
    )
    address = forms.CharField(label="Alamat kantor", max_length=200, required=False)
    post_code = forms.CharField(
        label="Kode pos", max_length=5, min_length=5, required=False, validators=[_digits]
    )
    phone = forms.CharField(label="Telepon kantor", max_length=30, required=False)
    email = EmailField(
        label="E-mail kantor",
        required=False,
        error_messages={"invalid": "Tulis alamat e-mail yang lengkap."},
    )


class WordsForm(Form):
    """What a unit and its head are called."""

    word = forms.CharField(
        label="Sebutan",
        max_length=30,
        help_text="Kata di depan namanya, misalnya Desa, Nagari, atau Gampong.",
    )
    head = forms.CharField(
        label="Sebutan kepalanya",
        max_length=60,
        help_text="Tercetak di bawah tanda tangan, misalnya Kepala Desa atau Wali Nagari.",
    )


class KindWordsForm(WordsForm):
    """The same for every unit of a kind."""

    kind = forms.ChoiceField(label="Berlaku untuk semua")
    field_order = ("kind", "word", "head")

    def __init__(self, *args: Any, kinds: Iterable[Unit.Kind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(kind.value, kind.label) for kind in kinds]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]


class AppointForm(Form):
    name = forms.CharField(label="Nama lengkap dan gelar", max_length=150)
    email = EmailField(
        label="E-mail",
        help_text="Bila belum punya akun, kami kirim tautan untuk memilih kata sandi.",
        error_messages={"invalid": "Tulis alamat e-mail yang lengkap."},
    )
    nik = NikField(
        required=False,
        help_text="Supaya ia tidak bisa memutuskan permohonannya sendiri. Kosongkan bila tidak "
        "tahu; kami cari menurut namanya.",
    )
    who = forms.ChoiceField(label="Apakah ia salah seorang ini?", required=False)
    since = TanggalField(label="Mulai menjabat")
    nip = forms.CharField(
        label="NIP",
        max_length=18,
        min_length=18,
        required=False,
        help_text="18 angka; tercetak di bawah tanda tangan.",
        validators=[_digits],
        error_messages={"min_length": "NIP terdiri dari 18 angka."},
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    rank = forms.CharField(label="Pangkat dan golongan", max_length=60, required=False)
    until = WrittenDateField(
        label="Akhir masa jabatan",
        required=False,
        help_text="Hari terakhirnya, misalnya 31-12-2029. Kosongkan bila tidak ditentukan.",
    )
    decree = forms.CharField(label="Nomor SK", max_length=80, required=False)
    decree_on = WrittenDateField(label="Tanggal SK", required=False)
    acting = forms.ChoiceField(
        label="Menjabat sebagai",
        choices=[("", "Pejabat definitif"), *signing.WORDS.items()],
        required=False,
        help_text="Plh. menggantikan pejabat yang berhalangan; Plt., Pj., dan Pjs. mengisi jabatan "
        "yang kosong. Tercetak di tanda tangan.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = self._candidates() if self.is_bound else []
        if self.candidates:
            choices = [(str(person.pk), told_apart(person)) for person in self.candidates]
            field = self.fields["who"]
            field.widget = forms.RadioSelect()
            field.choices = [*choices, (NOBODY, "Bukan, ia orang lain")]  # type: ignore[attr-defined]
        else:
            del self.fields["who"]

    def _candidates(self) -> list[Person]:
        """Residents of this name, when no NIK was typed."""
        if str(self.data.get("nik", "")).strip() or not str(self.data.get("name", "")).strip():
            return []
        return list(officials.candidates(str(self.data["name"]))[:MOST_ASKED])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        who = data.pop("who", "")
        if self.candidates and not who:
            self.add_error(
                "who",
                "Ada penduduk dengan nama itu. Pilih orangnya, atau “Bukan, ia orang lain”.",
            )
        chosen = next((one for one in self.candidates if str(one.pk) == who), None)
        if chosen is not None:
            data["nik"] = chosen.nik
        return data


NOBODY = "lain"
MOST_ASKED = 8  # residents of one name to choose from


def told_apart(person: Person) -> str:
    """A resident among others of the same name."""
    born = f"lahir {long_date(person.birth_date)}"
    return f"{person.name}, {born}, NIK {mask(person.nik)}, {person.household.address}"


class OfficialNikForm(Form):
    """The NIK of an official who already holds a post."""

    nik = NikField(
        help_text="16 angka di KTP-nya. Hanya dipakai supaya ia tidak memutuskan permohonan "
        "sendiri.",
    )


class EndForm(Form):
    until = TanggalField(label="Hari terakhir menjabat")


class NeighbourhoodForm(Form):
    village = forms.ModelChoiceField(queryset=Unit.objects.none(), empty_label="")
    dusun = forms.CharField(
        label="Dusun, lingkungan, atau sebutan lain",
        max_length=40,
        required=False,
        help_text="Misalnya Krajan. Kosongkan bila di sana tidak ada dusun.",
    )
    rw = forms.IntegerField(
        label="Nomor RW",
        min_value=1,
        max_value=999,
        required=False,
        help_text="Kosongkan bila di sana tidak ada RW.",
    )
    rt = forms.IntegerField(
        label="Nomor RT",
        min_value=1,
        max_value=999,
        required=False,
        help_text="Kosongkan bila dusunnya tidak punya RT: kepalanya yang membenarkan warga.",
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        villages = Unit.objects.filter(kind__in=[Unit.Kind.KELURAHAN, Unit.Kind.DESA])
        self.fields["village"].label = places_here().village.word
        self.fields["village"].queryset = villages.order_by("name")  # type: ignore[attr-defined]
        for key in ("rw", "rt"):
            self.fields[key].widget = forms.TextInput(attrs={"inputmode": "numeric"})
            self.fields[key].error_messages["invalid"] = "Tulis dengan angka, misalnya 5."

    def clean_rw(self) -> str:
        """Three digits; "" without RW."""
        number = self.cleaned_data["rw"]
        return f"{number:03d}" if number else ""

    def clean_rt(self) -> str:
        """Three digits; "" for a dusun without RT."""
        number = self.cleaned_data["rt"]
        return f"{number:03d}" if number else ""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("rt") == "" and (data.get("rw") or not data.get("dusun")):
            self.add_error("rt", "Tulis nomor RT-nya, atau dusunnya saja bila di sana tanpa RT.")
        return data

    def clean_dusun(self) -> str:
        name: str = self.cleaned_data["dusun"]
        return by_rule(lambda: dusun_slug(name)) if name else ""


class TableForm(Form):
    """A spreadsheet of officials."""

    file = forms.FileField(
        label="Berkas pejabat",
        help_text="XLSX, XLS, ODS, atau CSV; paling banyak 2.000 baris dan 12 MB.",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv", "data-limit": MAX_TABLE}),
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_TABLE:
            raise forms.ValidationError("Berkas ini lebih dari 12 MB. Bagi menjadi beberapa.")
        return file


class ClosureForm(Form):
    name = forms.CharField(
        label="Hari apa?", max_length=120, help_text="Misalnya: Cuti bersama Idulfitri."
    )
    since = TanggalField(label="Hari pertama")
    until = TanggalField(label="Hari terakhir", required=False)
    until.help_text = "Kosongkan bila hanya satu hari."
    is_open = forms.BooleanField(
        label="Kantor justru buka", required=False,
        help_text="Untuk libur nasional atau cuti bersama yang dipindah, atau tidak berlaku di "
        "sini.",
    )  # fmt: skip


class ServicesFilter(Form):
    """Which services the list shows."""

    q = forms.CharField(
        label="Cari layanan", required=False, max_length=100, widget=forms.SearchInput
    )
    group = forms.ChoiceField(label="Kelompok", required=False)
    filter = forms.ChoiceField(label="Tampilkan", required=False)

    def __init__(self, data: Any, *, groups: Choices, states: Choices) -> None:
        super().__init__(data)
        _offer(self.fields["group"], [("", "Semua"), *groups])
        _offer(self.fields["filter"], states)
        self.full_clean()


class VillagesFilter(Form):
    """What is switched on and off, and in which villages."""

    service = forms.ChoiceField(label="Yang diatur", required=False)
    q = forms.CharField(required=False, max_length=100, widget=forms.SearchInput)

    def __init__(self, data: Any, *, services: Choices) -> None:
        super().__init__(data)
        _offer(self.fields["service"], [("", "e-RT (langkah RT, RW, dan dusun)"), *services])
        self.fields["q"].label = f"Cari {places_here().village.word.lower()}"
        self.full_clean()


def _offer(field: forms.Field, choices: Choices) -> None:
    if isinstance(field, forms.ChoiceField):
        field.choices = choices
