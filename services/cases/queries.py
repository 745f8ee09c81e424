"""What lies at which desk, and who may see it there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BooleanField,
    Count,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)

from kernel.clock import now
from kernel.registry import Registry
from services.cases.kinds import kinds
from services.cases.models import Case, Document, Step
from services.payments.models import TransferProof
from services.residents.models import WalletDocument
from tenants.office.models import Post, Unit
from tenants.registry.current import city

# Rows of apps above that are files of the city's, each with its ``size``.
stored: Registry[Callable[[], QuerySet[Any]]] = Registry("stored", "files that count as storage")

UNDER_WAY = (Case.State.RETURNED, Case.State.RUNNING, Case.State.ISSUING, Case.State.DRAFT)
EDITABLE = (Case.State.DRAFT, Case.State.RETURNED)
DECIDED = (Step.State.APPROVED, Step.State.REFUSED, Step.State.RETURNED, Step.State.FORWARDED)


# Fills at the start: whoever else may read a case now, by the posts they hold.
also_read: Registry[Callable[[Iterable[Post], int], bool]] = Registry(
    "also_read", "who else than its desks may read a case"
)


def with_paths(case: str) -> list[str]:
    """What is read with a row to say of its case what a line of a list says; ``case`` is the path
    to it."""
    return [case, *(f"{case}__{path}" for kind in kinds for path in kind.listed)]


def with_cases(steps: QuerySet[Step]) -> QuerySet[Step]:
    """Each with its unit, its case, and what a line of a list says of the case."""
    return steps.select_related("unit", *with_paths("case"))


class Among(Func):
    """Whether a value is among those of an array that is read once, before any row is looked at.
    Of ``IN (SELECT …)`` the planner makes a join, and reads all rows for one page of them."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def lines_of(ids: QuerySet[Any, Any]) -> QuerySet[Step]:
    """The steps with these ids, with what lines of a list say of them and of their cases."""
    steps = with_cases(Step.objects.filter(Among("pk", ArraySubquery(ids))))
    return steps.select_related("decided_by", "taken_by", "given_by")


def at_desks(posts: Iterable[Post]) -> Q:
    """Steps at these posts, as holder or as deputy, open or past."""
    wanted = Q(pk__in=[])
    for post in posts:
        mine = Q(role=post.role) | Q(deputies__contains=[post.role])
        begin = _seen_from(post)
        if begin is not None:
            mine &= Q(state=Step.State.OPEN) | Q(decided_at__gte=begin)
        wanted |= Q(unit_id=post.unit_id) & mine
    return wanted


def _seen_from(post: Post) -> datetime | None:
    """Whoever stands in sees what waits, and what was decided since the absence began."""
    if post.stood_in_since is None:
        return None
    return datetime.combine(post.stood_in_since, time.min, tzinfo=city().tz)


def lies_at(step: Step, posts: Iterable[Post]) -> bool:
    """Whether one of these posts decides this step, as holder or as deputy; or did."""
    return any(
        step.unit_id == post.unit_id
        and post.role in (step.role, *step.deputies)
        and _is_seen(step, _seen_from(post))
        for post in posts
    )


def _is_seen(step: Step, begin: datetime | None) -> bool:
    if begin is None or step.state == Step.State.OPEN:
        return True
    return step.decided_at is not None and step.decided_at >= begin


def inbox(posts: list[Post]) -> QuerySet[Step]:
    """What waits at these posts, due first. Constant queries."""
    waiting = Step.objects.filter(at_desks(posts), state=Step.State.OPEN)
    return with_cases(waiting).order_by("due_at", "pk")


def at_posts(posts: list[Post], step_id: int) -> Step | None:
    """One step at these posts, open or past."""
    return with_cases(Step.objects.filter(at_desks(posts), pk=step_id)).first()


def passed_by(posts: Iterable[Post]) -> QuerySet[Step]:
    """Steps at these posts, open or past, but for those that were passed over."""
    return Step.objects.filter(at_desks(posts)).exclude(state=Step.State.SKIPPED)


def waiting_for_applicant(posts: list[Post]) -> QuerySet[Step]:
    """``returned_at`` for a list, newest first."""
    return with_cases(returned_at(posts)).order_by("-decided_at", "-pk")


def decided(posts: list[Post]) -> QuerySet[Step]:
    """What these posts have decided, newest first."""
    closed = Step.objects.filter(at_desks(posts), decided_at__isnull=False, state__in=DECIDED)
    return with_cases(closed).select_related("decided_by").order_by("-decided_at", "-pk")


@dataclass(frozen=True, slots=True)
class Counts:
    open: int
    late: int
    returned: int


def returned_at(posts: Iterable[Post]) -> QuerySet[Step]:
    """What these posts sent back and that has not returned yet."""
    return Step.objects.filter(
        at_desks(posts), state=Step.State.RETURNED, case__state=Case.State.RETURNED
    )


def number_of(steps: QuerySet[Any], *numbers: Count) -> Subquery:
    """These numbers of these rows as one array, to be read with others; null where none is."""
    array = Func(
        *numbers, template="ARRAY[%(expressions)s]", output_field=ArrayField(IntegerField())
    )
    counted = steps.order_by().annotate(all=Value(1)).values("all").annotate(numbers=array)
    return Subquery(counted.values("numbers"))


def counts(posts: list[Post], *, at: datetime) -> Counts:
    """What waits at these posts, is late, and waits for applicants. One query."""
    is_late = Count("pk", filter=Q(due_at__lt=at))
    waiting = Step.objects.filter(at_desks(posts), state=Step.State.OPEN)
    here, back = read_numbers(
        posts,
        number_of(waiting, Count("pk"), is_late),
        number_of(returned_at(posts), Count("pk")),
    )
    waits, late = here or (0, 0)
    return Counts(open=waits, late=late, returned=back[0] if back else 0)


def read_numbers(posts: list[Post], *numbers: Subquery) -> list[list[int]]:
    """What several ``number_of`` give. One query."""
    unit = Unit.objects.filter(pk=posts[0].unit_id)
    rows = unit.values_list(*numbers)
    return [list(found or ()) for found in rows.get()]


# --- one case, with its steps read --------------------------------------------------------------


def open_steps(case: Case) -> list[Step]:
    """Where the case lies now; several desks when they work side by side (prefetched)."""
    return [step for step in case.steps.all() if step.state == Step.State.OPEN]


def open_step(case: Case) -> Step | None:
    """The first desk the case lies on now."""
    return next(iter(open_steps(case)), None)


def step_at(case: Case, posts: list[Post]) -> Step | None:
    """The open step that is this official's to decide, as holder or as deputy."""
    return next((step for step in open_steps(case) if lies_at(step, posts)), None)


def was_at(case: Case, posts: Iterable[Post]) -> bool:
    """Whether a case is or was at one of these desks (prefetched)."""
    return any(lies_at(step, posts) for step in case.steps.all())


def refusal(case: Case) -> Step | None:
    """The step that refused this case, if one did (prefetched)."""
    if case.state != Case.State.REFUSED:
        return None
    return next((step for step in case.steps.all() if step.state == Step.State.REFUSED), None)


def last_return(case: Case) -> Step | None:
    """Why the case is back with the applicant, when it is (uses the prefetched steps)."""
    if case.state != Case.State.RETURNED:
        return None
    sent_back = [s for s in case.steps.all() if s.state == Step.State.RETURNED]
    return sent_back[-1] if sent_back else None


# --- counts for the city ------------------------------------------------------------------------


def overdue(*, at: datetime) -> QuerySet[Step]:
    """Open steps past their clock that nobody was reminded of within a day."""
    recently = at - timedelta(hours=20)
    return Step.objects.filter(state=Step.State.OPEN, due_at__lt=at).filter(
        Q(reminded_at__isnull=True) | Q(reminded_at__lt=recently)
    )


def bytes_stored(_since: datetime) -> int:
    """Bytes of every file handed in, shown of a transfer, kept in wallets, or of what lies above,
    in the current city. A meter."""
    kept = WalletDocument.objects.filter(withdrawn_at=None)
    held = [Document.objects.all(), TransferProof.objects.all(), kept, *(f() for f in stored)]
    sizes = (found.aggregate(total=Sum("size", default=0)) for found in held)
    return sum(size["total"] or 0 for size in sizes)


def overdue_steps() -> int:
    """Steps of the current city that should have ended by now. For the console."""
    return Step.objects.filter(state=Step.State.OPEN, due_at__lt=now()).count()
