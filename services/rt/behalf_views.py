"""A head files for a neighbour without a phone: who, what, the answers, the consent, sent."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.once import reading_once
from kernel.text import in_capitals_and_small
from services.applications import behalf, consent
from services.applications.answered import answered
from services.applications.models import Application
from services.applications.queries import head_post
from services.cases import documents
from services.cases import queries as desks
from services.cases.expected import expected_at
from services.cases.timeline import timeline
from services.catalogue import queries as catalogue
from services.neighbourhood import areas, book
from services.residents.queries import facts_of
from services.rt.behalf_forms import CodeForm, SignatureForm, WhomForm
from services.rt.book_search import searched
from services.rt.sure import sure
from services.web.access import today
from services.web.files import send_letter
from services.web.reads import note_read
from tenants.office.access import visitor
from ui.forms import explain
from ui.page import Audience, page


@page(Audience.VOUCHER)
@never_cache
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """What this head filed for others, with its state."""
    who = visitor(request)
    found = Paginator(behalf.listed(who.user), book.PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": found, "shown": behalf.in_area(found, who.user, today=today())}
    return render(request, "rt/behalf/list.html", context)


@page(Audience.VOUCHER)
@never_cache
@sensitive_post_parameters("q")
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """For whom: somebody of the own area, by name or NIK."""
    found = searched(request)
    return render(request, "rt/behalf/find.html", found.to_choose_from(), status=found.status)


@page(Audience.VOUCHER)
@never_cache
@reading_once()
@require_GET
def services(request: HttpRequest, pk: int) -> HttpResponse:
    """Which service: those for this resident first, the others with the reason."""
    who = visitor(request)
    person = areas.person_there(who.vouching, pk)
    behalf.refuse_own_family(who.user, person)
    offered = behalf.choices(person, today=today())
    typed = request.GET.get("q", "").strip()[:100]
    if typed:
        found = catalogue.search(typed, [one.service for one in offered])
        fitting = {service.pk for service in found.services}
        offered = [one for one in offered if one.service.pk in fitting]
    context = {"person": person, "choices": offered, "typed": typed}
    return render(request, "rt/behalf/services.html", context)


@page(Audience.VOUCHER)
@never_cache
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """What will be needed; one press opens the form, filled as far as the city knows."""
    who = visitor(request)
    person = areas.person_there(who.vouching, pk)
    service = catalogue.service(slug)
    assert service.current is not None
    if request.method == "POST":
        draft = behalf.begin(service=service, applicant=person, by=who.user, today=today())
        return redirect("application-fill", draft.pk)
    context = {
        "person": person, "service": service, "blueprint": service.current.blueprint,
        "facts": facts_of(person),
    }  # fmt: skip
    return render(request, "rt/behalf/begin.html", context)


def _draft(request: HttpRequest, pk: int) -> Application:
    """A draft that this head typed and nobody took over. Raises NotThere, Stale, RuleBroken."""
    application = behalf.of_head(visitor(request).user, pk, today=today())
    row = application.helped
    if row is None or row.taken_over_at is not None:
        raise Stale("Warganya sudah melanjutkan permohonan ini sendiri.")
    if application.state != Application.State.DRAFT:
        raise Stale("Permohonan ini sudah dikirim.")
    _note_read(request, application)
    return application


def _note_read(request: HttpRequest, application: Application, purpose: str = "rt-isi") -> None:
    post = head_post(visitor(request).user, application.applicant, today=today())
    office = post.title if post is not None else ""
    note_read(request, application.applicant_id, purpose=purpose, office=office)


@page(Audience.VOUCHER)
@never_cache
@require_GET
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """How the resident agrees. A code is offered only where somebody can receive one."""
    application = _draft(request, pk)
    context = {"application": application, "reached": consent.reached(application, at=now())}
    return render(request, "rt/behalf/agree.html", context)


@page(Audience.VOUCHER)
@never_cache
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest, pk: int) -> HttpResponse:
    """To whom the code goes."""
    application = _draft(request, pk)
    reached = consent.reached(application, at=now())
    if not reached:
        raise RuleBroken("Tidak ada yang bisa dikirimi kode. Pakai foto tanda tangan.")
    first = {"person": reached[0].person.pk}
    form = WhomForm(request.POST or None, reached=reached, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            consent.send_code(
                application_id=pk, person_id=form.cleaned_data["person"],
                by=visitor(request).user, at=now(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            return redirect("rt-behalf-code-typed", pk)
    context = {"application": application, "form": form}
    return render(request, "rt/behalf/code.html", context, status=422 if form.errors else 200)


@page(Audience.VOUCHER)
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def code_typed(request: HttpRequest, pk: int) -> HttpResponse:
    """The code that the resident or the relative says."""
    application = _draft(request, pk)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            consent.agree_by_code(
                application_id=pk, **form.cleaned_data, by=visitor(request).user, at=now()
            )
        except RuleBroken as broken:
            explain(form, broken)
        else:
            return redirect("rt-behalf-send", pk)
    context = {"application": application, "form": form, "minutes": consent.VALID_MINUTES}
    return render(request, "rt/behalf/code_typed.html", context, status=422 if form.errors else 200)


@page(Audience.VOUCHER)
@never_cache
@require_http_methods(["GET", "POST"])
def signature(request: HttpRequest, pk: int) -> HttpResponse:
    """A photo of the statement that the resident signed."""
    application = _draft(request, pk)
    is_sent = request.method == "POST"
    form = SignatureForm(request.POST, request.FILES) if is_sent else SignatureForm()
    if is_sent and form.is_valid():
        photo = form.cleaned_data["photo"]
        assert isinstance(photo, UploadedFile)
        try:
            consent.agree_by_signature(
                application_id=pk, content=photo.read(documents.MAX_BYTES + 1),
                may_print=form.cleaned_data["may_print"], by=visitor(request).user, at=now(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            return redirect("rt-behalf-send", pk)
    context = {"application": application, "form": form}
    return render(request, "rt/behalf/signature.html", context, status=422 if form.errors else 200)


@page(Audience.VOUCHER)
@never_cache
@require_GET
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement on paper: who asks, what, and who typed it."""
    application = _draft(request, pk)
    context = {
        "application": application, "today": today(), "facts": facts_of(application.applicant),
        "answers": [row for row in answered(application) if not row.sensitive],
    }  # fmt: skip
    return render(request, "rt/behalf/sheet.html", context)


@page(Audience.VOUCHER)
@never_cache
@reading_once()
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """What is sent for whom, by which consent; the press is the vouch too, where one is asked."""
    user = visitor(request).user
    application = behalf.of_head(user, pk, today=today())
    if request.method == "POST":
        behalf.send(application_id=pk, by=user, at=now())
        return redirect("rt-behalf", pk)
    if application.state not in desks.EDITABLE:
        return redirect("rt-behalf", pk)
    row = application.helped
    assert row is not None
    if not consent.is_agreed(application):
        return redirect("rt-behalf-agree", pk)
    _note_read(request, application)
    is_new = application.state == Application.State.DRAFT
    vouches = is_new and behalf.will_vouch(application, user, at=now())
    context = {"application": application, "helped": row, "vouches": vouches}
    return render(request, "rt/behalf/send.html", context)


@page(Audience.VOUCHER)
@never_cache
@require_GET
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: where it is, what is asked back, and the letter where it may be printed."""
    who = visitor(request)
    application = behalf.of_head(who.user, pk, today=today())
    _note_read(request, application, "rt")
    context = {
        "application": application,
        "helped": application.helped,
        "stops": timeline(application, at=now(), today=today()),
        "expected": expected_at(application) if application.number else None,
        "letters": behalf.letters(application),
        "returned": desks.last_return(application),
        "refused": desks.refusal(application),
    }
    return render(request, "rt/behalf/case.html", context)


@page(Audience.VOUCHER)
@never_cache
@require_GET
def letter(request: HttpRequest, pk: int, letter_id: int) -> HttpResponse:
    """The finished letter, to print for the resident who agreed to that."""
    found = behalf.letter_for(visitor(request).user, pk, letter_id, today=today())
    return send_letter(found, download=False)


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw away a draft that was not sent."""
    user = visitor(request).user
    found = behalf.of_head(user, pk, today=today())
    if found.state != Application.State.DRAFT:
        raise NotThere("Permohonan ini sudah dikirim.")
    if request.method != "POST":
        return sure(
            request, title="Buang isian ini?", button="Ya, buang isian",
            words=f"Yang sudah diketik untuk {in_capitals_and_small(found.applicant.name)} "
            "terhapus. Tidak ada yang terkirim.",
            back=reverse("rt-behalf", args=[pk]),
        )  # fmt: skip
    behalf.discard(application_id=pk, by=user, at=now())
    messages.success(request, "Isian dibuang. Tidak ada yang terkirim.")
    return redirect("rt-behalf-list")
