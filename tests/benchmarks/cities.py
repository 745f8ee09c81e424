"""A database of its own for a benchmark, with as many cities as asked for."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from django.db import connection, connections

from tenants.backend.scope import in_city
from tenants.office.models import Unit
from tenants.registry import provisioning, regions
from tenants.registry.models import City
from tenants.schemas import template

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def scratch(name: str) -> Iterator[None]:
    """An empty, prepared database; dropped afterwards."""
    here = connection.settings_dict
    before = here["NAME"]
    name = f"bench_{name}_{os.getpid()}"
    admin = psycopg2.connect(
        host=here["HOST"], port=here["PORT"] or None, user=here["USER"],
        password=here["PASSWORD"], dbname="postgres",
    )  # fmt: skip
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    connections.close_all()
    here["NAME"] = name
    try:
        template.prepare()
        yield
    finally:
        connections.close_all()
        here["NAME"] = before
        with admin.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        admin.close()


def found(area: regions.Regency, *, use_spare: bool = False) -> City:
    """A city without its territory: schema, rows and one unit, so that a query finds something."""
    city = provisioning.create(area, subdomain=f"b{area.schema_name}", use_spare=use_spare)
    with in_city(city):
        Unit.objects.create(kind=Unit.Kind.CITY, code=city.code, name=city.name)
    City.objects.filter(pk=city.pk).update(status=City.Status.ACTIVE)
    return city


def make(count: int) -> list[City]:
    """The first ``count`` of the 514."""
    return [found(area) for area in regions.all_regencies()[:count]]


def environment(**more: str) -> dict[str, str]:
    """For another process on the present database."""
    here = connection.settings_dict
    at = f"{here['USER']}:{here['PASSWORD']}@{here['HOST']}:{here['PORT'] or 5432}"
    return {
        **os.environ,
        "DATABASE_URL": f"postgres://{at}/{here['NAME']}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}",
        "PYTHONSAFEPATH": "1",
        **more,
    }


def stock(task: str, *arguments: str) -> list[float]:
    """Seconds of each call of a task of ``stock.py``: django-tenants as it comes."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.stock", task, *arguments],
        env=environment(), cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [float(word) for word in done.stdout.split()[-len(arguments) :]]
