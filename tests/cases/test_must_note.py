"""A desk whose approval is an answer says something with it."""

import pytest

from kernel.errors import RuleBroken
from services.applications.models import Application
from services.cases import decisions
from tests.factories import MONDAY, Cast, approve, change, make_cast, step_of, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(in_bontang: object) -> Cast:
    return make_cast()


def test_approval_without_words_is_refused_where_words_are_asked(cast: Cast) -> None:
    change("sktm", lambda definition: definition["steps"][1].update(must_note=True))
    sent = submitted(cast)
    approve(sent, cast.hasan)
    step = step_of(sent)
    with pytest.raises(RuleBroken) as refused:
        decisions.approve(step_id=step.pk, by=cast.rina, note="  ", at=MONDAY)
    assert refused.value.field == "note"
    assert step_of(sent) == step
    decisions.approve(step_id=step.pk, by=cast.rina, note="Sudah dicek.", at=MONDAY)
    assert step_of(sent).key == "lurah"
    assert Application.objects.get().steps.get(pk=step.pk).note == "Sudah dicek."


def test_whoever_vouches_writes_no_answer(cast: Cast) -> None:
    with pytest.raises(ValueError, match="writes no answer"):
        change("sktm", lambda definition: definition["steps"][0].update(must_note=True))
