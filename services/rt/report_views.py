"""Reports of the head to the kelurahan: what, about whom, the answers, and what became of it."""

from collections.abc import Mapping

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.clock import now
from kernel.errors import RuleBroken
from kernel.ids import row_id
from services.applications.answered import answered
from services.applications.forms import AnswersForm
from services.applications.household import house_of
from services.applications.models import Application
from services.cases import queries as desks
from services.cases.timeline import timeline
from services.catalogue import answers as answering
from services.catalogue import queries as catalogue
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Service
from services.neighbourhood import areas, book, guests, houses, monthly, reports
from services.neighbourhood.models import BoardingHouse, Report
from services.questions.kind import kind_of
from services.residents.models import Person
from services.rt.book_forms import AcceptForm, LeftForm, PersonForm, default_day
from services.rt.book_search import searched
from services.web.access import today
from services.web.reads import note_read
from tenants.office.access import Visitor, visitor
from ui.forms import explain
from ui.page import Audience, Elsewhere, page


@page(Audience.VOUCHER)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """What can be reported, and what was."""
    posts = visitor(request).vouching
    found = Paginator(reports.listed(posts), book.PER_PAGE)
    due = monthly.due_month(today())
    context = {
        "services": catalogue.reports(), "page": found.get_page(request.GET.get("page")),
        "due": due, "unsent": monthly.unsent(posts, due),
    }  # fmt: skip
    return render(request, "rt/book/reports.html", context)


@page(Audience.VOUCHER)
@never_cache
@sensitive_post_parameters("q")
@require_http_methods(["GET", "POST"])
def whom(request: HttpRequest, slug: str) -> HttpResponse:
    """About whom: somebody of the book."""
    service = catalogue.report(slug)
    assert service.current is not None
    blueprint = service.current.blueprint
    found = searched(request)
    context = {
        **found.to_choose_from(), "service": service, "question": reports.about_whom(blueprint),
        "has_list": reports.works_from_list(blueprint),
    }  # fmt: skip
    return render(request, "rt/book/whom.html", context, status=found.status)


@page(Audience.VOUCHER)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The questions about this person; one press files the report."""
    who = visitor(request)
    service = catalogue.report(slug)
    person = areas.person_there(who.vouching, pk)
    house_id = row_id(request.GET.get("house", ""))
    house = houses.of_area(who.vouching, house_id) if house_id else None
    return _asked(request, service, person, house=house)


@page(Audience.VOUCHER)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def from_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The same on one page, with the person chosen from a list: a phone keeps it, and it is filled
    in without a signal."""
    who = visitor(request)
    service = catalogue.report(slug)
    assert service.current is not None
    people = list(book.people(who.vouching, today=today())[: reports.MOST_LISTED])
    if not people or not reports.works_from_list(service.current.blueprint):
        raise Elsewhere(redirect("rt-report-whom", slug))
    question = reports.about_whom(service.current.blueprint)
    chosen = PersonForm(people, question.label if question else "", request.POST or None)
    if request.method == "POST" and not chosen.is_valid():
        return _asked(request, service, people[0], chosen=chosen)
    pk = int(chosen.cleaned_data["person"]) if request.method == "POST" else people[0].pk
    return _asked(request, service, areas.person_there(who.vouching, pk), chosen=chosen)


def _asked(
    request: HttpRequest, service: Service, person: Person, *, house: BoardingHouse | None = None,
    chosen: PersonForm | None = None,
) -> HttpResponse:  # fmt: skip
    """The form, and what becomes of it. ``chosen``: of a page on which the person is chosen too."""
    who = visitor(request)
    assert service.current is not None
    blueprint = service.current.blueprint
    answer = reports.answered_by(blueprint, person)
    typed = {key: str(value) for key, value in request.POST.items()}
    accept = AcceptForm(request.POST) if "accepted" in typed or "asked" in typed else None
    problems: dict[str, str] = {}
    if request.method == "POST" and not (chosen and chosen.errors):
        try:
            filed = reports.file(
                service=service, person_id=person.pk,
                typed={**typed, **_kept(blueprint, answer)}, posts=who.vouching, by=who.user,
                at=now(), accepted="accepted" in typed, house=house,
            )  # fmt: skip
        except reports.Incomplete as missing:
            problems = missing.problems
        except reports.Repeated as doubt:
            accept = AcceptForm({})
            accept.is_valid()
            explain(accept, doubt)
        else:
            number = filed.application.number
            messages.success(request, f"Laporan terkirim dengan nomor {number}.")
            if house is not None:
                return redirect("rt-house", house.pk)
            return redirect("rt-report", filed.pk)
    elif request.method != "POST":
        typed = {**_beginning(blueprint), **answer}
    form = _form(blueprint, person, typed, problems)
    context = {"service": service, "person": person, "form": form, "accept": accept}
    context |= {"question": reports.about_whom(blueprint), "house": house, "chosen": chosen}
    wrong = bool(problems) or bool(accept and accept.errors) or bool(chosen and chosen.errors)
    return render(request, "rt/book/report_new.html", context, status=422 if wrong else 200)


def _kept(blueprint: Blueprint, chosen: Mapping[str, str]) -> Mapping[str, str]:
    """Whoever was chosen from the book is not asked again; of several members the form says who."""
    spec = reports.about_whom(blueprint)
    return chosen if spec is not None and kind_of(spec).is_person else {}


def _beginning(blueprint: Blueprint) -> dict[str, str]:
    """What happened is mostly reported on the same day."""
    event = blueprint.event
    key = event.facts.get("on") if event is not None else None
    return {key: today().isoformat()} if key else {}


def _form(
    blueprint: Blueprint, person: Person, typed: Mapping[str, str], problems: Mapping[str, str]
) -> AnswersForm:
    applicant = reports.applicant_of(blueprint, person, today=today())
    spec = reports.about_whom(blueprint)
    hidden = {spec.key} if spec is not None and kind_of(spec).is_person else set()
    return AnswersForm(
        blueprint, house=house_of(applicant, today=today()), typed=typed, kept={},
        problems=problems, only=blueprint.keys() - hidden, on_one_page=True,
    )  # fmt: skip


def _note_read(request: HttpRequest, found: Report) -> None:
    """The pages of a report show what was told of somebody."""
    post = areas.post_for(visitor(request).vouching, found.unit)
    whom = found.about_id or found.application.applicant_id
    note_read(request, whom, purpose="rt-lapor", office=post.title)


@page(Audience.VOUCHER)
@never_cache
@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report: where it is, what the kelurahan said, what was reported."""
    who = visitor(request)
    found = reports.of_area(who.vouching, pk)
    application = found.application
    _note_read(request, found)
    is_own = reports.is_own(found, who.vouching, who.user, today())
    context = {
        "report": found,
        "is_own": is_own,
        "application": application,
        "stops": timeline(application, at=now(), today=today()),
        "answers": [row for row in answered(application) if not row.sensitive],
        "returned": desks.last_return(application),
        "refused": desks.refusal(application),
        "can_withdraw": is_own
        and application.state in (Application.State.RUNNING, Application.State.RETURNED),
    }
    return render(request, "rt/book/report.html", context)


@page(Audience.VOUCHER)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Put right what the kelurahan gave back."""
    who = visitor(request)
    found = reports.of_area(who.vouching, pk)
    application = found.application
    kept = answering.as_typed(application.blueprint, application.answers)
    typed = {key: str(value) for key, value in request.POST.items()}
    problems: dict[str, str] = {}
    if request.method == "POST":
        spec = reports.about_whom(application.blueprint)
        chosen = {
            key: text
            for key, text in kept.items()
            if spec is not None and kind_of(spec).is_person and answering.belongs(key, [spec.key])
        }
        try:
            reports.correct(
                report_id=pk, typed={**typed, **chosen}, posts=who.vouching, by=who.user, at=now()
            )
        except reports.Incomplete as missing:
            problems = missing.problems
        else:
            messages.success(request, "Perbaikan Anda terkirim.")
            return redirect("rt-report", pk)
    _note_read(request, found)
    form = _form(application.blueprint, application.applicant, typed or kept, problems)
    context = {"report": found, "application": application, "form": form}
    context["returned"] = desks.last_return(application)
    return render(request, "rt/book/report_correct.html", context, status=422 if problems else 200)


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a report back."""
    who = visitor(request)
    found = reports.of_area(who.vouching, pk)
    if request.method == "POST":
        reports.withdraw(report_id=pk, posts=who.vouching, by=who.user, at=now())
        messages.success(request, "Laporan ditarik dan tidak diproses lagi.")
        return redirect("rt-reports")
    return render(request, "rt/book/report_withdraw.html", {"report": found})


@page(Audience.VOUCHER)
@never_cache
@require_GET
def guest_book(request: HttpRequest) -> HttpResponse:
    """Who stays the night, and who did."""
    posts = visitor(request).vouching
    found = Paginator(guests.listed(posts), book.PER_PAGE)
    shown = found.get_page(request.GET.get("page"))
    context = {"page": shown, "today": today(), "with_host": True}
    return render(request, "rt/book/guests.html", context)


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def guest_left(request: HttpRequest, pk: int) -> HttpResponse:
    """A guest or lodger went home."""
    who = visitor(request)
    guest = guests.of_area(who.vouching, pk)
    form = LeftForm(request.POST or None, initial={"on": default_day(today())})
    if request.method == "POST" and form.is_valid():
        try:
            _leave(who, pk, form)
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Kepulangannya dicatat.")
            return redirect("rt-house", guest.house_id) if guest.house_id else redirect("rt-guests")
    context = {"guest": guest, "form": form}
    return render(request, "rt/book/guest_left.html", context, status=422 if form.errors else 200)


def _leave(who: Visitor, pk: int, form: LeftForm) -> None:
    guests.leave(guest_id=pk, posts=who.vouching, by=who.user, at=now(), on=form.cleaned_data["on"])


@page(Audience.VOUCHER)
@require_POST
def guest_back(request: HttpRequest, pk: int) -> HttpResponse:
    """A guest who was noted as gone by mistake is there again."""
    who = visitor(request)
    guests.come_back(guest_id=pk, posts=who.vouching, by=who.user)
    messages.success(request, "Ia tercatat masih menginap.")
    return redirect("rt-guests")
