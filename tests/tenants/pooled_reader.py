"""Reads city after city through a pooler, from several threads, and counts the wrong answers.

    python pooled_reader.py ours|stock autocommit|atomic READS THREADS SCHEMA=CODE…

Prints one JSON object. ``stock`` is the backend of django-tenants as it comes; with ``atomic``
it also gets TENANT_LIMIT_SET_CALLS, its documented way to save statements.
"""

import json
import random
import sys
import threading

import django
from django.conf import settings


def main(backend: str, mode: str, reads: int, threads: int, cities: dict[str, str]) -> None:
    database = settings.DATABASES["default"]
    database["DISABLE_SERVER_SIDE_CURSORS"] = True
    database["CONN_HEALTH_CHECKS"] = False
    if backend == "stock":
        database["ENGINE"] = "django_tenants.postgresql_backend"
        settings.TENANT_LIMIT_SET_CALLS = mode == "atomic"
    django.setup()
    from django.db import Error, connection, transaction
    from django_tenants.utils import schema_context

    from tenants.office.models import Unit

    counted = {"reads": 0, "wrong": 0, "errors": 0}
    lock = threading.Lock()

    def read() -> str:
        return Unit.objects.values_list("code", flat=True).get(kind="kota")

    def one(wanted: str) -> bool:
        if mode == "autocommit":
            return read() == wanted
        with transaction.atomic():
            first = read()
        with transaction.atomic():  # the second block of a request
            return read() == first == wanted

    def work(number: int) -> None:
        chance = random.Random(number)
        for _ in range(reads // threads):
            schema = chance.choice(list(cities))
            outcome = "wrong"
            try:
                with schema_context(schema):
                    outcome = "right" if one(cities[schema]) else "wrong"
            except (Error, Unit.DoesNotExist):
                outcome = "errors"
            with lock:
                counted["reads"] += 1
                if outcome in counted:
                    counted[outcome] += 1
        connection.close()

    running = [threading.Thread(target=work, args=[n]) for n in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    sys.stdout.write(json.dumps(counted) + "\n")


if __name__ == "__main__":
    pairs = dict(word.split("=") for word in sys.argv[5:])
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), pairs)
