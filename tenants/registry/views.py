"""The platform's own pages: what Balai is, and how a city signs up."""

from functools import cache
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from kernel.errors import NotThere, RuleBroken
from tenants.registry import actions, queries, regions
from tenants.registry.forms import FinishForm, OfficialForm, RegionForm
from ui.forms import explain

STEPS = ((1, "Daerah"), (2, "Pejabat"), (3, "Periksa"))
DRAFT = "pendaftaran"  # in the session: everything typed so far, never the password
OFFICIAL = ("subdomain", "name", "post", "email")


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


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    context = {"form": RegionForm(auto_id="id_%s"), "counts": _counts()}
    return render(request, "registry/landing.html", context)


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    return render(request, "registry/terms.html", {"title": gettext("Syarat pemakaian")})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "registry/privacy.html", {"title": gettext("Privasi")})


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    return render(request, "registry/security.html", {"title": gettext("Bagaimana data dijaga")})


# --- signing a city up --------------------------------------------------------------------------


def _page(request: HttpRequest, name: str, step: int, form: Any, **more: Any) -> HttpResponse:
    context = {"form": form, "steps": STEPS, "step": step, **more}
    context["suffix"] = f".{settings.BASE_DOMAIN}"
    return render(request, f"registry/{name}.html", context, status=422 if form.errors else 200)


def _draft(request: HttpRequest) -> dict[str, str]:
    return dict(request.session.get(DRAFT, {}))


def _area(request: HttpRequest) -> regions.Regency | None:
    return regions.regency(_draft(request).get("code", ""))


@never_cache
def region(request: HttpRequest) -> HttpResponse:
    """Step one: which kabupaten or kota. The landing page sends its choice here by GET."""
    chosen = request.POST if request.method == "POST" else None
    if chosen is None and request.GET.get("kode"):
        chosen = request.GET
    form = RegionForm(chosen, initial={"kode": _draft(request).get("code", "")})
    if chosen is not None and form.is_valid():
        area = regions.regency(form.cleaned_data["kode"])
        assert area is not None
        if queries.is_taken(area.code):
            form.add_error(
                "kode",
                f"{area.name} sudah terdaftar di Balai. Hubungi admin daerah Anda untuk "
                "dibuatkan akun.",
            )
        else:
            draft = _draft(request)
            if draft.get("code") != area.code:
                draft["subdomain"] = queries.suggest_subdomain(area)
            request.session[DRAFT] = {**draft, "code": area.code}
            return redirect("signup-official")
    return _page(request, "signup_region", 1, form)


@never_cache
def official(request: HttpRequest) -> HttpResponse:
    """Step two: the address of the site and who signs up."""
    area = _area(request)
    if area is None:
        return redirect("signup")
    draft = _draft(request)
    form = OfficialForm(request.POST or None, initial=draft)
    if request.method == "POST" and form.is_valid():
        try:
            actions.refuse_taken(area, form.cleaned_data["subdomain"])
        except RuleBroken as error:
            explain(form, error)
        else:
            request.session[DRAFT] = {**draft, **form.cleaned_data}
            return redirect("signup-check")
    return _page(
        request,
        "signup_official",
        2,
        form,
        area=area,
        kecamatan=len(regions.kecamatan(area.code)),
        villages=len(regions.villages(area.code)),
    )


@never_cache
@sensitive_post_parameters("password")
def check(request: HttpRequest) -> HttpResponse:
    """Step three: check the answers, choose a password, send."""
    area, draft = _area(request), _draft(request)
    if area is None or not all(draft.get(key) for key in OFFICIAL):
        return redirect("signup")
    form = FinishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            signup = actions.start_signup(
                code=area.code,
                subdomain=draft["subdomain"],
                name=draft["name"],
                post=draft["post"],
                email=draft["email"],
                password=form.cleaned_data["password"],
                accepted_terms=form.cleaned_data["accepted_terms"],
            )
        except RuleBroken as error:
            explain(form, error)
        else:
            del request.session[DRAFT]
            return redirect("signup-status", signup.status_token)
    return _page(request, "signup_check", 3, form, area=area, draft=draft)


@never_cache
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the mail. Only a press counts: mail scanners open links too."""
    if request.method != "POST":
        return render(request, "registry/signup_confirm.html")
    try:
        signup = actions.confirm_email(token)
    except actions.LinkExpired as expired:
        messages.warning(request, expired.message)
        return redirect("signup-status", expired.status_token)
    return redirect("signup-status", signup.status_token)


@never_cache
@require_safe
def status(request: HttpRequest, token: str) -> HttpResponse:
    """How a signup stands. Polled by htmx as a part of the page, else by reloading."""
    progress = queries.progress(token)
    if progress is None:
        raise NotThere("Pendaftaran ini tidak ditemukan. Periksa tautannya.")
    waiting = progress.state in {"approved", "provisioning"}
    context = {
        "progress": progress,
        "area": regions.regency(progress.signup.code),
        "waiting": waiting,
        "token": token,
        "sign_in": f"{progress.address.rstrip('/')}/masuk/" if progress.address else "",
    }
    part = bool(request.headers.get("HX-Request"))
    name = "registry/parts/progress.html" if part else "registry/signup_status.html"
    return render(request, name, context)


@require_POST
def resend(request: HttpRequest, token: str) -> HttpResponse:
    try:
        actions.resend_link(status_token=token)
    except RuleBroken as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, "Tautan baru sudah dikirim. Yang lama tidak berlaku lagi.")
    return redirect("signup-status", token)
