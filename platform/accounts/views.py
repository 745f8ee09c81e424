"""Signing in and out, passwords, and one's own account. The same on every host."""

from typing import Any

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import demo, passwords
from accounts.forms import (
    ChangePasswordForm,
    ContactForm,
    ForgottenForm,
    NewPasswordForm,
    SignInForm,
)
from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from ui import menu
from ui.forms import explain

WRONG = "NIK, alamat e-mail, atau kata sandi ini tidak cocok. Periksa lagi, lalu coba sekali lagi."
WRONG_PUBLIC = "Alamat e-mail atau kata sandi ini tidak cocok. Periksa lagi, lalu coba sekali lagi."


def _in_city() -> bool:
    return bool(getattr(getattr(connection, "tenant", None), "pk", None))


def _own_address(request: HttpRequest) -> str:
    """This host's address as configured: never what the request's Host header claims."""
    place: Any = getattr(request, "tenant", None)
    address: str = place.url("") if place is not None else settings.PUBLIC_URL
    return address.rstrip("/")


def _base() -> str:
    return "ui/base_city.html" if _in_city() else "ui/base_public.html"


def _wanted(request: HttpRequest) -> str:
    """The page asked for before signing in, if it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""


def _enter(request: HttpRequest, user: User) -> HttpResponse:
    """Where a person who has just signed in continues: the wish, else the first work area."""
    request.user = user
    work = [link.href for link in menu.links(request) if link.is_work]
    return redirect(_wanted(request) or (work or ["/"])[0])


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated and request.method == "GET":
        return redirect(_wanted(request) or "/")
    in_city = _in_city()
    form = SignInForm(request.POST or None, with_nik=in_city)
    if request.method == "POST" and form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if isinstance(user, User):
            login(request, user)
            audit.record("signed_in", actor=user, subject="user", subject_id=user.pk)
            return _enter(request, user)
        form.add_error(None, WRONG if in_city else WRONG_PUBLIC)
    context = {
        "form": form,
        "base": _base(),
        "in_city": in_city,
        "next": _wanted(request),
        "people": demo.people(),
    }
    return render(request, "accounts/sign_in.html", context, status=422 if form.errors else 200)


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Take the place of one of the demonstration's people."""
    wanted = request.POST.get("siapa", "")
    person = next((p for p in demo.people() if str(p.user_id) == wanted), None)
    if person is None:
        raise NotThere()
    user = User.objects.get(pk=person.user_id, is_active=True)
    login(request, user, backend="accounts.backends.LoginBackend")
    audit.record("signed_in.demo", actor=user, subject="user", subject_id=user.pk)
    return _enter(request, user)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, "Anda sudah keluar.")
    return redirect("/masuk/")


def locked_out(
    request: HttpRequest, original_response: Any = None, credentials: Any = None, **_: Any
) -> HttpResponse:
    """Axes' answer after too many wrong passwords."""
    return render(request, "accounts/locked.html", {"base": _base()}, status=429)


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
            context = {"base": _base(), "email": form.cleaned_data["email"]}
            return render(request, "accounts/forgotten_sent.html", context)
    context = {"form": form, "base": _base(), "in_city": _in_city()}
    return render(request, "accounts/forgotten.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("password")
def new_password(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    user = passwords.user_of_link(uid, token)
    if user is None:
        return render(request, "accounts/link_expired.html", {"base": _base()}, status=410)
    form = NewPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        passwords.choose_password(user=user, password=form.cleaned_data["password"])
        messages.success(request, "Kata sandi tersimpan. Silakan masuk.")
        return redirect("/masuk/")
    context = {"form": form, "base": _base(), "owner": user}
    return render(
        request, "accounts/new_password.html", context, status=422 if form.errors else 200
    )


@login_required
@never_cache
@sensitive_post_parameters("password", "current")
def account(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    sent = request.POST.get("bagian") if request.method == "POST" else ""
    contact = ContactForm(
        request.POST if sent == "kontak" else None,
        user=user,
        initial={"email": user.email, "phone": user.phone},
        prefix="kontak",
    )
    secret = ChangePasswordForm(
        request.POST if sent == "sandi" else None, user=user, prefix="sandi"
    )
    if sent == "kontak" and contact.is_valid():
        data = contact.cleaned_data
        passwords.change_contact(user=user, email=data["email"], phone=data["phone"])
        messages.success(request, "Kontak Anda tersimpan.")
        return redirect("/akun/")
    if sent == "sandi" and secret.is_valid():
        passwords.choose_password(user=user, password=secret.cleaned_data["password"])
        user.refresh_from_db()
        update_session_auth_hash(request, user)
        messages.success(request, "Kata sandi Anda sudah diganti.")
        return redirect("/akun/")
    form = secret if sent == "sandi" else contact
    context = {"base": _base(), "contact": contact, "secret": secret, "form": form}
    status = 422 if contact.errors or secret.errors else 200
    return render(request, "accounts/account.html", context, status=status)
