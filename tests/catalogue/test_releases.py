"""Real consecutive releases: a city on the first one, with changes of its own, meets the second.

``releases/`` keeps the first releases as they were shipped; the second ones are in the catalogue.
"""

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from services.catalogue import actions, linter, overrides, queries
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Release, Service, ServiceVersion
from services.catalogue.shipped import shipped
from services.catalogue.shorthand import expand
from tests.factories import MONDAY

FIRST = {
    path.name.partition(".")[0]: Blueprint.model_validate(
        expand(tomllib.loads(path.read_text(encoding="utf-8")))
    )
    for path in sorted((Path(__file__).parent / "releases").glob("*.1.toml"))
}
SECOND = {b.slug: b for b in shipped() if b.slug in FIRST}
SLUGS = sorted(FIRST)


def ours(slug: str) -> dict[str, Any]:
    """What a city might have made of the first release: words, a desk, a question, an order."""
    made = copy.deepcopy(FIRST[slug].canonical())
    made["title"] = f"{made['title']} (Kota Bontang)"
    made["steps"][-1]["clock"] = {"amount": 3, "unit": "hari_kerja"}
    made["fields"][0]["help"] = "Bantuan dari kami."
    made["fields"].append(
        {**_blank(), "key": "telepon_kami", "type": "text", "label": "Nomor WhatsApp"}
    )
    made["requirements"] = [*made["requirements"], "Datang bila diminta"]
    return Blueprint.model_validate(made).canonical()


def _blank() -> dict[str, Any]:
    return {"required": False, "format": "telepon"}


def test_there_are_at_least_ten() -> None:
    assert len(SLUGS) >= 10
    assert all(SECOND[slug].release == FIRST[slug].release + 1 for slug in SLUGS)
    assert all(SECOND[slug].changes for slug in SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_city_without_changes_simply_follows(slug) -> None:
    old, new = FIRST[slug].canonical(), SECOND[slug].canonical()
    assert overrides.adopt(old, new, copy.deepcopy(old)) == new
    rows = overrides.compare(old, new, old)
    assert {row.verdict for row in rows} == {"theirs"}


@pytest.mark.parametrize("slug", SLUGS)
def test_nothing_a_city_changed_is_lost(slug) -> None:
    old, new, mine = FIRST[slug].canonical(), SECOND[slug].canonical(), ours(slug)
    moved = overrides.adopt(old, new, mine)
    blueprint = Blueprint.model_validate(moved)
    assert blueprint.release == 2
    kept = overrides.flatten(moved)
    for address, value in overrides.difference(old, mine).items():
        if not address.endswith(".*"):
            assert kept[address] == value, address
    there = {field.key for field in SECOND[slug].fields}
    assert there | {"telepon_kami"} == {field.key for field in blueprint.fields}
    today = MONDAY.date()
    assert not [f for f in linter.check(blueprint, today=today) if f.level == "error"]


@pytest.mark.django_db
@pytest.mark.parametrize("slug", SLUGS)
def test_a_city_takes_the_release_and_can_go_back(in_bontang, slug) -> None:
    admin = User.objects.create_user("admin@contoh.go.id", name="Wulan")
    _stand_on_first(slug)
    version = actions.publish(Blueprint.model_validate(ours(slug)), actor=admin)
    waiting = actions.receive_releases()
    assert slug in waiting
    assert queries.service(slug).current == version, "nothing changes by itself"

    actions.adopt(slug=slug, take=[], by=admin)
    service = queries.service(slug)
    assert service.current is not None
    assert service.current.blueprint.release == 2
    assert service.title.endswith("(Kota Bontang)")
    assert "fields.telepon_kami.label" in actions.changes_of(service)
    assert slug not in actions.receive_releases()

    actions.roll_back(slug=slug, version_id=version.pk, by=admin)
    assert queries.service(slug).current == version
    assert slug in actions.receive_releases()


def _stand_on_first(slug: str) -> None:
    """As if the city had been founded when the first release was shipped."""
    service = Service.objects.get(slug=slug)
    Service.objects.filter(pk=service.pk).update(current=None, base=None)
    ServiceVersion.objects.filter(service=service).delete()
    Release.objects.filter(slug=slug).delete()
    actions.publish(FIRST[slug], actor=None)
    Service.objects.filter(pk=service.pk).update(base=actions.receive(FIRST[slug]))


def test_the_mandatory_release_says_from_when() -> None:
    assert SECOND["pengantar-skck"].mandatory_from is not None
