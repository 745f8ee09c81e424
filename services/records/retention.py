"""How long something in the archive is kept, and what follows. The dates are reckoned from the day
it ended; a service's own class comes before that of its classification code."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from kernel.tanggal import years_after
from kernel.text import line
from messaging import outbox
from services.records.models import ArchiveItem, RetentionClass

KIND = "records.retention"
BATCH = 1000
MOST_YEARS = 100
Fate = RetentionClass.Fate


@dataclass(frozen=True, slots=True)
class Schedule:
    """The classes of a city, to be asked for many items. One query."""

    classes: Sequence[RetentionClass]

    def of(self, topic: str, code: str) -> RetentionClass | None:
        """The class of the service, else that of the longest code that covers this one."""
        by_topic = next((one for one in self.classes if topic and one.topic == topic), None)
        if by_topic is not None:
            return by_topic
        covering = [one for one in self.classes if one.code and covers(one.code, code)]
        return max(covering, key=lambda one: len(one.code), default=None)


def schedule() -> Schedule:
    return Schedule(list(RetentionClass.objects.all()))


def covers(code: str, other: str) -> bool:
    """Whether a classification code is another, or lies above it: ``400.9`` above ``400.9.14``."""
    return other == code or other.startswith(f"{code}.")


def dates(closed_on: date, active: int, inactive: int) -> tuple[date, date]:
    """When it leaves daily use, and when its fate is due."""
    return years_after(closed_on, active), years_after(closed_on, active + inactive)


def classify(items: Iterable[ArchiveItem], known: Schedule) -> None:
    """Give items their class and dates (not saved). What a review kept for good stays so."""
    for item in items:
        found = known.of(item.topic, item.code)
        item.retention = found
        if found is None:
            item.transfer_on = item.fate_on = None
            item.fate = Fate.KEEP if item.kept_for else ""
            continue
        item.transfer_on, item.fate_on = dates(
            item.closed_on, found.active_years, found.inactive_years
        )
        item.fate = Fate.KEEP if item.kept_for else found.fate


FIELDS = ("retention", "transfer_on", "fate_on", "fate")


def _said(item: ArchiveItem) -> tuple[object, ...]:
    return (item.retention_id, item.transfer_on, item.fate_on, item.fate)


# --- what administrators write ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A class as a form says it."""

    code: str
    topic: str
    title: str
    active_years: int
    inactive_years: int
    fate: str
    source: str


@transaction.atomic
def keep(*, pk: int | None, told: Told, by: User, at: datetime) -> RetentionClass:
    """Add a class, or change one; the dates of what lies in the archive follow. Raises NotThere,
    RuleBroken."""
    found = RetentionClass() if pk is None else _locked(pk)
    found.code, found.topic = line(told.code).replace(" ", ""), told.topic
    if bool(found.code) == bool(found.topic):
        raise RuleBroken("Isi kode klasifikasi, atau pilih layanan; salah satu saja.", field="code")
    same = RetentionClass.objects.filter(code=found.code, topic=found.topic).exclude(pk=found.pk)
    if same.exists():
        field = "code" if found.code else "topic"
        raise RuleBroken("Kelas ini sudah ada. Ubah yang sudah ada.", field=field)
    if told.active_years + told.inactive_years > MOST_YEARS:
        raise RuleBroken(f"Paling lama {MOST_YEARS} tahun.", field="inactive_years")
    found.title, found.source = line(told.title), line(told.source)
    found.active_years, found.inactive_years = told.active_years, told.inactive_years
    found.fate, found.changed_by, found.changed_at = told.fate, by, at
    found.save()
    audit.record(
        "retention.kept", actor=by, subject="retention", subject_id=found.pk,
        detail={
            "code": found.code, "topic": found.topic, "active": found.active_years,
            "inactive": found.inactive_years, "fate": str(found.fate),
        },
    )  # fmt: skip
    reckon_again(at)
    return found


@transaction.atomic
def drop(*, pk: int, by: User, at: datetime) -> None:
    """Take a class away: what had it has none, or the class above. Raises NotThere."""
    found = _locked(pk)
    audit.record(
        "retention.dropped", actor=by, subject="retention", subject_id=found.pk,
        detail={"code": found.code, "topic": found.topic},
    )  # fmt: skip
    found.delete()
    reckon_again(at)


def _locked(pk: int) -> RetentionClass:
    found = RetentionClass.objects.select_for_update().filter(pk=pk).first()
    if found is None:
        raise NotThere("Kelas retensi ini sudah tidak ada.")
    return found


def reckon_again(at: datetime) -> None:
    """Order that everything in the archive gets its class and dates anew."""
    _order(0, f"{at:%Y%m%d%H%M%S%f}")


def _order(after: int, run: str) -> None:
    outbox.enqueue(KIND, {"after": after, "run": run}, key=f"retention:{run}:{after}")


def reckon_some(payload: dict[str, object]) -> None:
    """What a worker does: classify the next items anew, and order the rest."""
    after, run = int(str(payload["after"])), str(payload["run"])
    rows = ArchiveItem.objects.select_for_update().filter(pk__gt=after, destroyed_at=None)
    items = list(rows.order_by("pk")[:BATCH])
    before = [_said(item) for item in items]
    classify(items, schedule())
    changed = [item for item, said in zip(items, before, strict=True) if said != _said(item)]
    ArchiveItem.objects.bulk_update(changed, FIELDS)
    if len(items) == BATCH:
        _order(items[-1].pk, run)
