"""Writing into the register at a desk: what happened to somebody, corrections, new people."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from services.desk.act_forms import ACTS, ArrivalForm
from services.desk.basis_forms import BasisForm
from services.desk.correction import CorrectionForm
from services.desk.frame import frame
from services.desk.people_views import OPENED, UndoForm, opened, seeing
from services.residents import keeping, register
from services.residents.happenings import Basis, Doubtful
from services.residents.models import Person, PersonEvent, Source
from tenants.office.models import Post
from ui.forms import explain
from ui.page import Audience, page


def _kept(request: HttpRequest, pk: int) -> tuple[User, list[Post], Person]:
    """Somebody whose record is open and whom one of these posts keeps. Raises NotThere."""
    user, posts, _ = seeing(request)
    person = opened(request, posts, pk)
    if not keeping.keeps(posts, person):
        raise NotThere("Data orang ini dicatat oleh kantor di wilayahnya.")
    return user, posts, person


@page(Audience.DESK)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """One thing that happened to somebody, with its date and basis."""
    user, posts, person = _kept(request, pk)
    if word not in ACTS:
        raise NotThere
    form = ACTS[word](person, request.POST or None)
    if request.method == "POST" and form.is_valid() and _written(form, form.act, user):
        messages.success(request, form.done)
        return _back(posts, pk)
    return _form_page(request, posts, form, person)


def _back(posts: list[Post], pk: int) -> HttpResponse:
    """The person's page; the search, where they live outside the area now."""
    person = Person.objects.get(pk=pk)
    return redirect("desk-person", pk) if keeping.sees(posts, person) else redirect("desk-people")


@page(Audience.DESK)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: int, specific: bool = False) -> HttpResponse:
    """Facts that were wrong or are new; before they are written, before and after are shown."""
    user, posts, person = _kept(request, pk)
    if specific and request.method == "GET":
        audit.record_read(actor=user, person_id=pk, purpose="penduduk-peka")
    form = CorrectionForm(person, specific, request.POST or None)
    if request.method == "POST" and form.is_valid():
        changes = form.changes()
        if not changes:
            form.add_error(None, "Belum ada yang diubah.")
        elif not form.cleaned_data["confirmed"]:
            context = {
                "form": form,
                "changes": changes,
                "person": person,
                **frame(posts, "penduduk"),
            }
            return render(request, "desk/person_check.html", context)
        elif _written(form, form.act, user):
            messages.success(request, form.done)
            return redirect("desk-person", pk)
    return _form_page(request, posts, form, person)


@page(Audience.DESK)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Somebody whom the register does not have yet."""
    user, posts, _ = seeing(request)
    areas = keeping.areas(posts)
    if not areas:
        raise NotThere("Halaman ini untuk petugas yang mencatat data penduduk.")
    form = ArrivalForm(areas[0], request.POST or None)
    entered: list[Person] = []

    def enter(basis: Basis) -> None:
        entered.append(form.act(basis, areas))

    if request.method == "POST" and form.is_valid() and _written(form, enter, user):
        person = entered[0]
        audit.record_read(actor=user, person_id=person.pk, purpose="penduduk-catat")
        OPENED.note(request, person.pk)
        messages.success(request, form.done)
        return redirect("desk-person", person.pk)
    return _form_page(request, posts, form, None)


@page(Audience.DESK)
@require_POST
def undo(request: HttpRequest, pk: int, event: int) -> HttpResponse:
    """Give back what an event changed, on some basis."""
    user, posts, person = _kept(request, pk)
    if not PersonEvent.objects.filter(pk=event, person=person).exists():
        raise NotThere("Catatan ini tidak ditemukan.")
    form = UndoForm(request.POST)
    if not form.is_valid():
        raise RuleBroken("Tulis atas dasar apa catatan ini dibatalkan.")
    with transaction.atomic():
        origin = register.source(kind=Source.Kind.ENTRY, label=form.cleaned_data["basis"], by=user)
        register.undo(event_id=event, origin=origin, by=user)
    messages.success(request, "Catatan itu dibatalkan.")
    return _back(posts, pk)


def _written(form: BasisForm, write: Callable[[Basis], object], by: User) -> bool:
    """Whether it was written; what stands against it is said in the form."""
    try:
        with transaction.atomic():
            write(form.resting_on(by))
    except Doubtful as doubtful:
        form.doubts = doubtful.doubts
        explain(form, doubtful)
    except RuleBroken as broken:
        explain(form, broken)
    return not form.errors


def _form_page(
    request: HttpRequest, posts: list[Post], form: BasisForm, person: Person | None
) -> HttpResponse:
    context = {"form": form, "person": person, **frame(posts, "penduduk")}
    return render(request, "desk/person_act.html", context, status=422 if form.errors else 200)
