"""What the head of a neighbourhood reads of their own term above the list of who waits."""

from dataclasses import dataclass
from datetime import date

from accounts.models import User
from tenants.office import handing_over, terms
from tenants.office.models import HandOver, Holding
from tenants.office.queries import current_holdings
from tenants.office.roles import Can, having


@dataclass(frozen=True, slots=True)
class OwnTerm:
    """Terms that end within two months, and hand-overs to confirm."""

    ending: list[tuple[Holding, int]]
    hand_overs: list[HandOver]


def own_term(user: User, on: date) -> OwnTerm:
    """Two queries."""
    held = current_holdings(on).filter(
        having(Can.VOUCHES, "post__role"), user=user, until__isnull=False
    )
    ending = [
        (holding, left)
        for holding in held.select_related("post__unit__parent__parent__parent").order_by("pk")
        if (left := terms.days_left(holding, on)) is not None
    ]
    return OwnTerm(ending, handing_over.of(user, on))
