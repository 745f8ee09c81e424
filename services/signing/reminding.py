"""Letters that wait for a signature past the clock of their step."""

from collections import Counter
from datetime import datetime

from django.db import transaction

from accounts.models import User
from kernel.once import reading_once
from messaging.notices import tell
from services.letters.models import Letter
from services.signing import notices, queries, signers
from services.signing.models import Signature
from tenants.office import queries as office
from tenants.registry.current import city

HOUR = 8  # of the morning at which officials are told
MOST = 2000  # letters of one morning


@transaction.atomic
@reading_once()
def remind(*, at: datetime) -> int:
    """Tell each official once on a working day how many letters wait too long for them; how many
    are told. Who holds the post now is told of what waits for somebody who does not any more."""
    local = at.astimezone(city().tz)
    today = local.date()
    if local.hour != HOUR or not office.calendar().is_workday(today):
        return 0
    late = queries.all_open().filter(due_at__lt=at, letter__state=Letter.State.RENDERED)
    found: Counter[User] = Counter()
    for row in late[:MOST]:
        user = _whose(row, at)
        if user is not None:
            found[user] += 1
    for user, count in found.items():
        tell(
            notices.OVERDUE, user, key=f"sign-overdue:{user.pk}:{today}", count=count,
            link=city().page("desk-signing"), city=city().name,
        )  # fmt: skip
    return len(found)


def _whose(row: Signature, at: datetime) -> User | None:
    today = at.astimezone(city().tz).date()
    if row.signer.is_active and signers.is_at(row, office.posts_of(row.signer, today)):
        return row.signer
    holding = office.holder_of(row.unit, row.role, today)
    return holding.user if holding is not None else None
