"""A request for a KK that lies at Disdukcapil."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from services.applications import actions
from services.applications.models import Application
from services.cases import decisions, documents
from services.catalogue.queries import service
from services.results import making
from services.results.handing import Taker
from services.results.models import Result
from tenants.office import queries as office
from tenants.office.models import Post, Unit
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, make_cast, official, photo, step_of

As = Callable[[User], Client]


def at(name: str, *args: object) -> str:
    return reverse(name, args=args, urlconf="config.urls_city")


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def signed_in(in_bontang: City, client_for: Callable[[City], Client]) -> As:
    def sign_in(user: User) -> Client:
        client = client_for(in_bontang)
        client.force_login(user, "accounts.backends.LoginBackend")
        return client

    return sign_in


def picture() -> documents.Accepted:
    return documents.accept(photo())


@dataclass
class Request:
    """Sari's request, and the official of Disdukcapil."""

    cast: Cast
    application: Application
    dani: User

    @property
    def posts(self) -> list[Post]:
        return office.posts_of(self.dani, MONDAY.date())

    def enter(self, number: str = "6474010101010001", **more: object) -> Result:
        told = {"valid_until": None, "file": None, **more}
        return making.enter(
            step_id=step_of(self.application).pk, key="kk", number=number, by=self.dani,
            at=MONDAY, **told,  # type: ignore[arg-type]
        )  # fmt: skip

    def approve(self) -> Application:
        decisions.approve(step_id=step_of(self.application).pk, by=self.dani, at=MONDAY)
        return Application.objects.get(pk=self.application.pk)

    def ready(self) -> Result:
        made = self.enter()
        self.approve()
        return Result.objects.get(pk=made.pk)


def shown(**changes: object) -> Taker:
    """The applicant, who shows an identity card."""
    told: dict[str, object] = {"to": "applicant", "proof": "identity", **changes}
    return Taker(**told)  # type: ignore[arg-type]


@pytest.fixture
def kk(cast: Cast) -> Request:
    return make_request(cast)


def make_request(cast: Cast) -> Request:
    """One that Disdukcapil has checked and now completes."""
    made = sent_request(cast)
    decisions.approve(step_id=step_of(made.application).pk, by=made.dani, at=MONDAY)
    return made


def sent_request(cast: Cast) -> Request:
    unit = Unit.objects.get(kind="dinas", code__endswith="/disdukcapil")
    dani = official("dani", unit, "petugas_dinas")
    draft = actions.begin(
        service=service("permohonan-kk"), applicant=cast.sari_person, by=cast.sari
    )
    wrong = actions.save_answers(
        application_id=draft.pk, typed={"alasan": "rusak"}, files={"kk_rusak": photo()},
        names={"kk_rusak": "kk.jpg"}, by=cast.sari,
    )  # fmt: skip
    assert wrong == {}
    sent = actions.submit(application_id=draft.pk, by=cast.sari, at=MONDAY)
    return Request(cast, sent, dani)
