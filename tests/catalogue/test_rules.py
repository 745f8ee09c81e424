import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue import queries, rules
from services.catalogue.blueprint import Blueprint, Condition
from services.catalogue.shipped import shipped

SERVICES = {blueprint.slug: blueprint for blueprint in shipped()}
ENTRIES = [queries.search_entry(b.slug, b.title, b.summary, tuple(b.synonyms)) for b in shipped()]


def test_an_advertisement_up_to_6_m2_ends_at_the_camat() -> None:
    keys = [s.key for s in rules.route(SERVICES["reklame"], {"luas": "6"})]
    assert keys == ["rt", "kelurahan", "kecamatan", "camat"]


def test_a_larger_advertisement_goes_on_to_dpmptsp() -> None:
    keys = [s.key for s in rules.route(SERVICES["reklame"], {"luas": "6.01"})]
    assert keys[-3:] == ["camat", "dpmptsp", "kepala_dpmptsp"]


@given(st.decimals(0, 200, places=2))
def test_the_route_changes_exactly_above_6(luas) -> None:
    steps = rules.route(SERVICES["reklame"], {"luas": str(luas)})
    assert (steps[-1].key == "kepala_dpmptsp") == (luas > 6)


@given(st.dictionaries(st.sampled_from(["luas", "jenis", "isi"]), st.text(max_size=8)))
def test_walking_step_by_step_visits_the_route(answers) -> None:
    for blueprint in SERVICES.values():
        planned = [s.key for s in rules.route(blueprint, answers)]
        walked = [step.key for step in rules.first_stage(blueprint, answers)]
        while stage := rules.stage_after(blueprint, answers, walked[-1]):
            walked.extend(step.key for step in stage)
        assert walked == planned


@given(st.text(string.printable, max_size=60), st.text(string.printable, max_size=60))
def test_a_value_is_never_read_as_a_placeholder(value, other) -> None:
    filled = rules.fill("{a}|{b}", {"a": value or "x", "b": other or "y"})
    assert filled == f"{value or 'x'}|{other or 'y'}"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("sktm", "sktm"),
        ("surat tidak mampu", "sktm"),
        ("tdak mampu", "sktm"),
        ("baliho", "reklame"),
        ("papan nama toko", "reklame"),
        ("beasiswa", "sktm-pendidikan"),
        ("KTP hilang", "pengantar-ktp"),
        ("numpang nikah", "pergi-kawin"),
        ("pindah rumah", "pindah-antar-kelurahan"),
        ("orang meninggal", "kematian"),
        ("bayi lahir", "kelahiran"),
        ("hajatan", "izin-keramaian"),
        ("KUR", "sku"),
        ("warisan", "ahli-waris"),
        ("skck", "pengantar-skck"),
        ("reklme", "reklame"),
    ],
)
def test_people_find_services_by_their_own_words(typed, expected) -> None:
    assert rules.search(typed, ENTRIES)[0] == expected


def test_nonsense_finds_nothing() -> None:
    assert rules.search("zzzzqqq", ENTRIES) == []
    assert rules.search("", ENTRIES) == []


@pytest.mark.parametrize(
    ("op", "given_", "value", "met"),
    [("=", "Ya", "ya", True), ("!=", None, "ya", True), (">", "10", 6, True), (">", "x", 6, False),
     ("in", "a", ["a", "b"], True), ("<=", "6.00", 6, True), ("=", None, "ya", False)],
)  # fmt: skip
def test_conditions(op, given_, value, met) -> None:
    assert rules.holds(Condition(field="f", op=op, value=value), {"f": given_}) is met


def _broken(**change: object) -> dict[str, object]:
    return {**SERVICES["sktm"].canonical(), **change}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"unknown": 1}, "unknown"),
        ({"steps": []}, "steps"),
        ({"fields": [{"key": "a", "type": "text", "label": "A"}] * 2}, "used twice"),
        ({"fields": [{"key": "a", "type": "text", "label": "A",
                      "show_when": [{"field": "b", "op": "=", "value": "x"}]}]}, "no field"),
        ({"fields": [{"key": "a", "type": "choice", "label": "A"}]}, "options"),
    ],
)  # fmt: skip
def test_a_definition_that_does_not_hold_together_is_refused(change, message) -> None:
    with pytest.raises(ValueError, match=message):
        Blueprint.model_validate(_broken(**change))


def test_equal_content_has_equal_digest_and_any_change_another() -> None:
    sktm = SERVICES["sktm"]
    assert Blueprint.model_validate(sktm.canonical()).digest() == sktm.digest()
    assert Blueprint.model_validate(_broken(fee=1)).digest() != sktm.digest()
