"""Who deletes their city is charged no more, and never held up by money."""

import pytest
from django.db import transaction

from billing import closing, gateway
from billing.models import Account, Change
from tenants.backend.scope import in_public
from tenants.ownership.closing import closers
from tenants.registry.models import City
from tests.billing.life import Life
from tests.billing.test_life import life

__all__ = ["life"]  # the fixture
pytestmark = [pytest.mark.django_db, pytest.mark.processes]


def ended(life: Life) -> None:
    """As the deletion does: told first, then without its city."""
    with in_public(), transaction.atomic():
        city = City.objects.get(pk=life.city.pk)
        closing.stop(city)
        Account.objects.filter(city=city).update(city=None)


def test_the_subscription_ends_with_the_paid_period(life: Life) -> None:
    assert closing.stop in list(closers)
    account = life.account
    life.pay_by_card("madya", "month")
    life.deliver()
    ended(life)
    life.work()
    account.refresh_from_db()
    running = account.subscriptions.get()
    assert running.is_live and running.cancel_at_period_end
    assert Change.objects.get().by_name == "Penghapusan kota"


def test_stripe_away_or_something_waiting_holds_nothing_up(
    life: Life, caplog: pytest.LogCaptureFixture, settings: object
) -> None:
    account = life.account
    ended(life)  # nothing to end
    Account.objects.filter(pk=account.pk).update(city=life.city)
    life.pay_by_card("madya", "month")
    life.deliver()
    Change.objects.create(account=account, kind=Change.Kind.RESUME, by_name="x")
    ended(life)
    assert "goes on" in caplog.text
    Account.objects.filter(pk=account.pk).update(city=life.city)
    settings.STRIPE_API_KEY = ""  # type: ignore[attr-defined]
    assert not gateway.is_configured()
    ended(life)
