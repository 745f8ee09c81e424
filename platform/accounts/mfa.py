"""The second step of signing in: a code from a phone, or a recovery code kept on paper.

The codes themselves are django-otp's (docs/decisions/0013). Operators must have a second step;
a city's officials may switch it on for themselves. It counts for one session, never longer.

A demonstration's operator has no phone: ``demo_device`` and ``demo_code`` exist only where
``accounts.demo.possible`` says so, and such a device counts for nothing anywhere else.
"""

import logging
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import django_otp
from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.db.models.functions import Length
from django.http import HttpRequest
from django.utils.translation import gettext
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from accounts import demo, sealing
from accounts.models import Phone, User
from accounts.notices import DEVICE_REMOVED, MFA_OFF, MFA_ON, tell_of_change
from audit import actions as audit
from audit.actions import Actor
from kernel.clock import now
from kernel.errors import RuleBroken, Stale
from messaging.notices import tell

log = logging.getLogger(__name__)

PHONE = "Ponsel"
PAPER = "Kode cadangan"
DEMO = "Peragaan"
RECOVERY_CODES = 10
PLAIN = 8  # letters of a recovery code; what is kept of one is longer
PENDING_FOR = timedelta(minutes=10)  # between the password and the code
PENDING = "langkah_kedua"  # in the session: who gave the right password
DEMO_AHEAD = 40  # steps: a demonstration's visitor may sign in several times within 30 seconds

WRONG = (
    "Kode ini tidak cocok. Tunggu kode berikutnya di ponsel Anda, lalu ketik lagi. "
    "Periksa juga jam ponsel Anda."
)


class TooOften(RuleBroken):
    """Wrong codes too many times; locked for a while (axes)."""

    status = 429


def may_enrol(user: User) -> bool:
    """Residents sign in with their NIK on borrowed phones: nothing here is offered to them."""
    return not user.login.startswith("nik:")


def _phones(user: User) -> Any:
    found = Phone.objects.filter(user=user, confirmed=True)
    return found if demo.possible() else found.exclude(name=DEMO)


def is_enrolled(user: User) -> bool:
    """Whether a password alone is not enough for this person."""
    return may_enrol(user) and _phones(user).exists()


def enrolled_among(users: Iterable[User]) -> set[int]:
    """Which of these have a second step. One query."""
    found = Phone.objects.filter(user__in=list(users), confirmed=True)
    if not demo.possible():
        found = found.exclude(name=DEMO)
    return set(found.values_list("user_id", flat=True))


def is_verified(request: HttpRequest) -> bool:
    """Whether whoever asks has passed the second step in this session."""
    user: User | AnonymousUser = request.user
    device = getattr(user, "otp_device", None)
    if device is None or not isinstance(user, User):
        return False
    if device.name == DEMO:
        return demo.possible()
    # Recovery codes stand in for a phone that counts, never for none.
    return device.name != PAPER or is_enrolled(user)


# --- between the password and the code ----------------------------------------------------------


def hold(request: HttpRequest, user: User, *, backend: str, deed: str) -> None:
    """Remember in the session who gave the right password; nobody is signed in yet."""
    request.session[PENDING] = {
        "user": user.pk,
        "backend": backend,
        "deed": deed,
        "secret": user.get_session_auth_hash(),  # a password changed meanwhile ends it
        "until": (now() + PENDING_FOR).timestamp(),
    }


def held(request: HttpRequest) -> tuple[User, str, str] | None:
    """Who is between the two steps: the user, the backend, and the deed to note."""
    kept = request.session.get(PENDING)
    if not kept or kept["until"] < now().timestamp():
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or user.get_session_auth_hash() != kept["secret"]:
        return None
    return user, kept["backend"], kept["deed"]


def whose_turn(request: HttpRequest) -> User | None:
    """Who has to type a code now: between the two steps, or signed in without the second."""
    waiting = held(request)
    if waiting is not None:
        return waiting[0]
    user: User | AnonymousUser = request.user
    return user if isinstance(user, User) and is_enrolled(user) else None


# --- codes --------------------------------------------------------------------------------------


def check(request: HttpRequest, user: User, typed: str) -> Any:
    """The device this code is from. Raises RuleBroken for a wrong one, TooOften after many.

    Two brakes: each device waits longer after every failure (django-otp), and axes locks the
    person and address as it does for passwords.
    """
    credentials = {"username": user.login}
    if not AxesProxyHandler.is_allowed(request, credentials):
        raise TooOften("Terlalu banyak kode yang salah. Tunggu 15 menit, lalu coba lagi.")
    device = _match(user, "".join(typed.split()).replace("-", "").lower())
    if device is None:
        user_login_failed.send(sender=__name__, credentials=credentials, request=request)
        audit.record("mfa.failed", actor=user, subject="user", subject_id=user.pk)
        raise RuleBroken(WRONG, field="code")
    if isinstance(device, StaticDevice):
        left = device.token_set.count()
        audit.record(
            "mfa.recovery_used", actor=user, subject="user", subject_id=user.pk,
            detail={"left": left},
        )  # fmt: skip
    return device


def _match(user: User, code: str) -> Any:
    devices = _phones(user) if code.isdigit() else StaticDevice.objects.filter(user=user)
    wait: datetime | None = None
    with transaction.atomic():  # a failure is counted, so this block must not be rolled back
        for device in devices.select_for_update():
            allowed, about = device.verify_is_allowed()
            if not allowed:
                wait = (about or {}).get("locked_until")
            elif _fits(device, code):
                return device
    if wait is not None:
        seconds = max(1, round((wait - now()).total_seconds()))
        raise RuleBroken(
            gettext("Tunggu %(seconds)s detik, lalu ketik kode yang baru.") % {"seconds": seconds},
            field="code",
        )
    return None


def _fits(device: Any, code: str) -> bool:
    try:
        fits: bool = device.verify_token(_stored(device, code))
    except sealing.Unreadable as error:  # no code fits; somebody has to reset it
        log.error("the second step of user %s: %s", device.user_id, error)
        return False
    return fits


def _stored(device: Any, code: str) -> str:
    """What the device compares: of a recovery code the form in which it is kept."""
    if not isinstance(device, StaticDevice):
        return code
    forms = [*sealing.prints(code), *([code] if len(code) == PLAIN else [])]
    kept = device.token_set.filter(token__in=forms).values_list("token", flat=True).first()
    return kept or forms[0]


# --- enrolling ----------------------------------------------------------------------------------


def enrolment(user: User) -> Phone:
    """The device being set up: its secret stays the same until it is confirmed."""
    if not may_enrol(user):
        raise RuleBroken("Verifikasi dua langkah tersedia untuk petugas dan operator.")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if _phones(user).exists():
            raise Stale("Verifikasi dua langkah sudah aktif.")
        device: Phone
        begun = Phone.objects.filter(user=user, confirmed=False, name=PHONE)
        for old in begun:
            if not sealing.opens(old.key, owner=user.pk):
                old.delete()
        device, _ = begun.get_or_create(user=user, confirmed=False, name=PHONE)
    return device


def confirm(user: User, typed: str, *, password: str = "") -> tuple[Phone, list[str]]:
    """Switch the second step on with the first code; the recovery codes, shown once.

    ``password`` is the person's own, typed just now: stored anew it gets another hash, and so
    every session that knows only the password ends. Call ``update_session_auth_hash`` for this one.
    """
    found = enrolment(user)
    with transaction.atomic():
        device = Phone.objects.select_for_update().get(pk=found.pk)
        right = device.verify_token("".join(typed.split()))
        if right:
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            codes = _new_codes(user)
            if password:
                before, user.password = user.password, make_password(password)
                User.objects.filter(pk=user.pk, password=before).update(password=user.password)
            audit.record("mfa.enrolled", actor=user, subject="user", subject_id=user.pk)
            tell_of_change(user, MFA_ON, key="mfa-on")
    if not right:
        raise RuleBroken(WRONG, field="code")
    return device, codes


def _new_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name=PAPER, confirmed=True)
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(
        [StaticToken(device=device, token=sealing.prints(code)[0]) for code in codes]
    )
    return [f"{code[:4]}-{code[4:]}" for code in codes]


def renew_codes(user: User) -> list[str]:
    """Ten new recovery codes; the old ones stop working."""
    with transaction.atomic():
        codes = _new_codes(user)
        audit.record("mfa.codes_renewed", actor=user, subject="user", subject_id=user.pk)
    return codes


def codes_left(user: User) -> int:
    count: int = StaticToken.objects.filter(device__user=user).count()
    return count


def switch_off(user: User) -> None:
    """By the person themself, who has just shown a code. Operators cannot."""
    if user.is_operator:
        raise RuleBroken("Operator wajib memakai verifikasi dua langkah.")
    with transaction.atomic():
        _forget(user)
        audit.record("mfa.switched_off", actor=user, subject="user", subject_id=user.pk)
        tell_of_change(user, MFA_OFF, key="mfa-off")


def _forget(user: User) -> None:
    Phone.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


def reset(user_id: int, *, reason: str, by: Actor | None, by_name: str = "") -> User:
    """Take a lost phone's device away: the person sets a new one up when they next sign in, and is
    told by mail.

    ``by`` is another person; None is whoever runs the installation's commands (``by_name``).
    Sessions that passed with the old device stop counting at once.
    """
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise RuleBroken("Tulis alasannya.", field="reason")
    if by is not None and by.pk == user_id:
        raise RuleBroken("Ini perangkat Anda sendiri. Minta orang lain yang berwenang melepasnya.")
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)
        _forget(user)
        audit.record(
            "mfa.reset", actor=by, subject="user", subject_id=user.pk,
            detail={"reason": reason, **({"by": by_name} if by_name else {})},
        )  # fmt: skip
        tell(
            DEVICE_REMOVED, user, key=f"mfa-reset:{user.pk}:{now().isoformat()}",
            name=user.name, by=by.name if by else by_name, reason=reason,
        )  # fmt: skip
    return user


def seal_all() -> int:
    """Bring every secret of the current schema into today's form; how many were not. For codes
    from before they were sealed, and after a new key (docs/operations.md)."""
    changed = 0
    for phone in Phone.objects.all():
        try:
            is_todays = sealing.unseal(phone.key, owner=phone.user_id)[1]
        except sealing.Unreadable:
            log.error("the second step of user %s does not open; reset it", phone.user_id)
            continue
        if not is_todays:
            with transaction.atomic():
                held = Phone.objects.select_for_update().filter(pk=phone.pk).first()
                if held is not None:
                    held.save(update_fields=["key"])
                    changed += 1
    plain = StaticToken.objects.annotate(long=Length("token")).filter(long=PLAIN)
    for token in plain:
        changed += StaticToken.objects.filter(pk=token.pk).update(
            token=sealing.prints(token.token)[0]
        )
    return changed


def verify_session(request: HttpRequest, device: Any) -> None:
    """This session has passed the second step with this device. Call after ``login``."""
    request.session.pop(PENDING, None)
    django_otp.login(request, device)


# --- demonstration ------------------------------------------------------------------------------


def demo_device(user: User) -> None:
    """Give a demonstration's operator a device whose code the page shows."""
    if not demo.possible() or not user.is_operator or is_enrolled(user):
        return
    Phone.objects.create(user=user, name=DEMO, confirmed=True, tolerance=DEMO_AHEAD)


def demo_code(user: User) -> str:
    """The next code that works, in a demonstration; else nothing."""
    if not demo.possible():
        return ""
    device = Phone.objects.filter(user=user, confirmed=True, name=DEMO).first()
    if device is None:
        return ""
    ahead = max(0, device.last_t + 1 - (int(time.time()) - device.t0) // device.step)
    t0 = device.t0 - ahead * device.step
    return str(totp(device.bin_key, device.step, t0, device.digits)).zfill(device.digits)
