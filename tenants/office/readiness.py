"""What is left before residents are served, and which kelurahan and desa take requests."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from kernel.clock import now
from kernel.registry import Registry
from tenants.backend.scope import in_city, once_here
from tenants.office.models import Holding, Post, Profile, Unit
from tenants.office.queries import current_holdings, unit_at, vouched_units, vouching_heads
from tenants.office.roles import Can, can, having
from tenants.registry.models import City

# A desk is a role and those who may act instead; one of them holding office is enough.
Desk = tuple[str, ...]


def are_held(desks: Iterable[Desk], unit_code: str, on: date) -> bool:
    """Whether each of these desks of a unit, or of its successor, has somebody on a day."""
    held = _roles_held(unit_code, on)
    return all(held.intersection(desk) for desk in desks)


def is_ready(village_code: str, on: date) -> bool:
    """Whether a village has somebody at the counter and somebody who signs: what nearly every
    service needs."""
    held = _roles_held(village_code, on)
    return all(any(can(role, needed) for role in held) for needed in (Can.COUNTER, Can.SIGNS))


def _roles_held(unit_code: str, on: date) -> set[str]:
    return once_here(("office.roles_held", unit_code, on), lambda: _held(unit_code, on))


def _held(unit_code: str, on: date) -> set[str]:
    unit = unit_at(unit_code)
    if unit is None:
        return set()
    holdings = current_holdings(on).filter(post__unit=unit, user__is_active=True)
    return set(holdings.values_list("post__role", flat=True))


def villages(on: date) -> QuerySet[Any]:
    """Every kelurahan and desa, with ``has_counter`` and ``has_head``."""

    def is_held(by: Can) -> Exists:
        at_desk = Holding.objects.filter(having(by, "post__role"), post__unit=OuterRef("pk"))
        return Exists(at_desk.filter(pk__in=current_holdings(on), user__is_active=True))

    found = Unit.objects.filter(kind__in=[Unit.Kind.KELURAHAN, Unit.Kind.DESA], is_active=True)
    return found.annotate(has_counter=is_held(Can.COUNTER), has_head=is_held(Can.SIGNS)).order_by(
        "code"
    )


def ready_villages(on: date) -> QuerySet[Any]:
    """Those whose counter and head are held: the only ones that take new requests."""
    return villages(on).filter(has_counter=True, has_head=True)


def unready_villages(on: date) -> QuerySet[Any]:
    """The others."""
    return villages(on).exclude(has_counter=True, has_head=True)


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the set-up checklist."""

    title: str
    hint: str
    done: bool
    page: str  # where it is done: the name of its URL
    count: str = ""  # "3 dari 15", where counting helps


tasks: Registry[Callable[[date], Task]] = Registry(
    "set-up tasks", "what a new city has to do before residents can apply, in order"
)


def checklist(city: City) -> dict[str, Task]:
    """What is left before residents can apply, in the order to do it."""
    with in_city(city):
        today = now().astimezone(city.tz).date()
        return {key: task(today) for key, task in tasks.items()}


def _territory(_on: date) -> Task:
    hint = "Kecamatan, kelurahan, dan desa sudah terisi dari data resmi Kemendagri."
    return Task("Wilayah", hint, True, "setup-units")


def _face(_on: date) -> Task:
    profile = Profile.objects.first()
    done = bool(profile and profile.logo and profile.contact)
    hint = "Logo dan kontak pengaduan tampil di halaman warga."
    return Task("Logo dan kontak", hint, done, "setup-face")


def _addresses(_on: date) -> Task:
    units = Unit.objects.filter(kind__in=[Unit.Kind.KELURAHAN, Unit.Kind.DESA], is_active=True)
    every, addressed = units.count(), units.exclude(address="").count()
    hint = "Alamat tiap kelurahan dan desa tercetak di kop surat."
    return Task("Alamat kop surat", hint, addressed > 0, "setup-units", f"{addressed} dari {every}")


def _villages(on: date) -> Task:
    ready, every = ready_villages(on).count(), villages(on).count()
    hint = (
        "Yang siap punya petugas loket dan lurah, kepala desa, atau sekretarisnya. Warga kelurahan "
        "lain belum bisa mengajukan."
    )
    title = "Kelurahan dan desa yang siap"
    return Task(title, hint, ready > 0, "setup-readiness", f"{ready} dari {every}")


def _neighbourhoods(on: date) -> Task:
    held = current_holdings(on).filter(post=OuterRef("pk"), user__is_active=True)
    heads = Post.objects.filter(having(Can.HEADS), Exists(held), unit__in=vouched_units()).count()
    every, called = vouched_units().count(), " dan ".join(vouching_heads())
    hint = f"Tunjuk {called} yang membenarkan warga."
    return Task(called, hint, heads > 0, "setup-neighbourhoods", f"{heads} dari {every}")


tasks.add("wilayah", _territory, order=10)
tasks.add("identitas", _face, order=30)
tasks.add("alamat", _addresses, order=40)
tasks.add("kelurahan", _villages, order=60)
tasks.add("rt", _neighbourhoods, order=70)
