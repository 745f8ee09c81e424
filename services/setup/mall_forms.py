"""Forms about tiles of the mall."""

from typing import Any

from django import forms

from services.catalogue.categories import CATEGORIES
from services.mall.spec import Kind, https_address
from services.queueing.models import QueueLine
from services.setup.service_forms import LinesField
from tenants.office.models import Unit
from ui.forms import Form

OFFICES = (Unit.Kind.DINAS, Unit.Kind.KECAMATAN, Unit.Kind.KELURAHAN, Unit.Kind.DESA)


def _lines(label: str, help_text: str) -> LinesField:
    return LinesField(
        label=label, help_text=help_text, required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip


class TileForm(Form):
    """What a tile says."""

    title = forms.CharField(label="Nama layanan", max_length=250)
    summary = forms.CharField(label="Ringkasan", max_length=250)
    category = forms.ChoiceField(
        label="Kelompok", choices=[(slug, name) for slug, name, *_ in CATEGORIES]
    )
    purpose = forms.CharField(
        label="Untuk apa", max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )
    responsible = forms.CharField(label="Siapa yang bertanggung jawab", max_length=250)
    unit = forms.ModelChoiceField(
        queryset=Unit.objects.none(), label="Kantor kota yang bertanggung jawab", required=False,
        empty_label="Bukan kantor kota ini", help_text="Layanan dikelompokkan menurut kantor ini.",
    )  # fmt: skip
    prepare = _lines("Yang disiapkan", "Satu per baris.")
    steps = _lines("Langkahnya", "Satu per baris, dengan kata sehari-hari.")
    synonyms = _lines("Kata yang dipakai warga", "Satu per baris; dipakai saat mencari.")

    def __init__(self, kind: Kind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        units: Any = self.fields["unit"]
        units.queryset = Unit.objects.filter(kind__in=OFFICES, is_active=True).order_by("name")
        units.label_from_instance = lambda unit: unit.name
        if kind == "link":
            self.fields["number"] = forms.CharField(
                label="Seperti apa nomor yang diterima warga", max_length=250, required=False
            )
            self.fields["address"] = forms.CharField(
                label="Alamat situs", max_length=300, required=False,
                help_text="Dimulai dengan https://. Selama kosong, layanan ini tidak tampil.",
                widget=forms.URLInput(attrs={"autocomplete": "off"}),
            )  # fmt: skip
        else:
            self.fields["line"] = forms.ModelChoiceField(
                queryset=QueueLine.objects.filter(closed_at=None, unit__is_active=True)
                .select_related("unit").order_by("unit__name", "prefix", "pk"),
                label="Antrean tempat janji dibuat", required=False, empty_label="Belum dipilih",
                help_text="Antrean dan jam janjinya diatur petugas kantor itu di Antrean.",
            )  # fmt: skip
            lines: Any = self.fields["line"]
            lines.label_from_instance = lambda line: f"{line.unit.name}: {line.name}"

    def clean_address(self) -> str:
        try:
            return https_address(self.cleaned_data["address"])
        except ValueError as wrong:
            raise forms.ValidationError(str(wrong)) from wrong

    def typed(self) -> dict[str, Any]:
        """The fields of a tile, of a form that is valid."""
        words = self.cleaned_data
        return {name: words[name] for name in words if name not in ("unit", "line")}

    def shown(self) -> list[Any]:
        """Its fields in the order in which they are read."""
        last = ["number", "address"] if self.kind == "link" else ["line"]
        first = ("title", "summary", "category", "purpose", "responsible", "unit", "prepare")
        return [self[name] for name in (*first, "steps", *last, "synonyms")]


class NewTileForm(Form):
    """The kind of a tile of the city's own."""

    kind = forms.ChoiceField(
        label="Jenisnya", widget=forms.RadioSelect,
        choices=[
            ("link", "Tautan berpandu: diurus di situs lain"),
            ("appointment", "Janji: warga memilih jam di antrean sebuah kantor"),
        ],
    )  # fmt: skip
