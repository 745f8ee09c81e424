"""Pages of the heads who vouch for residents: on a phone, two taps."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.once import reading_once
from services.applications import queries
from services.applications.answered import answered
from services.applications.models import Application
from services.cases import decisions, undo
from services.cases import queries as desks
from services.cases.models import Step
from services.rt.forms import RefuseForm
from services.rt.terms import own_term
from services.web.access import today
from tenants.office.access import visitor
from tenants.office.models import Post
from tenants.office.roles import title_at
from ui.page import Audience, page


@dataclass(frozen=True, slots=True)
class Card:
    """One resident's request as the head who vouches sees it in the list."""

    step: Step
    purpose: str = ""
    lives_here: bool = True
    is_own: bool = False
    can_undo: bool = False


PURPOSE = "keperluan"  # the shared question most services ask


def _card(step: Step, mine: set[int]) -> Card:
    application = Application.of(step.case)
    purpose = application.answers.get(PURPOSE)
    field = next((f for f in application.blueprint.fields if f.key == PURPOSE), None)
    shown = isinstance(purpose, str) and field is not None and not field.sensitive
    home = application.applicant.household.rt.code
    return Card(
        step=step,
        purpose=str(purpose) if shown else "",
        lives_here=home == step.unit.code or home.startswith(f"{step.unit.code}/"),
        is_own=application.applicant_id in mine,
    )


@page(Audience.VOUCHER)
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Who is waiting for the head of an RT, RW or dusun."""
    who = visitor(request)
    at = now()
    context = {
        "posts": who.vouching,
        "own_term": own_term(who.user, today()),
        "steps": [_card(step, who.people) for step in queries.vouching(who.vouching)[:50]],
        "decided": [
            Card(step, can_undo=undo.can_take_back(step, by=who.user, at=at))
            for step in desks.decided(who.vouching).prefetch_related("case__steps")[:10]
        ],
    }
    return render(request, "rt/inbox.html", context)


def _step(posts: list[Post], pk: int) -> Step:
    step = desks.at_posts(posts, pk)
    if step is None:
        words = " atau ".join(dict.fromkeys(post.unit.word or post.unit.name for post in posts))
        raise NotThere(f"Permohonan ini tidak ada di {words} Anda.")
    return step


@page(Audience.VOUCHER)
@require_GET
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One neighbour's request."""
    who = visitor(request)
    step = _step(who.vouching, pk)
    application = queries.get_for(who.user, step.case_id, today=today())
    audit.record_read(
        actor=who.user, person_id=application.applicant_id, purpose="rt",
        office=title_at(step.role, step.unit),
    )  # fmt: skip
    context = {
        "step": step,
        "application": application,
        "answers": [row for row in answered(application) if not row.sensitive],
        "is_own": application.applicant_id in who.people,
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
        decisions.approve(step_id=pk, by=who.user, at=now())
        messages.success(request, "Terima kasih. Permohonan sudah Anda benarkan dan diteruskan.")
        return redirect("rt-inbox")
    if request.method == "POST" and chosen != "refuse":
        raise RuleBroken("Pilih dulu: benar warga Anda, atau ada yang tidak cocok.")
    form = RefuseForm(request.POST or None)
    if form.is_bound and form.is_valid():
        decisions.refuse(step_id=pk, by=who.user, note=form.sentence(), at=now())
        messages.success(request, "Alasan Anda sudah disampaikan kepada pemohon.")
        return redirect("rt-inbox")
    application = queries.get_for(who.user, step.case_id, today=today())
    context = {"step": step, "application": application, "form": form}
    return render(request, "rt/refuse.html", context, status=422 if form.errors else 200)


@page(Audience.VOUCHER)
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a vouch that was pressed by mistake, for a quarter of an hour."""
    who = visitor(request)
    undo.take_back(step_id=_step(who.vouching, pk).pk, by=who.user, at=now())
    messages.success(request, "Jawaban Anda ditarik kembali. Permohonannya menunggu Anda lagi.")
    return redirect("rt-inbox")
