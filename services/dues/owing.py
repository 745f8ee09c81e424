"""Who owes what for which month: computed from the kinds of dues, the register and receipts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from services.dues.models import DuesKind, Exemption, Payment
from services.dues.months import month_of, plus, through
from services.residents import codes
from services.residents.models import Household, Person
from services.residents.queries import within
from tenants.office.models import Unit

AHEAD = 24  # months that may be paid in advance


@dataclass(frozen=True, slots=True)
class Home:
    """A household that pays: its head, how many live there, since which month."""

    household: Household
    head: str
    number: int
    since: date | None  # None: the register does not know


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
    is_exempt: bool  # today

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
    return Home(members[0].household, head.name, len(members), since)


def kinds_of(unit: Unit) -> list[DuesKind]:
    """Every kind of dues of a unit. One query."""
    return list(DuesKind.objects.filter(unit=unit))


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
    """By household what it owes up to this month and so many months ahead. Two queries."""
    kinds = list(kinds)
    ids = [home.household.pk for home in found]
    paid = _paid(ids, kinds)
    free: dict[tuple[int, int], list[Exemption]] = defaultdict(list)
    for exemption in Exemption.objects.filter(kind__in=kinds, household__in=ids):
        free[exemption.kind_id, exemption.household_id].append(exemption)
    last = plus(month_of(today), ahead)
    return {
        home.household.pk: [
            _account(
                home, kind, last, paid.get((kind.pk, home.household.pk), {}),
                free.get((kind.pk, home.household.pk), []), month_of(today),
            )
            for kind in kinds
        ]
        for home in found
    }  # fmt: skip


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
    exemptions: Sequence[Exemption], this_month: date,
) -> Account:  # fmt: skip
    each = kind.amount * (home.number if kind.per == DuesKind.Per.PERSON else 1)
    dues = []
    for month in sorted({*months_due(kind, last), *paid}):
        here = home.since is None or home.since <= month
        owes = here and not _is_exempt(exemptions, month)
        is_due = owes and month <= last and (kind.ends is None or month <= kind.ends)
        dues.append(Due(month, each if is_due else paid.get(month, 0), paid.get(month, 0)))
    shown = [due for due in dues if due.amount]
    return Account(kind, shown, _is_exempt(exemptions, this_month))


def _is_exempt(exemptions: Iterable[Exemption], month: date) -> bool:
    return any(
        one.since <= month and (one.until is None or month <= one.until) for one in exemptions
    )


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
