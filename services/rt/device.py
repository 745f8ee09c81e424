"""What the phone of a head of an RT keeps: which pages, and until when."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from math import ceil

from django.db.models import Max
from django.urls import reverse

from kernel.clock import now
from services.applications import queries
from services.catalogue import queries as catalogue
from services.dues import books, owing, receipts
from services.neighbourhood import monthly
from services.neighbourhood.areas import codes_of, reporting_units
from services.neighbourhood.reports import works_from_list
from services.web.device import pages, untils
from tenants.office.access import Visitor
from tenants.office.models import Holding, Post
from tenants.office.queries import absences_on, current_holdings
from tenants.registry.current import city

LONGEST = timedelta(days=7)  # a phone that met no signal for so long forgets
STEPS = 30  # requests whose pages are kept
UNITS = 10  # whose month of an RW's is kept
HOMES = 60  # households whose dues are kept, of all books together


def posts(who: Visitor) -> list[Post]:
    """The posts for which a phone keeps pages."""
    return list({post.pk: post for post in [*who.vouching, *who.treasuring]}.values())


def kept_until(who: Visitor, at: datetime) -> datetime | None:
    """When the phone forgets: after the last day of the posts held, after the last day on which
    its owner stands in for somebody, and after a week at most. None without a post."""
    if not posts(who):
        return None
    today = at.astimezone(city().tz).date()
    ends = [at + LONGEST]
    held = current_holdings(today).filter(post__in=posts(who), user=who.user)
    last = held.filter(until__isnull=False).aggregate(last=Max("until"))["last"]
    if last is not None and not held.filter(until__isnull=True).exists():
        ends.append(_end_of(last))
    stood_in = [post for post in posts(who) if post.is_stood_in]
    if stood_in:  # the pages of both lie there together
        own = Holding.objects.filter(user=who.user).values("post")
        away = absences_on(today).filter(holding__post__in=stood_in, stand_in__in=own)
        ends += [_end_of(until) for until in away.values_list("until", flat=True)]
    return min(ends)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=city().tz)


def _requests(who: Visitor) -> Iterable[tuple[str, str]]:
    """The list of requests, and of each the pages with its answers, to refuse it, and to
    ask back."""
    at = f"{now():%Y%m%d%H}"
    yield reverse("rt-outbox"), at
    if not who.vouching:
        return
    yield reverse("rt-inbox"), at
    for step in queries.vouching(who.vouching)[:STEPS]:
        yield reverse("rt-case", args=[step.pk]), str(step.pk)
        yield reverse("rt-decide", args=[step.pk]), str(step.pk)
        yield reverse("rt-ask", args=[step.pk]), str(step.pk)


def _cash(who: Visitor) -> Iterable[tuple[str, str]]:
    """The cash book, the list of who owes, noting an expense, and the dues of the households that
    come first in the list."""
    hour, week = f"{now():%Y%m%d%H}", f"{now():%G%V.%m}"
    for unit in books.units_of(who.treasuring):
        for name in ("rt-cash", "rt-dues", "rt-cash-out"):
            yield reverse(name, args=[unit.pk]), hour
        kinds = len(owing.kinds_of(unit))
        if not kinds:
            continue
        homes = owing.homes(unit)[: homes_kept(who)]
        for number in range(2, ceil(len(homes) / owing.PER_PAGE) + 1):
            yield f"{reverse('rt-dues', args=[unit.pk])}?page={number}", hour
        changes = receipts.changes(unit)
        for home in homes:
            pk = home.household.pk
            version = f"{week}.{kinds}.{changes.get(pk, 0)}"
            yield reverse("rt-dues-household", args=[unit.pk, pk]), version


def homes_kept(who: Visitor) -> int:
    """Of how many households of each book a phone keeps the dues."""
    return HOMES // max(1, len(books.units_of(who.treasuring)))


pages.add("requests", _requests)
pages.add("cash", _cash)


def _book(who: Visitor) -> Iterable[tuple[str, str]]:
    """Everybody of the area in one list, and the reports and the month that are sent from it."""
    if not codes_of(who.vouching):
        return
    today = now().astimezone(city().tz).date()
    day = today.isoformat()
    for name in ("rt-everybody", "rt-reports", "rt-monthly"):
        yield reverse(name), day
    for service in catalogue.reports():
        yield reverse("rt-report-whom", args=[service.slug]), service.slug
        if service.current is not None and works_from_list(service.current.blueprint):
            yield reverse("rt-report-from-list", args=[service.slug]), day
    due = monthly.due_month(today)
    for unit in reporting_units(who.vouching)[:UNITS]:
        yield reverse("rt-monthly-month", args=[unit.pk, f"{due:%Y-%m}"]), day


pages.add("book", _book)


_LIFE = (
    "rt-announcements", "rt-announcement-new", "rt-activities", "rt-activity-new", "rt-watch",
    "rt-contacts", "rt-contact-new",
)  # fmt: skip


def _life(who: Visitor) -> Iterable[tuple[str, str]]:
    """Announcements, activities, the watch and numbers, and the forms for more."""
    if not codes_of(who.vouching):
        return
    day = f"{now():%Y%m%d}"
    for name in _LIFE:
        yield reverse(name), day


pages.add("life", _life)
untils.add("heads", kept_until)
