"""The platform's own pages: what Balai is, and how a city signs up."""

from functools import cache
from typing import Any

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.views import admit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from tenants.registry import actions, handover, queries, regions, spellings
from tenants.registry.current import city
from tenants.registry.forms import CorrectEmailForm, OfficialForm, RegionForm
from tenants.registry.models import Signup
from ui.forms import explain
from ui.page import Audience, page

CONFIRMED = "pendaftaran_dikonfirmasi"  # in the session: the signup this browser confirmed


@cache
def _counts() -> dict[str, int]:
    """How large the official list is. Read once: it ships with the release."""
    areas = regions.all_regencies()
    return {
        "provinces": len(regions.provinces()),
        "regencies": len(areas),
        "kecamatan": sum(len(regions.kecamatan(area.code)) for area in areas),
        "villages": sum(len(regions.villages(area.code)) for area in areas),
    }


@page(Audience.ANYONE)
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    context = {
        "form": RegionForm(auto_id="id_%s"),
        "counts": _counts(),
        "demo_city": queries.demo_city(),
    }
    return render(request, "registry/landing.html", context)


@page(Audience.ANYONE)
@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    return render(request, "registry/terms.html", {"title": gettext("Syarat pemakaian")})


@page(Audience.ANYONE)
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "registry/privacy.html", {"title": gettext("Privasi")})


@page(Audience.ANYONE)
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    return render(request, "registry/security.html", {"title": gettext("Bagaimana data dijaga")})


# --- signing a city up --------------------------------------------------------------------------


def _page(request: HttpRequest, name: str, form: Any, **more: Any) -> HttpResponse:
    context = {"form": form, "suffix": f".{settings.BASE_DOMAIN}", **more}
    return render(request, f"registry/{name}.html", context, status=422 if form.errors else 200)


@page(Audience.ANYONE, is_office=True)
@never_cache
@require_safe
def region(request: HttpRequest) -> HttpResponse:
    """Which kabupaten or kota: goes on only when one is meant beyond doubt, asks otherwise."""
    form = RegionForm(request.GET if "region" in request.GET else None)
    found: list[regions.Regency] = []
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data["region"]
        area = spellings.meant(typed)
        if area is not None:
            return redirect("signup-official", area.code)
        found = spellings.search(typed, limit=60)
        if not found:
            form.add_error(
                "region",
                gettext(
                    "Tidak ada kabupaten atau kota dengan nama itu. Periksa ejaannya, atau tulis "
                    "nama provinsinya untuk melihat daftarnya."
                ),
            )
    context = {
        "found": found,
        "both_kinds": len(found) > 1 and len({area.short_name for area in found}) == 1,
    }
    return _page(request, "signup_region", form, **context)


@page(Audience.ANYONE, is_office=True)
@require_safe
@cache_control(public=True, max_age=3600)
def suggest(request: HttpRequest) -> JsonResponse:
    """What the script offers below the field while somebody types."""
    found = spellings.search(request.GET.get("region", "")[:100], limit=8)
    return JsonResponse({"region": [f"{area.name}, {area.province.name}" for area in found]})


@page(Audience.ANYONE, is_office=True)
@never_cache
@sensitive_post_parameters("password")
def official(request: HttpRequest, code: str) -> HttpResponse:
    """Who signs up, for the area in the address; sends the confirmation link."""
    area = regions.regency(code)
    if area is None:
        raise NotThere("Kabupaten atau kota ini tidak ada dalam daftar resmi.")
    if queries.is_taken(area.code):
        context = {"area": area, "address": queries.address_of(area.code)}
        return render(request, "registry/signup_taken.html", context, status=409)
    form = OfficialForm(
        request.POST or None, initial={"subdomain": queries.suggest_subdomain(area)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            signup = actions.start_signup(
                code=area.code,
                remote=get_client_ip_address(request) or "",
                **form.cleaned_data,
            )
        except RuleBroken as error:
            explain(form, error)
        else:
            return redirect("signup-status", signup.status_token)
    return _page(
        request,
        "signup_official",
        form,
        area=area,
        subdomain=form["subdomain"].value() or "",
        kecamatan=len(regions.kecamatan(area.code)),
        villages=len(regions.villages(area.code)),
    )


@page(Audience.ANYONE, is_office=True)
@never_cache
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the mail. Only a press counts: mail scanners open links too."""
    signup = queries.signup_of_link(token)
    if signup is None:
        raise NotThere(
            "Tautan konfirmasi ini tidak dikenal. Mungkin terpotong saat disalin, atau sudah "
            "diganti tautan yang lebih baru: buka tautan di e-mail terakhir dari kami."
        )
    if request.method != "POST" and signup.state == Signup.State.EMAIL_SENT:
        context = {"signup": signup, "area": regions.regency(signup.code)}
        return render(request, "registry/signup_confirm.html", context)
    at = now()
    try:
        signup = actions.confirm_email(token, at=at)
    except actions.LinkExpired as expired:
        messages.warning(request, expired.message)
        return redirect("signup-status", expired.status_token)
    if signup.confirmed_at == at:  # this browser's press is the one that counted
        request.session[CONFIRMED] = signup.pk
    return redirect("signup-status", signup.status_token)


@page(Audience.ANYONE, is_office=True)
@never_cache
@require_safe
def status(request: HttpRequest, token: str) -> HttpResponse:
    """How a signup stands. Polled by htmx as a part of the page, else by reloading.

    Once the city is ready, the browser that confirmed goes on to it, signed in.
    """
    progress = queries.progress(token)
    if progress is None:
        raise NotThere("Pendaftaran ini tidak ditemukan. Periksa tautannya.")
    part = bool(request.headers.get("HX-Request"))
    if progress.done and request.session.get(CONFIRMED) == progress.signup.pk:
        if part:
            response = HttpResponse(status=204)
            response["HX-Redirect"] = request.path
            return response
        del request.session[CONFIRMED]
        if address := handover.issue(progress.signup.pk):
            return redirect(address)
    return _status_page(request, progress, token, CorrectEmailForm(), part=part)


def _status_page(
    request: HttpRequest, progress: queries.Progress, token: str, form: Any, *, part: bool = False
) -> HttpResponse:
    context = {
        "progress": progress,
        "area": regions.regency(progress.signup.code),
        "waiting": progress.state in {"approved", "provisioning"},
        "token": token,
        "form": form,
        "sign_in": progress.address.rstrip("/") + reverse("sign-in") if progress.address else "",
    }
    name = "registry/parts/progress.html" if part else "registry/signup_status.html"
    return render(request, name, context, status=422 if form.errors else 200)


@page(Audience.ANYONE, is_office=True)
@require_POST
def resend(request: HttpRequest, token: str) -> HttpResponse:
    try:
        actions.resend_link(status_token=token, remote=get_client_ip_address(request) or "")
    except RuleBroken as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, "Tautan baru sudah dikirim. Yang lama tidak berlaku lagi.")
    return redirect("signup-status", token)


@page(Audience.ANYONE, is_office=True)
@require_POST
def correct_email(request: HttpRequest, token: str) -> HttpResponse:
    """The address typed first was wrong."""
    progress = queries.progress(token)
    if progress is None:
        raise NotThere("Pendaftaran ini tidak ditemukan. Periksa tautannya.")
    form = CorrectEmailForm(request.POST)
    if form.is_valid():
        try:
            actions.correct_email(
                status_token=token,
                email=form.cleaned_data["email"],
                remote=get_client_ip_address(request) or "",
            )
        except RuleBroken as error:
            explain(form, error)
        else:
            messages.success(request, "Tautan dikirim ke alamat ini. Yang lama tidak berlaku lagi.")
            return redirect("signup-status", token)
    return _status_page(request, progress, token, form)


@page(Audience.ANYONE, when_suspended="open")
@never_cache
@require_GET
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """On the city's host: sign in the official who has just founded the city."""
    user = handover.redeem(token, city=city())
    if user is None:
        messages.warning(
            request, gettext("Tautan ini sudah dipakai atau kedaluwarsa. Masuk seperti biasa.")
        )
        return redirect(f"{reverse('sign-in')}?next={reverse('setup')}")
    return admit(request, user, "accounts.backends.LoginBackend", "signed_in.by_link")
