"""A city's subscription, for its admins: how it stands, plans, paying, stopping.

No page asks Stripe to be shown, except where an exact amount is: that one says so when Stripe is
away. Whatever changes something is a page with a question first. Pressing twice is one deed.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from billing import actions, gateway, plans, queries, standing
from billing.forms import ContactForm, InvoiceForm
from billing.meters import meters_of, table_of
from billing.models import Account, Change, Invoice
from billing.offers import about_plan, priced
from billing.papers import line_words
from billing.plans import INTERVALS, WORDS, Interval, Plan
from billing.queries import PlanOption
from billing.rules import PPN_PERCENT, pretty_npwp
from billing.stripe_objects import InvoiceSeen
from kernel.clock import now
from kernel.errors import RuleBroken
from tenants.backend.scope import in_public
from tenants.registry import entitlements
from tenants.registry.current import city
from ui.forms import explain
from ui.page import Audience, page

P = ParamSpec("P")
LATELY = timedelta(minutes=2)  # the same deed again within this is the same press
ON_HOME = 4  # invoices shown on the first page
PER_PAGE = 20
page_methods = require_http_methods(["GET", "HEAD", "POST"])


def _stripe_hosts() -> list[str]:
    """Where Stripe shows its payment pages: a form may lead there.

    Chromium holds a form's redirects to ``form-action`` too. An operator with a domain of their
    own at Stripe names it in STRIPE_PAGES.
    """
    if settings.STRIPE_API_BASE:  # the stand-in: its API by number, its pages by name
        base: str = settings.STRIPE_API_BASE
        return [base, base.replace("127.0.0.1", "localhost")]
    return list(settings.STRIPE_PAGES)


def leads_to_stripe(page: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Let the forms of a page end on Stripe's pages; no other page may. Like ``csp_update``, with
    the settings of the moment."""

    @wraps(page)
    def led(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = page(*args, **kwargs)
        response._csp_update = {"form-action": _stripe_hosts()}  # type: ignore[attr-defined]
        return response

    return led


def _again(account: Account, kind: Change.Kind, **wants: str) -> bool:
    """Whether exactly this was asked for a moment ago: the second press of a button."""
    last = queries.last_change(account)
    return (
        last is not None
        and last.kind == kind
        and last.state != Change.State.FAILED
        and now() - last.created_at < LATELY
        and all(last.wants.get(key) == value for key, value in wants.items())
    )


def _once(account: Account, kind: Change.Kind, ask: Callable[[], object], **wants: str) -> None:
    """Ask for something unless this is the second press. Both presses may get here at once: then
    the later one finds the first's order waiting, and has what it wants."""
    if _again(account, kind, **wants):
        return
    try:
        ask()
    except RuleBroken:
        if not _again(account, kind, **wants):
            raise


def _address(request: HttpRequest, name: str) -> str:
    return request.build_absolute_uri(reverse(name))


# --- the first page -----------------------------------------------------------------------------


@page(Audience.ADMIN, when_suspended="open", support="no")
@require_safe
def home(request: HttpRequest, user: User) -> HttpResponse:
    """State, what to do, use against limits, the last invoices."""
    here, at = city(), now()
    account = actions.open_account(here)
    if session := request.GET.get("session", ""):
        return _back_from_stripe(request, account, session)
    seen = queries.overview(here, at)
    debt = queries.debt(account, here, at)
    about = debt[0] if debt else ""
    with in_public():
        recent = list(queries.invoices(account)[: ON_HOME + 1])
        has_draft = account.invoices.filter(status="draft", total__gt=0).exists()
    running = seen.subscription if seen.subscription and seen.subscription.is_live else None
    meters = meters_of(here, account, seen, at.astimezone(here.tz).date())
    context = {
        "seen": seen,
        "account": account,
        "npwp": pretty_npwp(account.npwp),
        "standing": standing.of(here, seen, about, at),
        "owed": next((one for one in seen.open_invoices if one.stripe_id == about), None),
        "running": running,
        "interval_words": WORDS.get(running.interval, "") if running else "",
        "meters": meters,
        "months": table_of(meters),
        "again_on": entitlements.next_month(here, at),
        "recent": recent[:ON_HOME],
        "has_more": len(recent) > ON_HOME,
        "has_draft": has_draft and running is not None and running.is_by_invoice,
        "change": _worth_telling(seen.change),
    }
    return render(request, "billing/home.html", context)


def _worth_telling(change: Change | None) -> Change | None:
    """The latest deed, while it waits or when it went wrong within a week."""
    if change is None or change.state == Change.State.DONE:
        return None
    if change.state == Change.State.FAILED and now() - change.created_at > timedelta(days=7):
        return None
    return change


def _back_from_stripe(request: HttpRequest, account: Account, session: str) -> HttpResponse:
    """The address says nothing: Stripe is asked whether there was a payment."""
    try:
        paid = actions.settle_checkout(account.pk, session[:200])
    except gateway.Unavailable:
        messages.warning(
            request,
            "Kami belum bisa menanyakan pembayaran Anda ke Stripe. Bila sudah dibayar, halaman "
            "ini berubah dengan sendirinya; jangan membayar dua kali.",
        )
    except RuleBroken as broken:
        messages.warning(request, broken.message)
    else:
        if paid:
            messages.success(request, "Terima kasih, pembayaran diterima. Langganan berjalan.")
        else:
            messages.warning(
                request, "Pembayaran belum selesai. Tidak ada yang berubah; coba lagi kapan saja."
            )
    return redirect("billing")


# --- plans --------------------------------------------------------------------------------------


@page(Audience.ADMIN, when_suspended="open", support="no")
@require_safe
def choose(request: HttpRequest, user: User) -> HttpResponse:
    """Every plan with its exact price, and where this city is too big for one."""
    here, at = city(), now()
    account = actions.open_account(here)
    running = queries.current(account)
    live = running if running is not None and running.is_live else None
    asked = request.GET.get("interval", live.interval if live else "year")
    interval: Interval = "month" if asked == "month" else "year"
    context = {
        "interval": interval,
        "interval_words": WORDS[interval],
        "intervals": [(code, WORDS[code].capitalize()) for code in INTERVALS],
        "options": [
            priced(here, option, interval) for option in queries.plan_options(here, interval, at)
        ],
        "running": live,
        "can_pay": gateway.is_configured(),
        "ppn": PPN_PERCENT,
    }
    return render(request, "billing/plans.html", context)


@page(Audience.ADMIN, when_suspended="open", support="no")
@leads_to_stripe
@page_methods
def confirm(request: HttpRequest, user: User, plan: str, interval: str) -> HttpResponse:
    """What choosing this plan costs, to the rupiah; then paying, or changing to it."""
    wanted, period = plans.plan(plan), plans.interval(interval)
    here = city()
    account = actions.open_account(here)
    running = queries.current(account)
    if running is not None and running.is_live:
        return _change_plan(request, user, account, wanted, period)
    problem: RuleBroken | None = None
    if request.method == "POST":
        try:
            address = actions.start_card(
                account.pk, plan=plan, interval=interval, by=user,
                return_to=_address(request, "billing"),
            )  # fmt: skip
        except RuleBroken as broken:
            problem = broken
        else:
            return redirect(address)
    context = about_plan(here, wanted, period) | {"problem": problem}
    return _with(request, "billing/subscribe.html", context, problem)


def _with(
    request: HttpRequest, template: str, context: dict[str, object], problem: RuleBroken | None
) -> HttpResponse:
    return render(request, template, context, status=problem.status if problem else 200)


def _change_plan(
    request: HttpRequest, user: User, account: Account, plan: Plan, interval: Interval
) -> HttpResponse:
    """The same page for who already pays: the difference, as Stripe computes it."""
    problem: RuleBroken | None = None
    if request.method == "POST":
        wants = {"plan": plan.code, "interval": interval}
        try:
            _once(
                account, Change.Kind.CHANGE_PLAN,
                lambda: actions.change_plan(account.pk, **wants, by=user), **wants,
            )  # fmt: skip
        except RuleBroken as broken:
            problem = broken
        else:
            return redirect("billing")
    here, running = city(), queries.current(account)
    cost: InvoiceSeen | None = None
    unknown: RuleBroken | None = None
    about = about_plan(here, plan, interval)
    option = about["option"]
    assert isinstance(option, PlanOption)
    if not option.is_present:
        try:
            cost = queries.preview(account, plan.code, interval)
        except RuleBroken as broken:
            unknown = broken
    context = about | {
        "running": running,
        "cost": cost,
        "cost_lines": [line_words(line) for line in cost.lines] if cost else [],
        "credit": -cost.total if cost and cost.total < 0 else 0,
        "problem": problem or unknown,
    }
    return _with(request, "billing/change.html", context, problem)


@page(Audience.ADMIN, when_suspended="open", support="no")
@page_methods
def by_invoice(request: HttpRequest, user: User, plan: str, interval: str) -> HttpResponse:
    """Subscribe against invoices: who pays, on which paper, within how many days."""
    wanted, period = plans.plan(plan), plans.interval(interval)
    account = actions.open_account(city())
    form = InvoiceForm(request.POST or None, initial=ContactForm.about(account) | {"days": 30})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.update_account(account.pk, **form.details(), by=user)
                _once(
                    account, Change.Kind.START_INVOICE,
                    lambda: actions.start_invoice(
                        account.pk, plan=plan, interval=interval,
                        days=form.cleaned_data["days"], by=user,
                    ),
                    plan=plan, interval=interval,
                )  # fmt: skip
            except RuleBroken as broken:
                explain(form, broken)
                status = broken.status
            else:
                return redirect("billing")
    context = {**about_plan(city(), wanted, period), "form": form}
    return render(request, "billing/by_invoice.html", context, status=status)


# --- contacts, stopping, cards ------------------------------------------------------------------


@page(Audience.ADMIN, when_suspended="open", support="no")
@page_methods
def contact(request: HttpRequest, user: User) -> HttpResponse:
    """What stands on invoices; changed here, told to Stripe by the outbox."""
    account = actions.open_account(city())
    form = ContactForm(request.POST or None, initial=ContactForm.about(account))
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_account(account.pk, **form.details(), by=user)
        except RuleBroken as broken:
            explain(form, broken)
        else:
            messages.success(request, "Data tagihan tersimpan. Berlaku untuk tagihan berikutnya.")
            return redirect("billing")
    status = 422 if form.errors else 200
    return render(request, "billing/contact.html", {"form": form}, status=status)


def _turn(request: HttpRequest, user: User, kind: Change.Kind, template: str) -> HttpResponse:
    account = actions.open_account(city())
    running = queries.current(account)
    if running is None or not running.is_live:
        messages.info(request, "Belum ada langganan yang berjalan.")
        return redirect("billing")
    problem: RuleBroken | None = None
    if request.method == "POST":
        act = actions.cancel if kind == Change.Kind.CANCEL else actions.resume
        try:
            _once(account, kind, lambda: act(account.pk, by=user))
        except RuleBroken as broken:
            problem = broken
        else:
            return redirect("billing")
    context: dict[str, object] = {
        "running": running,
        "plan": plans.find(running.plan),
        "problem": problem,
        "can_pay": gateway.is_configured(),
    }
    return _with(request, template, context, problem)


@page(Audience.ADMIN, when_suspended="open", support="no")
@page_methods
def stop(request: HttpRequest, user: User) -> HttpResponse:
    """Stop at the end of what is paid for."""
    return _turn(request, user, Change.Kind.CANCEL, "billing/stop.html")


@page(Audience.ADMIN, when_suspended="open", support="no")
@page_methods
def go_on(request: HttpRequest, user: User) -> HttpResponse:
    """Take the stop back."""
    return _turn(request, user, Change.Kind.RESUME, "billing/resume.html")


@page(Audience.ADMIN, when_suspended="open", support="no")
@leads_to_stripe
@page_methods
def cards(request: HttpRequest, user: User) -> HttpResponse:
    """To Stripe's own page for cards and receipts: card numbers never reach us."""
    account = actions.open_account(city())
    problem: RuleBroken | None = None
    if request.method == "POST":
        try:
            return redirect(actions.portal(account.pk, return_to=_address(request, "billing")))
        except RuleBroken as broken:
            problem = broken
    context: dict[str, object] = {
        "account": account, "problem": problem, "can_pay": gateway.is_configured(),
    }  # fmt: skip
    return _with(request, "billing/cards.html", context, problem)


@page(Audience.ADMIN, when_suspended="open", support="no")
@require_safe
def invoices(request: HttpRequest, user: User) -> HttpResponse:
    """Every invoice with its state, its papers, and where to pay it."""
    account = actions.open_account(city())
    with in_public():
        page = Paginator(queries.invoices(account), PER_PAGE).get_page(request.GET.get("page"))
        rows: list[Invoice] = list(page.object_list)
    page.object_list = rows
    return render(request, "billing/invoices.html", {"page": page, "recent": rows})
