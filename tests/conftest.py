"""Two cities once per session, every test rolled back.

The session's database is a copy of one kept on the test server and named after a hash of the
source it was made from: only a changed model, seed or blueprint makes it anew. One copy per
xdist worker.
"""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import hypothesis
import psycopg2
import pytest
from psycopg2 import sql
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from django.test import Client

    from tenants.registry.models import City

ROOT = Path(__file__).resolve().parents[1]
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
CITIES = {"64.74": "bontang", "35.05": "blitarkab"}
# Sources that cannot change what a prepared database holds.
ELSEWHERE = {"static", "templates", "__pycache__", "local", "stripe_standin", "ui"}
WITHOUT_ROWS = {"views.py", "urls.py", "forms.py", "queries.py", "middleware.py", "context.py"}


# A loaded machine is no failure: speed is measured in benchmarks, never by a timed test. The same
# examples in each run: a failure is one of the change at hand, and comes again.
hypothesis.settings.register_profile("balai", deadline=None, derandomize=True)
hypothesis.settings.load_profile("balai")


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    if not settings.configured:  # -p no:django: tests of plain Python alone
        return
    if WORKER:  # each worker its own database of the cache server
        cache = settings.CACHES["default"]
        parts = urlsplit(cache["LOCATION"])
        number = int(parts.path.strip("/") or 0) + 1 + int(WORKER.removeprefix("gw"))
        cache["LOCATION"] = urlunsplit(parts._replace(path=f"/{number % 16}"))


# Minutes each, so that they cannot be what everybody waits for at the end. One worker makes the
# first start of all journeys with the first of them, while the next two need none.
LONGEST = (
    "test_story.py", "test_up.py", "test_city_at_work.py", "test_billing.py", "test_demo.py",
    "test_heads.py", "test_data.py",
)  # fmt: skip
SPLIT = ("test_story.py", "test_billing.py", "test_demo.py")  # a worker of its own for each test


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Quick ones first, server processes and browsers last; on several workers the longest first,
    the other slow ones next."""

    def slowness(item: pytest.Item) -> int:
        folder = item.path.relative_to(ROOT).parts[1]
        if item.path.name in LONGEST and folder in ("journeys", "local", "simulation"):
            return 2 + len(LONGEST) - LONGEST.index(item.path.name)
        return {"local": 1, "journeys": 2, "simulation": 2}.get(folder, 0)

    items.sort(key=slowness, reverse=bool(WORKER))


class ByFile(LoadScopeScheduling):
    """A file's tests stay on one worker, and files go out in the order collected."""

    def _split_scope(self, nodeid: str) -> str:
        path: str = nodeid.split("::", 1)[0]
        return nodeid if path.rpartition("/")[2] in SPLIT else path


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    config.option.loadscopereorder = False
    return ByFile(config, log)


def _fingerprint() -> str:
    """Of everything that decides tables, seeds and the two cities."""
    digest = hashlib.sha256(repr(sorted(CITIES.items())).encode())
    for top in ("platform", "tenants", "services", "billing"):
        for path in sorted((ROOT / top).rglob("*")):
            if (
                not path.is_file()
                or path.name in WITHOUT_ROWS
                or ELSEWHERE & set(path.parts)
                or path.suffix not in {".py", ".toml", ".txt", ".xz", ".gz", ".json", ".csv"}
            ):
                continue
            digest.update(str(path.relative_to(ROOT)).encode())
            digest.update(path.read_bytes())
    digest.update((ROOT / "uv.lock").read_bytes())
    return digest.hexdigest()[:12]


class Databases:
    """Makes and drops databases beside the one in DATABASE_URL."""

    def __init__(self) -> None:
        from django.db import connection

        self.settings = connection.settings_dict
        self.base = self.settings["NAME"].removeprefix("test_")
        self.maintenance = psycopg2.connect(
            host=self.settings["HOST"],
            port=self.settings["PORT"] or None,
            user=self.settings["USER"],
            password=self.settings["PASSWORD"],
            dbname="postgres",
        )
        self.maintenance.autocommit = True

    def run(self, text: str, *names: str) -> None:
        with self.maintenance.cursor() as cursor:
            cursor.execute(sql.SQL(text).format(*map(sql.Identifier, names)))

    def exists(self, name: str) -> bool:
        with self.maintenance.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            return cursor.fetchone() is not None

    def copy(self, source: str, name: str) -> None:
        self.run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self.run("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, source)

    @contextlib.contextmanager
    def using(self, name: str) -> Iterator[None]:
        """Every connection Django opens goes to this database."""
        from django.db import connections

        before = self.settings["NAME"]
        connections.close_all()
        self.settings["NAME"] = name
        try:
            yield
        finally:
            connections.close_all()
            self.settings["NAME"] = before

    def prepared(self) -> str:
        """The name of a database with both cities, made if there is none for this source."""
        prefix = f"{self.base}_suite_"
        name = prefix + _fingerprint()
        with self.maintenance.cursor() as cursor:
            # xdist workers start together: one makes it, the others wait here.
            cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [prefix])
            try:
                if not self.exists(name):
                    cursor.execute(
                        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]
                    )
                    for (old,) in cursor.fetchall():
                        self.run("DROP DATABASE IF EXISTS {} WITH (FORCE)", old)
                    half = f"{prefix}half"
                    self.run("CREATE DATABASE {}", half)
                    with self.using(half):
                        _prepare()
                    self.run("ALTER DATABASE {} RENAME TO {}", half, name)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [prefix])
        return name


def _prepare() -> None:
    from tenants.registry import provisioning, regions
    from tenants.schemas import template

    template.prepare()
    for code, subdomain in CITIES.items():
        area = regions.regency(code)
        assert area is not None
        provisioning.finish(provisioning.create(area, subdomain=subdomain, use_spare=False))
    _raise_sequences()


def _raise_sequences() -> None:
    """Every row a test makes in a city gets an id above 1,000,000: a page that prints ids with
    thousands separators, or a link or form made from them, then fails in whatever test opens it."""
    from django.db import connection

    from tenants.registry.models import City

    schemas = [*City.objects.values_list("schema_name", flat=True), "public"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, "
            "greatest(coalesce(last_value, 0), 1000002)) FROM pg_sequences "
            "WHERE schemaname = ANY(%s)",
            [schemas],
        )


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    found = Databases()
    yield found
    found.maintenance.close()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: object, databases: Databases
) -> Iterator[None]:
    """Instead of pytest-django's: a copy of the prepared database."""
    name = f"test_{databases.base}{'_' + WORKER if WORKER else ''}"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        databases.copy(databases.prepared(), name)
        with databases.using(name):
            yield
        databases.run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@pytest.fixture
def committed(
    django_db_setup: None, django_db_blocker: object, databases: Databases
) -> Iterator[None]:
    """A database of the test's own, with both cities: for what must really commit (several
    connections, workers, killed processes). Costs about a third of a second; not with ``db``.
    """
    name = f"test_{databases.base}_own{'_' + WORKER if WORKER else ''}"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        databases.copy(databases.prepared(), name)
        with databases.using(name):
            yield
        databases.run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@pytest.fixture(autouse=True)
def _nothing_left_over(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests with a database start with an empty cache and a folder of their own for files."""
    touching = {"db", "committed", "transactional_db", "bontang", "blitar", "public_client"}
    marked = request.node.get_closest_marker("django_db") is not None
    if not marked and not touching & set(request.fixturenames):
        yield
        return
    from django.core.cache import cache

    request.getfixturevalue("settings").MEDIA_ROOT = request.getfixturevalue("tmp_path") / "files"
    cache.clear()
    yield


def _city(code: str) -> "City":
    from tenants.backend.scope import in_public
    from tenants.registry.models import City

    with in_public():
        return City.objects.get(code=code)


@pytest.fixture
def bontang(request: pytest.FixtureRequest) -> "City":
    """Kota Bontang, with its territory and services; nobody lives there yet."""
    if "committed" not in request.fixturenames:
        request.getfixturevalue("db")
    return _city("64.74")


@pytest.fixture
def blitar(request: pytest.FixtureRequest) -> "City":
    """Kabupaten Blitar: desa instead of kelurahan, another time zone, another schema."""
    if "committed" not in request.fixturenames:
        request.getfixturevalue("db")
    return _city("35.05")


@pytest.fixture
def in_bontang(bontang: "City") -> Iterator["City"]:
    """The test stands in Kota Bontang."""
    from tenants.backend.scope import in_city

    with in_city(bontang):
        yield bontang


@pytest.fixture(autouse=True)
def _hosts_of_no_other_test() -> None:
    """What an earlier test did to a city is undone in the database; the process forgets it too."""
    from django.conf import settings

    if settings.configured:
        from tenants.registry import hosts

        hosts.forget()


@pytest.fixture
def client_for(db: None) -> "Callable[[City], Client]":
    """A browser without JavaScript at a city's address."""
    from django.test import Client

    return lambda city: Client(HTTP_HOST=city.host)


@pytest.fixture
def public_client(db: None) -> "Client":
    """The same at the platform's own address."""
    from django.conf import settings
    from django.test import Client

    return Client(HTTP_HOST=settings.BASE_DOMAIN)
