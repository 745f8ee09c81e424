"""What an entry into the register is based on, and where somebody lives: parts of its forms."""

from datetime import date
from typing import Any, ClassVar

from django import forms

from accounts.models import User
from kernel.errors import RuleBroken
from kernel.nik import parse_kk
from services.residents import register
from services.residents.happenings import Basis, NewCard
from services.residents.models import Household, Source
from services.residents.place_codes import place_code
from services.residents.sealing import prints
from services.web.access import today
from tenants.office.models import Unit
from ui.forms import Form, RuleField, WrittenDateField

_BASES = {
    Source.Kind.LETTER: "Surat atau akta",
    Source.Kind.DECREE: "Keputusan atau penetapan",
    Source.Kind.ENTRY: "Dokumen lain yang ditunjukkan di loket",
}


class BasisForm(Form):
    """What an entry is based on, and when it happened."""

    title: ClassVar[str]
    done: ClassVar[str]  # what the page says afterwards
    happened: ClassVar[str] = "Tanggal kejadian"  # "" where there is none

    on = WrittenDateField(label="Tanggal kejadian", required=False)
    basis_kind = forms.ChoiceField(
        label="Dasar pencatatan", choices=[(key.value, word) for key, word in _BASES.items()]
    )
    basis = forms.CharField(
        label="Nama dan nomor dokumen", max_length=150,
        help_text="Misalnya: Akta Kematian 6474-KM-01112026-0003.",
    )  # fmt: skip
    basis_on = WrittenDateField(label="Tanggal dokumen")
    accepted = forms.BooleanField(
        label="Tetap catat", required=False, help_text="Saya sudah memeriksanya; memang demikian."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.doubts: list[str] = []
        if self.happened:
            self.fields["on"].label = self.happened
        else:
            del self.fields["on"]
        last = ["on", "basis_kind", "basis", "basis_on", "accepted"]
        self.order_fields([name for name in self.fields if name not in last] + last)

    def clean_basis_on(self) -> date:
        found: date = self.cleaned_data["basis_on"]
        if found > today():
            raise forms.ValidationError("Tanggal dokumen ada di masa depan. Periksa lagi tahunnya.")
        return found

    def resting_on(self, by: User) -> Basis:
        """The basis of one act; writes its source. Call inside a transaction."""
        given = self.cleaned_data
        origin = register.source(
            kind=Source.Kind(given["basis_kind"]), label=given["basis"], by=by,
            on=given["basis_on"],
        )  # fmt: skip
        return Basis(origin=origin, by=by, on=given.get("on"), accepted=given["accepted"])


class PlaceFields(forms.Form):
    """Where somebody will live: on a card that is there, or at an address."""

    kk_number = RuleField(
        parse_kk, label="Nomor KK", required=False, max_length=24,
        help_text="KK yang dituju. Kosongkan bila kartunya belum ada.",
    )  # fmt: skip
    address = forms.CharField(
        label="Alamat", max_length=200, required=False, help_text="Untuk KK yang belum tercatat."
    )
    village = forms.ChoiceField(label="Kelurahan atau desa", required=False)
    rw = forms.RegexField(r"^\d{1,3}$", label="RW", required=False)
    rt = forms.RegexField(r"^\d{1,3}$", label="RT", required=False)

    def offer_villages(self, near: str) -> None:
        """All of the city; the one around a place is chosen at first."""
        kinds = [Unit.Kind.KELURAHAN, Unit.Kind.DESA]
        units = Unit.objects.filter(kind__in=kinds, is_active=True)
        village = self.fields["village"]
        assert isinstance(village, forms.ChoiceField)
        village.choices = [(unit.code, unit.name) for unit in units]
        village.initial = near.partition("/")[0]

    def home(self) -> Household | NewCard:
        """Raises RuleBroken."""
        given = self.cleaned_data
        number = given["kk_number"]
        if number:
            known = Household.objects.filter(kk_print__in=prints(number)).first()
            if known is not None:
                return known
        if not given["address"]:
            raise RuleBroken("KK ini belum tercatat. Isi alamatnya.", field="address")
        code = place_code(
            given["village"],
            rw=given["rw"].zfill(3) if given["rw"] else "",
            rt=given["rt"].zfill(3) if given["rt"] else "",
        )
        unit = Unit.objects.filter(code=code, is_active=True).first()
        if unit is None:
            raise RuleBroken("RT dan RW ini tidak ada di kelurahan itu. Periksa lagi.", field="rt")
        return NewCard(address=given["address"], rt=unit, kk_number=number)
