"""A kelurahan or desa of this city: where a shop, a piece of land or an event lies."""

from typing import Any, Literal

from django import forms
from django.utils.translation import gettext

from kernel.errors import RuleBroken
from services.questions.conditions import Answer
from services.questions.kind import FieldSpec, House, Kind, Sampling, kinds
from tenants.backend.scope import once_here
from tenants.office.models import Unit

VILLAGES = (Unit.Kind.KELURAHAN, Unit.Kind.DESA)


class VillageSpec(FieldSpec):
    type: Literal["village"]


def _villages() -> dict[str, tuple[str, str]]:
    """Name and kecamatan of each village of the city, by code. One query."""

    def read() -> dict[str, tuple[str, str]]:
        found = Unit.objects.filter(kind__in=VILLAGES, is_active=True).order_by(
            "parent__name", "name", "pk"
        )
        rows = found.values_list("code", "name", "parent__name")
        return {code: (name, above or "") for code, name, above in rows}

    return once_here("questions.villages", read)


class VillageKind(Kind[VillageSpec]):
    """The answer is the code of the unit, and its name and kecamatan as they were then."""

    name = "village"
    label = "Kelurahan atau desa di daerah ini"
    spec = VillageSpec
    reports = True
    of_city = True
    weight = 0  # a list to open, most often left as it is

    def read(self, spec: VillageSpec, text: str, house: House) -> Answer:
        found = _villages().get(text)
        if found is None:
            raise RuleBroken(self.missing(spec))
        return {"kode": text, "nama": found[0], "kecamatan": found[1]}

    def missing(self, spec: VillageSpec) -> str:
        return gettext("Pilih kelurahan atau desa untuk “%(label)s”.") % {"label": spec.label}

    def words(self, spec: VillageSpec, answer: Answer, language: str = "id") -> str:
        if not isinstance(answer, dict):
            return ""
        return ", ".join(str(answer[key]) for key in ("nama", "kecamatan") if answer.get(key))

    def fact(self, spec: VillageSpec, answer: Answer) -> str:
        return self.words(spec, answer)

    def typed(self, answer: Answer) -> str:
        return str(answer["kode"]) if isinstance(answer, dict) else ""

    def sheet_options(self, spec: VillageSpec) -> list[tuple[str, str]]:
        return [
            (code, f"{name}, {above}" if above else name)
            for code, (name, above) in _villages().items()
        ]

    def field(self, spec: VillageSpec, house: House, **common: Any) -> forms.Field:
        groups: dict[str, list[tuple[str, str]]] = {}
        for code, (name, above) in _villages().items():
            groups.setdefault(above, []).append((code, name))
        return forms.ChoiceField(choices=[("", gettext("Pilih…")), *groups.items()], **common)

    def sample(self, spec: VillageSpec, sampling: Sampling) -> Answer:
        return {"kode": "", "nama": "Kelurahan Contoh", "kecamatan": ""}


kinds.add("village", VillageKind(), order=135)
