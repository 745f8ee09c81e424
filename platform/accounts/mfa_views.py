"""Pages of the second step: typing a code, and setting the phone up."""

from base64 import b32encode
from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import attempts, demo, mfa
from accounts.forms import CodeForm, EnrolForm
from accounts.models import User
from accounts.pages import base, continue_to, wanted
from audit import actions as audit
from kernel.errors import RuleBroken
from ui.forms import explain
from ui.page import Audience, page


@page(Audience.ANYONE, when_suspended="open")
@never_cache
@sensitive_post_parameters("code")
def second_step(request: HttpRequest) -> HttpResponse:
    """The code after the password; only now is anybody signed in."""
    user = mfa.whose_turn(request)
    if user is None or mfa.is_verified(request):
        return redirect(wanted(request) or "sign-in")
    shown = mfa.demo_code(user)
    form = CodeForm(request.POST or None, initial={"code": shown})
    if request.method == "POST" and form.is_valid():
        try:
            device = mfa.check(request, user, form.cleaned_data["code"])
        except mfa.TooOften:
            return render(request, "accounts/locked.html", {"base": base()}, status=429)
        except RuleBroken as error:
            explain(form, error)
        else:
            return _admit(request, user, device)
    context = {"form": form, "base": base(), "demo_code": shown, "next": wanted(request)}
    return render(request, "accounts/second_step.html", context, status=422 if form.errors else 200)


def _admit(request: HttpRequest, user: User, device: Any) -> HttpResponse:
    waiting = mfa.held(request)
    backend, deed = waiting[1:] if waiting else ("", "signed_in.second_step")
    login(request, user, backend=backend or request.session["_auth_user_backend"])
    request.user = user
    mfa.verify_session(request, device)
    audit.record(deed, actor=user, subject="user", subject_id=user.pk, detail={"mfa": True})
    if device.name == mfa.PAPER:
        left = mfa.codes_left(user)
        messages.warning(
            request,
            gettext(
                "Anda masuk dengan kode cadangan; tersisa %(left)s. Buat yang baru di Akun saya."
            )
            % {"left": left},
        )
    response = continue_to(request, user)
    attempts.remember(request, response, user)
    return response


@page(Audience.SIGNED_IN, when_suspended="open")
@never_cache
@sensitive_post_parameters("code", "current")
def settings(request: HttpRequest) -> HttpResponse:
    """Set the phone up, make new recovery codes, or switch the second step off."""
    user = request.user
    assert isinstance(user, User)
    if not mfa.may_enrol(user):
        raise RuleBroken("Verifikasi dua langkah tersedia untuk petugas dan operator.")
    return _enrolled(request, user) if mfa.is_enrolled(user) else _enrol(request, user)


def _page(request: HttpRequest, name: str, form: Any = None, **context: Any) -> HttpResponse:
    context = {"form": form, "base": base(), "next": wanted(request), **context}
    status = 422 if form is not None and form.errors else 200
    return render(request, f"accounts/{name}.html", context, status=status)


def _enrol(request: HttpRequest, user: User) -> HttpResponse:
    device = mfa.enrolment(user)
    form = EnrolForm(request.POST or None, user=user, with_password=not demo.possible())
    if request.method == "POST" and form.is_valid():
        try:
            device, codes = mfa.confirm(
                user, form.cleaned_data["code"], password=form.cleaned_data.get("current", "")
            )
        except RuleBroken as error:
            explain(form, error)
        else:
            update_session_auth_hash(request, user)  # and a new key for this session
            mfa.verify_session(request, device)
            return _page(request, "mfa_codes", codes=codes, fresh=True)
    secret = b32encode(device.bin_key).decode()
    picture = segno.make(device.config_url, error="m").svg_data_uri(scale=5, border=2)
    return _page(
        request,
        "mfa_enrol",
        form,
        picture=picture,
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        obliged=user.is_operator,
    )


def _enrolled(request: HttpRequest, user: User) -> HttpResponse:
    form = CodeForm(request.POST or None, initial={"code": mfa.demo_code(user)})
    if request.method == "POST" and form.is_valid():
        try:
            mfa.check(request, user, form.cleaned_data["code"])
            if request.POST.get("part") == "matikan":
                mfa.switch_off(user)
                messages.success(request, gettext("Verifikasi dua langkah dimatikan."))
                return redirect("account")
            return _page(request, "mfa_codes", codes=mfa.renew_codes(user), fresh=False)
        except mfa.TooOften:
            return render(request, "accounts/locked.html", {"base": base()}, status=429)
        except RuleBroken as error:
            explain(form, error)
    return _page(request, "mfa_settings", form, left=mfa.codes_left(user), obliged=user.is_operator)
