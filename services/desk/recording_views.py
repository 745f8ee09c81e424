"""Writing what a finished application proves into the register: what waits, and the one act."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.text import in_capitals_and_small
from services.applications import life_events, loading, recording
from services.applications.concerning import concerned, reporter
from services.desk.frame import frame
from services.desk.recording_forms import RecordForm
from services.desk.views import posts_of
from services.inbox.lists import PER_PAGE
from services.residents.happenings import Doubtful
from services.residents.history import Happened
from ui.forms import explain
from ui.page import Audience, page


@page(Audience.DESK)
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Finished applications whose event is not in the register yet."""
    _, posts = posts_of(request)
    found = Paginator(life_events.waiting(posts), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **frame(posts, "peristiwa"),
        "page": found,
        "rows": [(application, concerned(application)) for application in found],
    }
    return render(request, "desk/to_record.html", context)


@page(Audience.DESK)
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """What would be written, before and after; "lihat" shows it for what was filled in."""
    user, posts = posts_of(request)
    application = loading.read(pk)
    rows = life_events.to_confirm(application, posts) if application is not None else []
    if application is None or not rows:
        raise NotThere("Tidak ada yang perlu dicatat dari berkas ini.")
    changes: list[Happened] = []
    problem = ""
    doubts = "accepted" in request.POST or "asked" in request.POST
    form = RecordForm(application, rows, request.POST or None, doubts=doubts)
    try:
        told = None
        if request.method == "GET":
            for row in rows:
                if row.person_id is not None and row.person_id != application.applicant_id:
                    audit.record_read(actor=user, person_id=row.person_id, purpose="peristiwa")
            told = form.proposed()
        elif form.is_valid():
            told = form.told()
        if told is not None and request.method == "POST" and request.POST.get("do") != "lihat":
            done = recording.record(application_id=pk, told=told, by=user, at=now())
            names = ", ".join(in_capitals_and_small(row.who) for row in done)
            messages.success(
                request, f"{names}: {done[0].get_kind_display()}, tercatat di data penduduk."
            )
            return redirect("desk-to-record")
        if told is not None:
            changes = recording.preview(application_id=pk, told=told, by=user, at=now())
    except Doubtful as asked:
        if request.method == "POST":
            form = RecordForm(application, rows, request.POST, doubts=True)
            form.is_valid()
            explain(form, asked)
        problem = asked.message
    except NotThere:
        raise
    except RuleBroken as broken:
        if request.method == "POST":
            explain(form, broken)
        problem = broken.message
    context = {
        **frame(posts, "peristiwa"),
        "application": application,
        "whom": concerned(application),
        "reported_by": reporter(application),
        "form": form,
        "changes": changes,
        "problem": problem,
    }
    failed = request.method == "POST" and bool(form.errors)
    return render(request, "desk/record.html", context, status=422 if failed else 200)
