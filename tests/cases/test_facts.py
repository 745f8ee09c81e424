"""Reportable answers, kept in clear beside the sealed ones."""

import copy
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from pydantic import ValidationError

from kernel.numbers import MOST_DIGITS
from services.applications import actions
from services.applications.facts import value_of
from services.cases import decisions
from services.cases.models import CaseFact
from services.catalogue import linter
from services.catalogue.actions import publish
from services.catalogue.blueprint import Blueprint
from services.catalogue.queries import service
from services.questions.kind import kinds
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, draft, official, step_of, submitted
from tests.setup.pages import change

pytestmark = pytest.mark.django_db


def _reporting(slug: str, *keys: str, **more: Any) -> Blueprint:
    """A service whose questions with these keys are reportable."""
    current = service(slug).current
    assert current is not None
    definition = copy.deepcopy(current.definition)
    for field in definition["fields"]:
        if field["key"] in keys:
            field |= {"reportable": True, **more}
    return Blueprint.model_validate(definition)


def _facts(case_id: int) -> dict[str, object]:
    return {
        fact.key: next(
            v for v in (fact.number, fact.text, fact.date, fact.latitude) if v is not None
        )
        for fact in CaseFact.objects.filter(case=case_id)
    }


def test_answers_become_facts_when_the_application_is_sent(cast: Cast) -> None:
    publish(_reporting("reklame", "luas", "jenis", "mulai"), actor=None)
    begun = draft(cast, "reklame")
    assert not _facts(begun.pk)
    sent = actions.submit(application_id=begun.pk, by=cast.sari, at=MONDAY)
    assert _facts(sent.pk) == {
        "luas": Decimal(10),
        "jenis": "billboard",
        "mulai": date(2099, 12, 1),
    }


def test_facts_follow_what_is_corrected(cast: Cast) -> None:
    publish(_reporting("sktm", "tanggungan"), actor=None)
    sent = submitted(cast)
    note = "Jumlah tanggungan tidak cocok dengan Kartu Keluarga."
    approve(sent, cast.hasan)
    decisions.return_(step_id=step_of(sent).pk, by=cast.rina, note=note, at=MONDAY)
    actions.save_answers(
        application_id=sent.pk, typed={"tanggungan": "5"}, files={}, names={}, by=cast.sari,
        only=["tanggungan"],
    )  # fmt: skip
    assert _facts(sent.pk) == {"tanggungan": Decimal(3)}, "not before it is sent"
    actions.submit(application_id=sent.pk, by=cast.sari, at=MONDAY)
    assert _facts(sent.pk) == {"tanggungan": Decimal(5)}


def test_the_longest_number_that_may_be_typed_has_room(cast: Cast) -> None:
    publish(_reporting("sktm", "tanggungan", max=None), actor=None)
    begun = draft(cast, tanggungan="9" * MOST_DIGITS)
    actions.submit(application_id=begun.pk, by=cast.sari, at=MONDAY)
    assert _facts(begun.pk) == {"tanggungan": Decimal("9" * MOST_DIGITS)}


def test_a_place_becomes_a_point_and_its_address_is_not_kept(cast: Cast) -> None:
    publish(_reporting("sku", "lokasi_usaha", "alamat_usaha", "lokasi"), actor=None)
    places = [f.key for f in _reporting("sku").fields if kinds[f.type].has_map]
    assert places, "the service asks for a place"
    spec = next(f for f in _reporting("sku", *places).fields if f.key in places)
    answer = {"alamat": "Jalan Ahmad Yani 12", "lintang": "0.1234567", "bujur": "117.5"}
    point = value_of(spec, answer)
    assert (point.latitude, point.longitude) == (Decimal("0.1234567"), Decimal("117.5"))  # type: ignore[union-attr]
    assert value_of(spec, {"alamat": "Jalan Ahmad Yani 12"}) is None


def test_one_value_of_one_kind_each(cast: Cast) -> None:
    sent = submitted(cast)
    for values in ({}, {"number": 1, "text": "satu"}, {"latitude": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CaseFact.objects.create(case=sent, key="luas", **values)


def test_what_is_sensitive_or_names_people_is_not_reportable(in_bontang: City) -> None:
    with pytest.raises(ValidationError, match="what is sensitive is not reportable"):
        _reporting("sktm", "penghasilan", sensitive=True)
    person = {"key": "anak", "type": "person", "label": "Siapa?", "reportable": True}
    definition = copy.deepcopy(_reporting("sktm").canonical())
    definition["fields"].append(person)
    with pytest.raises(ValidationError, match="its kind has nothing to report"):
        Blueprint.model_validate(definition)
    nik = {"key": "nomor", "type": "text", "label": "NIK", "register_fact": "nik"}
    definition["fields"][-1] = {**nik, "reportable": True}
    with pytest.raises(ValidationError, match="kept sealed is not reportable"):
        Blueprint.model_validate(definition)


def test_the_digest_is_the_same_until_a_question_is_reportable(in_bontang: City) -> None:
    current = service("sktm").current
    assert current is not None
    assert _reporting("sktm").digest() == current.digest
    reporting = _reporting("sktm", "tanggungan")
    assert reporting.digest() != current.digest
    assert not linter.check(reporting, today=MONDAY.date())


def test_an_admin_switches_it_on(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    client = client_for(in_bontang)
    admin = official("admin", Unit.objects.get(code=in_bontang.code), "admin")
    client.force_login(admin, "accounts.backends.LoginBackend")
    page = "/kelola/layanan/sktm/pertanyaan/ubah/tanggungan/"
    assert "Dipakai dalam laporan" in client.get(page).content.decode()
    assert change(client, page, reportable="ya").status_code == 302
    field = next(f for f in service("sktm").draft["fields"] if f["key"] == "tanggungan")  # type: ignore[index]
    assert field["reportable"] is True
