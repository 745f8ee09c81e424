"""Notices about who holds which post: no desk is filled and no administrator removed unnoticed."""

from datetime import date
from typing import Any

from django.db.models import Q

from accounts.models import User
from kernel.clock import now
from messaging.notices import Notice, notice, tell
from tenants.office.models import Holding
from tenants.office.queries import admins, current_holdings
from tenants.office.roles import Can, having
from tenants.registry.current import city

POST_GIVEN = notice(
    "office/post-given", "somebody got a post that opens residents' data",
    fields="name post unit since by link city", essential=True,
)  # fmt: skip
POSTS_GIVEN = notice(
    "office/posts-given", "many were appointed from one file",
    fields="count lines by link city", essential=True,
)  # fmt: skip
HEADS_GIVEN = notice(
    "office/heads-given", "many heads of RT, RW and dusun were appointed from one file",
    fields="count by link city",
)  # fmt: skip
ADMIN_ENDED = notice(
    "office/admin-ended", "an administrator's post was ended",
    fields="name post until by link city", essential=True,
)  # fmt: skip
INVITATION = notice(
    "office/invitation", "an official is invited to choose a password",
    fields="name posts by link sign_in city", essential=True,
)  # fmt: skip
TERM_ENDING = notice(
    "office/term-ending", "the term of somebody who vouches for neighbours ends soon, to them",
    fields="post until days link city",
)  # fmt: skip
TERMS_ENDING = notice(
    "office/terms-ending", "terms of heads of RT, RW and dusun end soon, to the kelurahan and city",
    fields="count lines city",
)  # fmt: skip
STANDS_IN = notice(
    "office/stands-in", "somebody stands in for a head who is away, to both",
    fields="post stand_in since until link city",
)  # fmt: skip
HAND_OVER = notice(
    "office/hand-over", "a post of a neighbourhood passes to a successor, to both",
    fields="post since link city",
)  # fmt: skip


def _to(people: list[User], about: Notice, *, key: str, **values: Any) -> None:
    for person in people:
        tell(
            about, person, key=f"{key}:{person.pk}", link=city().page("setup-posts"),
            city=city().name, **values,
        )  # fmt: skip


def tell_of_appointment(holding: Holding, *, by: User, today: date) -> None:
    """All administrators and the unit's head learn who got a post that opens residents' data."""
    heads = User.objects.filter(
        Q(holdings__in=current_holdings(today).filter(post__unit=holding.post.unit_id)),
        having(Can.HEADS, "holdings__post__role"),
    )
    people = {person.pk: person for person in [*admins(today), *heads]}
    people.pop(by.pk, None)
    people.pop(holding.user_id, None)
    _to(
        list(people.values()), POST_GIVEN, key=f"post-given:{holding.pk}",
        name=holding.user.name, post=holding.post.title, unit=holding.post.unit.name,
        since=f"{holding.since:%d-%m-%Y}", by=by.name,
    )  # fmt: skip


def tell_of_appointments(lines: list[str], *, by: User, today: date) -> None:
    """All administrators learn at once of many appointments."""
    people = [person for person in admins(today) if person.pk != by.pk]
    _to(
        people, POSTS_GIVEN, key=f"posts-given:{by.pk}:{int(now().timestamp())}",
        count=len(lines), lines=lines[:200], by=by.name,
    )  # fmt: skip


def tell_of_heads(count: int, *, file: int, by: User, today: date) -> None:
    """The other administrators learn how many heads of neighbourhoods were appointed."""
    for person in admins(today):
        if person.pk != by.pk:
            tell(
                HEADS_GIVEN, person, key=f"heads-given:{file}:{person.pk}", count=count,
                by=by.name, link=city().page("setup-neighbourhoods"), city=city().name,
            )  # fmt: skip


def tell_of_end(holding: Holding, *, until: date, by: User, today: date) -> None:
    """Whoever loses an administrator's post learns it, and so do all administrators."""
    people = {person.pk: person for person in [*admins(today), holding.user]}
    people.pop(by.pk, None)
    _to(
        list(people.values()), ADMIN_ENDED, key=f"post-taken:{holding.pk}:{until}",
        name=holding.user.name, post=holding.post.title, until=f"{until:%d-%m-%Y}", by=by.name,
    )  # fmt: skip
