"""From what is paid to what a city may do: facts, the rule's verdict, and writing it down.

``settle`` runs after every event of Stripe, after every deed of a person, and every hour for all.
Repeating it changes nothing. It never deletes anything.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from billing import mails, plans
from billing.mirror import lock
from billing.models import OWED, Account, Invoice, Reminder, Subscription
from billing.rules import (
    REMIND_AFTER,
    REMIND_BEFORE,
    Standing,
    debt_since,
    due_notice,
    due_reminder,
    next_status,
)
from tenants.backend.scope import in_public
from tenants.registry import entitlements
from tenants.registry.models import City

log = logging.getLogger(__name__)

ISSUED = 0  # a Reminder's kind: neither before nor after a day
WARNING = Q(kind=REMIND_AFTER[-1])


@dataclass(frozen=True, slots=True)
class Facts:
    """What our rows say about one account."""

    running: Subscription | None
    ended: Subscription | None  # the last that ended, when none runs
    owed: Invoice | None  # the oldest invoice that should have been paid
    owed_since: datetime | None


def facts_of(account: Account, at: datetime) -> Facts:
    known = list(account.subscriptions.exclude(status__startswith="incomplete"))
    running = next((one for one in known if one.is_live), None)
    ended = None
    if running is None:
        over = [one for one in known if one.ended_at is not None]
        ended = max(over, key=lambda one: one.ended_at or one.started_at, default=None)
    owed, since = _owed(account, at)
    if owed is None and running is not None and running.status in ("past_due", "unpaid"):
        # Stripe says so, although no invoice of ours does (yet): believe it.
        since = min(at, running.period_start or at)
    return Facts(running, ended, owed, since)


def _owed(account: Account, at: datetime) -> tuple[Invoice | None, datetime | None]:
    """The oldest missing payment. By invoice it is missing from its due date; by card from the
    first failed attempt."""
    oldest: tuple[datetime, Invoice] | None = None
    rows = account.invoices.filter(status__in=OWED, remaining__gt=0).select_related("subscription")
    for invoice in rows:
        subscription = invoice.subscription
        if subscription is not None and subscription.status.startswith("incomplete"):
            continue  # the first payment failed: nothing was served for it
        late = subscription is not None and subscription.status in ("past_due", "unpaid")
        if invoice.collection_method == "send_invoice":
            due = invoice.due_at or invoice.issued_at
            if due > at and not late:
                continue
        else:
            due = invoice.issued_at
            if not invoice.was_attempted and not late:
                continue
        due = min(due, at)
        if oldest is None or due < oldest[0]:
            oldest = (due, invoice)
    return (oldest[1], oldest[0]) if oldest else (None, None)


def _about(account: Account, city: City, facts: Facts, at: datetime) -> str:
    """What a reminder is about: the same debt has the same words."""
    if facts.owed is not None:
        return facts.owed.stripe_id
    if facts.owed_since is not None and facts.running is not None:
        return f"late:{facts.running.stripe_id}"
    if facts.ended is not None:
        return f"ended:{facts.ended.stripe_id}"
    return f"trial:{city.trial_ends_at:%Y-%m-%d}" if city.trial_ends_at else "trial:"


def standing_of(account: Account, city: City, at: datetime) -> Standing:
    """The rule's view of a city. Call in public."""
    return _standing(account, city, facts_of(account, at), at)


def _standing(account: Account, city: City, facts: Facts, at: datetime) -> Standing:
    warned = (
        account.reminders.filter(WARNING, about=_about(account, city, facts, at))
        .values_list("sent_at", flat=True)
        .first()
    )
    return Standing(
        status=city.status,
        is_live=facts.running is not None,
        owed_since=facts.owed_since,
        ended_at=facts.ended.ended_at if facts.ended else None,
        trial_ends_at=city.trial_ends_at,
        is_held=bool(account.held_reason),
        warned_at=warned,
    )


def debt_of(account: Account, city: City, at: datetime) -> tuple[str, datetime] | None:
    """What is missing, and since when. Call in public."""
    facts = facts_of(account, at)
    since = debt_since(_standing(account, city, facts, at), at)
    return None if since is None else (_about(account, city, facts, at), since)


def settle(account_id: int, at: datetime, *, by_hand: bool = False) -> str:
    """Bring a city where it belongs: limits, state, reminders. Returns its state. ``by_hand``: an
    operator's deed, which the console tells the administrators of."""
    with in_public(), transaction.atomic():
        account = lock(account_id)
        city = account.city
        if city is None or city.status in (City.Status.CLOSED, City.Status.PROVISIONING):
            return city.status if city else City.Status.CLOSED
        facts = facts_of(account, at)
        if facts.running is not None:
            _grant(city, facts.running)
            city.refresh_from_db()
        standing = _standing(account, city, facts, at)
        since = debt_since(standing, at)
        about = _about(account, city, facts, at)
        if since is not None and not standing.is_held:
            # Demo cities have no trial that ends; with a subscription they live like others.
            _remind(account, city, facts, about, since, at)
            standing = _standing(account, city, facts, at)
        elif city.trial_ends_at is not None and facts.running is None and since is None:
            _announce(account, city, city.trial_ends_at, at)
        _tell_issued(account, city, at)
        wanted = next_status(standing, at)
        if wanted != city.status:
            entitlements.set_status(
                city.pk, wanted, reason=account.held_reason or _why(about, since), by=None, at=at
            )
            mails.status_changed(
                account, city, before=city.status, after=wanted, at=at, by_hand=by_hand
            )
        return wanted


def _why(about: str, since: datetime | None) -> str:
    return f"{about} belum dibayar sejak {since:%Y-%m-%d}" if since else "tidak ada tunggakan"


def _grant(city: City, running: Subscription) -> None:
    """What the subscription allows. A first subscription ends the trial for good."""
    plan = plans.find(running.plan)
    if plan is not None:  # of a plan no longer offered the city keeps what it has
        entitlements.grant(city.pk, plan.limits, by=None)
    if city.trial_ends_at is not None:
        entitlements.set_trial_end(city.pk, None, reason="berlangganan", by=None)


def _remind(
    account: Account, city: City, facts: Facts, about: str, since: datetime, at: datetime
) -> None:
    """Send the reminder that is due; those slept through are passed over."""
    sent = list(account.reminders.filter(about=about, kind__gt=0).values_list("kind", flat=True))
    kind = due_reminder(since, at, sent)
    if kind is None:
        return
    made = _note(account, about, kind, at, facts.owed)
    if made:
        mails.reminder(account, city, facts.owed, about=about, days=kind, since=since, at=at)


def _announce(account: Account, city: City, ends_at: datetime, at: datetime) -> None:
    about = f"trial:{ends_at:%Y-%m-%d}"
    known = account.reminders.filter(about=about, kind__lt=0).values_list("kind", flat=True)
    kind = due_notice(ends_at, at, [-step for step in known])
    if kind is not None and _note(account, about, -kind, at, None):
        mails.trial_ends(account, city, ends_at=ends_at, days=kind, at=at)


def _tell_issued(account: Account, city: City, at: datetime) -> None:
    """Announce invoices with a due date, each once, while they are not due."""
    fresh = account.invoices.filter(
        status="open", collection_method="send_invoice", remaining__gt=0, due_at__gt=at
    )
    for invoice in fresh:
        if _note(account, invoice.stripe_id, ISSUED, at, invoice):
            mails.issued(account, city, invoice, at)


def _note(account: Account, about: str, kind: int, at: datetime, invoice: Invoice | None) -> bool:
    _, made = Reminder.objects.get_or_create(
        account=account, about=about, kind=kind, defaults={"sent_at": at, "invoice": invoice}
    )
    return made


def settle_all(at: datetime) -> int:
    """Settle every account; one that fails is reported and holds up no other. How many."""
    with in_public():
        ids = list(
            Account.objects.filter(city__isnull=False)
            .exclude(city__status__in=[City.Status.CLOSED, City.Status.PROVISIONING])
            .values_list("pk", flat=True)
        )
    done = 0
    for account_id in ids:
        try:
            settle(account_id, at)
            done += 1
        except Exception:
            log.exception("account %s could not be settled", account_id)
    return done


def trial_days_left(city: City, at: datetime) -> int | None:
    """Days until the trial ends, begun ones counted; None without a running trial."""
    if city.status != City.Status.TRIAL or city.trial_ends_at is None:
        return None
    left = city.trial_ends_at - at
    return max(0, -(-left // timedelta(days=1)))


SHOW_TRIAL_FROM = REMIND_BEFORE[0]  # days before its end a trial is mentioned on every page
