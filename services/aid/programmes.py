"""Programmes of aid: opened by a kelurahan for its RT, or by an RT for itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from kernel.text import tidy
from services.aid.models import Candidate, Programme
from services.neighbourhood.areas import codes_of, lies_there, post_for
from tenants.office.models import Post, Unit
from tenants.office.queries import ancestor_codes
from tenants.office.roles import Can, can, level_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a programme is."""

    name: str
    kind: str
    period: str
    quota: int
    criteria: str


def desk_posts(posts: Sequence[Post]) -> list[Post]:
    """The posts of a kelurahan's desk that answer aid lists."""
    return [
        post
        for post in posts
        if can(post.role, Can.SEES_PEOPLE) and level_of(post.unit.kind) == "kelurahan"
    ]


def of_desk(posts: Sequence[Post], path: str = "unit") -> Q:
    """A condition on rows of a unit: of the kelurahan of these posts, or below it."""
    found = Q(pk__in=[])
    for post in desk_posts(posts):
        found |= Q(**{f"{path}__code": post.unit.code})
        found |= Q(**{f"{path}__code__startswith": f"{post.unit.code}/"})
    return found


def _of_head(posts: Sequence[Post]) -> Q:
    above = [code for own in codes_of(posts) for code in ancestor_codes(own)]
    return lies_there(posts) | Q(unit__code__in=above)


def _counted(found: QuerySet[Programme]) -> QuerySet[Programme]:
    """With ``accepted``, how many of the quota are taken. The newest first."""
    taken = Count("candidates", filter=Q(candidates__state=Candidate.State.ACCEPTED))
    return found.select_related("unit").annotate(accepted=taken).order_by("-pk")


def for_head(posts: Sequence[Post]) -> QuerySet[Programme]:
    """Programmes for which these heads propose people. One query."""
    return _counted(Programme.objects.filter(_of_head(posts)))


def for_desk(posts: Sequence[Post]) -> QuerySet[Programme]:
    """Programmes whose lists this desk answers. One query."""
    return _counted(Programme.objects.filter(of_desk(posts)))


def one_of(found: QuerySet[Programme], pk: int) -> Programme:
    """One of these programmes. Raises NotThere."""
    programme = found.filter(pk=pk).first()
    if programme is None:
        raise NotThere("Program bantuan ini tidak ditemukan di wilayah Anda.")
    return programme


@transaction.atomic
def open_by_desk(*, facts: Facts, posts: Sequence[Post], by: User, at: datetime) -> Programme:
    """The kelurahan opens a programme for its RT. Raises NotThere, RuleBroken."""
    desks = desk_posts(posts)
    if not desks:
        raise NotThere("Program bantuan dibuka oleh petugas kelurahan atau desa.")
    return _open(desks[0].unit, desks[0], facts, by, at)


@transaction.atomic
def open_by_head(
    *, unit: Unit, facts: Facts, posts: Sequence[Post], by: User, at: datetime
) -> Programme:
    """The head of an RT opens one for the own unit. Raises NotThere, RuleBroken."""
    return _open(unit, post_for(posts, unit), facts, by, at)


def _open(unit: Unit, post: Post, facts: Facts, by: User, at: datetime) -> Programme:
    if facts.quota < 1:
        raise RuleBroken("Tulis untuk berapa orang, paling sedikit 1.", field="quota")
    made = Programme.objects.create(
        unit=unit, name=tidy(facts.name), kind=Programme.Kind(facts.kind),
        period=tidy(facts.period), quota=facts.quota, criteria=facts.criteria.strip(),
        opened_by=by, title=post.title, opened_at=at,
    )  # fmt: skip
    audit.record("aid.opened", actor=by, subject="aid_programme", subject_id=made.pk)
    return made


@transaction.atomic
def close(*, programme_id: int, posts: Sequence[Post], by: User, at: datetime) -> Programme:
    """The kelurahan takes no more proposals; those sent are answered still. Raises NotThere."""
    one_of(for_desk(posts), programme_id)
    found = Programme.objects.select_for_update().get(pk=programme_id)
    if found.closed_at is None:
        found.closed_at = at
        found.save(update_fields=["closed_at"])
        audit.record("aid.closed", actor=by, subject="aid_programme", subject_id=found.pk)
    return found
