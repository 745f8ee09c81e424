"""What the pages of books and archive share: who reads them, which part, and files of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict

from accounts.models import User
from kernel.ids import row_id
from kernel.tanggal import MONTHS
from kernel.text import line
from services.desk.frame import frame
from services.records.access import Reach, reach_of
from services.records.books import Asked
from services.records.models import PaperRecord
from services.web.access import today
from tenants.office.access import visitor
from ui.forms import Form

YEARS = 11  # that may be chosen: this one and those before


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the books, and what every page around them shows."""

    user: User
    reach: Reach
    context: dict[str, Any]


def reader(request: HttpRequest) -> Reader:
    """An official among the pages of desks; an administrator without a desk among those by which
    the city is set up."""
    who = visitor(request)
    reach = reach_of(who.desks, administers=who.is_admin)
    if who.desks:
        around = {**frame(who.desks, "buku"), "base": "desk/base.html"}
    else:
        around = {"base": "setup/base.html"}
    return Reader(who.user, reach, {**around, "reach": reach})


class PartForm(Form):
    """Which part of a book is shown."""

    unit = forms.ChoiceField(label="Kantor", required=False)
    year = forms.ChoiceField(label="Tahun", required=False)
    month = forms.ChoiceField(label="Bulan", required=False)
    classification = forms.CharField(label="Klasifikasi", max_length=40, required=False)
    topic = forms.ChoiceField(label="Layanan", required=False)

    def __init__(
        self, data: Mapping[str, Any] | None, *, reach: Reach, every_office: bool = False,
        whole_year: bool = True, topics: Any = None, has_codes: bool = False, kinds: Any = None,
        paper_kinds: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        units = [unit for unit in reach.units if kinds is None or unit.kind in kinds]
        several = [("0", "Semua kantor")] if every_office and len(units) > 1 else []
        fields["unit"].choices = [*several, *((str(unit.pk), unit.name) for unit in units)]
        this = today().year
        fields["year"].choices = [(str(year), str(year)) for year in range(this, this - YEARS, -1)]
        whole = [("0", "Sepanjang tahun")] if whole_year else []
        fields["month"].choices = [
            *whole, *((str(number), name) for number, name in enumerate(MONTHS, start=1)),
        ]  # fmt: skip
        if topics is None:
            del fields["topic"]
        else:
            fields["topic"].choices = [("", "Semua layanan"), *topics]
        if paper_kinds:
            del fields["year"], fields["month"]
            choices = [("", "Semua jenis"), *PaperRecord.Kind.choices]
            fields["kind"] = forms.ChoiceField(label="Jenis", choices=choices, required=False)
        if not has_codes:
            del fields["classification"]


def part(
    request: HttpRequest, kind: str, *, reach: Reach, whole_year: bool = True, kinds: Any = None,
    every_office: bool = False,
) -> Asked:  # fmt: skip
    """What an address asks for: numbers that are none, and offices of others, are left out."""
    said: QueryDict = request.POST if request.method == "POST" else request.GET
    now = today()
    units = [unit for unit in reach.units if kinds is None or unit.kind in kinds]
    known = {unit.pk for unit in units}
    first = next((unit.pk for unit in reach.own if unit.pk in known), min(known, default=0))
    wanted = said.get("unit", "")
    unit = row_id(wanted)
    if unit not in known:
        is_every = wanted == "0" or (not wanted and not reach.own)
        unit = 0 if every_office and len(units) > 1 and is_every else first
    year = row_id(said.get("year", ""))
    year = year if now.year - YEARS < year <= now.year else now.year
    month = row_id(said.get("month", "")) if "month" in said else (0 if whole_year else now.month)
    if not (0 if whole_year else 1) <= month <= 12:
        month = 0 if whole_year else now.month
    return Asked(
        kind, unit, year, month, line(said.get("topic", ""))[:60],
        line(said.get("classification", ""))[:40],
        line(said.get("q", ""))[:100] if request.method == "POST" else "",
    )  # fmt: skip


def typed(asked: Asked) -> dict[str, str]:
    """The same as fields of ``PartForm``, and of the form that asks for its file."""
    return {
        "unit": str(asked.unit), "year": str(asked.year), "month": str(asked.month),
        "topic": asked.topic, "classification": asked.classification,
    }  # fmt: skip


def page_number(request: HttpRequest) -> int:
    """The page of a list that an address asks for."""
    return max(1, row_id(request.GET.get("page", "1")))


class TextForm(Form):
    """Words to find lines by: by form only, for a name stands in no address."""

    q = forms.CharField(label="Cari", max_length=100, required=False)
