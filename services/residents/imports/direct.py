"""Importing a file here and now, through the same steps: for demo cities and tests."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from kernel.clock import now
from services.residents.imports import checks, repair, runs, sheets, steps
from services.residents.imports.columns import IGNORED, heading_of
from services.residents.imports.problems import ImportRefused, Outcome, Problem
from services.residents.models import ImportRow, ImportRun
from tenants.registry.current import city

State = ImportRun.State
NAMED = 5_000  # lines that an outcome names


@transaction.atomic
def import_people(
    *, name: str, content: bytes, actor: User | None, accept: Collection[str] = ()
) -> Outcome:
    """Take in a file whose columns have headings we know. Lines that are refused, or doubtful in
    another way than those in ``accept``, stay out and are named.

    Raises ImportRefused for a file that cannot be read or has columns nobody knows.
    """
    file = sheets.file_of(content)
    run = runs.open_run(name=name, facts_on=now().astimezone(city().tz).date(), by=actor)
    run.encoding = file.encoding
    runs.offer(run, sheets.sheets_of(file))
    _check_known(run)
    run.state = State.READING
    run.save()
    steps.read_and_check(run, file)
    run.refresh_from_db()
    doubts = _told(ImportRow.objects.filter(state=None).exclude(doubts=None))
    runs.begin_writing(run, accept, actor)
    while run.state == State.WRITING:
        refused = _told(checks.refused_lines()) if run.phase == "people" else []
        steps.write_next(run)
    return Outcome(
        added=run.counts["added"], changed=run.counts["updated"],
        unchanged=run.counts["unchanged"], households=run.counts["cards"],
        new_rts=run.counts["new_rts"], refused=refused, doubts=doubts,
    )  # fmt: skip


def _check_known(run: ImportRun) -> None:
    names = runs.headings(run)
    unknown = [
        heading
        for cell, field in zip(names, run.columns, strict=True)
        if field is None and (heading := heading_of(cell))
    ]
    if unknown:
        raise ImportRefused(f"Kolom yang tidak dikenal: {', '.join(unknown)}.")
    if "nik" not in run.columns or all(field in (None, IGNORED) for field in run.columns):
        raise ImportRefused(f"{run.name} tidak memuat kolom NIK.")


def _told(rows: QuerySet[ImportRow]) -> list[Problem]:
    return [
        Problem(row.line, said, repair.name_of(row), kind)
        for row in rows.order_by("line")[:NAMED]
        for kind, said in repair.problems_of(row)
        if said
    ]
