"""Forms about letters in the agendas."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpResponse

from kernel.errors import NotThere
from services.cases import documents
from services.desk.result_forms import FILES, read
from services.records.access import NOT_YOURS, Reach
from services.records.entering import Told, posts_at
from services.records.models.scans import Scan
from services.web.files import send_stored
from tenants.office.models import Unit
from ui.forms import Form, WrittenDateField


class EntryForm(Form):
    """A letter that came, or one that was written outside Balai."""

    unit = forms.ChoiceField(label="Kantor")
    number = forms.CharField(label="Nomor surat", max_length=100)
    dated = WrittenDateField(label="Tanggal surat")
    party = forms.CharField(label="Pengirim", max_length=200)
    subject = forms.CharField(
        label="Perihal", max_length=250, widget=forms.Textarea(attrs={"rows": 2})
    )
    on = WrittenDateField(label="Diterima pada")
    classification = forms.CharField(
        label="Kode klasifikasi", max_length=40, required=False, help_text="Misalnya 400.9.14."
    )
    note = forms.CharField(label="Keterangan", max_length=300, required=False)
    file = forms.FileField(
        label="Pindaian surat", required=False, widget=forms.FileInput(attrs=FILES),
        help_text="PDF atau foto. Pindaian lain dapat ditambahkan sesudahnya.",
    )  # fmt: skip

    def __init__(
        self, *args: Any, direction: str, reach: Reach, is_new: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if direction == "out":
            fields["party"].label = "Kepada"
            fields["on"].label = "Dikirim pada"
        if is_new:
            fields["unit"].choices = [(str(unit.pk), unit.name) for unit in reach.own]
            if len(reach.own) == 1:
                fields["unit"].widget = forms.HiddenInput()
                fields["unit"].initial = str(reach.own[0].pk)
        else:
            del fields["unit"], fields["file"]

    def told(self) -> Told:
        said = self.cleaned_data
        return Told(
            said["number"], said["dated"], said["party"], said["subject"], said["on"],
            said["classification"], said["note"],
        )  # fmt: skip


class ScanForm(Form):
    """Another scan of a letter, or of a line of an old register."""

    file = forms.FileField(label="Pindaian", widget=forms.FileInput(attrs=FILES))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_%s_scan", **kwargs)

    def sent(self) -> tuple[documents.Accepted, str] | None:
        """The scan, judged, and the name of its file; None where it is not fit to keep."""
        file = read(self, "file") if self.is_valid() else None
        return None if file is None else (file, self.cleaned_data["file"].name or "")


def send_scan(scans: Iterable[Scan], pk: int) -> HttpResponse:
    """One of these scans. Raises NotThere."""
    kept = next((one for one in scans if one.pk == pk), None)
    if kept is None:
        raise NotThere(NOT_YOURS)
    return send_stored(kept.path, media_type=kept.media_type, name=kept.name)


class GiveForm(Form):
    """To which post a letter goes."""

    post = forms.ChoiceField(label="Diteruskan kepada")
    instruction = forms.CharField(
        label="Isi disposisi", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Misalnya: tindak lanjuti, hadiri, atau untuk diketahui.",
    )  # fmt: skip

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_%s_give", **kwargs)
        field: Any = self.fields["post"]
        field.choices = [(str(post.pk), post.title) for post in posts_at(unit)]


class StrikeForm(Form):
    """Why a line is struck out."""

    reason = forms.CharField(label="Mengapa baris ini dibatalkan?", max_length=300)
