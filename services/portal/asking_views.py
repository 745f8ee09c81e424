"""A resident asks: the form page by page, the check before sending, and the number."""

from collections.abc import Iterable

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.access import signed_in
from kernel import clock
from kernel.errors import NotThere, RuleBroken
from kernel.ids import row_id
from kernel.once import reading_once
from services.applications import (
    actions,
    corrections,
    loading,
    originals,
    queries,
    requirements,
)
from services.applications.answered import answered
from services.applications.earlier import kept
from services.applications.elsewhere import meet_by_code
from services.applications.forms import form_for
from services.applications.models import Application
from services.cases import documents, vouching
from services.cases import queries as desks
from services.cases.expected import expected_at
from services.catalogue import plain
from services.catalogue import queries as catalogue
from services.catalogue.blueprint import Blueprint
from services.portal.cards import EDITABLE, State, why_closed
from services.portal.forms import KeepForm, LetterElsewhereForm, OriginalsForm, ReplyForm
from services.portal.receipt_views import receipt_words
from services.questions.maps import with_map
from services.queueing import serving
from services.residents import family
from services.residents.models import Consent
from services.residents.queries import facts_of
from services.residents.wallet import actions as wallet
from services.web.access import resident, today
from services.web.kiosk import acting, at_kiosk
from services.web.language import chosen, in_words_of, marked
from services.web.reads import note_read
from ui.forms import explain
from ui.page import Audience, page

FEW_PAGES = 4  # of a form: more have topics and a list of them


@page(Audience.RESIDENT)
@never_cache
def apply(request: HttpRequest, slug: str) -> HttpResponse:
    """What the register already knows; then the questions."""
    entry = catalogue.service(slug)
    assert entry.current is not None
    user, person = resident(request)
    whom = request.GET.get("for", "")
    if relative_id := row_id(whom):
        person = family.relative(person, relative_id, today=today())
    if request.method == "POST":
        draft = actions.begin(service=entry, applicant=person, by=user)
        # With every answer and document known already there is nothing left but to check.
        known = draft.answers and not actions.problems(draft)
        return redirect("application-check" if known else "application-fill", draft.pk)
    if why_closed(entry, person):
        return redirect("service", slug)
    context = {
        "service": entry,
        "blueprint": entry.current.read_in(chosen(request)),
        "person": person,
        "facts": facts_of(person),
        "same": queries.sent_before(person, entry),
        "relatives": [] if whom else family.may_act_for(person, today=today()),
    }
    return render(request, "portal/apply.html", context)


def _is_helping(request: HttpRequest, application: Application) -> bool:
    """Whether somebody else than the applicant's account fills this in."""
    return not queries.is_applicant(acting(request), application)


def _note_read(request: HttpRequest, application: Application) -> None:
    """Whoever fills it in for the applicant is shown the applicant's data; at a kiosk the applicant
    does it, whoever opened the kiosk."""
    if at_kiosk(request) or not _is_helping(request, application):
        return
    if application.checked != Application.FOR_NEIGHBOUR:
        note_read(request, application.applicant_id, purpose="loket-isi")
        return
    post = queries.head_post(signed_in(request), application.applicant, today=today())
    office = post.title if post is not None else ""
    note_read(request, application.applicant_id, purpose="rt-isi", office=office)


def _sent_page(request: HttpRequest, application: Application) -> str:
    """What shows an application that was sent: to whoever helped, the receipt alone; to a head,
    their page about it."""
    if at_kiosk(request):
        return "kiosk-sent"
    if not _is_helping(request, application):
        return "application"
    is_head = application.checked == Application.FOR_NEIGHBOUR
    return "rt-behalf" if is_head else "application-sent"


def _editable(request: HttpRequest, pk: int) -> Application:
    application = queries.in_hand(acting(request), pk, today=today())
    if application.state not in EDITABLE:
        raise RuleBroken("Permohonan ini sudah dikirim, jadi isinya tidak bisa diubah lagi.")
    return application


@page(Audience.RESIDENT, at_kiosk=True)
@never_cache
@reading_once()
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """The questions, page by page; ``?start=`` names a question of the page, ``&ubah`` comes from
    checking and leads back there."""
    application = queries.in_hand(acting(request), pk, today=today())
    correcting = "ubah" in request.GET
    if application.state not in EDITABLE:
        if request.method != "POST":  # the way back, after it was sent
            return redirect(_sent_page(request, application), pk)
        application = _editable(request, pk)
    _note_read(request, application)
    pages = actions.pages(application)
    at = _page_at(pages, request.GET.get("start", ""), application)
    asked = pages[at]
    problems: dict[str, str] = {}
    typed: dict[str, str] | None = None
    if request.method == "POST":
        typed = {key: str(value) for key, value in request.POST.items()}
        known = application.blueprint.keys()
        asked = [key for key in request.POST.getlist("_asked") if key in known] or pages[at]
        problems = actions.save_answers(
            application_id=pk,
            typed=typed,
            files={key: _content(file) for key, file in request.FILES.items()},
            names={key: getattr(file, "name", "") or key for key, file in request.FILES.items()},
            by=acting(request),
            only=asked,
            said_in=application.read_in(chosen(request)),
        )
        if not problems and correcting:
            return redirect("application-check", pk)
        loading.renew(application)
        if not problems:
            return _next_page(application, asked)
    language = chosen(request)
    shown = application.read_in(language)
    form = form_for(application, typed=typed, problems=problems, only=asked, blueprint=shown)
    context = {"application": application, "blueprint": shown, "form": form}
    context["lang"] = marked(shown, language)
    context["helping"] = _is_helping(request, application)
    returned = desks.last_return(application)
    context |= {"returned": returned, "limit": documents.MAX_BYTES}
    context["question"] = vouching.of(returned) if returned is not None else None
    context["to_correct"] = corrections.to_correct(application, shown)
    context |= {"number": at + 1, "count": len(pages) + 1}
    context |= {"taken": kept(application, shown, asked)}
    if len(pages) > FEW_PAGES:
        topics = [(keys[0], plain.topic(shown, keys)) for keys in pages]
        context |= {"topic": topics[at][1], "topics": topics}
    here = f"?start={pages[at][0]}"
    if correcting:
        context |= {"back": reverse("application-check", args=[pk]), "address": f"{here}&ubah"}
    else:
        context |= {"back": f"?start={pages[at - 1][0]}" if at else "", "address": here}
    page = render(request, "portal/fill.html", context, status=422 if problems else 200)
    return with_map(page) if form.has_map else page


def _page_at(pages: list[list[str]], key: str, application: Application) -> int:
    """The page that holds this question; without one, where there is still something to do."""
    for number, keys in enumerate(pages):
        if key in keys:
            return number
    if application.answers:
        wrong = actions.problems(application)
        for number, keys in enumerate(pages):
            if any(key in wrong for key in keys):
                return number
    return 0


def _next_page(application: Application, asked: Iterable[str]) -> HttpResponse:
    """Behind the last page with one of these questions; the answers may have changed the pages."""
    pages = actions.pages(application)
    done = set(asked)
    here = max((number for number, keys in enumerate(pages) if done & set(keys)), default=-1)
    if here + 1 < len(pages):
        address = reverse("application-fill", args=[application.pk])
        return redirect(f"{address}?start={pages[here + 1][0]}")
    return redirect("application-check", application.pk)


def _content(file: object) -> bytes:
    """An uploaded file's bytes; one byte more than allowed is enough to refuse it."""
    assert isinstance(file, UploadedFile)
    return bytes(file.read(documents.MAX_BYTES + 1))


@page(Audience.RESIDENT, at_kiosk=True)
@never_cache
@reading_once()
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Check your answers, then send."""
    user = acting(request)
    application = queries.in_hand(user, pk, today=today())
    helping = _is_helping(request, application)
    consents = queries.may_consent(user, application, today=today())
    agrees_first = helping and application.checked == Application.FOR_NEIGHBOUR
    at_counter = helping and not agrees_first and not at_kiosk(request)
    if request.method == "POST" and agrees_first:
        return redirect("rt-behalf-send", pk)
    if request.method == "POST":
        if consents and KeepForm(request.POST).data.get("keep"):
            wallet.say(
                person=application.applicant, purpose=Consent.Purpose.WALLET, given=True,
                by=user, at=clock.now(),
            )  # fmt: skip
        taken = requirements.taken_over(application.documents.all())
        if taken and not actions.still_met(application_id=pk, by=user):
            return redirect(f"{reverse('application-fill', args=[pk])}?ubah")
        answer = ReplyForm(request.POST)
        reply = answer.cleaned_data["reply"] if answer.is_valid() else ""
        if at_counter:
            serving.send(
                application_id=pk, originals_seen=request.POST.getlist("original"), by=user,
                reply=reply, at=clock.now(),
            )  # fmt: skip
        else:
            actions.submit(application_id=pk, by=user, reply=reply, at=clock.now())
        return redirect("kiosk-sent" if at_kiosk(request) else "application-sent", pk)
    if application.state not in EDITABLE:
        return redirect(_sent_page(request, application), pk)
    if actions.problems(application):
        return redirect(f"{reverse('application-fill', args=[pk])}?ubah")
    _note_read(request, application)
    shown = application.read_in(chosen(request))
    keepable = requirements.to_ask_for(application, shown) if consents else []
    returned = desks.last_return(application)
    question = vouching.of(returned) if returned is not None else None
    context = {
        "returned": returned,
        "question": question,
        "reply": ReplyForm() if question is not None else None,
        "application": application,
        "blueprint": shown,
        "helping": helping,
        "agrees_first": agrees_first,
        "answers": answered(application, shown),
        "to_correct": corrections.to_correct(application, shown),
        "allowed": actions.open_keys(application),
        "files": queries.handed_in(application, shown, reader=user),
        "facts": facts_of(application.applicant),
        "count": len(actions.pages(application)) + 1,
        "keep": KeepForm(names=keepable) if keepable else None,
        "taken": kept(application, shown, shown.keys()),
        "originals": _originals(application, shown) if at_counter else None,
    }
    return render(request, "portal/check.html", context)


def _originals(application: Application, shown: Blueprint) -> OriginalsForm | None:
    """The tick list of a counter: each requirement of these answers, and how it is met."""
    asked = requirements.wanted(shown, application.answers, facts_of(application.applicant))
    lines = originals.listed(application, shown, asked)
    return OriginalsForm(lines=lines) if lines else None


@page(Audience.RESIDENT, at_kiosk=True)
@never_cache
def letter_elsewhere(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Meet a requirement by a letter of another city, by the address under its QR code."""
    application = _editable(request, pk)
    back = f"{reverse('application-fill', args=[pk])}?start={key}"
    form = LetterElsewhereForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            meet_by_code(
                application_id=pk, key=key, typed=form.cleaned_data["address"],
                by=acting(request),
            )  # fmt: skip
        except RuleBroken as refused:
            explain(form, refused)
        else:
            return redirect(back)
    shown = application.read_in(chosen(request))
    spec = next((one for one in shown.documents if one.key == key), None)
    if spec is None:
        raise NotThere("Syarat ini tidak ada di layanan ini.")
    context = {"form": form, "requirement": spec, "back": back}
    status = 422 if form.errors else 200
    return render(request, "portal/letter_elsewhere.html", context, status=status)


@page(Audience.RESIDENT)
@never_cache
def sent(request: HttpRequest, pk: int) -> HttpResponse:
    application = queries.in_hand(signed_in(request), pk, today=today())
    if application.state == State.DRAFT:
        return redirect("application-fill", pk)
    if application.checked == Application.FOR_NEIGHBOUR and _is_helping(request, application):
        return redirect("rt-behalf", pk)
    in_words_of(application, chosen(request))
    context = {
        "application": application,
        "step": desks.open_step(application),
        "expected": expected_at(application),
    }
    if not _is_helping(request, application):
        return render(request, "portal/sent.html", context)
    return render(request, "portal/receipt.html", context | receipt_words(application))
