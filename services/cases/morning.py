"""The list of the day for each official who wants it. No personal data stands in it."""

from collections import defaultdict
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Q

from accounts.models import User
from messaging import choices
from messaging.notices import tell
from services.cases import notices
from services.cases.models import Step
from tenants.office import queries as office
from tenants.office.models import Holding
from tenants.office.roles import Can, can
from tenants.registry.current import city

MORNING = 7  # the hour at which desks get their list for the day


@transaction.atomic
def send_morning_lists(*, at: datetime) -> int:
    """Tell each official, once on a working day, what waits at their posts; how many are told.

    Nothing is sent where nothing waits. Constant queries.
    """
    local = at.astimezone(city().tz)
    today = local.date()
    if local.hour != MORNING or not office.calendar().is_workday(today):
        return 0
    waiting: dict[tuple[int, str], tuple[int, int]] = {
        (row["unit"], row["role"]): (row["open"], row["late"])
        for row in Step.objects.filter(state=Step.State.OPEN)
        .order_by("unit", "role")
        .values("unit", "role")
        .annotate(open=Count("pk"), late=Count("pk", filter=Q(due_at__lt=at)))
    }
    holdings = _holdings(today, {unit for unit, _ in waiting})
    chosen = choices.made({holding.user_id for holding in holdings}, notices.DAILY)
    lists: dict[User, list[Holding]] = defaultdict(list)
    for holding in holdings:
        post = holding.post
        wants = chosen.get(holding.user_id, notices.daily_is_usual(post.role))
        if wants and (post.unit_id, post.role) in waiting:
            lists[holding.user].append(holding)
    for user, held in lists.items():
        lines = []
        for holding in held:
            found, late = waiting[holding.post.unit_id, holding.post.role]
            lines.append({"title": holding.post.title, "open": found, "late": late})
        pages = {_page(holding.post.role) for holding in held}
        links = [{"words": words, "address": city().page(name)} for words, name in sorted(pages)]
        tell(notices.DIGEST, user, key=f"morning:{user.pk}:{today}", lines=lines, links=links,
             city=city().name)  # fmt: skip
    return len(lists)


def _page(role: str) -> tuple[str, str]:
    if can(role, Can.VOUCHES):
        return "Jawab di sini", "rt-inbox"
    return "Buka meja kerja", "desk-inbox"


def _holdings(today: date, units: set[int]) -> list[Holding]:
    return list(
        office.current_holdings(today)
        .filter(post__unit__in=units, user__is_active=True)
        .exclude(user__email="")
        .select_related("user", "post")
        .order_by("post__unit__code", "pk")
    )
