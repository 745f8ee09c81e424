"""Who may make a signature today: the official in whose name the letter is written, as long as they
hold a post for it or stand in at one. Who held it before may not, also in their own name."""

from collections.abc import Iterable

from django.db.models import Q

from accounts.models import User
from kernel.clock import now
from services.signing.models import Signature
from tenants.office import queries as office
from tenants.office.models import Post
from tenants.office.roles import Can, can
from tenants.registry.current import city


def posts_today(user: User) -> list[Post]:
    """The posts by which this official signs today. One query, and none a second time in a
    request."""
    return office.posts_of(user, now().astimezone(city().tz).date())


def may_sign(row: Signature, user: User, posts: Iterable[Post]) -> bool:
    """Whether the signature is this official's to make from the posts that they hold."""
    return row.signer_id == user.pk and is_at(row, posts)


def is_at(row: Signature, posts: Iterable[Post]) -> bool:
    """Whether a signature is made from one of these posts, as holder or as deputy."""
    roles = (row.role, *row.deputies)
    return any(
        post.unit_id == row.unit_id and (not row.role or post.role in roles) for post in posts
    )


def at_posts(posts: Iterable[Post]) -> Q:
    """The same as a condition."""
    wanted = Q(pk__in=[])
    for post in posts:
        fits = Q(role=post.role) | Q(deputies__contains=[post.role]) | Q(role="")
        wanted |= Q(unit=post.unit_id) & fits
    return wanted


def seen_from(posts: Iterable[Post]) -> Q:
    """What may be seen from these posts: what is signed there, and by whom at an office that one
    of them heads."""
    posts = list(posts)
    headed = [post.unit_id for post in posts if can(post.role, Can.HEADS)]
    return at_posts(posts) | Q(unit__in=headed)
