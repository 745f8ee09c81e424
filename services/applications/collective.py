"""One spreadsheet becomes an application for each of its lines: looked at first, with every fault
by line and column, then made one by one. Everybody on it asked by one signed list."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from kernel.text import squeeze
from messaging import outbox
from services.applications import actions, paper
from services.applications.collective_looking import BEGUN, MOST, OTHER_NAME, STRANGER, Entry
from services.applications.models import Collective, CollectiveRow
from services.applications.queries import draft_of
from services.cases import documents
from services.cases.documents import Accepted
from services.catalogue.models import Service
from services.residents.models import Person
from services.residents.onetime import counters_of, serves
from services.residents.queries import lives_in, person_by_nik
from services.residents.sealing import seal, unseal
from tenants.registry import stored_files

LARGEST_SCAN = 1024 * 1024  # bytes: it is kept with each application
OLD = timedelta(days=7)  # until what was looked at and not begun is forgotten
KEPT = timedelta(days=90)  # how long what was begun can be looked at
# Five in each line, an hour, per account: people outside the household named by NIK.
NAMING = actions.Naming("named-by-list", 5 * MOST)


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
    not_begun = Collective.objects.filter(by=by, started_at=None)
    for old in not_begun.select_for_update(of=("self",)):
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
    transaction.on_commit(partial(stored_files.forget, old.path))


def _as_json(entry: Entry) -> str:
    return json.dumps({"nik": entry.nik, "name": entry.name, "typed": entry.typed})


def collective_of(user: User, pk: int) -> Collective:
    """One of this official's. Raises NotThere."""
    rows = Collective.objects.select_related("version__service", "by")
    found = rows.filter(pk=pk, by=user).first()
    if found is None:
        raise NotThere("Permohonan kolektif ini tidak ditemukan.")
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as its official sees it. ``person`` is None where the counter does not serve whom the
    line is about, or nobody was found."""

    row: CollectiveRow
    person: Person | None


def shown(found: Collective, *, today: date) -> list[Shown]:
    """Every line, those that failed first; names only of residents whom the official serves today.
    Two queries."""
    areas = counters_of(found.by, today)
    rows = found.rows.select_related("application__applicant__household__rt").order_by("line")
    lines = []
    for row in rows:
        person = row.application.applicant if row.application is not None else None
        is_served = person is not None and any(lives_in(person, area) for area in areas)
        lines.append(Shown(row, person if is_served else None))
    return sorted(lines, key=lambda one: one.row.state != CollectiveRow.State.FAILED)


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
        row.state = CollectiveRow.State.DONE
    row.typed_sealed = b""  # nobody reads it any more
    row.save(update_fields=["state", "message", "application", "typed_sealed"])


def _sent(entry: Entry, collective: Collective, at: datetime, today: date) -> int:
    by, service = collective.by, collective.version.service
    if service.current_id != collective.version_id:
        raise RuleBroken("Layanan ini berubah sejak berkasnya diperiksa. Unggah lagi berkasnya.")
    person = _person(entry, by=by, today=today)
    if draft_of(person, service) is not None:
        raise RuleBroken(BEGUN)
    scan = Accepted(
        stored_files.read(collective.path), collective.media_type,
        collective.path.rpartition(".")[2], collective.pages,
    )  # fmt: skip
    draft = paper.begin_with(
        service=service, applicant=person, scan=scan, received_on=collective.received_on,
        by=by, at=at, today=today,
    )  # fmt: skip
    wrong = actions.save_answers(
        application_id=draft.pk, typed=entry.typed, files={}, names={}, by=by, naming=NAMING
    )
    if wrong:
        raise RuleBroken(" ".join(wrong.values()))
    actions.submit(application_id=draft.pk, by=by, at=at)
    return draft.pk


def _person(entry: Entry, *, by: User, today: date) -> Person:
    """Who is meant. Raises RuleBroken."""
    found = person_by_nik(entry.nik)
    if found is None or not serves(by, found, today):
        raise RuleBroken(STRANGER)
    if squeeze(found.name) != squeeze(entry.name):
        raise RuleBroken(OTHER_NAME)
    return found


def give_up(*, row_id: int) -> None:
    """The system could not make this one."""
    rows = CollectiveRow.objects.filter(pk=row_id, state=CollectiveRow.State.WAITING)
    rows.update(
        state=CollectiveRow.State.FAILED, typed_sealed=b"",
        message="Terjadi gangguan pada sistem. Ajukan di loket.",
    )  # fmt: skip


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


@transaction.atomic
def tidy_up(*, at: datetime) -> None:
    """What was looked at and never begun goes after a week. Of what was begun the signed list goes
    when every line is made, since each application has it; the rest after ``KEPT``."""
    known = Collective.objects.select_for_update(of=("self",), skip_locked=True)
    for old in known.filter(started_at=None, at__lt=at - OLD):
        _forget(old)
    waits = CollectiveRow.objects.filter(
        collective=OuterRef("pk"), state=CollectiveRow.State.WAITING
    )
    over = known.filter(~Exists(waits), started_at__isnull=False)
    for old in over.filter(started_at__lt=at - KEPT):
        _forget(old)
    for one in over.exclude(path=""):
        transaction.on_commit(partial(stored_files.forget, one.path))
        one.path = ""
        one.save(update_fields=["path"])
