"""A service with a fee, and the treasurer who takes it."""

import copy
from typing import Any

from accounts.models import User
from services.applications.models import Application
from services.cases.models import Step
from services.catalogue.actions import publish
from services.catalogue.blueprint import Blueprint
from services.catalogue.queries import service
from services.payments.models import FeeOrder
from tenants.office import structure
from tenants.office.models import Post, Unit
from tenants.office.queries import posts_of
from tests.factories import MONDAY, Cast, approve, official, submitted

TARIFF: dict[str, Any] = {
    "law": "Perda Nomor 2 Tahun 2024 tentang Pajak Daerah dan Retribusi Daerah",
    "dated": "2024-01-05",
    "account": "4.1.02.03.01.0001",
    "rows": [
        {"label": "Pelayanan", "amount": 10_000},
        {"label": "Setiap tanggungan", "amount": 5_000, "per": "tanggungan", "unit": "orang"},
    ],
}
AMOUNT = 25_000  # of the answers of tests.factories.SKTM
PAY: dict[str, Any] = {
    "key": "bayar", "kind": "payment", "title": "Pembayaran retribusi", "level": "kelurahan",
    "role": "bendahara", "clock": {"amount": 14, "unit": "hari"},
}  # fmt: skip


def with_fee(**step: Any) -> Blueprint:
    """SKTM as a city with a Perda would have it: paid between the counter and the Lurah."""
    current = service("sktm").current
    assert current is not None
    found = copy.deepcopy({k: v for k, v in current.definition.items() if k != "translations"})
    found["tariff"] = copy.deepcopy(TARIFF)
    found["steps"].insert(2, {**PAY, **step})
    return Blueprint.model_validate(found)


def treasurer(unit: Unit, by: User, login: str = "bendahara") -> User:
    """Somebody who takes fees at an office, appointed as a city does."""
    if not Post.objects.filter(unit=unit, role="bendahara").exists():
        structure.add_post(
            unit=unit, role="bendahara", title=f"Bendahara Penerimaan {unit.name}", by=by
        )
    return official(login, unit, "bendahara")


def posts(user: User) -> list[Post]:
    return posts_of(user, MONDAY.date())


def ordered(cast: Cast, **step: Any) -> tuple[Application, FeeOrder]:
    """An application that waits for its payment, and its order."""
    publish(with_fee(**step), actor=None)
    sent = submitted(cast)
    approve(sent, cast.hasan, cast.rina)
    return sent, order_of(sent)


def order_of(application: Application) -> FeeOrder:
    """The latest order of an application, read afresh."""
    return FeeOrder.objects.filter(asked_at__step__case=application).latest("pk")


def fee_step(application: Application) -> Step:
    return Step.objects.filter(case=application, kind="payment").latest("pk")
