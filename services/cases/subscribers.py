"""Which officials are told of what happens to a case. No personal data stands in a mail."""

from datetime import date
from typing import Any

from accounts.models import User
from events.subscribers import subscribe
from kernel.clock import now
from kernel.tanggal import moment_text
from messaging import choices
from messaging.notices import Notice, tell
from services.cases import deadlines, fees, notices, reasons, vouchers
from services.cases.actions import complete
from services.cases.events import (
    CaseRefused,
    CaseWithdrawn,
    DeadlineNear,
    FeeLate,
    StepLate,
    StepOpened,
)
from services.cases.kinds import kind_of
from services.cases.models import Case, CaseDeadline, Step, StepOrder
from services.cases.queries import with_cases
from services.cases.route import today_of
from services.catalogue.steps import DeskStep
from services.payments import notices as payment_notices
from services.payments import orders
from services.payments.events import OrderPaid, RefundPaid
from services.payments.subscribers import tell_payer
from tenants.office import queries as office
from tenants.office.models import Holding
from tenants.office.roles import Can, can, superiors_of
from tenants.registry.current import city

ENDED_WITHOUT = (Case.State.REFUSED, Case.State.WITHDRAWN)


def _step(step_id: int) -> Step:
    return with_cases(Step.objects.filter(pk=step_id)).get()


@subscribe(StepOpened, when=lambda event: bool(event.level) and not event.reopened)
def tell_of_arrival(event: StepOpened) -> None:
    """Whoever holds the post learns that something waits, if they want to know at once."""
    step = _step(event.step_id)
    if step.state != Step.State.OPEN:
        return
    day = today_of(step.opened_at)
    spec = kind_of(step.case).plan(step.case).step(step.key)
    if vouchers.vouches(spec):
        people = [holding.user for holding in vouchers.asked(step, day)]
    else:
        holdings = office.current_holdings(day).filter(post__unit=step.unit, post__role=step.role)
        people = [holding.user for holding in holdings.select_related("user").order_by("pk")]
    chosen = choices.made([user.pk for user in people], notices.AT_ONCE)
    is_neighbour = can(step.role, Can.VOUCHES)
    for user in people:
        if not chosen.get(user.pk, notices.at_once_is_usual(step.role)):
            continue
        key = f"arrived:{step.pk}:{user.pk}"
        if is_neighbour:
            tell(notices.ARRIVED_NEIGHBOUR, user, key=key, where=step.unit.name,
                 link=city().page("rt-inbox"), city=city().name)  # fmt: skip
        else:
            page = kind_of(step.case).summary(step.case).page
            _tell_desk(notices.ARRIVED, step, user, key=key, step=step.title,
                       link=city().page(page, step.case_id))  # fmt: skip


def _tell_desk(about: Notice, step: Step, user: User, /, *, key: str, **values: Any) -> None:
    tell(
        about, user, key=key, number=step.case.number, where=step.unit.name,
        service=kind_of(step.case).summary(step.case).title, city=city().name, **values,
    )  # fmt: skip


@subscribe(StepLate)
def tell_who_is_late(event: StepLate) -> None:
    """The desk, and its superior where the service says so."""
    step = _step(event.step_id)
    if step.state != Step.State.OPEN:
        return
    spec = kind_of(step.case).plan(step.case).step(step.key)
    day = date.fromisoformat(event.day)
    first = (
        vouchers.asked(step, day)[:1] if vouchers.vouches(spec) else _holder(step, step.role, day)
    )
    told = [(step.role, holding) for holding in first]
    if isinstance(spec, DeskStep) and spec.on_timeout == "naikkan":
        superiors = superiors_of(step.role)
        told += [(role, found) for role in superiors for found in _holder(step, role, day)]
    for role, holding in told:
        place = city()
        link = (
            place.page("rt-inbox") if can(holding.post.role, Can.VOUCHES)
            else place.page("desk-inbox", query="tab=lewat")
        )  # fmt: skip
        _tell_desk(
            notices.LATE, step, holding.user, key=f"late:{step.pk}:{role}:{event.day}", link=link
        )


@subscribe(DeadlineNear)
def tell_of_deadline(event: DeadlineNear) -> None:
    """Whoever holds the case; from 80 percent their superior too."""
    case = Case.objects.select_related("deadline").get(pk=event.case_id)
    deadline = deadlines.of(case)
    if deadline is None or deadline.due_at is None:
        return
    day = today_of(now())
    steps = with_cases(Step.objects.filter(case_id=case.pk, state=Step.State.OPEN)).order_by("pk")
    for step in steps:
        roles = [step.role, *(superiors_of(step.role) if event.level != "50" else ())]
        told = {one.user_id: one for role in roles for one in _holder(step, role, day)}
        for user_id, holding in told.items():
            place = city()
            page = (
                place.page("rt-inbox") if can(holding.post.role, Can.VOUCHES)
                else place.page(kind_of(step.case).summary(step.case).page, case.pk)
            )  # fmt: skip
            _tell_desk(
                notices.DEADLINE, step, holding.user,
                key=f"deadline:{case.pk}:{event.level}:{user_id}",
                percent=event.level, due=moment_text(deadline.due_at, place.timezone),
                done=_DONE.get(deadline.done, ""), basis=deadline.basis, link=page,
            )  # fmt: skip


_DONE: dict[str, str] = {
    CaseDeadline.AtEnd.WARN: "Putuskan sekarang: menurut hukum permohonan yang lewat waktu "
    "dianggap dikabulkan.",
    CaseDeadline.AtEnd.DRAFT: "Berkas ini diteruskan langsung ke pejabat yang memutuskan, dengan "
    "konsep keputusannya.",
}


def _holder(step: Step, role: str, day: date) -> list[Holding]:
    """Who holds a role at the unit of a step, if anybody does."""
    holder = office.holder_of(step.unit, role, day)
    return [holder] if holder is not None else []


@subscribe(OrderPaid)
def go_on_once_paid(event: OrderPaid) -> None:
    """A case that waited for the payment of its fee goes on. One that ended meanwhile leaves the
    money to be decided about."""
    asked = (
        StepOrder.objects.select_related("step__case", "order").filter(order=event.order_id).first()
    )
    if asked is None:
        return
    if asked.step.state == Step.State.OPEN and asked.order.is_settled:
        complete(step_id=asked.step_id, at=now())
    elif asked.step.case.state in ENDED_WITHOUT:
        orders.end(order_id=event.order_id, reason=reasons.TAKEN_BACK, at=now())


@subscribe(RefundPaid)
def ask_again(event: RefundPaid) -> None:
    """A case that waits at its payment while the money went back is with its applicant again."""
    fees.return_unpaid(refund_id=event.refund_id, at=now())


@subscribe(CaseRefused)
def settle_refused(event: CaseRefused) -> None:
    _settle(event.case_id, "Permohonannya ditolak.")


@subscribe(CaseWithdrawn)
def settle_withdrawn(event: CaseWithdrawn) -> None:
    _settle(event.case_id, "Permohonannya dibatalkan pemohon.")


def _settle(case_id: int, reason: str) -> None:
    """Unpaid orders of a case that ended are void; about paid ones a treasurer decides."""
    case = Case.objects.filter(pk=case_id).first()
    if case is not None and case.state in ENDED_WITHOUT:
        fees.settle(case, reason, now())


@subscribe(FeeLate)
def remind_who_pays(event: FeeLate) -> None:
    """The payer, once a day while the order is open."""
    asked = StepOrder.objects.select_related("order__unit").filter(step=event.step_id).first()
    if asked is not None and asked.order.is_open:
        order = asked.order
        tell_payer(order, payment_notices.LATE, f"late:{event.day}", order.amount)
