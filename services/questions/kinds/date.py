"""A day."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from django import forms
from django.utils.translation import gettext
from pydantic import Field

from kernel.errors import RuleBroken
from kernel.tanggal import long_date
from services.questions.conditions import Answer, Key
from services.questions.editor import Slot, after
from services.questions.kind import Beside, CellKind, FieldSpec, House, Sampling, kinds
from services.questions.reading import comes_after, day
from ui.language import reads_in


class DateSpec(FieldSpec):
    type: Literal["date"]
    past: bool = False  # not after today
    future: bool = False  # not before today
    after: Key | None = None  # later than the answer to this earlier question
    lead_days: int | None = Field(None, ge=1, le=365)  # at least so far ahead when sent

    def compared_with(self) -> list[str]:
        return [self.after] if self.after else []


class DateKind(CellKind[DateSpec]):
    """The answer is ``2026-11-24``."""

    name = "date"
    lasts = False
    label = "Tanggal"
    column_label = "Tanggal"
    input_type = "date"
    spec = DateSpec
    from_register = True
    settings = {
        "past": "batas tanggal",
        "future": "batas tanggal",
        "lead_days": "batas tanggal",
        "after": "urutan waktu",
    }

    compares = frozenset({"after"})

    def read(self, spec: DateSpec, text: str, house: House) -> Answer:
        found = day(spec.label, text)
        if spec.past and found > house.today:
            raise RuleBroken(
                gettext("“%(label)s” tidak boleh sesudah hari ini.") % {"label": spec.label}
            )
        if spec.future and found < (house.filed or house.today):
            raise RuleBroken(
                gettext("“%(label)s” tidak boleh sebelum hari ini.") % {"label": spec.label}
            )
        return found.isoformat()

    def read_cell(self, label: str, text: str) -> Answer:
        return day(label, text).isoformat()

    def refuse_impossible(self, spec: DateSpec, answer: Answer, beside: Beside) -> None:
        begin = beside.answers.get(spec.after or "")
        if begin and str(answer) < str(begin):
            raise comes_after(spec.label, beside.labels[spec.after or ""])
        first = beside.filed + timedelta(days=spec.lead_days or 0)
        if spec.lead_days and str(answer) < first.isoformat():
            raise RuleBroken(
                gettext("“%(label)s” paling cepat %(day)s (%(days)s hari sebelumnya diajukan).")
                % {
                    "label": spec.label,
                    "day": long_date(first, reads_in()),
                    "days": spec.lead_days,
                }
            )

    def words(self, spec: DateSpec, answer: Answer, language: str = "id") -> str:
        return self.cell_words(answer, language)

    def on_form(self, spec: DateSpec, answer: Answer) -> str:
        return f"{date.fromisoformat(str(answer)):%d%m%Y}"

    def cell_words(self, answer: Answer, language: str = "id") -> str:
        return long_date(date.fromisoformat(str(answer)), language)

    def fact(self, spec: DateSpec, answer: Answer) -> Decimal | date | str | None:
        return date.fromisoformat(str(answer))

    def field(self, spec: DateSpec, house: House, **common: Any) -> forms.Field:
        return forms.CharField(widget=forms.TextInput(attrs={"type": "date"}), **common)

    def slots(self, before: Sequence[Mapping[str, Any]]) -> list[Slot]:
        return [
            Slot("past", "Tidak boleh sesudah hari ini", "yes"),
            Slot("future", "Tidak boleh sebelum hari ini", "yes"),
            Slot("lead_days", "Diajukan paling lambat (hari sebelumnya)", "int", empty="none",
                 low=1, high=365),
            after(before, self.name),
        ]  # fmt: skip

    def sample(self, spec: DateSpec, sampling: Sampling) -> Answer:
        if spec.after and (begin := sampling.earlier.get(spec.after)):
            return str(begin)
        away = timedelta(days=max(14, spec.lead_days or 0) if not spec.past else -30)
        return (sampling.today + away).isoformat()

    def cell_sample(self, key: str, label: str, row: int, today: date) -> Answer:
        return (today - timedelta(days=400 * (row + 1))).isoformat()

    def findings(self, spec: DateSpec) -> list[tuple[str, str]]:
        if not (spec.past and spec.lead_days):
            return []
        return [
            (
                "past",
                f"“{spec.label}” tidak boleh sesudah hari ini, tetapi juga harus di depan. "
                "Hapus salah satunya.",
            )
        ]


kinds.add("date", DateKind(), order=50)
