from typing import Any

from django import forms

from tenants.office import decrees
from tenants.office.calling import words_for_new
from tenants.office.models import Decree, Unit
from ui.forms import Form, TanggalField

CHANGES = {
    "nama": (Decree.Change.RENAME, "Ganti nama"),
    "pindah": (Decree.Change.MOVE, "Pindahkan"),
    "hapus": (Decree.Change.CLOSE, "Hapus"),
}


def offered(unit: Unit) -> list[tuple[str, str]]:
    """Which changes this unit can undergo: address and words."""
    left = {
        Unit.Kind.CITY: set(CHANGES),
        Unit.Kind.DINAS: {"pindah"},
        Unit.Kind.KECAMATAN: {"pindah"},
        Unit.Kind.RW: {"nama"},
        Unit.Kind.RT: {"nama"},
    }.get(Unit.Kind(unit.kind), set())
    return [(word, label) for word, (_, label) in CHANGES.items() if word not in left]


class DecreeForm(Form):
    """What every decree says."""

    number = forms.CharField(
        label="Nomor keputusan", max_length=120, help_text="Misalnya: Perda Nomor 3 Tahun 2026."
    )
    signed_on = TanggalField(label="Tanggal keputusan")
    effective_on = TanggalField(label="Berlaku sejak")
    effective_on.help_text = "Mulai pukul 00.00 hari itu. Boleh tanggal yang akan datang."


class RenameForm(DecreeForm):
    name = forms.CharField(
        label="Nama baru", max_length=80, help_text="Tanpa sebutan, misalnya Belimbing."
    )
    field_order = ("name",)


class _TargetForm(DecreeForm):
    target = forms.ModelChoiceField(queryset=Unit.objects.none(), empty_label="")
    field_order = ("target", "code")

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["target"]
        field.queryset = self.targets(unit).order_by("code")
        field.label_from_instance = _told_apart

    def targets(self, unit: Unit) -> Any:
        raise NotImplementedError


class MoveForm(_TargetForm):
    code = forms.CharField(
        label="Kode baru",
        max_length=40,
        required=False,
        help_text="Kode Kemendagri yang baru. Bila kosong, bagian terakhirnya tetap.",
    )

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, unit=unit, **kwargs)
        self.fields["target"].label = "Pindah ke"
        if unit.kind in decrees.NEIGHBOURHOODS:
            del self.fields["code"]

    def targets(self, unit: Unit) -> Any:
        above = decrees.PARENTS.get(unit.kind, ())
        found = Unit.objects.filter(kind__in=above, is_active=True).exclude(children=unit)
        if unit.kind in decrees.NEIGHBOURHOODS:
            found = found.filter(code__startswith=unit.code.partition("/")[0])
        return found


class CloseForm(_TargetForm):
    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, unit=unit, **kwargs)
        self.fields["target"].label = "Unit penerus"
        self.fields["target"].required = False
        self.fields["target"].help_text = (
            "Warga, permohonan yang sedang berjalan, dan RT di dalamnya dilanjutkan di sini. Boleh "
            "kosong hanya bila unit ini sudah kosong."
        )

    def targets(self, unit: Unit) -> Any:
        kinds = decrees.VILLAGES if unit.kind in decrees.VILLAGES else (unit.kind,)
        found = Unit.objects.filter(kind__in=kinds, is_active=True).exclude(pk=unit.pk)
        if unit.kind in decrees.NEIGHBOURHOODS:
            found = found.filter(code__startswith=unit.code.partition("/")[0])
        return found


class OpenForm(DecreeForm):
    kind = forms.ChoiceField(label="Yang dibentuk")
    name = forms.CharField(
        label="Nama atau nomor",
        max_length=80,
        help_text="Nama tanpa sebutan, misalnya Belimbing; untuk RT dan RW nomornya.",
    )
    code = forms.CharField(
        label="Kode Kemendagri",
        max_length=40,
        required=False,
        help_text="Hanya untuk kecamatan, kelurahan, dan desa, atau sebutan lainnya.",
    )
    field_order = ("kind", "name", "code")

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = decrees.kinds_below(unit)
        field: Any = self.fields["kind"]
        field.choices = [(kind, words_for_new(kind, unit.code).word) for kind in kinds]
        if set(kinds) <= set(decrees.NEIGHBOURHOODS):
            del self.fields["code"]


def _told_apart(unit: Unit) -> str:
    return f"{unit.name} ({unit.code})"
