"""A kind of step is one file: the folder ``added`` brings one, and nothing else names it."""

import copy
import importlib
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pydantic import ValidationError

from kernel.errors import NotThere
from services.applications import issuing, queries
from services.cases import decisions
from services.cases.actions import complete
from services.cases.expected import expected_at
from services.cases.models import Step
from services.cases.overdue import handle_overdue
from services.cases.steps.registry import step_kinds
from services.cases.timeline import timeline
from services.cases.waiting import by_post, late, unattended
from services.catalogue import linter
from services.catalogue.actions import publish
from services.catalogue.blueprint import Blueprint
from services.catalogue.queries import service
from services.catalogue.steps import step_specs
from services.letters.models import Letter
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, official, step_of, submitted
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
WAIT = {
    "key": "umum", "kind": "wait", "title": "Diumumkan", "why": "Warga boleh berkeberatan.",
    "clock": {"amount": 14, "unit": "hari"},
}  # fmt: skip
LATER = MONDAY + timedelta(days=15)


@pytest.fixture(autouse=True)
def added(in_bontang: City) -> Iterator[None]:
    sys.modules.pop("tests.cases.added.wait", None)
    with step_kinds.changed(), step_specs.changed():
        importlib.import_module("tests.cases.added.wait")
        yield


def _definition() -> dict[str, Any]:
    current = service("sktm").current
    assert current is not None
    return copy.deepcopy(current.definition)


def _with_wait() -> Blueprint:
    """SKTM that waits between the counter and the Lurah."""
    definition = _definition()
    definition["steps"].insert(2, WAIT)
    return Blueprint.model_validate(definition)


def _waiting(cast: Cast) -> tuple[Any, Step]:
    publish(_with_wait(), actor=None)
    sent = submitted(cast)
    approve(sent, cast.hasan, cast.rina)
    return sent, step_of(sent)


def test_a_definition_with_an_added_kind_is_read_and_written_alike() -> None:
    with_wait = _with_wait()
    step = with_wait.canonical()["steps"][2]
    assert step["kind"] == "wait" and step["why"] == WAIT["why"] and "role" not in step
    assert Blueprint.model_validate(with_wait.canonical()) == with_wait
    assert all(
        "kind" not in desk for desk in Blueprint.model_validate(_definition()).canonical()["steps"]
    )
    assert not linter.check(with_wait, today=MONDAY.date())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "surprise"}, "'desk', .*'wait'"),
        ({"role": "lurah"}, "Extra inputs are not permitted"),
    ],
)
def test_a_step_says_what_its_kind_has(change: dict[str, Any], message: str) -> None:
    definition = _definition()
    definition["steps"].insert(2, {**WAIT, **change})
    with pytest.raises(ValidationError, match=message):
        Blueprint.model_validate(definition)


def test_nobody_signs_a_letter_at_a_step_that_is_no_desk() -> None:
    definition = _definition()
    definition["steps"].insert(2, WAIT)
    definition["outputs"][0]["step"] = "umum"
    with pytest.raises(ValidationError, match="'umum' is no desk"):
        Blueprint.model_validate(definition)


def test_a_missed_clock_takes_the_case_on_to_its_letter(cast: Cast) -> None:
    sent, step = _waiting(cast)
    assert (step.kind, step.title, step.due_at) == (
        "wait",
        "Diumumkan",
        MONDAY + timedelta(days=14),
    )
    handle_overdue(step_id=step.pk, at=MONDAY + timedelta(days=13))
    assert step_of(sent) == step, "its time has not come"
    handle_overdue(step_id=step.pk, at=LATER)
    step.refresh_from_db()
    assert (step.state, step.decided_by, step.note) == (
        Step.State.APPROVED, None, "Tidak ada yang berkeberatan."
    )  # fmt: skip
    decisions.approve(step_id=step_of(sent).pk, by=cast.lurah, at=LATER)
    issuing.finish_letters(application_id=sent.pk, at=LATER)
    sent.refresh_from_db()
    assert sent.state == "done"
    assert Letter.objects.get(issued_from__application=sent).state == "ready"
    tell_subscribers()


def test_it_is_completed_by_who_brings_it_to_its_end_once(cast: Cast) -> None:
    sent, step = _waiting(cast)
    for _ in range(2):
        complete(step_id=step.pk, at=MONDAY)
    assert step_of(sent).key == "lurah"
    with pytest.raises(NotThere):
        complete(step_id=step_of(sent).pk, at=MONDAY)
    for official_ in (cast.rina, cast.lurah):
        with pytest.raises(NotThere):
            decisions.approve(step_id=step.pk, by=official_, at=MONDAY)


def test_it_lies_on_nobodys_desk_and_stands_in_the_timeline(cast: Cast) -> None:
    sent, step = _waiting(cast)
    assert not unattended(MONDAY.date()).filter(pk=step.pk).exists()
    assert [row.title for row in by_post(late(LATER))] == []
    found = queries.own(cast.sari, sent.pk)
    stops = timeline(found, at=MONDAY, today=MONDAY.date())
    [now] = [stop for stop in stops if stop.state == "now"]
    assert (now.title, now.where, now.who) == ("Diumumkan", "", "")
    due = expected_at(found)
    assert due is not None and due > step.due_at
    tell_subscribers()


def test_an_admin_sees_and_edits_it(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    publish(_with_wait(), actor=None)
    client = client_for(in_bontang)
    admin = official("admin", Unit.objects.get(code=in_bontang.code), "admin")
    client.force_login(admin, "accounts.backends.LoginBackend")
    assert "Menunggu" in client.get("/kelola/layanan/sktm/langkah/").content.decode()
    page = client.get("/kelola/layanan/sktm/langkah/ubah/umum/").content.decode()
    assert "Diumumkan" in page and "Tulisan pada tombol setuju" not in page


def test_opening_it_asks_no_more_than_opening_a_desk(cast: Cast) -> None:
    publish(_with_wait(), actor=None)
    for _ in range(2):  # the first warms
        sent = submitted(cast)
        approve(sent, cast.hasan)
        counter = step_of(sent).pk
        with CaptureQueriesContext(connection) as seen:
            decisions.approve(step_id=counter, by=cast.rina, at=MONDAY)
    assert len(seen) <= 14
