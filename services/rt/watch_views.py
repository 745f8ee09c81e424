"""The night watch of the own RT: groups, who is in them, and the month to print."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.clock import now
from kernel.errors import RuleBroken
from kernel.ids import row_id
from services.neighbourhood import watch
from services.residents.search.actions import search
from services.rt.book_forms import SearchForm
from services.rt.life_forms import GroupForm, NightForm
from services.rt.monthly_views import month_of
from services.rt.sure import sure
from services.web.access import today
from services.web.announcing import units_or_not_there
from tenants.office.access import visitor
from tenants.registry.current import city
from ui.forms import explain
from ui.page import Audience, page

WEEK = timedelta(days=6)


@page(Audience.VOUCHER)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Tonight, the nights of a week, and the groups."""
    posts = visitor(request).vouching
    on = watch.tonight(now().astimezone(city().tz))
    units = [unit.pk for unit in watch.watched_units(posts)]
    context = {
        "tab": "watch", "tonight": on, "nights": watch.nights(units, on, on + WEEK),
        "has_several": len(units) > 1,
        "groups": watch.groups_of(posts), "month": f"{today():%Y-%m}",
    }  # fmt: skip
    return render(request, "rt/life/watch.html", context)


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a group."""
    who = visitor(request)
    units_or_not_there(who.vouching)
    form = GroupForm(request.POST or None, units=watch.watched_units(who.vouching))
    if request.method == "POST" and form.is_valid():
        unit_id, told = form.chosen()
        weekday = int(told["weekday"]) if told["weekday"] else None
        try:
            group = watch.start(
                unit_id=unit_id, name=told["name"], weekday=weekday, posts=who.vouching,
                by=who.user,
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Regu dibuat. Tambahkan orangnya.")
            return redirect("rt-watch-group", group.pk)
    status = 422 if form.errors else 200
    return render(request, "rt/life/watch_new.html", {"form": form}, status=status)


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is in a group; a search for somebody to add, by form only."""
    who = visitor(request)
    found = watch.group_of(who.vouching, pk)
    form = SearchForm(request.POST or None)
    context = {"group": found, "members": watch.members_of(found), "form": form}
    if request.method == "POST" and form.is_valid():
        context["typed"] = form.cleaned_data["q"]
        try:
            context["found"] = search(
                text=form.cleaned_data["q"], areas=[found.unit.code], by=who.user
            )
        except RuleBroken as broken:
            explain(form, broken)
    return render(request, "rt/life/watch_group.html", context, status=422 if form.errors else 200)


@page(Audience.VOUCHER)
@require_POST
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Put somebody on duty."""
    who = visitor(request)
    watch.join(
        group_id=pk, person_id=row_id(request.POST.get("person", "")), posts=who.vouching,
        by=who.user, today=today(),
    )  # fmt: skip
    messages.success(request, "Ditambahkan ke regu.")
    return redirect("rt-watch-group", pk)


@page(Audience.VOUCHER)
@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Take somebody off duty."""
    who = visitor(request)
    found = watch.leave(member_id=pk, posts=who.vouching, by=who.user)
    messages.success(request, "Dikeluarkan dari regu.")
    return redirect("rt-watch-group", found.pk)


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def put(request: HttpRequest, pk: int) -> HttpResponse:
    """The group on a date of its own."""
    who = visitor(request)
    found = watch.group_of(who.vouching, pk)
    form = NightForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            watch.put(
                group_id=pk, on=form.cleaned_data["on"], posts=who.vouching, by=who.user,
                today=today(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Tanggalnya dicatat.")
            return redirect("rt-watch")
    context = {"group": found, "form": form}
    return render(request, "rt/life/watch_put.html", context, status=422 if form.errors else 200)


@page(Audience.VOUCHER)
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The group keeps watch no more."""
    who = visitor(request)
    if request.method != "POST":
        found = watch.group_of(who.vouching, pk)
        return sure(
            request, title=f"Hapus {found.name} dari jadwal?", button="Ya, hapus regu",
            words="Regu ini tidak bertugas lagi. Untuk memakainya lagi, buat regu baru.",
            back=reverse("rt-watch-group", args=[pk]),
        )  # fmt: skip
    watch.end(group_id=pk, posts=who.vouching, by=who.user, at=now())
    messages.success(request, "Regu dihapus dari jadwal.")
    return redirect("rt-watch")


@page(Audience.VOUCHER)
@require_GET
def month(request: HttpRequest, text: str) -> HttpResponse:
    """A month to print."""
    units = watch.watched_units(visitor(request).vouching)
    first = month_of(text)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    context = {
        "first": first, "next": f"{following:%Y-%m}",
        "where": ", ".join(unit.name for unit in units), "has_several": len(units) > 1,
        "nights": watch.nights(
            [unit.pk for unit in units], first, following - timedelta(days=1)
        ),
    }  # fmt: skip
    return render(request, "rt/life/watch_month.html", context)
