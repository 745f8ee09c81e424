"""Activities of the own RT: what is planned, who comes, and what became of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from kernel.clock import now
from kernel.errors import RuleBroken
from services.cases import documents
from services.neighbourhood import activities
from services.rt.life_forms import ActivityForm, OutcomeForm
from services.rt.sure import sure
from services.web.access import today
from services.web.announcing import day_of, picture, units_or_not_there
from tenants.office.access import visitor
from ui.forms import explain
from ui.page import Audience, page


@page(Audience.VOUCHER)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """What comes, with the answers, and what was."""
    posts = visitor(request).vouching
    context = {
        "tab": "activities",
        "to_come": activities.to_come(posts, today()),
        "before": activities.held_before(posts, today())[:10],
    }
    return render(request, "rt/life/activities.html", context)


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Plan one."""
    who = visitor(request)
    form = ActivityForm(request.POST or None, units=units_or_not_there(who.vouching))
    if request.method == "POST" and form.is_valid():
        unit_id, told = form.chosen()
        told["until"] = told["until"] or None
        try:
            found = activities.plan(
                unit_id=unit_id, facts=activities.Facts(**told), posts=who.vouching, by=who.user,
                at=now(), today=today(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, activities.shown_from(found, today()))
            return redirect("rt-activities")
    status = 422 if form.errors else 200
    return render(request, "rt/life/activity_new.html", {"form": form}, status=status)


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one right: what was typed wrongly, or what is different now."""
    who = visitor(request)
    found = activities.of_area(who.vouching, pk)
    form = ActivityForm.about(found, request.POST or None, today=today())
    if request.method == "POST" and form.is_valid():
        _, told = form.chosen()
        told["until"] = told["until"] or None
        try:
            activities.change(
                activity_id=pk, facts=activities.Facts(**form.kept, **told), posts=who.vouching,
                by=who.user, today=today(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Kegiatan diperbarui. Warga melihat yang baru.")
            return redirect("rt-activities")
    context = {"form": form, "activity": found}
    status = 422 if form.errors else 200
    return render(request, "rt/life/activity_new.html", context, status=status)


@page(Audience.VOUCHER)
@require_GET
def activity(request: HttpRequest, pk: int, day: str) -> HttpResponse:
    """One day of an activity."""
    found = activities.of_area(visitor(request).vouching, pk)
    on = day_of(day)
    context = {
        "meeting": activities.meeting(found, on),
        "outcome": activities.outcome_of(found, on),
        "may_note": on <= today() and found.cancelled_at is None,
        "may_change": found.until >= today() and found.cancelled_at is None,
    }
    return render(request, "rt/life/activity.html", context)


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, pk: int, day: str) -> HttpResponse:
    """How many came, and a short report."""
    who = visitor(request)
    found, on = activities.of_area(who.vouching, pk), day_of(day)
    kept = activities.outcome_of(found, on)
    beginning = {"attended": kept.attended, "text": kept.text} if kept else {}
    form = OutcomeForm(request.POST or None, request.FILES or None, initial=beginning)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            photo = documents.accept(told["photo"].read()) if told["photo"] else None
            activities.note(
                activity_id=pk, on=on, attended=told["attended"], text=told["text"], photo=photo,
                posts=who.vouching, by=who.user, at=now(), today=today(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Hasil kegiatan disimpan.")
            return redirect("rt-activity", pk, day)
    context = {"meeting": activities.meeting(found, on), "form": form}
    return render(request, "rt/life/outcome.html", context, status=422 if form.errors else 200)


@page(Audience.VOUCHER)
@never_cache
@require_GET
def photo(request: HttpRequest, pk: int, day: str) -> HttpResponse:
    """The photo of one day."""
    found = activities.of_area(visitor(request).vouching, pk)
    return picture(activities.outcome_of(found, day_of(day)))


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """It takes place no more."""
    who = visitor(request)
    if request.method != "POST":
        found = activities.of_area(who.vouching, pk)
        return sure(
            request, title="Batalkan kegiatan ini?", button="Ya, batalkan kegiatan",
            words=f"{found.title} tidak tampil lagi bagi warga"
            f"{', pada semua tanggalnya' if found.repeats else ''}.",
            back=reverse("rt-activities"),
        )  # fmt: skip
    activities.cancel(activity_id=pk, posts=who.vouching, by=who.user, at=now())
    messages.success(request, "Kegiatan dibatalkan dan tidak tampil lagi bagi warga.")
    return redirect("rt-activities")
