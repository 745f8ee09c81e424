"""The book of the own RT: households, people, vulnerable groups, and what the head knows."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.catalogue import queries as catalogue
from services.neighbourhood import areas, book, groups, marks, reports
from services.neighbourhood.models import Report
from services.residents.models import Person
from services.rt.book_forms import MarkForm, PurposeForm, default_day
from services.rt.book_search import searched
from services.web.access import today
from services.web.opened import Opened
from tenants.office.access import visitor
from tenants.office.models import Post
from tenants.office.roles import title_at
from ui.forms import explain
from ui.page import Audience, Elsewhere, page

OPENED = Opened("book_opened")


@page(Audience.VOUCHER)
@require_GET
def households(request: HttpRequest) -> HttpResponse:
    """Every household of the area: address, head, how many live there."""
    posts = visitor(request).vouching
    shown = Paginator(book.households(posts), book.PER_PAGE).get_page(request.GET.get("page"))
    context = {"posts": posts, "tab": "households", "page": shown, "homes": book.homes(shown)}
    return render(request, "rt/book/households.html", context)


@page(Audience.VOUCHER)
@require_GET
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """Who lives in one household."""
    posts = visitor(request).vouching
    members = book.members(posts, pk)
    if not members:
        raise NotThere("Keluarga ini tidak ditemukan di wilayah Anda.")
    context = {"posts": posts, "household": members[0].household, "members": members}
    return render(request, "rt/book/household.html", context)


@page(Audience.VOUCHER)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Everybody of the area by name, or one vulnerable group with its rule."""
    posts = visitor(request).vouching
    chosen = request.GET.get("group", "")
    found = book.people(posts, group=chosen, today=today())
    context = {
        "posts": posts,
        "tab": "people",
        "group": groups.GROUPS.get(chosen),
        "page": Paginator(found, book.PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "rt/book/people.html", context)


@page(Audience.VOUCHER)
@require_GET
def everybody(request: HttpRequest) -> HttpResponse:
    """Everybody on one page, with the least that tells them apart: a phone keeps it."""
    posts = visitor(request).vouching
    found = list(book.people(posts, today=today())[: reports.MOST_LISTED + 1])
    context = {
        "posts": posts, "tab": "everybody", "people": found[: reports.MOST_LISTED],
        "more": len(found) > reports.MOST_LISTED,
    }  # fmt: skip
    return render(request, "rt/book/everybody.html", context)


@page(Audience.VOUCHER)
@require_GET
def vulnerable(request: HttpRequest) -> HttpResponse:
    """The vulnerable groups, how many belong to each, and by which rule."""
    posts = visitor(request).vouching
    counted = groups.counts(book.people(posts, today=today()), today())
    found = [(name, group, counted[name]) for name, group in groups.GROUPS.items()]
    context = {"posts": posts, "tab": "groups", "groups": found}
    return render(request, "rt/book/groups.html", context)


@page(Audience.VOUCHER)
@never_cache
@sensitive_post_parameters("q")
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Search within the own area. By form only: a name or NIK stands in no address."""
    found = searched(request)
    context = {
        "form": found.form, "typed": found.typed, "found": found.hits,
        "posts": visitor(request).vouching, "tab": "find",
    }  # fmt: skip
    return render(request, "rt/book/find.html", context, status=found.status)


@page(Audience.VOUCHER)
@never_cache
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: first the purpose is asked, then the record is open for a quarter of an hour."""
    who = visitor(request)
    found = areas.person_there(who.vouching, pk)
    if request.method == "GET" and OPENED.has(request, pk):
        return _person_page(request, who.vouching, found)
    form = PurposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        post = areas.post_for(who.vouching, found.household.rt)
        audit.record_read(
            actor=who.user, person_id=pk, purpose=f"rt-{form.cleaned_data['purpose']}",
            office=title_at(post.role, post.unit),
        )  # fmt: skip
        OPENED.note(request, pk)
        return redirect("rt-person", pk)
    context = {"person": found, "form": form}
    return render(request, "rt/book/purpose.html", context, status=422 if form.errors else 200)


def _person_page(request: HttpRequest, posts: list[Post], found: Person) -> HttpResponse:
    context = {
        "person": found,
        "marks": book.marks_of(found),
        "reports": Report.objects.filter(areas.lies_there(posts), about=found).select_related(
            "application__version__service"
        )[:5],
        "services": catalogue.reports() if found.lives_here else [],
    }
    return render(request, "rt/book/person.html", context)


@page(Audience.VOUCHER)
@never_cache
@require_http_methods(["GET", "POST"])
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark what the register does not know."""
    who = visitor(request)
    found = areas.person_there(who.vouching, pk)
    if not OPENED.has(request, pk):
        raise Elsewhere(redirect("rt-person", pk))
    form = MarkForm(request.POST or None, initial={"since": default_day(today())})
    if request.method == "POST" and form.is_valid():
        try:
            marks.mark(
                person_id=pk, **form.cleaned_data, posts=who.vouching, by=who.user, at=now(),
                today=today(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Tanda disimpan.")
            return redirect("rt-person", pk)
    context = {"person": found, "form": form}
    return render(request, "rt/book/mark.html", context, status=422 if form.errors else 200)


@page(Audience.VOUCHER)
@require_POST
def end_mark(request: HttpRequest, pk: int) -> HttpResponse:
    """A mark no longer holds."""
    who = visitor(request)
    ended = marks.end(mark_id=pk, posts=who.vouching, by=who.user, at=now())
    messages.success(request, "Tanda diakhiri. Riwayatnya tetap tersimpan.")
    return redirect("rt-person", ended.person_id)
