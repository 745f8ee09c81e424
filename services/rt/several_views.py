"""Several requests are vouched for with one confirmation."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.ids import row_id
from kernel.once import reading_once
from services.applications import queries
from services.applications.models import Application
from services.cases import decisions
from services.cases import queries as desks
from services.rt.forms import SeveralForm
from services.rt.views import MOST, Card, asking, card_of
from tenants.office.access import visitor
from ui.page import Audience, Elsewhere, page
from ui.templatetags.ui import proper_name


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one of them."""

    name: str
    service: str
    problem: str = ""


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
@reading_once()
def several(request: HttpRequest) -> HttpResponse:
    """Choose, confirm, and read what came of each."""
    who = visitor(request)
    chosen = [number for typed in request.POST.getlist("step") if (number := row_id(typed))]
    chosen = list(dict.fromkeys(chosen))[:MOST]
    if request.method == "POST" and request.POST.get("do") == "vouch" and chosen:
        results = [_vouch(request, step_id) for step_id in chosen]
        _tell(request, results)
        if all(one.problem for one in results):
            raise Elsewhere(redirect("rt-inbox"))
        return redirect("rt-inbox")
    waiting = [card_of(step, who.user) for step in queries.vouching(who.vouching)[:MOST]]
    cards = [card for card in waiting if not card.is_own and card.asking.lives_here]
    if not cards:
        raise Elsewhere(redirect("rt-inbox"))
    picked = [card for card in cards if card.step.pk in chosen]
    if picked:
        return render(request, "rt/several_sure.html", {"cards": picked})
    waiting_for = [(card.step.pk, _line(card)) for card in cards]
    typed = QueryDict() if request.method == "POST" else None
    form = SeveralForm(typed, waiting=waiting_for)
    status = 422 if form.errors else 200
    return render(request, "rt/several.html", {"form": form}, status=status)


def _tell(request: HttpRequest, results: list[Result]) -> None:
    """What came of each, above the list of who waits."""
    done = [proper_name(one.name) for one in results if not one.problem]
    if done:
        messages.success(request, f"{len(done)} permohonan Anda benarkan: {', '.join(done)}.")
    for one in results:
        if one.problem:
            about = f"{proper_name(one.name)}, {one.service}" if one.name else "Satu permohonan"
            messages.warning(request, f"{about}: {one.problem}")


def _line(card: Card) -> str:
    """One of them in a line."""
    return f"{proper_name(card.asking.name)}: {card.asking.service}, {card.asking.address}"


def _vouch(request: HttpRequest, step_id: int) -> Result:
    """Vouch for one; a problem with it holds up no other."""
    who = visitor(request)
    step = desks.at_posts(who.vouching, step_id)
    if step is None:
        return Result("", "", "Permohonan ini tidak ada lagi di sini.")
    about = asking(Application.of(step.case))
    try:
        decisions.approve(step_id=step_id, by=who.user, at=now())
    except (RuleBroken, NotThere) as problem:
        return Result(about.name, about.service, problem.message)
    return Result(about.name, about.service)
