"""Terms of heads and deputies of RT, RW and dusun: who is reminded before one ends."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from kernel.tanggal import long_date
from messaging.notices import tell
from tenants.office import notices
from tenants.office.models import Holding
from tenants.office.queries import admins, current_holdings, offices_of, village_code
from tenants.office.roles import NEIGHBOURHOOD, Can, having
from tenants.registry.current import city

DAYS = (60, 14, 1)  # before a term's last day


@dataclass(frozen=True, slots=True)
class Ending:
    """A term that ends soon, without its holder's name: a notice may be read by anybody."""

    holding: Holding
    days: int  # that are left, today not counted

    @property
    def line(self) -> str:
        assert self.holding.until is not None
        return f"{self.holding.post.full_title}: {long_date(self.holding.until)}"


def days_left(holding: Holding, on: date) -> int | None:
    """Days until the last day of a term, None for one without an end or further away than the
    first reminder."""
    if holding.until is None:
        return None
    left = (holding.until - on).days
    return left if 0 <= left <= DAYS[0] else None


def ending(on: date) -> list[Ending]:
    """Terms of neighbourhoods of which somebody is to be reminded on a day. One query.

    Each term comes once for each of ``DAYS``; a day on which this did not run is made up for. A
    post whose successor is appointed already needs no reminder."""
    soon = current_holdings(on).filter(
        having(Can.VOUCHES, "post__role"), post__unit__kind__in=NEIGHBOURHOOD,
        until__lte=on + timedelta(days=DAYS[0]), is_acting=False, user__is_active=True,
    )  # fmt: skip
    found = []
    rows = soon.filter(Q(reminded=None) | Q(reminded__gt=DAYS[-1]))
    for holding in rows.select_related("user", "post__unit__parent__parent__parent").order_by("pk"):
        left = days_left(holding, on)
        if left is None:
            continue
        reached = min(days for days in DAYS if left <= days)
        if holding.reminded is None or reached < holding.reminded:
            holding.reminded = reached
            found.append(Ending(holding, left))
    succeeded = set(
        Holding.objects.filter(
            post__in=[one.holding.post_id for one in found], since__gt=on, is_acting=False
        ).values_list("post", flat=True)
    )
    return [one for one in found if one.holding.post_id not in succeeded]


@transaction.atomic
def remind(*, on: date) -> int:
    """Tell each holder whose term ends soon; the head and the counter of their kelurahan and the
    administrators get one list each. How many terms were told of."""
    found = ending(on)
    for one in found:
        _tell_holder(one)
    by_village: dict[str, list[Ending]] = defaultdict(list)
    for one in found:
        by_village[village_code(one.holding.post.unit)].append(one)
    lists: dict[User, list[Ending]] = defaultdict(list)
    for held in offices_of(by_village, on):
        lists[held.user] += by_village[held.post.unit.code]
    for user in admins(on) if found else []:
        lists[user] = found
    for user, endings in lists.items():
        lines = list(dict.fromkeys(one.line for one in endings))
        tell(
            notices.TERMS_ENDING, user, key=f"terms-ending:{user.pk}:{on}", count=len(lines),
            lines=lines[:200], city=city().name,
        )  # fmt: skip
    Holding.objects.bulk_update([one.holding for one in found], ["reminded"], batch_size=500)
    return len(found)


def _tell_holder(one: Ending) -> None:
    holding = one.holding
    assert holding.until is not None
    tell(
        notices.TERM_ENDING, holding.user,
        key=f"term-ending:{holding.pk}:{holding.reminded}:{holding.until}",
        post=holding.post.full_title, until=long_date(holding.until), days=one.days,
        link=city().page("rt-inbox"), city=city().name,
    )  # fmt: skip
