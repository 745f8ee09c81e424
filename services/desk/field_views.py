"""Visits to people at home: planned at the desk, read and reported in the field."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere
from services.applications.models import Application
from services.cases.kinds import Summary, kind_of
from services.desk.field_forms import PlanForm, StopForm
from services.desk.frame import frame
from services.desk.views import posts_of
from services.questions.maps import Tiles, tiles, with_map
from services.visits import actions, queries
from services.visits.models import Stop, Visit
from services.web.access import today
from services.web.files import name_of, send_stored
from services.web.reads import note_reads
from tenants.office import absences
from tenants.registry.current import city
from ui.forms import explained
from ui.page import Audience, page

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One person of a visit list."""

    stop: Stop
    case: Summary
    application: Application
    phone: str
    latitude: str
    longitude: str


def _rows(stops: list[Stop]) -> list[Row]:
    """In the order of the addresses: who goes walks from house to house."""
    cases = queries.cases_of(stops)
    found = []
    for stop in stops:
        case = cases[stop.case_id]
        home = case.applicant.household
        found.append(
            Row(
                stop, kind_of(case).summary(case), case, case.applicant.phone,
                str(home.latitude or ""), str(home.longitude or ""),
            )
        )  # fmt: skip
    return sorted(found, key=lambda row: (row.application.applicant.place, row.case.address))


@page(Audience.DESK)
@never_cache
@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    """Visits of the own office, the latest day first."""
    _, posts = posts_of(request)
    found = queries.of_offices(posts).prefetch_related("stops", "officers__user")
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": shown, "villages": queries.villages(posts[0].unit)}
    return render(request, "desk/field/plans.html", context | frame(posts, "kunjungan"))


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, village: int) -> HttpResponse:
    """A new visit to a village: the cases that wish for one or may need one."""
    user, posts = posts_of(request)
    unit = posts[0].unit
    there = next((one for one in queries.villages(unit) if one.pk == village), None)
    if there is None:
        raise NotThere("Kelurahan atau desa ini bukan wilayah kantor Anda.")
    offered = queries.candidates(posts, there, today=today())
    note_reads(request, [one.case.applicant_id for one in offered], purpose="kunjungan")
    going = {one.user_id: one.user.name for one in absences.holders_at(unit, today())}
    form = PlanForm(
        request.POST or None, initial={"officers": [str(user.pk)]},
        officers=[(str(pk), name) for pk, name in going.items()],
        cases=[(str(one.case.pk), _line(one)) for one in offered],
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with explained(form):
            made = actions.plan(
                posts=posts, village=there, day=said["day"], by=user, at=now(),
                officers=[int(pk) for pk in said["officers"]],
                cases=[int(pk) for pk in said["cases"]],
            )  # fmt: skip
            messages.success(request, "Kunjungan direncanakan. Pemohonnya diberi tahu.")
            return redirect("desk-field-plan", made.pk)
    context = {"form": form, "village": there, "offered": offered, **frame(posts, "kunjungan")}
    return render(request, "desk/field/plan.html", context, status=422 if form.errors else 200)


def _line(one: queries.Candidate) -> str:
    summary = kind_of(one.case).summary(one.case)
    return f"{one.case.number} · {summary.title} · {summary.address} ({'; '.join(one.reasons)})"


@page(Audience.DESK)
@never_cache
@require_safe
def planned(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit with its list and map."""
    _, posts = posts_of(request)
    found = queries.at_office(posts, pk)
    return _list(request, found, "desk/field/planned.html", frame(posts, "kunjungan"))


def _list(request: HttpRequest, visit: Visit, template: str, more: dict[str, Any]) -> HttpResponse:
    rows = _rows(list(visit.stops.all()))
    note_reads(request, [row.application.applicant_id for row in rows], purpose="kunjungan")
    shown: Tiles | None = tiles() if any(row.latitude for row in rows) else None
    points = ";".join(f"{row.latitude},{row.longitude}" for row in rows if row.latitude)
    context = {"visit": visit, "rows": rows, "tiles": shown, "points": points, **more}
    answer = render(request, template, context)
    return with_map(answer) if shown else answer


@page(Audience.DESK)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody goes."""
    user, posts = posts_of(request)
    actions.cancel(visit_id=pk, posts=posts, by=user, at=now())
    messages.success(request, "Kunjungan dibatalkan. Permohonannya bisa direncanakan lagi.")
    return redirect("desk-field-plans")


@page(Audience.DESK)
@require_safe
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """A photo of a visit."""
    user, posts = posts_of(request)
    found = queries.photo_at_desk(posts, pk)
    case = Application.of(found.stop.case)
    audit.record_read(actor=user, person_id=case.applicant_id, purpose="kunjungan")
    name = name_of(f"foto-{found.pk}.jpg", found.media_type)
    return send_stored(found.path, media_type=found.media_type, name=name)


# --- in the field: pages that a phone keeps -------------------------------------------------------


@page(Audience.DESK)
@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """My visits, by day."""
    user, posts = posts_of(request)
    context = {"visits": queries.mine(user, posts, today=today()), "today": today()}
    return render(request, "desk/field/home.html", context)


@page(Audience.DESK)
@never_cache
@require_safe
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """The people to visit on one day in one village."""
    user, posts = posts_of(request)
    found = queries.at_office(posts, pk)
    if all(one.user_id != user.pk for one in found.officers.all()):
        raise NotThere(queries.NOT_FOUND)
    return _list(request, found, "desk/field/visit.html", {})


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: who, where, what is brought; then what was done, in one form."""
    user, posts = posts_of(request)
    found = queries.stop_of(user, posts, pk)
    waiting = queries.to_deliver(found)
    here = now().astimezone(city().tz)
    first = {"day": f"{here:%d-%m-%Y}", "hour": f"{here:%H.%M}", "delivers": bool(waiting)}
    form = StopForm(initial=first, delivers=bool(waiting))
    if request.method == "POST":
        # A result that was handed over meanwhile takes no field away from what was typed before.
        form = StopForm(request.POST, request.FILES, delivers=True)
        told = form.report() if form.is_valid() else None
        if told is not None:
            with explained(form):
                done = actions.report(stop_id=pk, told=told, posts=posts, by=user, at=now())
                tone = messages.warning if done.conflict else messages.success
                tone(request, f"Laporan tersimpan. {done.conflict}".strip())
                return redirect("field-visit", found.visit_id)
    case = queries.cases_of([found])[found.case_id]
    note_reads(request, [case.applicant_id], purpose="kunjungan")
    failed = bool(form.errors)
    context = {
        "stop": found, "row": _rows([found])[0], "waiting": waiting, "form": form,
        "failed": failed, "wish": queries.wish_of(found.case),
    }  # fmt: skip
    return render(request, "desk/field/stop.html", context, status=422 if failed else 200)
