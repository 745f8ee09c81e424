"""A list of statuses from its upload until it is written.

A worker reads the whole list twice, line by line: first to say what is wrong and what would
change, then, agreed to, to write it in one transaction. The file is kept sealed until its end. An
older list never overwrites what a newer one told, and the same list twice changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel import text
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from messaging import outbox
from services.mall.events import OutsideStatusChanged
from services.mall.models import OutsideChange, OutsideStatus, OwnNumber, StatusFile
from services.mall.status_table import Fault, Named, Row, named, rows_of
from services.mall.systems import NEEDED, System, fields_of, system_of, systems
from services.residents.imports import files as kept_files
from services.residents.imports.problems import ImportRefused
from services.residents.imports.tables import FAULT, Kept, ending, keeping
from tenants.office.models import Post, Unit

KIND = "mall.status_file"
FOLDER = "status"  # below the city's: lists under way, sealed
BATCH = 1_000
MOST_PROBLEMS = 200  # that are kept to be read; all are counted
WAITS = timedelta(days=3)  # for an answer
State = StatusFile.State
T = TypeVar("T")
NOT_HERE = "Daftar ini tidak ditemukan."
BUSY = "Daftar lain dari sistem ini sedang diproses. Selesaikan atau batalkan dulu daftar itu."


# --- who ------------------------------------------------------------------------------------------


def systems_at(posts: Iterable[Post]) -> dict[str, tuple[System, Unit]]:
    """The systems whose lists are uploaded at the offices of these posts."""
    offices = {
        post.unit.code.partition("/")[2]: post.unit
        for post in posts
        if post.unit.kind == Unit.Kind.DINAS and post.unit.is_active
    }
    return {
        key: (system, offices[system.dinas])
        for key, system in systems().items()
        if system.dinas in offices
    }


def files_of(posts: Iterable[Post]) -> Any:
    """Lists that were uploaded at the offices of these posts, the newest first."""
    units = {unit.pk for _, unit in systems_at(posts).values()}
    return StatusFile.objects.filter(unit__in=units).select_related("by").order_by("-pk")


def get(pk: int, posts: Iterable[Post]) -> StatusFile:
    """Raises NotThere for a list of another office."""
    found: StatusFile | None = files_of(posts).filter(pk=pk).first()
    if found is None:
        raise NotThere(NOT_HERE)
    return found


# --- what people decide ---------------------------------------------------------------------------


def upload(
    *, system: str, as_of: date, name: str, chunks: Iterable[bytes], posts: Sequence[Post],
    by: User, at: datetime,
) -> StatusFile:  # fmt: skip
    """Keep a list sealed; a worker checks it once its columns are known. Raises NotThere,
    ImportRefused for what is no table, RuleBroken while another one is under way."""
    known = systems_at(posts).get(system)
    if known is None:
        raise NotThere(NOT_HERE)
    if StatusFile.objects.filter(system=system, is_open=True).exists():
        raise RuleBroken(BUSY, field="file")
    try:
        with keeping(chunks, FOLDER) as kept:
            found = named(kept.file, known[0], remembered(system))
            with transaction.atomic():
                file = StatusFile.objects.create(
                    system=system, unit=known[1], as_of=as_of, name=name[:200], path=kept.path,
                    encoding=kept.encoding, sheet=found.sheet, header=found.header,
                    columns=found.columns, state=State.COLUMNS, by=by, created_at=at, moved_at=at,
                )  # fmt: skip
                audit.record(
                    "status_file.uploaded", actor=by, subject="status_file", subject_id=file.pk
                )
                if _has_needed(file.columns):
                    _move(file, State.READING, at)
    except IntegrityError as busy:
        raise RuleBroken(BUSY, field="file") from busy
    return file


def remembered(system: str) -> dict[str, str]:
    """What the columns of the last list of this system were taken for, by squeezed heading."""
    last = StatusFile.objects.filter(system=system, state=State.DONE).order_by("-pk").first()
    return {text.squeeze(heading): field for heading, field in last.columns} if last else {}


def _has_needed(columns: Iterable[Sequence[str]]) -> bool:
    return set(NEEDED) <= {field for _, field in columns}


@transaction.atomic
def choose_columns(
    *, pk: int, fields: Sequence[str], posts: Sequence[Post], by: User, at: datetime
) -> StatusFile:
    """Say what each column is; the list is checked anew. Raises NotThere, Stale, RuleBroken."""
    file = _locked(pk, posts, State.COLUMNS, State.CHECKED)
    known = fields_of(system_of(file.system))
    chosen = [field for field in fields if field]
    if len(fields) != len(file.columns) or not set(chosen) <= set(known):
        raise RuleBroken("Kolom ini tidak ada di berkasnya. Muat ulang halamannya.")
    if len(set(chosen)) != len(chosen):
        raise RuleBroken("Satu isi hanya untuk satu kolom. Kosongkan yang lain.")
    if not set(NEEDED) <= set(chosen):
        raise RuleBroken("Pilih kolom mana yang berisi nomor dan kolom mana yang berisi status.")
    file.columns = [
        [heading, field] for (heading, _), field in zip(file.columns, fields, strict=True)
    ]
    file.counts, file.problems, file.by = {}, [], by
    _move(file, State.READING, at)
    return file


@transaction.atomic
def accept(*, pk: int, posts: Sequence[Post], by: User, at: datetime) -> StatusFile:
    """Write what was checked. Raises NotThere, Stale."""
    file = _locked(pk, posts, State.CHECKED)
    file.by = by
    _move(file, State.WRITING, at)
    audit.record("status_file.accepted", actor=by, subject="status_file", subject_id=pk)
    return file


@transaction.atomic
def cancel(*, pk: int, posts: Sequence[Post], by: User, at: datetime) -> StatusFile:
    """Stop a list before it is written. Raises NotThere, Stale."""
    file = _locked(pk, posts, State.COLUMNS, State.READING, State.CHECKED)
    _close(file, State.CANCELLED, at)
    audit.record("status_file.cancelled", actor=by, subject="status_file", subject_id=pk)
    return file


def _locked(pk: int, posts: Sequence[Post], *states: StatusFile.State) -> StatusFile:
    get(pk, posts)
    file = StatusFile.objects.select_for_update().get(pk=pk)
    if file.state not in states:
        raise Stale("Daftar ini sudah diteruskan atau sudah selesai. Muat ulang halamannya.")
    return file


def _move(file: StatusFile, state: StatusFile.State, at: datetime) -> None:
    """Into a state in which a worker goes on with it."""
    file.state, file.moved_at = state, at
    file.save()
    outbox.enqueue(KIND, {"file": file.pk}, key=f"status:{file.pk}:{state}:{at.timestamp()}")


def _close(file: StatusFile, state: StatusFile.State, at: datetime) -> None:
    path, file.path, file.is_open = file.path, "", None
    file.state, file.moved_at = state, at
    file.save()
    transaction.on_commit(lambda: kept_files.forget(path))


# --- what a worker does ---------------------------------------------------------------------------


@transaction.atomic
def step(payload: Mapping[str, Any]) -> None:
    """Check a list, or write it."""
    file = StatusFile.objects.select_for_update().filter(pk=payload["file"]).first()
    if file is None or not file.is_moving:
        return
    with ending(partial(_fail, file)), transaction.atomic():
        if file.state == State.READING:
            _check(file)
        else:
            _write(file)


def gave_up(payload: Mapping[str, Any], error: str) -> None:
    """After the last attempt: say so, and keep no file."""
    file = StatusFile.objects.select_for_update().filter(pk=payload["file"]).first()
    if file is not None and file.is_moving:
        _fail(file, FAULT)


def _batched(those: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(those)
    while some := list(islice(rest, BATCH)):
        yield some


def _fail(file: StatusFile, message: str) -> None:
    file.message = message[:500]
    _close(file, State.FAILED, now())


def _rows(file: StatusFile) -> Iterator[Row | Fault]:
    found = Named(file.sheet, file.header, [(told, field) for told, field in file.columns])
    return rows_of(Kept(file.path, file.encoding).file, system_of(file.system), found, file.as_of)


def _check(file: StatusFile) -> None:
    """Count what would change, and keep the first faults; nothing is written."""
    counts, problems = Counter[str](lines=0, new=0, changed=0, same=0, older=0, refused=0), []
    for some in _batched(_rows(file)):
        good = [one for one in some if isinstance(one, Row)]
        known = _known(file.system, good)
        counts["lines"] += len(some)
        counts["refused"] += len(some) - len(good)
        for row in good:
            counts[_outcome(known.get(row.key), row, file.as_of)] += 1
        faults = (one for one in some if isinstance(one, Fault))
        problems += [[one.line, one.heading, one.words] for one in faults][:MOST_PROBLEMS]
    if not counts["lines"]:
        raise ImportRefused("Berkas ini tidak berisi satu pun baris di bawah judul kolomnya.")
    file.counts, file.problems = dict(counts), problems[:MOST_PROBLEMS]
    file.state, file.moved_at = State.CHECKED, now()
    file.save()


def _known(system: str, rows: Sequence[Row], *, lock: bool = False) -> dict[Any, OutsideStatus]:
    found = OutsideStatus.objects.filter(system=system, number__in={row.number for row in rows})
    if lock:
        found = found.select_for_update().order_by("pk")
    return {(one.number, one.part): one for one in found}


def _outcome(known: OutsideStatus | None, row: Row, as_of: date) -> str:
    if known is None:
        return "new"
    if as_of < known.as_of:
        return "older"
    told = (known.status, known.status_on, known.expires_on)
    return "same" if told == (row.status, row.status_on, row.expires_on) else "changed"


def _write(file: StatusFile) -> None:
    counts = Counter[str](lines=0, new=0, changed=0, same=0, older=0, refused=0, told=0)
    told: set[str] = set()
    for some in _batched(_rows(file)):
        good = [one for one in some if isinstance(one, Row)]
        counts["lines"] += len(some)
        counts["refused"] += len(some) - len(good)
        told |= _write_some(file, good, counts)
    for numbers in _batched(sorted(told)):
        held = OwnNumber.objects.filter(system=file.system, number__in=numbers).order_by("pk")
        for pk in held.values_list("pk", flat=True):
            publish(OutsideStatusChanged(own_number_id=pk, status_file_id=file.pk))
            counts["told"] += 1
    file.counts = dict(counts)
    _close(file, State.DONE, now())
    audit.record(
        "status_file.written", actor=file.by, subject="status_file", subject_id=file.pk,
        detail={name: counts[name] for name in ("new", "changed", "same", "older", "refused")},
    )  # fmt: skip


def _write_some(file: StatusFile, rows: Sequence[Row], counts: Counter[str]) -> set[str]:
    """Write these lines; the numbers of which something new is said."""
    known = _known(file.system, rows, lock=True)
    made, changed, same = [], [], []
    for row in rows:
        one = known.get(row.key)
        outcome = _outcome(one, row, file.as_of)
        counts[outcome] += 1
        if one is None:
            one = OutsideStatus(system=file.system, number=row.number, part=row.part)
            made.append(one)
        elif outcome == "changed":
            changed.append(one)
        elif outcome == "same" and one.as_of < file.as_of:
            same.append(one.pk)
        if outcome in ("new", "changed"):
            one.status, one.status_on, one.expires_on = row.status, row.status_on, row.expires_on
            one.as_of, one.file = file.as_of, file
    OutsideStatus.objects.bulk_create(made)
    fields = ["status", "status_on", "expires_on", "as_of", "file"]
    OutsideStatus.objects.bulk_update(changed, fields)
    OutsideStatus.objects.filter(pk__in=same).update(as_of=file.as_of, file=file)
    news = [*made, *changed]
    OutsideChange.objects.bulk_create(
        OutsideChange(
            of=one, status=one.status, status_on=one.status_on, expires_on=one.expires_on,
            as_of=file.as_of, file=file,
        )
        for one in news
    )  # fmt: skip
    return {one.number for one in news}


# --- what is left over ----------------------------------------------------------------------------


def tidy(at: datetime) -> None:
    """A list nobody goes on with is cancelled."""
    waiting = (State.COLUMNS, State.CHECKED)
    old = StatusFile.objects.filter(state__in=waiting, moved_at__lt=at - WAITS)
    for pk in list(old.values_list("pk", flat=True)):
        with transaction.atomic():
            file = StatusFile.objects.select_for_update().get(pk=pk)
            if file.state in waiting:
                _close(file, State.CANCELLED, at)


def in_use(paths: Iterable[str]) -> set[str]:
    """Which of these kept files are still needed."""
    return set(StatusFile.objects.filter(path__in=list(paths)).values_list("path", flat=True))


def hold_rotation() -> str:
    """Why the city's key cannot be exchanged now: a list under way is sealed with it."""
    is_open = StatusFile.objects.filter(is_open=True).exclude(path="").exists()
    return "daftar status SIMBG atau OSS sedang diproses. Tunggu sampai selesai." if is_open else ""
