"""The steps of an import that a worker takes.

Each step is one outbox row and one transaction, which also notes how far the import is and orders
the next step: a worker that is killed leaves things as they were before its step, and the next
one does that step again. So every line is written once.
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import transaction

from audit import actions as audit
from kernel.clock import now
from services.residents.imports import (
    checks,
    counting,
    files,
    repair,
    runs,
    staging,
    undoing,
    writing,
)
from services.residents.imports.sheets import File
from services.residents.imports.tables import ending
from services.residents.models import ImportRun, Source
from services.residents.models.imports import KEEP_REFUSED

State = ImportRun.State
FAULT = "Impor terhenti karena gangguan di sistem kami. Coba lagi; hubungi pengelola bila berulang."


class _Stopped(Exception):
    """Somebody cancelled the import while it was being read."""


def step(payload: Mapping[str, Any]) -> None:
    """Take the next step of an import, in one transaction, and order the one after it."""
    run = ImportRun.objects.filter(pk=payload["run"]).first()
    if run is None or run.is_over:
        return
    with suppress(_Stopped), ending(partial(_fail, run)):
        if run.state == State.UPLOADED:
            _find_headings(run)
        elif run.state == State.READING:
            with transaction.atomic():
                read_and_check(run, runs.file_of(run))
        else:
            _next_batch(run.pk)


def _find_headings(run: ImportRun) -> None:
    found = runs.sheets_of(runs.file_of(run))
    run = runs.locked(run.pk, State.UPLOADED)
    runs.offer(run, found)
    run.save()


def _fail(run: ImportRun, message: str) -> None:
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    if not run.is_over:
        run.message = message[:500]
        runs.close(run, State.FAILED)


def gave_up(payload: Mapping[str, Any], error: str) -> None:
    """After the last attempt of a step: say so, and keep no file."""
    _fail(ImportRun(pk=payload["run"]), FAULT)


def read_and_check(run: ImportRun, file: File) -> None:
    """Read the file, find what is wrong and doubtful, count what would change. Nothing of the
    register is written."""
    if ImportRun.objects.filter(pk=run.pk).exclude(state=State.READING).exists():
        raise _Stopped
    checks.empty()

    def watch(rows: int) -> None:
        cache.set(_note(run), rows, 3600)
        if not ImportRun.objects.filter(pk=run.pk, state=State.READING).exists():
            raise _Stopped

    tally = staging.read(run, file, watch)
    if tally.numbers >= 4 and tally.numbers == tally.in_zero:
        checks.doubt_rounded()
    checks.check()
    run.counts = counting.count()
    run = _counted(run)
    run.repair_path = repair.keep(run, file)
    run.repair_until = now() + KEEP_REFUSED if run.repair_path else None
    runs.move(run, State.CHECKED)
    run.save()


def _counted(run: ImportRun) -> ImportRun:
    locked = ImportRun.objects.select_for_update().get(pk=run.pk)
    if locked.state != State.READING:
        raise _Stopped
    locked.counts = run.counts
    return locked


def _note(run: ImportRun) -> str:
    return f"import:{run.pk}:rows"


def rows_read(run: ImportRun) -> int:
    """How many rows of a file that is being read have been read; 0 when that is not known."""
    return int(cache.get(_note(run)) or 0)


def _next_batch(run_id: int) -> None:
    run = ImportRun.objects.select_for_update().get(pk=run_id)
    if run.state == State.WRITING:
        write_next(run)
    elif run.state == State.UNDOING:
        undo_next(run)
    else:
        return
    if not run.is_over:
        run.save()
        runs.order(run)


def write_next(run: ImportRun) -> None:
    """One batch of writing; the last one ends the import."""
    if run.phase == "prepare":
        writing.prepare(run)
        run.counts |= {
            "added": 0, "updated": 0, "cards": 0, "families": writing.last_family(),
            "last_line": writing.last_line(),
        }  # fmt: skip
        run.phase = "words"
    elif run.phase == "words":
        writing.learn_words()
        run.phase, run.position = "families", 1
    elif run.phase == "families":
        until = run.position + writing.FAMILIES
        run.counts["cards"] += writing.write_families(run, run.position, until)
        run.position = until
        if until > run.counts["families"]:
            run.phase, run.position = "people", 1
    else:
        until = run.position + writing.PEOPLE
        added, updated = writing.write_people(run, run.position, until)
        run.counts["added"] += added
        run.counts["updated"] += updated
        run.position = until
        if until > run.counts["last_line"]:
            _finish(run)


def _finish(run: ImportRun) -> None:
    left = writing.left_out()
    run.counts["left"] = left
    if left and run.path:  # what was doubtful and not accepted is repaired with the refused
        before = run.repair_path
        run.repair_path = repair.keep(run, runs.file_of(run))
        transaction.on_commit(lambda: files.forget(before))
    run.repair_until = now() + KEEP_REFUSED if run.repair_path else None
    runs.close(run, State.DONE)
    audit.record(
        "residents.imported", actor=run.by, subject="import", subject_id=run.pk,
        detail={name: run.counts[name] for name in ("added", "updated", "refused", "left")},
    )  # fmt: skip


def undo_next(run: ImportRun) -> None:
    """One batch of undoing, latest first; the last one ends it."""
    told = run.counts["undo"]
    origin = Source.objects.get(pk=told["origin"])
    if run.phase == "events":
        given, later, run.position = undoing.give_back(run, origin, run.position)
        told["given_back"] = told.get("given_back", 0) + given
        told["later"] = told.get("later", 0) + later
        if not run.position:
            run.phase, run.position = "people", undoing.last_person(run)
            told["last"] = run.position
    elif run.phase == "people" and run.position > 0:
        since = max(0, run.position - undoing.PEOPLE)
        gone, kept = undoing.remove_people(run, since + 1, run.position + 1)
        told["gone"] = told.get("gone", 0) + gone
        for why, count in kept.items():
            told[why] = told.get(why, 0) + count
        run.position = undoing.last_person(run, below=since + 1)
    else:
        told["families"] = undoing.remove_families(run)
        run.is_open = None
        runs.move(run, State.UNDONE)
        run.save()
