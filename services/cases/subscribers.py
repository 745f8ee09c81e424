"""Which officials are told of what happens to a case. No personal data stands in a mail."""

from datetime import date
from typing import Any

from accounts.models import User
from events.subscribers import subscribe
from messaging import choices
from messaging.notices import Notice, tell
from services.cases import notices, vouchers
from services.cases.events import StepLate, StepOpened
from services.cases.kinds import kind_of
from services.cases.models import Step
from services.cases.queries import with_cases
from services.cases.route import today_of
from services.catalogue.steps import DeskStep
from tenants.office import queries as office
from tenants.office.models import Holding
from tenants.office.roles import Can, can, superiors_of
from tenants.registry.current import city


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


def _holder(step: Step, role: str, day: date) -> list[Holding]:
    """Who holds a role at the unit of a step, if anybody does."""
    holder = office.holder_of(step.unit, role, day)
    return [holder] if holder is not None else []
