"""Signing in and out, passwords, and one's own account. The same on every host."""

from typing import Any
from urllib.parse import quote

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import addresses, attempts, demo, mfa, passwords
from accounts.backends import is_open
from accounts.forms import (
    ChangePasswordForm,
    ContactForm,
    ForgottenForm,
    NewPasswordForm,
    NoticesForm,
    SignInForm,
)
from accounts.models import User
from accounts.pages import base, continue_to, in_city, wanted
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from messaging import choices
from ui.forms import explain
from ui.page import Audience, page

WRONG = gettext_lazy(
    "NIK, alamat e-mail, atau kata sandi ini tidak cocok. Periksa lagi, lalu coba sekali lagi."
)
CLOSED = (
    "Akun ini sudah ditutup karena pemiliknya, menurut data kependudukan, bukan lagi penduduk "
    "daerah ini. Bila itu keliru, hubungi kantor di wilayah Anda dengan membawa KTP."
)
WRONG_PUBLIC = gettext_lazy(
    "Alamat e-mail atau kata sandi ini tidak cocok. Periksa lagi, lalu coba sekali lagi."
)


def _own_address(request: HttpRequest) -> str:
    """This host's address as configured: never what the request's Host header claims."""
    place: Any = getattr(request, "tenant", None)
    address: str = place.url("") if place is not None else settings.PUBLIC_URL
    return address.rstrip("/")


def admit(request: HttpRequest, user: User, backend: str, deed: str) -> HttpResponse:
    """Sign a person in who gave a right password or link; a second step is asked for first."""
    if not is_open(user):
        raise RuleBroken(CLOSED)
    if mfa.is_enrolled(user):
        mfa.hold(request, user, backend=backend, deed=deed)
        asked = wanted(request)
        step = reverse("second-step")
        return redirect(f"{step}?next={quote(asked)}" if asked else step)
    login(request, user, backend=backend)
    audit.record(deed, actor=user, subject="user", subject_id=user.pk)
    response = continue_to(request, user)
    attempts.remember(request, response, user)
    return response


@page(Audience.ANYONE, when_suspended="open")
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated and request.method == "GET":
        return redirect(wanted(request) or "/")
    city_host = in_city()
    form = SignInForm(request.POST or None, with_nik=city_host)
    if request.method == "POST" and form.is_valid():
        attempt = attempts.Attempt(request, form.cleaned_data["username"])
        if not attempt.is_allowed:
            return locked_out(request)
        user = authenticate(request, **form.cleaned_data)
        if isinstance(user, User):
            attempt.succeeded()
            backend: str = user.backend
            return admit(request, user, backend, "signed_in")
        form.add_error(None, WRONG if city_host else WRONG_PUBLIC)
    context = {
        "form": form,
        "base": base(),
        "in_city": city_host,
        "next": wanted(request),
        "people": demo.people(),
    }
    return render(request, "accounts/sign_in.html", context, status=422 if form.errors else 200)


@page(Audience.ANYONE, when_suspended="open")
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Take the place of one of the demonstration's people."""
    wanted = request.POST.get("who", "")
    person = next((p for p in demo.people() if str(p.user_id) == wanted), None)
    if person is None:
        raise NotThere()
    user = User.objects.get(pk=person.user_id, is_active=True)
    mfa.demo_device(user)
    return admit(request, user, "accounts.backends.LoginBackend", "signed_in.demo")


@page(Audience.ANYONE, when_suspended="open", support="always")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, gettext("Anda sudah keluar."))
    return redirect("sign-in")


def locked_out(
    request: HttpRequest, original_response: Any = None, credentials: Any = None, **_: Any
) -> HttpResponse:
    """Axes' answer after too many wrong passwords."""
    return render(request, "accounts/locked.html", {"base": base()}, status=429)


@page(Audience.ANYONE, when_suspended="open")
@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            passwords.send_reset(
                email=form.cleaned_data["email"],
                host_url=_own_address(request),
                remote=get_client_ip_address(request) or "",
            )
        except RuleBroken as error:
            explain(form, error)
        else:
            context = {"base": base(), "email": form.cleaned_data["email"]}
            return render(request, "accounts/forgotten_sent.html", context)
    context = {"form": form, "base": base(), "in_city": in_city()}
    return render(request, "accounts/forgotten.html", context, status=422 if form.errors else 200)


@page(Audience.ANYONE, when_suspended="open")
@never_cache
@sensitive_post_parameters("password")
def new_password(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    user = passwords.user_of_link(uid, token)
    if user is None:
        return render(request, "accounts/link_expired.html", {"base": base()}, status=410)
    form = NewPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        chosen = passwords.choose_by_link(
            uid=uid, token=token, password=form.cleaned_data["password"]
        )
        if chosen is None:
            return render(request, "accounts/link_expired.html", {"base": base()}, status=410)
        messages.success(request, gettext("Kata sandi Anda tersimpan."))
        return admit(request, chosen, "accounts.backends.LoginBackend", "signed_in.by_link")
    context = {"form": form, "base": base(), "owner": user}
    return render(
        request, "accounts/new_password.html", context, status=422 if form.errors else 200
    )


@page(Audience.SIGNED_IN, when_suspended="open")
@never_cache
@sensitive_post_parameters()  # all: the names in its forms have prefixes
def account(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    sent = request.POST.get("part") if request.method == "POST" else ""
    contact = ContactForm(
        request.POST if sent == "kontak" else None,
        user=user,
        initial={"email": user.email, "phone": user.phone},
        prefix="kontak",
    )
    secret = ChangePasswordForm(
        request.POST if sent == "sandi" else None, user=user, prefix="sandi"
    )
    told = NoticesForm(request.POST if sent == "notices" else None, user=user, prefix="notices")
    if sent == "notices" and told.is_valid():
        choices.choose(user_id=user.pk, wanted=told.cleaned_data)
        messages.success(request, gettext("Pilihan pemberitahuan tersimpan."))
        return redirect("account")
    if sent == "kontak" and contact.is_valid():
        data = contact.cleaned_data
        passwords.change_contact(
            user=user, email=data["email"], phone=data["phone"], host_url=_own_address(request)
        )
        messages.success(request, gettext("Kontak Anda tersimpan."))
        return redirect("account")
    if sent == "konfirmasi":
        if addresses.ask_for_proof(user, host_url=_own_address(request)):
            messages.success(request, gettext("Tautan dikirim ke alamat Anda. Buka e-mail itu."))
        else:
            messages.info(
                request, gettext("Terlalu sering diminta. Tunggu satu jam, lalu coba lagi.")
            )
        return redirect("account")
    if sent == "sandi" and secret.is_valid():
        passwords.choose_password(user=user, password=secret.cleaned_data["password"])
        user.refresh_from_db()
        update_session_auth_hash(request, user)
        messages.success(request, gettext("Kata sandi Anda sudah diganti."))
        return redirect("account")
    form = secret if sent == "sandi" else contact
    context = {
        "base": base(),
        "contact": contact,
        "secret": secret,
        "told": told,
        "form": form,
        "second_step": mfa.is_enrolled(user) if mfa.may_enrol(user) else None,
    }
    status = 422 if contact.errors or secret.errors else 200
    return render(request, "accounts/account.html", context, status=status)


@page(Audience.SIGNED_IN, when_suspended="open")
@never_cache
def prove_address(request: HttpRequest, token: str) -> HttpResponse:
    """Say that the address a link came to is one's own; signed in, since the mail may have gone
    to a stranger."""
    user = request.user
    assert isinstance(user, User)
    if request.method == "POST":
        addresses.prove(user=user, token=token)
        messages.success(request, gettext("Alamat e-mail Anda sudah dikonfirmasi."))
        return redirect("account")
    context = {"base": base(), "is_valid": addresses.is_link_of(user, token)}
    return render(request, "accounts/prove_address.html", context)
