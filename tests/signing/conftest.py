from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.test import Client

from accounts.models import User
from services.applications import issuing
from services.letters.models import Letter
from services.signing import accounts, certificates, confirming, making, secret
from services.signing.models import Attempt, Batch, Signature
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, make_cast, official, submitted
from tests.signing.standin import Standin, running

PASSPHRASE = "empat kuda hijau berlari"


@dataclass
class Desk:
    """A city that signs, its Lurah, and what they do."""

    cast: Cast

    @property
    def lurah(self) -> User:
        return self.cast.lurah

    def letter(self) -> Letter:
        """One more letter that waits for the Lurah's signature."""
        application = submitted(self.cast)
        approve(application, self.cast.hasan, self.cast.rina, self.cast.lurah)
        issuing.finish_letters(application_id=application.pk, at=MONDAY)
        return Letter.objects.latest("pk")

    def sign(self, *letters: Letter, passphrase: str = PASSPHRASE, key: str = "") -> Batch:
        """What the page and the worker do."""
        ids = [one.pk for one in Signature.objects.filter(letter__in=letters)]
        batch = confirming.begin(
            key=key or f"k{Batch.objects.count()}", signature_ids=ids, passphrase=passphrase,
            by=self.lurah, at=MONDAY,
        )  # fmt: skip
        tries = list(Attempt.objects.filter(batch=batch).values_list("pk", flat=True))
        making.work(batch.pk, tries, secret.keep(passphrase))
        return batch


@pytest.fixture(scope="module")
def standin() -> Iterator[Standin]:
    """The stand-in of the signing gateway, running for the tests of one file."""
    with running() as found:
        yield found


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def local(cast: Cast) -> Desk:
    """The city signs with its own certificates; the Lurah has one."""
    accounts.keep(
        provider="local", is_on=True, base="", allow_http=False, typed={"level": "B-B"},
        by=cast.lurah, at=MONDAY,
    )  # fmt: skip
    certificates.enrol(user=cast.lurah, passphrase=PASSPHRASE, again=PASSPHRASE, at=MONDAY)
    return Desk(cast)


@pytest.fixture
def admin_of(in_bontang: City, cast: Cast) -> User:
    return official("admin", Unit.objects.get(code=in_bontang.code), "admin")


@pytest.fixture
def as_(in_bontang: City, client_for: Callable[[City], Client]) -> Callable[[User], Client]:
    """A browser in which this user is signed in."""

    def enter(user: User) -> Client:
        client = client_for(in_bontang)
        client.force_login(user, "accounts.backends.LoginBackend")
        return client

    return enter
