"""What a head of an RT types on the pages of the neighbourhood's life."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from kernel.tanggal import DAYS
from services.cases import documents
from services.neighbourhood.models import Activity
from services.web.announcing import UnitForm
from ui.forms import Form, WrittenDateField


class ContactForm(UnitForm):
    name = forms.CharField(
        label="Nama", max_length=80, help_text="Misalnya: Puskesmas, Babinsa, PLN, Ketua RW."
    )
    phone = forms.RegexField(
        r"^\+?[0-9][0-9 ()-]{1,18}$", label="Nomor telepon", max_length=20,
        error_messages={"invalid": "Tulis angka saja, misalnya 0812 3456 7890 atau 123."},
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    note = forms.CharField(
        label="Keterangan", max_length=120, required=False,
        help_text="Misalnya: buka 24 jam.",
    )  # fmt: skip
    is_own = forms.BooleanField(
        label="Ini nomor saya sendiri", required=False,
        help_text="Tidak ditampilkan lagi setelah masa jabatan Anda berakhir.",
    )  # fmt: skip


class ActivityForm(UnitForm):
    title = forms.CharField(label="Kegiatan", max_length=100, help_text="Misalnya: kerja bakti.")
    on = WrittenDateField(label="Tanggal")
    begins_at = forms.TimeField(
        label="Jam mulai", input_formats=["%H:%M", "%H.%M", "%H"],
        error_messages={"invalid": "Tulis jamnya, misalnya 08.00."},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text="Misalnya 08.00 atau 19.30.",
    )  # fmt: skip
    place = forms.CharField(label="Tempat", max_length=150)
    bring = forms.CharField(
        label="Yang perlu dibawa", max_length=200, required=False,
        help_text="Misalnya: cangkul dan sapu.",
    )  # fmt: skip
    repeats = forms.ChoiceField(
        label="Berulang?", choices=Activity.Repeats.choices, required=False,
        widget=forms.RadioSelect,
    )  # fmt: skip
    until = WrittenDateField(
        label="Berulang sampai", required=False,
        help_text="Untuk kegiatan berulang, paling lama setahun. Boleh kosong.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept: dict[str, Any] = {}  # what stays as it is

    @classmethod
    def about(cls, found: Activity, sent: QueryDict | None, *, today: date) -> "ActivityForm":
        """The form about an activity that is there; of one that took place already the day
        stays."""
        initial = {
            "title": found.title, "on": f"{found.on:%d-%m-%Y}", "place": found.place,
            "begins_at": f"{found.begins_at:%H.%M}", "bring": found.bring,
            "repeats": found.repeats, "until": f"{found.until:%d-%m-%Y}" if found.repeats else "",
        }  # fmt: skip
        form = cls(sent, units=[found.unit], initial=initial)
        if found.on < today:
            form.kept = {"on": found.on, "repeats": found.repeats}
            del form.fields["on"], form.fields["repeats"]
        return form


class OutcomeForm(Form):
    attended = forms.IntegerField(label="Berapa orang hadir?", min_value=0, max_value=10_000)
    text = forms.CharField(
        label="Hasil singkat", max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    photo = forms.FileField(
        label="Foto", required=False, max_length=255,
        widget=forms.FileInput(
            attrs={
                "accept": ".jpg,.jpeg,.png,.heic,image/*", "data-limit": documents.MAX_BYTES,
                "data-shrinks": "1",
            }
        ),
    )  # fmt: skip


class GroupForm(UnitForm):
    name = forms.CharField(label="Nama regu", max_length=60, help_text="Misalnya: Regu 1.")
    weekday = forms.ChoiceField(
        label="Malam apa?", required=False,
        choices=[("", "Tanggal tertentu"), *((str(n), day) for n, day in enumerate(DAYS))],
    )  # fmt: skip


class NightForm(Form):
    on = WrittenDateField(label="Tanggal ronda")
