"""The control: django-tenants as it comes, with its own database backend, in its own process.

    python -m tests.benchmarks.stock save|clone|migrate|nothing NAME…

Prints the seconds each NAME took. ``clone`` copies the template by TENANT_BASE_SCHEMA;
``migrate`` knows one migration more than there is on disk.
"""

import contextlib
import sys
import time
from collections.abc import Callable

import django
from django.conf import settings


def main(task: str, names: list[str]) -> None:
    settings.DATABASES["default"]["ENGINE"] = "django_tenants.postgresql_backend"
    django.setup()
    from django.core.management import call_command

    from tenants.registry.models import City
    from tenants.schemas.compiler import TEMPLATE
    from tests.benchmarks.bench_migration import extra

    def save(name: str) -> None:
        city = City(
            schema_name=name, code=f"{name[1:3]}.{name[3:5]}", name=name, province="-",
            subdomain=name, timezone="Asia/Jakarta",
        )  # fmt: skip
        city.auto_create_schema = True
        city.save(verbosity=0)

    def migrate(name: str) -> None:
        call_command("migrate_schemas", schema_name=name, interactive=False, verbosity=0)

    run: dict[str, Callable[[str], None]] = {
        "save": save, "clone": save, "migrate": migrate, "nothing": migrate,
    }  # fmt: skip
    if task == "clone":
        settings.TENANT_CREATION_FAKES_MIGRATIONS = True
        settings.TENANT_BASE_SCHEMA = TEMPLATE
    with extra() if task == "migrate" else contextlib.nullcontext():
        for name in names:
            start = time.perf_counter()
            run[task](name)
            sys.stdout.write(f"{time.perf_counter() - start:.6f}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
