"""Who may be the second person that confirms a city's deletion."""

from collections.abc import Callable
from datetime import datetime

from accounts.models import User
from kernel.identities import is_same, is_same_phone
from kernel.registry import Registry, name_of
from tenants.backend.scope import in_city
from tenants.office import queries as office
from tenants.ownership import rules
from tenants.ownership.models import DeletionRequest
from tenants.registry.models import City

same_person: Registry[Callable[[User, User], bool]] = Registry(
    "same person", "what else tells that two accounts of a city are one person's, such as the NIK"
)


def on_comparing(run: Callable[[User, User], bool]) -> None:
    """Register another way in which two accounts show themselves as one person's."""
    same_person.add(name_of(run), run)


def are_one_person(one: User, other: User) -> bool:
    """Whether two administrators are the same person, by account, address, phone or NIK."""
    return (
        one.pk == other.pk
        or any(is_same(a, b) for a in (one.email, one.login) for b in (other.email, other.login))
        or is_same_phone(one.phone, other.phone)
        or any(run(one, other) for run in same_person)
    )


def others(request: DeletionRequest, city: City, *, at: datetime) -> list[tuple[User, datetime]]:
    """Administrators who may confirm this request, now or from a later moment on."""
    found = []
    with in_city(city):
        asker = User.objects.filter(pk=request.asked_by_id).first()
        for user, since in office.admins_since(at.astimezone(city.tz).date()):
            if asker is not None and are_one_person(asker, user):
                continue
            begins = rules.may_confirm_from(
                asked_by=(request.asked_by_id, request.asked_by_email),
                asked_at=request.asked_at,
                who=(user.pk, user.email or user.login),
                since=since,
            )
            if begins is not None:
                found.append((user, begins))
    return found


def second_people(request: DeletionRequest, city: City, *, at: datetime) -> list[User]:
    """Administrators who may confirm this request now."""
    return [user for user, begins in others(request, city, at=at) if begins <= at]
