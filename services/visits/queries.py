"""Reads of visits: who may need one, what is planned, what an official has to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import User
from kernel.errors import NotThere
from kernel.tanggal import age_on, years_after
from services.applications.models import Application
from services.cases import queries as desks
from services.cases.models import Case, Step
from services.residents import codes
from services.residents.queries import within
from services.results.models import Result, Way, Wish
from services.visits.models import Stop, StopPhoto, Visit, VisitWish
from tenants.office.models import Post, Unit
from tenants.office.queries import units_below

OLD = 60  # years, from which an applicant is called old (UU 13/1998)
MOST = 200  # candidates of a village
KEPT_BACK = timedelta(days=30)  # how long a phone may still send what was done
AHEAD = timedelta(days=14)
HAS_VISITS = "has_home_visits"  # of an application as ``applications.loading`` reads it
NOT_FOUND = "Kunjungan ini tidak ditemukan di kantor Anda."


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case whose applicant wishes for a visit, or may need one."""

    case: Application
    reasons: tuple[str, ...]


def villages(unit: Unit) -> list[Unit]:
    """The villages to which officials of an office go. One query."""
    kinds = (Unit.Kind.KELURAHAN, Unit.Kind.DESA)
    if unit.kind in kinds:
        return [unit]
    around = units_below(unit) if unit.kind == Unit.Kind.KECAMATAN else Unit.objects.all()
    return list(around.filter(kind__in=kinds, is_active=True).order_by("name", "pk"))


def candidates(posts: Sequence[Post], village: Unit, *, today: date) -> list[Candidate]:
    """Cases at these desks of people in a village who wish for a visit, want a result brought, are
    old, or live with a disability, the earliest sent first; not those for whom one is planned.
    Three queries."""
    units = {post.unit_id for post in posts}
    ready = Result.objects.filter(unit__in=units, state=Result.State.READY)
    open_here = Step.objects.filter(desks.at_desks(posts), state=Step.State.OPEN)
    planned = Stop.objects.filter(state=Stop.State.PLANNED).values("case")
    brought = Wish.objects.filter(case=OuterRef("pk"), way=Way.DELIVERY)
    in_need = (
        Q(visit_wish__isnull=False)
        | Q(applicant__birth_date__lte=years_after(today, -OLD))
        | Q(applicant__disability__isnull=False) & ~Q(applicant__disability=codes.Disability.NONE)
        | Q(Exists(ready.filter(case=OuterRef("pk"))), Exists(brought))
    )
    found = (
        Application.objects.filter(in_need, within("applicant__place", village.code))
        .filter(Q(pk__in=ready.values("case")) | Q(pk__in=open_here.values("case")))
        .exclude(pk__in=planned)
        .select_related("applicant__household__rt", "version__service")
        .order_by("submitted_at", "pk")[:MOST]
    )
    cases = list(found)
    ids = [case.pk for case in cases]
    wishes = {one.case_id: one for one in VisitWish.objects.filter(case__in=ids)}
    labels = dict(ready.filter(case__in=ids).values_list("case", "label"))
    return [
        Candidate(case, tuple(_reasons(case, wishes.get(case.pk), labels.get(case.pk, ""), today)))
        for case in cases
    ]


def _reasons(case: Application, wish: VisitWish | None, ready: str, today: date) -> list[str]:
    person, found = case.applicant, []
    if wish is not None:
        found.append(f"Minta didatangi: {VisitWish.Reason(wish.reason).label}")
    age = age_on(person.birth_date, today)
    if age >= OLD:
        found.append(f"{age} tahun")
    if person.disability not in (None, codes.Disability.NONE):
        found.append("Perlu didatangi menurut data penduduk")
    if ready:
        found.append(f"Siap: {ready}")
    return found


def of_offices(posts: Sequence[Post]) -> QuerySet[Visit]:
    """Visits of these offices, the latest day first."""
    units = {post.unit_id for post in posts}
    found = Visit.objects.filter(unit__in=units).select_related("unit", "village")
    return found.order_by("-day", "-pk")


def at_office(posts: Sequence[Post], pk: int) -> Visit:
    """One of them with its stops and officers. Raises NotThere."""
    found = of_offices(posts).filter(pk=pk).prefetch_related("officers__user", _stops()).first()
    if found is None:
        raise NotThere(NOT_FOUND)
    return found


def _stops() -> "Prefetch[str, QuerySet[Stop], str]":
    stops = Stop.objects.select_related("case", "done_by").prefetch_related("photos")
    return Prefetch("stops", stops.order_by("pk"))


def mine(user: User, posts: Sequence[Post], *, today: date) -> list[Visit]:
    """The visits an official goes to from yesterday on, and those before of which nobody has told
    yet what was done, by day."""
    untold = Stop.objects.filter(visit=OuterRef("pk"), state=Stop.State.PLANNED)
    found = of_offices(posts).filter(
        Q(day__gte=today - timedelta(days=1)) | Q(Exists(untold), day__gte=today - KEPT_BACK),
        officers__user=user, day__lte=today + AHEAD, cancelled_at=None,
    )  # fmt: skip
    return list(found.prefetch_related(_stops()).order_by("day", "pk"))


def goes_or_went(user: User, posts: Sequence[Post], *, today: date) -> bool:
    """Whether this official's phone may keep pages of visits, or still has to send reports."""
    since = today - KEPT_BACK
    return of_offices(posts).filter(officers__user=user, day__gte=since).exists()


def stop_of(user: User, posts: Sequence[Post], pk: int) -> Stop:
    """A stop of a visit to which this official goes. Raises NotThere."""
    units = {post.unit_id for post in posts}
    found = Stop.objects.select_related("visit__unit", "visit__village", "case", "done_by")
    one = found.filter(pk=pk, visit__unit__in=units, visit__officers__user=user).first()
    if one is None:
        raise NotThere(NOT_FOUND)
    return one


def cases_of(stops: Sequence[Stop]) -> dict[int, Application]:
    """Their cases with who asked for them. One query."""
    found = Application.objects.select_related("applicant__household__rt", "version__service")
    return found.in_bulk([stop.case_id for stop in stops])


def to_deliver(stop: Stop) -> list[Result]:
    """What lies at the office for the person who is visited."""
    states = (Result.State.READY, Result.State.OUT)
    found = Result.objects.filter(case=stop.case_id, unit=stop.visit.unit_id, state__in=states)
    return list(found.order_by("pk"))


def of_case(case: Case) -> list[Stop]:
    """The visits for a case, the newest first. Two queries; none for one that was read as having
    no visits."""
    if not getattr(case, HAS_VISITS, True):
        return []
    found = Stop.objects.filter(case=case).select_related("visit__unit", "done_by")
    return list(found.prefetch_related("photos").order_by("-pk"))


def may_be_visited(case: Case) -> bool:
    """Whether an office still has something to do at an applicant's home. One query of a case that
    is done."""
    if case.state in (Case.State.DRAFT, Case.State.REFUSED, Case.State.WITHDRAWN):
        return False
    if case.state != Case.State.DONE:
        return True
    waiting = (Result.State.READY, Result.State.OUT)
    return Result.objects.filter(case=case, state__in=waiting).exists()


def wish_of(case: Case) -> VisitWish | None:
    return VisitWish.objects.filter(case=case).first()


def photo_at_desk(posts: Sequence[Post], photo_id: int) -> StopPhoto:
    """A photo of a visit of these offices, or of a case that is or was at these desks. Raises
    NotThere."""
    found = StopPhoto.objects.select_related("stop__visit").filter(pk=photo_id).first()
    units = {post.unit_id for post in posts}
    if found is not None and (
        found.stop.visit.unit_id in units
        or desks.passed_by(list(posts)).filter(case=found.stop.case_id).exists()
    ):
        return found
    raise NotThere("Foto ini tidak ditemukan.")
