"""How every city is, counted city by city by a periodic task: the console asks no city.

probe("overdue", label="Langkah lewat tenggat")   registers who counts a trouble in a city
take(city)                                        count now, write it down in public
of(city)                                          the last count
"""

from collections.abc import Callable
from functools import cache
from typing import TypeAlias

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import Count, Min, Q

from kernel.clock import now
from kernel.registry import Registry
from messaging.models import Outbox
from tenants.backend.scope import in_city, in_public
from tenants.registry import entitlements
from tenants.registry.models import City, Health
from tenants.schemas import template

Probe: TypeAlias = Callable[[], int]
probes: Registry[tuple[str, Probe]] = Registry("health probes", "troubles counted in each city")


def probe(name: str, *, label: str) -> Callable[[Probe], Probe]:
    """Register who counts something that should be zero, in the current city's schema."""

    def register(count: Probe) -> Probe:
        probes.add(name, (label, count))
        return count

    return register


def labels() -> dict[str, str]:
    return {name: label for name, (label, _) in probes.items()}


@cache
def _loader() -> MigrationLoader:
    return MigrationLoader(None, ignore_no_migrations=True)  # the files: one release, one answer


def _missing() -> int:
    """Migrations the current schema lacks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return len(template.missing(_loader(), frozenset(cursor.fetchall())))


def take(city: City) -> Health:
    """Count, and write the city's row."""
    at = now()
    counted = entitlements.usage(city, at)
    with in_city(city):
        S = Outbox.State
        rows = Outbox.objects.aggregate(
            failed=Count("pk", filter=Q(state__in=[S.FAILED, S.HELD])),
            due=Count("pk", filter=Q(state__in=Outbox.OPEN, due_at__lte=at)),
            oldest=Min("due_at", filter=Q(state=S.DUE)),
        )
        found = {name: count() for name, (_, count) in probes.items()}
        missing = _missing()
    limits = entitlements.limits_of(city)
    names: tuple[entitlements.MeterName, ...] = ("letters", "seats", "storage", "messages")
    shares = [100 * counted.get(name, 0) / limit for name in names if (limit := limits.of(name))]
    with in_public(), transaction.atomic():
        health, _ = Health.objects.update_or_create(
            city_id=city.pk,
            defaults={
                "taken_at": at,
                **{name: counted.get(name, 0) for name in names},
                "fullest": min(999, round(max(shares, default=0))),
                "outbox_failed": rows["failed"],
                "outbox_due": rows["due"],
                "oldest_due_at": rows["oldest"],
                "migrations_missing": missing,
                "probes": found,
                "troubles": rows["failed"] + missing + sum(found.values()),
            },
        )
    return health


def of(city: City) -> Health | None:
    with in_public():
        return Health.objects.filter(city_id=city.pk).first()
