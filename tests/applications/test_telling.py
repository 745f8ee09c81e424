"""What an action of a case tells, and what telling costs it."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from events.event import Event
from events.subscribers import Subscriber, subscribers
from messaging.models import Outbox
from services.applications import actions, events, issuing, revoking, withdrawal
from services.cases import decisions, undo
from services.cases import events as case_events
from services.cases.models import Step
from services.cases.overdue import handle_overdue
from tests.factories import MONDAY, Cast, approve, draft, step_of, submitted
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
TYPES = [
    kind
    for module in (case_events, events)
    for kind in vars(module).values()
    if isinstance(kind, type) and kind is not Event
]


@pytest.fixture
def heard() -> Iterator[Callable[[], list[str]]]:
    """The names of the events told since last asked, in their order."""
    names: list[str] = []
    listeners = {
        f"test.{kind.name}": Subscriber(kind, lambda event: names.append(event.name))
        for kind in TYPES
    }

    def since() -> list[str]:
        tell_subscribers()
        found = list(names)
        names.clear()
        return found

    with subscribers.changed(listeners):
        yield since


def decide(step: Step, by: User, decision: str) -> None:
    no = decisions.return_ if decision == "return" else decisions.refuse
    no(step_id=step.pk, by=by, note="Sudah pindah sejak Maret.", at=MONDAY)


def test_a_case_tells_its_way_to_the_letter_and_back(
    cast: Cast, heard: Callable[[], list[str]]
) -> None:
    application = submitted(cast)
    assert heard() == ["case.submitted", "step.opened"]
    approve(application, cast.hasan)
    assert heard() == ["step.done", "step.opened"]
    decide(step_of(application), cast.rina, "return")
    assert heard() == ["case.returned"]
    actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)
    assert heard() == ["case.submitted", "step.opened"]
    approve(application, cast.rina)
    heard()
    approve(application, cast.lurah)
    assert heard() == ["step.done"]
    issuing.finish_letters(application_id=application.pk, at=MONDAY)
    assert heard() == ["letter.ready", "case.done"]
    letter = application.issued.get().letter
    revoking.revoke(letter_id=letter.pk, by=cast.lurah, reason="Ternyata salah orang.", at=MONDAY)
    assert heard() == ["letter.revoked"]


def test_the_other_ends_of_a_case_are_told(cast: Cast, heard: Callable[[], list[str]]) -> None:
    application = submitted(cast)
    heard()
    decide(step_of(application), cast.hasan, "refuse")
    assert heard() == ["case.refused"]
    application = submitted(cast)
    heard()
    withdrawal.withdraw(application_id=application.pk, by=cast.sari, at=MONDAY)
    assert heard() == ["case.withdrawn"]


def test_missed_clocks_and_vacant_posts_are_told(
    cast: Cast, heard: Callable[[], list[str]]
) -> None:
    application = submitted(cast)
    heard()
    late = step_of(application)
    handle_overdue(step_id=late.pk, at=late.due_at)
    assert heard() == ["step.passed_over", "step.opened"]
    late = step_of(application)
    for hours in (0, 1, 24):
        handle_overdue(step_id=late.pk, at=late.due_at + timedelta(hours=hours))
    assert heard() == ["step.late", "step.late"]  # once a day
    cast.hasan.is_active = False
    cast.hasan.save()
    submitted(cast)
    assert heard() == ["case.submitted", "step.skipped", "step.opened"]


def test_an_approval_taken_back_is_told_and_mails_nobody(
    cast: Cast, heard: Callable[[], list[str]]
) -> None:
    User.objects.filter(pk=cast.hasan.pk).update(email="hasan@example.com")
    application = submitted(cast)
    vouched = step_of(application)
    approve(application, cast.hasan)
    heard()
    undo.take_back(step_id=vouched.pk, by=cast.hasan, at=MONDAY)
    assert heard() == ["step.taken_back", "step.opened"]
    assert not Outbox.objects.filter(
        kind="mail.send", key__endswith=f"arrived:{step_of(application).pk}"
    ).exists()


def test_a_mail_about_a_desk_that_has_decided_is_not_sent(cast: Cast) -> None:
    User.objects.filter(pk=cast.hasan.pk).update(email="hasan@example.com")
    application = submitted(cast)
    approve(application, cast.hasan)  # before a worker had time
    tell_subscribers()
    assert not Outbox.objects.filter(key__contains="arrived:").exists()


def cost(deed: Callable[[], object]) -> int:
    """Queries, with the one after the commit that hands each new row over."""
    rows = Outbox.objects.count()
    with CaptureQueriesContext(connection) as seen:
        deed()
    return len(seen) + Outbox.objects.count() - rows


def test_telling_adds_at_most_one_row_to_an_answer(cast: Cast) -> None:
    User.objects.filter(pk=cast.hasan.pk).update(email="hasan@example.com")
    approve(submitted(cast), cast.hasan, cast.rina, cast.lurah)  # warm
    sent = draft(cast)
    at = MONDAY
    assert cost(lambda: actions.submit(application_id=sent.pk, by=cast.sari, at=at)) <= 24
    assert cost(lambda: approve(sent, cast.hasan)) <= 19  # with the vouch and its number
    assert cost(lambda: decide(step_of(sent), cast.rina, "return")) <= 20
    refused = submitted(cast)
    assert cost(lambda: decide(step_of(refused), cast.hasan, "refuse")) <= 20
