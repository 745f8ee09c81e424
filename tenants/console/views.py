"""The operator's console: who wants in, and which cities there are."""

from datetime import datetime, timedelta
from typing import ParamSpec

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from messaging.models import Outbox
from tenants.console import extensions
from tenants.console.forms import ReasonForm
from tenants.registry import actions, queries, regions
from tenants.registry.models import City, Health, Signup
from ui.forms import explain
from ui.page import Audience, page
from ui.templatetags.ui import grouped

P = ParamSpec("P")


def operator_of(request: HttpRequest) -> User:
    """Who asks, behind ``Audience.OPERATOR``."""
    assert isinstance(request.user, User)
    return request.user


def _rows(signups: list[Signup]) -> list[dict[str, object]]:
    return [{"signup": signup, "area": regions.regency(signup.code)} for signup in signups]


@page(Audience.OPERATOR)
@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "waiting": _rows(queries.waiting_signups()),
        "recent": _rows(queries.recent_signups(limit=20)),
        "states": _states(),
        "ending": _ending(now()),
        "figures": [
            *_troubles(),
            *(figure for source in extensions.figures for figure in source()),
        ],
    }
    return render(request, "console/home.html", context)


ENDS_SOON = timedelta(days=14)


def _states() -> list[dict[str, object]]:
    """How many cities are in each state; demonstration cities are left out. One query."""
    found = City.objects.filter(is_demo=False).values("status").annotate(number=Count("pk"))
    numbers = {row["status"]: row["number"] for row in found.order_by()}
    return [
        {"key": key, "label": label, "number": numbers.get(key, 0)}
        for key, label in City.Status.choices
    ]


def _ending(at: datetime) -> list[City]:
    """Cities whose trial ends within two weeks, the first to end first."""
    trials = City.objects.filter(status=City.Status.TRIAL, is_demo=False)
    return list(
        trials.filter(trial_ends_at__range=(at, at + ENDS_SOON)).order_by("trial_ends_at")[:20]
    )


def _troubles() -> list[extensions.Figure]:
    """Failed work of the platform and of all cities, as last counted. Two queries."""
    own = Outbox.objects.filter(state__in=[Outbox.State.FAILED, Outbox.State.HELD]).count()
    counted = Health.objects.aggregate(
        failed=Sum("outbox_failed"), behind=Count("pk", filter=Q(migrations_missing__gt=0))
    )
    failed = own + (counted["failed"] or 0)
    behind = counted["behind"]
    return [
        extensions.Figure(
            "Pekerjaan gagal", grouped(failed), reverse("console-work"), bool(failed)
        ),
        extensions.Figure(
            "Kota yang migrasinya kurang", grouped(behind),
            f"{reverse('console-cities')}?sort=masalah", bool(behind),
        ),
    ]  # fmt: skip


@page(Audience.OPERATOR)
@never_cache
def signup(request: HttpRequest, pk: int) -> HttpResponse:
    """One signup: approve, reject with a reason, or let a stopped provisioning go on."""
    found = Signup.objects.select_related("city").filter(pk=pk).first()
    if found is None:
        raise NotThere("Pendaftaran ini tidak ditemukan.")
    wants = request.POST.get("decision", "")
    form = ReasonForm(request.POST if wants == "tolak" else None)
    if request.method == "POST" and wants == "setuju":
        actions.approve(pk, by=operator_of(request))
        messages.success(request, "Disetujui. Kotanya sedang disiapkan.")
        return redirect("console")
    if wants == "tolak" and form.is_valid():
        try:
            actions.reject(pk, by=operator_of(request), reason=form.cleaned_data["reason"])
        except RuleBroken as error:
            if error.field != "reason":
                raise
            explain(form, error)
        else:
            messages.success(request, "Ditolak. Pendaftar sudah diberi tahu alasannya.")
            return redirect("console")
    context: dict[str, object] = {
        "signup": found,
        "area": regions.regency(found.code),
        "proven": queries.proves_itself(found),
        "form": form,
        "progress": queries.progress(found.status_token),
    }
    code = 422 if form.errors else 200
    return render(request, "console/signup.html", context, status=code)


@page(Audience.OPERATOR)
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    actions.retry(pk, by=operator_of(request))
    messages.success(request, "Penyiapan dilanjutkan.")
    return redirect("console-signup", pk)
