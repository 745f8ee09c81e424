"""A resident's applications: the list, one of them, its files and letters."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import signed_in
from audit import actions as audit_actions
from kernel import clock
from kernel.errors import NotThere, RuleBroken
from services.applications import actions, corrections, filled_forms, queries, withdrawal
from services.applications import cover as covers
from services.applications.answered import answered
from services.applications.models import Application
from services.applications.planning import plan_of
from services.cases import deadlines, fees, thumbnails, vouching
from services.cases import queries as desks
from services.cases.timeline import timeline
from services.mall import outside
from services.portal.cards import EDITABLE, State, address_of_mistake, cards_of
from services.portal.visit_views import WishForm, may_wish
from services.results import queries as queries_of_results
from services.visits import queries as homes
from services.web.access import resident, today
from services.web.files import name_of, send, send_letter
from services.web.kiosk import acting
from services.web.language import chosen, in_words_of
from tenants.registry import stored_files
from ui.page import Audience, page


@page(Audience.RESIDENT)
@never_cache
def applications(request: HttpRequest) -> HttpResponse:
    _, person = resident(request)
    finished = list(queries.of_family(person).exclude(state__in=desks.UNDER_WAY)[:100])
    for done in finished:
        in_words_of(done, chosen(request))
    running = cards_of(request, queries.under_way(person)[:100])
    numbers = outside.of_person(person, chosen(request))
    context = {"running": running, "finished": finished, "numbers": numbers}
    return render(request, "portal/applications.html", context)


@page(Audience.RESIDENT)
@never_cache
def application(request: HttpRequest, pk: int) -> HttpResponse:
    found = queries.own(signed_in(request), pk)
    if found.state == State.DRAFT:  # on where it was left: what is missing, or sending it
        return redirect("application-fill" if actions.problems(found) else "application-check", pk)
    language = chosen(request)
    shown = in_words_of(found, language)
    plan = plan_of(found, shown, language)
    returned = desks.last_return(found)
    after = outside.systems_after(found.version.service.slug)
    wrong = corrections.to_correct(found, shown)
    context = {
        "correct_at": address_of_mistake(found, returned)
        if returned and not shown.filed_by
        else "",
        "application": found,
        "deadline": deadlines.of(found),
        "to_correct": wrong,
        "message": corrections.message(returned.said, wrong) if returned else "",
        "blueprint": shown,
        "stops": timeline(found, at=clock.now(), today=today(), shown=plan),
        "letters": [
            i.letter for i in found.issued.all() if i.letter.is_finished and not i.is_given_up
        ],
        "is_result": found.state == State.DONE,
        "refused": desks.refusal(found),
        "answers": [
            row for row in answered(found, shown) if not (shown.filed_by and row.sensitive)
        ],
        "files": queries.handed_in(found, shown),
        "returned": returned,
        "question": vouching.of(returned) if returned is not None else None,
        "covers": covers.coverable(found),
        "fees": fees.orders_of(found) if shown.tariff else [],
        "forms": filled_forms.wanted(found),
        "promised": queries_of_results.promised(found, plan.results()),
        "systems": after,
        "numbers": outside.of_case(found, language) if after else [],
        "moving": found.state in (State.RUNNING, State.ISSUING),
        "can_withdraw": found.state in {*EDITABLE, State.RUNNING}
        and not found.issued.all()
        and not shown.filed_by,
    }
    if may_wish(found):
        context |= {
            "may_wish": True, "visit_form": WishForm(), "visit_wish": homes.wish_of(found),
            "stops_at_home": homes.of_case(found),
        }  # fmt: skip
    return render(request, "portal/application.html", context)


@page(Audience.RESIDENT)
@never_cache
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    found = queries.own(signed_in(request), pk)
    if found.blueprint.filed_by:
        raise RuleBroken(
            "Laporan ini dibuat pengurus lingkungan Anda, jadi hanya mereka yang bisa menariknya. "
            "Bila isinya keliru, sampaikan kepada mereka atau kepada kelurahan."
        )
    if request.method == "POST":
        withdrawal.withdraw(application_id=pk, by=signed_in(request), at=clock.now())
        said = gettext("Permohonan dibatalkan.") if found.number else gettext("Isian dibuang.")
        messages.success(request, said)
        return redirect("applications")
    in_words_of(found, chosen(request))
    return render(request, "portal/withdraw.html", {"application": found})


@page(Audience.INVOLVED)
@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """A file that was handed in: to its owner, and to the desks that have the case."""
    user = signed_in(request)
    found = queries.document_for(user, pk, today=today())
    person = Application.of(found.case).applicant_id
    if not queries.is_applicant(user, Application.of(found.case)):
        audit_actions.record_read(actor=user, person_id=person, purpose="berkas")
    name = name_of(found.name, found.media_type)
    content = stored_files.read(found.path)
    return send(content, media_type=found.media_type, name=name, download=False)


@page(Audience.INVOLVED)
@require_safe
def thumbnail(request: HttpRequest, pk: int) -> HttpResponse:
    """A photo that was handed in, small, for lists. The page around it recorded the reading."""
    found = queries.document_for(signed_in(request), pk, today=today())
    content = thumbnails.thumbnail(found)
    return send(content, media_type="image/jpeg", name=f"{pk}.jpg", download=False)


@page(Audience.RESIDENT, at_kiosk=True)
@require_POST
def remove_document(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file out of a request that has not been sent."""
    application_id = actions.remove_document(document_id=pk, by=acting(request))
    messages.success(request, gettext("Berkas dihapus."))
    return redirect("application-fill", application_id)


@page(Audience.INVOLVED)
@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The finished letter, the archived bytes and nothing else."""
    user = signed_in(request)
    found = queries.letter_for(user, pk, today=today())
    if not queries.is_applicant(user, found.issued_from.application):
        audit_actions.record_read(actor=user, person_id=found.person_id, purpose="surat")
    return send_letter(found, download="unduh" in request.GET)


@page(Audience.INVOLVED)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def cover_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The surat pengantar of a vouch: sent to make it, read as PDF once it is there."""
    user = signed_in(request)
    vouch, application = covers.vouch_for(user, pk, today=today())
    if request.method == "POST":
        covers.make(vouch_id=pk, by=user, at=clock.now())
        messages.success(request, gettext("Surat pengantar sudah jadi."))
        return redirect("application", application.pk)
    found = vouch.letter
    if found is None or found.state != found.State.READY:
        raise NotThere("Surat pengantar ini tidak ditemukan.")
    if not queries.is_applicant(user, application):
        audit_actions.record_read(actor=user, person_id=found.person_id, purpose="surat")
    return send_letter(found, download="unduh" in request.GET)
