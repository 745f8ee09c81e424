"""Notices about a deletion, to all administrators and whoever signed; kept out of every quota."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from accounts.models import User
from kernel.identities import folded
from kernel.registry import Registry
from kernel.tanggal import moment_text
from messaging.notices import Notice, tell, write_to
from tenants.backend.scope import in_city, in_public
from tenants.office import queries as office
from tenants.ownership.models import DeletionRequest
from tenants.ownership.notices import ASKED, CANCELLED, CONFIRMED, DONE, FOR_OPERATORS, TOMORROW
from tenants.registry.models import City
from tenants.registry.queries import public_page

PAGE = "ownership-delete"
RECENT = 60  # days: whoever was an administrator so recently is told too


also_told: Registry[Callable[[City], Iterable[str]]] = Registry(
    "told of a deletion", "further addresses of a city, such as whoever pays"
)


def recipients(request: DeletionRequest, city: City, at: datetime) -> list[str]:
    """Administrators of today and of the last weeks, both people, whoever pays, and the operators;
    each address once. One administrator who ends the others' posts cannot act unnoticed."""
    today = at.astimezone(city.tz).date()
    with in_city(city):
        admins = [user.email or user.login for user in office.recent_admins(today, days=RECENT)]
    with in_public():
        operators = User.objects.filter(is_operator=True, is_active=True).order_by("pk")
        addresses = [user.email or user.login for user in operators]
    more = [address for source in also_told for address in source(city)]
    found = [*admins, request.asked_by_email, request.confirmed_by_email, *more, *addresses]
    return list(dict.fromkeys(folded(address) for address in found if "@" in address))


def _send(request: DeletionRequest, what: str, about: Notice, to: list[str], **values: Any) -> None:
    with in_public():
        for number, address in enumerate(to):
            write_to(address, about, key=f"deletion:{what}:{request.pk}:{number}",
                     city=request.city_name, **values)  # fmt: skip


def _to_all(
    request: DeletionRequest, city: City, what: str, about: Notice, at: datetime, **values: Any
) -> None:
    _send(request, what, about, recipients(request, city, at), **values)


def asked(request: DeletionRequest, city: City, at: datetime) -> None:
    _to_all(request, city, "asked", ASKED, at, by=request.asked_by_name, reason=request.reason,
            link=city.page(PAGE))  # fmt: skip


def operators_needed(request: DeletionRequest) -> None:
    """The city has no second administrator: an operator must be the other person."""
    with in_public():
        people = User.objects.filter(is_operator=True, is_active=True).exclude(email="")
        for operator in people:
            tell(
                FOR_OPERATORS, operator, key=f"deletion:operators:{request.pk}:{operator.pk}",
                city=request.city_name, by=request.asked_by_name,
                link=public_page("console-deletion", request.pk),
            )  # fmt: skip


def confirmed(request: DeletionRequest, city: City, at: datetime) -> None:
    assert request.grace_until is not None
    _to_all(
        request, city, "confirmed", CONFIRMED, at, confirmed_by=request.confirmed_by_name,
        by=request.asked_by_name, starts=moment_text(request.grace_until, city.timezone),
        link=city.page(PAGE),
    )  # fmt: skip


def cancelled(request: DeletionRequest, city: City, at: datetime) -> None:
    _to_all(request, city, "cancelled", CANCELLED, at, by=request.cancelled_by_name)


def tomorrow(request: DeletionRequest, city: City, changes: int, at: datetime) -> None:
    assert request.grace_until is not None
    starts = max(request.grace_until, at)
    _to_all(
        request, city, "tomorrow", TOMORROW, at, starts=moment_text(starts, city.timezone),
        changes=changes, copies=city.page("ownership"), link=city.page(PAGE),
    )  # fmt: skip


def done(request: DeletionRequest, at: datetime) -> None:
    """To the addresses noted when the city was closed: its own tables are gone."""
    _send(request, "done", DONE, request.recipients,
          link=public_page("certificate", request.certificate_code))  # fmt: skip
