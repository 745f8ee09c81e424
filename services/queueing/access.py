"""Whose waiting room it is: who calls at an office, and who arranges its lines."""

from collections.abc import Iterable

from kernel.errors import NotThere
from tenants.office.models import Post, Unit
from tenants.office.roles import Can, can

OFFICES = (Unit.Kind.KELURAHAN, Unit.Kind.DESA, Unit.Kind.KECAMATAN, Unit.Kind.DINAS)
_SERVES = (Can.COUNTER, Can.CHECKS)
_ARRANGES = (*_SERVES, Can.HEADS)
NO_OFFICE = "Antrean dilayani petugas loket di kantornya sendiri."


def _units(posts: Iterable[Post], may: tuple[Can, ...]) -> list[Unit]:
    found = {
        post.unit_id: post.unit
        for post in posts
        if post.unit.kind in OFFICES
        and post.unit.is_active
        and any(can(post.role, one) for one in may)
    }
    return list(found.values())


def serving(posts: Iterable[Post]) -> list[Unit]:
    """Offices at whose counter somebody sits who holds these posts."""
    return _units(posts, _SERVES)


def arranging(posts: Iterable[Post]) -> list[Unit]:
    """Offices whose lines, windows and screens they arrange: also as the head."""
    return _units(posts, _ARRANGES)


def unit_among(units: Iterable[Unit], unit_id: int) -> Unit:
    """The one with this id. Raises NotThere."""
    found = next((unit for unit in units if unit.pk == unit_id), None)
    if found is None:
        raise NotThere(NO_OFFICE)
    return found
