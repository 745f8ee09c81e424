"""What is delegated to the Camat: every case has exactly one end, whatever the limits."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalogue import rules, shipped
from services.catalogue.authority import Delegated, holes, is_delegated, proof
from services.catalogue.blueprint import Blueprint
from services.questions.conditions import Condition

REKLAME = next(one for one in shipped.shipped() if one.slug == "reklame")
KINDS = ["papan_nama", "billboard", "spanduk", "neon_box"]


def _decree(*limits: tuple[str, str, Any], pk: int = 1) -> Delegated:
    return Delegated(
        pk, "188/2026", tuple(Condition(field=f, op=op, value=value) for f, op, value in limits)
    )


sizes = st.integers(0, 200).map(str)
limits = st.lists(
    st.one_of(
        st.tuples(st.just("luas"), st.sampled_from(["<", "<=", ">", ">="]), sizes),
        st.tuples(st.just("jenis"), st.just("in"), st.lists(st.sampled_from(KINDS), min_size=1)),
    ),
    max_size=4,
)


@given(st.lists(limits, max_size=3), st.decimals(0, 200, places=2), st.sampled_from(KINDS))
@settings(max_examples=300, deadline=None)
def test_every_size_and_kind_ends_at_exactly_one_desk(
    found: list[list[tuple[str, str, Any]]], size: Any, kind: str
) -> None:
    decrees = [_decree(*one, pk=pk) for pk, one in enumerate(found, start=1)]
    assert holes(REKLAME, decrees) == []
    answers = {"luas": str(size), "jenis": kind}
    way = rules.settled(REKLAME, bool(is_delegated(REKLAME, decrees, answers)))
    steps = rules.route(way, answers)
    ends = [
        step.key for step in steps for output in rules.outputs_of(way, answers, step.key)
        if output.layout == "izin"
    ]  # fmt: skip
    assert ends == [steps[-1].key]


@pytest.mark.parametrize(("size", "by_camat"), [("6", True), ("6.01", False), ("0", True)])
def test_without_any_decree_what_is_usual_holds(size: str, by_camat: bool) -> None:
    assert bool(is_delegated(REKLAME, None, {"luas": size, "jenis": "spanduk"})) is by_camat


def test_a_kecamatan_without_a_decree_decides_nothing() -> None:
    assert is_delegated(REKLAME, [], {"luas": "1", "jenis": "spanduk"}) is False


def _broken(change: Any) -> Blueprint:
    definition = copy.deepcopy(REKLAME.canonical())
    change(definition)
    return Blueprint.model_validate(definition)


def test_a_gap_is_found_with_an_example() -> None:
    def only_large(definition: dict[str, Any]) -> None:
        for output in definition["outputs"]:
            if output["key"] == "izin_camat":
                output["when"] = [{"field": "luas", "op": "<", "value": 6}]

    [told] = proof(_broken(only_large), None)
    assert "tidak ada meja yang memutuskan" in told and "Luas bidang reklame “6" in told


def test_two_ends_are_found() -> None:
    def also_goes_on(definition: dict[str, Any]) -> None:
        definition["authority"]["beyond"] = ["kepala_dpmptsp"]

    told = proof(_broken(also_goes_on), None)
    assert len(told) == 1 and "lebih dari satu akhir" in told[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"camat": "nobody"}, "no desk 'nobody'"),
        ({"measures": ["nothing"]}, "no question 'nothing'"),
        ({"usual": [{"field": "isi", "op": "=", "value": "x"}]}, "no measure"),
        ({"camat": "dpmptsp", "beyond": ["camat"]}, "before that of the Camat"),
    ],
)
def test_an_authority_that_does_not_fit_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        _broken(lambda definition: definition["authority"].update(change))


def test_every_shipped_service_has_one_end() -> None:
    assert {one.slug: proof(one, None) for one in shipped.shipped() if proof(one, None)} == {}
