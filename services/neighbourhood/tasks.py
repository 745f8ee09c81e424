"""Work that the clock brings, and what is left of an announcement."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from kernel.clock import now
from kernel.tanggal import MONTHS
from messaging import work
from messaging.notices import tell
from messaging.periodic import periodic
from services.neighbourhood import activities, announcements, notices
from services.neighbourhood.models import Announcement, MonthlyReport, Outcome
from services.neighbourhood.monthly import (
    LAST_DAYS,
    after,
    differs,
    due_month,
    figures,
    first_of,
)
from services.neighbourhood.telling import KIND, tell_some
from tenants.office import queries as office
from tenants.office.models import Holding
from tenants.office.roles import Can, having
from tenants.registry.current import city
from tenants.registry.leftovers import sweep

HOUR = 7  # from which heads are reminded


@periodic("neighbourhood.monthly", every=timedelta(hours=3))
def monthly(payload: dict[str, Any]) -> None:
    """In the last days of a month: who has not sent its report."""
    if not city().is_read_only:
        remind(at=now())


@transaction.atomic
def remind(*, at: datetime) -> int:
    """Remind each head whose unit has not sent the month's report, once a month; how many.

    A report that was sent before these last days counts where it still says what happened. Constant
    queries, and a few for each unit that sent so early."""
    local = at.astimezone(city().tz)
    today = local.date()
    if local.hour < HOUR or (after(first_of(today)) - today).days > LAST_DAYS:
        return 0
    month = due_month(today)
    units = office.vouched_units().exclude(pk__in=_done(month, today))
    held: dict[int, list[Holding]] = defaultdict(list)
    holdings = (
        office.current_holdings(today)
        .filter(having(Can.VOUCHES, "post__role"), post__unit__in=units, user__is_active=True)
        .select_related("user", "post__unit__parent__parent").order_by("post__unit__code", "pk")
    )  # fmt: skip
    for holding in holdings:
        held[holding.post.unit_id].append(holding)
    words = f"{MONTHS[month.month - 1]} {month.year}"
    told = 0
    for of_unit in held.values():
        for holding in of_unit:
            told += tell(
                notices.MONTHLY, holding.user, where=holding.post.full_title, month=words,
                key=f"monthly:{month:%Y-%m}:{holding.post_id}:{holding.user_id}",
                link=city().page("rt-monthly"), city=city().name,
            )  # fmt: skip
    return told


@work.handler(KIND)
def announce(payload: dict[str, Any]) -> None:
    """The residents of an announcement who were not told yet."""
    tell_some(payload["announcement"], payload["after"])


def _done(month: date, today: date) -> set[int]:
    """Units whose report of a month says what happened in it."""
    begin = after(month) - timedelta(days=LAST_DAYS)
    found = MonthlyReport.objects.filter(month=month).select_related("unit")
    newest = {report.unit_id: report for report in found.order_by("version")}
    return {
        unit
        for unit, report in newest.items()
        if report.sent_at.astimezone(city().tz).date() >= begin
        or not differs(report.figures, figures(report.unit, month, today=today))
    }


@periodic("neighbourhood.leftovers", every=timedelta(days=1))
def leftovers(payload: dict[str, Any]) -> None:
    """Files of announcements and activities whose row was never committed."""
    sweep(announcements.FOLDER, _announced, at=now())
    sweep(activities.FOLDER, _photos, at=now())


def _announced(paths: Collection[str]) -> set[str]:
    return set(Announcement.objects.filter(path__in=paths).values_list("path", flat=True))


def _photos(paths: Collection[str]) -> set[str]:
    return set(Outcome.objects.filter(path__in=paths).values_list("path", flat=True))
