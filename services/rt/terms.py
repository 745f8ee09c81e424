"""What the head of a neighbourhood reads of their own term above the list of who waits."""

from dataclasses import dataclass
from datetime import date

from accounts.models import User
from tenants.office import absences, handing_over, terms
from tenants.office.models import Absence, HandOver, Holding
from tenants.office.queries import current_holdings
from tenants.office.roles import Can, can, having


@dataclass(frozen=True, slots=True)
class OwnTerm:
    """Terms that end within two months, hand-overs to confirm, the posts one heads, and the days
    on which one is away from them."""

    ending: list[tuple[Holding, int]]
    hand_overs: list[HandOver]
    heads: list[Holding]
    away: list[Absence]


def own_term(user: User, on: date) -> OwnTerm:
    """Three queries."""
    held = list(
        current_holdings(on)
        .filter(having(Can.VOUCHES, "post__role"), user=user)
        .select_related("post")
        .order_by("pk")
    )
    ending = [
        (holding, left) for holding in held if (left := terms.days_left(holding, on)) is not None
    ]
    heads = [holding for holding in held if can(holding.post.role, Can.HEADS)]
    return OwnTerm(ending, handing_over.of(user, on), heads, absences.of(heads, on))
