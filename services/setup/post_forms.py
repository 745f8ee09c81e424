"""Forms about one post: a neighbour in a post of an RT or RW, and the details of a holding."""

from datetime import date
from typing import Any

from django import forms

from services.residents import officials
from services.residents.models import Person
from services.residents.queries import lives_in, record_by_nik
from services.setup.forms import AppointForm, told_apart
from tenants.office.models import Holding, Unit
from tenants.office.roles import NEIGHBOURHOOD, Can, can
from ui.forms import EmailField, Form, NikField, PhoneField, TanggalField, WrittenDateField

UNKNOWN = "NIK ini tidak tercatat di data penduduk. Periksa lagi angkanya, atau impor dulu datanya."
NOBODY_CALLED_SO = (
    "Tidak ada warga kelurahan ini dengan nama dan tanggal lahir itu. Periksa ejaannya, atau "
    "ketik NIK-nya."
)


class NeighbourForm(Form):
    """Who holds a post of an RT or RW: by NIK, or by name and birth date within the kelurahan or
    desa."""

    nik = NikField(
        required=False,
        help_text="Bila tidak tahu, isi nama dan tanggal lahirnya.",
    )
    name = forms.CharField(label="Nama lengkap", max_length=150, required=False)
    birth_date = WrittenDateField(label="Tanggal lahir", required=False)
    who = forms.ChoiceField(label="Siapa yang dimaksud?", required=False)
    phone = PhoneField(required=False)
    email = EmailField(required=False, help_text="Bila ada, ia diberi tahu lewat e-mail.")
    since = TanggalField(label="Mulai menjabat")
    until = AppointForm.base_fields["until"]
    decree = AppointForm.base_fields["decree"]
    decree_on = AppointForm.base_fields["decree_on"]

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.village = unit.code.partition("/")[0]
        self.candidates: list[Person] = []
        del self.fields["who"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "nik" in self.errors or "birth_date" in self.errors:
            return data
        if data.get("nik"):
            data["person"] = record_by_nik(data["nik"])
            if data["person"] is None:
                self.add_error("nik", UNKNOWN)
        elif not data.get("name") or not data.get("birth_date"):
            self.add_error("nik", "Isi NIK, atau nama dan tanggal lahirnya.")
        else:
            data["person"] = self._chosen(data["name"], data["birth_date"])
        for used in ("nik", "name", "birth_date"):
            data.pop(used, None)
        return data

    def _chosen(self, name: str, born: date) -> Person | None:
        found = officials.candidates(name).filter(birth_date=born)
        here = [person for person in found[:50] if lives_in(person, self.village)]
        if len(here) <= 1:
            if not here:
                self.add_error("name", NOBODY_CALLED_SO)
            return here[0] if here else None
        self.candidates = here
        choices = [(str(person.pk), told_apart(person)) for person in here]
        self.fields["who"] = forms.ChoiceField(
            label="Siapa yang dimaksud?", choices=choices, widget=forms.RadioSelect
        )
        typed = str(self.data.get("who", ""))
        person = next((one for one in here if str(one.pk) == typed), None)
        if person is None:
            self.add_error("who", "Ada beberapa warga dengan nama dan tanggal lahir itu. Pilih.")
        return person


class CorrectForm(Form):
    """Details of a holding; those of RT and RW have a decree and a term alone."""

    nip = AppointForm.base_fields["nip"]
    rank = AppointForm.base_fields["rank"]
    decree = AppointForm.base_fields["decree"]
    decree_on = AppointForm.base_fields["decree_on"]
    until = AppointForm.base_fields["until"]

    def __init__(self, *args: Any, holding: Holding, **kwargs: Any) -> None:
        initial = {name: getattr(holding, name) for name in ("nip", "rank", "decree")}
        for name in ("decree_on", "until"):
            if (day := getattr(holding, name)) is not None:
                initial[name] = f"{day:%d-%m-%Y}"
        super().__init__(*args, initial=initial, **kwargs)
        if can(holding.post.role, Can.ADMINISTERS):
            del self.fields["until"]  # ended on a page that keeps the city from having none
        if holding.post.unit.kind in NEIGHBOURHOOD:
            del self.fields["nip"], self.fields["rank"]

    def clean(self) -> dict[str, Any]:
        return {"nip": "", "rank": "", **(super().clean() or {})}
