"""Forms of the archive: searching it, holding, destroying, and lines of old registers."""

from collections.abc import Sequence
from typing import Any

from django import forms

from services.desk.record_frame import PartForm
from services.desk.result_forms import FILES
from services.records.access import Reach
from services.records.models import ArchiveItem, PaperRecord
from services.records.papers import Told
from ui.forms import Form, WrittenDateField

TABLES = {"accept": ".csv,.xlsx,.xls,.ods"}


class ArchiveForm(PartForm):
    """Which part of the archive is shown, and what is looked for in it."""

    kind = forms.ChoiceField(label="Jenis", required=False)

    def __init__(self, data: Any, *, reach: Reach, topics: Sequence[tuple[str, str]]) -> None:
        super().__init__(data, reach=reach, every_office=True, topics=topics)
        fields: dict[str, Any] = self.fields
        del fields["month"]
        fields["year"].choices = [("0", "Semua tahun"), *fields["year"].choices]
        fields["kind"].choices = [("", "Semua jenis"), *ArchiveItem.Kind.choices]


class FindForm(Form):
    """By form only: a name stands in no address."""

    q = forms.CharField(
        label="Nomor atau kata", max_length=100, required=False,
        help_text="Nomor surat, nomor permohonan, atau kata dalam judulnya.",
    )  # fmt: skip
    name = forms.CharField(
        label="Nama orang", max_length=100, required=False,
        help_text="Dicari di arsip kantor Anda dan di data penduduk wilayah Anda.",
    )  # fmt: skip


class ReasonForm(Form):
    """Why something is held, released, kept for good, or not destroyed."""

    reason = forms.CharField(label="Alasannya", max_length=300)

    def __init__(self, act: str, label: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"id_%s_{act}", **kwargs)
        self.fields["reason"].label = label
        self.act = act


class BasisForm(Form):
    """By which approval something is destroyed."""

    basis = forms.CharField(
        label="Nomor persetujuan pemusnahan", max_length=200,
        help_text="Dari lembaga kearsipan daerah atau kepala daerah, menurut jadwal retensi.",
    )  # fmt: skip
    sure = forms.BooleanField(
        label="Saya mengerti: berkasnya dihapus dan tidak dapat dikembalikan."
    )


class PaperForm(Form):
    """A line of an old register."""

    unit = forms.ChoiceField(label="Kantor")
    kind = forms.ChoiceField(
        label="Jenis", choices=PaperRecord.Kind.choices, widget=forms.RadioSelect
    )
    book = forms.CharField(
        label="Buku register", max_length=120, help_text="Misalnya: Register IMB 1995–2004."
    )
    number = forms.CharField(label="Nomor", max_length=100)
    year = forms.IntegerField(
        label="Tahun", widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4})
    )
    day = WrittenDateField(label="Tanggal", required=False)
    name = forms.CharField(label="Nama pemegang", max_length=150)
    address = forms.CharField(label="Alamat atau lokasi", max_length=200, required=False)
    about = forms.CharField(label="Perihal", max_length=250)
    code = forms.CharField(label="Kode klasifikasi", max_length=40, required=False)
    note = forms.CharField(label="Keterangan", max_length=300, required=False)
    file = forms.FileField(
        label="Pindaian", required=False, widget=forms.FileInput(attrs=FILES),
        help_text="PDF atau foto. Pindaian lain dapat ditambahkan sesudahnya.",
    )  # fmt: skip

    def __init__(self, *args: Any, reach: Reach, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["year"].error_messages["invalid"] = "Tulis tahunnya dengan angka, misalnya 1998."
        if not is_new:
            del fields["unit"], fields["file"]
            return
        fields["unit"].choices = [(str(unit.pk), unit.name) for unit in reach.own]
        if len(reach.own) == 1:
            fields["unit"].widget = forms.HiddenInput()
            fields["unit"].initial = str(reach.own[0].pk)

    def told(self) -> Told:
        said = self.cleaned_data
        return Told(
            said["kind"], said["book"], said["number"], said["year"], said["day"] or None,
            said["name"], said["about"], said["address"], said["code"], said["note"],
        )  # fmt: skip


class UploadForm(Form):
    """A spreadsheet of an old register."""

    unit = forms.ChoiceField(label="Kantor")
    kind = forms.ChoiceField(
        label="Jenis", choices=PaperRecord.Kind.choices, widget=forms.RadioSelect,
        help_text="Untuk baris yang kolom jenisnya kosong.",
    )  # fmt: skip
    book = forms.CharField(
        label="Buku register", max_length=120, help_text="Misalnya: Register IMB 1995–2004."
    )
    file = forms.FileField(
        label="Berkas", widget=forms.FileInput(attrs=TABLES),
        help_text="CSV atau XLSX, paling banyak 20.000 baris.",
    )  # fmt: skip

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["unit"].choices = [(str(unit.pk), unit.name) for unit in reach.own]
        if len(reach.own) == 1:
            fields["unit"].widget = forms.HiddenInput()
            fields["unit"].initial = str(reach.own[0].pk)
