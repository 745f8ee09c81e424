"""The call screen of a waiting room: a browser that was paired with a code from the counter."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.queueing import queries, screens
from services.queueing.models import Screen
from services.web.access import today
from ui.forms import Form, explain
from ui.page import Audience, page

KEPT_AS = "layar"  # in the session
KEPT_FOR = 180 * 24 * 3600  # seconds since it was paired: it is then paired anew
NOT_PAIRED = "Layar ini belum dipasangkan, atau sudah dilepas oleh petugas."


class CodeForm(Form):
    code = forms.CharField(
        label="Kode dari petugas", max_length=20,
        help_text="8 huruf dan angka. Petugas membuatnya di Meja kerja, Antrean, Atur antrean.",
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )  # fmt: skip


def _screen(request: HttpRequest) -> Screen | None:
    token = request.session.get(KEPT_AS)
    return screens.found(token, now()) if token else None


@page(Audience.ANYONE, is_office=True)
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def screen(request: HttpRequest) -> HttpResponse:
    """Who is called; on a browser that is no screen yet, the code is asked."""
    found = _screen(request)
    if found is not None and request.method != "POST":
        return render(request, "kiosk/screen.html", _shown(found))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = str(request.META.get("REMOTE_ADDR", ""))
        try:
            _, token = screens.pair(code=form.cleaned_data["code"], address=address, at=now())
        except RuleBroken as broken:
            explain(form, broken)
        else:
            request.session.flush()  # whoever was signed in here is so no longer
            request.session[KEPT_AS] = token
            request.session.set_expiry(KEPT_FOR)
            rotate_token(request)
            return redirect("screen")
    status = 422 if form.errors else 200
    return render(request, "kiosk/screen_pair.html", {"form": form}, status=status)


def _shown(found: Screen) -> dict[str, object]:
    called = queries.called_last(found.unit, today())
    lines = list(queries.lines_of([found.unit_id]))
    return {"screen": found, "called": called, "rows": queries.board(lines, today())}


@page(Audience.ANYONE, is_office=True)
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """The part of the screen that changes. While nothing did, an empty 304: a screen asks every
    few seconds, all day. Raises NotThere for a browser that is no screen."""
    found = _screen(request)
    if found is None:
        raise NotThere(NOT_PAIRED)
    version = quote_etag(queries.version_of(found.unit, today()))
    unchanged = get_conditional_response(request, etag=version)
    if unchanged is not None and unchanged.status_code == 304:
        return unchanged
    response = render(request, "kiosk/screen_calls.html", _shown(found))
    response["ETag"] = version
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie"])
    return response
