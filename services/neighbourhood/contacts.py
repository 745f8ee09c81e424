"""Numbers that a neighbourhood shares with its residents."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from services.neighbourhood.announcements import units_of
from services.neighbourhood.audiences import places_of
from services.neighbourhood.models import Contact
from services.residents.models import Person
from tenants.office.models import Post, Unit
from tenants.office.queries import current_holdings

MOST = 30  # of one unit


def _shown(today: date) -> Q:
    """Numbers of offices; those of people only while they hold a post of the unit."""
    held = current_holdings(today).filter(post__unit=OuterRef("unit"), user=OuterRef("holder"))
    return Q(holder=None) | Q(Exists(held))


def listed(posts: Sequence[Post], *, today: date) -> QuerySet[Contact]:
    """Those of the own units, in order. One query."""
    own = Contact.objects.filter(_shown(today), unit__in=[unit.pk for unit in units_of(posts)])
    return own.select_related("unit").order_by("unit__code", "position", "pk")


def for_resident(person: Person, today: date) -> QuerySet[Contact]:
    """Those of the units around a resident's home, the nearest unit first. One query."""
    found = Contact.objects.filter(_shown(today), unit__code__in=places_of(person))
    return found.select_related("unit").order_by("-unit__code", "position", "pk")


def of_area(posts: Sequence[Post], contact_id: int) -> Contact:
    """One of the own units. Raises NotThere."""
    found = Contact.objects.filter(unit__in=[unit.pk for unit in units_of(posts)], pk=contact_id)
    contact = found.select_related("unit").first()
    if contact is None:
        raise NotThere("Nomor ini tidak ditemukan di wilayah Anda.")
    return contact


def _unit(posts: Sequence[Post], unit_id: int) -> Unit:
    """The unit, locked: positions of one unit are given one after the other. Raises NotThere."""
    if unit_id not in [unit.pk for unit in units_of(posts)]:
        raise NotThere("Wilayah ini bukan wilayah Anda.")
    return Unit.objects.select_for_update().get(pk=unit_id)


@transaction.atomic
def add(
    *, unit_id: int, name: str, phone: str, note: str, is_own: bool, posts: Sequence[Post], by: User
) -> Contact:
    """Share a number, at the end of the list. ``is_own``: that of who shares it, which is shown no
    longer than they hold a post there. Raises NotThere, RuleBroken."""
    unit = _unit(posts, unit_id)
    there = list(Contact.objects.filter(unit=unit).order_by("position", "pk"))
    if len(there) >= MOST:
        raise RuleBroken("Sudah ada 30 nomor. Hapus dulu nomor yang tidak dipakai lagi.")
    found = Contact.objects.create(
        unit=unit, name=name, phone=phone, note=note, holder=by if is_own else None,
        position=there[-1].position + 1 if there else 1,
    )  # fmt: skip
    audit.record("contact.added", actor=by, subject="contact", subject_id=found.pk)
    return found


@transaction.atomic
def remove(*, contact_id: int, posts: Sequence[Post], by: User) -> None:
    """Share a number no longer. Raises NotThere."""
    found = of_area(posts, contact_id)
    _unit(posts, found.unit_id)
    audit.record("contact.removed", actor=by, subject="contact", subject_id=found.pk)
    found.delete()


@transaction.atomic
def move_up(*, contact_id: int, posts: Sequence[Post], by: User) -> None:
    """Show a number one place higher. Raises NotThere."""
    found = of_area(posts, contact_id)
    _unit(posts, found.unit_id)
    there = list(Contact.objects.filter(unit=found.unit_id).order_by("position", "pk"))
    place = next(number for number, one in enumerate(there) if one.pk == found.pk)
    if place:
        there[place - 1], there[place] = there[place], there[place - 1]
    for number, one in enumerate(there, start=1):
        one.position = number
    Contact.objects.bulk_update(there, ["position"])
    audit.record("contact.moved", actor=by, subject="contact", subject_id=found.pk)
