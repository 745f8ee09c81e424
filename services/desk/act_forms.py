"""What happens to people, as officials enter it: one form for each act, and what it is based on."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms

from accounts.models import User
from kernel.errors import RuleBroken
from kernel.nik import parse_kk
from kernel.text import in_capitals_and_small
from services.residents import codes, happenings, register
from services.residents.families import head_of, living_members
from services.residents.happenings import Basis, Heading, NewCard
from services.residents.models import Household, Person, Source
from services.residents.place_codes import place_code
from services.residents.queries import lies_in, record_by_nik
from services.residents.sealing import prints
from services.web.access import today
from tenants.office.models import Unit
from ui.forms import Form, NikField, RuleField, WrittenDateField

_BASES = {
    Source.Kind.LETTER: "Surat atau akta",
    Source.Kind.DECREE: "Keputusan atau penetapan",
    Source.Kind.ENTRY: "Dokumen lain yang ditunjukkan di loket",
}
_FEMALE = codes.Sex.FEMALE


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


class ActForm(BasisForm):
    """An act on one person."""

    for_living: ClassVar[bool] = True  # whether it is offered for residents, or for those gone

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        self.person = person
        super().__init__(*args, **kwargs)
        self.others = [
            one for one in living_members(person.household_id) if one.pk != person.pk
        ]  # fmt: skip

    def act(self, basis: Basis) -> None:
        """Write it. Raises RuleBroken, Doubtful."""
        raise NotImplementedError

    def offer(self, name: str, people: Sequence[Person], *, nobody: str = "") -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        named = [(str(one.pk), in_capitals_and_small(one.name)) for one in people]
        field.choices = [("", nobody), *named] if nobody else named


class HeadingForm(ActForm):
    """An act after which a family card may lack its head."""

    head = forms.ChoiceField(
        label="Kepala keluarga sesudahnya", required=False,
        help_text="Dari anggota KK yang tinggal.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.person.relation == codes.Relation.HEAD and self.others:
            self.offer("head", self.others, nobody="Belum ditentukan")
        else:
            del self.fields["head"]

    @property
    def heading(self) -> Heading | None:
        chosen = self.cleaned_data.get("head")
        return Heading(person_id=int(chosen)) if chosen else None


class DeathForm(HeadingForm):
    title, done = "Catat kematian", "Kematian tercatat."
    happened = "Tanggal meninggal"

    place = forms.CharField(label="Tempat meninggal", max_length=100, required=False)

    def act(self, basis: Basis) -> None:
        happenings.die(
            person_id=self.person.pk, basis=basis, heading=self.heading,
            place=self.cleaned_data["place"],
        )  # fmt: skip


class MissingForm(HeadingForm):
    title, done = "Catat hilang", "Tercatat hilang."
    happened = "Hilang sejak"

    def act(self, basis: Basis) -> None:
        happenings.go_missing(person_id=self.person.pk, basis=basis, heading=self.heading)


class ReturnForm(ActForm):
    title, done = "Catat kembali tinggal di sini", "Tercatat kembali tinggal di sini."
    happened = "Tinggal lagi sejak"
    for_living = False

    def act(self, basis: Basis) -> None:
        happenings.come_back(person_id=self.person.pk, basis=basis)


class LeavingForm(HeadingForm):
    """Some of a card go elsewhere together."""

    happened = "Tanggal pindah"
    people = forms.TypedMultipleChoiceField(
        label="Siapa yang ikut pindah?", coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.others:
            self.offer("people", self.others)
        else:
            del self.fields["people"]

    @property
    def leaving(self) -> list[int]:
        return [self.person.pk, *self.cleaned_data.get("people", [])]


class MoveOutForm(LeavingForm):
    title, done = "Catat pindah keluar daerah", "Kepindahan tercatat."

    destination = forms.CharField(label="Pindah ke mana?", max_length=150, required=False)

    def act(self, basis: Basis) -> None:
        happenings.move_out(
            person_ids=self.leaving, basis=basis, heading=self.heading,
            destination=self.cleaned_data["destination"],
        )  # fmt: skip


class MoveWithinForm(PlaceFields, LeavingForm):
    title, done = "Catat pindah di dalam daerah", "Kepindahan tercatat."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_villages(self.person.place)

    def act(self, basis: Basis) -> None:
        happenings.move_within(
            person_ids=self.leaving, to=self.home(), basis=basis, heading=self.heading
        )


class SpouseForm(ActForm):
    """An act on a couple."""

    spouse_nik = NikField(
        label="NIK suami atau istri", required=False, help_text="Bila ia penduduk daerah ini."
    )
    spouse_name = forms.CharField(
        label="Nama suami atau istri", max_length=150, required=False,
        help_text="Bila ia bukan penduduk daerah ini.",
    )  # fmt: skip
    certificate = forms.CharField(label="Nomor akta atau buku nikah", max_length=50, required=False)

    @property
    def couple(self) -> dict[str, Any]:
        nik = self.cleaned_data["spouse_nik"]
        other = record_by_nik(nik) if nik else None
        if nik and other is None:
            raise RuleBroken(
                "NIK ini tidak tercatat di daerah ini. Tulis namanya saja.", field="spouse_nik"
            )
        return {
            "person_id": self.person.pk,
            "spouse_id": other.pk if other else None,
            "spouse_name": "" if other else self.cleaned_data["spouse_name"],
            "certificate": self.cleaned_data["certificate"],
        }


class MarriageForm(SpouseForm):
    title, done = "Catat perkawinan", "Perkawinan tercatat."
    happened = "Tanggal perkawinan"

    def act(self, basis: Basis) -> None:
        happenings.marry(basis=basis, **self.couple)


class DivorceForm(SpouseForm):
    title, done = "Catat perceraian", "Perceraian tercatat."
    happened = "Tanggal putusan"

    def act(self, basis: Basis) -> None:
        happenings.divorce(basis=basis, **self.couple)


class IdentifyForm(ActForm):
    title, done = "Catat NIK", "NIK tercatat."
    happened = ""
    nik = NikField()

    def act(self, basis: Basis) -> None:
        happenings.identify(person_id=self.person.pk, nik=self.cleaned_data["nik"], basis=basis)


class CardForm(ActForm):
    title, done = "Catat KK baru untuk keluarga ini", "Nomor KK tercatat."
    happened = "Tanggal KK dikeluarkan"
    kk_number = RuleField(parse_kk, label="Nomor KK yang baru", max_length=24)

    def act(self, basis: Basis) -> None:
        happenings.new_card(
            household_id=self.person.household_id, kk_number=self.cleaned_data["kk_number"],
            issued_on=basis.on, basis=basis,
        )  # fmt: skip


class HeadForm(ActForm):
    title, done = "Catat pergantian kepala keluarga", "Kepala keluarga tercatat."
    happened = "Berlaku sejak"
    head = forms.ChoiceField(label="Kepala keluarga yang baru")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = living_members(self.person.household_id)
        old = head_of(members)
        self.offer("head", [one for one in members if one != old])

    def act(self, basis: Basis) -> None:
        heading = Heading(person_id=int(self.cleaned_data["head"]))
        happenings.change_head(household_id=self.person.household_id, heading=heading, basis=basis)


class BirthForm(ActForm):
    title, done = "Catat kelahiran di KK ini", "Kelahiran tercatat."
    happened = ""
    name = forms.CharField(label="Nama anak", max_length=150)
    sex = forms.TypedChoiceField(label="Jenis kelamin", choices=codes.Sex.choices, coerce=int)
    birth_place = forms.CharField(label="Tempat lahir", max_length=80)
    birth_date = WrittenDateField(label="Tanggal lahir")
    nik = NikField(required=False, help_text="Kosongkan bila NIK-nya belum ada.")
    mother = forms.ChoiceField(label="Ibu", required=False)
    father = forms.ChoiceField(label="Ayah", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = living_members(self.person.household_id)
        women = [one for one in members if one.sex == _FEMALE]
        self.offer("mother", women, nobody="Bukan anggota KK ini")
        self.offer(
            "father", [one for one in members if one not in women], nobody="Bukan anggota KK ini"
        )

    def act(self, basis: Basis) -> None:
        given = self.cleaned_data
        happenings.be_born(
            household_id=self.person.household_id, basis=basis, nik=given["nik"],
            facts={name: given[name] for name in ("name", "sex", "birth_place", "birth_date")},
            mother_id=int(given["mother"]) if given["mother"] else None,
            father_id=int(given["father"]) if given["father"] else None,
        )  # fmt: skip


class ArrivalForm(PlaceFields, BasisForm):
    """Somebody whom the register does not have: who came from elsewhere, also for a time only."""

    title, done = "Catat penduduk baru", "Penduduk baru tercatat."
    happened = "Tinggal di sini sejak"
    name = forms.CharField(label="Nama lengkap", max_length=150)
    nik = NikField(required=False, help_text="Kosongkan bila belum ada, misalnya orang asing.")
    sex = forms.TypedChoiceField(label="Jenis kelamin", choices=codes.Sex.choices, coerce=int)
    birth_place = forms.CharField(label="Tempat lahir", max_length=80)
    birth_date = WrittenDateField(label="Tanggal lahir")
    citizenship = forms.TypedChoiceField(
        label="Kewarganegaraan", choices=codes.Citizenship.choices, coerce=int
    )
    relation = forms.TypedChoiceField(
        label="Hubungan dalam keluarga", choices=codes.Relation.choices, coerce=int
    )
    residency = forms.TypedChoiceField(
        label="Status penduduk", choices=codes.Residency.choices, coerce=int
    )
    stays_until = WrittenDateField(
        label="Tinggal sementara sampai", required=False, help_text="Untuk penduduk tidak tetap."
    )
    origin_place = forms.CharField(label="Datang dari mana?", max_length=150, required=False)

    _FACTS = ("name", "sex", "birth_place", "birth_date", "citizenship", "relation", "residency",
              "stays_until")  # fmt: skip

    def __init__(self, near: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = list(PlaceFields.base_fields)
        self.order_fields([name for name in self.fields if name not in places] + places)
        last = ["on", "basis_kind", "basis", "basis_on", "accepted"]
        self.order_fields([name for name in self.fields if name not in last] + last)
        self.offer_villages(near)

    def act(self, basis: Basis, areas: Sequence[str]) -> Person:
        """Raises RuleBroken, also for an address outside the areas."""
        home, given = self.home(), self.cleaned_data
        if not any(lies_in(home.rt.code, area) for area in areas):
            raise RuleBroken("Alamat ini di luar wilayah Anda.", field="address")
        arrival = happenings.Arrival(facts={n: given[n] for n in self._FACTS}, nik=given["nik"])
        return happenings.move_in(
            arrivals=[arrival], to=home, basis=basis, origin_place=given["origin_place"]
        )[0]


# By the last part of their address, in the order of the page.
ACTS: Mapping[str, type[ActForm]] = {
    "kematian": DeathForm,
    "pindah": MoveWithinForm,
    "pindah-keluar": MoveOutForm,
    "kelahiran": BirthForm,
    "perkawinan": MarriageForm,
    "perceraian": DivorceForm,
    "kepala-keluarga": HeadForm,
    "kartu-keluarga": CardForm,
    "nik": IdentifyForm,
    "hilang": MissingForm,
    "kembali": ReturnForm,
}


def offered(person: Person) -> list[tuple[str, str]]:
    """Address and title of the acts that can be for this person."""
    return [
        (word, form.title)
        for word, form in ACTS.items()
        if form.for_living == person.lives_here and (word != "nik" or not person.nik_print)
        if person.status != codes.Status.DEAD
    ]
