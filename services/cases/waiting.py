"""Steps that wait at an empty post, or too long."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)  # fmt: skip

from services.cases.models import Step
from tenants.office.models import Holding, Post, Unit
from tenants.office.queries import current_holdings
from tenants.office.roles import role_of


@dataclass(frozen=True, slots=True)
class Waiting:
    """A post, with the cases that wait for it. Without a word about whose they are."""

    place: str  # "RT 001, RW 002, Kelurahan Sukasari"
    title: str
    post_id: int | None
    number: int
    since: datetime


def unattended(today: date) -> QuerySet[Step]:
    """Open desks for which neither the post nor a deputy's has anybody today."""
    deputies = ExpressionWrapper(
        OuterRef("deputies"), output_field=ArrayField(CharField(max_length=16))
    )
    somebody = (
        Holding.objects.filter(post__unit=OuterRef("unit"), user__is_active=True)
        .filter(pk__in=current_holdings(today))
        .alias(instead=deputies)
        .filter(Q(post__role=OuterRef("role")) | Q(instead__contains=[F("post__role")]))
    )
    waiting = Step.objects.filter(state=Step.State.OPEN).exclude(role="")
    return waiting.exclude(Exists(somebody))


BELOW_VILLAGE = frozenset({Unit.Kind.RT, Unit.Kind.RW, Unit.Kind.DUSUN})


def by_post(steps: QuerySet[Step]) -> list[Waiting]:
    """Open desks by post, the longest wait first. One query."""
    here = Post.objects.filter(unit=OuterRef("unit"), role=OuterRef("role")).order_by("pk")
    levels = ["unit" + "__parent" * above for above in range(4)]  # RT, RW, dusun, village
    names, kinds = [f"{up}__name" for up in levels], [f"{up}__kind" for up in levels[:3]]
    rows = (
        steps.filter(state=Step.State.OPEN)
        .exclude(role="")
        .annotate(post=Subquery(here.values("pk")[:1]), called=Subquery(here.values("title")[:1]))
        .values(*names, *kinds, "role", "post", "called")
        .annotate(number=Count("pk"), since=Min("opened_at"))
        .order_by("since", "unit__name")
    )
    found = []
    for row in rows:
        depth = 1 + sum(row[kind] in BELOW_VILLAGE for kind in kinds)
        found.append(
            Waiting(
                place=", ".join(row[name] for name in names[:depth]),
                title=row["called"] or role_of(row["role"]).title,
                post_id=row["post"],
                number=row["number"],
                since=row["since"],
            )
        )
    return found


def late(at: datetime) -> QuerySet[Step]:
    """Open steps past their clock."""
    return Step.objects.filter(state=Step.State.OPEN, due_at__lt=at)
