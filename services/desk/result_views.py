"""Results at the desks: entered at their step, listed where they wait, handed over with a log."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere
from kernel.ids import row_id
from services.applications.models import Application
from services.cases import queries as desks
from services.cases.kinds import Summary, kind_of
from services.desk.frame import frame
from services.desk.result_forms import DeliveryForm, ReasonForm, ResultForm, TakerForm, read
from services.desk.views import at_desk, posts_of
from services.results import handing, making, queries, sheets
from services.results.models import HandOver, Result
from services.web.files import send, send_stored
from tenants.office.models import Post
from ui.forms import Form, explained
from ui.page import Audience, page

PER_PAGE = 30


def _units(posts: list[Post]) -> list[int]:
    return [post.unit_id for post in posts]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    result: Result
    case: Summary


@page(Audience.DESK)
@never_cache
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What lies at the own office and waits for its holder; or what was handed over."""
    _, posts = posts_of(request)
    gone = "diserahkan" in request.GET
    found = queries.at_offices(_units(posts), waiting=not gone)
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    cases = Application.objects.select_related(
        "version__service", "applicant__household", "report__about__household"
    ).in_bulk([one.case_id for one in shown])
    rows = [Row(one, kind_of(cases[one.case_id]).summary(cases[one.case_id])) for one in shown]
    context = {"page": shown, "rows": rows, "gone": gone, **frame(posts, "hasil")}
    return render(request, "desk/results/list.html", context)


@page(Audience.DESK)
@require_POST
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Note number and file of a result at the step of this desk."""
    user, posts = posts_of(request)
    application = at_desk(user, pk)
    step = desks.at_posts(posts, row_id(request.POST.get("step", "")))
    if step is None or step.case_id != pk:
        raise NotThere(making.NOT_HERE)
    key = request.POST.get("key", "")
    spec = next((one for one in making.due_at(application, step.key) if one.key == key), None)
    if spec is None:
        raise NotThere(making.NOT_HERE)
    known = Result.objects.filter(case=application, key=key).first()
    has_file = known is not None and known.has_file
    form = ResultForm(spec, request.POST, request.FILES, step_id=step.pk, has_file=has_file)
    if form.is_valid():
        file = read(form, "file")
        if not form.errors:
            with explained(form):
                making.enter(
                    step_id=step.pk, key=key, number=form.cleaned_data["number"], file=file,
                    valid_until=form.cleaned_data.get("valid_until") or None, by=user, at=now(),
                )  # fmt: skip
                messages.success(request, f"{spec.label} dicatat.")
                return redirect("desk-case", pk)
    context = {"application": application, "form": form, "spec": spec, **frame(posts, "hasil")}
    return render(request, "desk/results/enter.html", context, status=422)


def _one(request: HttpRequest, pk: int) -> tuple[User, list[Post], Result, Application]:
    user, posts = posts_of(request)
    result = queries.at_office(_units(posts), pk)
    case = Application.objects.select_related("version__service", "applicant").get(
        pk=result.case_id
    )
    return user, posts, result, case


def _page(request: HttpRequest, pk: int, failed: Form | None = None) -> HttpResponse:
    user, posts, result, case = _one(request, pk)
    audit.record_read(actor=user, person_id=case.applicant_id, purpose="hasil")
    wish = queries.wish_of(case, result.key)
    initial = {"address": wish.address} if wish is not None else {}
    forms: dict[str, Form] = {
        "taker_form": TakerForm(),
        "delivery_form": DeliveryForm(initial=initial),
        "failed_form": ReasonForm("failed"),
        "back_form": ReasonForm("back"),
    }
    if failed is not None:
        same = {
            TakerForm: "taker_form", DeliveryForm: "delivery_form",
        }.get(type(failed))  # fmt: skip
        if same is None:
            same = "failed_form" if failed.auto_id == "id_%s_failed" else "back_form"
        forms[same] = failed
    context: dict[str, Any] = {
        "result": result, "application": case, "wish": wish, "failed": failed, **forms,
        **frame(posts, "hasil"),
    }  # fmt: skip
    return render(request, "desk/results/one.html", context, status=422 if failed else 200)


@page(Audience.DESK)
@never_cache
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One result: what it is, how it is wanted, and its log."""
    return _page(request, pk)


@page(Audience.DESK)
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever stands there takes it; of one that is on its way, whoever it reached."""
    if request.method == "GET":
        return redirect("desk-result", pk)
    user, posts, result, _ = _one(request, pk)
    form = TakerForm(request.POST, request.FILES)
    taker = form.taker() if form.is_valid() else None
    if taker is not None:
        deed = handing.arrived if result.state == Result.State.OUT else handing.hand_over
        with explained(form):
            deed(result_id=pk, taker=taker, posts=posts, by=user, at=now())
            messages.success(request, f"{result.label} diserahkan. Pemohon diberi tahu.")
            return redirect("desk-result", pk)
    return _page(request, pk, form)


@page(Audience.DESK)
@require_http_methods(["GET", "POST"])
def deliver(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody brings it to an address."""
    if request.method == "GET":
        return redirect("desk-result", pk)
    user, posts, result, _ = _one(request, pk)
    form = DeliveryForm(request.POST)
    if form.is_valid():
        with explained(form):
            handing.send_out(result_id=pk, posts=posts, by=user, at=now(), **form.cleaned_data)
            messages.success(request, f"{result.label} sedang diantar.")
            return redirect("desk-result", pk)
    return _page(request, pk, form)


@page(Audience.DESK)
@require_http_methods(["GET", "POST"])
def back(request: HttpRequest, pk: int) -> HttpResponse:
    """A delivery that reached nobody; or something that was handed over came back."""
    if request.method == "GET":
        return redirect("desk-result", pk)
    user, posts, result, _ = _one(request, pk)
    is_out = result.state == Result.State.OUT
    form = ReasonForm("failed" if is_out else "back", request.POST)
    deed, said = (
        (handing.failed, "Dicatat tidak sampai; hasilnya menunggu di kantor.")
        if is_out
        else (handing.take_back, "Dicatat kembali. Perbaiki, lalu serahkan lagi.")
    )
    if form.is_valid():
        with explained(form):
            reason = form.cleaned_data["reason"]
            deed(result_id=pk, reason=reason, posts=posts, by=user, at=now())
            messages.success(request, said)
            return redirect("desk-result", pk)
    return _page(request, pk, form)


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def mend(request: HttpRequest, pk: int) -> HttpResponse:
    """What came back is put right, and waits for its holder again."""
    user, posts, result, case = _one(request, pk)
    spec = next(one for one in kind_of(case).plan(case).results() if one.key == result.key)
    form = ResultForm(
        spec, request.POST or None, request.FILES or None, has_file=result.has_file,
        initial={"number": result.number, "valid_until": result.valid_until},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        file = read(form, "file")
        if not form.errors:
            making.mend(
                result_id=pk, number=form.cleaned_data["number"], file=file,
                valid_until=form.cleaned_data.get("valid_until") or None,
                unit_ids=_units(posts), by=user, at=now(),
            )  # fmt: skip
            messages.success(request, f"{result.label} siap diserahkan lagi.")
            return redirect("desk-result", pk)
    context = {
        "application": case,
        "form": form,
        "spec": spec,
        "result": result,
        **frame(posts, "hasil"),
    }
    status = 422 if form.errors else 200
    return render(request, "desk/results/enter.html", context, status=status)


@page(Audience.DESK)
@never_cache
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of a result; its reading is noted."""
    user, _, result, case = _one(request, pk)
    if not result.has_file:
        raise NotThere("Hasil ini tidak punya berkas.")
    audit.record_read(actor=user, person_id=case.applicant_id, purpose="hasil")
    name = f"{result.label} {case.number}"
    return send_stored(result.path, media_type=result.media_type, name=name)


@page(Audience.DESK)
@never_cache
@require_safe
def sheet(request: HttpRequest, pk: int, act: int) -> HttpResponse:
    """The sheet of one hand-over, to print."""
    user, _, result, case = _one(request, pk)
    done = HandOver.State.DONE
    found = HandOver.objects.select_related("by", "result__unit").filter(
        pk=act, result=result, state=done
    )
    handed = found.first()
    if handed is None:
        raise NotThere("Penyerahan ini tidak ditemukan.")
    audit.record_read(actor=user, person_id=case.applicant_id, purpose="hasil")
    pdf = sheets.as_pdf(handed, case, at=now())
    name = f"serah-terima-{case.number}.pdf"
    return send(pdf, media_type="application/pdf", name=name, download=False)


@page(Audience.DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """A printed letter of the own office is handed over; once."""
    user, posts = posts_of(request)
    found = queries.letter_at_office(_units(posts), pk)
    form = TakerForm(request.POST or None, request.FILES or None, with_code=False)
    taker = form.taker() if request.method == "POST" and form.is_valid() else None
    if taker is not None:
        with explained(form):
            handing.hand_over(taker=taker, posts=posts, by=user, at=now(), letter_id=pk)
            messages.success(request, f"{found.subject} diserahkan.")
            return redirect("desk-letter-hand-over", pk)
    acts = list(found.hand_overs.select_related("by").order_by("pk"))
    context = {"letter": found, "form": form, "acts": acts, **frame(posts, "hasil")}
    return render(request, "desk/results/letter.html", context, status=422 if form.errors else 200)
