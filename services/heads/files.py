"""A file of heads from its upload until all are appointed.

A worker reads and checks the whole file in one transaction, and deletes it: its lines are kept
sealed. What was agreed to is written some lines at a time, each batch one transaction that orders
the next: a worker that is killed leaves things as they were before its batch.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import IntegrityError, transaction

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from messaging import outbox
from services.heads import checking, table
from services.heads.appointing import appoint_neighbour
from services.heads.checking import Checked, Checker
from services.heads.models import HeadsFile, HeadsLine
from services.heads.table import Office, Typed
from services.residents.imports import files as kept_files
from services.residents.imports.columns import Cell, as_text
from services.residents.imports.problems import ImportRefused
from services.residents.imports.repair import REASON
from services.residents.imports.tables import FAULT, Kept, ending, keeping
from services.residents.places import ensure_rts
from services.residents.sealing import seal, unseal
from tenants.office import actions as office
from tenants.office import notices
from tenants.office.models import Post, Unit
from tenants.registry.current import city

KIND = "heads.file"
FOLDER = "ketua"  # below the city's: files of heads and sheets of cards, sealed
BATCH, AT_ONCE = 500, 50  # lines checked, and written, at a time
WAITS, KEEPS = timedelta(days=3), timedelta(days=7)  # for an answer; refused lines
State, Line = HeadsFile.State, HeadsLine.State
BUSY = "Berkas lain sedang diproses. Tunggu sampai selesai, atau batalkan dulu berkas itu."


def get(pk: int) -> HeadsFile:
    """Raises NotThere."""
    found = HeadsFile.objects.select_related("by").filter(pk=pk).first()
    if found is None:
        raise NotThere
    return found


def hold_rotation() -> str:
    """Why the city's key cannot be exchanged now: a file under way is sealed with it."""
    is_open = HeadsFile.objects.filter(is_open=True).exclude(path="").exists()
    return "berkas Ketua RT sedang dibaca. Tunggu sampai selesai." if is_open else ""


def _locked(pk: int, *states: HeadsFile.State) -> HeadsFile:
    found = HeadsFile.objects.select_for_update().filter(pk=pk).first()
    if found is None:
        raise NotThere
    if found.state not in states:
        raise Stale("Berkas ini sudah diteruskan atau sudah selesai. Muat ulang halamannya.")
    return found


def _order(file: HeadsFile) -> None:
    key = f"heads:{file.pk}:{file.state}:{file.position}"
    outbox.enqueue(KIND, {"file": file.pk}, key=key)


def _move(file: HeadsFile, state: HeadsFile.State) -> None:
    file.state, file.moved_at = state, now()
    if state in (State.DONE, State.CANCELLED, State.FAILED):
        file.is_open = None


# --- what people decide ---------------------------------------------------------------------------


def upload(*, name: str, chunks: Iterable[bytes], by: User) -> HeadsFile:
    """Keep a file sealed and have a worker check it. Raises ImportRefused for what is no table,
    RuleBroken while another file is under way."""
    if HeadsFile.objects.filter(is_open=True).exists():
        raise RuleBroken(BUSY, field="file")
    try:
        with keeping(chunks, FOLDER) as kept, transaction.atomic():
            file = HeadsFile.objects.create(
                name=name[:200], path=kept.path, encoding=kept.encoding, by=by
            )
            audit.record("heads.uploaded", actor=by, subject="heads_file", subject_id=file.pk)
            _order(file)
    except IntegrityError as busy:
        raise RuleBroken(BUSY, field="file") from busy
    return file


@transaction.atomic
def accept(*, pk: int, makes_units: bool, by: User) -> HeadsFile:
    """Appoint everybody whose line can be done; RT and RW that are missing are made only where
    somebody agreed. Raises NotThere, Stale."""
    file = _locked(pk, State.CHECKED)
    file.makes_units, file.by, file.position = makes_units, by, 0
    file.counts["done"] = 0
    _move(file, State.WRITING)
    file.save()
    audit.record("heads.accepted", actor=by, subject="heads_file", subject_id=file.pk)
    _order(file)
    return file


@transaction.atomic
def cancel(*, pk: int, by: User | None) -> HeadsFile:
    """Stop a file wherever it stands. Who was appointed by then stays appointed."""
    file = _locked(pk, State.READING, State.CHECKED, State.WRITING)
    _close(file, State.CANCELLED)
    audit.record("heads.cancelled", actor=by, subject="heads_file", subject_id=file.pk)
    return file


def _close(file: HeadsFile, state: HeadsFile.State) -> None:
    path, file.path = file.path, ""
    _move(file, state)
    file.save()
    file.lines.exclude(state=Line.REFUSED).delete()
    transaction.on_commit(lambda: kept_files.forget(path))


# --- what a worker does ---------------------------------------------------------------------------


@transaction.atomic
def step(payload: Mapping[str, Any]) -> None:
    """Take the next step of a file."""
    file = HeadsFile.objects.select_for_update().filter(pk=payload["file"]).first()
    if file is None or not file.is_moving:
        return
    with ending(partial(_fail, file)):
        if file.state == State.READING:
            with transaction.atomic():
                read_and_check(file, today=now().astimezone(city().tz).date())
        else:
            write_some(file, today=now().astimezone(city().tz).date())


def gave_up(payload: Mapping[str, Any], error: str) -> None:
    """After the last attempt of a step: say so, and keep no file."""
    file = HeadsFile.objects.select_for_update().filter(pk=payload["file"]).first()
    if file is not None and file.is_moving:
        _fail(file, FAULT)


def _fail(file: HeadsFile, message: str) -> None:
    file.message = message[:500]
    _close(file, State.FAILED)


def read_and_check(file: HeadsFile, *, today: date) -> None:
    """Read the file, check each line, count; nobody is appointed. Raises ImportRefused."""
    path = file.path
    found = table.table_of(Kept(path, file.encoding).file)
    read, checker = checking.reader(today), Checker(file.by, today)
    checked: list[Checked] = []
    sealed: dict[int, bytes] = {}
    waiting: list[Typed] = []
    for number, cells in found.lines():
        if len(sealed) >= table.MOST_LINES:
            raise ImportRefused(
                f"Paling banyak {table.MOST_LINES:,} baris. Bagi berkasnya.".replace(",", ".")
            )
        sealed[number] = seal(json.dumps(cells, ensure_ascii=False))
        try:
            waiting.append(read.read(number, found.headings, cells))
        except RuleBroken as wrong:
            checked.append(Checked(None, number, reason=wrong.message))
        if len(waiting) == BATCH:
            checked += checker.check(waiting)
            waiting = []
            cache.set(_note(file), len(sealed), 3600)
    checked += checker.check(waiting) if waiting else []
    if not checked:
        raise ImportRefused("Berkas ini tidak berisi satu pun baris di bawah judul kolomnya.")
    checked.sort(key=lambda one: one.line)
    checking.refuse_conflicts(checked)
    file.lines.all().delete()
    HeadsLine.objects.bulk_create(
        [_line(file, one, sealed[one.line]) for one in checked], batch_size=BATCH
    )
    file.headings = [list(pair) for pair in found.headings]
    file.counts = _counted(checked)
    file.path = ""
    _move(file, State.CHECKED)
    file.save()
    transaction.on_commit(lambda: kept_files.forget(path))


def _note(file: HeadsFile) -> str:
    return f"heads:{file.pk}:lines"


def lines_read(file: HeadsFile) -> int:
    """How many lines of a file under way have been read; 0 when that is not known."""
    return int(cache.get(_note(file)) or 0)


def _line(file: HeadsFile, one: Checked, sealed: bytes) -> HeadsLine:
    state = Line.REFUSED if one.reason else Line.SAME if one.is_same else Line.READY
    return HeadsLine(
        file=file, line=one.line, state=state, cells_sealed=sealed,
        reason=_sentence(one.reason), makes_unit=one.makes_unit,
        doubt=_sentence("; ".join(one.doubts)) if state == Line.READY else "",
    )  # fmt: skip


def _sentence(text: str) -> str:
    """With a capital: rules of single cells say a part of a sentence."""
    return (text[:1].upper() + text[1:])[:400]


def _counted(lines: Sequence[Checked]) -> dict[str, int]:
    counts = Counter(lines=len(lines), ready=0, same=0, refused=0)
    for one in lines:
        state = "refused" if one.reason else "same" if one.is_same else "ready"
        counts[state] += 1
        if state == "ready":
            for what in ("makes_unit", "elsewhere", "replaces"):
                counts[what] += bool(getattr(one, what))
            counts["corrects"] += one.holding is not None
    return dict(counts)


def write_some(file: HeadsFile, *, today: date) -> None:
    """Appoint the people of the next lines, and order what follows. Each is looked at once more:
    the register and the posts may have changed since the check."""
    lines = list(file.lines.filter(state=Line.READY, line__gt=file.position)[:AT_ONCE])
    read, checker = checking.reader(today), Checker(file.by, today)
    typed: list[Typed] = []
    for line in lines:
        file.position = line.line
        try:
            cells = json.loads(unseal(bytes(line.cells_sealed)))
            typed.append(read.read(line.line, file.headings, cells))
        except RuleBroken as wrong:
            _refuse(file, line, wrong.message)
    by_number = {line.line: line for line in lines}
    for one in checker.check(typed) if typed else []:
        _appoint(file, by_number[one.line], one)
    if lines:
        file.save()
        _order(file)
    else:
        _finish(file, today)


def _appoint(file: HeadsFile, line: HeadsLine, one: Checked) -> None:
    try:
        if one.reason:
            raise RuleBroken(one.reason)
        if not one.is_same:
            with transaction.atomic():
                _write(file, one)
    except RuleBroken as wrong:
        _refuse(file, line, wrong.message)
    else:
        file.counts["done"] += 1


def _refuse(file: HeadsFile, line: HeadsLine, reason: str) -> None:
    line.state, line.reason = Line.REFUSED, _sentence(reason)
    line.save(update_fields=["state", "reason"])
    file.counts["refused"] += 1


def _write(file: HeadsFile, one: Checked) -> None:
    typed, person = one.typed, one.person
    assert typed is not None and person is not None
    if one.holding is not None:
        held = one.holding
        office.correct_holding(
            holding_id=held.pk, nip=held.nip, rank=held.rank, decree=typed.decree or held.decree,
            decree_on=typed.decree_on or held.decree_on, until=typed.until, by=file.by,
        )  # fmt: skip
        return
    if one.unit is None and not file.makes_units:
        raise RuleBroken("Wilayah ini belum ada. Buat dulu RT atau RW-nya, lalu unggah lagi.")
    unit = one.unit or ensure_rts({typed.code})[typed.code]
    audit.record_read(actor=file.by, person_id=person.pk, purpose="penunjukan")
    appoint_neighbour(
        post=post_at(unit, typed.office), person=person, by=file.by,
        since=typed.since, until=typed.until, phone=typed.phone, decree=typed.decree,
        decree_on=typed.decree_on,
    )  # fmt: skip


def post_at(unit: Unit, at: Office) -> Post:
    """The post of the head of a neighbourhood, of their deputy or treasurer, made where missing."""
    if at == Office.DEPUTY:
        return office.deputy_post(unit=unit)
    if at == Office.TREASURER:
        return office.treasurer_post(unit=unit)
    return office.head_post(unit=unit)


def _finish(file: HeadsFile, today: date) -> None:
    """The end: the other administrators learn how many were appointed."""
    _close(file, State.DONE)
    done = file.counts["done"]
    audit.record(
        "heads.appointed", actor=file.by, subject="heads_file", subject_id=file.pk,
        detail={"done": done, "refused": file.counts["refused"]},
    )  # fmt: skip
    if done:
        notices.tell_of_heads(done, file=file.pk, by=file.by, today=today)


# --- lines to mend, and what is left over ---------------------------------------------------------


def refused(file: HeadsFile) -> Iterator[list[Cell]]:
    """The row of headings, then the refused lines with the reason beside each."""
    headings = [told for told, _ in file.headings]
    keeps = [n for n, told in enumerate(headings) if told != REASON]
    yield [*(headings[n] for n in keeps), REASON]
    for line in file.lines.filter(state=Line.REFUSED).order_by("line").iterator(BATCH):
        cells = json.loads(unseal(bytes(line.cells_sealed)))
        padded = [*cells, *[""] * (len(headings) - len(cells))]
        yield [*(padded[n] for n in keeps), line.reason]


def name_in(line: HeadsLine) -> str:
    """The name that a line says, "" where it has none. Lines are of one file, read together."""
    fields = [field for _, field in line.file.headings]
    if "nama" not in fields:
        return ""
    cells = json.loads(unseal(bytes(line.cells_sealed)))
    place = fields.index("nama")
    return as_text(cells[place])[:40] if place < len(cells) else ""


def tidy() -> None:
    """A file nobody goes on with is cancelled; refused lines go after a week."""
    moment = now()
    for pk in HeadsFile.objects.filter(
        state=State.CHECKED, moved_at__lt=moment - WAITS
    ).values_list("pk", flat=True):
        cancel(pk=pk, by=None)
    old = HeadsFile.objects.filter(is_open=None, moved_at__lt=moment - KEEPS)
    HeadsLine.objects.filter(file__in=old).delete()


def in_use(paths: Iterable[str]) -> set[str]:
    """Which of these kept files are still needed."""
    return set(HeadsFile.objects.filter(path__in=list(paths)).values_list("path", flat=True))
