"""No request is taken where nobody would work on it, and none waits at an empty post unseen."""

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
from django.utils.translation import gettext

from kernel.errors import RuleBroken
from services.applications.rules import VILLAGE_LEVEL
from services.cases.models import Step
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Service
from services.catalogue.queries import is_off
from services.residents.models import Person
from tenants.office.models import Holding, Post, Unit
from tenants.office.queries import current_holdings, unit_at
from tenants.office.readiness import Desk, are_held
from tenants.office.roles import role_of


def desks_of(blueprint: Blueprint) -> list[Desk]:
    """The desks in the resident's kelurahan or desa that every request of this service passes."""
    return [
        (step.role, *step.deputies)
        for step in blueprint.steps
        if step.level == VILLAGE_LEVEL and not step.optional and not step.when
    ]


def is_staffed(blueprint: Blueprint, village: str, *, today: date) -> bool:
    """Whether somebody works at each of these desks in the village with this code."""
    desks = desks_of(blueprint)
    return not desks or are_held(desks, village, today)


def require_staffed(blueprint: Blueprint, village: str, *, today: date) -> None:
    """Raises RuleBroken with the way to the office."""
    if not is_staffed(blueprint, village, today=today):
        raise RuleBroken(come_in_person(village))


def refuse_closed(service: Service, person: Person, *, today: date) -> None:
    """Raises RuleBroken for a service that is not open where this resident lives: switched off
    there, or without anybody who would work on it."""
    assert service.current is not None
    village = village_of(person)
    if is_off(village, service.slug):
        raise RuleBroken(
            "Layanan ini belum dibuka di wilayah tempat tinggal Anda. Datanglah ke kantornya."
        )
    require_staffed(service.current.blueprint, village, today=today)


def village_of(person: Person) -> str:
    """The code of the kelurahan or desa a resident lives in."""
    return person.household.rt.code.partition("/")[0]


def come_in_person(village: str) -> str:
    """That this village takes no requests here yet, and where its office is."""
    unit = unit_at(village)
    if unit is None:
        return gettext(
            "Wilayah tempat tinggal Anda belum melayani di sini. Datanglah ke kantornya."
        )
    words = {"village": unit.name, "address": unit.address, "phone": unit.phone}
    if unit.address and unit.phone:
        return (
            gettext(
                "%(village)s belum melayani di sini. Datanglah ke kantornya: %(address)s, "
                "telepon %(phone)s."
            )
            % words
        )
    if unit.address:
        return (
            gettext("%(village)s belum melayani di sini. Datanglah ke kantornya: %(address)s.")
            % words
        )
    return gettext("%(village)s belum melayani di sini. Datanglah ke kantornya.") % words


# --- requests that wait where nobody is -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """A post, with the requests that wait for it. Without a word about whose they are."""

    place: str  # "RT 001, RW 002, Kelurahan Sukasari"
    title: str
    post_id: int | None
    number: int
    since: datetime


def unattended(today: date) -> QuerySet[Step]:
    """Open steps for which neither the post nor a deputy's has anybody today."""
    deputies = ExpressionWrapper(
        OuterRef("deputies"), output_field=ArrayField(CharField(max_length=16))
    )
    somebody = (
        Holding.objects.filter(post__unit=OuterRef("unit"), user__is_active=True)
        .filter(pk__in=current_holdings(today))
        .alias(instead=deputies)
        .filter(Q(post__role=OuterRef("role")) | Q(instead__contains=[F("post__role")]))
    )
    return Step.objects.filter(state=Step.State.OPEN).exclude(Exists(somebody))


BELOW_VILLAGE = frozenset({Unit.Kind.RT, Unit.Kind.RW, Unit.Kind.DUSUN})


def by_post(steps: QuerySet[Step]) -> list[Waiting]:
    """Open steps by post, the longest wait first. One query."""
    here = Post.objects.filter(unit=OuterRef("unit"), role=OuterRef("role")).order_by("pk")
    levels = ["unit" + "__parent" * above for above in range(4)]  # RT, RW, dusun, village
    names, kinds = [f"{up}__name" for up in levels], [f"{up}__kind" for up in levels[:3]]
    rows = (
        steps.filter(state=Step.State.OPEN)
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
