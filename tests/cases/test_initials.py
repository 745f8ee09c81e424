"""Initials before the head signs: steps of every service that are passed where switched on."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from services.applications.models import Application
from services.cases.models import Step
from services.catalogue import initials
from services.catalogue.queries import service
from services.catalogue.shipped import shipped
from tests.factories import Cast, approve, official, step_of, submitted

Enter = Callable[[User], Client]
ALL = [(level, role) for level, role, _ in initials.POSSIBLE]


def _roles(application: Application) -> list[str]:
    steps = application.steps.exclude(state=Step.State.SKIPPED).order_by("pk")
    return list(steps.values_list("role", flat=True))


def test_every_letter_signed_by_the_head_of_an_office_has_the_steps() -> None:
    found = 0
    for blueprint in shipped():
        keys = {step.key for step in blueprint.steps}
        for output in blueprint.outputs:
            signing = blueprint.desk(output.step)
            if signing.role not in ("lurah", "camat"):
                continue
            found += 1
            assert {f"kasi_{signing.level}", f"sekretaris_{signing.level}"} <= keys, blueprint.slug
    assert found >= 100


def test_nothing_is_initialled_until_a_city_wants_it(cast: Cast) -> None:
    official("kasi", cast.village, "kasi")
    sent = submitted(cast)
    approve(sent, cast.hasan, cast.rina)
    assert step_of(sent).role == "lurah"


def test_a_draft_passes_who_is_switched_on_in_order(cast: Cast, admin: User) -> None:
    initials.switch(on=ALL, by=admin)
    kasi = official("kasi", cast.village, "kasi")
    sekretaris = official("sekretaris", cast.village, "sekretaris")
    sent = submitted(cast)
    approve(sent, cast.hasan, cast.rina, kasi, sekretaris, cast.lurah)
    assert _roles(sent) == ["ketua_rt", "loket", "kasi", "sekretaris", "lurah"]
    assert sent.issued.count() == 1


def test_an_empty_post_is_passed_over(cast: Cast, admin: User) -> None:
    initials.switch(on=ALL, by=admin)
    sekretaris = official("sekretaris", cast.village, "sekretaris")
    sent = submitted(cast)
    approve(sent, cast.hasan, cast.rina)
    assert step_of(sent).role == "sekretaris"
    approve(sent, sekretaris, cast.lurah)
    assert sent.steps.get(role="kasi").state == Step.State.SKIPPED


def test_cases_under_way_keep_what_stood_when_they_were_sent(cast: Cast, admin: User) -> None:
    official("kasi", cast.village, "kasi")
    before = submitted(cast)
    initials.switch(on=[("kelurahan", "kasi")], by=admin)
    approve(before, cast.hasan, cast.rina)
    assert step_of(before).role == "lurah"
    initials.switch(on=[], by=admin)
    assert service("sktm").card["steps"] == 3


def test_the_promise_of_a_service_counts_them(cast: Cast, admin: User) -> None:
    usual = service("sktm").card
    initials.switch(on=ALL, by=admin)
    card = service("sktm").card
    assert card["steps"] == usual["steps"] + 2
    assert card["days"] == usual["days"] + 1  # twice four working hours


@pytest.mark.parametrize("typed", [["kelurahan:kasi", "kecamatan:sekretaris"], []])
def test_an_administrator_switches_them(
    admin: User, cast: Cast, as_: Enter, typed: list[str]
) -> None:
    page = as_(admin)
    assert page.post("/kelola/paraf/", {"on": typed}).status_code == 302
    html = page.get("/kelola/paraf/").content.decode()
    assert html.count("checked") == len(typed)
    assert page.post("/kelola/paraf/", {"on": ["rt:ketua_rt"]}).status_code == 422
    assert as_(cast.camat).get("/kelola/paraf/").status_code in (403, 404)
