"""Pages of kelurahan, kecamatan and dinas staff: an inbox, and one page per case."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.ids import row_id
from kernel.nik import holds_sixteen_digits
from kernel.once import reading_once
from services.applications import life_events, preview, queries, revoking
from services.applications.answered import answered
from services.applications.concerning import concerned, reporter
from services.applications.fitness import news_of_applicant
from services.applications.kind import said
from services.applications.models import Application
from services.cases import decisions
from services.cases import queries as desks
from services.cases.kinds import Summary, kind_of
from services.cases.models import Case, Step
from services.cases.timeline import timeline
from services.catalogue.desks import said_step
from services.catalogue.queries import places_at
from services.catalogue.rules import outputs_of
from services.catalogue.steps import DeskStep
from services.desk.forms import NOTES, DecisionForm, RevokeForm
from services.questions.maps import tiles, with_map
from services.residents.queries import facts_of
from services.web.access import today
from services.web.files import send
from tenants.office.access import visitor
from tenants.office.models import Post
from ui.forms import Form, explain
from ui.page import Audience, page

PER_PAGE = 30


def posts_of(request: HttpRequest) -> tuple[User, list[Post]]:
    """Who asks, and their desks."""
    who = visitor(request)
    return who.user, who.desks


def at_desk(user: User, pk: int) -> Application:
    """An application that is or was at an office desk of this user. Having vouched for the
    applicant as Ketua RT does not open it here. Raises NotThere."""
    return queries.get_for(user, pk, today=today(), with_papers=True)


@dataclass(frozen=True, slots=True)
class Tab:
    """One list of the desk."""

    heading: str
    moment: str  # what the first column holds
    order: str  # read by screen readers


DUE, DECIDED = "Jatuh tempo", "Diputuskan"
TABS = {
    "kerja": Tab("Perlu saya kerjakan", DUE, "yang paling mendesak di atas"),
    "lewat": Tab("Lewat waktu", DUE, "yang paling lama lewat di atas"),
    "warga": Tab("Menunggu warga", DECIDED, "yang terbaru di atas"),
    "selesai": Tab("Sudah diputuskan", DECIDED, "yang terbaru di atas"),
}
FOUND = Tab("Hasil pencarian", "Waktu", "yang terbaru di atas")


@page(Audience.DESK)
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits here, due first. ``?q=`` searches, but never for a NIK: an address stays in
    the browser's history and in logs of proxies."""
    _, posts = posts_of(request)
    if "q" in request.GET:
        return _found(request, posts, request.GET["q"])
    chosen = request.GET.get("tab", "kerja")
    chosen = chosen if chosen in TABS else "kerja"
    at = now()
    steps = {
        "kerja": desks.inbox(posts),
        "warga": desks.waiting_for_applicant(posts),
        "lewat": desks.inbox(posts).filter(due_at__lt=at),
        "selesai": desks.decided(posts),
    }[chosen]
    tab = TABS[chosen]
    context = {
        "posts": posts,
        "tab": chosen,
        "heading": tab.heading,
        "moment": tab.moment,
        "order": tab.order,
        "counts": desks.counts(posts, at=at),
        **_page_of(steps, request.GET.get("page")),
    }
    return render(request, "desk/inbox.html", context)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list."""

    step: Step
    case: Summary


def _page_of(steps: QuerySet[Step], number: str | int | None) -> dict[str, object]:
    """One page of a list, and what each of its lines says."""
    found = Paginator(steps, PER_PAGE).get_page(number)
    rows = [Row(step, kind_of(step.case).summary(step.case)) for step in found]
    return {"page": found, "rows": rows}


@page(Audience.DESK, when_suspended="open")
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Look for applications that are or were at these desks: by name, NIK, number, address or
    service, whichever list they are in."""
    _, posts = posts_of(request)
    return _found(request, posts, request.POST.get("q", ""))


def _found(request: HttpRequest, posts: list[Post], typed: str) -> HttpResponse:
    wanted = typed.strip()[:100]
    if not wanted:
        return redirect("desk-inbox")
    if request.method == "GET" and holds_sixteen_digits(wanted):
        raise RuleBroken("Ketik NIK di kotak pencarian, bukan di alamat halaman.")
    steps = desks.matching(desks.seen_by(posts), wanted)
    context = {
        "posts": posts,
        "tab": "",
        "heading": FOUND.heading,
        "moment": FOUND.moment,
        "order": FOUND.order,
        "search": wanted,
        "counts": desks.counts(posts, at=now()),
        **_page_of(steps, 1),
    }
    return render(request, "desk/inbox.html", context)


@page(Audience.DESK)
@require_GET
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one case on one page."""
    user, posts = posts_of(request)
    application = at_desk(user, pk)
    _record_reading(user, application, "meja")
    return case_page(request, user, posts, application)


def _record_reading(user: User, application: Application, purpose: str) -> None:
    for person_id in dict.fromkeys([application.applicant_id, concerned(application).pk]):
        audit.record_read(actor=user, person_id=person_id, purpose=purpose)


def _spec(case: Case, step: Step) -> DeskStep:
    """What may be done at a step, in the words of its place."""
    spec = said_step(kind_of(case).plan(case).step(step.key), places_at(case.unit.code))
    assert isinstance(spec, DeskStep), "a step at a post is a desk"
    return spec


def case_page(
    request: HttpRequest, user: User, posts: list[Post], application: Application,
    failed: Form | None = None, full_numbers: bool = False,
) -> HttpResponse:  # fmt: skip
    """The page of one case; ``failed`` is the form on it that was sent and not taken."""
    mine = desks.step_at(application, posts)
    answers = answered(application)
    similar = list(queries.similar(application, today=today())[:3])
    same = list(queries.same_under_way(application)[:3])
    told = news_of_applicant(application) + life_events.hints(application)
    correctable = queries.correctable(application)
    forms: dict[str, Form] = {
        act: DecisionForm(act, initial={"step": mine.pk}, correctable=correctable)
        for act in NOTES
        if mine is not None
    }
    revocations: dict[int, Form] = {
        pk: RevokeForm(pk) for pk in revoking.revocable(application, posts)
    }
    context = {
        "posts": posts,
        "counts": desks.counts(posts, at=now()),
        "application": application,
        "helped_in_words": said(application.helped, application) if application.helped else "",
        "facts": facts_of(concerned(application)),
        "reported_by": reporter(application),
        "answers": answers,
        "tiles": tiles() if any(row.latitude for row in answers) else None,
        "stops": timeline(application, at=now(), today=today()),
        "step": mine,
        "spec": _spec(application, mine) if mine else None,
        "letters": outputs_of(application.blueprint, application.answers, mine.key) if mine else [],
        "similar": similar,
        "same_under_way": same,
        "warnings": bool(similar or same or told),
        "told": told,
        "recorded": life_events.confirmed(application),
        "files": queries.handed_in(application),
        "full_numbers": full_numbers,
        "failed": failed,
        **{f"{act}_form": _sent_or(form, failed) for act, form in forms.items()},
        "revocations": {pk: _sent_or(form, failed) for pk, form in revocations.items()},
        "to_record": life_events.to_confirm(application, posts),
    }
    page = render(request, "desk/case.html", context, status=422 if failed else 200)
    return with_map(page) if context["tiles"] else page


def _sent_or(form: Form, failed: Form | None) -> Form:
    """The form that was sent in place of the empty one with the same fields."""
    return failed if failed is not None and failed.auto_id == form.auto_id else form


@page(Audience.DESK)
@require_GET
def letter_preview(request: HttpRequest, pk: int, output: str) -> HttpResponse:
    """The letter this desk is about to approve, as it will be."""
    user, posts = posts_of(request)
    application = at_desk(user, pk)
    step = desks.step_at(application, posts)
    found = [
        o
        for o in outputs_of(application.blueprint, application.answers, step.key if step else "")
        if o.key == output
    ]
    if step is None or not found:
        raise NotThere
    audit.record_read(actor=user, person_id=application.applicant_id, purpose="pratinjau")
    pdf = preview.of_application(application, step, found[0], by=user, at=now())
    return send(pdf, media_type="application/pdf", name=f"pratinjau-{output}.pdf", download=False)


@page(Audience.DESK)
@require_http_methods(["GET", "POST"])
@reading_once()
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve, return with a reason, or refuse with a reason."""
    user, posts = posts_of(request)
    if request.method == "GET":
        at_desk(user, pk)
        return redirect("desk-case", pk=pk)
    chosen = request.POST.get("decision", "")
    if chosen not in NOTES:
        at_desk(user, pk)
        raise RuleBroken("Pilih dulu keputusan Anda.")
    step = desks.at_posts(posts, row_id(request.POST.get("step", "")))
    if step is None or step.case_id != pk:
        raise NotThere
    correctable = queries.correctable(at_desk(user, pk)) if chosen == "return" else []
    form = DecisionForm(chosen, request.POST, correctable=correctable)
    if not form.is_valid():
        return case_page(request, user, posts, at_desk(user, pk), form)
    note, about = form.cleaned_data["note"], form.cleaned_data.get("about", "")
    try:
        if chosen == "approve":
            done = decisions.approve(step_id=step.pk, by=user, note=note, at=now())
        elif chosen == "return":
            done = decisions.return_(step_id=step.pk, by=user, note=note, about=about, at=now())
        else:
            done = decisions.refuse(step_id=step.pk, by=user, note=note, at=now())
    except RuleBroken as broken:
        if broken.field != "note":
            raise
        explain(form, broken)
        return case_page(request, user, posts, at_desk(user, pk), form)
    spec = _spec(done, step)
    said = {
        "approve": f"Berkas {done.number}: “{spec.approve}” tersimpan.",
        "return": f"Berkas {done.number} dikembalikan ke pemohon.",
        "refuse": f"Berkas {done.number} ditolak, dengan alasan Anda.",
    }
    messages.success(request, said[chosen])
    return redirect("desk-inbox")


@page(Audience.DESK)
@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a letter of this case back, with a reason its holder reads."""
    user, posts = posts_of(request)
    if request.method == "GET":
        return redirect("desk-case", pk=pk)
    found = at_desk(user, pk)
    letters = [issued.letter_id for issued in found.issued.all()]
    letter_id = next((one for one in letters if str(one) == request.POST.get("letter")), None)
    if letter_id is None:
        raise NotThere("Surat ini tidak ditemukan.")
    form = RevokeForm(letter_id, request.POST)
    if not form.is_valid():
        return case_page(request, user, posts, found, form)
    try:
        application = revoking.revoke(
            letter_id=letter_id, by=user, reason=form.cleaned_data["reason"], at=now()
        )
    except RuleBroken as broken:
        if broken.field is None:
            raise
        explain(form, broken)
        return case_page(request, user, posts, at_desk(user, pk), form)
    messages.success(
        request,
        "Surat dicabut. Pemegangnya melihatnya di permohonannya, dan mendapat e-mail bila ia "
        "mencantumkan alamatnya.",
    )
    return redirect("desk-case", pk=application.pk)


@page(Audience.DESK)
@require_http_methods(["GET", "POST"])
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the full NIK and KK number once, and note that it was shown."""
    user, posts = posts_of(request)
    application = at_desk(user, pk)
    if request.method == "GET":
        return redirect("desk-case", pk=pk)
    _record_reading(user, application, "nik")
    return case_page(request, user, posts, application, full_numbers=True)
