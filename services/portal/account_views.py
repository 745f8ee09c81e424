"""A resident's account: opening it, a code from the counter, who looked at their data."""

from django.contrib import messages
from django.contrib.auth import login
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from accounts.pages import continue_to, wanted
from accounts.views import admit
from audit import queries as audit
from kernel import clock
from kernel.errors import RuleBroken
from services.catalogue import queries as catalogue
from services.portal.forms import PasswordByCodeForm, RegisterForm
from services.portal.reading import purpose_of
from services.residents import actions as residents
from services.residents import onetime
from services.web.access import resident
from ui.forms import explain
from ui.page import Audience, page


@page(Audience.ANYONE)
@never_cache
@sensitive_post_parameters("password", "nik", "kk_number")
def register(request: HttpRequest) -> HttpResponse:
    """A resident opens an account, proven by three facts of the register, and goes on to the page
    that asked to sign in."""
    if request.user.is_authenticated:
        return redirect(wanted(request) or "/")
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = residents.register_citizen(
                **form.cleaned_data, remote=request.META.get("REMOTE_ADDR", "")
            )
        except RuleBroken as error:
            explain(form, error)
        else:
            login(request, user, backend="services.residents.backends.NikBackend")
            messages.success(request, gettext("Akun Anda sudah jadi. Selamat datang."))
            return continue_to(request, user)
    context = {"form": form, "next": wanted(request)}
    return render(request, "portal/register.html", context, status=422 if form.errors else 200)


@page(Audience.ANYONE, when_suspended="open")
@never_cache
@sensitive_post_parameters("password", "nik", "code")
def password_by_code(request: HttpRequest) -> HttpResponse:
    """Choose a password with the code that an official of the counter gave."""
    form = PasswordByCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = onetime.redeem(
                nik=form.cleaned_data["nik"], code=form.cleaned_data["code"],
                password=form.cleaned_data["password"],
                remote=request.META.get("REMOTE_ADDR", ""), at=clock.now(),
            )  # fmt: skip
        except RuleBroken as error:
            explain(form, error)
        else:
            messages.success(request, gettext("Kata sandi Anda tersimpan."))
            return admit(request, user, "services.residents.backends.NikBackend", "signed_in.code")
    status = 422 if form.errors else 200
    return render(request, "portal/password_by_code.html", {"form": form}, status=status)


@page(Audience.RESIDENT)
@never_cache
@require_safe
def reads(request: HttpRequest) -> HttpResponse:
    """Who was shown this resident's data (UU 27/2022: the subject may know)."""
    _, person = resident(request)
    page = Paginator(audit.told_to(person.pk), 30).get_page(request.GET.get("page"))
    rows = [(entry, purpose_of(entry)) for entry in page.object_list]
    head = catalogue.places_at(person.household.rt.code).voucher.head
    return render(request, "portal/reads.html", {"page": page, "rows": rows, "head": head})
