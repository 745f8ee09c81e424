"""How a city comes to be: its schema and rows in one transaction, then its seeders one by one.

What has been done stands in the city's own row (``done_stages``), written in the transaction
that did it. Whoever is killed at whatever moment leaves either a finished stage or none; the
next ``advance`` goes on from there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from django.conf import settings
from django.db import IntegrityError, transaction
from django_tenants.models import TenantMixin

from kernel.clock import now
from kernel.errors import RuleBroken, Stale
from kernel.registry import Registry, name_of
from tenants.backend.scope import in_city, in_public
from tenants.registry import entitlements
from tenants.registry.deletion import is_being_deleted
from tenants.registry.keys import new_city_key
from tenants.registry.models import City, Domain
from tenants.registry.regions import Regency, subdomain_fault
from tenants.schemas import prepared
from tenants.schemas.create import create_schema

Seed: TypeAlias = Callable[[City], None]


@dataclass(frozen=True, slots=True, order=True)
class Seeder:
    order: int
    name: str
    label: str
    run: Seed


seeders: Registry[Seeder] = Registry("seeders", "steps of a new city, in order")


def seeder(*, order: int, label: str) -> Callable[[Seed], Seed]:
    """Register a step of a new city: runs inside its schema, in one transaction, in order.

    It must be idempotent. ``label`` (Indonesian, "Menyiapkan …") shows on the progress page
    while the step runs.
    """

    def register(run: Seed) -> Seed:
        name = name_of(run)
        seeders.add(name, Seeder(order, name, label, run), order=order)
        return run

    return register


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a city stands on its way."""

    percent: int
    label: str
    finished: bool


def stage_of(city: City) -> Stage:
    """How far a city has come; the label names what is being done now."""
    left = [s for s in seeders if s.name not in city.done_stages]
    if not left:
        return Stage(100, "Selesai", True)
    steps = len(seeders) + 1
    return Stage(100 * (steps - len(left)) // steps, left[0].label, False)


def create(area: Regency, *, subdomain: str, is_demo: bool = False, use_spare: bool = True) -> City:
    """City, domain and schema in one transaction; seeders follow with ``advance``.

    RuleBroken for a subdomain that cannot be; Stale when the city or the subdomain was taken
    meanwhile: of two at the same instant exactly one comes through.
    """
    fault = subdomain_fault(subdomain)
    if fault:
        raise RuleBroken(fault, field="subdomain")
    try:
        with in_public(), transaction.atomic():
            if is_being_deleted(area.schema_name):
                raise Stale(f"{area.name} yang lama masih dihapus. Coba lagi sebentar lagi.")
            city = City(
                schema_name=area.schema_name,
                code=area.code,
                name=area.name,
                province=area.province.name,
                subdomain=subdomain,
                timezone=area.timezone,
                is_demo=is_demo,
                data_key=new_city_key(code=area.code),
            )
            # Past TenantMixin.save, which looks for similar names: ours are never typed.
            super(TenantMixin, city).save(force_insert=True)
            Domain(
                tenant=city, domain=f"{subdomain}.{settings.BASE_DOMAIN}", is_primary=True
            ).save()
            if not (use_spare and prepared.claim(area.schema_name)):
                create_schema(area.schema_name)
    except IntegrityError as error:
        raise _taken(area, subdomain, error) from error
    return city


def _taken(area: Regency, subdomain: str, error: IntegrityError) -> Exception:
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    if "subdomain" in constraint or "domain" in constraint:
        return Stale(f"Alamat {subdomain} baru saja dipakai. Pilih alamat lain.", field="subdomain")
    if constraint.startswith("registry_city"):
        return Stale(f"{area.name} sudah terdaftar.", field="code")
    return error


def advance(city_id: int) -> bool:
    """Do the next stage of a city, in one transaction; whether another one is left.

    Safe to call from several workers: the city's row is locked for the whole stage.
    """
    with in_public(), transaction.atomic():
        city = City.objects.select_for_update().get(pk=city_id)
        left = [s for s in seeders if s.name not in city.done_stages]
        if not left:
            if city.status == City.Status.PROVISIONING:
                entitlements.begin_trial(city, at=now())
            return False
        with in_city(city):
            left[0].run(city)
        city.done_stages = [*city.done_stages, left[0].name]
        city.save(update_fields=["done_stages"])
        if len(left) == 1 and city.status == City.Status.PROVISIONING:
            entitlements.begin_trial(city, at=now())
        return len(left) > 1


def finish(city: City) -> City:
    """All stages that are left, here and now; the city as it stands afterwards."""
    while advance(city.pk):
        pass
    with in_public():
        done: City = City.objects.get(pk=city.pk)
        return done
