"""Telling residents of an announcement: so many in one transaction, the rest in the next."""

from accounts.models import User
from kernel.clock import now
from messaging import outbox
from messaging.notices import tell
from services.neighbourhood import audiences, notices
from services.neighbourhood.models import Announcement
from tenants.registry.current import city

KIND = "neighbourhood.announce"
AT_ONCE = 300


def tell_some(announcement_id: int, after: int = 0) -> int:
    """Tell the next residents who are meant and have an account, those behind ``after`` by the id
    of their account, and order what is left; how many were told. None once it was withdrawn. Call
    in a transaction."""
    found = Announcement.objects.select_related("unit").get(pk=announcement_id)
    if found.withdrawn_at is not None:
        return 0
    today = now().astimezone(city().tz).date()
    meant = audiences.people_of(found.unit, found.audience, today)
    readers = User.objects.filter(resident__person__in=meant, is_active=True, pk__gt=after)
    some = list(readers.order_by("pk")[: AT_ONCE + 1])
    link = city().page("announcement", found.pk)
    for reader in some[:AT_ONCE]:
        tell(
            notices.ANNOUNCED, reader, key=f"announcement:{found.pk}:{reader.pk}",
            title=found.title, office=found.office, link=link, city=city().name,
        )  # fmt: skip
    if len(some) > AT_ONCE:
        last = some[AT_ONCE - 1].pk
        outbox.enqueue(
            KIND, {"announcement": found.pk, "after": last},
            key=f"announcement:{found.pk}:after:{last}",
        )  # fmt: skip
    return len(some[:AT_ONCE])
