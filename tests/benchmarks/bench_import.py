"""The register import, from the uploaded file to the last row written, against COPY of the same
rows: into a table without any index, and into one with the indexes and keys of the register.

``--cities N`` is the size: N times 50,000 rows; the default is a million. The worker is a process
of its own, as in a city; what its memory and that of a process that cleans came to is printed.
"""

import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import IO

from django.db import connection, transaction
from faker import Faker

from accounts.models import User
from kernel.nik import make_nik
from services.residents import codes
from services.residents.imports import arriving
from services.residents.models import Household, ImportRun, Person
from tenants.backend.scope import in_city
from tenants.office.models import Unit
from tenants.registry import regions
from tenants.registry.models import City
from tests.benchmarks import cities
from tests.benchmarks.harness import Bench

ROWS = 50_000  # for each of --cities
VILLAGES, RTS = 40, 25
HEADINGS = (
    "nik", "no_kk", "nama", "jenis_kelamin", "tempat_lahir", "tanggal_lahir", "alamat", "rt", "rw",
    "kelurahan", "agama", "status_kawin", "hubungan", "pendidikan", "pekerjaan", "nama_ayah",
    "nama_ibu", "kewarganegaraan", "penduduk_sejak", "status_dasar",
)  # fmt: skip


def _people(count: int) -> Iterator[list[str]]:
    """Invented families of one to five; every number is another one."""
    chance, fake = random.Random(1), Faker("id_ID")
    fake.seed_instance(1)
    first = [fake.first_name() for _ in range(3_000)]
    last = [fake.last_name() for _ in range(3_000)]
    towns = [fake.city_name() for _ in range(400)]
    streets = [fake.street_name() for _ in range(800)]
    work, school = list(codes.OCCUPATIONS.values()), [str(one.label) for one in codes.Education]
    serials: dict[str, int] = {}
    made = family = 0
    while made < count:
        family += 1
        village, rt = family % VILLAGES, family % RTS
        place = [f"{rt % 9 + 1:03d}", f"{rt // 9 + 1:03d}", f"64.74.01.{1001 + village}"]
        address = f"{chance.choice(streets)} {family % 211}"
        card = f"6474{family:012d}"
        surname, father, mother = chance.choice(last), chance.choice(first), chance.choice(first)
        for member in range(min(chance.choice((1, 2, 3, 4, 5)), count - made)):
            age = chance.randrange(22, 80) if member < 2 else chance.randrange(0, 22)
            born = date(2026, 1, 1) - timedelta(days=age * 365 + chance.randrange(365))
            female = member == 1 or (member > 1 and chance.random() < 0.5)
            area = f"6474{made % 97 + 1:02d}"
            prefix = make_nik(area=area, born=born, female=female, serial=1)[:12]
            serials[prefix] = serials.get(prefix, 0) + 1
            nik = f"{prefix}{serials[prefix]:04d}"
            name = f"{chance.choice(first)} {surname}"
            yield [
                nik, card, name, "P" if female else "L", chance.choice(towns),
                born.strftime("%d-%m-%Y"), address, *place, "Islam",
                "Kawin" if member < 2 else "Belum Kawin",
                ("Kepala Keluarga", "Istri", "Anak")[min(member, 2)], chance.choice(school),
                chance.choice(work), f"{father} {surname}", mother, "WNI", born.isoformat(),
                "HIDUP",
            ]  # fmt: skip
            made += 1


def _write(out: IO[str], count: int) -> None:
    table = csv.writer(out, delimiter=";")
    table.writerow(HEADINGS)
    table.writerows(_people(count))


def _city() -> City:
    area = regions.regency("64.74")
    assert area is not None
    city = cities.found(area)
    with in_city(city):
        Unit.objects.bulk_create(
            Unit(kind=Unit.Kind.KELURAHAN, code=f"64.74.01.{1001 + n}", name=f"Kelurahan {n}")
            for n in range(VILLAGES)
        )
    return city


def _imported(city: City, path: Path, by: User) -> tuple[float, dict[str, object]]:
    """Seconds from a stored file to the end, and what the worker told."""
    with path.open("rb") as file:
        chunks = iter(lambda: file.read(1 << 16), b"")
        run = arriving.upload(
            name="a.csv", size=1, chunks=chunks, facts_on=date(2026, 1, 1), by=by
        )  # fmt: skip
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.import_worker", city.code, str(run.pk)],
        env=cities.environment(), cwd=cities.ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    assert told["state"] == ImportRun.State.DONE, told
    return seconds, told


def _copied(table: str, like: str, keys: str = "") -> float:
    """Seconds to COPY all rows of a table into an empty one like it."""
    with tempfile.TemporaryFile() as rows, connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND attgenerated = ''",
            [table],
        )
        (columns,) = cursor.fetchone()
        with transaction.atomic():
            cursor.copy_expert(f"COPY {table} ({columns}) TO STDOUT", rows)
        rows.seek(0)
        with transaction.atomic():
            cursor.execute(f"CREATE TABLE bench_copy (LIKE {table} {like})")
            for statement in filter(None, keys.split(";")):
                cursor.execute(statement)
        start = time.perf_counter()
        with transaction.atomic():
            cursor.copy_expert(f"COPY bench_copy ({columns}) FROM STDIN", rows, 1 << 16)
        seconds = time.perf_counter() - start
        with transaction.atomic():
            cursor.execute("DROP TABLE bench_copy")
    return seconds


PERSON, HOUSEHOLD = Person._meta.db_table, Household._meta.db_table
_KEY = "ALTER TABLE bench_copy ADD FOREIGN KEY ({}) REFERENCES {} DEFERRABLE INITIALLY DEFERRED"
PERSON_KEYS = ";".join(
    _KEY.format(column, table)
    for column, table in (("household_id", HOUSEHOLD), ("source_id", "residents_source"))
)
HOUSEHOLD_KEYS = ";".join(
    _KEY.format(column, table)
    for column, table in (("rt_id", "office_unit"), ("source_id", "residents_source"))
)


def bench_import(bench: Bench) -> None:
    count = bench.cities * ROWS
    with cities.scratch("import"), tempfile.TemporaryDirectory() as folder:
        city = _city()
        path = Path(folder) / "a.csv"
        with path.open("w", newline="") as out:
            _write(out, count)
        with in_city(city):
            by = User.objects.create_user("bench@contoh.go.id", None, name="Bench")
            seconds, told = _imported(city, path, by)
            sys.stderr.write(f"first: {json.dumps(told)}\n")
            assert Person.objects.count() == count, told
            plain = _copied(PERSON, "") + _copied(HOUSEHOLD, "")
            same = _copied(PERSON, "INCLUDING ALL", PERSON_KEYS) + _copied(
                HOUSEHOLD, "INCLUDING ALL", HOUSEHOLD_KEYS
            )
            again, told_again = _imported(city, path, by)
            sys.stderr.write(f"again: {json.dumps(told_again)}\n")
    rows = f"{count:,} rows"
    for case, ours, control, theirs in (
        ("import", seconds, "COPY into the same indexes and keys", same),
        ("import", seconds, "COPY into a table without indexes", plain),
        ("the same file again", again, "COPY into the same indexes and keys", same),
    ):
        bench.record(f"{case}, {rows}", [ours], control=control, against=[theirs], unit="s")
    for what in ("worker_mib", "children_mib"):
        bench.record(
            f"peak memory, {what.partition('_')[0]}", [float(str(told[what]))],
            control="the 400 MiB allowed", against=[400.0], unit="MiB",
        )  # fmt: skip
