"""A post of a neighbourhood passes to a successor.

What waits at a post belongs to the post, so it is there for the successor at once. The hand-over
shows how much that is, as numbers alone, and both confirm it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere
from kernel.registry import Registry
from kernel.tanggal import long_date
from kernel.text import tidy
from messaging.notices import tell
from tenants.office import notices
from tenants.office.models import HandOver, Holding, Post
from tenants.office.roles import NEIGHBOURHOOD, Can, can
from tenants.registry.current import city

OPEN_DAYS = 30  # after the predecessor's last day
GAP = timedelta(days=90)  # a post may be vacant as long between two holders


@dataclass(frozen=True, slots=True)
class Line:
    """What of one kind passes on: how many, and what to do about it. No personal data."""

    label: str
    count: int
    hint: str = ""


passed_on: Registry[Callable[[Post], Line]] = Registry(
    "hand_over", "what lies at a post of an RT, RW or dusun when it passes to a successor"
)


def begin(holding: Holding) -> HandOver | None:
    """The hand-over to this new head of a neighbourhood, where somebody held the post before;
    both are told. Call in the transaction that appoints."""
    post = holding.post
    if post.unit.kind not in NEIGHBOURHOOD or not can(post.role, Can.HEADS) or holding.is_acting:
        return None
    before = post.holdings.filter(is_acting=False, until__lt=holding.since)
    given = before.filter(until__gte=holding.since - GAP).order_by("-until", "-pk").first()
    if given is None or given.user_id == holding.user_id:
        return None
    if HandOver.objects.filter(given=given).exists():
        return None
    made = HandOver.objects.create(given=given, taken=holding)
    for user in (given.user, holding.user):
        tell(
            notices.HAND_OVER, user, key=f"hand-over:{made.pk}:{user.pk}", post=post.full_title,
            since=long_date(holding.since), link=city().page("rt-hand-over", made.pk),
            city=city().name,
        )  # fmt: skip
    return made


def of(user: User, on: date) -> list[HandOver]:
    """The hand-overs this person takes part in and has not confirmed. One query.

    The predecessor may confirm until ``OPEN_DAYS`` after their last day, the successor from the
    day they are appointed."""
    giving = Q(given__user=user, given_at=None, given__until__gte=on - timedelta(days=OPEN_DAYS))
    taking = Q(taken__user=user, taken_at=None) & (Q(taken__until=None) | Q(taken__until__gte=on))
    found = HandOver.objects.filter(giving | taking)
    return list(found.select_related(*_RELATED).order_by("pk"))


_RELATED = ("given__user", "taken__user", "taken__post__unit__parent__parent__parent")


def get(pk: int, user: User, on: date) -> HandOver:
    """One hand-over for one of both, as long as it is theirs to confirm. Raises NotThere."""
    found = next((one for one in of(user, on) if one.pk == pk), None)
    if found is None:
        raise NotThere("Serah terima ini sudah selesai, atau bukan milik Anda.")
    return found


def lines(hand_over: HandOver) -> list[Line]:
    """What passes on with the post."""
    return [tell_of(hand_over.taken.post) for tell_of in passed_on]


@transaction.atomic
def confirm(*, pk: int, by: User, note: str = "", at: datetime) -> HandOver:
    """Say that one has handed over, or taken over. Raises NotThere."""
    HandOver.objects.select_for_update().filter(pk=pk).first()
    found = get(pk, by, at.astimezone(city().tz).date())
    if found.given.user_id == by.pk:
        found.given_at, found.note = at, tidy(note)[:500]
    else:
        found.taken_at = at
    found.save(update_fields=["given_at", "taken_at", "note"])
    audit.record(
        "post.handed_over", actor=by, subject="post", subject_id=found.taken.post_id,
        detail={"gives": found.given.user_id == by.pk},
    )  # fmt: skip
    return found
