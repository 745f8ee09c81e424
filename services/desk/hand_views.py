"""Officials share the work on one case: who has it in hand, another desk, advice, notes."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.once import reading_once
from services.applications.models import Application
from services.cases import decisions, forwarding, taking, two_people
from services.cases import queries as desks
from services.cases.kinds import Summary, kind_of
from services.cases.models import Step
from services.desk.frame import frame
from services.desk.sharing_forms import AnswerForm, AskForm, ForwardForm, GiveForm, NoteForm
from services.desk.views import at_desk, case_page, posts_of
from services.inbox import advice, hands, notes, recalling
from services.inbox.models import Advice
from services.web.access import today
from tenants.office.access import visitor
from tenants.office.models import Post
from ui.forms import Form, explain, explained
from ui.page import Audience, page


def _here(request: HttpRequest, pk: int) -> tuple[User, list[Post], Application, Step]:
    """A case that lies at a desk of who asks, with its step there. Raises NotThere."""
    user, posts = posts_of(request)
    application = at_desk(user, pk)
    step = desks.step_at(application, posts)
    if step is None:
        raise NotThere("Berkas ini tidak menunggu di meja Anda.")
    return user, posts, application, step


@page(Audience.DESK)
@require_http_methods(["GET", "POST"])
@reading_once()
def hand(request: HttpRequest, pk: int) -> HttpResponse:
    """Who has the case in hand: take it, take it over, give it back, hand it to a colleague."""
    user, posts, application, step = _here(request, pk)
    people = {one.pk: one for one in two_people.colleagues(step, today()) if one.pk != user.pk}
    form = GiveForm(
        request.POST if request.POST.get("do") == "give" else None,
        colleagues={pk: one.name for pk, one in people.items()},
    )
    if request.method == "POST" and request.POST.get("do") != "give":
        return _taken(request, user, step)
    if form.is_bound and form.is_valid():
        to = people[int(form.cleaned_data["to"])]
        with explained(form):
            taking.give(step_id=step.pk, to=to, by=user, at=now())
            messages.success(request, f"Berkas {application.number} diserahkan kepada {to.name}.")
            return redirect("desk-inbox")
    return _page(
        request, "hand", posts, application, step, form,
        others=bool(people), moves=hands.moves_of(application),
    )  # fmt: skip


def _taken(request: HttpRequest, user: User, step: Step) -> HttpResponse:
    """One press: nothing is typed."""
    acts = {
        "take": (taking.take, "Berkas ini sekarang Anda tangani."),
        "take_over": (taking.take_over, "Berkas ini Anda ambil alih."),
        "give_back": (taking.give_back, "Berkas ini tidak Anda tangani lagi."),
    }
    chosen = acts.get(request.POST.get("do", ""))
    if chosen is None:
        raise RuleBroken("Pilih dulu apa yang dilakukan.")
    act, done = chosen
    act(step_id=step.pk, by=user, at=now())
    messages.success(request, done)
    return redirect("desk-case", step.case_id)


@page(Audience.DESK)
@require_http_methods(["GET", "POST"])
@reading_once()
def forward(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the case to another desk, with a reason."""
    user, posts, application, step = _here(request, pk)
    there = forwarding.desks_for(step, today())
    form = ForwardForm(request.POST or None, posts=there.held)
    if form.is_bound and form.is_valid():
        to = _chosen(there.held, form.cleaned_data["to"])
        with explained(form):
            forwarding.forward(
                step_id=step.pk, to=to, by=user, note=form.cleaned_data["note"], at=now()
            )
            messages.success(request, f"Berkas {application.number} diteruskan ke {to.title}.")
            return redirect("desk-inbox")
    return _page(
        request, "forward", posts, application, step, form,
        others=bool(there.held), vacant=there.vacant,
    )  # fmt: skip


@page(Audience.DESK)
@require_POST
def recall(request: HttpRequest, pk: int, step_id: int) -> HttpResponse:
    """Have a case back that one forwarded by mistake."""
    user, _ = posts_of(request)
    application = at_desk(user, pk)
    if step_id not in {step.pk for step in application.steps.all()}:
        raise NotThere
    recalling.recall(step_id=step_id, by=user, at=now())
    messages.success(request, f"Berkas {application.number} kembali ke meja Anda.")
    return redirect("desk-case", pk)


def _chosen(posts: Sequence[Post], pk: str) -> Post:
    return next(post for post in posts if str(post.pk) == pk)


@page(Audience.DESK)
@require_http_methods(["GET", "POST"])
@reading_once()
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask another office for advice; the case stays here."""
    user, posts, application, step = _here(request, pk)
    offices = advice.offices_for(step)
    form = AskForm(request.POST or None, posts=offices)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        of = _chosen(offices, said["of"])
        with explained(form):
            advice.ask(
                step_id=step.pk, of=of, by=user, question=said["question"], days=said["days"],
                at=now(),
            )  # fmt: skip
            messages.success(request, f"Pertimbangan diminta dari {of.title}.")
            return redirect("desk-case", pk)
    return _page(request, "ask", posts, application, step, form, others=bool(offices))


def _page(
    request: HttpRequest, name: str, posts: list[Post], application: Application, step: Step,
    form: Form, **more: object,
) -> HttpResponse:  # fmt: skip
    context = {
        **frame(posts),
        "application": application,
        "step": step,
        "colleague": decisions.colleague_who_has(step, visitor(request).user),
        "form": form,
        **more,
    }
    status = 422 if form.errors else 200
    return render(request, f"desk/case_{name}.html", context, status=status)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question in the list of those asked."""

    advice: Advice
    case: Summary


MOST = 100  # questions on one page


@page(Audience.DESK)
@require_GET
def asked(request: HttpRequest) -> HttpResponse:
    """What other offices ask these desks, due first."""
    _, posts = posts_of(request)
    context = {
        **frame(posts, "pertimbangan"),
        "rows": [
            Asked(one, kind_of(one.case).summary(one.case))
            for one in advice.waiting_at(posts)[:MOST]
        ],
    }
    return render(request, "desk/asked.html", context)


@page(Audience.DESK)
@require_http_methods(["GET", "POST"])
@reading_once()
def answer(request: HttpRequest, pk: int, advice_id: int) -> HttpResponse:
    """Answer what one's office is asked about a case."""
    user, posts = posts_of(request)
    application = at_desk(user, pk)
    if request.method == "GET":
        return redirect("desk-case", pk)
    form = AnswerForm(request.POST, auto_id=f"id_%s_{advice_id}")
    if form.is_valid():
        with explained(form):
            advice.answer(
                advice_id=_of(application, advice_id), by=user, text=form.cleaned_data["answer"],
                at=now(),
            )  # fmt: skip
            messages.success(request, "Pertimbangan Anda tersimpan dan disampaikan.")
            return redirect("desk-asked")
    return case_page(request, user, posts, application, form)


def _of(application: Application, advice_id: int) -> int:
    """Raises NotThere for advice on another case."""
    if advice_id not in {one.pk for one in advice.of_case(application)}:
        raise NotThere("Permintaan ini tidak ditemukan.")
    return advice_id


@page(Audience.DESK)
@require_POST
def withdraw(request: HttpRequest, pk: int, advice_id: int) -> HttpResponse:
    """No advice is needed any more."""
    user, _ = posts_of(request)
    advice.withdraw(advice_id=_of(at_desk(user, pk), advice_id), by=user, at=now())
    messages.success(request, "Permintaan pertimbangan ditarik.")
    return redirect("desk-case", pk)


@page(Audience.DESK)
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Note something for other officials."""
    user, posts = posts_of(request)
    application = at_desk(user, pk)
    if request.method == "GET":
        return redirect("desk-case", pk)
    if not desks.was_at(application, posts):
        raise NotThere("Catatan ini untuk meja yang menangani berkasnya.")
    form = NoteForm(request.POST, auto_id="id_%s_note")
    if form.is_valid():
        try:
            notes.note(case=application, by=user, text=form.cleaned_data["text"], at=now())
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Catatan tersimpan.")
            return redirect("desk-case", pk)
    return case_page(request, user, posts, application, form)
