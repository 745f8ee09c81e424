"""The guest book: who stays the night without living there, kept as soon as it is reported."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from kernel.nik import parse_nik
from kernel.text import squeeze
from services.applications.models import Application
from services.applications.proposals import known_by
from services.neighbourhood.areas import lies_there
from services.neighbourhood.models import BoardingHouse, Guest
from services.residents.models import Person
from services.residents.sealing import seal
from tenants.office.models import Post, Unit
from tenants.registry.current import city


def keep(
    application: Application, facts: Mapping[str, Any], *, host: Person, unit: Unit,
    house: BoardingHouse | None,
) -> Guest:  # fmt: skip
    """Write what a report says of a guest into the book; again with what a corrected one says."""
    arrived = date.fromisoformat(facts["on"])
    nik = _digits(str(facts.get("nik") or ""))
    found, _ = Guest.objects.update_or_create(
        application=application,
        defaults={
            "unit": unit, "host": host, "house": house, "person": known_by(nik),
            "name": facts["name"], "nik_sealed": seal(nik) if nik else None,
            "came_from": str(facts.get("from") or "")[:250], "arrived_on": arrived,
            "stays_until": arrived + timedelta(days=facts["days"]),
        },
    )  # fmt: skip
    return found


def _digits(nik: str) -> str:
    """A NIK as it is sealed; "" for what is none: a guest without papers is kept as well."""
    try:
        return parse_nik(nik).digits if nik else ""
    except RuleBroken:
        return ""


def alike(application: Application, facts: Mapping[str, Any]) -> list[Guest]:
    """Guests of the same name in the same household whose nights meet those told of."""
    if not facts.get("name") or not facts.get("on") or not facts.get("days"):
        return []
    begin = date.fromisoformat(facts["on"])
    end = begin + timedelta(days=facts["days"])
    there = Guest.objects.filter(
        host__household=application.applicant.household_id, arrived_on__lte=end,
        stays_until__gte=begin, left_on=None,
    ).exclude(application=application)  # fmt: skip
    return [one for one in there if squeeze(one.name) == squeeze(facts["name"])]


def listed(posts: Sequence[Post]) -> QuerySet[Guest]:
    """The guest book of the own area: who is there first, then the newest."""
    return (
        Guest.objects.filter(lies_there(posts))
        .select_related("host__household__rt", "house", "application")
        .order_by("left_on", "-arrived_on", "-pk")
    )


def there(posts: Sequence[Post], today: date) -> QuerySet[Guest]:
    """Who stays there on a day, as far as it was told."""
    return listed(posts).filter(
        Q(left_on=None) | Q(left_on__gt=today), arrived_on__lte=today, stays_until__gte=today
    )


def of_area(posts: Sequence[Post], guest_id: int) -> Guest:
    """One guest of the own area. Raises NotThere."""
    found = listed(posts).filter(pk=guest_id).first()
    if found is None:
        raise NotThere("Tamu ini tidak ditemukan di wilayah Anda.")
    return found


def _locked(posts: Sequence[Post], guest_id: int) -> Guest:
    of_area(posts, guest_id)
    return Guest.objects.select_for_update(of=("self",)).get(pk=guest_id)


@transaction.atomic
def leave(*, guest_id: int, posts: Sequence[Post], by: User, at: datetime, on: date) -> Guest:
    """A guest has left. Raises NotThere, RuleBroken."""
    found = _locked(posts, guest_id)
    if found.left_on is None:
        if on < found.arrived_on:
            raise RuleBroken("Tanggal pulang mendahului tanggal datang. Periksa lagi.", field="on")
        if on > at.astimezone(city().tz).date():
            raise RuleBroken("Tanggal pulang belum tiba. Catat setelah tamunya pulang.", field="on")
        found.left_on = on
        found.save(update_fields=["left_on"])
        audit.record("guest.left", actor=by, subject="guest", subject_id=found.pk)
    return found


@transaction.atomic
def come_back(*, guest_id: int, posts: Sequence[Post], by: User) -> Guest:
    """Give back that a guest has left. Raises NotThere."""
    found = _locked(posts, guest_id)
    if found.left_on is not None:
        found.left_on = None
        found.save(update_fields=["left_on"])
        audit.record("guest.not_left", actor=by, subject="guest", subject_id=found.pk)
    return found
