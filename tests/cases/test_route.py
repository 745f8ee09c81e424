"""The case that an action works on: whole, fresh and locked."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from services.applications.models import Application
from services.cases.route import at_hand, locked
from tests.factories import Cast, step_of, submitted

BOTH = 'FOR UPDATE OF "cases_case", "applications_application"'


def test_both_rows_of_a_case_are_locked_the_shared_one_first(cast: Cast) -> None:
    """A row that is joined and not locked is given as it was before the wait for the lock."""
    sent = submitted(cast)
    step_id = step_of(sent).pk
    with CaptureQueriesContext(connection) as seen:
        locked(Application, sent.pk)
        hand = at_hand(step_id)
    locking = [query["sql"] for query in seen.captured_queries if "FOR UPDATE" in query["sql"]]
    assert len(locking) == 2 and all(BOTH in sql for sql in locking)
    assert hand is not None and isinstance(hand.case, Application)
    assert hand.step.case is hand.case
