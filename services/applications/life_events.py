"""What applications propose to the register: kept when they are sent, shown to desks, and
confirmed in one act (``recording``)."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from services.applications.models import Application, LifeEvent
from services.applications.proposals import proposed
from services.cases.models import Step
from services.cases.queries import lies_at, passed_by
from services.residents import codes, keeping
from services.residents.queries import within
from tenants.office.models import Post
from tenants.office.roles import Can, can

_NOT_SENT = (
    Application.State.DRAFT, Application.State.WITHDRAWN, Application.State.REFUSED,
)  # fmt: skip


def note(application: Application) -> None:
    """Keep what this application proposes; again with what a returned one says now.

    Call inside the sending transaction.
    """
    if application.blueprint.event is None:
        return
    application.life_events.filter(confirmed_at=None).delete()
    LifeEvent.objects.bulk_create(proposed(application), ignore_conflicts=True)


def hints(application: Application) -> list[str]:
    """What a desk should know before it approves: already recorded, or told of elsewhere."""
    if application.blueprint.event is None:
        return []
    events = [row for row in application.life_events.select_related("person") if row.person]
    told = [
        f"{event.person.name} sudah tercatat {codes.Status(event.person.status).label.lower()} "
        "di data penduduk."
        for event in events
        if event.person and not event.person.lives_here and event.confirmed_at is None
    ]
    others = (
        LifeEvent.objects.filter(person__in=[event.person_id for event in events])
        .exclude(application=application)
        .exclude(application__state__in=_NOT_SENT)
        .select_related("person", "application")
    )
    told += [
        f"{other.who}: permohonan {other.application.number} juga menyebutnya "
        f"{other.get_kind_display()} ({other.application.get_state_display().lower()})."
        for other in others
    ]
    return told


def to_confirm(application: Application, posts: Collection[Post]) -> list[LifeEvent]:
    """Proposals of a finished application that holders of these posts may write into the
    register: of desks it passed, or who keep the register where the applicant lives."""
    if application.state != Application.State.DONE:
        return []
    if not _is_desk_of(application, posts) and not keeping.keeps(posts, application.applicant):
        return []
    waiting = application.life_events.filter(confirmed_at=None).select_related(
        "person__household__rt"
    )
    return [row for row in waiting if _can_be(row)]


def _can_be(row: LifeEvent) -> bool:
    """Whether the register does not say so already."""
    if row.person is None:
        return True
    if row.act == "move_in":
        return not row.person.lives_here and row.person.status != codes.Status.DEAD
    if row.act == "death":
        return row.person.status != codes.Status.DEAD
    return row.person.lives_here


def confirmed(application: Application) -> list[LifeEvent]:
    """Proposals of this application that stand in the register."""
    if application.blueprint.event is None:
        return []
    found = application.life_events.exclude(confirmed_at=None)
    return list(found.select_related("person", "confirmed_by", "source"))


def _is_desk_of(application: Application, posts: Collection[Post]) -> bool:
    posts = [post for post in posts if not can(post.role, Can.VOUCHES)]
    passed = application.steps.exclude(state=Step.State.SKIPPED)
    return any(lies_at(step, posts) for step in passed)


def waiting(posts: Collection[Post]) -> QuerySet[Application]:
    """Finished applications with proposals that these posts may write into the register, the
    oldest first."""
    desks = [post for post in posts if not can(post.role, Can.VOUCHES)]
    passed = passed_by(desks).filter(case=OuterRef("pk"))
    places = Q(pk__in=[])
    for area in keeping.areas(posts):
        places |= within("applicant__place", area)
    open_ones = LifeEvent.objects.filter(application=OuterRef("pk"), confirmed_at=None).exclude(
        person__merged_into__isnull=False
    )
    gone = ~Q(person__status=codes.Status.ALIVE) & ~Q(person__status=codes.Status.DEAD)
    here = Q(person=None) | (Q(person__status=codes.Status.ALIVE) & ~Q(kind="move_in"))
    here |= Q(kind__in=["move_in", "death"]) & gone
    return (
        Application.objects.filter(Exists(open_ones.filter(here)), state=Application.State.DONE)
        .filter(Exists(passed) | places)
        .select_related("version__service", "applicant", "report__about")
        .order_by("finished_at", "pk")
    )
