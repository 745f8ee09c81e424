"""Which officials are told of the work they share."""

from datetime import date
from typing import Any

from accounts.models import User
from audit.models import Entry
from events.subscribers import subscribe
from kernel.tanggal import moment_text
from messaging.notices import Notice, tell
from services.cases.events import StepTaken
from services.cases.kinds import kind_of
from services.cases.models import Case, Step
from services.cases.queries import with_cases, with_paths
from services.cases.route import today_of
from services.inbox import notices
from services.inbox.advice import is_open
from services.inbox.events import AdviceAnswered, AdviceAsked, AdviceLate
from services.inbox.models import Advice
from tenants.office import absences
from tenants.registry.current import city


@subscribe(StepTaken)
def tell_of_hands(event: StepTaken) -> None:
    """Whoever was given a step by a colleague, and whoever had it before; nobody of their own
    doing."""
    entry = Entry.objects.get(pk=event.entry_id)
    step = with_cases(Step.objects.filter(pk=event.step_id)).get()
    to, before = entry.detail.get("to"), entry.detail.get("from")
    for pk, about in ((to, notices.GIVEN), (before, notices.TAKEN_OVER)):
        user = User.objects.filter(pk=pk).first() if pk and pk != entry.actor_id else None
        if user is not None:
            _tell(about, step.case, user, key=f"hands:{entry.pk}:{user.pk}", who=entry.actor_name)


def _tell(about: Notice, case: Case, user: User, /, *, key: str, **values: Any) -> None:
    summary = kind_of(case).summary(case)
    tell(
        about, user, key=key, number=case.number, service=summary.title,
        link=city().page(summary.page, case.pk), city=city().name, **values,
    )  # fmt: skip


def _advice(pk: int) -> Advice:
    found = Advice.objects.select_related("step__unit", "unit", "asked_by", *with_paths("case"))
    return found.get(pk=pk)


def _tell_asked(about: Notice, advice: Advice, day: date, *, key: str) -> None:
    """Whoever holds the post that is asked."""
    until = moment_text(advice.due_at, city().timezone)
    for holding in absences.holders_at(advice.unit, day):
        if holding.post.role == advice.role:
            _tell(
                about, advice.case, holding.user, key=f"{key}:{holding.user_id}",
                where=advice.step.unit.name, until=until,
            )  # fmt: skip


@subscribe(AdviceAsked)
def tell_of_question(event: AdviceAsked) -> None:
    """The office that is asked."""
    advice = _advice(event.advice_id)
    if is_open(advice):
        day = today_of(advice.asked_at)
        _tell_asked(notices.ADVICE_ASKED, advice, day, key=f"advice:{advice.pk}")


@subscribe(AdviceLate)
def tell_of_late_advice(event: AdviceLate) -> None:
    """The office that has not answered."""
    advice = _advice(event.advice_id)
    if is_open(advice):
        day = date.fromisoformat(event.day)
        key = f"advice-late:{advice.pk}:{event.day}"
        _tell_asked(notices.ADVICE_LATE, advice, day, key=key)


@subscribe(AdviceAnswered)
def tell_of_answer(event: AdviceAnswered) -> None:
    """Whoever asked, and whoever has the case in hand now."""
    advice = _advice(event.advice_id)
    wanted = [advice.asked_by_id]
    if advice.step.taken_by_id is not None:
        wanted.append(advice.step.taken_by_id)
    for user in User.objects.filter(pk__in=wanted).order_by("pk"):
        key = f"advice-answered:{advice.pk}:{user.pk}"
        _tell(notices.ADVICE_ANSWERED, advice.case, user, key=key, where=advice.unit.name)
