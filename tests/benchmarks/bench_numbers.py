"""Ten thousand letters numbered by sixteen processes of which some are killed all the time.

Printed are the numbers that lack or are there twice (none may), how many processes were killed,
and the letters per second.
"""

import json
import subprocess
import sys
import time

from services.letters.models import Counter, Letter
from tenants.backend.scope import in_city, in_public
from tenants.office.models import Unit
from tenants.registry import provisioning, regions
from tests.benchmarks import cities
from tests.benchmarks.harness import Bench
from tests.factories import family

COUNT, WORKERS, SEED = 10_000, 16, 14


def bench_numbers(bench: Bench) -> None:
    with cities.scratch("numbers"):
        with in_public():
            area = regions.regency("64.74")
            assert area is not None
            city = provisioning.create(area, subdomain="bontang", use_spare=False)
            provisioning.finish(city)
        with in_city(city):
            village = Unit.objects.filter(kind=Unit.Kind.KELURAHAN).order_by("code")[0]
            person = family(village)[0]
        told = [city.schema_name, village.pk, person.pk, COUNT, WORKERS, SEED]
        start = time.perf_counter()
        ended = subprocess.run(
            [sys.executable, "-m", "tests.letters.number_takers", *map(str, told)],
            env=cities.environment(), cwd=cities.ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
        seconds = time.perf_counter() - start
        with in_city(city):
            sequences = list(Letter.objects.values_list("sequence", flat=True))
            last = Counter.objects.get(scope__startswith="surat:").value
        found = {
            "case": "letters numbered under kill -9", "letters": len(sequences),
            "killed": int(ended.stdout), "gaps": last - len(set(sequences)),
            "twins": len(sequences) - len(set(sequences)),
            "per_second": round(len(sequences) / seconds),
        }  # fmt: skip
    sys.stdout.write(json.dumps(found) + "\n")
