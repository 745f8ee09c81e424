"""An open step goes to another desk: of the same office, or of an office that its service lets it
go to (``services.catalogue.forwarding``). It keeps its key and its clock; only who decides changes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from events.subscribers import publish
from kernel.errors import RuleBroken
from kernel.once import reading_once
from services.cases.decisions import in_hand, reason_of
from services.cases.events import StepForwarded, StepOpened
from services.cases.finding import also_at
from services.cases.kinds import AtHand, kind_of
from services.cases.models import Case, Step
from services.cases.route import close, is_self, may_be_self, today_of
from services.catalogue.forwarding import Reach
from services.catalogue.steps import DeskStep
from tenants.office.models import Post, Unit
from tenants.office.queries import current_holdings
from tenants.office.roles import Can, can, is_desk, level_of, role_of


@dataclass(frozen=True, slots=True)
class Desks:
    """The posts to which a step may be forwarded: those that somebody holds, and those that wait
    for somebody."""

    held: list[Post]
    vacant: list[Post]


def may_reach(reaches: Collection[Reach], here: Unit, there: Unit) -> bool:
    """Whether a service lets its desks at one office forward to another."""
    if there.pk == here.pk:
        return "office" in reaches
    levels = level_of(here.kind), level_of(there.kind)
    if levels == ("dinas", "dinas"):
        return "dinas" in reaches
    if levels == ("kelurahan", "kecamatan"):
        return "above" in reaches and here.parent_id == there.pk
    if levels == ("kecamatan", "kelurahan"):
        return "below" in reaches and there.parent_id == here.pk
    return False


def may_take(role: str, here: Unit, post: Post) -> bool:
    """Whether a desk may do what the service asks of a step's role: what is signed goes only to who
    signs, and to no office at whose level the role does not stand."""
    if not is_desk(post.role) or (can(role, Can.SIGNS) and not can(post.role, Can.SIGNS)):
        return False
    return post.unit_id == here.pk or level_of(post.unit.kind) in role_of(role).levels


def desks_for(step: Step, on: date) -> Desks:
    """To which posts a step may be forwarded on a day. An office where it lay before may have it
    back. One query where the case was read with its steps."""
    plan = kind_of(step.case).plan(step.case)
    spec = plan.step(step.key)
    if not isinstance(spec, DeskStep) or not plan.forward_to:
        return Desks([], [])
    here = step.unit
    before = {one.unit_id for one in step.case.steps.all() if one.key == step.key} - {here.pk}
    near = Q(unit=here) | Q(unit=here.parent_id) | Q(unit__parent=here) | Q(unit__in=before)
    if level_of(here.kind) == "dinas":
        near |= Q(unit__kind=Unit.Kind.DINAS)
    holders = current_holdings(on).filter(post=OuterRef("pk"), user__is_active=True)
    found = Post.objects.filter(near, unit__is_active=True).select_related("unit")
    now_there = {(here.pk, role) for role in (step.role, *step.deputies)}
    desks = Desks([], [])
    for post in found.annotate(is_held=Exists(holders)).order_by("unit__name", "title", "pk"):
        may_go = post.unit_id in before or may_reach(plan.forward_to, here, post.unit)
        if (
            may_go
            and (post.unit_id, post.role) not in now_there
            and may_take(spec.role, here, post)
        ):
            (desks.held if post.is_held else desks.vacant).append(post)
    return desks


@transaction.atomic
@reading_once()
def forward(*, step_id: int, to: Post, by: User, note: str, at: datetime) -> Case:
    """Close the step as forwarded, and open one with the same key and clock at another desk. The
    reason is read by the next desk and by the applicant. Raises NotThere, Stale, RuleBroken."""
    hand = in_hand(step_id, by, Step.State.FORWARDED, at)
    case, step = hand.case, hand.step
    if hand.is_done:
        return case
    reason = reason_of(
        note, missing="Tulis mengapa diteruskan, supaya meja berikutnya tahu apa yang diminta."
    )
    assert isinstance(hand.spec, DeskStep), "a step in hand is a desk"
    _refuse_lost(hand, to, today_of(at))
    close(hand, Step.State.FORWARDED, at, by=by, note=reason)
    opened = Step.objects.create(
        case=case,
        key=step.key,
        kind=step.kind,
        title=step.title,
        unit=to.unit,
        role=to.role,
        opened_at=at,
        due_at=step.due_at,
        topic=step.topic,
        case_unit_id=step.case_unit_id,
    )
    also_at(case, to.unit)
    publish(StepForwarded(step.pk, case.pk))
    publish(StepOpened(opened.pk, case.pk, hand.spec.level))
    return case


def _refuse_lost(hand: AtHand, to: Post, on: date) -> None:
    """Raises RuleBroken for a desk where the case may not lie, or where nobody could decide it."""
    desks = desks_for(hand.step, on)
    if to.pk in {post.pk for post in desks.vacant}:
        raise RuleBroken(
            f"Di {to.unit.name} belum ada yang menjabat {to.title}. Pilih meja lain, atau minta "
            "admin kota menunjuk pejabatnya.",
            field="to",
        )
    if to.pk not in {post.pk for post in desks.held}:
        raise RuleBroken("Berkas tidak bisa diteruskan ke meja ini.", field="to")
    holders = current_holdings(on).filter(post=to, user__is_active=True).select_related("user")
    if all(is_self(h.user, hand.case) or may_be_self(h.user, hand.case) for h in holders):
        raise RuleBroken(
            f"Yang menjabat {to.title} mungkin pemohonnya sendiri. Pilih meja lain.", field="to"
        )
