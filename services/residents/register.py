"""The writer of single people and family cards. Imports and merges of doubles have their own.

Whoever changes a person here leaves an event that says what changed, from which source, on whose
entry. Nothing is changed without one.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.clock import now
from kernel.errors import RuleBroken, Stale
from kernel.nik import names_a_number, parse_kk, parse_nik
from kernel.once import forget
from services.residents import codes, logins, officials
from services.residents.events import PersonChanged
from services.residents.fields import FIELDS, HOUSEHOLD, NUMBERS, Field, Shape, value_of
from services.residents.models import Household, Person, PersonEvent, Source
from services.residents.sealing import prints, seal
from services.residents.search import words
from tenants.office.models import Unit
from tenants.registry.current import city

KNOWN_NIK = "NIK ini sudah tercatat atas nama orang lain. Periksa lagi angkanya."
KNOWN_CARD = "Nomor KK ini sudah tercatat untuk keluarga lain. Periksa lagi angkanya."
CHANGED_SINCE = "Data ini sudah diubah lagi sesudahnya. Batalkan perubahan yang lebih baru dulu."
DIED = (
    "Orang ini tercatat meninggal, jadi tidak ada peristiwa baru yang bisa dicatat. Bila itu "
    "keliru, batalkan dulu catatan kematiannya."
)
OWN = "Ini data Anda sendiri. Minta petugas lain yang mencatatnya."
MERGED = "Catatan ini sudah digabung dengan catatan lain. Buka catatan yang dipertahankan."
# What may still be written of somebody who died.
_OF_THE_DEAD = (PersonEvent.Kind.CORRECTION, PersonEvent.Kind.UNDO, PersonEvent.Kind.MERGE)


def source(
    *, kind: Source.Kind, label: str, by: User | None, on: date | None = None,
    case_id: int | None = None,
) -> Source:  # fmt: skip
    """A new source of facts; ``on`` is today unless given. Raises RuleBroken for a label with a
    NIK or KK number in it: it is shown beside the facts."""
    if kind != Source.Kind.IMPORT and names_a_number(label):
        raise RuleBroken("Jangan tulis NIK atau nomor KK di sini.", field="basis")
    day = on or now().astimezone(city().tz).date()
    return Source.objects.create(kind=kind, label=label[:200], on=day, by=by, case_id=case_id)


@transaction.atomic
def open_household(
    *, address: str, rt: Unit, origin: Source, kk_number: str = "", **more: Any
) -> Household:
    """A new family card; without ``kk_number`` it gets one later. Raises RuleBroken.

    A card on which nobody stands any more (what brought it was undone) is used again.
    """
    household = Household(address=address, rt=rt, source=origin, **more)
    if kk_number:
        found_by = prints(parse_kk(kk_number))
        empty = Household.objects.filter(kk_print__in=found_by, members=None).first()
        household.pk = empty.pk if empty else None
        _set_card(household, kk_number)
    household.save()
    words.learn([household.address])
    return household


def _set_card(household: Household, kk_number: str) -> None:
    if not kk_number:
        household.kk_sealed = household.kk_print = None
        return
    digits = parse_kk(kk_number)
    found_by = prints(digits)
    if Household.objects.filter(kk_print__in=found_by).exclude(pk=household.pk).exists():
        raise RuleBroken(KNOWN_CARD, field="no_kk")
    household.kk_sealed, household.kk_print = seal(digits), found_by[0]


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
    words.learn([person.name])
    told = {**facts, "nik": person.nik, "household": household}
    entered = {
        name: [None, after]
        for name, value in told.items()
        if (after := FIELDS[name].to_json(value)) is not None
    }
    note(person, kind, entered, origin, by, happened_on, detail)
    return person


def _set_nik(person: Person, nik: str) -> None:
    if not nik:
        person.nik_sealed = person.nik_print = None
        return
    digits = parse_nik(nik).digits
    found_by = prints(digits)
    if Person.objects.filter(nik_print__in=found_by).exclude(pk=person.pk).exists():
        raise RuleBroken(KNOWN_NIK, field="nik")
    person.nik_sealed, person.nik_print = seal(digits), found_by[0]


@transaction.atomic
def change(
    *, person_id: int, facts: Mapping[str, Any], origin: Source, by: User | None,
    kind: PersonEvent.Kind = PersonEvent.Kind.CORRECTION, happened_on: date | None = None,
    detail: Mapping[str, Any] | None = None, reverses: PersonEvent | None = None,
) -> PersonEvent | None:  # fmt: skip
    """Write what is now known of a person; None when nothing of it is new.

    ``facts`` holds fields by name: a NIK as its digits, a household as its row. Raises RuleBroken
    for a NIK of somebody else, and for a new event of somebody who died: only undoing the death
    brings them back.
    """
    person = Person.objects.select_for_update(of=("self",)).select_related("household__rt").get(
        pk=person_id
    )  # fmt: skip
    refuse_own(by, [person_id])
    _refuse_closed(person, facts, kind)
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
    if "name" in changes:
        words.learn([person.name])
    if "nik" in changes:
        logins.follow([person.pk])
    return note(person, kind, changes, origin, by, happened_on, detail, reverses)


def refuse_own(by: User | None, person_ids: Iterable[int]) -> None:
    """Raises RuleBroken where an official would write into their own record."""
    if by is not None and officials.own_people(by).intersection(person_ids):
        raise RuleBroken(OWN)


def _refuse_closed(person: Person, facts: Mapping[str, Any], kind: PersonEvent.Kind) -> None:
    if kind in (PersonEvent.Kind.UNDO, PersonEvent.Kind.MERGE):
        return
    if person.merged_into_id is not None:
        raise RuleBroken(MERGED)
    if person.status == codes.Status.DEAD and (
        kind not in _OF_THE_DEAD or facts.get("status", codes.Status.DEAD) != codes.Status.DEAD
    ):
        raise RuleBroken(DIED)


def _set(person: Person, field: Field, value: Any) -> None:
    if field.name == "nik":
        _set_nik(person, value or "")
    elif field.shape is Shape.NUMBER:
        setattr(person, field.column, seal(parse_nik(value).digits) if value else None)
    else:
        setattr(person, field.column, value)


def note(
    person: Person, kind: PersonEvent.Kind, changes: Mapping[str, Any], origin: Source,
    by: User | None, happened_on: date | None, detail: Mapping[str, Any] | None,
    reverses: PersonEvent | None = None,
) -> PersonEvent:  # fmt: skip
    """Leave an event of what was written to a person: for the writers of the register alone."""
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
    rt: Unit | None = None, kk_number: str = "", issued_on: date | None = None,
    kind: PersonEvent.Kind = PersonEvent.Kind.MOVE_WITHIN, happened_on: date | None = None,
    detail: Mapping[str, Any] | None = None,
) -> list[PersonEvent]:  # fmt: skip
    """A whole family card gets another address, RT, number or date: one event for each of its
    members. Raises RuleBroken for a number of another card."""
    told = {"address": address, "rt": rt, "kk_number": kk_number, "issued_on": issued_on}
    facts = {name: value for name, value in told.items() if value}
    return _write_card(household_id, facts, origin, by, kind, happened_on, detail or {}, {})


def _write_card(
    household_id: int, facts: Mapping[str, Any], origin: Source, by: User | None,
    kind: PersonEvent.Kind, happened_on: date | None, detail: Mapping[str, Any],
    reverses: Mapping[int, PersonEvent],
) -> list[PersonEvent]:  # fmt: skip
    household = Household.objects.select_for_update(of=("self",)).select_related("rt").get(
        pk=household_id
    )  # fmt: skip
    changes: dict[str, list[Any]] = {}
    for name, value in facts.items():
        field = HOUSEHOLD[name]
        before, after = field.to_json(getattr(household, name)), field.to_json(value)
        if before == after:
            continue
        changes[name] = [before, after]
        if name == "kk_number":
            _set_card(household, value)
        else:
            setattr(household, name, value)
    if not changes:
        return []
    household.source = origin
    household.save()
    words.learn([household.address])
    found = list(
        Person.objects.select_for_update().filter(household=household, merged_into=None)
        .exclude(status=codes.Status.DEAD).order_by("pk")
    )  # fmt: skip
    refuse_own(by, [person.pk for person in found])
    Person.objects.filter(household=household).update(place=household.rt.code)
    told = {**detail, "household": household.pk}
    return [
        note(person, kind, changes, origin, by, happened_on, told, reverses.get(person.pk))
        for person in found
    ]


@transaction.atomic
def undo(*, event_id: int, origin: Source, by: User | None) -> PersonEvent:
    """Give everybody back what an event and those of the same act changed; returns what undid the
    event. Somebody whom it entered is struck off.

    Raises Stale when something was changed again since, or was undone already.
    """
    event = PersonEvent.objects.get(pk=event_id)
    if event.kind == PersonEvent.Kind.MERGE:
        raise RuleBroken("Penggabungan dibatalkan di daftar penggabungan terakhir.")
    act = _act_of(event)
    lock(people={one.person_id for one in act}, cards=_cards_of(act))
    if PersonEvent.objects.filter(reverses__in=act).exists():
        raise Stale("Perubahan ini sudah dibatalkan.")
    undone: dict[int, PersonEvent] = {}
    for one in act:
        if one.pk in undone:
            continue
        if HOUSEHOLD.keys() & one.all_changes.keys():
            undone |= _undo_card(one, act, origin, by)
        else:
            undone[one.pk] = _undo_person(one, act, origin, by)
    for card in Household.objects.filter(members__events__in=act).distinct():
        if len(list(heads(card))) > 1:
            raise RuleBroken(
                "KK ini sudah punya kepala keluarga lain. Batalkan dulu pergantian kepala "
                "keluarganya."
            )
    return undone[event.pk]


def lock(*, people: Collection[int] = (), cards: Collection[int] = ()) -> list[Person]:
    """Lock these family cards and those of these people, then everybody who stands on the cards
    of the people; returns these, without doubles and without who went to another card just now.

    Cards before people, each in the order of their rows: acts that meet wait, and never for each
    other.
    """
    own = set(Person.objects.filter(pk__in=people).values_list("household", flat=True))
    list(Household.objects.select_for_update().filter(pk__in={*cards, *own}).order_by("pk"))
    found = (
        Person.objects.select_for_update(of=("self",)).select_related("household__rt")
        .filter(Q(household__in=own, merged_into=None) | Q(pk__in=people)).order_by("pk")
    )  # fmt: skip
    return [one for one in found if one.household_id in own and one.merged_into_id is None]


def _cards_of(act: Iterable[PersonEvent]) -> set[int]:
    """The family cards that an act changed, or that somebody left for another."""
    found = {one.detail.get("household") for one in act}
    found |= {pk for one in act for pk in one.changes.get("household", ())}
    return {pk for pk in found if pk is not None}


def _act_of(event: PersonEvent) -> list[PersonEvent]:
    """The events written by one act, newest first: those of its source that say so."""
    if "act" not in event.detail:
        return [event]
    found = PersonEvent.objects.filter(source=event.source_id, detail__act=event.detail["act"])
    return list(found.order_by("-pk"))


def _undo_person(
    event: PersonEvent, act: Iterable[PersonEvent], origin: Source, by: User | None
) -> PersonEvent:
    person = Person.objects.get(pk=event.person_id)
    changes = event.all_changes
    facts: dict[str, Any] = {}
    if "household" in changes and changes["household"][0] is None:
        later = PersonEvent.objects.filter(person=person, pk__gt=event.pk, reverses=None)
        if later.filter(reversed_by=None).exclude(pk__in=[one.pk for one in act]).exists():
            raise Stale(CHANGED_SINCE)
        facts["status"] = codes.Status.INVALID
        changes = {}
    for name, (before, after) in changes.items():
        if not still(person, name, after):
            raise Stale(CHANGED_SINCE)
        facts[name] = _of_json(name, before)
    found = change(
        person_id=person.pk, facts=facts, origin=origin, by=by, kind=PersonEvent.Kind.UNDO,
        reverses=event, detail=_same_act(event, origin),
    )  # fmt: skip
    assert found is not None
    return found


def _undo_card(
    event: PersonEvent, act: Iterable[PersonEvent], origin: Source, by: User | None
) -> dict[int, PersonEvent]:
    """The events of all members, from which one act took or gave the same things of the card."""
    if "household" not in event.detail:
        raise RuleBroken("Perubahan alamat dari sebuah impor dibatalkan bersama impornya.")
    household_id, changes = event.detail["household"], event.all_changes
    household = Household.objects.select_related("rt").get(pk=household_id)
    alike = {
        one.person_id: one
        for one in act
        if one.detail.get("household") == household_id and one.all_changes == changes
    }
    if any(
        HOUSEHOLD[name].to_json(getattr(household, name)) != after
        for name, (_, after) in changes.items()
    ):
        raise Stale(CHANGED_SINCE)
    facts = {name: _of_json(name, before) for name, (before, _) in changes.items()}
    written = _write_card(
        household_id, facts, origin, by, PersonEvent.Kind.UNDO, None,
        _same_act(event, origin), alike,
    )  # fmt: skip
    undone = {one.reverses_id: one for one in written if one.reverses_id is not None}
    if len(undone) < len(alike):  # somebody has left the card since
        raise Stale(CHANGED_SINCE)
    return undone


def _same_act(event: PersonEvent, origin: Source) -> dict[str, Any]:
    return {"act": origin.pk} if "act" in event.detail else {}


def still(person: Person, name: str, after: Any) -> bool:
    return bool(FIELDS[name].to_json(value_of(person, FIELDS[name])) == after)


def _of_json(name: str, value: Any) -> Any:
    """A value of ``changes`` as ``change`` takes it."""
    field = HOUSEHOLD.get(name) or FIELDS[name]
    if field.shape is Shape.HOUSEHOLD:
        return Household.objects.select_related("rt").get(pk=value)
    if field.shape is Shape.PLACE:
        unit = Unit.objects.filter(code=value).first()
        if unit is None:
            raise Stale("RT yang dahulu sudah berganti kode atau dihapus. Catat perpindahan baru.")
        return unit
    return field.from_json(value)


def heads(household: Household) -> Iterable[Person]:
    """Who is the head of a family card and lives here."""
    living = Person.objects.living_here().filter(household=household)
    return living.filter(relation=codes.Relation.HEAD).order_by("pk")
