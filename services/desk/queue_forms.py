"""Forms of the waiting room: taking a number, lines, windows, screens."""

from collections.abc import Sequence

from django import forms

from services.catalogue import queries as catalogue
from services.queueing.models import QueueLine, Ticket, Window
from tenants.office.models import Unit
from tenants.office.service_hours import WEEKDAYS
from ui.forms import Form, TanggalField


class TakeForm(Form):
    """A number for somebody who came."""

    line = forms.TypedChoiceField(label="Antrean", coerce=int, widget=forms.RadioSelect)
    goes_first = forms.BooleanField(
        label="Didahulukan: lansia, penyandang disabilitas, ibu hamil, atau membawa anak kecil",
        help_text="Yang mana tidak dicatat.",
        required=False,
    )

    def __init__(self, *args: object, lines: Sequence[QueueLine], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["line"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(line.pk, f"{line.prefix}: {line.name}") for line in lines]
        if len(lines) == 1:
            field.initial = lines[0].pk


class MoveForm(Form):
    """Another line for one number."""

    line = forms.TypedChoiceField(label="Ke antrean", coerce=int)

    def __init__(
        self, *args: object, ticket: Ticket, lines: Sequence[QueueLine], **kwargs: object
    ) -> None:
        super().__init__(*args, auto_id=f"id_%s_{ticket.pk}", **kwargs)
        field = self.fields["line"]
        assert isinstance(field, forms.TypedChoiceField)
        unit = ticket.waits_in.unit_id
        field.choices = [
            (line.pk, str(line))
            for line in lines
            if line.unit_id == unit and line.pk != ticket.waits_in_id
        ]

    @property
    def chosen(self) -> int:
        return int(self.cleaned_data["line"])


class WindowChoice(Form):
    """At which window somebody sits today."""

    window = forms.TypedChoiceField(label="Anda duduk di loket mana?", coerce=int)

    def __init__(self, *args: object, windows: Sequence[Window], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["window"]
        assert isinstance(field, forms.TypedChoiceField)
        several = len({window.unit_id for window in windows}) > 1
        field.choices = [
            (one.pk, f"{one.name}, {one.unit.name}" if several else one.name) for one in windows
        ]


class LineForm(Form):
    """One line of an office."""

    name = forms.CharField(
        label="Nama antrean", max_length=60, help_text="Misalnya: Surat keterangan."
    )
    letter = forms.CharField(
        label="Huruf di depan nomor", max_length=2, help_text="Misalnya A: nomornya A001, A002."
    )
    opens = forms.TimeField(
        label="Nomor diberikan mulai pukul", required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="Kosongkan kedua jam untuk mengikuti jam layanan kantor.",
    )  # fmt: skip
    closes = forms.TimeField(
        label="Sampai pukul", required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )  # fmt: skip
    capacity = forms.IntegerField(
        label="Paling banyak berapa nomor sehari?", required=False, min_value=1, max_value=999,
        help_text="Kosongkan bila tidak dibatasi.",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    services = forms.MultipleChoiceField(
        label="Layanan yang diurus di sini", required=False,
        help_text="Kosongkan bila apa saja. Petugas melihat layanan ini lebih dulu.",
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["services"]
        assert isinstance(field, forms.MultipleChoiceField)
        offered = sorted((one.title, one.slug) for one in catalogue.offered())
        field.choices = [(slug, title) for title, slug in offered]


class WindowForm(Form):
    """A window of an office, and which lines are called there."""

    unit = forms.TypedChoiceField(label="Kantor", coerce=int)
    name = forms.CharField(label="Nama loket", max_length=30, help_text="Misalnya: Loket 2.")
    lines = forms.TypedMultipleChoiceField(
        label="Antrean yang dipanggil di sini", required=False, coerce=int,
        help_text="Kosongkan bila semua antrean.", widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(
        self, *args: object, units: Sequence[Unit], lines: Sequence[QueueLine], **kwargs: object
    ) -> None:
        super().__init__(*args, auto_id="id_%s_window", **kwargs)
        offer_units(self, units)
        field = self.fields["lines"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(line.pk, str(line)) for line in lines]


class ScreenForm(Form):
    """A screen of an office."""

    unit = forms.TypedChoiceField(label="Kantor", coerce=int)
    name = forms.CharField(
        label="Nama layar", max_length=60, required=False,
        help_text="Misalnya: TV ruang tunggu.",
    )  # fmt: skip

    def __init__(self, *args: object, units: Sequence[Unit], **kwargs: object) -> None:
        super().__init__(*args, auto_id="id_%s_screen", **kwargs)
        offer_units(self, units)


def offer_units(form: Form, units: Sequence[Unit]) -> None:
    """The choice of an office; not asked where there is one."""
    field = form.fields["unit"]
    assert isinstance(field, forms.TypedChoiceField)
    field.choices = [(unit.pk, unit.name) for unit in units]
    field.initial = units[0].pk
    if len(units) == 1:
        field.widget = forms.HiddenInput()


class SlotsForm(Form):
    """When a line takes appointments."""

    weekdays = forms.TypedMultipleChoiceField(
        label="Hari", coerce=int, choices=list(enumerate(WEEKDAYS)),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    opens = forms.TimeField(
        label="Mulai pukul", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    closes = forms.TimeField(
        label="Sampai pukul", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    minutes = forms.IntegerField(
        label="Lamanya satu janji", widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text="Misalnya 15.",
    )  # fmt: skip
    capacity = forms.IntegerField(
        label="Berapa orang pada jam yang sama?",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )


class DayWithoutForm(Form):
    """A day without appointments."""

    day = TanggalField(label="Tanggal")
    reason = forms.CharField(
        label="Alasan", max_length=100,
        help_text="Dibaca oleh yang sudah punya janji pada hari itu. Janjinya dibatalkan.",
    )  # fmt: skip
