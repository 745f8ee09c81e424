"""Real consecutive releases: a city on one of them, with changes of its own, meets the next.

``releases/`` keeps every release that was shipped before, as ``<slug>.<number>.toml``; the newest
are in the catalogue.
"""

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from services.catalogue import actions, adoption, linter, overrides, queries
from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Release, Service, ServiceVersion
from services.catalogue.shipped import shipped
from services.catalogue.shorthand import expand
from tests.factories import MONDAY

NEWEST = {blueprint.slug: blueprint for blueprint in shipped()}


def _before() -> list[Blueprint]:
    found = [
        Blueprint.model_validate(expand(tomllib.loads(path.read_text(encoding="utf-8"))))
        for path in (Path(__file__).parent / "releases").glob("*.toml")
    ]
    return sorted(found, key=lambda blueprint: (blueprint.slug, blueprint.release))


BEFORE = _before()
_NEXT = {(b.slug, b.release): b for b in (*BEFORE, *NEWEST.values())}
# Each release with the one that followed it.
PAIRS = [(old, _NEXT[old.slug, old.release + 1]) for old in BEFORE]
IDS = [f"{old.slug}-{old.release}" for old in BEFORE]


def ours(old: Blueprint) -> dict[str, Any]:
    """What a city might have made of a release: words, a desk, a question, an order."""
    made = copy.deepcopy(old.canonical())
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


def test_there_are_at_least_ten_and_none_is_left_out() -> None:
    assert len({old.slug for old in BEFORE}) >= 10
    kept = {(old.slug, old.release) for old in BEFORE}
    for slug, newest in NEWEST.items():
        assert {(slug, number) for number in range(1, newest.release)} <= kept
        assert newest.release == 1 or newest.changes


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=IDS)
def test_a_city_without_changes_simply_follows(old, new) -> None:
    was, now = old.canonical(), new.canonical()
    assert overrides.adopt(was, now, copy.deepcopy(was)) == now
    rows = overrides.compare(was, now, was)
    assert {row.verdict for row in rows} == {"theirs"}


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=IDS)
def test_nothing_a_city_changed_is_lost(old, new) -> None:
    mine = ours(old)
    moved = overrides.adopt(old.canonical(), new.canonical(), mine)
    blueprint = Blueprint.model_validate(moved)
    assert blueprint.release == new.release
    kept = overrides.flatten(moved)
    for address, value in overrides.difference(old.canonical(), mine).items():
        if not address.endswith(".*"):
            assert kept[address] == value, address
    there = {field.key for field in new.fields}
    assert there | {"telepon_kami"} == {field.key for field in blueprint.fields}
    assert blueprint.translations == new.translations
    today = MONDAY.date()
    assert not [f for f in linter.check(blueprint, today=today) if f.level == "error"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "old", [old for old in BEFORE if old.release == 1], ids=lambda blueprint: blueprint.slug
)
def test_a_city_takes_the_newest_release_and_can_go_back(in_bontang, old) -> None:
    slug = old.slug
    admin = User.objects.create_user("admin@contoh.go.id", name="Wulan")
    _stand_on(old)
    version = actions.publish(Blueprint.model_validate(ours(old)), actor=admin)
    waiting = actions.receive_releases()
    assert slug in waiting
    assert queries.service(slug).current == version, "nothing changes by itself"

    adoption.adopt(slug=slug, take=[], by=admin)
    service = queries.service(slug)
    assert service.current is not None
    assert service.current.blueprint.release == NEWEST[slug].release
    assert service.title.endswith("(Kota Bontang)")
    assert service.base is not None
    changed = overrides.difference(service.base.definition, service.current.definition)
    assert "fields.telepon_kami.label" in changed
    assert slug not in actions.receive_releases()

    actions.roll_back(slug=slug, version_id=version.pk, by=admin)
    assert queries.service(slug).current == version
    assert slug in actions.receive_releases()


def _stand_on(old: Blueprint) -> None:
    """As if the city had been founded when this release was shipped."""
    slug = old.slug
    service = Service.objects.get(slug=slug)
    Service.objects.filter(pk=service.pk).update(current=None, base=None, is_active=True)
    ServiceVersion.objects.filter(service=service).delete()
    Release.objects.filter(slug=slug).delete()
    actions.publish(old, actor=None)
    Service.objects.filter(pk=service.pk).update(base=actions.receive(old))


def test_the_mandatory_release_says_from_when() -> None:
    assert NEWEST["pengantar-skck"].mandatory_from is not None
