"""Deaths, and people who are missing or come back."""

from typing import Any

from django.db import transaction

from kernel.errors import RuleBroken
from services.residents import codes
from services.residents.families import head_of, widowed_by
from services.residents.happenings.basis import (
    Basis,
    Heading,
    Kind,
    check_day,
    follow,
    locked,
    require_here,
    write,
)
from services.residents.models import PersonEvent


@transaction.atomic
def die(
    *, person_id: int, basis: Basis, heading: Heading | None = None, **detail: Any
) -> list[PersonEvent]:
    """Somebody died, here or after moving away. The husband or wife is widowed; a head who died is
    followed by the one ``heading`` names. Raises RuleBroken, Doubtful."""
    named, everybody = locked([person_id])
    person = named[person_id]
    check_day(basis.on, [person], basis)
    events = [write(person_id, Kind.DEATH, {"status": codes.Status.DEAD}, basis, **detail)]
    for spouse in widowed_by(person, everybody):
        events.append(write(spouse.pk, Kind.WIDOWED, {"marital": codes.Marital.WIDOWED}, basis))
    return events + follow([person], everybody, heading, basis)


@transaction.atomic
def go_missing(
    *, person_id: int, basis: Basis, heading: Heading | None = None
) -> list[PersonEvent]:  # fmt: skip
    """Somebody is missing, and counts as no resident until found. Raises RuleBroken."""
    named, everybody = locked([person_id])
    require_here(named.values())
    check_day(basis.on, named.values(), basis)
    events = [write(person_id, Kind.MISSING, {"status": codes.Status.MISSING}, basis)]
    return events + follow(list(named.values()), everybody, heading, basis)


@transaction.atomic
def come_back(*, person_id: int, basis: Basis) -> list[PersonEvent]:
    """Somebody missing, away or moved lives here again, on the card they stand on. Raises
    RuleBroken for the dead: their death is undone instead."""
    named, everybody = locked([person_id])
    person = named[person_id]
    if person.lives_here:
        raise RuleBroken(f"{person.name} sudah tercatat tinggal di sini.")
    check_day(basis.on, [person], basis)
    facts: dict[str, Any] = {"status": codes.Status.ALIVE}
    if person.status == codes.Status.MOVED:
        facts["resident_since"] = basis.on
    others = [one for one in everybody if one.pk != person.pk and one.lives_here]
    card = [one for one in others if one.household_id == person.household_id]
    if person.relation == codes.Relation.HEAD and head_of(card) is not None:
        facts["relation"] = None  # another is the head by now: what they are to them is asked
    return [write(person_id, Kind.RETURN, facts, basis)]
