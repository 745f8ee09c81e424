"""What a city changed survives every release of the shared blueprint."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue import overrides
from services.catalogue.blueprint import Blueprint
from services.catalogue.shipped import shipped

SERVICES = {blueprint.slug: blueprint.canonical() for blueprint in shipped()}
SKTM = SERVICES["sktm"]


def edited(**change: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SKTM), **change}


def field(definition: dict[str, Any], key: str) -> dict[str, Any]:
    return next(f for f in definition["fields"] if f["key"] == key)


NEW_FIELD = {
    **field(SKTM, "tanggungan"),
    "key": "rumah",
    "label": "Status rumah",
}


@pytest.mark.parametrize("definition", SERVICES.values(), ids=SERVICES.keys())
def test_flatten_and_build_are_inverse(definition) -> None:
    assert overrides.build(overrides.flatten(definition)) == definition


def test_no_change_is_no_difference() -> None:
    assert overrides.difference(SKTM, copy.deepcopy(SKTM)) == {}


def test_a_label_of_our_own_survives_a_release() -> None:
    ours = edited()
    field(ours, "keperluan")["label"] = "Untuk apa?"
    new = edited(release=2, summary="Kalimat baru.")
    field(new, "penghasilan")["help"] = "Bantuan baru."
    moved = overrides.adopt(SKTM, new, ours)
    assert field(moved, "keperluan")["label"] == "Untuk apa?"
    assert field(moved, "penghasilan")["help"] == "Bantuan baru."
    assert (moved["summary"], moved["release"]) == ("Kalimat baru.", 2)
    assert Blueprint.model_validate(moved)


def test_a_field_of_our_own_stays_in_its_place() -> None:
    ours = edited()
    ours["fields"].insert(1, NEW_FIELD)
    new = edited(release=2)
    new["fields"].append({**NEW_FIELD, "key": "baru"})
    moved = overrides.adopt(SKTM, new, ours)
    assert [f["key"] for f in moved["fields"]] == [
        "keperluan",
        "rumah",
        "penghasilan",
        "tanggungan",
        "baru",
    ]
    assert field(moved, "rumah") == NEW_FIELD


def test_what_we_took_out_stays_out_and_what_they_took_out_goes() -> None:
    ours = edited()
    ours["documents"] = []
    new = edited(release=2)
    new["fields"] = [f for f in new["fields"] if f["key"] != "tanggungan"]
    moved = overrides.adopt(SKTM, new, ours)
    assert moved["documents"] == []
    assert [f["key"] for f in moved["fields"]] == ["keperluan", "penghasilan"]


def test_what_we_changed_stays_ours_when_the_release_drops_it() -> None:
    ours = edited()
    field(ours, "tanggungan")["label"] = "Tanggungan kami"
    new = edited(release=2)
    new["fields"] = [f for f in new["fields"] if f["key"] != "tanggungan"]
    moved = overrides.adopt(SKTM, new, ours)
    assert [f["key"] for f in moved["fields"]] == ["keperluan", "penghasilan", "tanggungan"]
    assert field(moved, "tanggungan") == field(ours, "tanggungan")


def test_it_goes_when_we_take_the_releases_word() -> None:
    ours = edited()
    field(ours, "tanggungan")["label"] = "Tanggungan kami"
    new = edited(release=2)
    new["fields"] = [f for f in new["fields"] if f["key"] != "tanggungan"]
    moved = overrides.adopt(SKTM, new, ours, take=["fields.tanggungan.label"])
    assert [f["key"] for f in moved["fields"]] == ["keperluan", "penghasilan"]


def test_our_order_is_kept() -> None:
    ours = edited()
    ours["fields"] = list(reversed(ours["fields"]))
    moved = overrides.adopt(SKTM, edited(release=2), ours)
    assert [f["key"] for f in moved["fields"]] == ["tanggungan", "penghasilan", "keperluan"]


def test_only_places_both_changed_ask_somebody() -> None:
    ours, new = edited(title="Judul kami"), edited(title="Judul baru", summary="Baru.", fee=0)
    field(ours, "keperluan")["help"] = "Bantuan kami."
    rows = {row.address: row.verdict for row in overrides.compare(SKTM, new, ours)}
    assert rows == {
        "title": "conflict",
        "summary": "theirs",
        "fields.keperluan.help": "ours",
    }


def test_taking_the_releases_word() -> None:
    ours, new = edited(title="Judul kami"), edited(title="Judul baru", release=2)
    assert overrides.adopt(SKTM, new, ours)["title"] == "Judul kami"
    assert overrides.adopt(SKTM, new, ours, take=["title"])["title"] == "Judul baru"


# --- whatever is changed on either side ----------------------------------------------------------


@st.composite
def variants(draw: st.DrawFn) -> dict[str, Any]:
    """SKTM with some of its words, fields and orders changed."""
    made = copy.deepcopy(SKTM)
    made["title"] = draw(st.sampled_from([made["title"], "A", "B"]))
    for entry in made["fields"]:
        entry["label"] = draw(st.sampled_from([entry["label"], "A", "B"]))
    made["fields"] = draw(st.permutations(made["fields"]))
    drop = draw(st.sampled_from([None, "tanggungan", "penghasilan"]))
    made["fields"] = [f for f in made["fields"] if f["key"] != drop]
    if draw(st.booleans()):
        added = {**NEW_FIELD, "key": draw(st.sampled_from(["rumah", "lain"]))}
        made["fields"].insert(draw(st.integers(0, len(made["fields"]))), added)
    return made


@given(ours=variants())
def test_applying_our_difference_gives_us(ours) -> None:
    assert overrides.apply(SKTM, overrides.difference(SKTM, ours)) == ours


@given(ours=variants())
def test_an_unchanged_release_changes_nothing(ours) -> None:
    assert overrides.adopt(SKTM, copy.deepcopy(SKTM), ours) == ours


@given(new=variants())
def test_a_city_that_changed_nothing_follows_the_release(new) -> None:
    assert overrides.adopt(SKTM, new, copy.deepcopy(SKTM)) == new


@given(new=variants(), ours=variants())
def test_nothing_a_city_changed_is_lost(new, ours) -> None:
    moved = overrides.flatten(overrides.adopt(SKTM, new, ours))
    for address, value in overrides.difference(SKTM, ours).items():
        if address != "fields.*" and value != overrides.GONE:
            assert moved[address] == value


@given(new=variants(), ours=variants())
def test_no_key_is_ever_doubled(new, ours) -> None:
    keys = [f["key"] for f in overrides.adopt(SKTM, new, ours)["fields"]]
    assert len(keys) == len(set(keys))
