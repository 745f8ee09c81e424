"""The cash book of an RT, RW or dusun: its lines, closing a month, and the statement."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from services.cases import documents
from services.dues import books, cash, statement
from services.dues.categories import NAMES
from services.dues.months import month_of
from services.rt.dues_forms import BeginForm, CloseForm, EntryForm, ReasonForm, written
from services.web.access import today
from services.web.cash_statement import tables
from services.web.files import name_of, send_stored
from tenants.office.access import visitor
from ui.forms import explain
from ui.page import Audience, page

PER_PAGE = 30


@page(Audience.TREASURER)
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Which book: the only one at once."""
    who = visitor(request)
    units = books.units_of(who.treasuring)
    if len(units) == 1:
        return redirect("rt-cash", units[0].pk)
    return render(request, "rt/dues/books.html", {"units": units})


@page(Audience.TREASURER)
@require_GET
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """What is in the box, what can be done, and the lines."""
    who = visitor(request)
    unit = books.post_of(who.treasuring, pk).unit
    lines = cash.lines().filter(unit=unit)
    due = statement.next_month(unit)
    context = {
        "unit": unit, "balance": cash.balance(unit),
        "page": Paginator(lines, PER_PAGE).get_page(request.GET.get("page")), "names": NAMES,
        "due": due if due and due < month_of(today()) else None,
        "is_begun": cash.opening(unit) is not None,
    }  # fmt: skip
    return render(request, "rt/dues/book.html", context)


@page(Audience.TREASURER)
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """What is in the box when the book begins."""
    who = visitor(request)
    unit = books.post_of(who.treasuring, pk).unit
    form = BeginForm(request.POST or None, initial={"on": written(today())})
    if request.method == "POST" and form.is_valid():
        try:
            cash.begin(
                unit_id=pk, **form.cleaned_data, posts=who.treasuring, by=who.user, at=now(),
                today=today(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Saldo awal dicatat.")
            return redirect("rt-cash", pk)
    context = {"unit": unit, "form": form}
    return render(request, "rt/dues/begin.html", context, status=422 if form.errors else 200)


@page(Audience.TREASURER)
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, pk: int, spends: bool) -> HttpResponse:
    """Income or expense, with a photo of the bill."""
    who = visitor(request)
    unit = books.post_of(who.treasuring, pk).unit
    form = EntryForm(
        request.POST or None, request.FILES or None, spends=spends,
        initial={"on": written(today())},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        bill = typed.pop("bill", None)
        try:
            accepted = documents.accept(bill.read()) if bill else None
            made = cash.note(
                unit_id=pk, **typed, bill=accepted, posts=who.treasuring, by=who.user, at=now(),
                today=today(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Pengeluaran dicatat." if spends else "Pemasukan dicatat.")
            return redirect("rt-cash", made.unit_id)
    context = {"unit": unit, "form": form, "spends": spends}
    return render(request, "rt/dues/note.html", context, status=422 if form.errors else 200)


@page(Audience.TREASURER)
@require_http_methods(["GET", "POST"])
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """One line, and the form that counters it."""
    who = visitor(request)
    found = cash.of_book(who.treasuring, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            cash.counter(
                entry_id=pk, reason=form.cleaned_data["reason"], posts=who.treasuring,
                by=who.user, at=now(), today=today(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Catatan itu dibatalkan. Catat yang benar bila perlu.")
            return redirect("rt-cash", found.unit_id)
    can_counter = not (cash.fixed(found) or hasattr(found, "corrected_by"))
    context = {
        "unit": found.unit, "line": found, "names": NAMES,
        "form": form if can_counter else None,
    }  # fmt: skip
    return render(request, "rt/dues/line.html", context, status=422 if form.errors else 200)


@page(Audience.TREASURER)
@never_cache
@require_GET
def bill(request: HttpRequest, pk: int) -> HttpResponse:
    """The photo of a bill."""
    found = cash.of_book(visitor(request).treasuring, pk)
    if not found.path:
        raise NotThere("Catatan ini tidak punya foto nota.")
    return send_stored(
        found.path, media_type=found.media_type, name=name_of("nota.jpg", found.media_type),
        lost="Foto nota ini hilang dari penyimpanan.",
    )  # fmt: skip


@page(Audience.TREASURER)
@never_cache
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """What the next month says, and one button that closes it."""
    who = visitor(request)
    unit = books.post_of(who.treasuring, pk).unit
    month = statement.next_month(unit)
    if month is None or month >= month_of(today()):
        raise NotThere("Belum ada bulan yang bisa ditutup.")
    if request.method == "POST":
        form = CloseForm(request.POST)
        if not form.is_valid():
            raise RuleBroken("Bulan ini tidak dikenali. Buka lagi halaman penutupan.")
        made = statement.close(
            unit_id=pk, **form.cleaned_data, posts=who.treasuring, by=who.user, at=now(),
            today=today(),
        )  # fmt: skip
        messages.success(request, "Bulan ini ditutup. Warga bisa melihat laporannya.")
        return redirect("rt-statement", made.pk)
    context = {
        "unit": unit, "month": month,
        "form": CloseForm(initial={"month": month.isoformat()}),
        **tables(statement.figures(unit, month)),
    }  # fmt: skip
    return render(request, "rt/dues/close.html", context)


@page(Audience.TREASURER)
@require_GET
def statements(request: HttpRequest, pk: int) -> HttpResponse:
    """The months that are closed."""
    who = visitor(request)
    unit = books.post_of(who.treasuring, pk).unit
    shown = Paginator(statement.closed([unit]), PER_PAGE).get_page(request.GET.get("page"))
    context = {"unit": unit, "page": shown}
    return render(request, "rt/dues/statements.html", context)


@page(Audience.TREASURER)
@require_GET
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement of a month as residents see it."""
    who = visitor(request)
    found = statement.of_units(books.units_of(who.treasuring), pk)
    context = {
        "unit": found.unit, "closed": found, "month": found.month,
        **tables(found.figures),
    }  # fmt: skip
    return render(request, "rt/dues/statement.html", context)
