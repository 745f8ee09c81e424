"""The retention classes that come with Balai: what they cover, and how a city takes them over."""

import pytest
from pydantic import ValidationError

from audit.models import Entry
from kernel.clock import now
from services.catalogue.shipped import shipped
from services.records import proposed, retention
from services.records.models import ArchiveItem, RetentionClass
from services.records.retention import Told
from tenants.office.models import Unit
from tests.factories import Cast, official
from tests.records.conftest import As, at
from tests.records.test_archive import item, kept, run_outbox

__all__ = ["item"]  # a fixture
pytestmark = pytest.mark.django_db


def test_every_letter_and_every_service_without_one_has_a_proposal() -> None:
    found = [
        RetentionClass(code=one.code, topic=one.topic, fate=one.fate) for one in proposed.shipped()
    ]
    known = retention.Schedule(found)
    topics = {one.topic for one in found if one.topic}
    for blueprint in shipped():
        newest = [max(output.codes, key=lambda one: one.since) for output in blueprint.outputs]
        codes = {one.code for one in newest}
        for code in codes:
            assert known.of("", code) is not None, code
        assert codes or blueprint.slug in topics, blueprint.slug
    assert topics <= {blueprint.slug for blueprint in shipped()}


def test_no_proposal_destroys_and_each_says_that_the_city_confirms_it() -> None:
    for one in proposed.shipped():
        assert one.fate != RetentionClass.Fate.DESTROY
        assert "astikan dengan JRA daerah" in one.source and len(one.source) <= 200
        assert bool(one.code) != bool(one.topic)
    keys = [one.key for one in proposed.shipped()]
    assert len(keys) == len(set(keys))
    with pytest.raises(ValidationError):
        proposed.Row.model_validate(
            {"code": "400", "title": "x", "active": 1, "inactive": 1, "fate": "destroy"}
        )


def test_adopting_is_one_act_that_keeps_what_the_city_wrote(
    cast: Cast, item: ArchiveItem, as_: As
) -> None:
    own = kept(cast.lurah, code="400.12", topic="", source="Perwali 12/2020", fate="keep")
    admin = as_(official("bos", Unit.objects.get(kind="kota"), "admin"))
    page = admin.get(at("setup-retention")).content.decode()
    number = len(proposed.shipped()) - 1
    assert f"Pakai {number} kelas ini" in page and "JRA Kabupaten Pekalongan" in page
    assert RetentionClass.objects.count() == 1, "a look changes nothing"
    assert as_(cast.rina).post(at("setup-retention-adopt")).status_code == 403
    answer = admin.post(at("setup-retention-adopt"), follow=True).content.decode()
    assert f"{number} kelas dipakai" in answer and "usulan, belum dipastikan" in answer
    assert RetentionClass.objects.count() == number + 1
    own.refresh_from_db()
    assert (own.source, own.active_years) == ("Perwali 12/2020", 2)
    entry = Entry.objects.get(what="retention.adopted")
    assert entry.detail == {"classes": number}
    run_outbox(retention.KIND)
    item.refresh_from_db()
    assert item.retention is not None and item.retention.code == "400" and item.fate == "review"
    assert "Usulan Balai:" not in admin.get(at("setup-retention")).content.decode()
    assert admin.post(at("setup-retention-adopt")).status_code == 409


def test_a_class_is_the_citys_once_its_source_is(cast: Cast) -> None:
    proposed.adopt(by=cast.lurah, at=now())
    row = RetentionClass.objects.get(code="500.16.7")
    assert proposed.is_unconfirmed(row)
    told = Told("500.16.7", "", row.title, 3, 7, "keep", "Perwali 12/2020")
    assert not proposed.is_unconfirmed(
        retention.keep(pk=row.pk, told=told, by=cast.lurah, at=now())
    )
