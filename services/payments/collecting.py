"""Who collects: the posts that take money for a unit, and who agrees to giving it back."""

from collections.abc import Iterable

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from services.payments.models import FeeOrder
from services.residents import officials
from tenants.office.models import Post, Unit
from tenants.office.roles import Can, can


def collecting(posts: Iterable[Post]) -> list[Post]:
    """The posts whose holders take money. Who stands in for somebody takes none."""
    return [post for post in posts if can(post.role, Can.COLLECTS) and not post.is_stood_in]


def units_of(posts: Iterable[Post]) -> list[Unit]:
    """The units for which these posts take money."""
    return list({post.unit_id: post.unit for post in collecting(posts)}.values())


def overseen(posts: Iterable[Post]) -> list[Unit]:
    """The units whose money these posts see: who collects there, and who heads it."""
    heads = [post for post in posts if can(post.role, Can.HEADS) and can(post.role, Can.SIGNS)]
    return list({post.unit_id: post.unit for post in (*collecting(posts), *heads)}.values())


def post_of(posts: Iterable[Post], order: FeeOrder, by: User) -> Post:
    """The post by which somebody collects this order. Raises NotThere, and RuleBroken where the
    order is their own."""
    for post in collecting(posts):
        if post.unit_id == order.unit_id:
            _refuse_own(by, order)
            return post
    raise NotThere("Tagihan ini bukan untuk kantor Anda.")


def decider_of(posts: Iterable[Post], order: FeeOrder, by: User) -> Post:
    """The post by which somebody may agree to a refund of this order: another collector of the
    unit, or its head. Raises NotThere, and RuleBroken where the order is their own."""
    for post in posts:
        heads = can(post.role, Can.HEADS) and can(post.role, Can.SIGNS)
        if post.unit_id == order.unit_id and (heads or can(post.role, Can.COLLECTS)):
            _refuse_own(by, order)
            return post
    raise NotThere("Tagihan ini bukan untuk kantor Anda.")


def _refuse_own(by: User, order: FeeOrder) -> None:
    """Nobody takes money for, or decides about, an order of their own."""
    person = order.person
    if person is None:
        return
    if person.pk in officials.own_people(by) or officials.may_be(by, person):
        raise RuleBroken(
            "Ini tagihan Anda sendiri, atau pembayarnya bernama sama dengan Anda, jadi harus "
            "ditangani petugas lain."
        )
