"""What a resident does in a turn at a kiosk. The form itself is that of the portal."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.clock import now
from kernel.errors import NotThere
from kernel.once import reading_once
from services.applications import at_kiosk, behalf, queries, requirements
from services.applications.models import Application
from services.cases import queries as desks
from services.cases.expected import expected_at
from services.cases.timeline import timeline
from services.catalogue import plain
from services.catalogue import queries as catalogue
from services.letters.pictures import page_as_png, pages_of
from services.queueing import appointments
from services.residents.queries import facts_of
from services.web.access import today
from services.web.kiosk import kiosk_of, standing
from tenants.registry import stored_files
from ui.page import Audience, page


@page(Audience.KIOSK)
@never_cache
@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """What may be done in this turn, and the resident's own requests."""
    person = standing(request)
    context = {
        "cases": at_kiosk.cases(person),
        "promised": appointments.promised_at(person, kiosk_of(request).unit_id, today()),
    }
    return render(request, "kiosk/own.html", context)


@page(Audience.KIOSK)
@never_cache
@reading_once()
@require_GET
def services(request: HttpRequest) -> HttpResponse:
    """Which service: those for this resident first, the others with the reason."""
    person = standing(request)
    offered = behalf.choices(person, today=today())
    typed = request.GET.get("q", "").strip()[:100]
    if typed:
        found = catalogue.search(typed, [one.service for one in offered])
        places = {service.pk: place for place, service in enumerate(found.services)}
        offered = [one for one in offered if one.service.pk in places]
        offered.sort(key=lambda one: (bool(one.reason), places[one.service.pk]))
    context = {"choices": offered, "typed": typed}
    return render(request, "kiosk/services.html", context)


@page(Audience.KIOSK)
@never_cache
@reading_once()
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """What will be needed; one press opens the form, filled as far as the city knows."""
    person = standing(request)
    service = catalogue.service(slug)
    assert service.current is not None
    if request.method == "POST":
        draft = at_kiosk.begin(service=service, kiosk=kiosk_of(request), at=now())
        return redirect("application-fill", draft.pk)
    blueprint = service.current.blueprint
    ready = requirements.ready(person, blueprint, blueprint.keys(), today=today())
    context = {
        "service": service, "needed": plain.needed(blueprint, blueprint), "ready": ready,
        "facts": facts_of(person), "same": queries.sent_before(person, service),
    }  # fmt: skip
    return render(request, "kiosk/begin.html", context)


@page(Audience.KIOSK)
@never_cache
@require_GET
def sent(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt: the number, and what happens next."""
    application = at_kiosk.case_of(standing(request), pk)
    context = {
        "application": application,
        "step": desks.open_step(application),
        "expected": expected_at(application),
    }
    return render(request, "kiosk/sent.html", context)


@page(Audience.KIOSK)
@never_cache
@require_GET
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a request is, what is asked back, and its finished letters."""
    application = at_kiosk.case_of(standing(request), pk)
    corrects = application.state in desks.EDITABLE and queries.is_helped_by(
        kiosk_of(request).user, application, today=today()
    )
    context = {
        "application": application,
        "stops": timeline(application, at=now(), today=today()),
        "expected": expected_at(application),
        "letters": at_kiosk.letters(application),
        "returned": desks.last_return(application),
        "refused": desks.refusal(application),
        "corrects": corrects,
    }
    return render(request, "kiosk/case.html", context)


def _draft(request: HttpRequest, pk: int) -> Application:
    standing(request)
    application = queries.in_hand(kiosk_of(request).user, pk, today=today())
    if application.state not in desks.EDITABLE:
        raise NotThere("Permohonan ini sudah dikirim.")
    return application


@page(Audience.KIOSK)
@never_cache
@require_GET
def later(request: HttpRequest, pk: int) -> HttpResponse:
    """How what was begun here is finished at the counter."""
    return render(request, "kiosk/later.html", {"application": _draft(request, pk)})


@page(Audience.KIOSK)
@never_cache
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw away a draft."""
    _draft(request, pk)
    at_kiosk.discard(application_id=pk, kiosk=kiosk_of(request), at=now())
    return redirect("kiosk-own")


@page(Audience.KIOSK)
@never_cache
@require_GET
def letter(request: HttpRequest, pk: int, letter_id: int) -> HttpResponse:
    """A finished letter to read and print. As pictures: a PDF on the whole screen would stay there
    when its holder has left."""
    application = at_kiosk.case_of(standing(request), pk)
    found = at_kiosk.letter_of(kiosk_of(request), application, letter_id)
    count = pages_of(stored_files.read(found.file))
    context = {"application": application, "letter": found, "pages": range(1, count + 1)}
    return render(request, "kiosk/letter.html", context)


@page(Audience.KIOSK)
@never_cache
@require_GET
def letter_page(request: HttpRequest, pk: int, letter_id: int, number: int) -> HttpResponse:
    """One page of a letter as a picture; the page around it recorded the reading."""
    application = at_kiosk.case_of(standing(request), pk)
    found = at_kiosk.shown_letter(application, letter_id)
    picture = page_as_png(stored_files.read(found.file), number)
    if picture is None:
        raise NotThere("Halaman surat ini tidak ada.")
    return HttpResponse(picture, content_type="image/png")
