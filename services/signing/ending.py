"""Certificates that end soon."""

from datetime import datetime, timedelta

from django.db import transaction

from kernel.tanggal import long_date
from messaging.notices import tell
from services.signing import notices
from services.signing.models import Certificate
from tenants.registry.current import city

SOON = timedelta(days=30)


@transaction.atomic
def warn(*, at: datetime) -> int:
    """Tell each official once whose certificate ends within a month; how many."""
    rows = list(
        Certificate.objects.select_for_update(of=("self",))
        .filter(revoked_at=None, warned_at=None, ends_at__lte=at + SOON, user__is_active=True)
        .select_related("user")
        .order_by("pk")[:200]
    )
    for row in rows:
        day = long_date(row.ends_at.astimezone(city().tz).date())
        tell(
            notices.CERTIFICATE_ENDS, row.user, key=f"certificate-ends:{row.pk}", day=day,
            link=city().page("desk-certificate"), city=city().name,
        )  # fmt: skip
        row.warned_at = at
        row.save(update_fields=["warned_at"])
    return len(rows)
