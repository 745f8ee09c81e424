"""A file arrives: whole, or in pieces where it is too large for one request."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import RuleBroken, Stale
from services.residents.imports import files, runs
from services.residents.imports.problems import ImportRefused
from services.residents.imports.sheets import WORKBOOK, Sheet
from services.residents.imports.tables import Kept, keeping
from services.residents.models import ImportRun
from tenants.registry.current import city

State = ImportRun.State
AT_ONCE = 1 << 20  # bytes of a workbook whose headings are read while one waits
MAX_PIECES = 64  # of 8 MB: 500 MB; two million rows of our columns are about 400


def upload(*, name: str, size: int, chunks: Iterable[bytes], facts_on: date, by: User) -> ImportRun:
    """Keep a file, and find its headings: at once, or by a worker where it is a large workbook.

    Raises ImportRefused for what is no table, RuleBroken while another import is under way.
    """
    if ImportRun.objects.filter(is_open=True).exists():
        raise RuleBroken(runs.BUSY, field="file")
    with keeping(chunks) as kept:
        is_small = kept.encoding != WORKBOOK or size <= AT_ONCE
        found = runs.sheets_of(kept.file) if is_small else []
        with transaction.atomic():
            run = runs.open_run(name=name, facts_on=facts_on, by=by)
            _begin(run, kept, found)
    return run


def _begin(run: ImportRun, kept: Kept, found: Sequence[Sheet]) -> None:
    """A file has arrived; its headings are found by a worker where that was not done yet."""
    run.path, run.encoding = kept.path, kept.encoding
    runs.move(run, State.UPLOADED)
    if found:
        runs.offer(run, found)
        if runs.is_ours(run):
            runs.move(run, State.READING)
            runs.order(run)
    else:
        runs.order(run)
    run.save()
    audit.record("residents.import_uploaded", actor=run.by, subject="import", subject_id=run.pk)


def receive(*, run_id: int | None, number: int, name: str, content: bytes, by: User) -> ImportRun:
    """Keep the next piece of a file that is too large for one request; the first makes the run.

    A piece that comes again is kept once. Raises RuleBroken while another import is under way, or
    when the file is too large; Stale for a piece out of turn.
    """
    path = files.keep([content])
    try:
        with transaction.atomic():
            if run_id is None:
                today = now().astimezone(city().tz).date()
                run = runs.open_run(name=name, facts_on=today, by=by, state=State.RECEIVING)
            else:
                run = runs.locked(run_id, State.RECEIVING)
            if run.by_id != by.pk or number > len(run.pieces):
                raise Stale("Unggahan ini terputus. Muat ulang halamannya, lalu unggah lagi.")
            if number < len(run.pieces):
                transaction.on_commit(lambda: files.forget(path))
                return run
            if number >= MAX_PIECES:
                raise RuleBroken("Berkas ini lebih dari 500 MB. Bagi menjadi beberapa.")
            run.pieces.append(path)
            run.moved_at = now()
            run.save()
    except BaseException:
        files.forget(path)
        raise
    return run


def received(*, run_id: int, facts_on: date, by: User) -> ImportRun:
    """All pieces of a file have arrived: put them together, and go on as with any file. Raises
    ImportRefused, and ends the import, when they are no table."""
    run = runs.get(run_id)
    if run.by_id != by.pk or run.state != State.RECEIVING:
        raise Stale("Unggahan ini sudah diteruskan. Muat ulang halamannya.")
    try:
        with keeping(_joined(run.pieces)) as kept:
            found = runs.sheets_of(kept.file) if kept.encoding != WORKBOOK else []
            with transaction.atomic():
                run = runs.locked(run_id, State.RECEIVING)
                run.facts_on = facts_on
                _begin(run, kept, found)
                runs.forget_pieces(run)
    except ImportRefused:
        runs.cancel(run_id=run_id, by=by)
        raise
    return run


def _joined(pieces: Iterable[str]) -> Iterable[bytes]:
    for path in pieces:
        with files.opened(path) as kept:
            while chunk := kept.read(files.PIECE):
                yield chunk
