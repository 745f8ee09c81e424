"""The operator's console: who wants in, and which cities there are."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import mfa
from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from tenants.console.forms import ReasonForm
from tenants.registry import actions, queries, regions
from tenants.registry.models import City, Signup
from ui.forms import explain

P = ParamSpec("P")


def for_operators(
    page: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Strangers sign in first; everybody but operators gets a 403; operators show their second
    step first, and set it up if they have none: before that nothing of the console opens."""

    @wraps(page)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not getattr(request.user, "is_operator", False):
            raise PermissionDenied
        if not mfa.is_verified(request):
            enrolled = mfa.is_enrolled(operator_of(request))
            step = "/masuk/kode/" if enrolled else "/akun/dua-langkah/"
            return redirect(f"{step}?next={quote(request.get_full_path())}")
        return page(request, *args, **kwargs)

    return guarded


def operator_of(request: HttpRequest) -> User:
    """Who asks, behind ``for_operators``."""
    assert isinstance(request.user, User)
    return request.user


def _rows(signups: list[Signup]) -> list[dict[str, object]]:
    return [{"signup": signup, "area": regions.regency(signup.code)} for signup in signups]


@never_cache
@for_operators
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "waiting": _rows(queries.waiting_signups()),
        "recent": _rows(queries.recent_signups(limit=20)),
        "cities": City.objects.count(),
    }
    return render(request, "console/home.html", context)


@never_cache
@for_operators
def signup(request: HttpRequest, pk: int) -> HttpResponse:
    """One signup: approve, reject with a reason, or let a stopped provisioning go on."""
    found = Signup.objects.select_related("city").filter(pk=pk).first()
    if found is None:
        raise NotThere("Pendaftaran ini tidak ditemukan.")
    wants = request.POST.get("keputusan", "")
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


@for_operators
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    actions.retry(pk, by=operator_of(request))
    messages.success(request, "Penyiapan dilanjutkan.")
    return redirect("console-signup", pk)
