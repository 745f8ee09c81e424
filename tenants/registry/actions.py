"""Bringing a city onto the platform: sign-up, proof of address, approval, provisioning.

    start_signup(code, subdomain, name, post, email, password) -> Signup
    resend_link(status_token) -> Signup
    correct_email(status_token, email) -> Signup
    confirm_email(token) -> Signup
    approve(signup_id, by) / reject(signup_id, by, reason) -> Signup
    retry(signup_id, by) -> Signup

All raise RuleBroken (``field`` names the form field) with what to do in plain Indonesian.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.identities import parse_email
from messaging import outbox
from messaging.notices import tell, write_to
from tenants.backend.scope import in_public
from tenants.registry import mail_limits, queries, regions
from tenants.registry.models import Signup
from tenants.registry.notices import CONFIRM_SIGNUP, SIGNUP_FOR_OPERATORS, SIGNUP_REJECTED
from tenants.registry.queries import public_page

LINK_LASTS = timedelta(hours=24)
RESEND_PAUSE = timedelta(minutes=1)


def start_signup(
    *,
    code: str,
    subdomain: str,
    name: str,
    post: str,
    email: str,
    password: str,
    remote: str = "",
    at: datetime | None = None,
) -> Signup:
    """Take a request and send the confirmation link to the address given.

    The page says that sending accepts the terms. ``post`` may be empty. ``remote`` is the
    browser's address, by which mails are counted.
    """
    at = at or now()
    area = regions.regency(code.strip())
    if area is None:
        raise RuleBroken("Pilih kabupaten atau kota dari daftar.", field="code")
    subdomain = subdomain.strip().lower()
    name, post, email = " ".join(name.split()), " ".join(post.split()), parse_email(email)
    if not name or len(name) > 150:
        raise RuleBroken("Tulis nama lengkap Anda.", field="name")
    if len(post) > 120:
        raise RuleBroken("Tulis jabatan paling banyak 120 huruf.", field="post")
    try:
        validate_password(password, User(login=email, name=name, email=email))
    except ValidationError as fault:
        raise RuleBroken(" ".join(fault.messages), field="password") from None
    with in_public(), transaction.atomic():
        refuse_taken(area, subdomain)
        signup = Signup(
            code=area.code,
            subdomain=subdomain,
            name=name,
            post=post,
            email=email,
            password=make_password(password),
            terms_accepted_at=at,
            status_token=secrets.token_urlsafe(24),
        )
        _send_link(signup, at, remote)
    return signup


def refuse_taken(area: regions.Regency, subdomain: str) -> None:
    """RuleBroken when the city has an owner, or the subdomain cannot be had."""
    if queries.is_taken(area.code):
        raise RuleBroken(
            f"{area.name} sudah terdaftar di Balai. Hubungi admin daerah Anda untuk dibuatkan "
            "akun, atau hubungi pengelola Balai bila Anda merasa ini keliru.",
            field="code",
        )
    fault = regions.subdomain_fault(subdomain)
    if fault is None and queries.is_subdomain_taken(subdomain):
        fault = "Alamat ini sudah dipakai."
    if fault is not None:
        suggestion = queries.suggest_subdomain(area)
        raise RuleBroken(f"{fault} Anda bisa memakai {suggestion}.", field="subdomain")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _send_link(signup: Signup, at: datetime, remote: str) -> None:
    """Give the signup a fresh link (an earlier one stops working) and mail it.

    Nothing that was typed stands in this mail: it goes to whatever address was typed.
    """
    mail_limits.count(email=signup.email, remote=remote)
    token = secrets.token_urlsafe(32)
    signup.confirm_digest = _digest(token)
    signup.confirm_expires_at = at + LINK_LASTS
    signup.save()
    write_to(
        signup.email, CONFIRM_SIGNUP,
        key=f"signup-link:{signup.pk}:{signup.confirm_digest[:16]}",
        area=_area(signup).name, link=public_page("signup-confirm", token),
    )  # fmt: skip


def _area(signup: Signup) -> regions.Regency:
    area = regions.regency(signup.code)
    if area is None:
        raise RuleBroken("Kabupaten atau kota ini tidak ada lagi dalam daftar resmi.")
    return area


def resend_link(*, status_token: str, remote: str = "", at: datetime | None = None) -> Signup:
    """Send a new confirmation link; the old one stops working."""
    at = at or now()
    with in_public(), transaction.atomic():
        signup = _unconfirmed(status_token)
        if signup.confirm_expires_at - LINK_LASTS + RESEND_PAUSE > at:
            raise RuleBroken(
                "Tautan baru saja dikirim. Periksa kotak masuk dan folder spam, lalu coba lagi "
                "satu menit lagi."
            )
        _send_link(signup, at, remote)
    return signup


def correct_email(
    *, status_token: str, email: str, remote: str = "", at: datetime | None = None
) -> Signup:
    """Send the link to another address: the one typed first was wrong. Its link stops working."""
    email = parse_email(email)
    with in_public(), transaction.atomic():
        signup = _unconfirmed(status_token)
        signup.email = email
        _send_link(signup, at or now(), remote)
    return signup


def _unconfirmed(status_token: str) -> Signup:
    signup = _locked(status_token=status_token)
    if signup.state != Signup.State.EMAIL_SENT:
        raise Stale("Alamat e-mail ini sudah dikonfirmasi.")
    refuse_taken(_area(signup), signup.subdomain)
    return signup


def _locked(**which: object) -> Signup:
    signup = Signup.objects.select_for_update().filter(**which).first()
    if signup is None:
        raise NotThere("Pendaftaran ini tidak ditemukan. Periksa tautannya.")
    return signup


class LinkExpired(RuleBroken):
    """The confirmation link is too old; ``status_token`` leads to where a new one is asked for."""

    status = 410
    code = "tautan-kedaluwarsa"

    def __init__(self, status_token: str) -> None:
        super().__init__(
            "Tautan ini sudah kedaluwarsa (berlaku 24 jam). Minta tautan baru di halaman status "
            "pendaftaran Anda."
        )
        self.status_token = status_token


def confirm_email(token: str, *, at: datetime | None = None) -> Signup:
    """The link in the mail was opened.

    An address under the area's own domain (see queries.proves_itself) is accepted at once and
    the city is being made when this returns; any other waits for the operator. Operators are
    told of both. Opening the link twice does no harm. LinkExpired when it
    is too old; Stale when someone else got the city or the subdomain first.
    """
    at = at or now()
    try:
        with in_public(), transaction.atomic():
            signup = _locked(confirm_digest=_digest(token))
            if signup.state != Signup.State.EMAIL_SENT:
                return signup
            if signup.confirm_expires_at < at:
                raise LinkExpired(signup.status_token)
            signup.confirmed_at = at
            if queries.proves_itself(signup):
                _accept(signup)
            else:
                signup.state = Signup.State.WAITING_APPROVAL
                signup.save()
            _tell_operators(signup)
    except IntegrityError:
        raise _lost(confirm_digest=_digest(token)) from None
    except RuleBroken as refused:
        if refused.field not in {"code", "subdomain"}:
            raise
        raise _lost(confirm_digest=_digest(token)) from None
    return signup


def _accept(signup: Signup) -> None:
    """From here on this signup holds code and subdomain (unique constraints).

    One acceptance at a time, so that the one who comes second is told the true reason.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('balai.accept'))")
    refuse_taken(_area(signup), signup.subdomain)
    signup.state = Signup.State.APPROVED
    signup.save()
    outbox.enqueue("city.found", {"signup": signup.pk}, key=f"city:found:{signup.pk}")


def _lost(**which: object) -> Stale:
    """Another signup was accepted at the same moment; this one is told and closed if the city
    is gone, or kept open when only the subdomain is."""
    with in_public(), transaction.atomic():
        signup = _locked(**which)
        area = _area(signup)
        if queries.is_taken(area.code):
            signup.state = Signup.State.REJECTED
            signup.reason = f"{area.name} sudah terdaftar: pejabat lain lebih dulu."
            signup.password = ""
            signup.save()
            return Stale(
                f"{signup.reason} Hubungi admin daerah Anda untuk dibuatkan akun.", field="code"
            )
    return Stale(
        f"Alamat {signup.subdomain} sudah dipakai. Daftar lagi dengan alamat "
        f"{queries.suggest_subdomain(area)}.",
        field="subdomain",
    )


def _tell_operators(signup: Signup) -> None:
    """Mail each operator that a city is being founded, or that a sign-up waits for a decision."""
    area = _area(signup)
    who = (
        f"{signup.name} ({signup.post}, {signup.email})"
        if signup.post
        else (f"{signup.name} ({signup.email})")
    )
    for operator in User.objects.filter(is_operator=True, is_active=True).exclude(email=""):
        tell(
            SIGNUP_FOR_OPERATORS, operator, key=f"signup-confirmed:{signup.pk}:{operator.pk}",
            is_waiting=signup.state == Signup.State.WAITING_APPROVAL, area=area.name, who=who,
            link=public_page("console-signup", signup.pk),
        )  # fmt: skip


def approve(signup_id: int, *, by: User, at: datetime | None = None) -> Signup:
    """The operator vouches for an official whose address proves nothing."""
    try:
        with in_public(), transaction.atomic():
            signup = _decidable(signup_id, by, at)
            _accept(signup)
            audit.record("signup.approved", actor=by, subject="signup", subject_id=signup.pk)
    except IntegrityError:
        raise _lost(pk=signup_id) from None
    return signup


def reject(signup_id: int, *, by: User, reason: str, at: datetime | None = None) -> Signup:
    """The operator refuses; the official is told why."""
    reason = reason.strip()
    if not reason:
        raise RuleBroken("Tulis alasannya; alasan ini dikirim kepada pendaftar.", field="reason")
    with in_public(), transaction.atomic():
        signup = _decidable(signup_id, by, at)
        signup.state = Signup.State.REJECTED
        signup.reason = reason
        signup.password = ""
        signup.save()
        audit.record("signup.rejected", actor=by, subject="signup", subject_id=signup.pk)
        write_to(
            signup.email, SIGNUP_REJECTED, key=f"signup-rejected:{signup.pk}",
            area=_area(signup).name, name=signup.name, reason=reason,
            link=public_page("signup"),
        )  # fmt: skip
    return signup


def _decidable(signup_id: int, by: User, at: datetime | None) -> Signup:
    if not (by.is_operator and by.is_active):
        raise RuleBroken("Hanya pengelola Balai yang dapat memutuskan pendaftaran.")
    signup = _locked(pk=signup_id)
    if signup.state != Signup.State.WAITING_APPROVAL:
        raise Stale("Pendaftaran ini sudah diputuskan.")
    signup.decided_by = by.login
    signup.decided_at = at or now()
    return signup


def retry(signup_id: int, *, by: User) -> Signup:
    """The operator lets a failed provisioning go on from where it stopped."""
    if not by.is_operator:
        raise RuleBroken("Hanya pengelola Balai yang dapat mengulang penyiapan.")
    with in_public(), transaction.atomic():
        signup = _locked(pk=signup_id)
        if signup.state != Signup.State.FAILED:
            raise Stale("Pendaftaran ini tidak sedang gagal.")
        signup.state = Signup.State.PROVISIONING if signup.city_id else Signup.State.APPROVED
        signup.reason = ""
        signup.save()
        attempt = secrets.token_hex(4)
        if signup.city_id:
            outbox.enqueue(
                "city.advance",
                {"city": signup.city_id},
                key=f"city:advance:{signup.city_id}:retry:{attempt}",
            )
        else:
            key = f"city:found:{signup.pk}:retry:{attempt}"
            outbox.enqueue("city.found", {"signup": signup.pk}, key=key)
        audit.record("signup.retried", actor=by, subject="signup", subject_id=signup.pk)
    return signup
