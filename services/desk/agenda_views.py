"""The agendas of outgoing and incoming letters."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.clock import now
from kernel.errors import NotThere
from kernel.ids import row_id
from services.desk.record_forms import EntryForm, GiveForm, ScanForm, StrikeForm, send_scan
from services.desk.record_frame import PartForm, Reader, TextForm, page_number, part, reader, typed
from services.desk.result_forms import read
from services.records import agenda, entering
from services.records.access import NOT_YOURS
from services.records.models import AgendaEntry
from services.records.shelf import filters_of
from services.web.access import today
from ui.forms import Form, explained
from ui.page import Audience, page

IN, OUT = AgendaEntry.Direction.IN, AgendaEntry.Direction.OUT


def _list(request: HttpRequest, kind: str) -> HttpResponse:
    who = reader(request)
    asked = part(request, kind, reach=who.reach, every_office=True)
    filters = filters_of(asked, who.reach)
    direction = OUT if kind == "keluar" else IN
    mine = kind == "masuk" and "disposisi" in request.GET
    if mine:
        filters = replace(filters, post_ids=[post.pk for post in who.reach.posts])
    pages: Any = agenda.outgoing_page if kind == "keluar" else agenda.incoming_page
    context = {
        **who.context, "kind": kind, "asked": asked, "page": pages(filters, page_number(request)),
        "form": PartForm(typed(asked), reach=who.reach, every_office=True, has_codes=True),
        "text_form": TextForm({"q": asked.text}), "typed": typed(asked), "mine": mine,
        "names": {unit.pk: unit.name for unit in who.reach.units} if not asked.unit else {},
        "direction": direction,
    }  # fmt: skip
    return render(request, f"desk/records/{kind}.html", context)


@page(Audience.OFFICE, when_suspended="open")
@never_cache
@sensitive_post_parameters("q")
@require_http_methods(["GET", "POST"])
def outgoing(request: HttpRequest) -> HttpResponse:
    """Letters that went out: Balai's own, and those noted by hand. A form looks for words."""
    return _list(request, "keluar")


@page(Audience.OFFICE, when_suspended="open")
@never_cache
@sensitive_post_parameters("q")
@require_http_methods(["GET", "POST"])
def incoming(request: HttpRequest) -> HttpResponse:
    """Letters that came. A form looks for words."""
    return _list(request, "masuk")


@page(Audience.OFFICE)
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, direction: str) -> HttpResponse:
    """Note a letter."""
    who = reader(request)
    if not who.reach.own:
        raise NotThere("Surat dicatat oleh petugas kantornya.")
    form = EntryForm(
        request.POST or None, request.FILES or None, direction=direction, reach=who.reach,
        initial={"on": f"{today():%d-%m-%Y}"},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        file = read(form, "file")
        if not form.errors:
            with explained(form):
                entry = entering.note(
                    direction=direction, unit_id=row_id(form.cleaned_data["unit"]),
                    told=form.told(), file=file, reach=who.reach, by=who.user, at=now(),
                )  # fmt: skip
                said = f"Nomor agendanya {entry.agenda_number}." if direction == IN else ""
                messages.success(request, f"Surat dicatat. {said}".strip())
                return redirect("desk-book-entry", entry.pk)
    context = {**who.context, "form": form, "direction": direction}
    status = 422 if form.errors else 200
    return render(request, "desk/records/entry_new.html", context, status=status)


def _entry(request: HttpRequest, pk: int) -> tuple[Reader, AgendaEntry]:
    who = reader(request)
    entry = agenda.get(pk, who.reach.ids)
    if entry is None:
        raise NotThere(NOT_YOURS)
    return who, entry


def _page(
    request: HttpRequest, who: Reader, entry: AgendaEntry, failed: Form | None = None
) -> HttpResponse:
    forms: dict[str, Form] = {
        "scan_form": ScanForm(),
        "give_form": GiveForm(unit=entry.unit),
        "strike_form": StrikeForm(auto_id="id_%s_strike"),
    }
    for name, form in list(forms.items()):
        if failed is not None and type(failed) is type(form):
            forms[name] = failed
    writes = who.reach.writes(entry.unit_id) and entry.void_at is None
    context = {**who.context, "entry": entry, "failed": failed, "writes": writes, **forms}
    status = 422 if failed is not None else 200
    return render(request, "desk/records/entry.html", context, status=status)


@page(Audience.OFFICE)
@never_cache
@require_safe
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter in an agenda: what is written of it, its scans, and to whom it was given."""
    who, found = _entry(request, pk)
    return _page(request, who, found)


@page(Audience.OFFICE)
@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what is written of a letter."""
    who, found = _entry(request, pk)
    if not who.reach.writes(found.unit_id) or found.void_at is not None:
        raise NotThere(NOT_YOURS)
    initial = {
        "number": found.number, "dated": f"{found.dated:%d-%m-%Y}", "party": found.party,
        "subject": found.subject, "on": f"{found.on:%d-%m-%Y}",
        "classification": found.classification, "note": found.note,
    }  # fmt: skip
    form = EntryForm(
        request.POST or None, direction=found.direction, reach=who.reach, is_new=False,
        initial=initial,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with explained(form):
            entering.correct(entry_id=pk, told=form.told(), reach=who.reach, by=who.user, at=now())
            messages.success(request, "Perbaikannya disimpan.")
            return redirect("desk-book-entry", pk)
    context = {**who.context, "form": form, "entry": found, "direction": found.direction}
    status = 422 if form.errors else 200
    return render(request, "desk/records/entry_new.html", context, status=status)


@page(Audience.OFFICE)
@require_POST
def add_scan(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep another scan."""
    who, found = _entry(request, pk)
    form = ScanForm(request.POST, request.FILES)
    sent = form.sent()
    if sent is not None:
        file, name = sent
        with explained(form):
            entering.add_scan(
                entry_id=pk, file=file, name=name, reach=who.reach, by=who.user, at=now()
            )
            messages.success(request, "Pindaian disimpan.")
            return redirect("desk-book-entry", pk)
    return _page(request, who, found, form)


@page(Audience.OFFICE)
@never_cache
@require_safe
def scan(request: HttpRequest, pk: int, scan: int) -> HttpResponse:
    """One scan."""
    _, found = _entry(request, pk)
    return send_scan(found.scans.all(), scan)


@page(Audience.OFFICE)
@require_POST
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a letter that came to a post."""
    who, found = _entry(request, pk)
    form = GiveForm(request.POST, unit=found.unit)
    if form.is_valid():
        with explained(form):
            given = entering.give(
                entry_id=pk, post_id=row_id(form.cleaned_data["post"]),
                instruction=form.cleaned_data["instruction"], reach=who.reach, by=who.user,
                at=now(),
            )  # fmt: skip
            messages.success(request, f"Diteruskan kepada {given.post.title}.")
            return redirect("desk-book-entry", pk)
    return _page(request, who, found, form)


@page(Audience.OFFICE)
@require_POST
def strike(request: HttpRequest, pk: int) -> HttpResponse:
    """Strike a line out."""
    who, found = _entry(request, pk)
    form = StrikeForm(request.POST, auto_id="id_%s_strike")
    if form.is_valid():
        with explained(form):
            entering.strike_out(
                entry_id=pk, reason=form.cleaned_data["reason"], reach=who.reach, by=who.user,
                at=now(),
            )  # fmt: skip
            messages.success(request, "Baris ini dibatalkan. Nomornya tetap terpakai.")
            return redirect("desk-book-entry", pk)
    return _page(request, who, found, form)
