"""Aid lists of an RT: choosing people with reasons, sending the list, and the answers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import actions as audit
from kernel.clock import now
from kernel.errors import RuleBroken
from services.aid import programmes, proposing
from services.neighbourhood import areas
from services.rt.aid_forms import OwnProgrammeForm, ProposeForm, TellForm
from services.rt.book_search import searched
from services.web.access import today
from services.web.announcing import units_or_not_there
from tenants.office.access import visitor
from ui.forms import explain
from ui.page import Audience, page

PER_PAGE = 30


@page(Audience.VOUCHER)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Programmes for which the own area proposes people."""
    posts = visitor(request).vouching
    shown = Paginator(programmes.for_head(posts), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "rt/aid/listed.html", {"posts": posts, "page": shown})


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A programme of the own RT."""
    who = visitor(request)
    units = units_or_not_there(who.vouching)
    form = OwnProgrammeForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        unit_id, told = form.chosen()
        made = programmes.open_by_head(
            unit=next(unit for unit in units if unit.pk == unit_id),
            facts=programmes.Facts(**told), posts=who.vouching, by=who.user, at=now(),
        )  # fmt: skip
        messages.success(request, "Program dibuka. Sekarang pilih siapa yang diusulkan.")
        return redirect("rt-aid-programme", made.pk)
    context = {"posts": who.vouching, "form": form}
    return render(request, "rt/aid/new.html", context, status=422 if form.errors else 200)


@page(Audience.VOUCHER)
@never_cache
@require_http_methods(["GET", "POST"])
def programme(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is on the own list, and sending it with one press."""
    who = visitor(request)
    found = programmes.one_of(programmes.for_head(who.vouching), pk)
    if request.method == "POST":
        number = proposing.send(programme_id=pk, posts=who.vouching, by=who.user, at=now())
        messages.success(request, f"Daftar terkirim: {number} orang. Kelurahan memeriksanya.")
        return redirect("rt-aid-programme", pk)
    rows = proposing.listed(who.vouching, found)
    context = {
        "programme": found,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "unsent": proposing.unsent(who.vouching, found, who.user).count(),
    }
    return render(request, "rt/aid/programme.html", context)


@page(Audience.VOUCHER)
@never_cache
@sensitive_post_parameters("q")
@require_http_methods(["GET", "POST"])
def whom(request: HttpRequest, pk: int) -> HttpResponse:
    """Who of the book is proposed."""
    programme = programmes.one_of(programmes.for_head(visitor(request).vouching), pk)
    found = searched(request)
    context = {**found.to_choose_from(), "programme": programme}
    return render(request, "rt/aid/whom.html", context, status=found.status)


@page(Audience.VOUCHER)
@never_cache
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, pk: int, person: int) -> HttpResponse:
    """Why somebody is proposed, beside what the register says."""
    who = visitor(request)
    found = programmes.one_of(programmes.for_head(who.vouching), pk)
    about = areas.person_there(who.vouching, person)
    form = ProposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            proposing.propose(
                programme_id=pk, person_id=person, **form.cleaned_data, posts=who.vouching,
                by=who.user, at=now(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Masuk daftar. Kirim daftarnya bila sudah lengkap.")
            return redirect("rt-aid-programme", pk)
    else:
        post = areas.post_for(who.vouching, areas.unit_of(about))
        audit.record_read(actor=who.user, person_id=person, purpose="rt-bantuan", office=post.title)
    context = {
        "programme": found, "person": about, "form": form,
        "facts": proposing.facts_of(about, today()), "told": proposing.warnings(about, found),
    }  # fmt: skip
    return render(request, "rt/aid/propose.html", context, status=422 if form.errors else 200)


@page(Audience.VOUCHER)
@never_cache
@require_http_methods(["GET", "POST"])
def candidate(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: its reason, the kelurahan's answer, and what it asked."""
    who = visitor(request)
    found = proposing.of_area(who.vouching, pk)
    form = TellForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            proposing.tell(
                candidate_id=pk, **form.cleaned_data, posts=who.vouching, by=who.user, at=now()
            )
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Jawaban terkirim. Kelurahan memeriksa lagi.")
            return redirect("rt-aid-candidate", pk)
    else:
        post = areas.post_for(who.vouching, found.unit)
        audit.record_read(
            actor=who.user, person_id=found.person_id, purpose="rt-bantuan", office=post.title
        )
    context = {"candidate": found, "form": form}
    return render(request, "rt/aid/candidate.html", context, status=422 if form.errors else 200)


@page(Audience.VOUCHER)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Off the list, before it is sent."""
    who = visitor(request)
    removed = proposing.remove(candidate_id=pk, posts=who.vouching, by=who.user)
    messages.success(request, "Dihapus dari daftar.")
    return redirect("rt-aid-programme", removed.programme_id)
