"""Processes that take numbers of letters at the same time and are killed in the midst of it.

``python -m tests.letters.number_takers SCHEMA UNIT PERSON COUNT WORKERS SEED`` starts ``WORKERS``
children by fork. Each writes one letter per transaction; the parent kills random ones with
SIGKILL and starts others until ``COUNT`` letters are there. It prints how many it killed.
"""

import os
import random
import signal
import sys
import time

import django


def main(schema: str, unit_id: int, person_id: int, count: int, workers: int, seed: int) -> int:
    """How many children were killed."""
    django.setup()
    from django.db import connection

    from tenants.registry.models import City

    city = City.objects.get(schema_name=schema)
    connection.close()
    chance, children, killed = random.Random(seed), set[int](), 0
    while True:
        while len(children) < workers:
            child = os.fork()
            if child == 0:
                _take_for_ever(city, unit_id, person_id)
            children.add(child)
        time.sleep(chance.uniform(0.02, 0.2))
        written = _written(city)
        if written >= count:
            break
        victim = chance.choice(sorted(children))
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
        children.discard(victim)
        killed += 1
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return killed


def _written(city: object) -> int:
    from django.db import connection

    from services.letters.models import Letter
    from tenants.backend.scope import in_city

    with in_city(city):  # type: ignore[arg-type]
        written = Letter.objects.count()
    connection.close()  # no child shares it
    return written


def _take_for_ever(city: object, unit_id: int, person_id: int) -> None:
    """One letter after another, each with its number in one transaction. Ends by being killed."""
    from datetime import date

    from django.db import transaction

    from kernel.ids import secret_code
    from services.letters import numbering
    from services.letters.models import Letter
    from tenants.backend.scope import in_city
    from tenants.office.models import Unit

    day = date(2026, 11, 24)
    try:
        with in_city(city):  # type: ignore[arg-type]
            unit = Unit.objects.get(pk=unit_id)
            while True:
                with transaction.atomic():
                    taken = numbering.take(
                        unit=unit, topic="sktm", title="SKTM", code="400.9", day=day
                    )
                    Letter.objects.create(
                        code=secret_code(), unit=unit, register=taken.register, year=taken.year,
                        sequence=taken.sequence, number=taken.number, subject="Uji",
                        person_id=person_id, signer_title="Lurah", issued_on=day,
                        content_sealed=b"-",
                    )  # fmt: skip
    finally:
        os._exit(1)


if __name__ == "__main__":
    first, *rest = sys.argv[1:]
    sys.stdout.write(f"{main(first, *map(int, rest))}\n")
