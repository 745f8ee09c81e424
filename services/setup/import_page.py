"""What the page of an import shows, by the state the import is in."""

from typing import Any

from django.utils.text import Truncator

from accounts.models import User
from audit import actions as audit
from services.residents.fields import FIELDS
from services.residents.imports import repair, runs, steps, undoing
from services.residents.imports.columns import COLUMNS
from services.residents.imports.staged import PERSONAL
from services.residents.models import ImportRow, ImportRun, Person
from services.setup.import_samples import masked

State = ImportRun.State
SHOWN = 50  # lines on a page; the download has all
NAME = 30  # letters of a name in a list: one that is refused may be a word of a hundred
ROWS = 4  # of the file, above the choice of its columns


def context_of(run: ImportRun, user: User) -> dict[str, Any]:
    context: dict[str, Any] = {"run": run, "counts": run.counts, "percent": percent(run)}
    if run.state == State.READING:
        context["rows_read"] = steps.rows_read(run)
    if run.state == State.CHECKED:
        context["fields"] = changes(run, user)
        context["refused"] = lines(ImportRow.objects.filter(state=ImportRow.REFUSED))
        doubtful = ImportRow.objects.filter(state=None).exclude(doubts=None)
        context["doubtful"] = lines(doubtful)
        context["problems"] = [
            (_heading_label(heading), number)
            for heading, number in sorted(
                run.counts.get("problems", {}).items(), key=lambda told: (-told[1], told[0])
            )
        ]
    if run.state in (State.DONE, State.CANCELLED, State.FAILED):
        context["left_out"] = run.counts.get("refused", 0) + run.counts.get("left", 0)
        context["can_undo"] = run.source_id is not None
    if run.state in (State.UNDOING, State.UNDONE):
        told = run.counts.get("undo", {})
        context["undone"] = told
        context["kept"] = [(undoing.KEPT[why], told[why]) for why in undoing.KEPT if told.get(why)]
    return context


def _heading_label(heading: str) -> str:
    labels = {column.heading: column.label for column in COLUMNS.values()}
    return labels.get(heading, "Keluarganya tertahan, atau sel di luar kolom")


def percent(run: ImportRun) -> int:
    """How far writing or undoing is; reading says rows instead."""
    counts = run.counts
    if run.state == State.WRITING and run.phase == "families":
        return 5 + _part(run.position, counts["families"], 20)
    if run.state == State.WRITING and run.phase == "people":
        return min(99, 25 + _part(run.position, counts["last_line"], 75))
    if run.state == State.UNDOING and run.phase == "people":
        last = counts["undo"].get("last") or 1
        return min(99, 50 + _part(last - run.position, last, 50))
    return 0


def _part(done: int, of: int, share: int) -> int:
    return share * done // max(1, of)


def lines(rows: Any) -> list[dict[str, Any]]:
    """The first lines with what is wrong or doubtful, for a table."""
    return [
        {
            "line": row.line,
            "name": Truncator(repair.name_of(row)).chars(NAME),
            "text": "; ".join(said for _, said in repair.problems_of(row) if said)
            or "bersama keluarganya",
        }
        for row in rows.order_by("line")[:SHOWN]
    ]


def changes(run: ImportRun, user: User) -> list[dict[str, Any]]:
    """Each field that would change: how often, and the first person whose field it is, before and
    after. That their data was shown is recorded."""
    told = run.counts.get("fields", {})
    first = {line for _, line in told.values()}
    rows = ImportRow.objects.in_bulk(list(first))
    people = Person.objects.in_bulk([row.person_id for row in rows.values() if row.person_id])
    for shown in people.values():
        audit.record_read(actor=user, person_id=shown.pk, purpose="impor")
    found = []
    for name, (number, line) in told.items():
        row, field = rows.get(line), FIELDS[name]
        person = people.get(row.person_id) if row else None
        example = {"line": line, "before": "", "after": ""}
        if row is not None and person is not None and name in PERSONAL:
            example["before"] = field.words(getattr(person, name))
            example["after"] = field.words(getattr(row, name))
        found.append({"label": field.label, "count": number, **example})
    return found


def first_rows(run: ImportRun) -> list[list[str]]:
    """The first rows of the chosen sheet, masked, to see which of them has the headings."""
    rows = runs.shown_sheets(run)[run.sheet].rows[: run.header + ROWS]
    return [[masked(cell) if n != run.header else str(cell) for cell in row]
            for n, row in enumerate(rows)]  # fmt: skip
