"""One spreadsheet becomes an application for each of its lines: looked at first, with every fault
by line and column, then made one by one. Everybody on it asked by one signed list."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from kernel.text import fold, line, squeeze
from messaging import outbox
from services.applications import actions, paper
from services.applications.fitness import refuse_unfit
from services.applications.household import house_of
from services.applications.models import Collective, CollectiveRow
from services.applications.queries import draft_of
from services.applications.staffed import refuse_closed
from services.cases import documents
from services.cases.documents import Accepted
from services.catalogue import answers as answering
from services.catalogue import samples
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Service
from services.residents import officials
from services.residents.imports import sheets, values
from services.residents.imports.columns import Cell, as_text
from services.residents.models import Person
from services.residents.onetime import serves
from services.residents.queries import person_by_nik
from services.residents.sealing import seal, unseal
from tenants.registry import stored_files

MOST = 500  # people of one file
MOST_FAULTS = 200  # that are shown at once
LARGEST_SCAN = 1024 * 1024  # bytes: it is kept with each application
NIK, NAME = "NIK", "Nama"
STRANGER = "NIK ini tidak terdaftar di wilayah loket Anda."
OTHER_NAME = "Nama ini bukan nama pemilik NIK itu."


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell."""

    line: int
    column: str
    why: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the file."""

    line: int
    nik: str
    name: str
    typed: dict[str, str]  # by the name of the input


@dataclass(slots=True)
class Looked:
    """A file after it was looked at."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def fits(blueprint: Blueprint) -> bool:
    """Whether a service can be asked for by a list: it ends in a letter, and none of its files is
    needed of everybody."""
    return bool(blueprint.outputs) and not any(
        document.required and not document.show_when and not document.unless_known
        for document in blueprint.documents
    )


def inputs(blueprint: Blueprint, today: date) -> dict[str, tuple[str, str]]:
    """The columns besides NIK and name: heading and an example, by the name of the input."""
    typed = answering.as_typed(blueprint, samples.answers(blueprint, today=today))
    labels = {spec.key: spec.label for spec in blueprint.fields}
    found = {}
    for name, sample in typed.items():
        key, _, part = name.partition("-")
        label = labels.get(name) or f"{labels.get(key, key)}: {part.replace('_', ' ')}"
        found[name] = (label, sample)
    return found


def example(blueprint: Blueprint, today: date) -> list[list[str]]:
    """The first two lines of a file to begin with."""
    columns = inputs(blueprint, today).values()
    return [
        [NIK, NAME, *(label for label, _ in columns)],
        ["6474010101900001", "Contoh Nama", *(sample for _, sample in columns)],
    ]


def look(content: bytes, service: Service, *, by: User, today: date) -> Looked:
    """Every line with every fault; nothing is written. Raises RuleBroken for no such file."""
    assert service.current is not None
    blueprint = service.current.blueprint
    rows = [
        (number, row)
        for number, row in enumerate(sheets.read(content), start=1)
        if any(as_text(cell).strip() for cell in row)
    ]
    if len(rows) < 2:
        raise RuleBroken("Berkas ini tidak berisi baris. Pakai berkas contohnya.", field="file")
    (_, heads), *lines = rows
    if len(lines) > MOST:
        raise RuleBroken(
            f"Berkas ini {len(lines)} baris; paling banyak {MOST}. Bagi menjadi beberapa berkas.",
            field="file",
        )
    names = _named(heads, inputs(blueprint, today))
    found = Looked()
    seen: dict[str, int] = {}
    own = officials.own_people(by)
    for number, row in lines:
        entry, faults = _entry(number, row, names)
        if entry is not None and not faults:
            if entry.nik in seen:
                faults.append(Fault(number, NIK, f"NIK ini sudah ada di baris {seen[entry.nik]}."))
            seen.setdefault(entry.nik, number)
            faults += _refused(entry, service, by=by, own=own, today=today)
        found.faults += faults
        if entry is not None:
            found.entries.append(entry)
    return found


def _named(heads: Sequence[Cell], known: Mapping[str, tuple[str, str]]) -> list[str]:
    """The input of each column, "" for the first two. Raises RuleBroken naming what is unknown."""
    by_heading = {fold(label): name for name, (label, _) in known.items()}
    by_heading |= {fold(name): name for name in known}
    by_heading |= {fold(NIK): NIK, fold(NAME): NAME}
    names = [by_heading.get(fold(line(as_text(head))), "") for head in heads]
    unknown = [as_text(head) for head, name in zip(heads, names, strict=True)
               if not name and as_text(head).strip()]  # fmt: skip
    if unknown:
        raise RuleBroken(
            f"Kolom “{unknown[0][:60]}” tidak dikenal. Pakai judul kolom dari berkas contohnya.",
            field="file",
        )
    for needed in (NIK, NAME):
        if needed not in names:
            raise RuleBroken(f"Kolom {needed} tidak ada di baris pertama.", field="file")
    if doubled := next((name for name in names if name and names.count(name) > 1), ""):
        raise RuleBroken(f"Kolom “{doubled}” ada dua kali. Hapus salah satunya.", field="file")
    return names


def _entry(
    number: int, row: Sequence[Cell], names: Sequence[str]
) -> tuple[Entry | None, list[Fault]]:
    cells = {name: cell for name, cell in zip(names, row, strict=False) if name}
    try:
        nik = values.nik(cells.get(NIK, "")).digits
        name = values.words(cells.get(NAME, ""), NAME, limit=150, is_name=True)
    except RuleBroken as wrong:
        return None, [Fault(number, NIK, f"{wrong.message.rstrip('.')}.")]
    if not name:
        return None, [Fault(number, NAME, "Isi namanya.")]
    typed = {key: as_text(cell).strip() for key, cell in cells.items() if key not in (NIK, NAME)}
    return Entry(number, nik, name, typed), []


def _refused(
    entry: Entry, service: Service, *, by: User, own: set[int], today: date
) -> Iterator[Fault]:
    """What would be refused of one line."""
    assert service.current is not None
    blueprint = service.current.blueprint
    person = _person(entry, by=by, today=today)
    if isinstance(person, Fault):
        yield person
        return
    try:
        if person.pk in own or officials.may_be(by, person):
            raise RuleBroken("Ini Anda sendiri: ajukan lewat akun warga Anda.")
        refuse_unfit(blueprint.who, person, today=today)
        refuse_closed(service, person, today=today)
        if draft_of(person, service) is not None:
            raise RuleBroken("Orang ini sudah mulai mengisi layanan ini.")
    except (RuleBroken, NotThere) as refused:
        yield Fault(entry.line, NIK, refused.message)
        return
    house = house_of(person, today=today)
    answers, wrong = answering.clean(blueprint, entry.typed, house)
    labels = {spec.key: spec.label for spec in blueprint.fields}
    for key, why in wrong.items():
        yield Fault(entry.line, labels.get(key, key), why)
    for document in answering.wanted_documents(blueprint, answers, house.applicant):
        if document.required:
            yield Fault(entry.line, NIK, f"Perlu berkas “{document.label}”: ajukan di loket.")


def _person(entry: Entry, *, by: User, today: date) -> Person | Fault:
    """Who is meant. Somebody of elsewhere is answered like an unknown number."""
    found = person_by_nik(entry.nik)
    if found is None or not serves(by, found, today):
        return Fault(entry.line, NIK, STRANGER)
    if squeeze(found.name) != squeeze(entry.name):
        return Fault(entry.line, NAME, OTHER_NAME)
    return found


def scan_of(content: bytes) -> Accepted:
    """The signed list, judged. Raises RuleBroken. Call outside a transaction."""
    try:
        scan = documents.accept(content)
    except RuleBroken as refused:
        raise RuleBroken(refused.message, field="scan") from refused
    if len(scan.content) > LARGEST_SCAN:
        raise RuleBroken(
            "Pindaian daftarnya lebih dari 1 MB; ia disimpan di setiap permohonan. Pindai ulang "
            "hitam-putih.", field="scan",
        )  # fmt: skip
    return scan


@transaction.atomic
def keep(
    entries: Sequence[Entry], service: Service, *, scan: Accepted, received_on: date, by: User,
    at: datetime, today: date,
) -> Collective:  # fmt: skip
    """What was looked at and is sound, to be begun; an earlier one of this official that was not
    begun gives way. Raises RuleBroken."""
    assert service.current is not None
    if not today - paper.OLDEST <= received_on <= today:
        raise RuleBroken(
            "Tanggalnya paling lama setahun yang lalu dan paling baru hari ini.",
            field="received_on",
        )
    for old in Collective.objects.filter(by=by, started_at=None):
        _forget(old)
    made = Collective.objects.create(
        version=service.current, by=by, at=at, received_on=received_on,
        path=documents.keep(scan), media_type=scan.media_type, pages=scan.pages,
    )  # fmt: skip
    CollectiveRow.objects.bulk_create(
        CollectiveRow(collective=made, line=one.line, typed_sealed=seal(_as_json(one)))
        for one in entries
    )
    return made


def _forget(old: Collective) -> None:
    old.delete()
    transaction.on_commit(lambda: stored_files.forget(old.path))


def _as_json(entry: Entry) -> str:
    return json.dumps({"nik": entry.nik, "name": entry.name, "typed": entry.typed})


def collective_of(user: User, pk: int) -> Collective:
    """One of this official's. Raises NotThere."""
    found = Collective.objects.select_related("version__service").filter(pk=pk, by=user).first()
    if found is None:
        raise NotThere("Permohonan kolektif ini tidak ditemukan.")
    return found


def latest(user: User) -> list[Collective]:
    """What this official began last."""
    begun = Collective.objects.filter(by=user, started_at__isnull=False)
    return list(begun.select_related("version__service")[:10])


@transaction.atomic
def begin(*, pk: int, by: User, at: datetime) -> None:
    """Order the applications; begun again, nothing changes."""
    found = Collective.objects.select_for_update(of=("self",)).filter(pk=pk, by=by).first()
    if found is None:
        raise NotThere("Permohonan kolektif ini tidak ditemukan.")
    if found.started_at is not None:
        return
    found.started_at = at
    found.save(update_fields=["started_at"])
    outbox.enqueue("applications.collective", {"collective_id": pk}, key=f"collective:{pk}")
    audit.record(
        "application.collective_begun", actor=by, subject="collective", subject_id=pk,
        detail={"rows": found.rows.count()},
    )  # fmt: skip


def waiting(collective_id: int) -> list[int]:
    """Ids of the rows that nobody has made."""
    rows = CollectiveRow.objects.filter(collective=collective_id, state=CollectiveRow.State.WAITING)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def make(*, row_id: int, at: datetime, today: date) -> None:
    """The application of one line, in the running transaction: begun, filled in, and sent. What
    keeps it from being sent is kept in words; then there is no application."""
    row = CollectiveRow.objects.select_for_update(of=("self",)).filter(pk=row_id).first()
    if row is None or row.state != CollectiveRow.State.WAITING:
        return
    collective = Collective.objects.select_related("version__service__current", "by").get(
        pk=row.collective_id
    )
    entry = Entry(line=row.line, **json.loads(unseal(bytes(row.typed_sealed))))
    try:
        with transaction.atomic():
            row.application_id = _sent(entry, collective, at, today)
    except NotThere:
        row.state, row.message = CollectiveRow.State.FAILED, STRANGER
    except RuleBroken as broken:
        row.state, row.message = CollectiveRow.State.FAILED, broken.message[:500]
    else:
        row.state, row.typed_sealed = CollectiveRow.State.DONE, b""
    row.save(update_fields=["state", "message", "application", "typed_sealed"])


def _sent(entry: Entry, collective: Collective, at: datetime, today: date) -> int:
    by, service = collective.by, collective.version.service
    if service.current_id != collective.version_id:
        raise RuleBroken("Layanan ini berubah sejak berkasnya diperiksa. Unggah lagi berkasnya.")
    person = _person(entry, by=by, today=today)
    if isinstance(person, Fault):
        raise RuleBroken(person.why)
    if draft_of(person, service) is not None:
        raise RuleBroken("Orang ini sudah mulai mengisi layanan ini.")
    scan = Accepted(
        stored_files.read(collective.path), collective.media_type,
        collective.path.rpartition(".")[2], collective.pages,
    )  # fmt: skip
    draft = paper.begin_with(
        service=service, applicant=person, scan=scan, received_on=collective.received_on,
        by=by, at=at, today=today,
    )  # fmt: skip
    wrong = actions.save_answers(
        application_id=draft.pk, typed=entry.typed, files={}, names={}, by=by
    )
    if wrong:
        key, why = next(iter(wrong.items()))
        raise RuleBroken(f"{key}: {why}")
    actions.submit(application_id=draft.pk, by=by, at=at)
    return draft.pk


def give_up(*, row_id: int) -> None:
    """The system could not make this one."""
    rows = CollectiveRow.objects.filter(pk=row_id, state=CollectiveRow.State.WAITING)
    rows.update(
        state=CollectiveRow.State.FAILED, message="Terjadi gangguan pada sistem. Ajukan di loket."
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a collective file is."""

    all: int
    done: int
    failed: int

    @property
    def is_over(self) -> bool:
        return self.done + self.failed == self.all

    @property
    def percent(self) -> int:
        return 100 * (self.done + self.failed) // max(self.all, 1)


def progress(found: Collective) -> Progress:
    """One query."""
    states = CollectiveRow.State
    return Progress(
        **CollectiveRow.objects.filter(collective=found).aggregate(
            all=Count("pk"),
            done=Count("pk", filter=Q(state=states.DONE)),
            failed=Count("pk", filter=Q(state=states.FAILED)),
        )
    )


OLD = timedelta(days=7)


@transaction.atomic
def tidy_up(*, at: datetime) -> None:
    """What was looked at and never begun holds people's data: after a week it goes."""
    for old in Collective.objects.filter(started_at=None, at__lt=at - OLD):
        _forget(old)
