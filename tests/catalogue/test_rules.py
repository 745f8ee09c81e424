import json
import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.numbers import parse_number
from services.catalogue import answers, rules
from services.catalogue.blueprint import Blueprint
from services.catalogue.shipped import shipped
from services.questions import conditions
from services.questions.conditions import Condition
from services.questions.kind import FieldSpec, House

SERVICES = {blueprint.slug: blueprint for blueprint in shipped()}


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


def test_the_longest_time_counts_each_desk_once_and_neighbours_together() -> None:
    sktm = SERVICES["sktm"]
    assert [(s.clock.amount, s.clock.unit) for s in rules.acting(sktm)] == [
        (1, "hari_kerja"), (1, "hari_kerja"), (1, "hari_kerja"),
    ]  # fmt: skip
    assert rules.longest(sktm) == 3
    side_by_side = [
        {**step, "parallel": "bersama" if step["key"] != "rt" else None}
        for step in sktm.canonical()["steps"]
    ]
    assert rules.longest(Blueprint.model_validate(_broken(steps=side_by_side))) == 2
    acting = rules.acting(SERVICES["reklame"])
    kept = [s for s in acting if "dpmptsp" not in s.key]
    assert len(kept) < len(acting)
    assert rules.longest(SERVICES["reklame"]) == sum(
        s.clock.amount / {"jam": 24, "jam_kerja": 8}.get(s.clock.unit, 1) for s in kept
    )


@given(st.text(string.printable, max_size=60), st.text(string.printable, max_size=60))
def test_a_value_is_never_read_as_a_placeholder(value, other) -> None:
    filled = rules.fill("{a}|{b}", {"a": value or "x", "b": other or "y"})
    assert filled == f"{value or 'x'}|{other or 'y'}"


@pytest.mark.parametrize(
    ("op", "given_", "value", "met"),
    [("=", "Ya", "ya", True), ("!=", None, "ya", True), (">", "10", 6, True), (">", "x", 6, False),
     ("in", "a", ["a", "b"], True), ("<=", "6.00", 6, True), ("=", None, "ya", False)],
)  # fmt: skip
def test_conditions(op, given_, value, met) -> None:
    assert conditions.holds(Condition(field="f", op=op, value=value), {"f": given_}) is met


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


VECTORS = json.loads(Path(__file__).with_name("numbers.json").read_text())
CONDITIONS = json.loads(Path(__file__).with_name("conditions.json").read_text())


@pytest.mark.parametrize("case", VECTORS["numbers"], ids=lambda case: repr(case["typed"]))
def test_numbers_are_read_as_people_mean_them(case) -> None:
    number = parse_number(case["typed"], unit=case.get("unit", ""))
    assert (None if number is None else str(number)) == case["value"]


@pytest.mark.parametrize("case", CONDITIONS, ids=str)
def test_a_condition_compares_the_answer_after_reading_it(case) -> None:
    trigger = FieldSpec.model_validate(
        {"key": "f", "label": "F", "required": False, **case["trigger"]}
    )
    blueprint = Blueprint.model_validate(_broken(fields=[trigger.model_dump()], outputs=[]))
    kept, _ = answers.clean(blueprint, {"f": case["typed"]}, House(today=date(2026, 11, 23)))
    condition = Condition(field="f", op=case["op"], value=case["value"])
    assert conditions.holds(condition, kept) is case["holds"]


def test_a_condition_on_a_question_that_is_not_asked_does_not_hold() -> None:
    fields = [
        {"key": "punya_usaha", "type": "yesno", "label": "Punya usaha?"},
        {
            "key": "bentuk", "type": "choice", "label": "Bentuk usaha",
            "options": [{"key": "perorangan", "label": "P"}, {"key": "cv", "label": "CV"}],
            "show_when": [{"field": "punya_usaha", "op": "=", "value": "ya"}],
        },
        {
            "key": "nomor_akta", "type": "text", "label": "Nomor akta",
            "show_when": [{"field": "bentuk", "op": "!=", "value": "perorangan"}],
        },
    ]  # fmt: skip
    blueprint = Blueprint.model_validate(_broken(fields=fields, outputs=[]))
    house = House(today=date(2026, 11, 23))
    kept, wrong = answers.clean(blueprint, {"punya_usaha": "tidak", "bentuk": "cv"}, house)
    assert (kept, wrong) == ({"punya_usaha": "tidak"}, {})
    _, wrong = answers.clean(blueprint, {"punya_usaha": "ya", "bentuk": "cv"}, house)
    assert set(wrong) == {"nomor_akta"}
