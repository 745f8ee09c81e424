"""A city's side: answer a request, see what was opened, take the consent back; and the way in."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import login
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from tenants.registry.current import city
from tenants.support import actions, queries
from tenants.support.backend import PATH
from tenants.support.forms import GrantForm
from tenants.support.models import UNANSWERED, Visit
from ui.page import Audience, page


@page(Audience.ADMIN, when_suspended="open", support="no")
@require_safe
def home(request: HttpRequest, user: User) -> HttpResponseBase:
    """What waits for an answer, what is open, what was."""
    at = now()
    visits = queries.visits_of(city())
    waiting = [
        {"visit": visit, "form": GrantForm(most=visit.hours, auto_id=f"v{visit.pk}_%s")}
        for visit in visits
        if visit.state == Visit.State.ASKED and visit.asked_at + UNANSWERED > at
    ]
    context = {
        "waiting": waiting,
        "open": [visit for visit in visits if visit.is_open(at)],
        "past": [v for v in visits if v.state != Visit.State.ASKED and not v.is_open(at)],
    }
    return render(request, "support/home.html", context)


def _found(pk: int) -> Visit:
    visit = queries.visit(city(), pk)
    if visit is None:
        raise NotThere("Permintaan dukungan ini tidak ditemukan.")
    return visit


@page(Audience.ADMIN, when_suspended="open", support="no")
@require_safe
def visit(request: HttpRequest, user: User, pk: int) -> HttpResponseBase:
    """Exactly what support opened."""
    found = _found(pk)
    page = Paginator(queries.opened_by(found), 100).get_page(request.GET.get("page"))
    context = {"visit": found, "page": page, "open": found.is_open(now())}
    return render(request, "support/visit.html", context)


@page(Audience.ADMIN, when_suspended="open", support="no")
@require_POST
def decide(request: HttpRequest, user: User, pk: int) -> HttpResponseBase:
    found = _found(pk)
    if request.POST.get("decision") == "tolak":
        actions.refuse(pk, by=user)
        messages.success(request, "Ditolak. Tidak ada yang terbuka.")
        return redirect("support")
    form = GrantForm(request.POST, most=found.hours)
    if not form.is_valid():
        raise RuleBroken("Pilih berapa lama Anda mengizinkan.")
    visit = actions.grant(pk, hours=form.cleaned_data["hours"], by=user)
    messages.success(request, f"Diizinkan untuk {visit.operator_name}. Anda bisa mencabutnya.")
    return redirect("support")


@page(Audience.ADMIN, when_suspended="open", support="no")
@require_POST
def revoke(request: HttpRequest, user: User, pk: int) -> HttpResponseBase:
    actions.revoke(pk, by=user)
    messages.success(request, "Izin dicabut. Dukungan langsung keluar.")
    return redirect("support")


@page(Audience.ANYONE, when_suspended="open", is_office=True)
@never_cache
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponseBase:
    """The one-time link. Opening it does nothing; the button uses it up."""
    if request.method != "POST":
        return render(request, "support/enter.html", {"signed_in": request.user.is_authenticated})
    visit, user = actions.enter(token)
    request.session.flush()  # whoever was signed in here before is so no longer
    login(request, user, backend=PATH)
    assert visit.expires_at is not None
    left = max(visit.expires_at - now(), timedelta(seconds=1))
    request.session.set_expiry(int(left.total_seconds()) or 1)
    return redirect("setup")
