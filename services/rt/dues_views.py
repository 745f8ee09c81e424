"""Dues: who owes what, noting a payment in two taps, receipts, kinds and exemptions."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import actions as audit
from kernel.clock import now
from kernel.errors import RuleBroken
from services.dues import books, kinds, owing, receipts
from services.dues.months import month_of
from services.rt.device import homes_kept
from services.rt.dues_forms import KindForm, PayForm, ReasonForm, written
from services.rt.sure import sure
from services.web.access import today
from services.web.dues_receipt import shown
from tenants.office.access import visitor
from ui.forms import explain
from ui.page import Audience, page

MONTHS_AT_ONCE = (1, 2, 3, 6, 12)


@page(Audience.TREASURER)
@require_GET
def listed(request: HttpRequest, pk: int) -> HttpResponse:
    """Every household with what it owes today."""
    who = visitor(request)
    unit = books.post_of(who.treasuring, pk).unit
    homes = owing.homes(unit)
    homes_here = Paginator(homes, owing.PER_PAGE).get_page(request.GET.get("page"))
    found = owing.accounts(list(homes_here), owing.kinds_of(unit), today())
    kept = homes_kept(who)
    context = {
        "unit": unit, "page": homes_here,
        "kept": kept if len(homes) > kept else None,
        "lines": [
            (home, sum(account.left for account in found[home.household.pk]))
            for home in homes_here
        ],
    }  # fmt: skip
    return render(request, "rt/dues/listed.html", context)


@page(Audience.TREASURER)
@never_cache
@require_http_methods(["GET", "POST"])
def household(request: HttpRequest, pk: int, household: int) -> HttpResponse:
    """One household: each kind with the buttons by which a payment is noted."""
    who = visitor(request)
    post = books.post_of(who.treasuring, pk)
    unit = post.unit
    sent = request.POST.get("kind", "")
    ids = f"{sent}-%s" if sent.isdecimal() else "id_%s"  # of the fields on the kind's card
    form = PayForm(request.POST or None, auto_id=ids)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            made = receipts.pay(
                kind_id=typed["kind"], household_id=household, amount=typed["amount"],
                paid_on=typed["paid_on"] or today(), posts=who.treasuring, by=who.user, at=now(),
                today=today(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, f"Pembayaran dicatat. Kuitansi {made.code}.")
            return redirect("rt-receipt", made.pk)
    home = kinds.home_there(unit, household)
    if request.method == "GET":
        _note_reads(request, home, post.title)
    accounts = owing.accounts([home], owing.kinds_of(unit), today(), owing.AHEAD)[household]
    context = {
        "unit": unit, "home": home, "form": form,
        "cards": [
            _card(account, form)
            for account in accounts
            if account.dues or account.is_exempt
        ],
        "receipts": receipts.of_household(unit, household)[:12], "today": written(today()),
    }  # fmt: skip
    return render(request, "rt/dues/household.html", context, status=422 if form.errors else 200)


def _note_reads(request: HttpRequest, home: owing.Home, office: str) -> None:
    """Those of a household read that their dues were opened, or that a phone keeps the page, which
    fetched it by itself."""
    is_kept = "X-In-Background" in request.headers
    for member in home.members:
        audit.record_read(
            actor=visitor(request).user, person_id=member, office=office,
            purpose="rt-iuran-simpan" if is_kept else "rt-iuran",
        )  # fmt: skip


def _card(account: owing.Account, sent: PayForm) -> dict[str, object]:
    """One kind: what is owed, and for so many months the amount and the last month. A payment
    that was refused stands in the form of its kind, as it was typed."""
    this = month_of(today())
    waiting = [due for due in account.dues if due.left]
    late = [due for due in waiting if due.month <= this]
    offers = [
        (number, sum(due.left for due in waiting[:number]), waiting[:number][-1].month)
        for number in MONTHS_AT_ONCE
        if number <= len(waiting)
    ]
    if len(late) > 1 and len(late) not in MONTHS_AT_ONCE:
        offers.append((len(late), sum(due.left for due in late), late[-1].month))
    is_refused = sent.is_bound and sent.data.get("kind") == str(account.kind.pk)
    fresh = PayForm(initial={"paid_on": written(today())}, auto_id=f"{account.kind.pk}-%s")
    return {
        "account": account, "kind": account.kind, "late": late, "offers": sorted(offers),
        "form": sent if is_refused else fresh, "is_refused": is_refused,
        "owed": sum(due.left for due in late),
        "next": waiting[0].month if waiting else None,
    }  # fmt: skip


@page(Audience.TREASURER)
@never_cache
@require_GET
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """A receipt as it is printed."""
    who = visitor(request)
    found = receipts.of_book(who.treasuring, pk)
    context = {**shown(found), "unit": found.unit}
    return render(request, "rt/dues/receipt.html", context)


@page(Audience.TREASURER)
@never_cache
@require_http_methods(["GET", "POST"])
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """A receipt that is wrong."""
    who = visitor(request)
    found = receipts.of_book(who.treasuring, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            receipts.void(
                receipt_id=pk, reason=form.cleaned_data["reason"], posts=who.treasuring,
                by=who.user, at=now(), today=today(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Kuitansi dibatalkan. Uangnya keluar dari buku kas.")
            return redirect("rt-receipt", pk)
    context = {
        "unit": found.unit, "form": form,
        "title": f"Batalkan kuitansi {found.code}", "tone": "stop", "button": "Batalkan kuitansi",
        "words": "Kuitansi tetap tersimpan dengan tanda batal dan alasannya.",
    }  # fmt: skip
    return render(request, "rt/dues/reason.html", context, status=422 if form.errors else 200)


@page(Audience.TREASURER)
@require_GET
def kinds_of(request: HttpRequest, pk: int) -> HttpResponse:
    """The kinds of dues."""
    who = visitor(request)
    unit = books.post_of(who.treasuring, pk).unit
    context = {"unit": unit, "kinds": owing.kinds_of(unit)}
    return render(request, "rt/dues/kinds.html", context)


@page(Audience.TREASURER)
@require_http_methods(["GET", "POST"])
def new_kind(request: HttpRequest, pk: int) -> HttpResponse:
    """Another kind of dues."""
    who = visitor(request)
    unit = books.post_of(who.treasuring, pk).unit
    form = KindForm(request.POST or None, today=today())
    if request.method == "POST" and form.is_valid():
        try:
            kinds.add(
                unit_id=pk, facts=kinds.Facts(**form.cleaned_data), posts=who.treasuring,
                by=who.user, at=now(), today=today(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Iuran dibuat.")
            return redirect("rt-dues-kinds", pk)
    context = {"unit": unit, "form": form}
    return render(request, "rt/dues/kind_new.html", context, status=422 if form.errors else 200)


@page(Audience.TREASURER)
@require_http_methods(["GET", "POST"])
def end_kind(request: HttpRequest, pk: int) -> HttpResponse:
    """This month is its last."""
    who = visitor(request)
    if request.method != "POST":
        found = kinds.of_book(who.treasuring, pk)
        words = "Belum ada yang membayar iuran ini, jadi tidak ada yang ditagih lagi."
        if kinds.is_paid(found):
            words = "Bulan ini yang terakhir. Yang belum dibayar tetap tercatat."
        return sure(
            request, title=f"Akhiri {found.name}?", button="Ya, akhiri iuran", words=words,
            back=reverse("rt-dues-kinds", args=[found.unit_id]), base="rt/dues/base.html",
        )  # fmt: skip
    ended = kinds.end(kind_id=pk, posts=who.treasuring, by=who.user, today=today())
    messages.success(request, "Iuran ini berakhir.")
    return redirect("rt-dues-kinds", ended.unit_id)


@page(Audience.TREASURER)
@never_cache
@require_http_methods(["GET", "POST"])
def exempt(request: HttpRequest, pk: int, household: int) -> HttpResponse:
    """A household need not pay one kind."""
    who = visitor(request)
    kind = kinds.of_book(who.treasuring, pk)
    unit = books.post_of(who.treasuring, kind.unit_id).unit
    home = kinds.home_there(unit, household)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            kinds.exempt(
                kind_id=pk, household_id=household, reason=form.cleaned_data["reason"],
                posts=who.treasuring, by=who.user, at=now(), today=today(),
            )  # fmt: skip
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Keluarga ini dibebaskan mulai bulan ini.")
            return redirect("rt-dues-household", unit.pk, household)
    context = {
        "unit": unit, "form": form, "button": "Bebaskan",
        "title": f"Bebaskan dari {kind.name}", "home": home,
        "words": "Mulai bulan ini. Alasannya dibaca pengurus buku kas saja.",
    }  # fmt: skip
    return render(request, "rt/dues/reason.html", context, status=422 if form.errors else 200)


@page(Audience.TREASURER)
@require_POST
def pay_again(request: HttpRequest, pk: int, household: int) -> HttpResponse:
    """A household that was exempt pays again."""
    who = visitor(request)
    kind = kinds.of_book(who.treasuring, pk)
    kinds.pay_again(
        kind_id=pk, household_id=household, posts=who.treasuring, by=who.user, today=today()
    )
    messages.success(request, "Keluarga ini membayar lagi mulai bulan ini.")
    return redirect("rt-dues-household", kind.unit_id, household)
