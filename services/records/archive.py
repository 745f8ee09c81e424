"""Reads of the archive: one search over everything, what reached its fate, one item."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat, Upper

from accounts.models import User
from services.cases.queries import Among
from services.inbox.lists import PER_PAGE, Slice, Total
from services.records import words
from services.records.models import ArchiveItem, Destruction, LegalHold, RetentionClass
from services.records.periods import period
from services.residents import keeping
from services.residents.models import Person
from services.residents.models.people import SearchKeys
from services.residents.search.actions import search as search_register
from services.residents.search.typed import SHORT, read
from services.residents.search.words import alternatives
from tenants.office.models import Post

Fate = RetentionClass.Fate
DUE = (Fate.DESTROY, Fate.REVIEW)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which part of the archive. ``unit_ids`` None: of the whole city."""

    unit_ids: Sequence[int] | None
    year: int = 0  # in which it ended; 0: any
    kind: str = ""
    topic: str = ""
    text: str = ""  # numbers and words
    people: Sequence[int] | None = None  # of the register
    name: str = ""  # as typed: of people outside the register


def items(filters: Filters) -> QuerySet[ArchiveItem]:
    """Newest first."""
    found = ArchiveItem.objects.all()
    if filters.unit_ids is not None:
        found = found.filter(unit__in=filters.unit_ids)
    if filters.year:
        first, after = period(filters.year)
        found = found.filter(closed_on__gte=first, closed_on__lt=after)
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.topic:
        found = found.filter(topic=filters.topic)
    if filters.text:
        same = Q(upper=filters.text.strip().upper())
        found = found.alias(upper=Upper("number")).filter(same | words.wanted(filters.text))
    if filters.name:
        by_register = Q(person__in=filters.people) if filters.people else Q(pk__in=[])
        outside = Q(person=None) & words.wanted(filters.name)
        found = found.filter(by_register | outside)
    return found.order_by("-closed_on", "-pk")


NEWEST = 1000  # items that are looked through before the index of words is asked


def first_ids(filters: Filters, most: int, field: str = "pk") -> list[int]:
    """Ids of the newest items that fit, ``field`` of each. Of words that many have, the newest
    items hold enough; of others the index of words gives all, which are few to sort. The planner
    is not left to choose: it walks the whole table where it expects many. Two queries at most,
    and one for the words."""
    if not (filters.text or filters.name):
        return list(items(filters).values_list(field, flat=True)[:most])
    wanted = items(filters)
    newest = items(replace(filters, text="", name="")).values("pk")[:NEWEST]
    found = list(
        wanted.filter(Among("pk", ArraySubquery(newest))).values_list(field, flat=True)[:most]
    )
    if len(found) == most:
        return found
    by_words = wanted.order_by((F("closed_on") + timedelta()).desc(), (F("pk") + 0).desc())
    return list(by_words.values_list(field, flat=True)[:most])


MOST_PEOPLE = 200  # of one name, among those whom the items of an archive are about


@dataclass(frozen=True, slots=True)
class Named:
    """Residents of a name; ``more``: others fit too, and are not looked for."""

    people: list[int]
    more: bool = False


def named(name: str, posts: Sequence[Post], unit_ids: Sequence[int] | None, by: User) -> Named:
    """Residents of this name whom these posts may find, and those whom an item of these offices is
    about, wherever they live: an office finds its own archive. Noted as every other search. Raises
    RuleBroken for a text that could mean anybody."""
    hits = search_register(text=name, areas=keeping.seen(posts), by=by)
    own = _in_items(name, unit_ids)
    found = dict.fromkeys([*(hit.person.pk for hit in hits.people), *own[:MOST_PEOPLE]])
    return Named(list(found), hits.more or len(own) > MOST_PEOPLE)


def _in_items(name: str, unit_ids: Sequence[int] | None) -> list[int]:
    """Those of a name whom items of these offices are about, one more than are looked for. By the
    index of words; one query, and one for the words."""
    typed = read(name)
    if not typed.words:  # a number or a day: of the register alone
        return []
    long = [word for word in typed.words if len(word) >= SHORT]
    known = alternatives(long)
    here = ArchiveItem.objects.filter(person=OuterRef("pk"))
    if unit_ids is not None:
        here = here.filter(unit__in=unit_ids)
    found = Person.objects.filter(Exists(here)).alias(
        keys=SearchKeys(), said=Concat(Value(" "), "name_key", output_field=TextField())
    )
    for word in typed.words:
        found = (
            found.filter(keys__overlap=[word, *known[word]])
            if word in known
            else found.filter(said__contains=f" {word}")
        )
    return list(found.order_by().values_list("pk", flat=True)[: MOST_PEOPLE + 1])


def page(filters: Filters, number: int) -> Slice[ArchiveItem]:
    """Two queries, with the words of a search one more each."""
    start = (number - 1) * PER_PAGE
    ids = first_ids(filters, start + PER_PAGE + 1)[start:]
    rows = listed(ArchiveItem.objects.filter(pk__in=ids[:PER_PAGE]))
    return Slice(list(rows), number, len(ids) > PER_PAGE, Total(None))


def listed(rows: QuerySet[ArchiveItem]) -> QuerySet[ArchiveItem]:
    """With what a line says: whose, and whether it is held."""
    held = LegalHold.objects.filter(item=OuterRef("pk"), lifted_at=None)
    found: Any = rows.annotate(is_held=Exists(held))
    result: QuerySet[ArchiveItem] = found.select_related("person", "paper")
    return result.order_by("-closed_on", "-pk")


def get(pk: int, unit_ids: Sequence[int]) -> ArchiveItem | None:
    """One item of these offices, with its holds."""
    rows = ArchiveItem.objects.filter(pk=pk, unit__in=unit_ids)
    related = (
        "unit", "person", "case", "letter", "entry", "paper", "retention", "destruction",
        "kept_by",
    )  # fmt: skip
    holds = "holds__by", "holds__lifted_by"
    return rows.select_related(*related).prefetch_related(*holds).first()


def due(unit_id: int, today: date) -> QuerySet[ArchiveItem]:
    """What reached its fate at an office and nobody proposed yet, longest due first."""
    return listed(
        ArchiveItem.objects.filter(
            unit=unit_id, fate__in=DUE, fate_on__lte=today, destruction=None, destroyed_at=None
        )
    ).order_by("fate_on", "pk")


def free(unit_id: int, today: date, most: int) -> list[int]:
    """Ids of those of them that nobody holds."""
    held = LegalHold.objects.filter(item=OuterRef("pk"), lifted_at=None)
    return list(due(unit_id, today).filter(~Exists(held)).values_list("pk", flat=True)[:most])


def due_counts(unit_ids: Sequence[int], today: date) -> dict[int, int]:
    """How many are due at each office. One query."""
    found = ArchiveItem.objects.filter(
        unit__in=unit_ids, fate__in=DUE, fate_on__lte=today, destruction=None, destroyed_at=None
    ).order_by().values_list("unit").annotate(n=Count("pk"))  # fmt: skip
    return dict(found)


def destructions(unit_ids: Sequence[int]) -> QuerySet[Destruction]:
    """Newest first, with how many items each has."""
    found = Destruction.objects.filter(unit__in=unit_ids)
    return found.select_related("unit", "proposed_by", "decided_by").annotate(
        n=Count("items")
    ).order_by("-pk")  # fmt: skip
