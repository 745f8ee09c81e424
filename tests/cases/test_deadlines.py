"""The term of the law: begun, resting, warned of, and what its end brings."""

from datetime import timedelta
from typing import Any

import pytest

from kernel.errors import NotThere
from messaging.models import Outbox
from services.applications import actions, corrections
from services.applications.corrections import Wrong
from services.applications.kind import ApplicationKind
from services.applications.models import Application
from services.applications.withdrawal import withdraw
from services.cases import deadline_end, decisions, reasons
from services.cases.models import CaseDeadline, Document, Step
from services.catalogue.actions import publish
from services.catalogue.blueprint import Blueprint
from services.catalogue.queries import report as catalogue_report
from services.catalogue.queries import service
from services.letters.models import Letter
from tests.factories import MONDAY, Cast, approve, draft, step_of, submitted

DAY = timedelta(days=1)
AFTER = MONDAY + 8 * DAY  # five working days and a weekend later


def _of(application: Application) -> CaseDeadline:
    return CaseDeadline.objects.get(case=application.pk)


def _publish(slug: str, **term: Any) -> None:
    current = service(slug).current
    assert current is not None
    publish(Blueprint.model_validate({**current.definition, "term": term}), actor=None)


def _pass(application: Application, at: Any = AFTER) -> CaseDeadline:
    deadline_end.pass_by(case_id=application.pk, at=at)
    return _of(application)


def test_five_working_days_where_no_rule_says_otherwise(cast: Cast) -> None:
    found = _of(submitted(cast))
    assert found.due_at is not None
    assert (found.amount, found.unit, found.at_end) == (5, "hari_kerja", "draft")
    assert (found.due_at - MONDAY).days == 7  # Monday to Monday, when the office closes
    assert "Pasal 53" in found.basis


def test_rests_while_the_applicant_has_it(cast: Cast) -> None:
    sent = submitted(cast, "reklame")
    approve(sent, cast.hasan)
    before = _of(sent).due_at
    corrections.send_back(
        step_id=step_of(sent).pk, by=cast.rina, wrong=[Wrong("isi", "wrong")], note="",
        at=MONDAY + DAY,
    )  # fmt: skip
    resting = _of(sent)
    assert resting.due_at is None and resting.next_at is None
    deadline_end.pass_by(case_id=sent.pk, at=MONDAY + 60 * DAY)
    assert _of(sent).warned == 0
    actions.save_answers(
        application_id=sent.pk, typed={"isi": "Toko Sembako Makmur"}, files={}, names={},
        by=cast.sari, only=["isi"],
    )  # fmt: skip
    actions.submit(application_id=sent.pk, by=cast.sari, at=MONDAY + 3 * DAY)
    after = _of(sent).due_at
    assert before is not None and after is not None
    assert after - before == 2 * DAY


@pytest.mark.parametrize("ending", ["approve", "refuse", "withdraw"])
def test_a_decision_ends_it(cast: Cast, ending: str) -> None:
    sent = submitted(cast)
    approve(sent, cast.hasan, cast.rina)
    if ending == "approve":
        approve(sent, cast.lurah)
    elif ending == "refuse":
        decisions.refuse(
            step_id=step_of(sent).pk, by=cast.lurah, note="Tidak memenuhi syarat.", at=MONDAY
        )
    else:
        withdraw(application_id=sent.pk, by=cast.sari, at=MONDAY)
    found = _of(sent)
    assert found.ended_at is not None and found.next_at is None
    assert _pass(sent).warned == 0


def test_warned_at_half_at_four_fifths_and_at_the_end_once_each(cast: Cast) -> None:
    sent = submitted(cast)
    told = []
    for hours in range(0, 24 * 9, 3):
        found = _pass(sent, MONDAY + timedelta(hours=hours))
        if found.warned not in told:
            told.append(found.warned)
    assert told == [0, 50, 80, 100]
    events = Outbox.objects.filter(key__contains=f"case.deadline:{sent.pk}:")
    assert events.count() == 3


def test_at_its_end_the_case_goes_to_who_decides(cast: Cast) -> None:
    sent = submitted(cast)  # nobody has looked at it
    found = _pass(sent)
    assert found.done == "draft"
    assert step_of(sent).role == "lurah"
    passed = sent.steps.filter(state=Step.State.SKIPPED, note=reasons.TERM_ENDED)
    assert passed.count() == 1
    approve(sent, cast.lurah, at=AFTER)
    assert sent.issued.count() == 1


def test_a_city_may_only_be_warned(cast: Cast) -> None:
    _publish("sktm", at_end="warn")
    sent = submitted(cast)
    step = step_of(sent)
    assert _pass(sent).done == "warn"
    assert step_of(sent) == step


def _met_by_system(application: Application) -> None:
    application.documents.update(origin=Document.Origin.LETTER)


def test_the_system_issues_what_it_checked_itself(cast: Cast) -> None:
    _publish("sktm", at_end="issue")
    sent = submitted(cast)
    approve(sent, cast.hasan)
    _met_by_system(sent)
    assert _pass(sent).done == "issue"
    sent.refresh_from_db()
    assert sent.state == Application.State.ISSUING
    letter = Letter.objects.get(issued_from__application=sent)
    assert cast.lurah.name in letter.content.as_json()
    assert reasons.ISSUED_BY_SYSTEM in letter.content.as_json()
    last = sent.steps.get(key=sent.blueprint.outputs[0].step)
    assert (last.state, last.decided_by) == (Step.State.APPROVED, None)
    assert _of(sent).ended_at is not None


@pytest.mark.parametrize("missing", ["upload", "vouch", "post", "right"])
def test_the_system_issues_nothing_it_did_not_check(cast: Cast, missing: str) -> None:
    _publish("sktm", at_end="issue")
    sent = submitted(cast)
    if missing == "right":
        _publish("sktm", rights_of_others=True)
        sent.version = service("sktm").current  # type: ignore[assignment]
        sent.save(update_fields=["version"])
    if missing != "vouch":
        approve(sent, cast.hasan)
    if missing != "upload":
        _met_by_system(sent)
    if missing == "post":
        cast.lurah.holdings.update(until=MONDAY.date())
    assert _pass(sent).done == "draft"
    assert not sent.issued.exists()


def test_nothing_that_touches_rights_of_others_is_issued_by_the_system(cast: Cast) -> None:
    with pytest.raises(ValueError, match="rights of others"):
        _publish("sktm", at_end="issue", rights_of_others=True)


def test_a_report_of_a_head_has_no_term(cast: Cast) -> None:
    report = catalogue_report("lapor-tamu").current
    assert report is not None
    sent = submitted(cast)
    sent.version = report
    assert ApplicationKind().term(sent) is None


def test_a_draft_has_no_term(cast: Cast) -> None:
    begun = draft(cast)
    assert not CaseDeadline.objects.filter(case=begun.pk).exists()
    with pytest.raises(NotThere):
        deadline_end.pass_by(case_id=0, at=AFTER)
