"""Relatives a resident may act for: their minor children, and adults of the household who agreed.

A parent acts for a child below 17, the age from which people have a KTP (UU 24/2013 art. 63).
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from kernel.tanggal import age_on
from services.residents import codes
from services.residents.models import Person, Representation
from services.residents.queries import living_with

OF_AGE = 17
_PARENTS = (codes.Relation.HEAD, codes.Relation.HUSBAND, codes.Relation.WIFE)


def is_minor(person: Person, today: date) -> bool:
    """Below 17 and never married."""
    single = person.marital in (None, codes.Marital.SINGLE)
    return single and age_on(person.birth_date, today) < OF_AGE


def may_act_for(person: Person, *, today: date) -> list[Person]:
    """Whom this resident may ask for, in the order of the household. At most two queries."""
    members = [one for one in living_with(person) if one.pk != person.pk]
    agreed = set(
        Representation.objects.filter(by=person, withdrawn_at=None).values_list(
            "person_id", flat=True
        )
    )
    return [one for one in members if one.pk in agreed or _is_child_of(one, person, today)]


def _is_child_of(child: Person, person: Person, today: date) -> bool:
    is_parent = person.relation in _PARENTS and not is_minor(person, today)
    return is_parent and child.relation == codes.Relation.CHILD and is_minor(child, today)


def relative(person: Person, relative_id: int, *, today: date) -> Person:
    """Somebody this resident may act for. Raises NotThere."""
    for one in may_act_for(person, today=today):
        if one.pk == relative_id:
            return one
    raise NotThere("Anda belum bisa mengajukan permohonan untuk orang ini.")


def could_be_let(person: Person, *, today: date) -> list[Person]:
    """Adults of the household whom this resident may let act for them."""
    let = {one.by_id for one in representatives(person)}
    return [
        one for one in living_with(person)
        if one.pk not in {person.pk, *let} and not is_minor(one, today)
    ]  # fmt: skip


def representatives(person: Person) -> Iterable[Representation]:
    """Who may act for this resident by their own word."""
    found = Representation.objects.filter(person=person, withdrawn_at=None)
    return found.select_related("by").order_by("pk")


@transaction.atomic
def let(*, person: Person, relative_id: int, by: User, at: datetime, today: date) -> None:
    """A resident lets an adult of the household act for them. Raises RuleBroken."""
    Person.objects.select_for_update().get(pk=person.pk)
    chosen = next((one for one in could_be_let(person, today=today) if one.pk == relative_id), None)
    if chosen is None:
        raise RuleBroken("Pilih anggota keluarga dewasa yang tinggal serumah.", field="relative")
    Representation.objects.create(person=person, by=chosen, given_at=at, given_by=by)
    audit.record(
        "representation.given", actor=by, subject="person", subject_id=person.pk,
        detail={"by": chosen.pk},
    )  # fmt: skip


@transaction.atomic
def withdraw(*, person: Person, representation_id: int, by: User, at: datetime) -> None:
    """End it at once. Raises NotThere."""
    found = (
        Representation.objects.select_for_update()
        .filter(pk=representation_id, person=person, withdrawn_at=None)
        .first()
    )
    if found is None:
        raise NotThere("Izin ini sudah dicabut.")
    found.withdrawn_at = at
    found.save(update_fields=["withdrawn_at"])
    audit.record(
        "representation.withdrawn", actor=by, subject="person", subject_id=person.pk,
        detail={"by": found.by_id},
    )  # fmt: skip
