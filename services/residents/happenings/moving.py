"""People who leave the city, come to it, or move within it."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from kernel.errors import RuleBroken
from kernel.nik import parse_nik
from kernel.tanggal import long_date
from kernel.text import squeeze
from services.residents import codes, register
from services.residents.families import head_of, proposed_head, relations_under
from services.residents.happenings.basis import (
    Arrival,
    Basis,
    Heading,
    Kind,
    NewCard,
    ask,
    check_day,
    check_new,
    follow,
    locked,
    require_here,
    require_one_head,
    today,
    write,
)
from services.residents.models import Household, Person, PersonEvent
from services.residents.models.people import squeezed
from services.residents.sealing import prints
from tenants.office.models import Unit


@transaction.atomic
def move_out(
    *, person_ids: Collection[int], basis: Basis, destination: str = "",
    heading: Heading | None = None,
) -> list[PersonEvent]:  # fmt: skip
    """These people leave the city. Raises RuleBroken, Doubtful."""
    named, everybody = locked(person_ids)
    require_here(named.values())
    check_day(basis.on, named.values(), basis)
    events = [
        write(pk, Kind.MOVE_OUT, {"status": codes.Status.MOVED}, basis, destination=destination)
        for pk in sorted(named)
    ]
    return events + follow(list(named.values()), everybody, heading, basis)


@transaction.atomic
def move_in(
    *, arrivals: Collection[Arrival], to: Household | NewCard, basis: Basis, origin_place: str = ""
) -> list[Person]:
    """These people come from elsewhere to a card of the city; who lived here before, by NIK, has
    their row again. Raises RuleBroken for somebody who lives here or died."""
    household = _card(to, basis)
    found: list[Person] = []
    for one in arrivals:
        facts = {"resident_since": basis.on, **one.facts, "status": codes.Status.ALIVE}
        known = None
        if one.nik:
            found_by = prints(parse_nik(one.nik).digits)
            known = Person.objects.select_for_update().filter(nik_print__in=found_by).first()
        if known is None:
            check_new(facts, basis)
            ask(_alike(facts), basis)
            person = register.enter(
                facts=facts, household=household, origin=basis.origin, by=basis.by, nik=one.nik,
                kind=Kind.MOVE_IN, happened_on=basis.on,
                detail={"act": basis.origin.pk, **({"from": origin_place} if origin_place else {})},
            )  # fmt: skip
        elif known.lives_here:
            raise RuleBroken(
                f"{known.name} sudah tercatat sebagai penduduk di sini. Catat sebagai pindah di "
                "dalam daerah."
            )
        else:
            check_day(basis.on, [known], basis)
            write(
                known.pk, Kind.MOVE_IN, {**facts, "household": household}, basis,
                **{"from": origin_place},
            )  # fmt: skip
            person = Person.objects.select_related("household__rt").get(pk=known.pk)
        found.append(person)
    require_one_head(household)
    return found


def _alike(facts: Mapping[str, Any]) -> list[str]:
    """The doubt whether a newcomer is somebody whom the register has."""
    found = Person.objects.single().alias(squeezed=squeezed()).filter(
        squeezed=squeeze(str(facts["name"])), birth_date=facts["birth_date"]
    ).exclude(status=codes.Status.INVALID)  # fmt: skip
    if not found.exists():
        return []
    return [
        f"{facts['name']}, lahir {long_date(facts['birth_date'])}, sudah tercatat di data penduduk."
    ]


def _card(to: Household | NewCard, basis: Basis) -> Household:
    if isinstance(to, Household):
        return Household.objects.select_for_update(of=("self",)).select_related("rt").get(pk=to.pk)
    return register.open_household(
        address=to.address, rt=to.rt, origin=basis.origin, kk_number=to.kk_number,
        issued_on=to.issued_on, postal_code=to.postal_code,
    )  # fmt: skip


@transaction.atomic
def move_within(
    *, person_ids: Collection[int], to: Household | NewCard, basis: Basis,
    relations: Mapping[int, int] | None = None, heading: Heading | None = None,
    kind: PersonEvent.Kind = Kind.MOVE_WITHIN,
) -> list[PersonEvent]:  # fmt: skip
    """These people go to another card of the city, to one that is there or a new one.

    ``relations`` says what each is there; on a new card the old head, or the only one who moves, is
    its head. ``heading`` names who follows as head of those who stay. Raises RuleBroken, Doubtful.
    """
    named, everybody = locked(person_ids, to)
    require_here(named.values())
    check_day(basis.on, named.values(), basis)
    household = _card(to, basis)
    if any(one.household_id == household.pk for one in named.values()):
        raise RuleBroken("Mereka sudah tercatat di KK itu. Pilih KK tujuan yang lain.", field="to")
    told = dict(relations or {})
    if isinstance(to, NewCard):
        told = _on_new_card(list(named.values()), told)
    events = [
        write(pk, kind, {"household": household, "relation": told.get(pk)}, basis)
        for pk in sorted(named)
    ]
    require_one_head(household)
    return events + follow(list(named.values()), everybody, heading, basis)


def _on_new_card(moving: list[Person], told: Mapping[int, int]) -> dict[int, int]:
    if codes.Relation.HEAD in told.values():
        return dict(told)
    head = head_of(moving) or (moving[0] if len(moving) == 1 else proposed_head(moving, today()))
    if head is None:
        raise RuleBroken("Pilih siapa kepala keluarga di KK yang baru.", field="head")
    if head.relation == codes.Relation.HEAD:  # all keep what they are to the same head
        before = {one.pk: one.relation for one in moving if one.relation is not None}
        return {**before, **told}
    return {**relations_under(head, moving), **told}


@transaction.atomic
def move_card(
    *, household_id: int, address: str, rt: Unit, basis: Basis
) -> list[PersonEvent]:  # fmt: skip
    """Everybody of a card moves with it to another address of the city. Raises RuleBroken."""
    members = list(Person.objects.living_here().filter(household=household_id))
    check_day(basis.on, members, basis)
    events = register.change_household(
        household_id=household_id, address=address, rt=rt, origin=basis.origin, by=basis.by,
        happened_on=basis.on, detail={"act": basis.origin.pk},
    )  # fmt: skip
    if not events:
        raise RuleBroken("Alamat dan RT-nya sama dengan yang tercatat. Tidak ada yang diubah.")
    return events
