"""Marriages, divorces, births, family cards and their heads, and a NIK that comes later."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from kernel.errors import RuleBroken
from kernel.nik import parse_nik
from kernel.tanggal import age_on, long_date
from kernel.text import squeeze
from services.residents import codes, register
from services.residents.codes import Marital, Relation
from services.residents.happenings.basis import (
    Basis,
    Heading,
    Kind,
    NewCard,
    ask,
    check_day,
    check_new,
    locked,
    make_head,
    require_here,
    require_one_head,
    write,
)
from services.residents.happenings.moving import move_within
from services.residents.models import Household, Person, PersonEvent

MARRIAGE_AGE = 19  # UU 16/2019; younger with a dispensation of the court
MOTHERS = range(12, 56)  # years; others are asked about


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Who goes to another card with a marriage or after a divorce, and where to."""

    person_ids: Collection[int]
    to: Household | NewCard
    relations: Mapping[int, int] = field(default_factory=dict)
    heading: Heading | None = None


@transaction.atomic
def marry(
    *, person_id: int, basis: Basis, spouse_id: int | None = None, spouse_name: str = "",
    certificate: str = "", split: Split | None = None,
) -> list[PersonEvent]:  # fmt: skip
    """Two people married; ``spouse_name`` of one whom the register does not have; ``split`` says
    who begins or joins a card with it. Raises RuleBroken, and Doubtful for somebody who is married
    already or under age."""
    named, _ = locked(
        {person_id} | ({spouse_id} if spouse_id else set()), split.to if split else None
    )
    couple = [named[pk] for pk in sorted(named)]
    if spouse_id == person_id:
        raise RuleBroken("Pilih dua orang yang berbeda.", field="spouse")
    require_here(couple)
    if len(couple) == 2 and couple[0].sex == couple[1].sex:
        raise RuleBroken("Perkawinan dicatat antara seorang pria dan seorang wanita. Periksa lagi.")
    check_day(basis.on, couple, basis)
    doubts = [
        f"{one.name} masih tercatat kawin." for one in couple if one.marital == Marital.MARRIED
    ]
    if basis.on is not None:
        doubts += [
            f"{one.name} belum {MARRIAGE_AGE} tahun pada tanggal itu (perlu dispensasi pengadilan)."
            for one in couple
            if age_on(one.birth_date, basis.on) < MARRIAGE_AGE
        ]
    ask(doubts, basis)
    return _both(couple, Kind.MARRIAGE, basis, spouse_name, certificate, split)


def _both(
    couple: Collection[Person], kind: PersonEvent.Kind, basis: Basis, spouse_name: str,
    certificate: str, split: Split | None,
) -> list[PersonEvent]:  # fmt: skip
    """The event of each of the two, then who goes to another card."""
    marital, day, number = _OF_COUPLES[kind]
    events = []
    for one in couple:
        facts: dict[str, Any] = {"marital": marital}
        if basis.on is not None or one.marital != marital:  # an unknown day takes no known one away
            facts[day] = basis.on
        if certificate:
            facts[number] = certificate
        other = next((other.pk for other in couple if other.pk != one.pk), None)
        events.append(
            write(one.pk, kind, facts, basis, spouse=spouse_name, spouse_id=other)
        )  # fmt: skip
    if split is not None:
        events += move_within(
            person_ids=split.person_ids, to=split.to, relations=split.relations,
            heading=split.heading, basis=basis,
        )  # fmt: skip
    return events


_OF_COUPLES = {
    Kind.MARRIAGE: (Marital.MARRIED, "married_on", "marriage_certificate"),
    Kind.DIVORCE: (Marital.DIVORCED, "divorced_on", "divorce_certificate"),
}


@transaction.atomic
def divorce(
    *, person_id: int, basis: Basis, spouse_id: int | None = None, spouse_name: str = "",
    certificate: str = "", split: Split | None = None,
) -> list[PersonEvent]:  # fmt: skip
    """A marriage ended by decision of a court; ``split`` says who goes to another card. Raises
    RuleBroken, and Doubtful for somebody who is not married by the register."""
    named, _ = locked(
        {person_id} | ({spouse_id} if spouse_id else set()), split.to if split else None
    )
    couple = [named[pk] for pk in sorted(named)]
    require_here(couple)
    check_day(basis.on, couple, basis)
    wrong = [one for one in couple if one.marital not in (Marital.MARRIED, None)]
    ask([f"{one.name} tidak tercatat kawin." for one in wrong], basis)
    return _both(couple, Kind.DIVORCE, basis, spouse_name, certificate, split)


@transaction.atomic
def be_born(
    *, household_id: int, facts: Mapping[str, Any], basis: Basis, mother_id: int | None = None,
    father_id: int | None = None, nik: str = "", relation: int | None = None,
) -> Person:  # fmt: skip
    """A child is born into a family card; the NIK may come later. ``facts`` holds "name", "sex",
    "birth_place" and "birth_date" at least.

    What the register has of the parents is taken over: names and NIKs, nothing else. Raises
    RuleBroken, Doubtful.
    """
    household = (
        Household.objects.select_for_update(of=("self",)).select_related("rt").get(pk=household_id)
    )
    born: date = facts["birth_date"]
    check_new(facts, basis)
    parents = {
        role: Person.objects.get(pk=pk)
        for role, pk in (("mother", mother_id), ("father", father_id))
        if pk is not None
    }
    check_parents(parents, born)
    ask(_birth_doubts(household, facts, parents.get("mother")), basis)
    told = dict(facts)
    for role, parent in parents.items():
        told |= {f"{role}_name": parent.name, f"{role}_nik": parent.nik}
    if relation is None:
        relation = _relation_of_child(household, parents.values())
    if relation is not None:
        told["relation"] = relation
    told |= {"marital": Marital.SINGLE, "resident_since": born}
    return register.enter(
        facts=told, household=household, origin=basis.origin, by=basis.by, nik=nik,
        kind=Kind.BIRTH, happened_on=born, detail={"act": basis.origin.pk},
    )  # fmt: skip


def check_parents(parents: Mapping[str, Person], born: date) -> None:
    """Parents by "mother" and "father". Raises RuleBroken where they cannot be."""
    mother = parents.get("mother")
    if mother is not None and mother.sex != codes.Sex.FEMALE:
        raise RuleBroken("Ibu harus perempuan. Periksa orang yang dipilih.", field="mother")
    father = parents.get("father")
    if father is not None and father.sex != codes.Sex.MALE:
        raise RuleBroken("Ayah harus laki-laki. Periksa orang yang dipilih.", field="father")
    for parent in parents.values():
        if parent.birth_date >= born:
            raise RuleBroken(
                f"Tanggal lahir anak mendahului tanggal lahir {parent.name}. Periksa lagi.",
                field="birth_date",
            )


def _birth_doubts(
    household: Household, facts: Mapping[str, Any], mother: Person | None
) -> list[str]:
    born = facts["birth_date"]
    doubts = [
        f"{one.name}, lahir {long_date(born)}, sudah tercatat di KK ini."
        for one in Person.objects.single().filter(household=household, birth_date=born)
        if squeeze(one.name) == squeeze(str(facts["name"]))
    ]
    if mother is not None:
        age = age_on(mother.birth_date, born)
        if age not in MOTHERS:
            doubts.append(f"Ibu berumur {age} tahun pada tanggal itu.")
        died = mother.events.filter(kind=Kind.DEATH, reversed_by=None, happened_on__lt=born)
        if died.exists():
            doubts.append("Ibu tercatat meninggal sebelum tanggal itu.")
    return doubts


def _relation_of_child(household: Household, parents: Collection[Person]) -> int | None:
    """What a child is to the head by what its parents are; None where that does not say it."""
    here = {one.relation for one in parents if one.household_id == household.pk}
    if here & {Relation.HEAD, Relation.HUSBAND, Relation.WIFE}:
        return Relation.CHILD
    if here & {Relation.CHILD, Relation.CHILD_IN_LAW}:
        return Relation.GRANDCHILD
    return None


@transaction.atomic
def identify(*, person_id: int, nik: str, basis: Basis) -> list[PersonEvent]:
    """Somebody without a NIK has got one. Raises RuleBroken, and Doubtful for a NIK that says
    another birth date or sex."""
    named, _ = locked([person_id])
    person = named[person_id]
    if person.nik_print is not None:
        raise RuleBroken("Orang ini sudah punya NIK. Untuk membetulkannya, perbaiki datanya.")
    parsed = parse_nik(nik)
    doubts = []
    if not parsed.matches(person.birth_date):
        doubts.append("Tanggal lahir di dalam NIK berbeda dari yang tercatat.")
    if parsed.female != (person.sex == codes.Sex.FEMALE):
        doubts.append("Jenis kelamin di dalam NIK berbeda dari yang tercatat.")
    ask(doubts, basis)
    return [write(person_id, Kind.IDENTIFIED, {"nik": parsed.digits}, basis)]


@transaction.atomic
def correct(*, person_id: int, facts: Mapping[str, Any], basis: Basis) -> list[PersonEvent]:
    """Facts of a person were wrong or are new; [] when nothing of it is. What happened to them is
    no correction: it has an act of its own. Raises RuleBroken."""
    if {"status", "household"} & facts.keys():
        raise RuleBroken(
            "Status dan KK seseorang berubah lewat peristiwanya, bukan lewat perbaikan."
        )
    named, _ = locked([person_id])
    check_new(facts, basis)
    event = register.change(
        person_id=person_id, facts=facts, origin=basis.origin, by=basis.by,
        happened_on=basis.on, detail={"act": basis.origin.pk},
    )  # fmt: skip
    if "relation" in facts:
        require_one_head(named[person_id].household)
    return [event] if event else []


@transaction.atomic
def new_card(
    *, household_id: int, kk_number: str, basis: Basis, issued_on: date | None = None
) -> list[PersonEvent]:
    """A family gets a card with another number. Raises RuleBroken."""
    for day in (basis.on, issued_on):
        check_day(day, [], basis)
    events = register.change_household(
        household_id=household_id, kk_number=kk_number, issued_on=issued_on,
        origin=basis.origin, by=basis.by, kind=Kind.CARD, happened_on=basis.on,
        detail={"act": basis.origin.pk},
    )  # fmt: skip
    if not events:
        raise RuleBroken("Nomor dan tanggal KK sama dengan yang tercatat.", field="no_kk")
    return events


@transaction.atomic
def change_head(*, household_id: int, heading: Heading, basis: Basis) -> list[PersonEvent]:
    """Another member becomes the head of a card. Raises RuleBroken."""
    _, everybody = locked([heading.person_id])
    members = [one for one in everybody if one.household_id == household_id and one.lives_here]
    check_day(basis.on, members, basis)
    return make_head(members, heading, basis)
