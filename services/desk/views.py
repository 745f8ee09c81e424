"""Pages of kelurahan, kecamatan and dinas staff: one page per case, and what is decided there."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.ids import row_id
from kernel.once import reading_once
from services.applications import (
    corrections,
    filled_forms,
    life_events,
    preview,
    queries,
    replacing,
    revoking,
)
from services.applications.answered import answered
from services.applications.concerning import concerned, reporter
from services.applications.fitness import news_of_applicant
from services.applications.kind import said
from services.applications.models import Application
from services.cases import deadlines, decisions, fees, two_people
from services.cases import queries as desks
from services.cases.kinds import kind_of
from services.cases.models import Case, Step
from services.cases.timeline import timeline
from services.catalogue.desks import said_step
from services.catalogue.queries import places_at
from services.catalogue.rules import outputs_of
from services.catalogue.steps import DeskStep
from services.catalogue.translation import ORIGINAL
from services.desk.forms import NOTES, ApproveForm, DecisionForm, ReturnForm, RevokeForm
from services.desk.frame import frame
from services.desk.result_words import result_words
from services.desk.shared_work import shared_work
from services.desk.signing_forms import VoidForm
from services.inspections import answering as visits
from services.inspections.spec import INSPECTION
from services.mall import outside
from services.questions.maps import tiles, with_map
from services.residents import alike
from services.residents.queries import facts_of
from services.signing import queries as signatures
from services.visits import queries as homes
from services.web.access import today
from services.web.files import send
from tenants.office.access import visitor
from tenants.office.models import Post
from ui.forms import Form, explain, explained
from ui.page import Audience, page


def posts_of(request: HttpRequest) -> tuple[User, list[Post]]:
    """Who asks, and their desks."""
    who = visitor(request)
    return who.user, who.desks


def at_desk(user: User, pk: int) -> Application:
    """An application that is or was at an office desk of this user. Having vouched for the
    applicant as Ketua RT does not open it here. Raises NotThere."""
    return queries.get_for(user, pk, today=today(), with_papers=True)


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
    visit = mine if mine is not None and mine.kind == INSPECTION else None
    mine = mine if visit is None else None  # decided on a page of its own
    colleague = decisions.colleague_who_has(mine, user) if mine is not None else None
    to_decide = mine if colleague is None else None
    answers = answered(application)
    similar = list(queries.similar(application, today=today())[:3])
    others = queries.others_of(application)
    same = [one for one in others if queries.is_same_under_way(application, one)]
    told = news_of_applicant(application) + life_events.hints(application)
    told += alike.warnings(application.applicant)
    spec = _spec(application, mine) if mine is not None else None
    forms = _decision_forms(application, to_decide, spec) if to_decide and spec else {}
    changed = corrections.changes(application)
    outputs = outputs_of(application.blueprint, application.answers, mine.key) if mine else []
    letters = [
        (
            output,
            preview.changed_lines(application, mine, output, by=user, at=now())
            if mine and changed
            else [],
        )
        for output in outputs
    ]
    endings: dict[int, Form] = {pk: RevokeForm(pk) for pk in revoking.revocable(application, posts)}
    endings |= {pk: VoidForm(pk) for pk in revoking.voidable(application, posts)}
    context = {
        **frame(posts),
        "application": application,
        "helped_in_words": said(application.helped, application) if application.helped else "",
        "facts": facts_of(concerned(application)),
        "reported_by": reporter(application),
        "deadline": deadlines.of(application),
        "answers": answers,
        "changes": changed,
        "changed_keys": {one.key for one in changed if one.is_changed},
        "tiles": tiles() if any(row.latitude for row in answers) else None,
        "stops": timeline(application, at=now(), today=today()),
        "step": mine,
        "spec": spec,
        "colleague": colleague,
        "for_another": two_people.why_not(application, to_decide, user, today())
        if to_decide
        else "",
        "letters": letters,
        **result_words(application, to_decide, posts),
        "similar": similar,
        "same_under_way": same,
        "others": others,
        "warnings": bool(similar or same or told),
        "told": told,
        "recorded": life_events.confirmed(application),
        "files": queries.handed_in(application),
        "forms": filled_forms.wanted(application),
        "full_numbers": full_numbers,
        "failed": failed,
        **{f"{act}_form": _sent_or(form, failed) for act, form in forms.items()},
        "replaceable": replacing.replaceable(application, posts),
        "endings": {pk: _sent_or(form, failed) for pk, form in endings.items()},
        "awaited": signatures.next_of(
            [one.letter_id for one in application.issued.all() if not one.letter.is_finished]
        ),
        "to_record": life_events.to_confirm(application, posts),
        **shared_work(application, user, posts, failed),
        "visit": visit,
        **beside(application),
    }
    page = render(request, "desk/case.html", context, status=422 if failed else 200)
    return with_map(page) if context["tiles"] else page


def _decision_forms(application: Application, step: Step, spec: DeskStep) -> dict[str, Form]:
    initial = {"step": step.pk}
    return {
        "approve": ApproveForm(initial=initial, checks=spec.checks),
        "return": ReturnForm(initial=initial, correctable=corrections.markable(application, step)),
        "refuse": DecisionForm("refuse", initial=initial),
    }


def beside(application: Application) -> dict[str, object]:
    """What its fees, visits in the field and outside systems say; nothing is asked where its
    service has none."""
    kinds = {step.kind for step in application.blueprint.steps}
    after = outside.systems_after(application.version.service.slug)
    return {
        "outside_systems": after,
        "outside_numbers": outside.of_case(application, ORIGINAL) if after else [],
        "fees": fees.orders_of(application) if application.blueprint.tariff else [],
        "visits": visits.of_case(application) if INSPECTION in kinds else [],
        "stops_at_home": homes.of_case(application),
    }


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
    form: DecisionForm
    if chosen == "return":
        correctable = corrections.markable(at_desk(user, pk), step)
        form = ReturnForm(request.POST, correctable=correctable)
    else:
        form = DecisionForm(chosen, request.POST)
    if not form.is_valid():
        return _refused(request, user, posts, step, form)
    note = form.cleaned_data["note"]
    try:
        done: Case
        if isinstance(form, ReturnForm):
            done = corrections.send_back(
                step_id=step.pk, by=user, wrong=form.wrong, note=note, at=now()
            )
        elif chosen == "approve":
            checked = request.POST.getlist("checked")
            done = decisions.approve(step_id=step.pk, by=user, note=note, checked=checked, at=now())
        else:
            done = decisions.refuse(step_id=step.pk, by=user, note=note, at=now())
    except RuleBroken as broken:
        if broken.field not in ("note", "checked"):
            raise
        return _refused(request, user, posts, step, form, broken)
    spec = _spec(done, step)
    said = {
        "approve": f"Berkas {done.number}: “{spec.approve}” tersimpan.",
        "return": f"Berkas {done.number} dikembalikan ke pemohon.",
        "refuse": f"Berkas {done.number} ditolak, dengan alasan Anda.",
    }
    messages.success(request, said[chosen])
    return redirect("desk-inbox")


def _refused(
    request: HttpRequest, user: User, posts: list[Post], step: Step, form: DecisionForm,
    broken: RuleBroken | None = None,
) -> HttpResponse:  # fmt: skip
    """The page of a case with the decision that was not taken, and what was typed. Raises
    RuleBroken where a colleague has it: their page has no form to show it in."""
    decisions.refuse_taken(step, user)
    application = at_desk(user, step.case_id)
    if request.POST.get("decision") == "approve":
        form = ApproveForm(request.POST, checks=_spec(application, step).checks)
        form.is_valid()
    if broken is not None:
        explain(form, broken)
    return case_page(request, user, posts, application, form)


def _letter_named(request: HttpRequest, application: Application) -> int:
    """The letter of this case that a form is about. Raises NotThere."""
    letters = {str(issued.letter_id): issued.letter_id for issued in application.issued.all()}
    letter_id = letters.get(request.POST.get("letter", ""))
    if letter_id is None:
        raise NotThere("Surat ini tidak ditemukan.")
    return letter_id


@page(Audience.DESK, when_suspended="open")
@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a letter of this case back, with a reason its holder reads."""
    user, posts = posts_of(request)
    if request.method == "GET":
        return redirect("desk-case", pk=pk)
    letter_id = _letter_named(request, at_desk(user, pk))
    form = RevokeForm(letter_id, request.POST)
    if form.is_valid():
        with explained(form):
            revoking.revoke(
                letter_id=letter_id, by=user, reason=form.cleaned_data["reason"], at=now()
            )
            messages.success(
                request,
                "Surat dicabut. Pemegangnya melihatnya di permohonannya, dan mendapat e-mail bila "
                "ia mencantumkan alamatnya.",
            )
            return redirect("desk-case", pk=pk)
    return case_page(request, user, posts, at_desk(user, pk), form)


@page(Audience.DESK, when_suspended="open")
@require_http_methods(["GET", "POST"])
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a letter of this case up that its holder has not got."""
    user, posts = posts_of(request)
    if request.method == "GET":
        return redirect("desk-case", pk=pk)
    letter_id = _letter_named(request, at_desk(user, pk))
    form = VoidForm(letter_id, request.POST)
    if form.is_valid():
        with explained(form):
            revoking.void(
                letter_id=letter_id, by=user, reason=form.cleaned_data["reason"], at=now()
            )
            messages.success(request, "Surat dibatalkan. Pemohon melihatnya di permohonannya.")
            return redirect("desk-case", pk=pk)
    return case_page(request, user, posts, at_desk(user, pk), form)


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
