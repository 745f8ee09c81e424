"""How a form is dealt out: short ones whole, long ones a little at a time."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue import answers, paging, samples
from services.catalogue.blueprint import Blueprint
from services.catalogue.shipped import shipped

TODAY = date(2026, 11, 23)
SERVICES = {blueprint.slug: blueprint for blueprint in shipped()}


def test_a_short_form_is_one_page() -> None:
    assert paging.pages(SERVICES["sktm"], {}, {}) == [
        ["keperluan", "penghasilan", "tanggungan", "pernyataan"]
    ]


def test_a_long_form_asks_few_things_at_a_time() -> None:
    dealt = paging.pages(SERVICES["kelahiran"], {}, {})
    assert ["ibu"] in dealt
    assert all(len(keys) <= 4 for keys in dealt)
    assert dealt[0] == ["nama_bayi", "jk_bayi", "tempat"]


@pytest.mark.parametrize("blueprint", SERVICES.values(), ids=SERVICES.keys())
def test_every_question_that_is_asked_is_on_exactly_one_page(blueprint: Blueprint) -> None:
    given_answers = samples.answers(blueprint, today=TODAY)
    dealt = paging.pages(blueprint, given_answers, samples.applicant())
    keys = [key for page in dealt for key in page]
    assert len(keys) == len(set(keys))
    asked = {spec.key for spec in answers.visible_fields(blueprint, given_answers)}
    files = answers.wanted_documents(blueprint, given_answers, samples.applicant())
    assert asked | {document.key for document in files} <= set(keys)


@given(st.sampled_from(sorted(SERVICES)), st.integers(0, 10))
def test_a_question_never_shares_a_page_with_what_it_depends_on(slug, dropped) -> None:
    blueprint = SERVICES[slug]
    given_answers = samples.answers(blueprint, today=TODAY)
    for key in list(given_answers)[len(given_answers) - dropped :]:
        del given_answers[key]
    dealt = paging.pages(blueprint, given_answers, {})
    if len(dealt) == 1:
        return
    for page in dealt:
        for key in page:
            spec = next((f for f in blueprint.fields if f.key == key), None)
            needs = {c.field for c in spec.show_when} if spec else set()
            assert not needs & set(page)


@pytest.mark.parametrize("blueprint", SERVICES.values(), ids=SERVICES.keys())
def test_kept_answers_can_be_typed_again(blueprint: Blueprint) -> None:
    house = samples.house(TODAY)
    given_answers = samples.answers(blueprint, today=TODAY)
    typed = answers.as_typed(blueprint, given_answers)
    again, wrong = answers.clean(blueprint, typed, house)
    people = {f.key for f in blueprint.fields if f.type in ("person", "members", "village")}
    assert wrong.keys() <= people, wrong
    for key, answer in again.items():
        if key not in people:
            assert answer == given_answers[key], key
