"""The writer of single people and family cards. Imports and merges of doubles have their own.

Whoever changes a person here leaves an event that says what changed, from which source, on whose
entry. Nothing is changed without one.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.clock import now
from kernel.errors import RuleBroken, Stale
from kernel.nik import parse_kk, parse_nik
from kernel.once import forget
from services.residents import codes
from services.residents.events import PersonChanged
from services.residents.fields import FIELDS, NUMBERS, Field, Shape, value_of
from services.residents.models import Household, Person, PersonEvent, Source
from services.residents.sealing import fingerprint, seal
from tenants.office.models import Unit
from tenants.registry.current import city

KNOWN_NIK = "NIK ini sudah tercatat atas nama orang lain. Periksa lagi angkanya."
KNOWN_CARD = "Nomor KK ini sudah tercatat untuk keluarga lain. Periksa lagi angkanya."
CHANGED_SINCE = "Data ini sudah diubah lagi sesudahnya. Batalkan perubahan yang lebih baru dulu."


def source(
    *, kind: Source.Kind, label: str, by: User | None, on: date | None = None,
    case_id: int | None = None,
) -> Source:  # fmt: skip
    """A new source of facts; ``on`` is today unless given."""
    day = on or now().astimezone(city().tz).date()
    return Source.objects.create(kind=kind, label=label[:200], on=day, by=by, case_id=case_id)


@transaction.atomic
def open_household(
    *, address: str, rt: Unit, origin: Source, kk_number: str = "", **more: Any
) -> Household:
    """A new family card; without ``kk_number`` it gets one later. Raises RuleBroken."""
    household = Household(address=address, rt=rt, source=origin, **more)
    if kk_number:
        digits = parse_kk(kk_number)
        household.kk_sealed, household.kk_print = seal(digits), fingerprint(digits)
        if Household.objects.filter(kk_print=household.kk_print).exists():
            raise RuleBroken(KNOWN_CARD, field="no_kk")
    household.save()
    return household


@transaction.atomic
def enter(
    *, facts: Mapping[str, Any], household: Household, origin: Source, by: User | None,
    nik: str = "", kind: PersonEvent.Kind = PersonEvent.Kind.ENTRY,
    happened_on: date | None = None, detail: Mapping[str, Any] | None = None,
) -> Person:  # fmt: skip
    """A new person of a household, and the event that brought them. Raises RuleBroken.

    ``facts`` holds fields by name; "name", "sex" and "birth_date" at least.
    """
    person = Person(household=household, source=origin, place=household.rt.code)
    _set_nik(person, nik)
    for name, value in facts.items():
        _set(person, FIELDS[name], value)
    person.save()
    told = {**facts, "nik": person.nik, "household": household}
    entered = {
        name: [None, after]
        for name, value in told.items()
        if (after := FIELDS[name].to_json(value)) is not None
    }
    _note(person, kind, entered, origin, by, happened_on, detail)
    return person


def _set_nik(person: Person, nik: str) -> None:
    if not nik:
        person.nik_sealed = person.nik_print = None
        return
    digits = parse_nik(nik).digits
    print_ = fingerprint(digits)
    if Person.objects.filter(nik_print=print_).exclude(pk=person.pk).exists():
        raise RuleBroken(KNOWN_NIK, field="nik")
    person.nik_sealed, person.nik_print = seal(digits), print_


@transaction.atomic
def change(
    *, person_id: int, facts: Mapping[str, Any], origin: Source, by: User | None,
    kind: PersonEvent.Kind = PersonEvent.Kind.CORRECTION, happened_on: date | None = None,
    detail: Mapping[str, Any] | None = None, reverses: PersonEvent | None = None,
) -> PersonEvent | None:  # fmt: skip
    """Write what is now known of a person; None when nothing of it is new.

    ``facts`` holds fields by name: a NIK as its digits, a household as its row. Raises RuleBroken
    for a NIK of somebody else.
    """
    person = Person.objects.select_for_update(of=("self",)).select_related("household__rt").get(
        pk=person_id
    )  # fmt: skip
    changes: dict[str, list[Any]] = {}
    for name, value in facts.items():
        field = FIELDS[name]
        before = field.to_json(value_of(person, field))
        after = field.to_json(value)
        if before == after:
            continue
        _set(person, field, value)
        changes[name] = [before, after]
    if "household" in changes:
        person.place = person.household.rt.code
    if not changes and kind is PersonEvent.Kind.CORRECTION:
        return None
    person.field_sources = {**person.field_sources, **dict.fromkeys(changes, origin.pk)}
    person.save()
    return _note(person, kind, changes, origin, by, happened_on, detail, reverses)


def _set(person: Person, field: Field, value: Any) -> None:
    if field.name == "nik":
        _set_nik(person, value or "")
    elif field.shape is Shape.NUMBER:
        setattr(person, field.column, seal(parse_nik(value).digits) if value else None)
    else:
        setattr(person, field.column, value)


def _note(
    person: Person, kind: PersonEvent.Kind, changes: Mapping[str, Any], origin: Source,
    by: User | None, happened_on: date | None, detail: Mapping[str, Any] | None,
    reverses: PersonEvent | None = None,
) -> PersonEvent:  # fmt: skip
    numbers = {name: told for name, told in changes.items() if name in NUMBERS}
    event = PersonEvent.objects.create(
        person=person, kind=kind, happened_on=happened_on, source=origin, entered_by=by,
        changes={name: told for name, told in changes.items() if name not in NUMBERS},
        numbers_sealed=seal(json.dumps(numbers)) if numbers else None,
        detail=dict(detail or {}), reverses=reverses,
    )  # fmt: skip
    audit.record(
        f"person.{kind}", actor=by, subject="person", subject_id=person.pk,
        detail={"event": event.pk, "fields": sorted(changes), "source": origin.pk},
    )  # fmt: skip
    publish(PersonChanged(person_id=person.pk, event_id=event.pk, kind=str(kind)))
    forget()
    return event


@transaction.atomic
def change_household(
    *, household_id: int, origin: Source, by: User | None, address: str = "",
    rt: Unit | None = None, kind: PersonEvent.Kind = PersonEvent.Kind.MOVE_WITHIN,
    happened_on: date | None = None,
) -> list[PersonEvent]:  # fmt: skip
    """A whole family card gets another address or RT: one event for each of its members."""
    household = Household.objects.select_for_update().select_related("rt").get(pk=household_id)
    changes: dict[str, list[Any]] = {}
    if address and address != household.address:
        changes["address"] = [household.address, address]
        household.address = address
    if rt is not None and rt.pk != household.rt_id:
        changes["rt"] = [household.rt.code, rt.code]
        household.rt = rt
    if not changes:
        return []
    household.source = origin
    household.save()
    members = Person.objects.select_for_update().filter(household=household).order_by("pk")
    found = list(members)
    Person.objects.filter(household=household).update(place=household.rt.code)
    return [_note(person, kind, changes, origin, by, happened_on, None) for person in found]


@transaction.atomic
def undo(*, event_id: int, origin: Source, by: User | None) -> PersonEvent:
    """Give a person back what one event changed. Raises Stale when it was changed again since, or
    was undone already; RuleBroken for an event that entered the person."""
    event = PersonEvent.objects.get(pk=event_id)
    person = Person.objects.select_for_update().get(pk=event.person_id)
    if PersonEvent.objects.filter(reverses=event).exists():
        raise Stale("Perubahan ini sudah dibatalkan.")
    changes = event.all_changes
    if "household" in changes and changes["household"][0] is None:
        raise RuleBroken("Catatan pertama seseorang tidak dibatalkan; ubah statusnya.")
    if {"address", "rt"} & changes.keys():
        raise RuleBroken("Perubahan alamat seluruh keluarga dicatat sebagai perpindahan baru.")
    facts: dict[str, Any] = {}
    for name, (before, after) in changes.items():
        if not _still(person, name, after):
            raise Stale(CHANGED_SINCE)
        facts[name] = _of_json(name, before)
    found = change(
        person_id=person.pk, facts=facts, origin=origin, by=by, kind=PersonEvent.Kind.UNDO,
        reverses=event,
    )  # fmt: skip
    assert found is not None
    return found


def _still(person: Person, name: str, after: Any) -> bool:
    return bool(FIELDS[name].to_json(value_of(person, FIELDS[name])) == after)


def _of_json(name: str, value: Any) -> Any:
    """A value of ``changes`` as ``change`` takes it."""
    if FIELDS[name].shape is Shape.HOUSEHOLD:
        return Household.objects.select_related("rt").get(pk=value)
    return FIELDS[name].from_json(value)


def heads(household: Household) -> Iterable[Person]:
    """Who is the head of a family card and lives here."""
    living = Person.objects.living_here().filter(household=household)
    return living.filter(relation=codes.Relation.HEAD).order_by("pk")
