"""The list of the day for each desk, by mail. No personal data stands in it."""

from collections import defaultdict
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Q

from accounts.models import User
from messaging import mail
from services.applications.models import Step
from tenants.office import queries as office
from tenants.office.models import Holding
from tenants.registry.current import city

MORNING = 7  # the hour at which desks get their list for the day
NEIGHBOURHOOD = ("ketua_rt", "ketua_rw")  # told of each arrival (subscribers.py)


@transaction.atomic
def send_morning_lists(*, at: datetime) -> int:
    """Tell each official of a desk, once on a working day, what waits there; how many mails.

    Nothing is sent to a desk where nothing waits. Constant queries.
    """
    local = at.astimezone(city().tz)
    today = local.date()
    if local.hour != MORNING or not office.calendar().is_workday(today):
        return 0
    waiting: dict[tuple[int, str], tuple[int, int]] = {
        (row["unit"], row["role"]): (row["open"], row["late"])
        for row in Step.objects.filter(state=Step.State.OPEN)
        .exclude(role__in=NEIGHBOURHOOD)
        .order_by("unit", "role")
        .values("unit", "role")
        .annotate(open=Count("pk"), late=Count("pk", filter=Q(due_at__lt=at)))
    }
    lists: dict[User, list[str]] = defaultdict(list)
    for holding in _holdings(today, {unit for unit, _ in waiting}):
        found = waiting.get((holding.post.unit_id, holding.post.role))
        if found is not None:
            late = f", {found[1]} di antaranya lewat waktu" if found[1] else ""
            lists[holding.user].append(f"{holding.post.title}: {found[0]} berkas{late}")
    for user, lines in lists.items():
        mail.send(
            user.email,
            "Berkas yang menunggu Anda hari ini",
            "\n".join(lines) + f"\n\nBuka meja kerja: {city().url('/meja/')}\n\n{city().name}",
            key=f"morning:{user.pk}:{today}",
        )
    return len(lists)


def _holdings(today: date, units: set[int]) -> list[Holding]:
    return list(
        office.current_holdings(today)
        .filter(post__unit__in=units, user__is_active=True)
        .exclude(user__email="")
        .select_related("user", "post")
        .order_by("post__unit__code", "pk")
    )
