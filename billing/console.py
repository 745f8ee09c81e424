"""Money in the operators' console: plans, what is owed, webhooks; and a city's own part."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from billing import actions, gateway, lifecycle, operating, plans, queries, usage
from billing.models import Account, StripeEvent, Subscription
from kernel.clock import now
from kernel.rupiah import format_rupiah
from tenants.console.extensions import Figure, Section
from tenants.console.views import operator_of
from tenants.registry.models import City
from ui.page import Audience, page
from ui.templatetags.ui import grouped


@page(Audience.OPERATOR)
@never_cache
@require_safe
def plans_page(request: HttpRequest) -> HttpResponse:
    """What is on offer, and how many have it."""
    having: dict[str, int] = {}
    live = Subscription.objects.filter(status__in=("active", "trialing", "past_due", "unpaid"))
    for code in live.values_list("plan", flat=True):
        having[code] = having.get(code, 0) + 1
    rows = [{"plan": plan, "cities": having.get(plan.code, 0)} for plan in plans.plans()]
    context = {"rows": rows, "can_pay": gateway.is_configured()}
    return render(request, "billing/console_plans.html", context)


@page(Audience.OPERATOR)
@never_cache
@require_safe
def invoices(request: HttpRequest) -> HttpResponse:
    """What cities still owe, oldest due first."""
    page = Paginator(queries.open_invoices(), 50).get_page(request.GET.get("page"))
    return render(request, "billing/console_invoices.html", {"page": page, "at": now()})


@page(Audience.OPERATOR)
@never_cache
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """Webhooks as they came, and how they went."""
    state = request.GET.get("state", "")
    state = state if state in StripeEvent.State.values else ""
    page = Paginator(queries.events(state=state), 50).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "state": state,
        "states": StripeEvent.State.choices,
        "last": queries.last_reconciliation(),
    }
    return render(request, "billing/console_events.html", context)


@page(Audience.OPERATOR)
@require_POST
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    operating.replay(pk, by=operator_of(request))
    messages.success(request, "Dikerjakan ulang; hasilnya tampil sebentar lagi.")
    return redirect("console-events")


# --- a city's page and the list -----------------------------------------------------------------


def plan_column(cities: Sequence[City]) -> dict[int, str]:
    """Each city's running plan, in one query."""
    live = Subscription.objects.filter(
        account__city__in=list(cities), status__in=("active", "trialing", "past_due", "unpaid")
    )
    found = {}
    for city_id, code in live.values_list("account__city_id", "plan"):
        plan = plans.find(code)
        found[city_id] = plan.name if plan else code
    return found


def figures() -> list[Figure]:
    """What comes in each month, and what is owed. Three queries."""
    live = Subscription.objects.filter(status__in=("active", "past_due", "unpaid"))
    monthly = sum(
        amount if interval == "month" else amount // 12
        for interval, amount in live.values_list("interval", "rupiah")
    )
    at = now()
    owed = list(queries.open_invoices().values_list("total", "due_at"))
    late = [total for total, due in owed if due is not None and due < at]
    failed = StripeEvent.objects.filter(state=StripeEvent.State.FAILED).count()
    return [
        Figure("Pendapatan per bulan, tanpa PPN", format_rupiah(monthly), reverse("console-plans")),
        Figure(
            "Tagihan belum dibayar",
            f"{grouped(len(owed))}, {format_rupiah(sum(total for total, _ in owed))}",
            reverse("console-invoices"),
        ),
        Figure(
            "Di antaranya lewat jatuh tempo", grouped(len(late)), reverse("console-invoices"),
            bool(late),
        ),
        Figure(
            "Peristiwa Stripe yang gagal", grouped(failed),
            f"{reverse('console-events')}?state=failed", bool(failed),
        ),
    ]  # fmt: skip


# Stripe's states in words; what it adds later is shown as it is.
SUBSCRIPTION_STATES = {
    "active": "aktif",
    "trialing": "masa coba",
    "past_due": "terlambat dibayar",
    "unpaid": "tidak dibayar",
    "paused": "dijeda",
    "incomplete": "pembayaran pertama belum selesai",
    "incomplete_expired": "pembayaran pertama gagal",
    "canceled": "berakhir",
}
INVOICE_STATES = {
    "draft": "draf",
    "open": "belum dibayar",
    "paid": "lunas",
    "void": "dibatalkan",
    "uncollectible": "tidak tertagih",
}


def section(request: HttpRequest, city: City) -> Section:
    """Subscription, the latest invoices, and how use has grown."""
    account = queries.account_of(city)
    if account is None:
        return Section("Langganan", "billing/console_section.html", {"account": None})
    at = now()
    today = at.astimezone(city.tz).date()
    days = queries.usage_days(account, since=usage.first_day(today))
    meters = [
        {
            "use": use,
            "chart": usage.chart(usage.by_month(days, use.name, today, use.used), use.limit),
        }
        for use in queries.uses(city, at)
    ]
    found = queries.current(account)
    return Section(
        "Langganan",
        "billing/console_section.html",
        {
            "account": account,
            "subscription": found,
            "plan": plans.find(found.plan) if found else None,
            "state": SUBSCRIPTION_STATES.get(found.status, found.status) if found else "",
            "invoices": [
                {"row": row, "state": INVOICE_STATES.get(row.status, row.status)}
                for row in queries.invoices(account)[:6]
            ],
            "meters": meters,
        },
        shows_use=True,
    )


class Steering:
    """An operator's deeds, with what follows for the city's bill (lifecycle)."""

    def _account(self, city: City) -> Account:
        return actions.open_account(city)

    def suspend(self, city: City, *, reason: str, by: User) -> None:
        operating.hold(self._account(city).pk, reason=reason, by=by)

    def resume(self, city: City, *, reason: str, by: User) -> None:
        operating.release(self._account(city).pk, by=by)

    def extend_trial(self, city: City, *, until: datetime, reason: str, by: User) -> None:
        operating.extend_trial(self._account(city).pk, until=until, by=by)

    def settle(self, city: City) -> None:
        lifecycle.settle(self._account(city).pk, now())
