"""An import from its upload to its end: what people decide. ``steps`` does what they ordered."""

import json
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from functools import partial

from django.db import IntegrityError, transaction

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from messaging import outbox
from services.residents import register
from services.residents.imports import (
    checks,
    columns,
    files,
    repair,
    sheets,
    undoing,
)
from services.residents.imports.columns import Cell, Column, Proposal
from services.residents.imports.problems import ImportRefused
from services.residents.imports.sheets import File, Sheet
from services.residents.imports.tables import Kept
from services.residents.imports.workbook import PEEKED
from services.residents.models import ImportHeading, ImportRun, Source
from services.residents.sealing import seal, unseal
from tenants.registry.current import city

KIND = "residents.import"
WAITS = timedelta(days=3)  # for somebody to choose columns or to agree
State = ImportRun.State
BUSY = (
    "Impor lain sedang berjalan di daerah ini. Tunggu sampai selesai, atau hentikan dulu impor itu."
)


def get(run_id: int) -> ImportRun:
    """Raises NotThere."""
    found = ImportRun.objects.select_related("by", "source").filter(pk=run_id).first()
    if found is None:
        raise NotThere
    return found


def under_way() -> ImportRun | None:
    """The import that is open in this city."""
    return ImportRun.objects.select_related("by").filter(is_open=True).first()


def hold_rotation() -> str:
    """Why the city's key cannot be exchanged now: lines under way are sealed outside the
    register's columns."""
    return "impor penduduk sedang berjalan. Tunggu sampai selesai." if under_way() else ""


def forget_repairs() -> None:
    """Drop the lines to repair: they are sealed with a key that is gone."""
    for run in ImportRun.objects.select_for_update().exclude(repair_path=""):
        path, run.repair_path = run.repair_path, ""
        run.save(update_fields=["repair_path"])
        transaction.on_commit(partial(files.forget, path))


def locked(run_id: int, *states: ImportRun.State) -> ImportRun:
    """The run, locked; Stale when it has gone on meanwhile."""
    run = ImportRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise NotThere
    if run.state not in states:
        raise Stale("Impor ini sudah diteruskan atau sudah selesai. Muat ulang halamannya.")
    return run


def move(run: ImportRun, state: ImportRun.State, *, phase: str = "", position: int = 0) -> None:
    run.state, run.phase, run.position, run.moved_at = state, phase, position, now()


def order(run: ImportRun) -> None:
    """Have a worker take the next step."""
    key = f"import:{run.pk}:{run.state}:{run.phase}:{run.position}"
    outbox.enqueue(KIND, {"run": run.pk}, key=key)


def file_of(run: ImportRun) -> File:
    return Kept(run.path, run.encoding).file


def is_ours(run: ImportRun) -> bool:
    """Whether every heading is that of our own example file, and none that a new person needs is
    missing: nothing is left to choose."""
    names = {columns.heading_of(cell).casefold() for cell in headings(run)}
    return names <= set(columns.HEADINGS.values()) and not missing_columns(run)


def missing_columns(run: ImportRun) -> list[Column]:
    """Columns of a new person that the file has not."""
    lacking = Proposal(run.columns).missing
    return [column for column in lacking if not (column.name == "village" and run.village)]


# --- what people decide ---------------------------------------------------------------------------


def open_run(
    *, name: str, facts_on: date, by: User | None, state: ImportRun.State = State.UPLOADED
) -> ImportRun:
    """The row of a new import. Raises RuleBroken while another one is under way, or the city's
    key is being exchanged."""
    if city().previous_key is not None:
        raise RuleBroken(
            "Kunci data daerah ini sedang diganti. Unggah lagi beberapa menit lagi.", field="file"
        )
    try:
        with transaction.atomic():
            return ImportRun.objects.create(name=name[:200], facts_on=facts_on, by=by, state=state)
    except IntegrityError as busy:
        raise RuleBroken(BUSY, field="file") from busy


def sheets_of(file: File) -> list[Sheet]:
    """Raises ImportRefused for a file without anything that looks like the register."""
    found = sheets.sheets_of(file)
    best = found[sheets.first_sheet(found)] if found else Sheet("")
    if best.known_headings == 0 and len(max(best.rows, key=len, default=[])) < 3:
        raise ImportRefused(
            "Berkas ini tidak memuat tabel penduduk: tidak ada kolom yang dikenal, misalnya nik "
            "dan nama. Periksa berkasnya, atau pakai berkas contoh."
        )
    return found


def offer(run: ImportRun, found: Sequence[Sheet]) -> None:
    """Propose what the columns are, for somebody to look at."""
    told = [{"name": sheet.name, "rows": sheet.rows} for sheet in found]
    run.sheets_sealed = seal(json.dumps(told))
    run.sheet = sheets.first_sheet(list(found))
    run.header = found[run.sheet].header if found else 0
    run.columns = propose(run).columns
    move(run, State.MAPPING)


def shown_sheets(run: ImportRun) -> list[Sheet]:
    """The sheets of the file with their first rows."""
    if not run.sheets_sealed:
        return []
    return [Sheet(told["name"], told["rows"]) for told in json.loads(unseal(run.sheets_sealed))]


def headings(run: ImportRun) -> list[Cell]:
    """The cells that name the columns; as many as the widest of the rows shown."""
    rows = shown_sheets(run)[run.sheet].rows
    below = rows[run.header : run.header + PEEKED]
    width = max((len(_trimmed(row)) for row in below), default=0)
    return (rows[run.header] + [""] * width)[:width] if below else []


def _trimmed(row: list[Cell]) -> list[Cell]:
    while row and columns.as_text(row[-1]) == "":
        row = row[:-1]
    return row


def propose(run: ImportRun) -> Proposal:
    """What the columns are taken for: as remembered, as usual, as close."""
    names = [columns.heading_of(cell) for cell in headings(run)]
    keys = list(map(columns.key, names))
    remembered = dict(ImportHeading.objects.filter(key__in=keys).values_list("key", "field"))
    remembered.setdefault(columns.key(repair.REASON), columns.IGNORED)
    return columns.propose(names, remembered)


@transaction.atomic
def choose_sheet(*, run_id: int, sheet: int, header: int) -> ImportRun:
    """Another sheet or another row of headings; the columns are proposed anew."""
    run = locked(run_id, State.MAPPING)
    found = shown_sheets(run)
    if not 0 <= sheet < len(found) or not 0 <= header < max(1, len(found[sheet].rows)):
        raise RuleBroken("Lembar atau baris itu tidak ada di berkas ini.")
    run.sheet, run.header = sheet, header
    run.columns = propose(run).columns
    run.save()
    return run


@transaction.atomic
def choose_columns(
    *, run_id: int, chosen: Sequence[str | None], village: str, by: User
) -> ImportRun:
    """What each column is; the file is then read and checked by a worker. Raises RuleBroken.

    The choice is remembered for the next file with the same headings.
    """
    run = locked(run_id, State.MAPPING)
    names = headings(run)
    check_columns(chosen, names)
    run.columns, run.village = list(chosen), village
    for name, field in zip(names, chosen, strict=True):
        if field is not None and (key := columns.key(columns.heading_of(name))):
            ImportHeading.objects.update_or_create(key=key[:100], defaults={"field": field})
    move(run, State.READING)
    run.save()
    audit.record("residents.import_mapped", actor=by, subject="import", subject_id=run.pk)
    order(run)
    return run


def check_columns(chosen: Sequence[str | None], names: Sequence[Cell]) -> None:
    """Every column with a heading has been decided about, no field has two. Raises RuleBroken."""
    fields = [field for field in chosen if field]
    if "nik" not in fields:
        raise RuleBroken("Pilih kolom mana yang berisi NIK.")
    twice = {columns.COLUMNS[field].label for field in fields if fields.count(field) > 1}
    if twice:
        raise RuleBroken(
            f"Dua kolom dipilih untuk isian yang sama: {', '.join(sorted(twice))}. Sisakan satu."
        )
    open_ones = [
        columns.heading_of(name)
        for name, field in zip(names, chosen, strict=True)
        if field is None and columns.heading_of(name)
    ]
    if open_ones:
        raise RuleBroken(
            f"Belum dipilih: {', '.join(open_ones)}. Pilih isiannya, atau pilih “Abaikan”."
        )


@transaction.atomic
def accept(*, run_id: int, kinds: Collection[str], by: User) -> ImportRun:
    """Write what was checked, and of what is doubtful these kinds."""
    run = locked(run_id, State.CHECKED)
    begin_writing(run, kinds, by)
    run.save()
    order(run)
    return run


def begin_writing(run: ImportRun, kinds: Collection[str], by: User | None) -> None:
    """The source of what will be written, and the first phase of writing it."""
    run.accepted = sorted(set(kinds) & checks.DOUBTS.keys())
    run.source = register.source(kind=Source.Kind.IMPORT, label=run.name, by=by, on=run.facts_on)
    move(run, State.WRITING, phase="prepare")
    audit.record(
        "residents.import_accepted", actor=by, subject="import", subject_id=run.pk,
        detail={"accepted": run.accepted},
    )  # fmt: skip


@transaction.atomic
def cancel(*, run_id: int, by: User | None) -> ImportRun:
    """Stop an import wherever it stands. What was written stays, and may then be undone."""
    run = locked(
        run_id,
        State.RECEIVING,
        State.UPLOADED,
        State.MAPPING,
        State.READING,
        State.CHECKED,
        State.WRITING,
    )
    was_reading = run.state == State.READING
    if run.state == State.WRITING:
        run.counts["stopped"] = True
    close(run, State.CANCELLED, empties=not was_reading)
    audit.record("residents.import_cancelled", actor=by, subject="import", subject_id=run.pk)
    return run


def forget_pieces(run: ImportRun) -> None:
    pieces, run.pieces = run.pieces, []
    run.save()
    transaction.on_commit(lambda: list(map(files.forget, pieces)))


def close(run: ImportRun, state: ImportRun.State, *, empties: bool = True) -> None:
    """End an import: its file goes, and its lines; numbers and the lines to repair stay."""
    path, run.path, run.sheets_sealed, run.is_open = run.path, "", None, None
    move(run, state)
    forget_pieces(run)
    if empties:
        checks.empty()
    transaction.on_commit(lambda: files.forget(path))


@transaction.atomic
def undo(*, run_id: int, by: User) -> ImportRun:
    """Give back what a whole import brought. Raises RuleBroken while another is under way."""
    run = locked(run_id, State.DONE, State.CANCELLED, State.FAILED)
    if run.source_id is None:
        raise RuleBroken("Impor ini belum menulis apa pun, jadi tidak ada yang dibatalkan.")
    if ImportRun.objects.filter(is_open=True).exists():
        raise RuleBroken(BUSY)
    run.is_open = True
    origin = register.source(kind=Source.Kind.ENTRY, label=f"Pembatalan impor {run.name}", by=by)
    run.counts["undo"] = {"origin": origin.pk}
    move(run, State.UNDOING, phase="events", position=undoing.last_event(run))
    run.save()
    audit.record("residents.import_undone", actor=by, subject="import", subject_id=run.pk)
    order(run)
    return run


# --- what is left over ----------------------------------------------------------------------------


def in_use(paths: Collection[str]) -> set[str]:
    """Which of these kept files an import still needs."""
    found = ImportRun.objects.values_list("path", "repair_path", "pieces")
    needed = {path for *two, pieces in found for path in (*two, *pieces)}
    return needed & set(paths)


def tidy() -> None:
    """Lines to repair go after a week; an import nobody goes on with is cancelled."""
    moment = now()
    for run in ImportRun.objects.filter(repair_until__lt=moment).exclude(repair_path=""):
        path, run.repair_path = run.repair_path, ""
        run.save(update_fields=["repair_path"])
        files.forget(path)
    waiting = (State.RECEIVING, State.UPLOADED, State.MAPPING, State.CHECKED)
    for run in ImportRun.objects.filter(state__in=waiting, moved_at__lt=moment - WAITS):
        cancel(run_id=run.pk, by=None)
