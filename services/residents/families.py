"""Who is who on one family card: the head, spouses, and who may follow as head."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from kernel.tanggal import age_on
from services.residents import codes
from services.residents.codes import Relation
from services.residents.models import Household, Person
from services.residents.queries import within

OF_AGE = 17  # years: from then on somebody has an identity card

# What the others are to a new head, by what the new head and they were to the old one. Who is in
# neither table keeps their relation until somebody who knows says otherwise.
_SAME = {one: one for one in (Relation.HELPER, Relation.OTHER)}
_UNDER: Mapping[Relation, Mapping[Relation, Relation]] = {
    Relation.WIFE: {
        Relation.CHILD: Relation.CHILD,
        Relation.GRANDCHILD: Relation.GRANDCHILD,
        Relation.CHILD_IN_LAW: Relation.CHILD_IN_LAW,
        Relation.PARENT: Relation.PARENT_IN_LAW,
        Relation.PARENT_IN_LAW: Relation.PARENT,
        **_SAME,
    },
    Relation.CHILD: {
        Relation.HEAD: Relation.PARENT,
        Relation.WIFE: Relation.PARENT,
        Relation.HUSBAND: Relation.PARENT,
        Relation.CHILD: Relation.RELATIVE,
        Relation.PARENT: Relation.RELATIVE,
        Relation.PARENT_IN_LAW: Relation.RELATIVE,
        **_SAME,
    },
    Relation.PARENT: {
        Relation.HEAD: Relation.CHILD,
        Relation.WIFE: Relation.CHILD_IN_LAW,
        Relation.HUSBAND: Relation.CHILD_IN_LAW,
        Relation.CHILD: Relation.GRANDCHILD,
        **_SAME,
    },
}


def living_members(household_id: int) -> list[Person]:
    """Who lives on a family card, the head first."""
    found = Person.objects.living_here().filter(household=household_id)
    return sorted(found, key=lambda one: (one.relation or 99, one.birth_date, one.pk))


def head_of(members: Iterable[Person]) -> Person | None:
    """The head among the members of one card."""
    return next((one for one in members if one.relation == Relation.HEAD), None)


def spouse_of(person: Person, members: Iterable[Person]) -> Person | None:
    """The married husband or wife of this person on the same card; None where that is not certain:
    other couples of a house cannot be told apart."""
    pair = {Relation.HEAD, Relation.HUSBAND, Relation.WIFE}
    if person.relation not in pair or person.marital != codes.Marital.MARRIED:
        return None
    found = [
        one
        for one in members
        if one.pk != person.pk
        and one.lives_here
        and one.relation in pair
        and one.sex != person.sex
        and one.marital == codes.Marital.MARRIED
    ]
    return found[0] if len(found) == 1 else None


def widowed_by(person: Person, members: Iterable[Person]) -> list[Person]:
    """Whose marriage ends with this person's death: not of a husband who has another wife."""
    found = list(members)
    spouse = spouse_of(person, found)
    if spouse is not None:
        return [spouse] if spouse_of(spouse, found) == person else []
    if person.relation == Relation.HEAD and person.marital == codes.Marital.MARRIED:
        wives = [one for one in found if one.relation == Relation.WIFE and one.sex != person.sex]
        return [one for one in wives if one.lives_here and one.marital == codes.Marital.MARRIED]
    return []


def proposed_head(members: Iterable[Person], on: date) -> Person | None:
    """Who follows as head of those who stay: the husband or wife, or the one grown-up; None where
    the family must say."""
    stay = [one for one in members if one.relation != Relation.HEAD]
    spouses = [one for one in stay if one.relation in (Relation.HUSBAND, Relation.WIFE)]
    grown = [one for one in stay if age_on(one.birth_date, on) >= OF_AGE]
    for found in (spouses, grown, stay):
        if len(found) == 1:
            return found[0]
    return None


def relations_under(head: Person, others: Iterable[Person]) -> dict[int, Relation]:
    """What the others are to a new head, by id; only what follows from what they were before."""
    before = Relation.WIFE if head.relation == Relation.HUSBAND else head.relation
    table = _UNDER.get(Relation(before), _SAME) if before else {}
    found = {head.pk: Relation.HEAD}
    for one in others:
        was = Relation(one.relation) if one.relation else None
        if one.pk != head.pk and was is not None and was in table:
            found[one.pk] = table[was]
    if before == Relation.CHILD:
        return found
    for one in others:  # the old head who stays beside the husband or wife
        if one.pk != head.pk and one.relation == Relation.HEAD and before == Relation.WIFE:
            found[one.pk] = Relation.HUSBAND if one.sex == codes.Sex.MALE else Relation.WIFE
    return found


def without_head(area: str) -> QuerySet[Household]:
    """Cards on which people live and nobody is the head, within an area. Ordered."""
    living = Person.objects.living_here().filter(household=OuterRef("pk"))
    return (
        Household.objects.filter(within("rt__code", area))
        .filter(Exists(living), ~Exists(living.filter(relation=Relation.HEAD)))
        .select_related("rt")
        .order_by("rt__code", "pk")
    )


def stays_over(area: str, on: date) -> QuerySet[Person]:
    """Temporary residents whose time here has passed, within an area: asked about, not removed."""
    return (
        Person.objects.living_here()
        .filter(within("place", area), stays_until__lt=on)
        .select_related("household__rt")
        .order_by("stays_until", "pk")
    )
