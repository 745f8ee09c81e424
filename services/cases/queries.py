"""What lies at which desk, and who may see it there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from kernel.clock import now
from kernel.text import fold
from services.cases.kinds import kinds
from services.cases.models import Case, Document, Step
from services.residents.models import WalletDocument
from services.residents.queries import SqueezedName
from services.residents.sealing import prints
from tenants.office.models import Post
from tenants.registry.current import city

UNDER_WAY = (Case.State.RETURNED, Case.State.RUNNING, Case.State.ISSUING, Case.State.DRAFT)
EDITABLE = (Case.State.DRAFT, Case.State.RETURNED)


def with_cases(steps: QuerySet[Step]) -> QuerySet[Step]:
    """Each with its unit, its case, and what a line of a list says of the case."""
    paths = [f"case__{path}" for kind in kinds for path in kind.listed]
    return steps.select_related("unit", "case", *paths)


def _at(posts: Iterable[Post]) -> Q:
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
    waiting = Step.objects.filter(_at(posts), state=Step.State.OPEN)
    return with_cases(waiting).order_by("due_at", "pk")


def at_posts(posts: list[Post], step_id: int) -> Step | None:
    """One step at these posts, open or past."""
    return with_cases(Step.objects.filter(_at(posts), pk=step_id)).first()


def passed_by(posts: Iterable[Post]) -> QuerySet[Step]:
    """Steps at these posts, open or past, but for those that were passed over."""
    return Step.objects.filter(_at(posts)).exclude(state=Step.State.SKIPPED)


def matching(steps: QuerySet[Step], text: str) -> QuerySet[Step]:
    """Of these steps, those whose case has a number, person, address or title that fits what was
    typed.

    Every word must occur in one of them, in a name whatever its accents, apostrophes and spaces;
    a whole NIK is looked up by its fingerprint.
    """
    digits = "".join(ch for ch in text if ch.isdigit())
    if len(digits) == 16:
        printed = prints(digits)
        paths = [path for kind in kinds for path in kind.search.niks]
        by_nik = [Q(**{f"case__{path}__in": printed}) for path in paths]
        return steps.filter(reduce(or_, by_nik))
    names = [path for kind in kinds for path in kind.search.names]
    squeezed = {f"name_{n}": SqueezedName(f"case__{path}") for n, path in enumerate(names)}
    texts = ["number", *(path for kind in kinds for path in kind.search.texts)]
    found = steps.alias(**squeezed)
    for word in text.split():
        somewhere = reduce(or_, (Q(**{f"case__{path}__icontains": word}) for path in texts))
        folded = fold(word).replace(" ", "")
        if folded:
            for name in squeezed:
                somewhere |= Q(**{f"{name}__contains": folded})
        found = found.filter(somewhere)
    return found


def waiting_for_applicant(posts: list[Post]) -> QuerySet[Step]:
    """What these posts sent back and that has not returned yet."""
    sent_back = Step.objects.filter(
        _at(posts), state=Step.State.RETURNED, case__state=Case.State.RETURNED
    )
    return with_cases(sent_back).order_by("-decided_at", "-pk")


def decided(posts: list[Post]) -> QuerySet[Step]:
    """What these posts have decided, newest first."""
    closed = Step.objects.filter(
        _at(posts), state__in=[Step.State.APPROVED, Step.State.REFUSED, Step.State.RETURNED]
    )
    return with_cases(closed).select_related("decided_by").order_by("-decided_at", "-pk")


def seen_by(posts: list[Post]) -> QuerySet[Step]:
    """The latest step at these posts of every case that is or was there, newest first: what a
    search at the desk looks through, whichever list is open."""
    latest = Step.objects.filter(_at(posts), case=OuterRef("case")).order_by("-pk").values("pk")[:1]
    found = with_cases(Step.objects.filter(_at(posts), pk=Subquery(latest)))
    return found.select_related("decided_by").order_by("-pk")


@dataclass(frozen=True, slots=True)
class Counts:
    open: int
    late: int
    returned: int


def counts(posts: list[Post], *, at: datetime) -> Counts:
    """What waits at these posts, is late, and waits for applicants. One query."""
    is_open = Q(state=Step.State.OPEN)
    is_back = Q(state=Step.State.RETURNED, case__state=Case.State.RETURNED)
    found = Step.objects.filter(_at(posts), is_open | is_back).aggregate(
        open=Count("pk", filter=is_open),
        late=Count("pk", filter=is_open & Q(due_at__lt=at)),
        returned=Count("pk", filter=is_back),
    )
    return Counts(**found)


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
    """Bytes of every file handed in, and kept in wallets, in the current city. A meter."""
    kept = WalletDocument.objects.filter(withdrawn_at=None)
    sizes = (found.aggregate(total=Sum("size", default=0)) for found in (Document.objects, kept))
    return sum(size["total"] or 0 for size in sizes)


def overdue_steps() -> int:
    """Steps of the current city that should have ended by now. For the console."""
    return Step.objects.filter(state=Step.State.OPEN, due_at__lt=now()).count()
