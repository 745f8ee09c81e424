"""Whose books somebody reads, and in which they write."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kernel.errors import NotThere
from tenants.office.models import Post, Unit
from tenants.office.queries import units_below
from tenants.office.roles import Can, can

KINDS = (Unit.Kind.KELURAHAN, Unit.Kind.DESA, Unit.Kind.KECAMATAN, Unit.Kind.DINAS)
_VILLAGES = (Unit.Kind.KELURAHAN, Unit.Kind.DESA)
NOT_YOURS = "Buku ini tidak ditemukan di kantor Anda."


@dataclass(frozen=True, slots=True)
class Reach:
    """The offices whose books somebody reads, in order, and those in whose books they write."""

    units: Sequence[Unit]
    own: Sequence[Unit]
    whole_city: bool
    posts: Sequence[Post]

    @property
    def ids(self) -> list[int]:
        return [unit.pk for unit in self.units]

    def unit(self, pk: int) -> Unit:
        """One of those that are read. Raises NotThere."""
        found = next((unit for unit in self.units if unit.pk == pk), None)
        if found is None:
            raise NotThere(NOT_YOURS)
        return found

    def writes(self, unit_id: int) -> bool:
        return any(unit.pk == unit_id for unit in self.own)

    def writable(self, unit_id: int) -> Unit:
        """One of those that are written. Raises NotThere."""
        found = next((unit for unit in self.own if unit.pk == unit_id), None)
        if found is None:
            raise NotThere(NOT_YOURS)
        return found

    def heads(self, unit_id: int) -> bool:
        """Whether somebody heads this office."""
        return any(can(post.role, Can.HEADS) and post.unit_id == unit_id for post in self.posts)


def reach_of(desks: Iterable[Post], *, administers: bool) -> Reach:
    """Officials read the books of their own offices, and in a kecamatan those of its kelurahan and
    desa; administrators those of the whole city. Everybody writes in those of their own offices
    alone. One query for each kecamatan or administrator."""
    posts = [post for post in desks if post.unit.kind in KINDS]
    own = {post.unit_id: post.unit for post in posts}
    if administers:
        every = Unit.objects.filter(kind__in=KINDS).order_by("code")
        return Reach(list(every), list(own.values()), True, posts)
    units = dict(own)
    for unit in own.values():
        if unit.kind == Unit.Kind.KECAMATAN:
            inside = units_below(unit).filter(kind__in=_VILLAGES)
            units |= {below.pk: below for below in inside.order_by("code")}
    return Reach(list(units.values()), list(own.values()), False, posts)
