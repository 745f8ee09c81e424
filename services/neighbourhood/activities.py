"""Activities of a neighbourhood: when they take place, who comes, and what became of them."""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.tanggal import long_date
from services.cases import documents
from services.neighbourhood.announcements import units_of
from services.neighbourhood.audiences import places_of
from services.neighbourhood.models import Activity, Outcome, Reply
from services.residents.models import Person
from tenants.office.models import Post
from tenants.registry import stored_files

FOLDER = "kegiatan"  # below the city's
LONGEST = timedelta(days=366)  # a repeated activity is written anew after a year
AHEAD = timedelta(days=60)  # what lists show
MOST = 60  # activities of the list
MOST_DAYS = 30  # of the next two months, in the list of whoever planned them


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What somebody writes."""

    title: str
    on: date
    begins_at: time
    place: str
    bring: str = ""
    repeats: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """One day of an activity: how many come, how many cannot, and one's own answer."""

    activity: Activity
    on: date
    come: int = 0
    cannot: int = 0
    own: bool | None = None

    @property
    def text(self) -> str:
        """The day as it stands in an address."""
        return self.on.isoformat()


def days(activity: Activity, begin: date, end: date) -> Iterator[date]:
    """On which days from ``begin`` to ``end`` it takes place. In a month without the day (31, or
    29 February) it takes place on the last day."""
    for number in range(54):  # weeks of a year; months are fewer
        day = _nth(activity, number)
        if day > min(end, activity.until):
            return
        if day >= begin:
            yield day


def _nth(activity: Activity, number: int) -> date:
    if activity.repeats == Activity.Repeats.WEEKLY:
        return activity.on + timedelta(weeks=number)
    if activity.repeats == Activity.Repeats.MONTHLY:
        months = activity.on.year * 12 + activity.on.month - 1 + number
        year, month = months // 12, months % 12 + 1
        return date(year, month, min(activity.on.day, calendar.monthrange(year, month)[1]))
    return activity.on if number == 0 else date.max


@transaction.atomic
def plan(
    *, unit_id: int, facts: Facts, posts: Sequence[Post], by: User, at: datetime, today: date
) -> Activity:
    """Tell the residents of something to come. Raises NotThere, RuleBroken."""
    unit = next((one for one in units_of(posts) if one.pk == unit_id), None)
    if unit is None:
        raise NotThere("Wilayah ini bukan wilayah Anda.")
    _require_coming(facts.on, today)
    until = _until(facts)
    found = Activity.objects.create(
        unit=unit, title=facts.title, on=facts.on, begins_at=facts.begins_at, place=facts.place,
        bring=facts.bring, repeats=Activity.Repeats(facts.repeats), until=until, written_by=by,
        written_at=at,
    )  # fmt: skip
    audit.record("activity.planned", actor=by, subject="activity", subject_id=found.pk)
    return found


@transaction.atomic
def change(
    *, activity_id: int, facts: Facts, posts: Sequence[Post], by: User, today: date
) -> Activity:
    """Put an activity right, on all its days. Another day or repetition is chosen only before the
    first time; who had answered is asked anew then. Raises NotThere, RuleBroken, Stale."""
    of_area(posts, activity_id)
    found = Activity.objects.select_for_update(of=("self",)).get(pk=activity_id)
    if found.cancelled_at is not None:
        raise Stale("Kegiatan ini sudah dibatalkan. Tambahkan kegiatan baru.")
    is_moved = (facts.on, facts.repeats) != (found.on, found.repeats)
    if is_moved and found.on < today:
        raise RuleBroken(
            "Kegiatan ini sudah pernah berlangsung, jadi tanggalnya tidak bisa diganti. Batalkan, "
            "lalu tambahkan yang baru.", field="on",
        )  # fmt: skip
    if is_moved:
        _require_coming(facts.on, today)
        found.replies.all().delete()
    until = _until(facts)
    if until < min(today, found.until):
        raise RuleBroken("Tanggal ini sudah lewat. Tulis hari ini atau sesudahnya.", field="until")
    found.title, found.begins_at, found.place = facts.title, facts.begins_at, facts.place
    found.bring, found.on, found.until = facts.bring, facts.on, until
    found.repeats = Activity.Repeats(facts.repeats)
    found.save()
    audit.record("activity.changed", actor=by, subject="activity", subject_id=found.pk)
    return found


def shown_from(activity: Activity, today: date) -> str:
    """Since when residents see it, in words for whoever planned it."""
    if activity.on <= today + AHEAD:
        return "Kegiatan sudah tampil bagi warga."
    return f"Kegiatan tersimpan. Warga melihatnya mulai {long_date(activity.on - AHEAD)}."


def _require_coming(on: date, today: date) -> None:
    if on < today:
        raise RuleBroken("Tanggal ini sudah lewat. Tulis hari ini atau sesudahnya.", field="on")
    if on > today + LONGEST:
        raise RuleBroken("Tanggal ini lebih dari setahun lagi. Periksa tahunnya.", field="on")


def _until(facts: Facts) -> date:
    if not facts.repeats:
        return facts.on
    until = facts.until or facts.on + LONGEST
    if not facts.on <= until <= facts.on + LONGEST:
        raise RuleBroken(
            "Tulis tanggal terakhir sesudah tanggal pertama, paling lama setahun.", field="until"
        )
    return until


@transaction.atomic
def cancel(*, activity_id: int, posts: Sequence[Post], by: User, at: datetime) -> Activity:
    """It takes place no more; residents see that. Raises NotThere."""
    found = of_area(posts, activity_id)
    found = Activity.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if found.cancelled_at is None:
        found.cancelled_at = at
        found.save(update_fields=["cancelled_at"])
        audit.record("activity.cancelled", actor=by, subject="activity", subject_id=found.pk)
    return found


@transaction.atomic
def note(
    *, activity_id: int, on: date, attended: int, text: str, posts: Sequence[Post], by: User,
    at: datetime, today: date, photo: documents.Accepted | None = None,
) -> Outcome:  # fmt: skip
    """How many came, in a few words, with a photo; noted again, it replaces what was noted.
    ``photo`` was judged before. Raises NotThere, RuleBroken."""
    found = of_area(posts, activity_id)
    Activity.objects.select_for_update(of=("self",)).get(pk=found.pk)
    require_day(found, on)
    if on > today:
        raise RuleBroken("Kegiatan ini belum berlangsung. Catat sesudahnya.")
    told: dict[str, object] = {
        "attended": attended, "text": text, "noted_by": by, "noted_at": at
    }  # fmt: skip
    if photo is not None:
        if photo.media_type == "application/pdf":
            raise RuleBroken("Pilih foto, bukan PDF.", field="photo")
        old = Outcome.objects.filter(activity=found, on=on).values_list("path", flat=True).first()
        told["path"] = stored_files.keep_within_plan(FOLDER, photo.content, photo.suffix)
        told["media_type"] = photo.media_type
        if old:
            transaction.on_commit(lambda: stored_files.forget(old))
    outcome, _ = Outcome.objects.update_or_create(activity=found, on=on, defaults=told)
    audit.record("activity.noted", actor=by, subject="activity", subject_id=found.pk)
    return outcome


def require_day(activity: Activity, on: date) -> None:
    """Raises NotThere where it does not take place on this day."""
    if on not in days(activity, on, on):
        raise NotThere("Kegiatan ini tidak berlangsung pada tanggal itu.")


@transaction.atomic
def reply(
    *, activity_id: int, on: date, comes: bool, person: Person, at: datetime, today: date
) -> Reply:
    """A resident says whether they come; said again, the last answer counts. Raises NotThere,
    RuleBroken."""
    found = one_for_resident(person, activity_id)
    require_day(found, on)
    if found.cancelled_at is not None or on < today:
        raise RuleBroken("Kegiatan ini sudah lewat atau dibatalkan.")
    answer, _ = Reply.objects.update_or_create(
        activity=found, on=on, person=person, defaults={"comes": comes, "at": at}
    )
    return answer


# --- reading --------------------------------------------------------------------------------------


def _own(posts: Sequence[Post]) -> QuerySet[Activity]:
    return Activity.objects.filter(unit__in=[unit.pk for unit in units_of(posts)])


def of_area(posts: Sequence[Post], activity_id: int) -> Activity:
    """One of the own units. Raises NotThere."""
    found = _own(posts).filter(pk=activity_id).select_related("unit").first()
    if found is None:
        raise NotThere("Kegiatan ini tidak ditemukan di wilayah Anda.")
    return found


def _around(person: Person) -> QuerySet[Activity]:
    return Activity.objects.filter(unit__code__in=places_of(person))


def one_for_resident(person: Person, activity_id: int) -> Activity:
    """One of the units around a resident's home. Raises NotThere."""
    found = _around(person).filter(pk=activity_id).select_related("unit").first()
    if found is None:
        raise NotThere("Kegiatan ini tidak ada di wilayah Anda.")
    return found


def to_come(posts: Sequence[Post], today: date) -> list[Meeting]:
    """Meetings of the own units in the next two months, in order, then the first day of what
    begins later. Three queries."""
    later = _own(posts).filter(on__gt=today + AHEAD, cancelled_at=None).select_related("unit")
    return [
        *_meetings(_own(posts), today, None)[:MOST_DAYS],
        *(Meeting(one, one.on) for one in later.order_by("on", "pk")[:MOST]),
    ]


def to_come_for(person: Person, today: date) -> list[Meeting]:
    """Meetings around a resident's home in the next two months, in order. Two queries."""
    return _meetings(_around(person), today, person)


def _meetings(rows: QuerySet[Activity], today: date, person: Person | None) -> list[Meeting]:
    last = today + AHEAD
    found = rows.filter(until__gte=today, on__lte=last, cancelled_at=None)
    held = list(found.select_related("unit").order_by("on", "pk")[:MOST])
    mine = Count("pk", filter=Q(person=person, comes=True))
    refused = Count("pk", filter=Q(person=person, comes=False))
    replies = Reply.objects.filter(activity__in=held, on__range=(today, last)).order_by()
    counted: dict[tuple[int, date], dict[str, Any]] = {
        (row["activity"], row["on"]): dict(row)
        for row in replies.values("activity", "on").annotate(
            come=Count("pk", filter=Q(comes=True)), cannot=Count("pk", filter=Q(comes=False)),
            mine=mine, refused=refused,
        )
    }  # fmt: skip
    meetings = []
    for activity in held:
        for day in days(activity, today, last):
            row = counted.get((activity.pk, day), {})
            own = True if row.get("mine") else False if row.get("refused") else None
            meeting = Meeting(activity, day, row.get("come", 0), row.get("cannot", 0), own)
            meetings.append(meeting)
    return sorted(meetings, key=lambda one: (one.on, one.activity.begins_at, one.activity.pk))


def meeting(activity: Activity, on: date, person: Person | None = None) -> Meeting:
    """One day of an activity. One query. Raises NotThere."""
    require_day(activity, on)
    answers = dict(activity.replies.filter(on=on).values_list("person", "comes"))
    come = sum(answers.values())
    own = answers.get(person.pk) if person is not None else None
    return Meeting(activity, on, come, len(answers) - come, own)


def outcome_of(activity: Activity, on: date) -> Outcome | None:
    return activity.outcomes.filter(on=on).first()


def held_before(posts: Sequence[Post], today: date) -> list[Meeting]:
    """Meetings of the last two months, the newest first, without numbers. One query."""
    begin, end = today - AHEAD, today - timedelta(days=1)
    found = _own(posts).filter(until__gte=begin, on__lte=end, cancelled_at=None)
    held = list(found.select_related("unit").order_by("-on", "-pk")[:MOST])
    meetings = [Meeting(one, day) for one in held for day in days(one, begin, end)]
    return sorted(meetings, key=lambda one: (one.on, one.activity.pk), reverse=True)[:MOST]


# --- for calendars --------------------------------------------------------------------------------


def calendar_file(activity: Activity, *, host: str) -> str:
    """The activity as iCalendar (RFC 5545): what, when and where, and nobody's name. Times are
    those of the place (without a zone): who lives there reads them as they were written."""
    begin = datetime.combine(activity.on, activity.begins_at)
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Balai//RT//ID", "BEGIN:VEVENT",
        f"UID:kegiatan-{activity.pk}@{host}",
        f"DTSTAMP:{activity.written_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{begin:%Y%m%dT%H%M%S}", "DURATION:PT2H",
        f"SUMMARY:{_escaped(activity.title)}", f"LOCATION:{_escaped(activity.place)}",
        *([f"DESCRIPTION:{_escaped(activity.bring)}"] if activity.bring else []),
        *_rule(activity), "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _rule(activity: Activity) -> list[str]:
    """How it repeats: monthly on the last day of a month that has no such day."""
    last = f"UNTIL={activity.until:%Y%m%d}T235959"
    if activity.repeats == Activity.Repeats.WEEKLY:
        return [f"RRULE:FREQ=WEEKLY;{last}"]
    if activity.repeats == Activity.Repeats.MONTHLY:
        fit = range(min(28, activity.on.day), activity.on.day + 1)
        among = ",".join(str(day) for day in fit)
        return [f"RRULE:FREQ=MONTHLY;BYMONTHDAY={among};BYSETPOS=-1;{last}"]
    return []


def _escaped(text: str) -> str:
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def _folded(line: str) -> str:
    """Lines of 75 bytes at most, the rest indented by one space."""
    found, rest = [], line
    while len(rest.encode()) > 74:
        cut = 60
        while len(rest[:cut].encode()) > 74:
            cut -= 1
        found.append(rest[:cut])
        rest = rest[cut:]
    return "\r\n ".join([*found, rest])
