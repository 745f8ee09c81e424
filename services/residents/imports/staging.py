"""From an uploaded file into ``ImportRow``: rows are read here, cleaned beside, and copied in."""

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice

from django.db import connection

from kernel.clock import now
from services.residents.imports import cleaner, sheets
from services.residents.imports.cleaning import Cleaner, Plan, Row
from services.residents.imports.problems import ImportRefused
from services.residents.imports.sheets import File
from services.residents.imports.staged import FACTS, LEADING
from services.residents.models import ImportRow, ImportRun
from services.residents.places import village_names
from services.residents.sealing import print_key, seal_key
from tenants.registry.current import city

CHUNK = 2_000  # rows cleaned at a time
BESIDE = 2  # processes that clean
FEW = 4_000  # rows that one process cleans before others have started


@dataclass(slots=True)
class Tally:
    """What passed by while a file was read."""

    rows: int = 0
    numbers: int = 0  # NIK and family card numbers
    in_zero: int = 0  # of them, those that end in 0


def plan_of(run: ImportRun) -> Plan:
    return Plan(
        columns=tuple(run.columns),
        villages=village_names(),
        village=run.village,
        today=now().astimezone(city().tz).date(),
        seal_key=seal_key(),
        print_key=print_key(),
    )


def read(run: ImportRun, file: File, watch: Callable[[int], None]) -> Tally:
    """Read and clean every row below the headings into ``ImportRow``. Call in a transaction.

    ``watch`` is told how many rows were read, and may raise to stop. Raises ImportRefused.
    """
    rows = islice(enumerate(sheets.rows_of(file, run.sheet), start=1), run.header + 1, None)
    tally = Tally()
    columns = ", ".join((*LEADING, *FACTS))
    copy = f"COPY {ImportRow._meta.db_table} ({columns}) FROM STDIN"
    with connection.cursor() as cursor, _cleaned(plan_of(run), rows) as chunks:
        for count, numbers, in_zero, lines in chunks:
            cursor.copy_expert(copy, io.BytesIO(lines), 1 << 16)
            tally.rows += count
            tally.numbers += numbers
            tally.in_zero += in_zero
            watch(tally.rows)
    if not tally.rows:
        raise ImportRefused(f"{run.name} tidak berisi satu pun penduduk.")
    return tally


Cleaned = tuple[int, int, int, bytes]


@contextmanager
def _cleaned(plan: Plan, rows: Iterator[Row]) -> Iterator[Iterator[Cleaned]]:
    """The rows cleaned in order, a chunk at a time: a small file here, a large one beside."""
    few = list(islice(rows, FEW))
    if len(few) < FEW:
        yield iter([Cleaner(plan).clean(few)])
        return
    with ExitStack() as stack:
        workers = [stack.enter_context(_process(plan)) for _ in range(BESIDE)]
        yield _in_turn(workers, _chunks(few, rows))


def _chunks(few: list[Row], rows: Iterator[Row]) -> Iterator[list[Row]]:
    for start in range(0, len(few), CHUNK):
        yield few[start : start + CHUNK]
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _in_turn(
    workers: list["subprocess.Popen[bytes]"], chunks: Iterator[list[Row]]
) -> Iterator[Cleaned]:
    """Each process has one chunk at a time; answers come back in the order of the file."""
    busy: list[subprocess.Popen[bytes]] = []
    idle = list(workers)
    for chunk in chunks:
        if not idle:
            worker = busy.pop(0)
            yield _answer(worker)
            idle.append(worker)
        worker = idle.pop()
        assert worker.stdin is not None
        cleaner.send(worker.stdin, cleaner.pack_rows(chunk))
        busy.append(worker)
    for worker in busy:
        yield _answer(worker)


def _answer(worker: "subprocess.Popen[bytes]") -> Cleaned:
    assert worker.stdout is not None
    content = cleaner.receive(worker.stdout)
    if content is None:
        raise RuntimeError(f"a process that cleans an import ended with {worker.poll()}")
    return cleaner.unpack(content)


@contextmanager
def _process(plan: Plan) -> Iterator["subprocess.Popen[bytes]"]:
    worker = subprocess.Popen(  # noqa: S603 - our own module, no shell
        [sys.executable, "-P", "-m", cleaner.__name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PYTHONIOENCODING": "utf-8"},
    )
    try:
        assert worker.stdin is not None
        cleaner.send(worker.stdin, cleaner.pack_plan(plan))
        yield worker
    finally:
        worker.kill()
        worker.wait()
        for pipe in (worker.stdin, worker.stdout):
            if pipe is not None:
                pipe.close()
