"""Reads of billing, for the pages of a city and of the operator. None of them asks Stripe,
except where it says so; all work without a key.

    account_of(city) -> Account | None
    current(account) -> Subscription | None      the one that runs, else the last that ran
    overview(city, at) -> Overview               everything the page of a city's admin shows
    invoices(account), usage_days(account, since)
    plan_options(account) -> [PlanOption]        what each plan would mean for this city
    preview(account, plan, interval)             asks Stripe what a change costs now
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from billing import gateway, plans
from billing.lifecycle import debt_of, standing_of
from billing.models import (
    Account,
    Change,
    Invoice,
    PlanPrice,
    Reconciliation,
    Reminder,
    StripeEvent,
    Subscription,
    UsageDay,
)
from billing.plans import Interval, Plan
from billing.rules import debt_since, stops_at, tax_of
from billing.stripe_objects import InvoiceSeen
from kernel.errors import RuleBroken
from tenants.backend.scope import in_public
from tenants.registry import entitlements
from tenants.registry.entitlements import Limits
from tenants.registry.models import City


def account_of(city: City) -> Account | None:
    """The city's account; None before anybody looked."""
    with in_public():
        return Account.objects.filter(city_id=city.pk).first()


def current(account: Account) -> Subscription | None:
    """The subscription that counts: one that runs before one that ended, newest first."""
    with in_public():
        found = list(account.subscriptions.exclude(status__startswith="incomplete"))
    live = [subscription for subscription in found if subscription.is_live]
    return next(iter(live or found), None)


def waiting_change(account: Account) -> Change | None:
    """What a person asked for and the worker has not done yet."""
    with in_public():
        return account.changes.filter(state=Change.State.WAITING).first()


def last_change(account: Account) -> Change | None:
    """The latest thing a person asked for: its state says how it went, ``problem`` why not."""
    with in_public():
        return account.changes.first()


def invoices(account: Account) -> QuerySet[Invoice]:
    """Every invoice but drafts, newest first. Evaluate in public."""
    return account.invoices.exclude(status="draft")


def usage_days(account: Account, *, since: date) -> list[UsageDay]:
    """A row a day, oldest first, for the charts."""
    with in_public():
        return list(account.usage.filter(day__gte=since))


@dataclass(frozen=True, slots=True)
class Use:
    """How much of one limit is used."""

    name: str  # letters, seats, storage, messages
    label: str
    used: int  # storage: bytes
    limit: int | None  # the same unit; None: no limit

    @property
    def percent(self) -> int | None:
        if self.limit is None:
            return None
        return 100 if self.limit == 0 else min(100, round(100 * self.used / self.limit))

    @property
    def is_full(self) -> bool:
        return self.limit is not None and self.used >= self.limit


LABELS = {
    "letters": "Surat terbit bulan ini",
    "seats": "Kursi petugas",
    "storage": "Ruang berkas",
    "messages": "E-mail bulan ini",
}


def uses(city: City, at: datetime) -> list[Use]:
    """Usage against limits, now."""
    limits, counted = entitlements.limits_of(city), entitlements.usage(city, at)
    names: tuple[entitlements.MeterName, ...] = ("letters", "seats", "storage", "messages")
    return [Use(name, LABELS[name], counted.get(name, 0), limits.of(name)) for name in names]


@dataclass(frozen=True, slots=True)
class Overview:
    """A city's money on one page."""

    account: Account | None
    subscription: Subscription | None
    plan: Plan | None  # None on trial, or for a plan no longer offered
    can_pay: bool  # a Stripe key is configured
    uses: list[Use]
    next_payment_at: datetime | None
    next_payment: int | None  # rupiah with PPN, as far as known
    debt_since: datetime | None
    stops_at: datetime | None  # read only from then on, if nothing is paid
    open_invoices: list[Invoice]
    change: Change | None  # the latest thing asked for


def overview(city: City, at: datetime) -> Overview:
    """Everything the page of a city's admin shows at a glance. Asks no Stripe."""
    counted = uses(city, at)
    account = account_of(city)
    if account is None:
        return Overview(
            account=None, subscription=None, plan=None, can_pay=gateway.is_configured(),
            uses=counted, next_payment_at=None, next_payment=None, debt_since=None, stops_at=None,
            open_invoices=[], change=None,
        )  # fmt: skip
    with in_public():
        found = current(account)
        renews = found is not None and found.is_live and not found.cancel_at_period_end
        standing = standing_of(account, city, at)
        return Overview(
            account=account,
            subscription=found,
            plan=plans.find(found.plan) if found else None,
            can_pay=gateway.is_configured(),
            uses=counted,
            next_payment_at=found.period_end if found and renews else None,
            next_payment=found.rupiah + tax_of(found.rupiah) if found and renews else None,
            debt_since=debt_since(standing, at),
            stops_at=stops_at(standing.warned_at),
            open_invoices=list(account.invoices.filter(status="open")),
            change=last_change(account),
        )


@dataclass(frozen=True, slots=True)
class PlanOption:
    """What one plan would mean for one city."""

    plan: Plan
    is_present: bool
    is_upgrade: bool
    exceeded: list[str]  # labels of limits that are used beyond this plan already


def plan_options(city: City, interval: Interval, at: datetime) -> list[PlanOption]:
    """Every plan, and where the city already uses more than it allows (nothing is lost then;
    new requests wait until there is room)."""
    account = account_of(city)
    present = current(account) if account else None
    running = present if present is not None and present.is_live else None
    used = entitlements.usage(city, at)
    return [
        PlanOption(
            plan=plan,
            is_present=running is not None
            and (running.plan, running.interval) == (plan.code, interval),
            is_upgrade=running is None or is_upgrade(running, plan, interval),
            exceeded=_exceeded(plan.limits, used),
        )
        for plan in plans.plans()
    ]


def _exceeded(limits: Limits, used: dict[str, int]) -> list[str]:
    names: tuple[entitlements.MeterName, ...] = ("letters", "seats", "storage", "messages")
    found = []
    for name in names:
        limit = limits.of(name)
        if limit is not None and used.get(name, 0) > limit:
            found.append(LABELS[name])
    return found


def is_upgrade(running: Subscription, plan: Plan, interval: Interval) -> bool:
    """Whether the change costs more: per month, or a whole year in advance of the same plan."""
    before = running.rupiah * (12 if running.interval == "month" else 1)
    after = plan.price(interval) * (12 if interval == "month" else 1)
    return after > before or (running.interval == "month" and interval == "year")


def preview(account: Account, plan_code: str, interval_text: str) -> InvoiceSeen:
    """What a change to this plan would cost at once. Asks Stripe: raises its troubles."""
    plan, interval = plans.plan(plan_code), plans.interval(interval_text)
    with in_public():
        running = current(account)
        price = PlanPrice.objects.filter(plan=plan.code, interval=interval, is_current=True).first()
    if running is None or not running.is_live or not account.stripe_customer_id or price is None:
        raise RuleBroken("Belum ada langganan yang bisa diubah.")
    return gateway.preview_change(
        customer=account.stripe_customer_id,
        subscription=running.stripe_id,
        item=running.item_id,
        price=price.stripe_price_id,
    )


# --- for the operator's console -------------------------------------------------------------------


def accounts() -> QuerySet[Account]:
    """Every account with its city. Evaluate in public."""
    return Account.objects.select_related("city")


def events(*, state: str = "") -> QuerySet[StripeEvent]:
    """Webhooks, newest first. Evaluate in public."""
    return StripeEvent.objects.filter(state=state) if state else StripeEvent.objects.all()


def open_invoices() -> QuerySet[Invoice]:
    """What cities still owe, oldest due first. Evaluate in public."""
    owed = Invoice.objects.filter(status="open").select_related("account")
    return owed.order_by("due_at", "issued_at")


def reminders(account: Account) -> list[Reminder]:
    with in_public():
        return list(account.reminders.select_related("invoice").order_by("-sent_at"))


def last_reconciliation() -> Reconciliation | None:
    with in_public():
        return Reconciliation.objects.first()


def debt(account: Account, city: City, at: datetime) -> tuple[str, datetime] | None:
    """What is missing (an invoice's Stripe id, ``trial:…``, ``ended:…``) and since when."""
    with in_public():
        return debt_of(account, city, at)
