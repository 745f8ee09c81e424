"""A step with a list: whoever approves has ticked every line, and the case keeps what they read."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from kernel.errors import RuleBroken
from services.applications.models import Application
from services.cases import decisions
from services.catalogue.actions import publish
from services.catalogue.blueprint import Blueprint
from services.catalogue.queries import service
from tests.factories import MONDAY, Cast, approve, change, make_cast, step_of, submitted

pytestmark = pytest.mark.django_db
CHECKS = ["Foto terbaca", "Alamat sesuai"]


@pytest.fixture
def cast(in_bontang: object) -> Cast:
    cast = make_cast()
    change("sktm", lambda definition: definition["steps"][1].update(checks=CHECKS))
    return cast


@pytest.fixture
def at_counter(cast: Cast) -> Application:
    sent = submitted(cast)
    approve(sent, cast.hasan)
    return sent


@pytest.mark.parametrize("checked", [[], ["Foto terbaca"], ["Foto terbaca", "Lainnya"]])
def test_nothing_is_approved_before_every_line_is_ticked(
    cast: Cast, at_counter: Application, checked: list[str]
) -> None:
    step = step_of(at_counter)
    with pytest.raises(RuleBroken) as refused:
        decisions.approve(step_id=step.pk, by=cast.rina, checked=checked, at=MONDAY)
    assert refused.value.field == "checked"
    assert step_of(at_counter) == step


def test_the_page_asks_for_the_ticks_keeps_what_was_typed_and_shows_them_later(
    cast: Cast, at_counter: Application, as_: Callable[[User], Client]
) -> None:
    step, page = step_of(at_counter), as_(cast.rina)
    decide = f"/meja/berkas/{at_counter.pk}/putuskan/"
    sent = {"decision": "approve", "step": step.pk, "note": "Rapi.", "checked": ["Foto terbaca"]}
    refused = page.post(decide, sent)
    assert refused.status_code == 422
    text = refused.content.decode()
    assert decisions.UNCHECKED in text and "Rapi." in text
    assert text.count("checked>") + text.count(" checked ") == 1  # the one that was ticked
    assert page.post(decide, {**sent, "checked": CHECKS}).status_code == 302
    step.refresh_from_db()
    assert step.checked == CHECKS
    shown = as_(cast.lurah).get(f"/meja/berkas/{at_counter.pk}/").content.decode()
    assert all(line in shown for line in CHECKS)


def test_a_case_returned_or_refused_needs_no_ticks(cast: Cast, at_counter: Application) -> None:
    step = step_of(at_counter)
    decisions.refuse(step_id=step.pk, by=cast.rina, note="Bukan warga sini.", at=MONDAY)
    step.refresh_from_db()
    assert (step.state, step.checked) == ("refused", [])


def test_whoever_vouches_ticks_no_list(cast: Cast) -> None:
    with pytest.raises(ValueError, match="ticks no list"):
        change("sktm", lambda definition: definition["steps"][0].update(checks=CHECKS))


def test_a_definition_without_a_list_is_what_it_was(cast: Cast) -> None:
    current = service("domisili").current
    assert current is not None
    assert all("checks" not in step for step in current.definition["steps"])
    again = publish(Blueprint.model_validate(current.definition), actor=None)
    assert again.pk == current.pk
