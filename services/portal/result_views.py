"""Results that are no letter, for whoever asked: how they want them, and the file."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import signed_in
from kernel.clock import now
from kernel.errors import NotThere
from services.applications import queries
from services.applications.models import Application
from services.applications.planning import plan_of
from services.portal.forms import ResultWayForm
from services.queueing import appointments
from services.queueing import queries as queue
from services.results import queries as results
from services.results import wishing
from services.results.queries import Promise
from services.web.files import send_stored
from services.web.language import chosen, in_words_of
from ui.forms import explained
from ui.page import Audience, page

NOT_THERE = gettext_noop("Hasil ini tidak ada di permohonan ini.")


@page(Audience.RESIDENT)
@never_cache
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """How a result is wanted: fetched, delivered, by appointment, or downloaded."""
    user = signed_in(request)
    found = queries.own(user, pk)
    shown = in_words_of(found, chosen(request))
    specs = plan_of(found, shown, chosen(request)).results()
    promise = next((one for one in results.promised(found, specs) if one.spec.key == key), None)
    if promise is None or not promise.spec.ways:
        raise NotThere(gettext(NOT_THERE))
    form = ResultWayForm(
        request.POST or None, promise=promise,
        with_appointment=_takes_appointments(found, promise),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with explained(form):
            wishing.choose(
                case=found, key=key, way=form.cleaned_data["way"],
                address=form.cleaned_data.get("address", ""), by=user, at=now(),
            )  # fmt: skip
            messages.success(request, gettext("Pilihan Anda tersimpan."))
            return redirect("application", pk)
    context = {"application": found, "promise": promise, "form": form}
    return render(request, "portal/result_way.html", context, status=422 if form.errors else 200)


def _takes_appointments(found: Application, promise: Promise) -> bool:
    """Whether the office where the result lies, or one around the applicant, has times."""
    lines = queue.lines_for(found.applicant)
    if promise.result is not None:
        lines = [line for line in lines if line.unit_id == promise.result.unit_id]
    return bool(appointments.takes_appointments(lines))


@page(Audience.RESIDENT)
@never_cache
@require_safe
def download(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The file of a result that may be downloaded."""
    found = queries.own(signed_in(request), pk)
    promise = _promise(key, results.promised(found, plan_of(found).results()))
    result = promise.result
    if result is None or not result.may_be_downloaded:
        raise NotThere(gettext(NOT_THERE))
    name = f"{result.label} {found.number}"
    return send_stored(result.path, media_type=result.media_type, name=name)


def _promise(key: str, promised: list[Promise]) -> Promise:
    one = next((one for one in promised if one.spec.key == key), None)
    if one is None:
        raise NotThere(gettext(NOT_THERE))
    return one
