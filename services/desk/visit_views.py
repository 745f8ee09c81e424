"""Visits in the field: which this official has to make, when, and what was found."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.applications.forms import AnswersForm
from services.cases import attachments, decisions, documents
from services.cases import queries as desks
from services.cases.kinds import kind_of
from services.cases.models import Step
from services.catalogue import answers as answering
from services.desk.frame import frame
from services.desk.views import posts_of
from services.desk.visit_forms import ScheduleForm, VisitForm, moment
from services.inspections import actions, queries
from services.inspections.questions import asked, house_at
from services.inspections.spec import INSPECTION, InspectionStep
from services.questions.maps import with_map
from services.web.files import name_of, send_stored
from tenants.office.access import visitor
from tenants.office.models import Post
from tenants.registry.current import city
from ui.forms import explained
from ui.page import Audience, page


@page(Audience.DESK)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """My visits by day, and within a day by village."""
    _, posts = posts_of(request)
    days = [
        (name, sorted(
            ((kind_of(step.case).summary(step.case), step) for step in steps),
            key=lambda row: (row[1].inspection.scheduled_at or row[1].due_at, row[0].address),
        ))
        for name, steps in queries.by_day(queries.waiting(posts))
    ]  # fmt: skip
    context = {
        **frame(posts, "kunjungan"), "days": days,
    }  # fmt: skip
    return render(request, "desk/visits.html", context)


def _mine(posts: list[Post], pk: int) -> Step:
    """An open visit of these posts. Raises NotThere."""
    step = desks.at_posts(posts, pk)
    if step is None or step.kind != INSPECTION or step.state != Step.State.OPEN:
        raise NotThere("Pemeriksaan ini tidak ditemukan, atau sudah selesai.")
    return step


@page(Audience.DESK)
@require_http_methods(["GET", "POST"])
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of one visit. What is right is kept, also when something is still missing."""
    user, posts = posts_of(request)
    step = _mine(posts, pk)
    if request.method == "GET":
        person = kind_of(step.case).person(step.case)
        if person is not None:
            audit.record_read(actor=user, person_id=person.pk, purpose="kunjungan")
        return _page(request, posts, step)
    form = VisitForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, posts, step, form, request.POST)
    typed = form.cleaned_data
    judged = [attachments.judged(file.read(documents.MAX_BYTES + 1)) for file in typed["photos"]]
    bad = next((one for one in judged if isinstance(one, RuleBroken)), None)
    finish = request.POST.get("do") == "selesai"
    told = actions.report(
        step_id=pk, typed=request.POST.dict(),
        photos=[one for one in judged if not isinstance(one, RuleBroken)],
        visited_at=moment(typed["day"], typed["hour"]), result=typed["result"],
        note=typed["note"], finish=finish and bad is None, by=user, at=now(),
    )  # fmt: skip
    wrong = dict(told.wrong) | ({"photos": bad.message} if bad is not None else {})
    if wrong:
        for name in ("photos", "result", "note", "visited_at"):
            if name in wrong:
                form.add_error("day" if name == "visited_at" else name, wrong.pop(name))
        return _page(request, posts, _mine(posts, pk), form, request.POST, wrong)
    if told.is_done:
        messages.success(request, f"Hasil pemeriksaan berkas {step.case.number} tersimpan.")
        return redirect("desk-visits")
    messages.success(request, "Tersimpan. Pemeriksaannya belum diselesaikan.")
    return redirect("desk-visit", pk)


def _page(
    request: HttpRequest, posts: list[Post], step: Step, form: VisitForm | None = None,
    typed: Any = None, wrong: dict[str, str] | None = None, scheduling: ScheduleForm | None = None,
) -> HttpResponse:  # fmt: skip
    spec = kind_of(step.case).plan(step.case).step(step.key)
    assert isinstance(spec, InspectionStep)
    found = step.inspection
    blueprint = asked(step.case, spec)
    kept = answering.as_typed(blueprint, found.answers)
    questions = AnswersForm(
        blueprint, house=house_at(step.case, now()), kept={}, problems=wrong,
        typed=typed.dict() if typed is not None else kept, on_one_page=True,
    )  # fmt: skip
    here = now().astimezone(city().tz)
    if form is None:
        form = VisitForm(
            initial={"day": f"{here:%d-%m-%Y}", "hour": f"{here:%H.%M}", "note": found.note}
        )
    planned = found.scheduled_at.astimezone(city().tz) if found.scheduled_at else None
    if scheduling is None:
        initial = {"day": f"{planned:%d-%m-%Y}", "hour": f"{planned:%H.%M}"} if planned else {}
        scheduling = ScheduleForm(initial=initial, auto_id="id_%s_schedule")
    failed = bool(form.errors or wrong or scheduling.errors)
    context = {
        **frame(posts, "kunjungan"), "step": step, "application": step.case,
        "case": kind_of(step.case).summary(step.case), "inspection": found, "spec": spec,
        "questions": questions, "form": form, "scheduling": scheduling,
        "photos": list(found.photos.all()), "failed": failed,
        "colleague": decisions.colleague_who_has(step, visitor(request).user),
    }  # fmt: skip
    response = render(request, "desk/visit.html", context, status=422 if failed else 200)
    return with_map(response) if questions.has_map else response


@page(Audience.DESK)
@require_POST
def schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Say when somebody comes."""
    user, posts = posts_of(request)
    step = _mine(posts, pk)
    form = ScheduleForm(request.POST, auto_id="id_%s_schedule")
    if form.is_valid():
        when = moment(form.cleaned_data["day"], form.cleaned_data["hour"])
        assert when is not None
        with explained(form):
            actions.schedule(step_id=pk, when=when, by=user, at=now())
            messages.success(request, "Jadwal tersimpan. Pemohon diberi tahu.")
            return redirect("desk-visit", pk)
    return _page(request, posts, step, scheduling=form)


@page(Audience.DESK)
@require_safe
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """A photo of a visit."""
    user, posts = posts_of(request)
    found = queries.photo_of_desk(posts, pk)
    case = found.inspection.step.case
    person = kind_of(case).person(case)
    if person is not None:
        audit.record_read(actor=user, person_id=person.pk, purpose="berkas")
    name = name_of(f"foto-{found.pk}.jpg", found.media_type)
    return send_stored(found.path, media_type=found.media_type, name=name)


@page(Audience.DESK)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a photo away before the visit is done."""
    user, _ = posts_of(request)
    step_id = actions.remove_photo(photo_id=pk, by=user, at=now())
    messages.success(request, "Foto dihapus.")
    return redirect("desk-visit", step_id)
