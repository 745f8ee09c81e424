"""One act on many steps: chosen, sorted, confirmed, and then done by a worker one by one, each
through the same action as on its own page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q

from accounts.models import User
from kernel.errors import NotThere, RuleBroken
from messaging import outbox
from services.cases import decisions, taking
from services.cases.kinds import kind_of
from services.cases.models import Step
from services.cases.queries import at_desks, with_cases
from services.catalogue.steps import DESK, DeskStep
from services.inbox.models import BulkAct, BulkItem
from tenants.office.models import Post
from tenants.office.roles import Can, can

MOST = 500  # steps of one act: a whole collective file
GONE = "Berkas ini tidak menunggu di meja Anda lagi."
ANSWERS = "Langkah ini memerlukan jawaban tersendiri untuk setiap berkas. Buka berkasnya."
NO_INITIALS = "Langkah ini bukan paraf."
CHECKS = "Langkah ini punya daftar periksa. Buka berkasnya dan centang di sana."
NOT_OFFERED = "Tindakan ini tidak tersedia pada langkah berkas ini."
NO_ANSWER = "Terjadi gangguan pada sistem. Buka berkasnya dan coba di sana."


_IN_BULK = {"note": ANSWERS, "checked": CHECKS}  # by the field that a refusal is about


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the chosen steps, and why it is left out; "" where it is taken along."""

    step: Step
    why_not: str


def acts_for(posts: Sequence[Post]) -> list[BulkAct.Act]:
    """What may be done to many at once from these posts."""
    acts = [BulkAct.Act.APPROVE]
    if any(can(post.role, Can.INITIALS) for post in posts):
        acts.append(BulkAct.Act.INITIAL)
    return [*acts, BulkAct.Act.RETURN, BulkAct.Act.ASSIGN]


def chosen(
    posts: Sequence[Post], step_ids: Sequence[int], act: BulkAct.Act, by: User
) -> list[Choice]:
    """The open steps of those chosen that lie at these posts, due first, each with what keeps it
    from being taken along. The worker asks everything again. Constant queries."""
    waiting = Step.objects.filter(at_desks(posts), pk__in=step_ids[:MOST], state=Step.State.OPEN)
    steps = with_cases(waiting).select_related("taken_by").order_by("due_at", "pk")
    return [Choice(step, _why_not(step, act, by)) for step in steps]


def _why_not(step: Step, act: BulkAct.Act, by: User) -> str:
    colleague = decisions.colleague_who_has(step, by)
    if colleague is not None:
        return f"Sedang ditangani {colleague.name}."
    if act == BulkAct.Act.ASSIGN:
        return ""
    if step.kind != DESK:
        return NOT_OFFERED
    plan = kind_of(step.case).plan(step.case)
    spec = plan.step(step.key)
    assert isinstance(spec, DeskStep)
    if act == BulkAct.Act.RETURN:
        return "" if spec.may_return else NOT_OFFERED
    if act == BulkAct.Act.INITIAL and step.key not in plan.initialled:
        return NO_INITIALS
    if spec.checks:
        return CHECKS
    return ANSWERS if spec.must_note else ""


@transaction.atomic
def start(
    *, key: str, act: BulkAct.Act, posts: Sequence[Post], step_ids: Sequence[int], by: User,
    note: str = "", to: User | None = None, at: datetime,
) -> BulkAct:  # fmt: skip
    """Order an act on those of these steps that lie or lay at the posts; the same act for the same
    ``key``. Raises RuleBroken without a reason for a return, without a colleague, or without any
    step."""
    if act not in acts_for(posts):
        raise RuleBroken("Pilih dulu apa yang dilakukan.")
    reason = decisions.reason_of(note) if act == BulkAct.Act.RETURN else ""
    if act == BulkAct.Act.ASSIGN and to is None:
        raise RuleBroken("Pilih kepada siapa berkasnya diserahkan.", field="to")
    known = BulkAct.objects.filter(key=key, by=by).first()
    if known is not None:
        return known
    here = Step.objects.filter(at_desks(posts), pk__in=step_ids[:MOST])
    taken = list(here.order_by("due_at", "pk"))
    if not taken:
        raise RuleBroken("Tidak ada berkas yang bisa diproses. Pilih berkas yang lain.")
    made, is_new = BulkAct.objects.get_or_create(
        key=key, defaults={"act": act, "by": by, "at": at, "note": reason, "to": to}
    )
    if is_new:
        BulkItem.objects.bulk_create(BulkItem(act=made, step=step) for step in taken)
        outbox.enqueue("inbox.bulk", {"act_id": made.pk}, key=f"bulk:{made.pk}")
    return made


def act_of(user: User, pk: int) -> BulkAct:
    """An act of this official. Raises NotThere."""
    found = BulkAct.objects.select_related("to").filter(pk=pk, by=user).first()
    if found is None:
        raise NotThere("Tindakan ini tidak ditemukan.")
    return found


def waiting(act_id: int) -> list[int]:
    """Ids of the items that nobody has done."""
    items = BulkItem.objects.filter(act=act_id, state=BulkItem.State.WAITING)
    return list(items.order_by("pk").values_list("pk", flat=True))


def do(*, item_id: int, at: datetime) -> None:
    """One item, in the running transaction. What keeps it from being done is kept in words; a fault
    of ours is raised, and the outbox tries again."""
    item = BulkItem.objects.select_for_update(of=("self",)).filter(pk=item_id).first()
    if item is None or item.state != BulkItem.State.WAITING:
        return
    act = BulkAct.objects.select_related("by", "to").get(pk=item.act_id)
    try:
        with transaction.atomic():
            _act_on(item.step_id, act, at)
    except NotThere:
        item.state, item.message = BulkItem.State.FAILED, GONE
    except RuleBroken as broken:
        item.state = BulkItem.State.FAILED
        item.message = _IN_BULK.get(broken.field or "", broken.message)
    else:
        item.state = BulkItem.State.DONE
    item.save(update_fields=["state", "message"])


def _act_on(step_id: int, act: BulkAct, at: datetime) -> None:
    if act.act == BulkAct.Act.RETURN:
        decisions.return_(step_id=step_id, by=act.by, note=act.note, at=at)
    elif act.act == BulkAct.Act.ASSIGN:
        assert act.to is not None
        taking.give(step_id=step_id, to=act.to, by=act.by, at=at)
    elif act.act == BulkAct.Act.INITIAL and not _is_for_initials(step_id):
        raise RuleBroken(NO_INITIALS)
    else:
        decisions.approve(step_id=step_id, by=act.by, at=at)


def _is_for_initials(step_id: int) -> bool:
    step = Step.objects.select_related("case").get(pk=step_id)
    return step.key in kind_of(step.case).plan(step.case).initialled


def give_up(*, item_id: int) -> None:
    """The system could not do this item."""
    items = BulkItem.objects.filter(pk=item_id, state=BulkItem.State.WAITING)
    items.update(state=BulkItem.State.FAILED, message=NO_ANSWER)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an act is."""

    all: int
    done: int
    failed: int

    @property
    def is_over(self) -> bool:
        return self.done + self.failed == self.all

    @property
    def percent(self) -> int:
        return 100 * (self.done + self.failed) // max(self.all, 1)


def progress(act: BulkAct) -> Progress:
    """One query."""
    states = BulkItem.State
    counted = BulkItem.objects.filter(act=act).aggregate(
        all=Count("pk"),
        done=Count("pk", filter=Q(state=states.DONE)),
        failed=Count("pk", filter=Q(state=states.FAILED)),
    )
    return Progress(**counted)


def results(act: BulkAct) -> Iterator[tuple[BulkItem, Step]]:
    """Each item with its step, those that failed first. Two queries."""
    items = list(BulkItem.objects.filter(act=act).order_by("pk"))
    steps = with_cases(Step.objects.filter(pk__in=[item.step_id for item in items])).in_bulk()
    order = {BulkItem.State.FAILED: 0, BulkItem.State.WAITING: 1, BulkItem.State.DONE: 2}
    for item in sorted(items, key=lambda one: (order[BulkItem.State(one.state)], one.pk)):
        yield item, steps[item.step_id]
