"""Whose turn it is at a kiosk: the start, who somebody is, the end, and closing the kiosk."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.clock import now
from kernel.errors import RuleBroken
from services.kiosk.forms import CloseForm, CodeForm, IdentityForm
from services.residents.kiosk import actions
from services.web.kiosk import at_kiosk, kiosk_of, standing
from ui.forms import Form, explain
from ui.page import Audience, page


@page(Audience.KIOSK)
@never_cache
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Where every turn begins and ends; in a turn, what the resident may do."""
    found = at_kiosk(request)
    if found is not None and found.person is not None:
        return redirect("kiosk-own")
    return render(request, "kiosk/start.html", {"kiosk": kiosk_of(request)})


@page(Audience.KIOSK)
@never_cache
@sensitive_post_parameters("nik", "birth_date", "card")
@require_http_methods(["GET", "POST"])
def identity(request: HttpRequest) -> HttpResponse:
    """NIK, birth date and the end of the card's number."""
    form = IdentityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.identify(kiosk=kiosk_of(request), **form.cleaned_data, at=now())
        except RuleBroken as broken:
            explain(form, broken)
        else:
            return redirect("kiosk-own")
    return _asked(request, "kiosk/identity.html", form)


@page(Audience.KIOSK)
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """A code that the counter handed out."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.identify_by_code(kiosk=kiosk_of(request), **form.cleaned_data, at=now())
        except RuleBroken as broken:
            explain(form, broken)
        else:
            return redirect("kiosk-own")
    return _asked(request, "kiosk/code.html", form)


def _asked(request: HttpRequest, template: str, form: Form) -> HttpResponse:
    return render(request, template, {"form": form}, status=422 if form.errors else 200)


@page(Audience.KIOSK, when_suspended="open")
@never_cache
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """The resident is done, or the screen counted to the end."""
    actions.end_turn(kiosk_of(request))
    return redirect("kiosk")


@page(Audience.KIOSK, when_suspended="open")
@never_cache
@require_POST
def still_here(request: HttpRequest) -> HttpResponse:
    """The script reports that somebody touches the screen."""
    standing(request)
    actions.touch(kiosk_of(request), at=now(), by_script=True)
    return HttpResponse(status=204)


@page(Audience.KIOSK, when_suspended="open")
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest) -> HttpResponse:
    """Whoever opened the kiosk closes it with their password; then somebody may sign in here."""
    kiosk = kiosk_of(request)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.close_by_password(kiosk=kiosk, **form.cleaned_data, at=now())
        except RuleBroken as broken:
            explain(form, broken)
        else:
            request.session.flush()
            return redirect("sign-in")
    context = {"form": form, "kiosk": kiosk}
    return render(request, "kiosk/close.html", context, status=422 if form.errors else 200)
