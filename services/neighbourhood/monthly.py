"""The monthly report of a neighbourhood: counted from the month's reports and the register, sent
by its head, and kept as it was sent."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.tanggal import years_after
from services.applications.models import LifeEvent
from services.neighbourhood import groups
from services.neighbourhood.areas import is_left_to, post_for, reporting_units
from services.neighbourhood.models import Guest, MonthlyReport, Report
from services.neighbourhood.reports import ENDED_BADLY
from services.residents import codes
from services.residents.models import Household, Person, PersonEvent
from services.residents.queries import lies_in, within
from tenants.office.models import Post, Unit
from tenants.office.queries import vouched_units
from tenants.office.roles import Can, can

MONTHS_BACK = 12  # that may still be sent
# What happened, and by which events of the register and which reports it is told.
HAPPENED: Mapping[str, tuple[str, frozenset[str], frozenset[str]]] = {
    "births": ("Lahir", frozenset({"birth"}), frozenset({"birth"})),
    "deaths": ("Meninggal", frozenset({"death"}), frozenset({"death"})),
    "arrived": ("Datang", frozenset({"move_in"}), frozenset({"move_in"})),
    "left": ("Pindah", frozenset({"move_out"}), frozenset({"move_out", "move_within"})),
}
GUESTS, CHANGES = "guests", "changes"
_CHANGES = ("head", "card")
BANDS: tuple[tuple[str, int, int], ...] = (
    ("0–4", 0, 4), ("5–17", 5, 17), ("18–59", 18, 59), ("60+", 60, 150),
)  # fmt: skip
Figures = dict[str, Any]


def first_of(day: date) -> date:
    return day.replace(day=1)


def after(month: date) -> date:
    """The first day of the month after."""
    return (month + timedelta(days=32)).replace(day=1)


def open_months(today: date) -> list[date]:
    """The months that may be sent, the newest first: this one and those before."""
    found = [first_of(today)]
    while len(found) <= MONTHS_BACK:
        found.append(first_of(found[-1] - timedelta(days=1)))
    return found


def due_month(today: date) -> date:
    """The month to send now: in its last days this one, else the one before."""
    is_last_days = (after(first_of(today)) - today).days <= LAST_DAYS
    return first_of(today) if is_last_days else first_of(first_of(today) - timedelta(days=1))


LAST_DAYS = 3  # of a month, in which heads are reminded


# --- counting -------------------------------------------------------------------------------------


def figures(unit: Unit, month: date, *, today: date) -> Figures:
    """What the report of a month says: who lives there today, and what happened in the month."""
    people = Person.objects.living_here().filter(within("place", unit.code))
    happened = _happened(unit, month)
    return {
        **happened, "on": today.isoformat(), "people": _people(people, today),
        "groups": groups.counts(people, today),
    }  # fmt: skip


def is_nil(found: Figures) -> bool:
    """Whether nothing happened."""
    return not any(found[name] for name in (*HAPPENED, GUESTS, CHANGES))


def _people(people: QuerySet[Person], today: date) -> Figures:
    """Heads of family, households, and people by sex and age. One query."""
    wanted: dict[str, Any] = {
        "heads": Count("pk", filter=Q(relation=codes.Relation.HEAD)),
        "households": Count("household", distinct=True),
        "male": Count("pk", filter=Q(sex=codes.Sex.MALE)),
        "female": Count("pk", filter=Q(sex=codes.Sex.FEMALE)),
    }
    for number, (_, low, high) in enumerate(BANDS):
        born = Q(
            birth_date__lte=years_after(today, -low),
            birth_date__gt=years_after(today, -(high + 1)),
        )
        for sex in codes.Sex:
            wanted[f"band_{number}_{sex.value}"] = Count("pk", filter=born & Q(sex=sex))
    row: dict[str, int] = people.order_by().aggregate(**wanted)
    return {
        "heads": row["heads"], "households": row["households"], "male": row["male"],
        "female": row["female"],
        "ages": [
            [name, row[f"band_{number}_{codes.Sex.MALE.value}"],
             row[f"band_{number}_{codes.Sex.FEMALE.value}"]]
            for number, (name, _, _) in enumerate(BANDS)
        ],
    }  # fmt: skip


def _happened(unit: Unit, month: date) -> Figures:
    """Each thing that happened once: by the register, or by a report that it does not have yet."""
    in_month = Q(happened_on__gte=month, happened_on__lt=after(month))
    recorded = dict(
        PersonEvent.objects.filter(
            in_month, person__in=_ever_here(unit), reversed_by=None, reverses=None,
        ).order_by().values_list("kind").annotate(Count("person", distinct=True))
    )  # fmt: skip
    recorded["move_in"] = recorded.get("move_in", 0) + _from_elsewhere(unit, in_month)
    reports = _reports(unit, month)
    proposed = _proposed(reports)
    return {
        **{
            name: sum(recorded.get(kind, 0) for kind in kinds)
            + sum(proposed.get(report.pk, 1) for report in reports if report.what in told)
            for name, (_, kinds, told) in HAPPENED.items()
        },
        GUESTS: Guest.objects.filter(
            unit=unit, arrived_on__gte=month, arrived_on__lt=after(month)
        ).count(),
        CHANGES: sum(1 for report in reports if report.what in _CHANGES),
    }  # fmt: skip


def _from_elsewhere(unit: Unit, in_month: Q) -> int:
    """Who moved here from another unit of the city. Two queries."""
    moved = PersonEvent.objects.filter(
        in_month, person__in=_ever_here(unit), kind=PersonEvent.Kind.MOVE_WITHIN, reversed_by=None,
        reverses=None,
    )  # fmt: skip
    changes = dict(moved.order_by("pk").values_list("person", "changes"))
    cards = {one["household"][0] for one in changes.values() if "household" in one}
    places = dict(Household.objects.filter(pk__in=cards).values_list("pk", "rt__code"))
    before = (
        places.get(one["household"][0], "") if "household" in one else one.get("rt", [""])[0]
        for one in changes.values()
    )  # fmt: skip
    return sum(1 for place in before if place and not lies_in(place, unit.code))


def _ever_here(unit: Unit) -> QuerySet[Person]:
    """Also the dead, and those who moved away: their last home lies here."""
    return Person.objects.single().filter(within("place", unit.code))


def _reports(unit: Unit, month: date) -> list[Report]:
    found = Report.objects.filter(unit=unit, on__gte=month, on__lt=after(month))
    return list(found.exclude(application__state__in=ENDED_BADLY).select_related("application"))


def _proposed(reports: Collection[Report]) -> dict[int, int]:
    """By report how many people it tells of whom the register has not written yet. Whoever moves to
    another RT is written there, and counts here by the report alone. One query."""
    of_case = {report.application_id: report for report in reports}
    found = dict.fromkeys((report.pk for report in reports), 0)
    for case_id, confirmed in LifeEvent.objects.filter(application__in=of_case).values_list(
        "application_id", "confirmed_at"
    ):
        report = of_case[case_id]
        if confirmed is None or report.what == "move_within":
            found[report.pk] += 1
    return found


# --- sending --------------------------------------------------------------------------------------


@transaction.atomic
def send(
    *, unit: Unit, month: date, posts: Sequence[Post], by: User, at: datetime, today: date
) -> MonthlyReport:
    """Send a month's report; again, what is different since as the next version. Raises NotThere,
    RuleBroken for a month that has not begun, Stale where nothing is different."""
    post = post_for(posts, unit)
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    if not reporting_units([post]).filter(pk=unit.pk).exists():
        raise NotThere("Laporan bulanan dikirim oleh ketua RT.")
    if not is_left_to(posts, unit, today):
        raise RuleBroken(f"Laporan bulanan {unit.name} dikirim oleh pengurusnya sendiri.")
    if month not in open_months(today):
        raise RuleBroken("Laporan bulan ini tidak bisa dikirim. Pilih bulan dari daftar.")
    found = figures(unit, month, today=today)
    last = newest(unit, month)
    if last is not None and not differs(last.figures, found):
        raise Stale("Laporan bulan ini sudah terkirim, dan isinya masih sama.")
    sent = MonthlyReport.objects.create(
        unit=unit, month=month, version=last.version + 1 if last else 1, figures=found,
        is_nil=is_nil(found), sent_by=by, title=post.title, sent_at=at,
    )  # fmt: skip
    audit.record(
        "monthly_report.sent", actor=by, subject="unit", subject_id=unit.pk,
        detail={"month": month.isoformat(), "version": sent.version},
    )  # fmt: skip
    return sent


def differs(sent: Figures, found: Figures) -> bool:
    """Whether something else happened than was sent. How many live there today is no reason to
    send a past month again."""
    return any(sent.get(name) != found[name] for name in (*HAPPENED, GUESTS, CHANGES))


def newest(unit: Unit, month: date) -> MonthlyReport | None:
    """The last version of a month's report."""
    return versions(unit, month).first()


def of_units(units: Iterable[Unit], month: date) -> dict[int, MonthlyReport]:
    """By unit the last version of a month's report. One query."""
    found = MonthlyReport.objects.filter(unit__in=[unit.pk for unit in units], month=month)
    rows = found.select_related("sent_by", "unit").order_by("unit", "version")
    return {report.unit_id: report for report in rows}


def unsent(posts: Sequence[Post], month: date) -> bool:
    """Whether a head has not sent the report of the own unit. One query; of an RW, whose RT send
    theirs, none is awaited."""
    own = [post.unit_id for post in posts if can(post.role, Can.VOUCHES)]
    sent = MonthlyReport.objects.filter(month=month).values("unit")
    return vouched_units().filter(pk__in=own).exclude(pk__in=sent).exists()


# --- what the kelurahan sees ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One unit and its report; None: not sent."""

    unit: Unit
    report: MonthlyReport | None

    @property
    def name(self) -> str:
        """With the RW it lies in, where there is one."""
        above = self.unit.parent
        return (
            f"{self.unit.name} / {above.name}"
            if above and above.kind == above.Kind.RW
            else (self.unit.name)
        )


COLUMNS: Sequence[tuple[str, str]] = (
    ("heads", "KK"), ("male", "Laki-laki"), ("female", "Perempuan"),
    *((name, label) for name, (label, _, _) in HAPPENED.items()), (GUESTS, "Tamu"),
    (CHANGES, "Perubahan KK"),
)  # fmt: skip


def numbers(report: MonthlyReport) -> list[int]:
    """The figures of a report in the order of ``COLUMNS``."""
    people = report.figures["people"]
    return [int(people.get(name, report.figures.get(name, 0))) for name, _ in COLUMNS]


def board(areas: Sequence[str], month: date) -> list[Line]:
    """Every unit of these areas with its report of a month, those without one first. Two
    queries."""
    units = list(
        vouched_units().filter(lies_in_areas(areas)).select_related("parent").order_by("code")
    )
    reports = of_units(units, month)
    lines = [Line(unit, reports.get(unit.pk)) for unit in units]
    return sorted(lines, key=lambda line: line.report is not None)


def lies_in_areas(areas: Sequence[str]) -> Q:
    """A condition on units: inside one of the areas with these codes."""
    below = Q(pk__in=[])
    for code in areas:
        below |= Q(code__startswith=f"{code}/") | Q(code__startswith=f"{code}.")
    return below


def versions(unit: Unit, month: date) -> QuerySet[MonthlyReport]:
    """Everything that was sent for a month, the newest first."""
    found = MonthlyReport.objects.filter(unit=unit, month=month).select_related("sent_by")
    return found.order_by("-version")


def by_village(lines: Iterable[Line]) -> list[tuple[str, list[tuple[str, int]]]]:
    """The sums of each kelurahan or desa, with the names of the columns. One query."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.unit.code.partition("/")[0], []).append(line)
    names = dict(Unit.objects.filter(code__in=found).values_list("code", "name"))
    labels = [label for _, label in COLUMNS]
    return [
        (names.get(code, code), list(zip(labels, totals(of_village), strict=True)))
        for code, of_village in sorted(found.items())
    ]


def totals(lines: Iterable[Line]) -> list[int]:
    """The sums of what was sent, in the order of ``COLUMNS``."""
    found = [numbers(line.report) for line in lines if line.report is not None]
    return [sum(column) for column in zip(*found, strict=True)] or [0] * len(COLUMNS)
