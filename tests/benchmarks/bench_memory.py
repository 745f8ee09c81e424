"""What a server process keeps in memory after seeing many cities."""

from django.conf import settings
from django.db import connection

from accounts.models import User
from messaging.models import Outbox
from tenants.office.models import Holding, Post, Unit
from tenants.registry.models import City
from tenants.registry.scope import in_city, in_public
from tests.benchmarks.cities import make, scratch
from tests.benchmarks.harness import Bench


def _touch(city: City) -> None:
    """The queries of an ordinary page."""
    with in_city(city):
        list(Unit.objects.select_related("parent")[:5])
        list(Post.objects.select_related("unit")[:5])
        list(Holding.objects.select_related("user", "post__unit")[:5])
        User.objects.filter(login="x").first()
        Outbox.objects.filter(state="due").count()


def _memory() -> float:
    """MiB the server process has allocated."""
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT sum(total_bytes) FROM pg_backend_memory_contexts")
        return float(cursor.fetchone()[0]) / 1024 / 1024


def _round(cities: list[City], limit: int) -> list[float]:
    settings.CITIES_PER_CONNECTION = limit
    connection.close()
    seen = []
    for city in cities:
        _touch(city)
        connection.close_if_unusable_or_obsolete()  # as at the end of each request
        seen.append(_memory())
    return seen


def bench_memory(bench: Bench) -> None:
    limit = settings.CITIES_PER_CONNECTION
    with scratch("memory"):
        cities = make(bench.cities)
        control = max(_round(cities, 10**6))
        ours = max(_round(cities, limit))
    bench.record(
        f"highest, recycled after {limit} cities, {len(cities)} touched",
        [ours],
        control="never recycled",
        against=[control],
        unit="MiB",
    )
    settings.CITIES_PER_CONNECTION = limit
