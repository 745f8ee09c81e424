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
from kernel.tanggal import long_date
from services.catalogue.models import Service
from services.letters import formats, number_rules, numbering
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
from tenants.office.roles import level_of
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
            kept = number_rules.keep(form.told(), by=user, today=day, at=now())
            messages.success(request, _kept(kept, services))
            return redirect("setup-numbers")
    examples, why = list[tuple[str, str]](), ""
    if looks:
        try:
            examples = _examples(form, services, day) if form.is_valid() else []
        except RuleBroken as broken:
            explain(form, broken)
        why = next((str(error) for errors in form.errors.values() for error in errors), "")
    units = [row.unit for row in rows if row.unit is not None] or _some_units()
    if request.method == "GET":
        examples = [(unit.name, _example(present, unit, services, day)) for unit in _some_units()]
    context = {
        "form": form, "examples": examples, "parts": formats.PARTS.items(), "today": day,
        "rows": [
            (row, services.get(row.topic), _example(row, row.unit or units[0], services, day))
            for row in rows
        ],
        "now": present, "now_example": _example(present, units[0], services, day), "why": why,
    }  # fmt: skip
    # htmx puts only a page without an error in the place of the example.
    status = 422 if form.errors and not looks else 200
    return render(request, "setup/numbers.html", context, status=status)


def _kept(row: NumberFormat, services: dict[str, Service]) -> str:
    """Which letters get numbers of a kept pattern, and from when."""
    service = services.get(row.topic)
    letters = f"surat layanan {service.title}" if service is not None else "surat"
    letters += f" dari {row.unit.name}" if row.unit is not None else ""
    day = f"Tersimpan. Mulai {long_date(row.since)}, nomor {letters}"
    if not row.pattern:
        return f"{day} kembali ikut pola yang lebih luas."
    narrower = "" if row.unit is not None and row.topic else ", kecuali yang punya pola sendiri"
    return f"{day} memakai pola {row.pattern}{narrower}."


def _some_units() -> list[Unit]:
    """One unit of each kind that signs letters, villages first."""
    found = {unit.kind: unit for unit in reversed(signing_units())}
    order = (Unit.Kind.KELURAHAN, Unit.Kind.DESA, Unit.Kind.KECAMATAN, Unit.Kind.DINAS)
    return [found[kind] for kind in order if kind in found]


def _examples(form: NumberForm, services: dict[str, Service], day: date) -> list[tuple[str, str]]:
    """The name of a unit and the number its next letter could have; none for a blank pattern.
    Raises RuleBroken."""
    told = form.told()
    row = number_rules.row_of(told)
    number_rules.refuse_two_books(row, list(NumberFormat.objects.order_by("pk")))
    units = [told.unit] if told.unit is not None else _some_units()
    return [(unit.name, _example(row, unit, services, day)) for unit in units if row.pattern]


def _example(row: NumberFormat, unit: Unit, services: dict[str, Service], day: date) -> str:
    service = services.get(row.topic) or next(iter(services.values()), None)
    code, kind = SAMPLE_CODE, "SKTM"
    if service is not None and service.current is not None:
        output = service.current.blueprint.outputs[0]
        code = output.code_on(day)
        if "{jenis}" in row.pattern:
            kind = numbering.kind_code_for(service.slug, output.subject)
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
    number_rules.drop(pk=pk, by=user, today=today())
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
            kept = number_rules.name_kind(**form.cleaned_data, by=user)
            messages.success(request, f"Singkatan {kept.code} dipakai di nomor berikutnya.")
            return redirect("setup-numbers-kinds")
    context = {"form": form, "kinds": _kinds(services)}
    return render(request, "setup/numbers_kinds.html", context, status=422 if form.errors else 200)


@page(Audience.ADMIN)
@require_http_methods(["GET", "POST"])
def paper_book(request: HttpRequest, user: User) -> HttpResponse:
    """Where a book that was kept on paper stopped this year."""
    services, day = with_letters(), today()
    form = PaperBookForm(request.POST or None, letters=_letters(services))
    if request.method == "POST" and form.is_valid():
        with explained(form):
            given: dict[str, Any] = form.cleaned_data
            slug, _, key = given["letter"].partition("/")
            said, register = _book(services[slug], key, given["unit"], day)
            number_rules.begin_at(
                unit=given["unit"], register=register, year=day.year, last=given["last"], by=user
            )
            messages.success(
                request,
                f"{given['unit'].name}, {Book(said.book).label.lower()} ({register}): nomor urut "
                f"berikutnya {given['last'] + 1}.",
            )
            return redirect("setup-numbers")
    status = 422 if form.errors else 200
    return render(request, "setup/numbers_paper.html", {"form": form}, status=status)


def _letters(services: dict[str, Service]) -> dict[str, str]:
    """What each letter of the services is called, by ``slug/key``."""
    found = {}
    for slug, service in services.items():
        assert service.current is not None
        outputs = service.current.blueprint.outputs
        for one in outputs:
            more = f": {one.subject}" if len(outputs) > 1 else ""
            found[f"{slug}/{one.key}"] = f"{service.title}{more}"
    return found


def _book(service: Service, key: str, unit: Unit, day: date) -> tuple[NumberFormat, str]:
    """The format in force for a letter at a unit, and the book that counts it. Raises RuleBroken
    for a letter that such a unit does not sign."""
    assert service.current is not None
    blueprint = service.current.blueprint
    output = next(one for one in blueprint.outputs if one.key == key)
    desk = next((one for one in blueprint.desks() if one.key == output.step), None)
    if desk is None or desk.level != level_of(unit.kind):
        raise RuleBroken(
            f"Surat ini tidak bernomor dari {unit.name}. Pilih unit yang menandatanganinya.",
            field="unit",
        )
    said = numbering.in_force(unit, service.slug, day)
    book = Book(said.book)
    kind = numbering.kind_code(service.slug, output.subject) if book == Book.KIND else ""
    return said, formats.register_of(book, code=output.code_on(day), kind=kind)
