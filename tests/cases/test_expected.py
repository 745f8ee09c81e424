"""When a letter should be ready, if every desk takes all the time it has."""

import pytest

from services.cases.expected import expected_at
from services.cases.models import Step
from services.catalogue.rules import route
from tenants.office import queries as office
from tests.factories import MONDAY, Cast, approve, submitted

pytestmark = pytest.mark.django_db


def test_the_last_desk_is_due_after_all_the_others(cast: Cast) -> None:
    application = submitted(cast, "sktm")
    first = application.steps.get(state=Step.State.OPEN)
    moment, calendar = first.due_at, office.calendar()
    for spec in route(application.blueprint, application.answers)[1:]:
        moment = calendar.due(moment, spec.clock.amount, spec.clock.unit)
    assert expected_at(application) == moment > first.due_at


def test_with_the_last_desk_it_is_that_desks_own_time(cast: Cast) -> None:
    application = submitted(cast, "sktm")
    approve(application, cast.hasan, cast.rina)
    application.refresh_from_db()
    last = application.steps.get(state=Step.State.OPEN)
    assert last.key == "lurah"
    assert expected_at(application) == last.due_at


def test_nothing_is_expected_of_what_no_desk_has(cast: Cast) -> None:
    application = submitted(cast, "sktm")
    application.steps.update(state=Step.State.RETURNED, decided_at=MONDAY)
    assert expected_at(application) is None
