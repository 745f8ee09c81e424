"""How a city stands that has been set up: what its administrator's home shows instead of what is
left to do."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count

from messaging.queries import failed_mails
from services.applications.models import Application
from services.cases import waiting
from tenants.office import readiness
from tenants.office.queries import vacant_posts
from tenants.registry import entitlements
from tenants.registry.current import city

S = Application.State
# As an administrator reads them; a draft is nobody's business but its owner's.
STATES: dict[str, str] = {
    S.DONE: "selesai",
    S.RUNNING: "sedang diproses",
    S.ISSUING: "suratnya sedang dibuat",
    S.RETURNED: "menunggu perbaikan warga",
    S.REFUSED: "ditolak",
    S.WITHDRAWN: "dibatalkan",
}


@dataclass(frozen=True, slots=True)
class CityState:
    received: int  # sent in by residents since the month began
    by_state: list[tuple[str, int]]  # how those stand now
    late: int
    unattended: int
    ready: int
    villages: int
    vacant: int
    failed: int
    plan: str
    letters: int
    letters_limit: int | None


def state_of_city(*, at: datetime, today: date) -> CityState:
    """The numbers of this month and of this moment. A fixed number of queries."""
    here = city()
    since = entitlements.month_start(here, at)
    counts = dict(
        Application.objects.filter(submitted_at__gte=since)
        .values_list("state")
        .annotate(number=Count("pk"))
        .order_by()
    )
    return CityState(
        received=sum(counts.values()),
        by_state=[(word, counts[state]) for state, word in STATES.items() if state in counts],
        late=waiting.late(at).count(),
        unattended=waiting.unattended(today).count(),
        ready=readiness.ready_villages(today).count(),
        villages=readiness.villages(today).count(),
        vacant=vacant_posts(today).count(),
        failed=failed_mails().count(),
        plan=here.get_status_display(),
        letters=entitlements.usage(here, at)["letters"],
        letters_limit=entitlements.limits_of(here).letters,
    )
