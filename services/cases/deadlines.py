"""The term of the law for one case: begun, resting, going on, ended (UU 30/2014 article 53 as
changed by UU 6/2023). Call with the case locked. What its end brings: ``deadline_end``."""

from datetime import datetime

from services.cases import deadline_rules as rules
from services.cases.deadline_rules import WARNED_AT, Rest
from services.cases.kinds import kind_of
from services.cases.models import Case, CaseDeadline
from tenants.office import queries as office


def of(case: Case) -> CaseDeadline | None:
    """The term of a case; None for one sent before there were terms. No query where it was
    selected with the case."""
    return getattr(case, "deadline", None)


def begin(case: Case, at: datetime) -> None:
    """The term begins as the case is sent."""
    term = kind_of(case).term(case)
    if term is None:
        return
    deadline = CaseDeadline(
        case_id=case.pk, amount=term.amount, unit=term.unit, basis=term.basis, at_end=term.at_end,
        started_at=at,
    )  # fmt: skip
    reckon(deadline)
    deadline.save()


def count_from(case: Case, since: datetime) -> None:
    """The term began earlier than the case was sent: a form on paper was received then."""
    deadline = CaseDeadline.objects.filter(case_id=case.pk, rests=[]).first()
    if deadline is not None:
        deadline.started_at = since
        reckon(deadline)
        deadline.save(update_fields=["started_at", "due_at", "next_at"])


def rest(case: Case, at: datetime) -> None:
    """The case waits for the applicant: it is back with them, or for their payment. Rests already
    when it waited before."""
    deadline = of(case)
    if deadline is None or deadline.ended_at is not None:
        return
    if deadline.rests and deadline.rests[-1][1] is None:
        return
    deadline.rests = [*deadline.rests, [at.isoformat(), None]]
    reckon(deadline)
    deadline.save(update_fields=["rests", "due_at", "next_at"])


def go_on(case: Case, at: datetime) -> None:
    """The case has come again, or was paid."""
    deadline = of(case)
    if deadline is None or not deadline.rests or deadline.rests[-1][1] is not None:
        return
    deadline.rests = [*deadline.rests[:-1], [deadline.rests[-1][0], at.isoformat()]]
    reckon(deadline)
    deadline.save(update_fields=["rests", "due_at", "next_at"])


def end(case: Case, at: datetime) -> None:
    """The case is decided, or withdrawn."""
    CaseDeadline.objects.filter(case=case, ended_at=None).update(ended_at=at, next_at=None)


def rests_of(deadline: CaseDeadline) -> list[Rest]:
    return [
        Rest(datetime.fromisoformat(since), datetime.fromisoformat(until) if until else None)
        for since, until in deadline.rests
    ]


def reckon(deadline: CaseDeadline) -> None:
    """Set when the term ends and when the next warning is due."""
    calendar, rests = office.calendar(), rests_of(deadline)
    unit: rules.TermUnit = deadline.unit  # type: ignore[assignment]
    deadline.due_at = rules.due(calendar, deadline.started_at, deadline.amount, unit, rests)
    percent = next((one for one in WARNED_AT if one > deadline.warned), None)
    if deadline.due_at is None or percent is None:
        deadline.next_at = None
        return
    deadline.next_at = rules.moment_of(
        calendar, deadline.started_at, unit, rests, ends=deadline.due_at, percent=percent
    )
