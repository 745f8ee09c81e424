"""Reads of kiosks."""

import hashlib
from datetime import date, datetime

from django.db.models import QuerySet

from accounts.models import User
from services.residents.models import Kiosk
from tenants.office.models import Unit
from tenants.office.queries import posts_of
from tenants.office.roles import Can, can

LOGIN = "kios:"  # what the account of a kiosk begins with
WITH_RESIDENTS = (Unit.Kind.KELURAHAN, Unit.Kind.DESA, Unit.Kind.KECAMATAN)


def digest_of(token: str) -> bytes:
    """What is kept of a token: it is random enough to need no key."""
    return hashlib.sha256(token.encode()).digest()


def counters(user: User, today: date) -> list[Unit]:
    """Units with residents at whose counter somebody sits today: those whose kiosks they open."""
    units = [
        post.unit
        for post in posts_of(user, today)
        if can(post.role, Can.COUNTER) and post.unit.kind in WITH_RESIDENTS and post.unit.is_active
    ]
    return list({unit.pk: unit for unit in units}.values())


def open_at(unit_ids: list[int], at: datetime) -> QuerySet[Kiosk]:
    """The kiosks of these units that are open, the newest first."""
    found = Kiosk.objects.filter(unit__in=unit_ids, ended_at=None, until__gt=at)
    return found.select_related("unit", "user", "opened_by").order_by("-pk")


def with_token(token: str, at: datetime) -> Kiosk | None:
    """The open kiosk with this token, with who stands at it."""
    return (
        Kiosk.objects.filter(token_digest=digest_of(token), ended_at=None, until__gt=at)
        .select_related("unit", "user", "opened_by", "person__household__rt")
        .first()
    )


def may_stay(kiosk: Kiosk, today: date) -> bool:
    """Whether whoever opened it still sits at the counter of its unit."""
    is_there = kiosk.opened_by.is_active and kiosk.unit.is_active
    return is_there and any(unit.pk == kiosk.unit_id for unit in counters(kiosk.opened_by, today))


def stands_at(user: User, person_id: int, at: datetime) -> bool:
    """Whether it is this person's turn at the open kiosk of this account. No query for the
    account of a human."""
    if not user.login.startswith(LOGIN):
        return False
    found = Kiosk.objects.filter(user=user, ended_at=None, until__gt=at, person=person_id)
    kiosk = found.select_related("person").first()
    return kiosk is not None and kiosk.standing(at) is not None
