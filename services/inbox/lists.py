"""The lists of a desk: which one, how it is narrowed, a page of it, and how many lie in each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Generic, Literal, TypeVar

from django.db.models import Count, F, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from accounts.models import User
from services.cases import queries as desks
from services.cases.kinds import kinds
from services.cases.models import Step
from services.inbox.advice import asked_at
from services.signing import queries as signatures
from tenants.office.models import Post, Unit
from tenants.office.queries import units_below
from tenants.office.roles import kinds_at
from tenants.registry.current import city

PER_PAGE = 50
T = TypeVar("T")
List = Literal["work", "late", "returned", "decided"]
WAITING: tuple[List, ...] = ("work", "late")  # lists of open steps, due first


@dataclass(frozen=True, slots=True)
class Filters:
    """Which part of a list is shown. Days are those of the city."""

    topic: str = ""
    unit: int = 0  # the case belongs to this unit, or to one inside it
    whose: str = ""  # "mine", "nobody", or everybody's
    since: date | None = None  # it arrived on this day or later
    until: date | None = None
    step: str = ""  # what has to be done, as the title of the step says

    def __bool__(self) -> bool:
        return self != Filters()


def condition(filters: Filters, user: User) -> Q:
    """The steps that these filters leave."""
    wanted = Q()
    if filters.topic:
        wanted &= Q(topic=filters.topic)
    if filters.step:
        wanted &= Q(title=filters.step)
    if filters.unit:
        wanted &= Q(case_unit__in=_inside(filters.unit))
    if filters.whose == "mine":
        wanted &= Q(taken_by=user)
    elif filters.whose == "nobody":
        wanted &= Q(taken_by__isnull=True)
    if filters.since:
        wanted &= Q(opened_at__gte=_begin(filters.since))
    if filters.until:
        wanted &= Q(opened_at__lt=_begin(filters.until + timedelta(days=1)))
    return wanted


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=city().tz)


def _inside(pk: int) -> QuerySet[Any, Any]:
    """The unit and every one inside it, also those that are closed."""
    code = Subquery(Unit.objects.filter(pk=pk).values("code")[:1])
    around = Unit.objects.alias(above=code)
    return around.filter(
        Q(code=F("above"))
        | Q(code__startswith=_followed(".")) | Q(code__startswith=_followed("/"))
    ).values("pk")  # fmt: skip


def _followed(sign: str) -> Any:
    return Concat(F("above"), Value(sign))


def steps_of(which: List, posts: list[Post], *, at: datetime) -> QuerySet[Step]:
    """A list in its order."""
    if which == "returned":
        return desks.waiting_for_applicant(posts)
    if which == "decided":
        return desks.decided(posts)
    waiting = desks.inbox(posts)
    return waiting.filter(due_at__lt=at) if which == "late" else waiting


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits at the desks of one official."""

    open: int
    late: int
    returned: int
    mine: int
    new: int  # came since they last looked
    shown: int  # of the list and filters that are open; of lists of past steps not counted
    asked: int  # for advice
    to_sign: int  # letters
    views: Sequence[int]


def counts(
    posts: list[Post], user: User, *, at: datetime, new_since: datetime,
    shown: tuple[List, Filters], views: Sequence[tuple[List, Filters]],
) -> Counts:  # fmt: skip
    """One query. ``shown`` is the list that the page shows, and how it is narrowed."""
    is_late = Q(due_at__lt=at)
    waiting = Step.objects.filter(desks.at_desks(posts), state=Step.State.OPEN)
    wanted = [Q(), is_late, Q(taken_by=user), Q(opened_at__gt=new_since)]
    for which, filters in (shown, *views):
        wanted.append(condition(filters, user) & (is_late if which == "late" else Q()))
    here, back, asked, to_sign = desks.read_numbers(
        posts,
        desks.number_of(waiting, *(Count("pk", filter=one or None) for one in wanted)),
        desks.number_of(desks.returned_at(posts), Count("pk")),
        desks.number_of(asked_at(posts), Count("pk")),
        desks.number_of(signatures.open_of(user), Count("pk")),
    )
    found = here or [0] * len(wanted)
    return Counts(
        open=found[0],
        late=found[1],
        mine=found[2],
        new=found[3],
        shown=found[4],
        views=found[5:],
        returned=back[0] if back else 0,
        asked=asked[0] if asked else 0,
        to_sign=to_sign[0] if to_sign else 0,
    )


@dataclass(frozen=True, slots=True)
class Total:
    """How long a list is, where that is known; stands for Django's ``Paginator``."""

    count: int | None


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """A page of a list that is not counted for it; like Django's ``Page`` for templates."""

    object_list: Sequence[T]
    number: int
    has_next: bool
    paginator: Total

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_other_pages(self) -> bool:
        return self.has_previous or self.has_next

    @property
    def previous_page_number(self) -> int:
        return self.number - 1

    @property
    def next_page_number(self) -> int:
        return self.number + 1

    @property
    def start_index(self) -> int:
        return (self.number - 1) * PER_PAGE + 1

    @property
    def end_index(self) -> int:
        return self.start_index + len(self.object_list) - 1


def page_of(steps: QuerySet[Step], number: int, count: int | None = None) -> Slice[Step]:
    """One page of a list. One query: what lines say is read of the page alone, not of the pages
    before it."""
    start = (number - 1) * PER_PAGE
    ids = steps.select_related(None).values("pk")[start : start + PER_PAGE + 1]
    found = list(desks.lines_of(ids).order_by(*steps.query.order_by))
    return Slice(found[:PER_PAGE], number, len(found) > PER_PAGE, Total(count))


@dataclass(frozen=True, slots=True)
class Choices:
    """What a list may be narrowed to: keys with what people call them."""

    topics: Mapping[str, str]
    units: Mapping[int, str]
    steps: Sequence[str] = ()  # titles; empty where one thing alone is done here


def choices(posts: Sequence[Post]) -> Choices:
    """Topics, and the units around these posts to which cases belong: what lies in a village, the
    villages of a kecamatan, the kecamatan of the city; at a dinas, what has to be done there: one
    checks, another completes. Two queries, three at a dinas."""
    topics = {key: title for kind in kinds for key, title in kind.topics().items()}
    units = {unit.pk: _name(unit) for unit in _units(posts)}
    if posts[0].unit.kind != Unit.Kind.DINAS:
        return Choices(topics, units)
    waiting = Step.objects.filter(desks.at_desks(posts), state=Step.State.OPEN)
    titles = list(waiting.order_by("title").values_list("title", flat=True).distinct())
    return Choices(topics, units, titles if len(titles) > 1 else ())


def _units(posts: Sequence[Post]) -> QuerySet[Unit]:
    unit = posts[0].unit
    if unit.kind in (Unit.Kind.KELURAHAN, Unit.Kind.DESA):
        kinds_below: list[str] = [Unit.Kind.RW, Unit.Kind.RT, Unit.Kind.DUSUN]
        inside = units_below(unit)
    elif unit.kind == Unit.Kind.KECAMATAN:
        kinds_below, inside = kinds_at("kelurahan"), units_below(unit)
    else:
        kinds_below, inside = [Unit.Kind.KECAMATAN], Unit.objects.filter(is_active=True)
    return inside.filter(kind__in=kinds_below).order_by("code").only("code", "name", "kind")


def _name(unit: Unit) -> str:
    """RT 001 of RW 002: a village has many of that number."""
    if unit.kind == Unit.Kind.RT and unit.code.count("/") >= 2:
        return f"{unit.name} / RW {unit.code.split('/')[-2]}"
    return unit.name
