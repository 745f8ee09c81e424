"""Work after the commit, and work the clock brings."""

import logging
from datetime import timedelta

from django.db import transaction

from billing import actions, changes, customers, events, gateway, lifecycle, reconcile
from billing.models import UsageDay
from kernel.clock import now
from messaging import work
from messaging.periodic import periodic
from tenants.backend.scope import in_public
from tenants.registry import entitlements
from tenants.registry.current import city

log = logging.getLogger(__name__)


def _event_failed(payload: work.Payload, error: str) -> None:
    events.give_up(payload["event"], error)


@work.effect("billing.event", on_failed=_event_failed, repeatable=True)
def event(payload: work.Payload, _key: str) -> None:
    """A webhook that was kept."""
    events.work_off(payload["event"], at=now())


def _change_failed(payload: work.Payload, error: str) -> None:
    changes.give_up(payload["change"], gateway.Unavailable().message, at=now())


@work.effect("billing.change", on_failed=_change_failed, repeatable=True)
def change(payload: work.Payload, _key: str) -> None:
    """Something a person asked for."""
    changes.carry_out(payload["change"], key=payload["key"], at=now())


@work.effect("billing.customer", repeatable=True)
def customer(payload: work.Payload, _key: str) -> None:
    """An account's new details, told to Stripe."""
    customers.ensure(payload["account"])


def settle_everybody() -> None:
    """Accounts for new cities, then every city where it belongs."""
    actions.open_missing()
    lifecycle.settle_all(now())


@periodic("billing.settle", every=timedelta(hours=1), in_cities=False)
def settle(_payload: work.Payload) -> None:
    """Ends of trials, reminders, stops; each account in a transaction of its own."""
    transaction.on_commit(settle_everybody)


@periodic("billing.usage", every=timedelta(days=1))
def usage(_payload: work.Payload) -> None:
    """What the city has used today, for its charts."""
    here, at = city(), now()
    used = entitlements.usage(here, at)
    account = actions.open_account(here)
    with in_public():
        UsageDay.objects.update_or_create(
            account=account,
            day=at.astimezone(here.tz).date(),
            defaults={
                name: used.get(name, 0) for name in ("letters", "seats", "storage", "messages")
            },
        )


def compare() -> None:
    """Report what differs; a Stripe that is away is asked again tomorrow."""
    try:
        found = reconcile.reconcile(now())
    except gateway.StripeTrouble as away:
        log.warning("no reconciliation today: %s", away.message)
        return
    if found.differences:
        log.error("Stripe and our rows differed: %s", found.differences)


@periodic("billing.reconcile", every=timedelta(days=1), in_cities=False)
def compare_nightly(_payload: work.Payload) -> None:
    """Compare Stripe with our rows, after this row's transaction."""
    if gateway.is_configured():
        transaction.on_commit(compare)
