"""Who owes what for which month: computed from the kinds of dues, the register and receipts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Max, Q, Sum

from services.dues.models import DuesKind, Exemption, Payment
from services.dues.months import month_of, plus, through
from services.residents import codes
from services.residents.models import Household, Person, PersonEvent
from services.residents.queries import within
from tenants.office.models import Unit

PER_PAGE = 30  # households in a page of the list
AHEAD = 24  # months that may be paid in advance
_LEAVES = (PersonEvent.Kind.DEATH, PersonEvent.Kind.MOVE_OUT, PersonEvent.Kind.MISSING)


@dataclass(frozen=True, slots=True)
class Home:
    """A household that pays: its head, how many live there, since which month, and the month in
    which each of them came, as the register knows it, or was born."""

    household: Household
    head: str
    number: int
    since: date | None  # None: the register does not know
    arrivals: Sequence[date]
    members: Sequence[int]  # their ids


@dataclass(frozen=True, slots=True)
class Due:
    """One month of one kind for one household."""

    month: date
    amount: int
    paid: int

    @property
    def left(self) -> int:
        return max(0, self.amount - self.paid)


@dataclass(frozen=True, slots=True)
class Account:
    """One kind of dues of one household: every month up to one, and those paid in advance."""

    kind: DuesKind
    dues: Sequence[Due]
    exemption: Exemption | None  # that holds today

    @property
    def is_exempt(self) -> bool:
        return self.exemption is not None

    @property
    def left(self) -> int:
        return sum(due.left for due in self.dues)

    @property
    def open_months(self) -> int:
        return sum(1 for due in self.dues if due.left)


def homes(unit: Unit, household_id: int | None = None) -> list[Home]:
    """The households in which somebody lives in this unit, by address. One query."""
    living = Person.objects.living_here().filter(within("place", unit.code))
    if household_id is not None:
        living = living.filter(household=household_id)
    members: dict[int, list[Person]] = defaultdict(list)
    rows = living.select_related("household__rt")
    for person in rows.order_by("household__address_key", "household", "relation", "pk"):
        members[person.household_id].append(person)
    return [_home(found) for found in members.values()]


def _home(members: Sequence[Person]) -> Home:
    heads = (one for one in members if one.relation == codes.Relation.HEAD)
    head = next(heads, members[0])
    known = [one.resident_since for one in members if one.resident_since]
    since = month_of(min(known)) if len(known) == len(members) else None
    arrivals = [_came(one) for one in members]
    ids = [one.pk for one in members]
    return Home(members[0].household, head.name, len(members), since, arrivals, ids)


def _came(person: Person) -> date:
    return month_of(person.resident_since or person.birth_date)


def kinds_of(unit: Unit) -> list[DuesKind]:
    """Every kind of dues of a unit that ever held. One query."""
    never = Q(ends__lt=F("since"))
    return list(DuesKind.objects.filter(unit=unit).exclude(never))


def months_due(kind: DuesKind, last: date) -> list[date]:
    """The months of a kind for which something is to be paid, up to this one."""
    end = min(last, kind.ends) if kind.ends else last
    if kind.every == DuesKind.Every.ONCE:
        return [kind.since] if kind.since <= end else []
    step = 12 if kind.every == DuesKind.Every.YEAR else 1
    return list(through(kind.since, end))[::step]


def accounts(
    found: Sequence[Home], kinds: Iterable[DuesKind], today: date, ahead: int = 0
) -> dict[int, list[Account]]:
    """By household what it owes up to this month and so many months ahead. Two queries, one more
    where dues are per person."""
    kinds = list(kinds)
    ids = [home.household.pk for home in found]
    paid = _paid(ids, kinds)
    free: dict[tuple[int, int], list[Exemption]] = defaultdict(list)
    for exemption in Exemption.objects.filter(kind__in=kinds, household__in=ids):
        free[exemption.kind_id, exemption.household_id].append(exemption)
    last = plus(month_of(today), ahead)
    per_person = any(kind.per == DuesKind.Per.PERSON for kind in kinds)
    left = _left(ids) if per_person else {}
    return {
        home.household.pk: [
            _account(
                home, kind, last, paid.get((kind.pk, home.household.pk), {}),
                free.get((kind.pk, home.household.pk), []), month_of(today),
                left.get(home.household.pk, []),
            )
            for kind in kinds
        ]
        for home in found
    }  # fmt: skip


def _left(households: Sequence[int]) -> dict[int, list[tuple[date, date]]]:
    """Who lived in each household and died or moved away: the months in which they came and left,
    where the register knows the day. One query."""
    gone = Person.objects.single().filter(household__in=households)
    gone = gone.exclude(status=codes.Status.ALIVE)
    day = Max("events__happened_on", filter=Q(events__kind__in=_LEAVES))
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    rows = gone.annotate(left_on=day).filter(left_on__isnull=False)
    for home, since, born, left in rows.values_list(
        "household", "resident_since", "birth_date", "left_on"
    ):
        found[home].append((month_of(since or born), month_of(left)))
    return found


def _number(home: Home, left: Sequence[tuple[date, date]], month: date) -> int:
    """How many lived in a household in a month; not who left in it."""
    here = sum(1 for came in home.arrivals if came <= month)
    return here + sum(1 for came, went in left if came <= month < went)


def _paid(
    households: Sequence[int], kinds: Sequence[DuesKind]
) -> dict[tuple[int, int], dict[date, int]]:
    sums = (
        Payment.objects.filter(
            receipt__kind__in=kinds, receipt__household__in=households, receipt__voided_at=None
        )
        .order_by()
        .values_list("receipt__kind", "receipt__household", "month")
        .annotate(total=Sum("amount"))
    )
    paid: dict[tuple[int, int], dict[date, int]] = defaultdict(dict)
    for kind, household, month, total in sums:
        paid[kind, household][month] = total
    return paid


def _account(
    home: Home, kind: DuesKind, last: date, paid: Mapping[date, int],
    exemptions: Sequence[Exemption], this_month: date, left: Sequence[tuple[date, date]],
) -> Account:  # fmt: skip
    per_person = kind.per == DuesKind.Per.PERSON
    dues = []
    for month in sorted({*months_due(kind, last), *paid}):
        here = home.since is None or home.since <= month
        owes = here and _exempting(exemptions, month) is None
        is_due = owes and month <= last and (kind.ends is None or month <= kind.ends)
        each = kind.amount * (_number(home, left, month) if per_person else 1)
        dues.append(Due(month, each if is_due else paid.get(month, 0), paid.get(month, 0)))
    shown = [due for due in dues if due.amount]
    return Account(kind, shown, _exempting(exemptions, this_month))


def _exempting(exemptions: Iterable[Exemption], month: date) -> Exemption | None:
    """The one that holds in a month."""
    holding = (
        one for one in exemptions
        if one.since <= month and (one.until is None or month <= one.until)
    )  # fmt: skip
    return next(holding, None)


def spread(account: Account, amount: int) -> list[tuple[date, int]] | None:
    """This amount over the months that are not paid, the oldest first; None where it is more than
    all of them."""
    parts = []
    for due in account.dues:
        part = min(due.left, amount)
        if part:
            parts.append((due.month, part))
            amount -= part
    return None if amount else parts
