"""Registers of cases, the PATEN report, the report of numbers, and files of every book."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from kernel.clock import now
from kernel.errors import NotThere
from services.desk.record_frame import PartForm, page_number, part, reader, typed
from services.records import gaps, making, paten, registers
from services.records.books import Asked, makers
from services.records.models import BookFile
from services.records.registers import Wanted
from services.web.files import send
from tenants.office.models import Unit
from ui.page import Audience, page

KECAMATAN = (Unit.Kind.KECAMATAN,)
NO_OFFICE = "Di wilayah Anda tidak ada kantor yang memiliki buku ini."
PER_PAGE = 30


@page(Audience.OFFICE)
@never_cache
@require_safe
def books(request: HttpRequest) -> HttpResponse:
    """Which books there are."""
    who = reader(request)
    has_kecamatan = any(unit.kind == Unit.Kind.KECAMATAN for unit in who.reach.units)
    context = {**who.context, "has_kecamatan": has_kecamatan}
    return render(request, "desk/records/books.html", context)


@page(Audience.OFFICE)
@never_cache
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Every case that came to an office, the applicants masked."""
    who = reader(request)
    asked = part(request, "register", reach=who.reach)
    if not asked.unit:
        raise NotThere(NO_OFFICE)
    unit = who.reach.unit(asked.unit)
    topics = list(registers.titles().items())
    if asked.topic not in dict(topics):
        asked = Asked(asked.kind, asked.unit, asked.year, asked.month)
    wanted = Wanted(unit, asked.year, asked.month, asked.topic)
    number = page_number(request)
    context = {
        **who.context, "asked": asked, "unit": unit, "typed": typed(asked),
        "form": PartForm(typed(asked), reach=who.reach, topics=topics),
        "page": registers.page(wanted, number, at=now()),
    }  # fmt: skip
    return render(request, "desk/records/register.html", context)


@page(Audience.OFFICE)
@never_cache
@require_safe
def monthly(request: HttpRequest) -> HttpResponse:
    """Every service of an office with how many came in a month; NIHIL where none did."""
    who = reader(request)
    asked = part(request, "bulanan", reach=who.reach, whole_year="month" in request.GET)
    if not asked.unit:
        raise NotThere(NO_OFFICE)
    unit = who.reach.unit(asked.unit)
    context = {
        **who.context, "asked": asked, "unit": unit, "typed": typed(asked),
        "form": PartForm(typed(asked), reach=who.reach),
        "rows": registers.by_service(Wanted(unit, asked.year, asked.month)),
        "part": urlencode({"unit": unit.pk, "year": asked.year, "month": asked.month}),
    }  # fmt: skip
    return render(request, "desk/records/monthly.html", context)


@page(Audience.OFFICE)
@never_cache
@require_safe
def of_paten(request: HttpRequest) -> HttpResponse:
    """The monthly PATEN report of a kecamatan."""
    who = reader(request)
    asked = part(request, "paten", reach=who.reach, whole_year=False, kinds=KECAMATAN)
    if not asked.unit:
        raise NotThere("Laporan PATEN dibuat per kecamatan.")
    unit = who.reach.unit(asked.unit)
    found = paten.report(unit, asked.year, asked.month)
    form = PartForm(typed(asked), reach=who.reach, whole_year=False, kinds=KECAMATAN)
    context = {
        **who.context, "asked": asked, "unit": unit, "typed": typed(asked), "form": form,
        "report": found, "rows": list(paten.rows_with_total(found)),
    }  # fmt: skip
    return render(request, "desk/records/paten.html", context)


@page(Audience.OFFICE)
@never_cache
@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    """Every series of numbers of a year."""
    who = reader(request)
    asked = part(request, "nomor", reach=who.reach, every_office=True)
    units = [who.reach.unit(asked.unit)] if asked.unit else list(who.reach.units)
    form = PartForm(typed(asked), reach=who.reach, every_office=True)
    del form.fields["month"]
    whole_city = who.reach.whole_city and not asked.unit
    every = gaps.series(units, asked.year, whole_city=whole_city)
    labels = {key: kind.label for key, kind in gaps.kinds_of(units, whole_city=whole_city).items()}
    context = {
        **who.context, "asked": asked, "typed": typed(asked), "form": form,
        "page": Paginator(every, PER_PAGE * 4).get_page(request.GET.get("page")),
        "lacks": sum(one.lacks for one in every), "all": len(every),
        "doubles": gaps.doubles(units, asked.year),
        "names": {unit.pk: unit.name for unit in units}, "labels": labels,
    }  # fmt: skip
    return render(request, "desk/records/numbers.html", context)


@page(Audience.OFFICE)
@sensitive_post_parameters("q")
@require_POST
def take(request: HttpRequest, kind: str) -> HttpResponse:
    """A book as a file: at once, or from a worker where it is long."""
    who = reader(request)
    if kind not in makers:
        raise NotThere("Buku ini tidak ada.")
    asked = part(
        request, kind, reach=who.reach, whole_year=kind != "paten",
        kinds=KECAMATAN if kind == "paten" else None, every_office=kind in EVERY_OFFICE,
    )  # fmt: skip
    format = request.POST.get("format", "")
    made = making.get(asked, format, reach=who.reach, by=who.user, at=now())
    if isinstance(made, BookFile):
        return redirect("desk-book-files")
    return send(made.content, media_type=made.media_type, name=made.name, download=format == "xlsx")


EVERY_OFFICE = ("keluar", "masuk", "nomor")


@page(Audience.OFFICE)
@never_cache
@require_safe
def files(request: HttpRequest) -> HttpResponse:
    """The long books somebody asked for."""
    who = reader(request)
    shown = Paginator(making.files_of(who.user), PER_PAGE).get_page(request.GET.get("page"))
    waits = any(file.state == BookFile.State.MAKING for file in shown)
    context = {**who.context, "page": shown, "waits": waits}
    if request.headers.get("HX-Request"):
        return render(request, "desk/records/files_list.html", context)
    return render(request, "desk/records/files.html", context)


@page(Audience.OFFICE)
@never_cache
@require_safe
def fetch(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """One of them, some of it at a time."""
    who = reader(request)
    file = making.file_of(who.user, pk)
    try:
        source = making.opened(file)
    except FileNotFoundError:
        raise NotThere("Berkas ini hilang dari penyimpanan. Minta lagi.") from None
    response = StreamingHttpResponse(
        iter(lambda: source.read(1 << 16), b""), content_type=file.media_type
    )
    disposition = content_disposition_header(True, file.name)
    assert disposition is not None
    response["Content-Disposition"] = disposition
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
