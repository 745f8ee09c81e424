"""A city, its administrator, a stand-in Stripe, and time: what the tests of billing play with."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.core import mail
from django.test import Client

from accounts.models import User
from billing import actions, lifecycle, queries
from billing.models import Account, Subscription
from kernel import clock
from messaging import outbox
from messaging.models import Outbox
from tenants.backend.scope import in_public
from tenants.registry.models import City
from tests.billing.standin import Receiver, Standin

VISA = "4242424242424242"
DECLINES = "4000000000000002"
FAILS_AT_RENEWAL = "4000000000000341"
DAY = timedelta(days=1)
KEY, SECRET = "sk_test_standin_tests", "whsec_standin_tests"


@dataclass
class Life:
    """Moves Stripe's clock and ours together; webhooks arrive when ``deliver`` says."""

    city: City
    admin: User
    standin: Standin
    receiver: Receiver
    browser: Client
    offset: timedelta = timedelta()
    handed: int = 0
    sent: list[tuple[bytes, str]] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        return clock.now() + self.offset

    @property
    def account(self) -> Account:
        return actions.open_account(self.city)

    @property
    def status(self) -> str:
        return self.fresh().status

    def fresh(self) -> City:
        with in_public():
            return City.objects.get(pk=self.city.pk)

    def subscription(self) -> Subscription:
        found = queries.current(self.account)
        assert found is not None
        return found

    def post(self, body: bytes, signature: str) -> int:
        answer = self.browser.post(
            "/stripe/webhook/", body, content_type="application/json",
            headers={"Stripe-Signature": signature},
        )  # fmt: skip
        return answer.status_code

    def arrived(self) -> list[tuple[bytes, str]]:
        """What Stripe has sent and nobody has taken yet."""
        self.standin.settled()
        new = self.receiver.got[self.handed :]
        self.handed = len(self.receiver.got)
        return new

    def deliver(self, order: Callable[[list], list] = lambda events: events) -> list[str]:
        """Hand the webhooks over, in an order of one's choice, and let the worker work."""
        events = order(self.arrived())
        for body, signature in events:
            assert self.post(body, signature) == 200
        self.work()
        return [json.loads(body)["type"] for body, _ in events]

    def work(self) -> None:
        with in_public():
            outbox.run_due()
            failed = Outbox.objects.exclude(error="").values_list("kind", "error")
            assert not list(failed)

    def pass_days(self, days: float, *, deliver: bool = True) -> str:
        """Time goes on in Stripe and here; the hourly task has run at the end of each day."""
        for _ in range(int(days)):
            self.standin.advance(1)
            self.offset += DAY
            if deliver:
                self.deliver()
            lifecycle.settle(self.account.pk, self.at)
        return self.status

    def pay_by_card(self, plan: str = "madya", interval: str = "month", card: str = VISA) -> str:
        """Through the payment page; the address it leads back to."""
        url = actions.start_card(
            self.account.pk, plan=plan, interval=interval, by=self.admin,
            return_to="http://bontang.localhost/kelola/langganan/",
        )  # fmt: skip
        _, _, back = self.standin.page(urlsplit(url).path, kartu=card)
        return back

    def change_card(self, card: str) -> None:
        url = actions.portal(self.account.pk, return_to="http://bontang.localhost/")
        assert self.standin.page(urlsplit(url).path, make="kartu", kartu=card)[0] == 200

    def pay_invoice(self, url: str, card: str = VISA) -> None:
        assert self.standin.page(urlsplit(url).path, make="bayar", kartu=card)[0] == 200

    def mails(self) -> list[tuple[str, str]]:
        """To whom, about what; in order."""
        self.work()
        return [(message.to[0], message.subject) for message in mail.outbox]
