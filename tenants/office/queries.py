"""Reads of the office: who holds which post, which unit stands above."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateField,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    TimeField,
    Value,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from accounts.models import User
from audit.models import Entry
from kernel.clock import now
from kernel.registry import Registry
from kernel.workdays import Hours, WorkCalendar, calendar_for
from tenants.backend.scope import once_here
from tenants.office.languages import offered
from tenants.office.models import (
    Absence,
    Closure,
    Holding,
    InitialsAt,
    OnePersonAt,
    Post,
    Profile,
    ServiceHours,
    Unit,
)
from tenants.office.roles import NEIGHBOURHOOD, Can, can, having
from tenants.registry.current import city as here
from tenants.registry.people import Admin


def _current(on: date) -> Q:
    return Q(since__lte=on) & (Q(until__isnull=True) | Q(until__gte=on))


def current_holdings(on: date) -> QuerySet[Holding]:
    """Every holding in force on a day."""
    return Holding.objects.filter(_current(on))


# Who is shown an administrator's pages without being one (tenants.support registers itself). They
# hold nothing: no seat, no mails to admins, and ``is_admin`` is false for them.
readers: Registry[Callable[[User], bool]] = Registry(
    "readers", "who is shown an administrator's pages without being one"
)


# Written out: nearly every page and act asks this, and Django needs four milliseconds to compose
# the same of query sets.
_MINE = """SELECT post_id FROM office_holding
    WHERE user_id = %s AND since <= %s AND (until IS NULL OR until >= %s)"""
_AWAY = f"""SELECT head.post_id, gone.since
    FROM office_absence gone JOIN office_holding head ON head.id = gone.holding_id
    WHERE head.since <= %s AND (head.until IS NULL OR head.until >= %s)
    AND gone.since <= %s AND gone.until >= %s AND gone.stand_in_id IN ({_MINE})"""  # noqa: S608
_HELD_OR_STOOD_IN = f"{_MINE} UNION SELECT post_id FROM ({_AWAY}) away"  # noqa: S608
_IS_HELD = f"office_post.id IN ({_MINE})"
_IS_ACTING = f"office_post.id IN ({_MINE} AND is_acting)"
_AWAY_SINCE = f"(SELECT min(since) FROM ({_AWAY}) away WHERE away.post_id = office_post.id)"  # noqa: S608


def posts_of(user: User, on: date) -> list[Post]:
    """The posts this person holds on a day, or stands in at, with their units; for a reader, the
    admins' post."""
    return list(once_here(("office.posts", user.pk, on), lambda: _posts_of(user, on)))


def _posts_of(user: User, on: date) -> list[Post]:
    if any(reads(user) for reads in readers):
        admin = Post.objects.filter(having(Can.ADMINISTERS))
        return list(admin.select_related("unit").order_by("unit__code")[:1])
    mine = [user.pk, on, on]
    away = [on, on, on, on, *mine]
    held = Post.objects.filter(pk__in=RawSQL(_HELD_OR_STOOD_IN, [*mine, *away])).annotate(  # noqa: S611
        is_held=RawSQL(_IS_HELD, mine, BooleanField()),  # noqa: S611
        as_acting=RawSQL(_IS_ACTING, mine, BooleanField()),  # noqa: S611
        away_since=RawSQL(_AWAY_SINCE, away, DateField(null=True)),  # noqa: S611
    )
    posts = list(held.select_related("unit").order_by("unit__code", "role"))
    for post in posts:
        post.is_stood_in, post.is_acting = not post.is_held, post.as_acting
        post.stood_in_since = post.away_since if post.is_stood_in else None
    return list[Post](posts)


def keeping(posts: Iterable[Post]) -> list[Post]:
    """The posts whose holders keep the book of a neighbourhood and type for its residents. Who
    stands in for a head who is away answers requests, and does neither."""
    return [post for post in posts if can(post.role, Can.VOUCHES) and not post.is_stood_in]


def absences_on(on: date) -> QuerySet[Absence]:
    """Absences of a day, of heads whose own term lasts on it."""
    return Absence.objects.filter(since__lte=on, until__gte=on, holding__in=current_holdings(on))


def _seats(on: date) -> QuerySet[Holding]:
    """Holdings by which somebody takes a seat: in force, or to come. Neighbours who vouch for
    neighbours, thousands of them, take none."""
    to_end = Q(until__isnull=True) | Q(until__gte=on)
    return Holding.objects.filter(
        to_end, having(Can.TAKES_SEAT, "post__role"), user__is_active=True
    )


def seats_now(_since: datetime) -> int:
    """How many people hold a post, or are invited to one; each counts once. A meter."""
    return _seats(now().astimezone(here().tz).date()).values("user").distinct().count()


def holds_seat(user: User, on: date) -> bool:
    """Whether this person counts already."""
    return _seats(on).filter(user=user).exists()


def is_admin(user: User, on: date) -> bool:
    """Whether this person administers the city on a day."""
    return current_holdings(on).filter(having(Can.ADMINISTERS, "post__role"), user=user).exists()


def admins(on: date) -> list[User]:
    """Everyone who administers the city on a day."""
    held = current_holdings(on).filter(having(Can.ADMINISTERS, "post__role"))
    return list(User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("pk"))


def recent_admins(on: date, *, days: int) -> list[User]:
    """Everyone who administers the city on a day or did so within that many days before."""
    held = Holding.objects.filter(having(Can.ADMINISTERS, "post__role"), since__lte=on).filter(
        Q(until__isnull=True) | Q(until__gte=on - timedelta(days=days))
    )
    return list(User.objects.filter(pk__in=held.values("user")).order_by("pk"))


def admins_since(on: date) -> list[tuple[User, datetime]]:
    """Those administrators with the moment they became it: as the record noted it, since the day a
    post begins is typed by whoever appoints."""
    found = admins(on)
    posts = [
        str(pk) for pk in Post.objects.filter(having(Can.ADMINISTERS)).values_list("pk", flat=True)
    ]
    given = Entry.objects.filter(
        what="post.given", subject="post", subject_id__in=posts,
        detail__user__in=[user.pk for user in found],
    ).order_by("at")  # fmt: skip
    last = {entry.detail["user"]: entry.at for entry in given}
    return [(user, max(user.created_at, last.get(user.pk, user.created_at))) for user in found]


def admins_today() -> list[Admin]:
    """The same for the platform's console and its mails."""
    found = admins(now().astimezone(here().tz).date())
    return [Admin(user.pk, user.name, user.email) for user in found]


def initials() -> frozenset[tuple[str, str]]:
    """Levels and roles whose initials this city wants on each draft. One query."""
    return once_here(
        "office.initials",
        lambda: frozenset(InitialsAt.objects.values_list("level", "role")),
    )


def one_person() -> frozenset[int]:
    """Offices at which one person may check and complete a case. One query."""
    return once_here(
        "office.one_person",
        lambda: frozenset(OnePersonAt.objects.values_list("unit", flat=True)),
    )


def languages() -> tuple[tuple[str, str], ...]:
    """Codes and names of the languages this city offers its services in. One query."""
    return offered(Profile.objects.values_list("languages", flat=True).first() or "")


def calendar(of: str = ServiceHours.Of.OFFICE, unit: int | None = None) -> WorkCalendar:
    """This city's working days and service hours: weekends, national holidays, its own closures.
    Those of RT and RW are the offices' where they have none of their own; those of a unit (its id)
    the city's, where it has none. One query for all."""
    days = once_here("office.calendar", _days_and_hours)
    wanted = (
        days.hours.get((of, unit))
        or days.hours.get((of, None))
        or days.hours.get((ServiceHours.Of.OFFICE, None))
    )
    return calendar_for(here().timezone, days.closed, wanted, days.opened)


@dataclass(slots=True)
class _Days:
    closed: list[date] = field(default_factory=list)
    opened: list[date] = field(default_factory=list)
    hours: dict[tuple[str, int | None], dict[int, Hours]] = field(default_factory=dict)


def _days_and_hours() -> _Days:
    nothing = Value(None, output_field=TimeField())
    no_unit = Value(None, output_field=BigIntegerField())
    days = Closure.objects.order_by().values_list(
        "day", Value(""), no_unit, Cast("is_open", IntegerField()), nothing, nothing, named=False
    )
    some_day = Value(None, output_field=DateField())
    hours = ServiceHours.objects.order_by().values_list(
        some_day, "of", "unit_id", Cast("weekday", IntegerField()), "opens", "closes", named=False
    )
    found = _Days()
    for day, of, unit, number, opens, closes in days.union(hours, all=True):
        if day is not None:
            (found.opened if number else found.closed).append(day)
        else:
            found.hours.setdefault((of, unit), {})[number] = (opens, closes)
    return found


def holder_of(unit: Unit, role: str, on: date) -> Holding | None:
    """Who holds this role at this unit on a day; a proper holder comes before an acting one."""
    return (
        current_holdings(on)
        .filter(post__unit=unit, post__role=role, user__is_active=True)
        .select_related("user", "post", "post__unit")
        .order_by("is_acting", "-since", "pk")
        .first()
    )


def ancestor_codes(code: str) -> list[str]:
    """The codes above this one, nearest first: ``64.74.01.1001/002`` → ``64.74.01.1001``, …"""
    found: list[str] = []
    base, *below = code.split("/")
    parts = base.split(".")
    for length in range(len(below) - 1, -1, -1):
        found.append("/".join([base, *below[:length]]))
    found += [".".join(parts[:length]) for length in range(len(parts) - 1, 1, -1)]
    return found


def lineage(code: str) -> list[Unit]:
    """The unit with this code and those above it, nearest first, with their successors. One query,
    and none for a place whose surroundings were read before (``kernel.once``)."""
    wanted = [code, *ancestor_codes(code)]
    known: dict[str, Unit | None] = once_here("office.units", dict)
    if any(each not in known for each in wanted):
        found = Unit.objects.select_related("successor").in_bulk(wanted, field_name="code")
        known.update({each: found.get(each) for each in wanted})
    units = (known[each] for each in wanted)
    return [unit for unit in units if unit is not None]


def unit_at(code: str) -> Unit | None:
    """The unit with this code, or whoever took over when it was closed."""
    unit = next((unit for unit in lineage(code) if unit.code == code), None)
    while unit is not None and not unit.is_active and unit.successor is not None:
        unit = unit.successor
    return unit if unit is not None and unit.is_active else None


def unit_above(unit: Unit, kind: str) -> Unit | None:
    """The unit of this kind that this one lies in (itself, when it is of that kind)."""
    if unit.kind == kind:
        return unit
    # ``64.74/dpmptsp`` lies in the city although it is no territory.
    return next((above for above in lineage(unit.code) if above.kind == kind), None)


def vouched_units() -> QuerySet[Unit]:
    """Units whose head vouches for residents: every RT, and each dusun without an RT."""
    rts = Unit.objects.filter(kind=Unit.Kind.RT, is_active=True)
    has_rt = Q(Exists(rts.filter(parent=OuterRef("pk"))))
    has_rt |= Q(Exists(rts.filter(parent__parent=OuterRef("pk"))))  # an RW lies between
    is_dusun = Q(kind=Unit.Kind.DUSUN) & ~has_rt
    return Unit.objects.filter(Q(kind=Unit.Kind.RT) | is_dusun, is_active=True)


def vouching_unit(code: str) -> Unit | None:
    """The unit whose head vouches for who lives at this place: the RT, or the dusun where it has
    no RT. None where it has some and this place names none of them."""
    around = [unit for unit in lineage(code) if unit.is_active]
    rt = next((unit for unit in around if unit.kind == Unit.Kind.RT), None)
    if rt is not None:
        return rt
    dusun = next((unit for unit in around if unit.kind == Unit.Kind.DUSUN), None)
    if dusun is None:
        return None
    return once_here(
        ("office.vouching", dusun.pk), lambda: vouched_units().filter(pk=dusun.pk).first()
    )


def vouching_heads() -> list[str]:
    """What the heads who vouch are called in this city: ``Ketua RT``, ``Wali Jorong``. One
    query."""
    found = vouched_units().exclude(head="").order_by("-kind", "head")
    return list(dict.fromkeys(found.values_list("head", flat=True).distinct())) or ["Ketua RT"]


def units_below(unit: Unit, kind: str | None = None) -> QuerySet[Unit]:
    """Every unit inside this one, itself not counted."""
    below = Q(code__startswith=f"{unit.code}.") | Q(code__startswith=f"{unit.code}/")
    found = Unit.objects.filter(below, is_active=True)
    return found.filter(kind=kind) if kind else found


def neighbourhood_posts() -> QuerySet[Post]:
    """Posts of those who vouch for neighbours: heads of RT, RW and dusun, and their deputies."""
    return Post.objects.filter(
        having(Can.VOUCHES), unit__kind__in=NEIGHBOURHOOD, unit__is_active=True
    )


def vacant_units(on: date) -> QuerySet[Unit]:
    """RT, RW, and dusun whose head vouches, that nobody heads on a day."""
    held = current_holdings(on).filter(having(Can.HEADS, "post__role"), user__is_active=True)
    wanted = Q(kind=Unit.Kind.RW) | Q(pk__in=vouched_units().values("pk"))
    found = Unit.objects.filter(wanted, is_active=True)
    return found.exclude(pk__in=held.values("post__unit")).order_by("code")


def village_code(unit: Unit) -> str:
    """The code of the kelurahan or desa a neighbourhood lies in; that of another unit as it is."""
    return unit.code.partition("/")[0] if unit.kind in NEIGHBOURHOOD else unit.code


def offices_of(village_codes: Iterable[str], on: date) -> QuerySet[Holding]:
    """Who heads these kelurahan and desa on a day, and who sits at their counters."""
    roles = having(Can.HEADS, "post__role") | having(Can.COUNTER, "post__role")
    found = current_holdings(on).filter(roles, post__unit__code__in=village_codes)
    return found.filter(user__is_active=True).select_related("user", "post__unit").order_by("pk")


def vacant_posts(on: date) -> QuerySet[Post]:
    """Posts of offices that nobody holds; heads of RT and RW are counted elsewhere."""
    held = current_holdings(on).filter(user__is_active=True).values("post")
    open_posts = Post.objects.filter(having(Can.TAKES_SEAT), unit__is_active=True)
    return open_posts.exclude(pk__in=held)


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A post that nobody holds, or is to hold. An imported RT may have no post yet."""

    title: str
    unit_id: int
    post_id: int | None = None


def next_vacancy(post: Post, on: date) -> Vacancy | None:
    """What is to be filled next in the same kelurahan or desa: counter, head, then the heads who
    vouch by number."""
    code = post.unit.code.partition("/")[0]
    filled = Holding.objects.filter(Q(until__isnull=True) | Q(until__gte=on), user__is_active=True)
    desks = Post.objects.filter(having(Can.COUNTER) | having(Can.HEADS), unit__code=code)
    vacant = desks.exclude(pk=post.pk).exclude(pk__in=filled.values("post")).order_by("pk")
    first = min(vacant, key=lambda found: not can(found.role, Can.COUNTER), default=None)
    if first is not None:
        return Vacancy(first.title, first.unit_id, first.pk)
    held = filled.filter(having(Can.HEADS, "post__role")).values("post__unit")
    rt = (
        vouched_units()
        .filter(code__startswith=f"{code}/")
        .exclude(pk__in=held)
        .exclude(pk=post.unit_id)
        .select_related("parent__parent")
        .order_by("code")
        .first()
    )
    if rt is None:
        return None
    title = f"{rt.head} {rt.own_name}"
    return Vacancy(Post(unit=rt, title=title).full_title, rt.pk)
