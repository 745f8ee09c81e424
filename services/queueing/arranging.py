"""Setting up a waiting room: its lines and windows."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.text import line as one_line
from services.catalogue import queries as catalogue
from services.queueing import access, appointments, queries, rules
from services.queueing.models import (
    Appointment,
    DayWithout,
    QueueLine,
    SlotRule,
    Ticket,
    Window,
)
from tenants.office import queries as office
from tenants.office.models import Post, Unit

MOST_LINES = 20
MOST_WINDOWS = 40


@transaction.atomic
def add_line(
    *, unit_id: int, name: str, prefix: str, services: Collection[str], opens: time | None,
    closes: time | None, capacity: int | None, posts: Sequence[Post], by: User,
) -> QueueLine:  # fmt: skip
    """A line of an office. Raises NotThere, RuleBroken."""
    unit = _office(unit_id, posts)
    if queries.lines_of([unit.pk]).count() >= MOST_LINES:
        raise RuleBroken(f"Paling banyak {MOST_LINES} antrean di satu kantor.")
    return _kept(QueueLine(unit=unit), name, prefix, services, opens, closes, capacity, by)


@transaction.atomic
def change_line(
    *, line_id: int, name: str, prefix: str, services: Collection[str], opens: time | None,
    closes: time | None, capacity: int | None, posts: Sequence[Post], by: User,
) -> QueueLine:  # fmt: skip
    """Numbers that were given stay as they are. Raises NotThere, RuleBroken."""
    line = _line(line_id, posts)
    _office(line.unit_id, posts)
    return _kept(line, name, prefix, services, opens, closes, capacity, by)


def _kept(
    line: QueueLine, name: str, prefix: str, services: Collection[str], opens: time | None,
    closes: time | None, capacity: int | None, by: User,
) -> QueueLine:  # fmt: skip
    line.name, line.prefix = one_line(name)[:60], prefix.strip().upper()
    if not line.name:
        raise RuleBroken("Isi nama antrean.", field="name")
    if not (line.prefix.isascii() and line.prefix.isalpha() and len(line.prefix) <= 2):
        raise RuleBroken("Pakai satu atau dua huruf, misalnya A.", field="letter")
    same = queries.lines_of([line.unit_id]).filter(prefix=line.prefix).exclude(pk=line.pk)
    if same.exists():
        raise RuleBroken("Huruf ini sudah dipakai antrean lain di kantor ini.", field="letter")
    if (opens is None) != (closes is None):
        raise RuleBroken("Isi jam mulai dan jam akhirnya, atau kosongkan keduanya.", field="closes")
    if opens is not None and closes is not None and closes <= opens:
        raise RuleBroken("Jam akhir harus sesudah jam mulai.", field="closes")
    if capacity is not None and not 0 < capacity <= 999:
        raise RuleBroken("Tulis angka 1 sampai 999, atau kosongkan.", field="capacity")
    line.services = [one.slug for one in catalogue.offered() if one.slug in services]
    line.opens, line.closes, line.capacity = opens, closes, capacity
    what = "queue.line_added" if line.pk is None else "queue.line_changed"
    line.save()
    audit.record(what, actor=by, subject="queue_line", subject_id=line.pk)
    return line


@transaction.atomic
def close_line(*, line_id: int, posts: Sequence[Post], by: User, at: datetime) -> None:
    """The line gives no more numbers. Raises NotThere, Stale while somebody waits in it."""
    line = _line(line_id, posts)
    if Ticket.objects.filter(waits_in=line, state__in=queries.HELD).exists():
        raise Stale("Masih ada yang menunggu di antrean ini. Layani atau pindahkan dulu.")
    booked = Appointment.State.BOOKED
    if Appointment.objects.filter(line=line, state=booked, starts_at__gte=at).exists():
        raise Stale("Masih ada janji di antrean ini. Tandai dulu harinya tanpa janji.")
    line.closed_at = at
    line.save(update_fields=["closed_at"])
    audit.record("queue.line_closed", actor=by, subject="queue_line", subject_id=line.pk)


@transaction.atomic
def add_window(
    *, unit_id: int, name: str, line_ids: Collection[int], posts: Sequence[Post], by: User
) -> Window:
    """A window of an office. Raises NotThere, RuleBroken."""
    unit = _office(unit_id, posts)
    if queries.windows_of([unit.pk]).count() >= MOST_WINDOWS:
        raise RuleBroken(f"Paling banyak {MOST_WINDOWS} loket di satu kantor.")
    name = one_line(name)[:30]
    if not name:
        raise RuleBroken("Isi nama loket, misalnya Loket 2.", field="name")
    if queries.windows_of([unit.pk]).filter(name=name).exists():
        raise RuleBroken("Loket dengan nama ini sudah ada.", field="name")
    lines = [line.pk for line in queries.lines_of([unit.pk]) if line.pk in line_ids]
    made = Window.objects.create(unit=unit, name=name, line_ids=lines)
    audit.record("queue.window_added", actor=by, subject="window", subject_id=made.pk)
    return made


@transaction.atomic
def close_window(*, window_id: int, posts: Sequence[Post], by: User, at: datetime) -> None:
    """Nobody is called there any more. Raises NotThere, Stale while somebody stands there."""
    units = [unit.pk for unit in access.arranging(posts)]
    rows = Window.objects.select_for_update().filter(pk=window_id, unit__in=units, closed_at=None)
    window = rows.first()
    if window is None:
        raise NotThere("Loket ini tidak ditemukan di kantor Anda.")
    if queries.at_window(window) is not None:
        raise Stale("Selesaikan dulu nomor yang masih di loket ini.")
    window.closed_at = at
    window.save(update_fields=["closed_at"])
    audit.record("queue.window_closed", actor=by, subject="window", subject_id=window.pk)


def _office(unit_id: int, posts: Sequence[Post]) -> Unit:
    unit = access.unit_among(access.arranging(posts), unit_id)
    return Unit.objects.select_for_update().get(pk=unit.pk)


def _line(line_id: int, posts: Sequence[Post]) -> QueueLine:
    units = [unit.pk for unit in access.arranging(posts)]
    rows = QueueLine.objects.select_for_update(of=("self",)).select_related("unit")
    line = rows.filter(pk=line_id, unit__in=units, closed_at=None).first()
    if line is None:
        raise NotThere("Antrean ini tidak ditemukan di kantor Anda.")
    return line


# --- times for appointments -----------------------------------------------------------------------


@transaction.atomic
def add_slots(
    *, line_id: int, weekdays: Collection[int], opens: time, closes: time, minutes: int,
    capacity: int, posts: Sequence[Post], by: User,
) -> list[int]:  # fmt: skip
    """From when until when a line takes appointments on these weekdays; on which of them that is
    outside the hours of the office. A rule that begins at the same time is replaced. Raises
    NotThere, RuleBroken."""
    line = _line(line_id, posts)
    if not weekdays:
        raise RuleBroken("Pilih harinya.", field="weekdays")
    if closes <= opens:
        raise RuleBroken("Jam akhir harus sesudah jam mulai.", field="closes")
    length = (closes.hour - opens.hour) * 60 + closes.minute - opens.minute
    if not 5 <= minutes <= min(240, length):
        raise RuleBroken("Tulis 5 sampai 240 menit, tidak lebih dari jam bukanya.",
                         field="minutes")  # fmt: skip
    if not 1 <= capacity <= 50:
        raise RuleBroken("Tulis 1 sampai 50 orang.", field="capacity")
    for weekday in sorted(weekdays):
        SlotRule.objects.update_or_create(
            line=line, weekday=weekday, opens=opens,
            defaults={"closes": closes, "minutes": minutes, "capacity": capacity},
        )  # fmt: skip
    audit.record("queue.slots_set", actor=by, subject="queue_line", subject_id=line.pk)
    hours = office.calendar(unit=line.unit_id).hours
    return rules.outside(weekdays, opens, closes, hours)


@transaction.atomic
def remove_slots(*, rule_id: int, line_id: int, posts: Sequence[Post], by: User) -> None:
    """No more appointments are made at these times; those that were made stand. Raises NotThere."""
    line = _line(line_id, posts)
    SlotRule.objects.filter(pk=rule_id, line=line).delete()
    audit.record("queue.slots_removed", actor=by, subject="queue_line", subject_id=line.pk)


@transaction.atomic
def add_day_without(
    *, line_id: int, day: date, reason: str, posts: Sequence[Post], by: User, at: datetime,
    today: date,
) -> int:  # fmt: skip
    """A day without appointments; whoever has one is told why. Returns how many. Raises NotThere,
    RuleBroken."""
    line = _line(line_id, posts)
    words = one_line(reason)[:100]
    if day < today:
        raise RuleBroken("Tanggal ini sudah lewat.", field="day")
    if len(words) < 3:
        raise RuleBroken("Tulis alasannya, dibaca oleh yang punya janji.", field="reason")
    DayWithout.objects.update_or_create(line=line, day=day, defaults={"reason": words})
    audit.record("queue.day_without", actor=by, subject="queue_line", subject_id=line.pk)
    return appointments.withdraw_on(line, day, words, by=by, at=at)


@transaction.atomic
def remove_day_without(*, row_id: int, line_id: int, posts: Sequence[Post], by: User) -> None:
    """Appointments are made on this day after all. Raises NotThere."""
    line = _line(line_id, posts)
    DayWithout.objects.filter(pk=row_id, line=line).delete()
    audit.record("queue.day_with", actor=by, subject="queue_line", subject_id=line.pk)
