"""What happens to people, as officials enter it: one form for each act, and what it is based on."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from kernel.errors import RuleBroken
from kernel.nik import parse_kk
from kernel.text import in_capitals_and_small
from services.desk.basis_forms import BasisForm, PlaceFields
from services.residents import codes, happenings
from services.residents.families import head_of, living_members
from services.residents.happenings import Basis, Heading
from services.residents.models import Person
from services.residents.queries import lies_in, record_by_nik
from ui.forms import NikField, RuleField, WrittenDateField

_FEMALE = codes.Sex.FEMALE


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
