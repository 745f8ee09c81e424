"""What a server process keeps in memory after seeing many cities."""

from collections.abc import Callable

from django.apps import apps
from django.conf import settings
from django.db import connection

from accounts.models import User
from messaging.models import Outbox
from tenants.backend.scope import in_city, in_public
from tenants.office.models import Holding, Post, Unit
from tenants.registry.models import City
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


def _touch_everything(city: City) -> None:
    """A query on each of the city's tables: the worst case."""
    with in_city(city):
        for model in apps.get_models():
            config = model._meta.app_config
            if config is not None and config.name in settings.TENANT_APPS:
                model._default_manager.first()


def _memory() -> float:
    """MiB the server process has allocated."""
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT sum(total_bytes) FROM pg_backend_memory_contexts")
        return float(cursor.fetchone()[0]) / 1024 / 1024


def _round(cities: list[City], limit: int, touch: Callable[[City], None]) -> list[float]:
    settings.CITIES_PER_CONNECTION = limit
    connection.close()
    seen = []
    for city in cities:
        touch(city)
        connection.close_if_unusable_or_obsolete()  # as at the end of each request
        seen.append(_memory())
    return seen


def bench_memory(bench: Bench) -> None:
    limit = settings.CITIES_PER_CONNECTION
    with scratch("memory"):
        cities = make(bench.cities)
        for what, touch in (("5 queries", _touch), ("every table", _touch_everything)):
            control = max(_round(cities, 10**6, touch))
            ours = max(_round(cities, limit, touch))
            bench.record(
                f"highest, {what} in each of {len(cities)} cities, recycled after {limit}",
                [ours],
                control="never recycled",
                against=[control],
                unit="MiB",
            )
    settings.CITIES_PER_CONNECTION = limit
