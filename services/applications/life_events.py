"""Deaths and moves that applications tell of: proposed to the desk, confirmed in one act."""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db import transaction

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from services.applications.models import Application, LifeEvent
from services.cases.models import Step
from services.cases.queries import lies_at
from services.cases.route import locked
from services.questions.conditions import all_hold
from services.residents import codes, officials
from services.residents.actions import set_status
from services.residents.models import Person
from services.residents.queries import people, record_by_nik
from tenants.office import queries as office
from tenants.office.models import Post
from tenants.office.roles import Can, can
from tenants.registry.current import city

_STATUS = {
    LifeEvent.Kind.DEATH: codes.Status.DEAD,
    LifeEvent.Kind.MOVE: codes.Status.MOVED,
}
_NOT_SENT = (
    Application.State.DRAFT, Application.State.WITHDRAWN, Application.State.REFUSED,
)  # fmt: skip


def note(application: Application) -> None:
    """Keep whom this application tells of; again with what a returned one says now.

    Call inside the sending transaction.
    """
    event = application.blueprint.event
    if event is None:
        return
    application.life_events.filter(confirmed_at=None).delete()
    LifeEvent.objects.bulk_create(
        [
            LifeEvent(application=application, person=person, kind=event.kind)
            for person in dict.fromkeys(_people(application))
        ],
        ignore_conflicts=True,
    )


def _people(application: Application) -> Iterator[Person]:
    event, answers = application.blueprint.event, application.answers
    assert event is not None
    conditions = event.applicant_when
    if event.applicant or (conditions and all_hold(conditions, answers)):
        yield application.applicant
    for key in event.people:
        answer = answers.get(key)
        for named in answer if isinstance(answer, list) else [answer]:
            person = _named(named) if isinstance(named, dict) else None
            if person is not None:
                yield person


def _named(named: dict[str, object]) -> Person | None:
    """The person of the register that an answer names: a household member, or by NIK."""
    if named.get("_id"):
        return people().filter(pk=str(named["_id"])).first()
    return record_by_nik(str(named["nik"])) if named.get("nik") else None


def hints(application: Application) -> list[str]:
    """What a desk should know before it approves: already recorded, or told of elsewhere."""
    if application.blueprint.event is None:
        return []
    events = list(application.life_events.select_related("person"))
    told = [
        f"{event.person.name} sudah tercatat {codes.Status(event.person.status).label.lower()} "
        "di data penduduk."
        for event in events
        if not event.person.lives_here and event.confirmed_at is None
    ]
    others = (
        LifeEvent.objects.filter(person__in=[event.person_id for event in events])
        .exclude(application=application)
        .exclude(application__state__in=_NOT_SENT)
        .select_related("person", "application")
    )
    told += [
        f"{other.person.name}: permohonan {other.application.number} juga menyebutnya "
        f"{other.get_kind_display()} ({other.application.get_state_display().lower()})."
        for other in others
    ]
    return told


def to_confirm(application: Application, posts: Collection[Post]) -> list[LifeEvent]:
    """Events of a finished application that holders of these posts may write into the register."""
    if application.state != Application.State.DONE or not _is_desk_of(application, posts):
        return []
    events = application.life_events.filter(confirmed_at=None).select_related("person")
    return [event for event in events if event.person.lives_here]


def confirmed(application: Application) -> list[LifeEvent]:
    """Events of this application that stand in the register."""
    if application.blueprint.event is None:
        return []
    found = application.life_events.exclude(confirmed_at=None)
    return list(found.select_related("person", "confirmed_by"))


def _is_desk_of(application: Application, posts: Collection[Post]) -> bool:
    posts = [post for post in posts if not can(post.role, Can.VOUCHES)]
    passed = application.steps.exclude(state=Step.State.SKIPPED)
    return any(lies_at(step, posts) for step in passed)


@transaction.atomic
def confirm(
    *, application_id: int, event_ids: Collection[int], by: User, at: datetime
) -> list[LifeEvent]:
    """Write these events of a finished application into the register; returns them.

    Only desks it passed may, never the applicant. Raises NotThere, RuleBroken, Stale.
    """
    application = locked(Application, application_id)
    posts = office.posts_of(by, at.astimezone(city().tz).date())
    open_ones = {event.pk: event for event in to_confirm(application, posts)}
    if not open_ones:
        raise NotThere("Tidak ada yang perlu dicatat dari berkas ini.")
    if application.applicant_id in officials.own_people(by):
        raise RuleBroken("Ini permohonan Anda sendiri. Minta pejabat lain mencatatnya.")
    chosen = [event for pk, event in open_ones.items() if pk in event_ids]
    if not chosen:
        raise RuleBroken("Pilih dulu siapa yang dicatat.")
    for event in chosen:
        set_status(
            person=event.person,
            status=_STATUS[LifeEvent.Kind(event.kind)],
            by=by,
            application_id=application.pk,
        )
        event.confirmed_at, event.confirmed_by = at, by
        event.save(update_fields=["confirmed_at", "confirmed_by"])
    return chosen
