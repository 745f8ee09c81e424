"""What numbers of letters look like in this city, with an example of each."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from kernel.clock import now
from kernel.errors import RuleBroken
from services.catalogue.models import Service
from services.letters import formats, numbering
from services.letters.formats import Book
from services.letters.models import KindCode, NumberFormat
from services.setup.number_forms import (
    KindForm,
    NumberForm,
    PaperBookForm,
    signing_units,
    start,
)
from services.setup.service_page import with_letters
from services.web.access import today
from tenants.office.models import Unit
from ui.forms import explain, explained
from ui.page import Audience, page

SAMPLE_CODE = "400.12.2.1"  # where no letter of the city says another


def _titles(services: dict[str, Service]) -> dict[str, str]:
    return {slug: service.title for slug, service in services.items()}


@page(Audience.ADMIN)
@require_http_methods(["GET", "POST"])
def patterns(request: HttpRequest, user: User) -> HttpResponse:
    """Every pattern with an example; another is kept here. ``do=look`` shows the example of what is
    typed and keeps nothing."""
    day, services = today(), with_letters()
    rows = list(NumberFormat.objects.select_related("unit"))
    present = numbering.chosen((row for row in rows if row.since <= day), None, "")
    form = NumberForm(request.POST or None, services=_titles(services), initial=start(present, day))
    looks = request.POST.get("do") == "look"
    if request.method == "POST" and not looks and form.is_valid():
        with explained(form):
            kept = numbering.keep(form.told(), by=user, today=day, at=now())
            messages.success(request, f"Tersimpan. Nomor berikutnya memakai pola {kept.pattern}.")
            return redirect("setup-numbers")
    examples = list[tuple[str, str]]()
    if looks and form.is_valid():
        try:
            examples = _examples(form, services, day)
        except RuleBroken as broken:
            explain(form, broken)
    units = [row.unit for row in rows if row.unit is not None] or _some_units()
    if request.method == "GET":
        examples = [(unit.name, _example(present, unit, services, day)) for unit in _some_units()]
    context = {
        "form": form, "examples": examples, "parts": formats.PARTS.items(), "today": day,
        "rows": [
            (row, services.get(row.topic), _example(row, row.unit or units[0], services, day))
            for row in rows
        ],
        "now": present, "now_example": _example(present, units[0], services, day),
        "kinds": _kinds(services),
    }  # fmt: skip
    return render(request, "setup/numbers.html", context, status=422 if form.errors else 200)


def _some_units() -> list[Unit]:
    """One unit of each kind that signs letters, villages first."""
    found = {unit.kind: unit for unit in reversed(signing_units())}
    order = (Unit.Kind.KELURAHAN, Unit.Kind.DESA, Unit.Kind.KECAMATAN, Unit.Kind.DINAS)
    return [found[kind] for kind in order if kind in found]


def _examples(form: NumberForm, services: dict[str, Service], day: date) -> list[tuple[str, str]]:
    """The name of a unit and the number its next letter could have. Raises RuleBroken."""
    told = form.told()
    row = NumberFormat(
        pattern=formats.check(told.pattern, Book(told.book)), book=told.book,
        secrecy=told.secrecy, topic=told.topic,
    )  # fmt: skip
    units = [told.unit] if told.unit is not None else _some_units()
    return [(unit.name, _example(row, unit, services, day)) for unit in units]


def _example(row: NumberFormat, unit: Unit, services: dict[str, Service], day: date) -> str:
    service = services.get(row.topic) or next(iter(services.values()), None)
    code, kind = SAMPLE_CODE, "SKTM"
    if service is not None and service.current is not None:
        output = service.current.blueprint.outputs[0]
        code, kind = output.code_on(day), formats.short_of_kind(output.subject, set())
    values = formats.Values(
        code=code, sequence=247, unit=unit.abbreviation or "–", kind=kind, secrecy=row.secrecy,
        area=numbering.area_of(unit) if unit.abbreviation else unit.code, day=day,
    )  # fmt: skip
    return formats.written(row.pattern, values)


def _kinds(services: dict[str, Service]) -> list[tuple[str, str]]:
    """The short forms of kinds that have one, with the title of the service."""
    return [
        (services[kind.topic].title if kind.topic in services else kind.topic, kind.code)
        for kind in KindCode.objects.order_by("code")
    ]


@page(Audience.ADMIN)
@require_POST
def drop(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """A pattern that has not begun is taken away."""
    numbering.drop(pk=pk, by=user, today=today())
    messages.success(request, "Pola dihapus. Yang sebelumnya tetap berlaku.")
    return redirect("setup-numbers")


@page(Audience.ADMIN)
@require_http_methods(["GET", "POST"])
def kinds(request: HttpRequest, user: User) -> HttpResponse:
    """The short form of a kind of letter."""
    services = with_letters()
    form = KindForm(request.POST or None, services=_titles(services))
    if request.method == "POST" and form.is_valid():
        with explained(form):
            kept = numbering.name_kind(**form.cleaned_data, by=user)
            messages.success(request, f"Singkatan {kept.code} dipakai di nomor berikutnya.")
            return redirect("setup-numbers-kinds")
    context = {"form": form, "kinds": _kinds(services)}
    return render(request, "setup/numbers_kinds.html", context, status=422 if form.errors else 200)


@page(Audience.ADMIN)
@require_http_methods(["GET", "POST"])
def paper_book(request: HttpRequest, user: User) -> HttpResponse:
    """Where a book that was kept on paper stopped this year."""
    titles = _titles(with_letters())
    form = PaperBookForm(request.POST or None, services=titles)
    if request.method == "POST" and form.is_valid():
        with explained(form):
            given: dict[str, Any] = form.cleaned_data
            numbering.begin_at(
                unit=given["unit"], register=_register(given, titles), year=today().year,
                last=given["last"], by=user,
            )  # fmt: skip
            following = given["last"] + 1
            messages.success(request, f"Surat berikutnya di buku ini bernomor urut {following}.")
            return redirect("setup-numbers")
    status = 422 if form.errors else 200
    return render(request, "setup/numbers_paper.html", {"form": form}, status=status)


def _register(given: dict[str, Any], titles: dict[str, str]) -> str:
    book, topic = Book(given["book"]), given["topic"]
    kind = numbering.kind_code(topic, titles[topic]) if book == Book.KIND else ""
    return formats.register_of(book, code=given["code"].strip(), kind=kind)
