"""Whose cash book somebody keeps: that of the unit of each post that keeps money today."""

from collections.abc import Iterable

from kernel.errors import NotThere
from tenants.office.models import Post, Unit
from tenants.office.roles import Can, can


def keeping(posts: Iterable[Post]) -> list[Post]:
    """The posts whose holders keep a cash book. Who stands in for a head keeps none."""
    return [post for post in posts if can(post.role, Can.KEEPS_MONEY) and not post.is_stood_in]


def units_of(posts: Iterable[Post]) -> list[Unit]:
    """The units whose books these posts keep."""
    return list({post.unit_id: post.unit for post in keeping(posts)}.values())


def post_of(posts: Iterable[Post], unit_id: int) -> Post:
    """The post by which somebody keeps the book of this unit. Raises NotThere."""
    found = next((post for post in keeping(posts) if post.unit_id == unit_id), None)
    if found is None:
        raise NotThere("Buku kas ini bukan untuk wilayah Anda.")
    return found


def locked(posts: Iterable[Post], unit_id: int) -> Post:
    """The same, with the unit's book locked until the end of the transaction: one line after the
    other, so that numbers have no gap and no line comes into a month being closed."""
    found = post_of(posts, unit_id)
    Unit.objects.select_for_update(of=("self",)).get(pk=unit_id)
    return found
