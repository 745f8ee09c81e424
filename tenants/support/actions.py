"""Looking into a city with its consent: ask, grant, refuse, revoke, enter, leave.

    ask(city, reason, hours, by) -> Visit           an operator, in public
    grant(visit_id, hours, by) / refuse(visit_id, by)   an administrator, in the city
    revoke(visit_id, by)                            the same, at any time
    link(visit_id, by) -> str                       the operator who asked; works once, two minutes
    enter(token) -> (Visit, User)                   on the city's host; uses the link up
    leave(visit_id, by_name)                        the operator gives the consent back

Every deed stands in both audits, the platform's and the city's.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.core import signing
from django.db import IntegrityError, transaction

from accounts.models import User
from audit import actions as audit
from audit.actions import Actor
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from messaging.notices import tell
from tenants.backend.scope import in_city, in_public
from tenants.office import queries as office
from tenants.registry.current import city as here
from tenants.registry.models import City
from tenants.support import inside
from tenants.support.models import UNANSWERED, Visit
from tenants.support.notices import VISIT_ASKED, VISIT_DECIDED

MOST_HOURS = 72
HOURS = (1, 4, 8, 24, 72)
LINK_LASTS = 120  # seconds
SALT = "tenants.support.link"
PAGE = "support"
S = Visit.State


class LinkUsed(RuleBroken):
    """The one-time link is used, too old, of another city, or made up: all look alike."""

    status = 410
    code = "tautan-tidak-berlaku"

    def __init__(self) -> None:
        super().__init__("Tautan ini tidak berlaku lagi. Buat yang baru di konsol.")


def _note(what: str, visit: Visit, city: City, *, by: Actor | None, inside: bool) -> None:
    """In both audits. The actor's number means something in their own schema alone."""
    detail: dict[str, object] = {"visit": visit.pk, "by": by.name if by else ""}
    with in_public():
        audit.record(
            what, actor=None if inside else by, subject="city", subject_id=city.code, detail=detail
        )
    with in_city(city):
        audit.record(
            what, actor=by if inside else None, subject="visit", subject_id=visit.pk, detail=detail
        )


def _locked(visit_id: int, city: City) -> Visit:
    """Call in public. Another city's visit does not exist."""
    visit = Visit.objects.select_for_update().filter(pk=visit_id, city_id=city.pk).first()
    if visit is None:
        raise NotThere("Permintaan dukungan ini tidak ditemukan.")
    return visit


def ask(city: City, *, reason: str, hours: int, by: User, at: datetime | None = None) -> Visit:
    """Ask a city's administrators; each of them is mailed."""
    at = at or now()
    reason = " ".join(reason.split())
    if not by.is_operator:
        raise RuleBroken("Hanya operator yang dapat meminta akses dukungan.")
    if not reason or len(reason) > 300:
        raise RuleBroken("Tulis alasannya; admin kota akan membacanya.", field="reason")
    if not 1 <= hours <= MOST_HOURS:
        raise RuleBroken(f"Pilih paling lama {MOST_HOURS} jam.", field="hours")
    if not city.is_live:
        raise RuleBroken(f"{city.name} belum atau tidak lagi berjalan.")
    with in_public(), transaction.atomic():
        _close_old(city, by, at)
        visit = Visit(
            city_id=city.pk, city_code=city.code, operator_id=by.pk, operator_name=by.name,
            reason=reason, hours=hours, asked_at=at,
        )  # fmt: skip
        try:
            with transaction.atomic():
                visit.save()
        except IntegrityError:
            raise RuleBroken("Permintaan Anda untuk kota ini masih terbuka.") from None
        _note("support.asked", visit, city, by=by, inside=False)
        with in_city(city):
            for admin in office.admins(at.astimezone(city.tz).date()):
                tell(
                    VISIT_ASKED, admin, key=f"support:{visit.pk}:asked:{admin.pk}",
                    name=admin.name, by=by.name, city=city.name, hours=hours, reason=reason,
                    link=city.page(PAGE),
                )  # fmt: skip
    return visit


def _close_old(city: City, by: User, at: datetime) -> None:
    """What has expired or was never answered makes room for a new request."""
    for old in Visit.objects.select_for_update().filter(
        city_id=city.pk, operator_id=by.pk, state__in=[S.ASKED, S.GRANTED]
    ):
        lapsed = old.state == S.ASKED and old.asked_at + UNANSWERED <= at
        if lapsed or (old.state == S.GRANTED and not old.is_open(at)):
            old.state, old.ended_at = S.ENDED, old.expires_at or at
            old.save(update_fields=["state", "ended_at"])


def _as_admin(by: User, at: datetime) -> City:
    city = here()
    if not office.is_admin(by, at.astimezone(city.tz).date()):
        raise RuleBroken("Hanya admin kota yang dapat memutuskan ini.")
    return city


def grant(visit_id: int, *, hours: int, by: User, at: datetime | None = None) -> Visit:
    """Consent for so many hours from now, never more than asked for."""
    at = at or now()
    city = _as_admin(by, at)
    with in_public(), transaction.atomic():
        visit = _unanswered(visit_id, city)
        if visit.asked_at + UNANSWERED <= at:
            raise Stale("Permintaan ini sudah terlalu lama. Dukungan perlu memintanya lagi.")
        if not 1 <= hours <= visit.hours:
            raise RuleBroken(f"Pilih paling lama {visit.hours} jam.", field="hours")
        visit.expires_at = at + timedelta(hours=hours)
        _answer(visit, S.GRANTED, by, at)
        _note("support.granted", visit, city, by=by, inside=True)
        _tell(visit, city, f"diizinkan selama {hours} jam", "granted")
    return visit


def refuse(visit_id: int, *, by: User, at: datetime | None = None) -> Visit:
    """Say no; nothing was open and nothing opens."""
    at = at or now()
    city = _as_admin(by, at)
    with in_public(), transaction.atomic():
        visit = _unanswered(visit_id, city)
        _answer(visit, S.REFUSED, by, at)
        _note("support.refused", visit, city, by=by, inside=True)
        _tell(visit, city, "ditolak", "refused")
    return visit


def revoke(visit_id: int, *, by: User, at: datetime | None = None) -> Visit:
    """Take the consent back: whoever is inside is out with their next request."""
    at = at or now()
    city = _as_admin(by, at)
    with in_public(), transaction.atomic():
        visit = _locked(visit_id, city)
        if not visit.is_open(at):
            raise Stale("Izin ini sudah tidak berlaku.")
        _close(visit, S.REVOKED, by.name, at)
        _note("support.revoked", visit, city, by=by, inside=True)
        _tell(visit, city, "dicabut", "revoked")
    return visit


def leave(visit_id: int, *, by: User, at: datetime | None = None) -> Visit:
    """The operator is done, or no longer needs an answer."""
    at = at or now()
    with in_public(), transaction.atomic():
        visit = Visit.objects.select_for_update().filter(pk=visit_id, operator_id=by.pk).first()
        if visit is None or visit.city is None:
            raise NotThere("Permintaan dukungan ini tidak ditemukan.")
        if visit.state not in (S.ASKED, S.GRANTED):
            raise Stale("Permintaan ini sudah selesai.")
        city = visit.city
        _close(visit, S.ENDED, by.name, at)
        _note("support.ended", visit, city, by=by, inside=False)
    return visit


def _unanswered(visit_id: int, city: City) -> Visit:
    visit = _locked(visit_id, city)
    if visit.state != S.ASKED:
        raise Stale("Permintaan ini sudah dijawab.")
    return visit


def _answer(visit: Visit, state: str, by: User, at: datetime) -> None:
    visit.state = state
    visit.decided_by_id, visit.decided_by_name, visit.decided_at = by.pk, by.name, at
    visit.save()


def _close(visit: Visit, state: str, name: str, at: datetime) -> None:
    visit.state, visit.ended_at, visit.ended_by_name, visit.link_digest = state, at, name, ""
    visit.save()
    with in_city(_city_of(visit)):
        inside.forget(visit.pk)
        User.objects.filter(login=login_of(visit.pk)).update(is_active=False)


def _city_of(visit: Visit) -> City:
    assert visit.city is not None
    return visit.city


def _tell(visit: Visit, city: City, what: str, deed: str) -> None:
    operator = User.objects.filter(pk=visit.operator_id, is_active=True).first()
    if operator is not None:
        tell(VISIT_DECIDED, operator, key=f"support:{visit.pk}:{deed}", city=city.name, what=what,
             by=visit.decided_by_name)  # fmt: skip


# --- entering -----------------------------------------------------------------------------------


def login_of(visit_id: int) -> str:
    """No e-mail address and no NIK: nobody signs in with it, and no mail resets it."""
    return f"dukungan:{visit_id}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def link(visit_id: int, *, by: User, at: datetime | None = None) -> str:
    """The absolute address by which the operator who asked gets in; earlier ones stop working."""
    at = at or now()
    with in_public(), transaction.atomic():
        visit = Visit.objects.select_for_update().filter(pk=visit_id, operator_id=by.pk).first()
        if visit is None or visit.city is None:
            raise NotThere("Permintaan dukungan ini tidak ditemukan.")
        if not visit.is_open(at):
            raise Stale("Kota ini belum mengizinkan, atau izinnya sudah habis.")
        secret = secrets.token_urlsafe(24)
        visit.link_digest = _digest(secret)
        visit.save(update_fields=["link_digest"])
        audit.record(
            "support.link", actor=by, subject="city", subject_id=visit.city_code,
            detail={"visit": visit.pk},
        )  # fmt: skip
    token = signing.dumps([visit.pk, secret], salt=SALT)
    return visit.city.page("support-enter", token)


def enter(token: str, *, at: datetime | None = None) -> tuple[Visit, User]:
    """Use the link up. Returns the visit and the read-only user it enters as. Raises LinkUsed."""
    at = at or now()
    city = here()
    try:
        visit_id, secret = signing.loads(token, salt=SALT, max_age=LINK_LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        raise LinkUsed from None
    with in_public(), transaction.atomic():
        visit = Visit.objects.select_for_update().filter(pk=visit_id, city_id=city.pk).first()
        right = visit is not None and secrets.compare_digest(visit.link_digest, _digest(secret))
        if visit is None or not right or not visit.is_open(at) or not is_operator(visit):
            raise LinkUsed
        visit.link_digest, visit.entered_at = "", at
        visit.save(update_fields=["link_digest", "entered_at"])
        with in_city(city):
            user = _user_of(visit)
            _note("support.entered", visit, city, by=user, inside=True)
            assert visit.expires_at is not None
            inside.note(visit.pk, visit.operator_name, visit.expires_at)
    return visit, user


def is_operator(visit: Visit) -> bool:
    """Whether whoever was let in is still an operator. Call in public."""
    return User.objects.filter(pk=visit.operator_id, is_operator=True, is_active=True).exists()


def _user_of(visit: Visit) -> User:
    login = login_of(visit.pk)
    user = User.objects.filter(login=login).first()
    if user is None:
        name = f"Dukungan Balai – {visit.operator_name}"[:150]
        user = User.objects.create_user(login, None, name=name)
    return user
