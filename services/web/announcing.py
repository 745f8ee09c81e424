"""What pages of heads, of the kelurahan and of residents share: announcements and photos."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import segno
from django import forms
from django.http import HttpRequest, HttpResponse

from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.ids import row_id
from services.cases import documents
from services.neighbourhood import announcements, audiences
from services.neighbourhood.announcements import Facts
from services.neighbourhood.models import Announcement, Outcome
from services.web.access import today
from services.web.files import name_of, send_stored
from tenants.office.access import visitor
from tenants.office.models import Post, Unit
from tenants.registry.current import city
from ui.forms import Form, WrittenDateField, explain


def units_or_not_there(posts: Sequence[Post]) -> list[Unit]:
    """The units whose residents somebody may address. Raises NotThere where there is none."""
    units = announcements.units_of(posts)
    if not units:
        raise NotThere("Halaman ini untuk pengurus wilayah itu sendiri.")
    return units


class UnitForm(Form):
    """A form about one of the own units; with a single one nothing is asked."""

    unit = forms.ChoiceField(label="Untuk wilayah", widget=forms.RadioSelect)

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(unit.pk), unit.name) for unit in units]
        if len(units) == 1:
            field.widget = forms.HiddenInput()
        self.initial.setdefault("unit", str(units[0].pk))

    def chosen(self) -> tuple[int, dict[str, Any]]:
        """The unit's id and the other answers."""
        told = dict(self.cleaned_data)
        return row_id(told.pop("unit")), told


class AnnouncementForm(UnitForm):
    title = forms.CharField(
        label="Judul", max_length=120, help_text="Misalnya: Fogging hari Minggu."
    )
    text = forms.CharField(
        label="Isi", max_length=4000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Tulis biasa. Alamat situs menjadi tautan dengan sendirinya.",
    )  # fmt: skip
    audience = forms.ChoiceField(label="Untuk siapa?", help_text="Warga tidak membaca pilihan ini.")
    pinned_until = WrittenDateField(label="Tampil paling atas sampai", required=False)
    file = forms.FileField(
        label="Foto atau PDF", required=False, max_length=255,
        widget=forms.FileInput(
            attrs={
                "accept": ".pdf,.jpg,.jpeg,.png,.heic,image/*",
                "data-limit": documents.MAX_BYTES, "data-shrinks": "1",
            }
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, units=units, **kwargs)
        field = self.fields["audience"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = audiences.choices(list(units))
        self.initial.setdefault("audience", audiences.ALL)


def published(
    form: AnnouncementForm, request: HttpRequest, posts: Sequence[Post]
) -> Announcement | None:
    """What the form publishes; None where it has errors, which it then shows."""
    unit_id, told = form.chosen()
    upload = told.pop("file")
    told["pinned_until"] = told["pinned_until"] or None
    try:
        file = documents.accept(upload.read()) if upload else None
    except RuleBroken as broken:
        form.add_error("file", broken.message)
        return None
    try:
        return announcements.publish(
            unit_id=unit_id, facts=Facts(**told), posts=posts, by=visitor(request).user, at=now(),
            today=today(), file=file, file_name=upload.name if upload else "",
        )  # fmt: skip
    except RuleBroken as broken:
        explain(form, broken)
        return None


def day_of(text: str) -> date:
    """``2026-11-29`` in an address. Raises NotThere."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotThere("Tanggal ini tidak ada.") from None


def sheet(found: Announcement) -> dict[str, Any]:
    """What the sheet for the notice board shows."""
    address = city().page("announcement", found.pk)
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=2)
    return {"announcement": found, "address": address, "picture": picture}


def attached(found: Announcement) -> HttpResponse:
    """The file of an announcement, to somebody who may read it. Raises NotThere."""
    if not found.path:
        raise NotThere("Pengumuman ini tidak punya lampiran.")
    name = name_of(found.file_name, found.media_type)
    return send_stored(found.path, media_type=found.media_type, name=name)


def picture(found: Outcome | None) -> HttpResponse:
    """The photo of an activity, to somebody who may read it. Raises NotThere."""
    if found is None or not found.path:
        raise NotThere("Kegiatan ini tidak punya foto.")
    return send_stored(found.path, media_type=found.media_type, name="kegiatan.jpg")
