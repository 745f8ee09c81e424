"""Forms about how requests pass RT and RW, and about service hours."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from django import forms

from kernel.workdays import USUAL, Hours
from services.cases.models import VouchRules
from tenants.office.models import ServiceHours, Unit
from tenants.office.service_hours import WEEKDAYS
from ui.forms import Form

YES_NO = [("", "Tidak: cukup Ketua RT"), ("1", "Ya: sesudah Ketua RT, Ketua RW menjawab juga")]


class RulesForm(Form):
    rw_follows = forms.ChoiceField(
        label="Apakah Ketua RW ikut menjawab?", choices=YES_NO, required=False,
        widget=forms.RadioSelect,
    )  # fmt: skip
    rt_amount = forms.IntegerField(label="Waktu Ketua RT", min_value=1, max_value=999)
    rt_unit = forms.ChoiceField(label="Satuan waktu Ketua RT", choices=VouchRules.Span.choices)
    rw_amount = forms.IntegerField(label="Waktu Ketua RW", min_value=1, max_value=999)
    rw_unit = forms.ChoiceField(label="Satuan waktu Ketua RW", choices=VouchRules.Span.choices)
    silence = forms.ChoiceField(
        label="Bila Ketua RT tidak menjawab, ke mana?", choices=VouchRules.Silence.choices,
        widget=forms.RadioSelect,
    )  # fmt: skip
    own = forms.ChoiceField(
        label="Permohonan Ketua RT sendiri, bila wakil dan Ketua RW tidak ada: siapa?",
        choices=VouchRules.Own.choices, widget=forms.RadioSelect,
    )  # fmt: skip
    household = forms.BooleanField(
        label="Permohonan keluarga serumah juga dijawab orang lain", required=False
    )

    @classmethod
    def start(cls, rules: VouchRules | None) -> dict[str, Any]:
        """What stands in the form before anybody typed."""
        known = rules or VouchRules()
        found = {name: getattr(known, name) for name in cls.base_fields}
        return {**found, "rw_follows": "1" if known.rw_follows else ""}

    def clean_rw_follows(self) -> bool:
        return bool(self.cleaned_data["rw_follows"])

    def rules(self) -> VouchRules:
        """What was typed, not saved."""
        return VouchRules(**self.cleaned_data)


class HoursForm(Form):
    """From when until when, for each weekday; empty where nobody works."""

    def __init__(self, *args: Any, known: Mapping[int, Hours], of: str, whole: bool = True,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        is_office = of == ServiceHours.Of.OFFICE and whole
        start = known or (USUAL if is_office else {})
        for weekday, name in enumerate(WEEKDAYS):
            opens, closes = start.get(weekday, (None, None))
            for key, label, value in (("opens", "mulai", opens), ("closes", "sampai", closes)):
                self.fields[f"{key}_{weekday}"] = forms.TimeField(
                    label=f"{name}, {label}", required=False, initial=value,
                    widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
                )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for weekday, name in enumerate(WEEKDAYS):
            opens, closes = data.get(f"opens_{weekday}"), data.get(f"closes_{weekday}")
            if (opens is None) != (closes is None) and not self.errors:
                empty = "opens" if opens is None else "closes"
                self.add_error(
                    f"{empty}_{weekday}", f"{name}: isi jam mulai dan jam sampai, atau kosongkan "
                    "keduanya.",
                )  # fmt: skip
        return data

    def hours(self) -> dict[int, Hours]:
        data = self.cleaned_data
        found: dict[int, tuple[time, time]] = {}
        for weekday in range(len(WEEKDAYS)):
            opens, closes = data[f"opens_{weekday}"], data[f"closes_{weekday}"]
            if opens is not None and closes is not None:
                found[weekday] = (opens, closes)
        return found


class VillageForm(Form):
    """Which village gets rules of its own."""

    village = forms.ModelChoiceField(
        label="Buat aturan sendiri untuk", queryset=Unit.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        village: Any = self.fields["village"]
        kinds = (Unit.Kind.KELURAHAN, Unit.Kind.DESA)
        found = Unit.objects.filter(kind__in=kinds, is_active=True)
        village.queryset = found.order_by("name", "pk")
