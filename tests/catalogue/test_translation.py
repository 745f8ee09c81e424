"""Services in other languages: what is translated, what is missing, and what survives."""

import copy
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import RuleBroken
from services.catalogue import actions, linter, overrides, translation
from services.catalogue.blueprint import Blueprint
from services.catalogue.shipped import shipped
from services.questions.kind import kind_of
from tenants.office.models import Profile
from tests.factories import without_english

TODAY = date(2026, 11, 23)
SERVICES = {blueprint.slug: blueprint for blueprint in shipped()}
SKTM = SERVICES["sktm"]
PLAIN = Blueprint.model_validate({**SERVICES["reklame"].canonical(), "translations": {}})


@pytest.mark.parametrize("slug", SERVICES)
def test_every_shipped_service_is_complete_in_english(slug: str) -> None:
    blueprint = SERVICES[slug]
    assert translation.missing(blueprint, "en") == []
    assert translation.gone(blueprint, "en") == []
    english = translation.translated(blueprint, "en")
    before, after = translation.places(blueprint), translation.places(english)
    same = {place for place, text in after.items() if text == before[place]}
    assert not same, "translated, not copied"
    assert english.outputs == blueprint.outputs, "letters stay Indonesian"
    assert [s.approve for s in english.steps] == [s.approve for s in blueprint.steps]
    for field, other in zip(blueprint.fields, english.fields, strict=True):
        keys, others = ([key for key, _ in kind_of(one).options(one)] for one in (field, other))
        assert keys == others
        assert field.show_when == other.show_when


def test_without_translations_nothing_changes() -> None:
    assert "translations" not in PLAIN.canonical(), "its digest stays what it was"
    assert translation.translated(PLAIN, "en") is PLAIN
    assert Blueprint.model_validate(PLAIN.canonical()).digest() == PLAIN.digest()


def test_what_is_not_translated_stays_indonesian() -> None:
    definition = SKTM.canonical()
    del definition["translations"]["en"]["fields.tanggungan.label"]
    english = translation.translated(Blueprint.model_validate(definition), "en")
    assert english.field("tanggungan").label == SKTM.field("tanggungan").label
    assert english.requirements == [
        "Registered as a resident of this area",
        "A statement of hardship signed by yourself (a photo will do)",
    ]


def test_the_linter_names_missing_and_orphaned_translations() -> None:
    definition = copy.deepcopy(SKTM.canonical())
    texts = definition["translations"]["en"]
    del texts["summary"]
    texts["fields.tiada.label"] = "Nothing"
    found = linter.check(Blueprint.model_validate(definition), today=TODAY, languages=["en", "jv"])
    places = {f.place for f in found}
    assert "translations.en.summary" in places
    assert "translations.en.fields.tiada.label" in places
    assert "translations.en.title" not in places
    assert "translations.jv.title" in places
    assert all(f.level == "warning" for f in found if f.place.startswith("translations."))
    quiet = linter.check(SKTM, today=TODAY)
    assert not [f for f in quiet if f.place.startswith("translations.")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": {"title": "X"}}, "bahasa layanan itu sendiri"),
        ({"en": {"title": "x" * 251}}, "Paling banyak 250 huruf"),
        ({"english": {"title": "X"}}, "salah bentuk"),
        ({"en": {"": "X"}}, "salah bentuk"),
        ({"en": {"title": ""}}, "belum diisi"),
        ({"en": ["X"]}, "harus berupa"),
    ],
)
def test_faulty_translations_are_explained(change: Any, words: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        actions.parse({**SKTM.canonical(), "translations": change})
    assert words in refused.value.message


texts = st.dictionaries(
    st.sampled_from(sorted(translation.places(SKTM))),
    st.text(st.characters(categories=["L"]), min_size=1, max_size=60),
    max_size=6,
)


@given(texts, texts, texts)
def test_translations_survive_releases_place_by_place(old, new, ours) -> None:
    """A city's own translation is kept; the shared one is followed where the city has none."""

    def with_(words: dict[str, str], **more: Any) -> dict[str, Any]:
        whole = {**SKTM.canonical(), "translations": {"en": words}, **more}
        return Blueprint.model_validate(whole).canonical()

    base, later = with_(old), with_(new, release=9)
    mine = with_({**old, **ours})
    assert overrides.build(overrides.flatten(mine)) == mine
    moved = Blueprint.model_validate(overrides.adopt(base, later, mine)).translations.get("en", {})
    for place, text in ours.items():
        if old.get(place) != text:
            assert moved[place] == text
    for place, text in new.items():
        if ours.get(place, old.get(place)) == old.get(place):
            assert moved[place] == text


@pytest.mark.django_db
def test_cards_and_search_know_the_languages(in_bontang) -> None:
    from services.catalogue import queries

    without_english("reklame")
    found = queries.search("scholarship", queries.offered())
    assert "sktm" in [service.slug for service in found.services]
    titles = {s.slug: s.title for s in queries.offered("en")}
    assert titles["sktm"] == "Certificate of Financial Hardship (SKTM)"
    assert titles["reklame"] == SERVICES["reklame"].title


@pytest.mark.django_db
def test_a_city_hears_only_of_languages_it_offers(in_bontang) -> None:
    from services.catalogue import queries

    def told() -> list[str]:
        found = queries.lint(PLAIN)
        return [f.place for f in found if f.place.startswith("translations.")]

    Profile.objects.update(languages="")
    assert told() == []
    Profile.objects.update(languages="en")
    assert "translations.en.title" in told()
