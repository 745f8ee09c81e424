"""Finding people in a register of two million, against ``ILIKE '%…%'``.

Each kind of search is asked many times, with other words each time, within a kelurahan, within a
kecamatan and in the whole city, with the pages in memory. What is counted is the time of the
database alone: as a clock shows it, and how long the server's process was on a processor, which
does not grow while other programs use the machine.
"""

import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from kernel.text import fold
from services.residents.models import Person, SearchWord
from services.residents.sealing import fingerprint, seal
from services.residents.search import finding, typed
from tenants.backend.scope import in_city, in_public
from tenants.registry import regions
from tests.benchmarks import two_million
from tests.benchmarks.cities import found, scratch
from tests.benchmarks.harness import Bench

PEOPLE = 2_000_000
EACH = 40  # searches of a kind, in each area
CONTROLS = 3  # of them by the control, which takes seconds
MOST = 20  # milliseconds


@contextmanager
def _database_time() -> Iterator[list[float]]:
    """Milliseconds of each statement."""
    spent: list[float] = []

    def timed(execute: Callable[..., Any], *statement: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(*statement)
        finally:
            spent.append((time.perf_counter() - start) * 1000)

    with connection.execute_wrapper(timed):
        yield spent


def server_time() -> Callable[[], float]:
    """Reads how many milliseconds the process behind this connection has been on a processor."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        told = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return lambda: int(told.read_text().split()[0]) / 1e6


def _people(count: int) -> list[Person]:
    """Anybody, in no order."""
    last = Person.objects.order_by("-pk").values_list("pk", flat=True)[0]
    some = random.sample(range(1, last + 1), count * 2)
    return list(Person.objects.select_related("household__rt").filter(pk__in=some)[:count])


def _numbers(people: Sequence[Person]) -> None:
    """A NIK and a card number of their own for those who are looked for by them."""
    for person in people:
        nik, card = f"6474{person.pk:012d}", f"6475{person.household_id:012d}"
        person.nik_sealed, person.nik_print = seal(nik), fingerprint(nik)
        person.household.kk_sealed, person.household.kk_print = seal(card), fingerprint(card)
        person.save(update_fields=["nik_sealed", "nik_print"])
        person.household.save(update_fields=["kk_sealed", "kk_print"])


def _mistyped(word: str) -> str:
    at = random.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _words(person: Person) -> list[str]:
    return [word for word in fold(person.name).split() if len(word) >= 4] or ["aminah"]


def _kinds(people: Sequence[Person]) -> Mapping[str, list[str]]:
    common = ["siti", "muhammad", "ahmad", "nur", "sri"]
    rare = list(SearchWord.objects.extra(where=["length(word) BETWEEN 5 AND 7"]).order_by("?")
                .values_list("word", flat=True)[:EACH])  # fmt: skip
    return {
        "a common name": [common[n % len(common)] for n in range(EACH)],
        "a rare name": rare,
        "part of a name": [word[n % 2 : n % 2 + 4] for n, word in
                           enumerate(_words(person)[0] for person in people)],
        "a name with a typing mistake": [_mistyped(_words(person)[-1]) for person in people],
        "two words": [" ".join(fold(person.name).split()[1::-1]) for person in people],
        "two common words": [f"{a} {b}" for a in common for b in common if a != b],
        "a name and a year": [f"{_words(person)[0]} {person.birth_date:%Y}" for person in people],
        "NIK": [person.nik for person in people],
        "KK": [person.household.kk_number for person in people],
        "address": [person.household.address for person in people],
        "birth date": [f"{person.birth_date:%d-%m-%Y}" for person in people],
        "birth date on 1 July": [f"1 Juli {1950 + n}" for n in range(EACH)],
        "phone": [f"0{8 * 10**10 + 7919 * person.household_id}" for person in people],
    }  # fmt: skip


def _control(text: str, area: str) -> list[Any]:
    """What one would write first: every word somewhere in the name, address, or date."""
    wanted = typed.read(text)
    conditions, values = ["p.place LIKE %s"], [f"{area}%"]
    for word in wanted.all_words or [text]:
        conditions.append("(p.name ILIKE %s OR h.address ILIKE %s OR p.phone ILIKE %s)")
        values += [f"%{word}%"] * 3
    if wanted.born:
        conditions[1:] = ["p.birth_date::text ILIKE %s"]
        values[1:] = [f"%{wanted.born}%"]
    sql = (
        "SELECT p.id FROM residents_person p JOIN residents_household h ON h.id = p.household_id"
        f" WHERE {' AND '.join(conditions)} ORDER BY p.name, p.id LIMIT 31"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def bench_search(bench: Bench) -> None:
    random.seed(7)
    with scratch("search"):
        with in_public():
            city = found(regions.all_regencies()[0])
        with in_city(city):
            start = time.perf_counter()
            with transaction.atomic():
                two_million.fill(PEOPLE)
            _say({"people": PEOPLE, "made_in_seconds": round(time.perf_counter() - start)})
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE residents_person, residents_household")
            people = _people(EACH)
            _numbers(people)
            _measure(bench, _kinds(people), people)


def _measure(bench: Bench, kinds: Mapping[str, list[str]], people: Sequence[Person]) -> None:
    """The 95th percentile of each kind in each kind of area; in turns, the control."""
    on_processor = server_time()
    for kind, texts in kinds.items():
        for name, length in (("kelurahan", 13), ("kecamatan", 8), ("city", 5)):
            ours: list[float] = []
            theirs: list[float] = []
            busy: list[float] = []
            for number, text in enumerate(texts):
                area = people[number % len(people)].place[:length]
                finding.find(typed.read(text), [area])  # its pages are in memory then
                before = on_processor()
                with _database_time() as spent:
                    finding.find(typed.read(text), [area])
                ours.append(sum(spent))
                busy.append(on_processor() - before)
                if number < CONTROLS:
                    with _database_time() as spent:
                        _control(text, area)
                    theirs.append(sum(spent))
            bench.record(f"{kind}, {name}", ours, control="ILIKE", against=theirs, unit="ms")
            clock, high = (statistics.quantiles(one, n=20)[-1] for one in (ours, busy))
            _say(
                {
                    "case": f"{kind}, {name}", "unit": "ms", "p95_by_clock": round(clock, 1),
                    "p95_on_processor": round(high, 1), f"within_{MOST}": high <= MOST,
                }
            )  # fmt: skip


def _say(line: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
