"""Pages of the heads who vouch for residents: on a phone, two taps."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.once import reading_once
from services.applications import corrections, queries
from services.applications.answered import answered
from services.applications.cover import coverable, purpose_of
from services.applications.cover import make as make_cover
from services.applications.models import Application
from services.cases import decisions, undo, vouchers, vouching
from services.cases import queries as desks
from services.cases.models import Step
from services.rt.forms import AnswerForm, AskForm, RefuseForm, VouchForm
from services.rt.terms import own_term
from services.web.access import today
from services.web.reads import note_read
from tenants.office.access import visitor
from tenants.office.models import Post
from ui.page import Audience, page


@dataclass(frozen=True, slots=True)
class Asking:
    """All that whoever vouches is shown of a request: who, where, what for."""

    number: str
    name: str
    born: date
    address: str
    service: str
    purpose: str
    resident_since: date | None
    lives_here: bool  # in the city
    status: str
    home: str  # the name of the RT where they live now


@dataclass(frozen=True, slots=True)
class Card:
    """One request in the list."""

    step: Step
    asking: Asking
    is_near: bool = True  # they live where the step lies
    is_own: bool = False
    can_undo: bool = False


def asking(application: Application) -> Asking:
    """What is shown of a request. No NIK and no document is part of it."""
    person = application.applicant
    return Asking(
        number=application.number or "",
        name=person.name,
        born=person.birth_date,
        address=person.household.address,
        service=application.version.service.title,
        purpose=purpose_of(application),
        resident_since=person.resident_since,
        lives_here=person.lives_here,
        status=person.get_status_display().lower(),
        home=person.household.rt.name,
    )


def card_of(step: Step, user: User) -> Card:
    application = Application.of(step.case)
    home = application.applicant.household.rt.code
    return Card(
        step=step,
        asking=asking(application),
        is_near=home == step.unit.code or home.startswith(f"{step.unit.code}/"),
        is_own=vouchers.is_own(user, step.case),
    )


MOST = 50  # requests on one page


@page(Audience.VOUCHER)
@require_GET
@reading_once()
def inbox(request: HttpRequest) -> HttpResponse:
    """Who is waiting for the head of an RT, RW or dusun."""
    who = visitor(request)
    at = now()
    steps = [card_of(step, who.user) for step in queries.vouching(who.vouching)[:MOST]]
    context = {
        "posts": who.vouching,
        "own_term": own_term(who.user, today()),
        "steps": steps,
        "may_several": sum(not card.is_own for card in steps) > 1,
        "decided": [
            Card(
                step,
                asking(Application.of(step.case)),
                can_undo=undo.can_take_back(step, by=who.user, at=at),
            )
            for step in desks.decided(who.vouching)
            .select_related("case__application__applicant__household__rt", "vouch")
            .prefetch_related("case__steps")[:10]
        ],
    }
    return render(request, "rt/inbox.html", context)


def _step(posts: list[Post], pk: int) -> Step:
    step = desks.at_posts(posts, pk)
    if step is None:
        words = " atau ".join(dict.fromkeys(post.unit.word or post.unit.name for post in posts))
        raise NotThere(f"Permohonan ini tidak ada di {words} Anda.")
    return step


def _note_read(request: HttpRequest, step: Step, application: Application) -> None:
    """The resident learns who read it, by the post by which they may."""
    post = decisions.post_among(visitor(request).vouching, step)
    note_read(
        request, application.applicant_id, purpose="rt", office=vouching.called_at(post, step.unit)
    )


@page(Audience.VOUCHER)
@require_GET
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One neighbour's request."""
    who = visitor(request)
    step = _step(who.vouching, pk)
    application = queries.get_for(who.user, step.case_id, today=today())
    _note_read(request, step, application)
    before = application.steps.filter(key=step.key, pk__lt=step.pk).select_related("vouch")
    asked = [vouch for one in before if (vouch := vouching.of(one)) is not None and vouch.reply]
    vouch = vouching.of(step)
    context = {
        "step": step,
        "asking": asking(application),
        "answers": [row for row in answered(application) if not row.sensitive],
        "is_own": vouchers.is_own(who.user, application),
        "form": VouchForm(),
        "asked": asked,
        "changes": corrections.changes_for_head(application, step),
        "vouch": vouch,
        "has_cover": vouch is not None and vouch.pk in {one.pk for one in coverable(application)},
    }
    return render(request, "rt/case.html", context)


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
@reading_once()
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Vouch, or refuse with a reason."""
    who = visitor(request)
    step = _step(who.vouching, pk)
    chosen = request.POST.get("decision", "")
    if request.method == "POST" and chosen == "approve":
        note = VouchForm(request.POST)
        words = note.cleaned_data["note"] if note.is_valid() else ""
        decisions.approve(step_id=pk, by=who.user, note=words, at=now())
        messages.success(request, "Terima kasih. Permohonan sudah Anda benarkan dan diteruskan.")
        return redirect("rt-inbox")
    if request.method == "POST" and chosen != "refuse":
        raise RuleBroken("Pilih dulu: benar warga Anda, atau ada yang tidak cocok.")
    form = RefuseForm(request.POST or None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        decisions.refuse(step_id=pk, by=who.user, ready=said["reason"], note=said["note"], at=now())
        messages.success(request, "Alasan Anda sudah disampaikan kepada pemohon.")
        return redirect("rt-inbox")
    application = queries.get_for(who.user, step.case_id, today=today())
    return _answer_page(request, "refuse", step, application, form)


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
@reading_once()
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the request back with a question, or with what is wrong in it; it returns here."""
    who = visitor(request)
    step = _step(who.vouching, pk)
    application = queries.get_for(who.user, step.case_id, today=today())
    form = AskForm(
        request.POST or None,
        correctable=corrections.markable(application, step),
        said={row.key: row.text for row in answered(application) if not row.sensitive},
    )
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        corrections.send_back(
            step_id=pk, by=who.user, wrong=form.wrong, ready=said["reason"], note=said["note"],
            at=now(),
        )  # fmt: skip
        messages.success(
            request,
            "Permintaan Anda sudah disampaikan. Setelah diperbaiki, permohonannya kembali ke sini."
            if form.wrong
            else "Pertanyaan Anda sudah disampaikan. Setelah dijawab, permohonannya kembali ke "
            "sini.",
        )
        return redirect("rt-inbox")
    return _answer_page(request, "ask", step, application, form)


def _answer_page(
    request: HttpRequest, name: str, step: Step, application: Application, form: AnswerForm
) -> HttpResponse:
    _note_read(request, step, application)
    context = {"step": step, "asking": asking(application), "form": form}
    status = 422 if form.errors else 200
    return render(request, f"rt/{name}.html", context, status=status)


@page(Audience.VOUCHER)
@require_POST
def cover(request: HttpRequest, pk: int) -> HttpResponse:
    """The surat pengantar of a vouch on paper, made when it is first asked for."""
    who = visitor(request)
    vouch = vouching.of(_step(who.vouching, pk))
    if vouch is None:
        raise NotThere("Surat pengantar ini tidak ditemukan.")
    make_cover(vouch_id=vouch.pk, by=who.user, at=now())
    return redirect("cover-letter", vouch.pk)


@page(Audience.VOUCHER)
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a vouch that was pressed by mistake, for a quarter of an hour."""
    who = visitor(request)
    undo.take_back(step_id=_step(who.vouching, pk).pk, by=who.user, at=now())
    messages.success(request, "Jawaban Anda ditarik kembali. Permohonannya menunggu Anda lagi.")
    return redirect("rt-inbox")
