"""A letter names the Ketua RT only when they vouched."""

import re
from datetime import timedelta

import pytest
from django.db import transaction

from services.cases.models import Step
from services.cases.overdue import handle_overdue
from services.catalogue import linter
from services.catalogue.shipped import shipped
from services.letters.models import Letter
from tenants.office.models import Holding
from tenants.registry import regions
from tests.factories import MONDAY, approve, make_cast, step_of, submitted

SHIPPED = shipped()


def _body() -> str:
    return " ".join(Letter.objects.get().content.body)


@pytest.mark.django_db
def test_a_letter_names_the_ketua_rt_who_vouched(in_bontang) -> None:
    cast = make_cast()
    approve(submitted(cast), cast.hasan, cast.rina, cast.lurah)
    assert "menurut keterangan Ketua RT" in _body()


@pytest.mark.django_db
def test_a_letter_does_not_name_a_ketua_rt_when_the_post_is_vacant(in_bontang) -> None:
    cast = make_cast()
    Holding.objects.filter(user=cast.hasan).delete()
    approve(submitted(cast), cast.rina, cast.lurah)
    assert "Ketua RT" not in _body()
    assert "menurut pernyataan pemohon" in _body()


@pytest.mark.django_db
def test_a_letter_does_not_name_a_ketua_rt_who_let_the_time_pass(in_bontang) -> None:
    cast = make_cast()
    application = submitted(cast)
    late = step_of(application).due_at + timedelta(hours=1)
    handle_overdue(step_id=step_of(application).pk, at=late)
    assert application.steps.get(key="rt").state == Step.State.SKIPPED
    approve(application, cast.rina, cast.lurah, at=late)
    assert "Ketua RT" not in _body()


@pytest.mark.django_db
def test_a_letter_does_not_name_a_ketua_rt_where_the_step_does_not_exist(in_bontang) -> None:
    """As where a kelurahan has switched e-RT off."""
    cast = make_cast()
    application = submitted(cast)
    application.steps.get(key="rt").delete()
    from services.cases.route import open_next

    with transaction.atomic():
        open_next(application, "rt", MONDAY)
    approve(application, cast.rina, cast.lurah)
    assert "Ketua RT" not in _body()


@pytest.mark.parametrize("blueprint", SHIPPED, ids=lambda blueprint: blueprint.slug)
def test_no_shipped_letter_says_that_the_ketua_rt_stated_something(blueprint) -> None:
    for output in blueprint.outputs:
        if blueprint.step(output.step).role != "ketua_rt":
            assert not [text for text in output.texts() if "ketua rt" in text.lower()]


def test_the_linter_finds_a_letter_that_names_the_ketua_rt_outright() -> None:
    blueprint = next(found for found in SHIPPED if found.slug == "sktm")
    output = blueprint.outputs[0].model_copy(update={"body": ["Menurut Ketua RT, benar."]})
    changed = blueprint.model_copy(update={"outputs": [output]})
    found = linter.check(changed, today=MONDAY.date())
    assert [finding for finding in found if "{keterangan_rt}" in finding.message]


def test_no_shipped_service_names_one_kabupaten_or_kota() -> None:
    names = {regency.short_name for regency in regions.all_regencies()}
    named = re.compile(r"\b(" + "|".join(map(re.escape, names)) + r")\b")
    for blueprint in SHIPPED:
        assert not named.findall(blueprint.model_dump_json()), blueprint.slug
