"""What a service costs: a table of a city's law, and a set of answers."""

import copy
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kernel.workdays import WorkCalendar
from services.catalogue import linter, simulator
from services.catalogue.blueprint import Blueprint
from services.catalogue.overrides import adopt, apply, difference
from services.catalogue.shipped import shipped
from services.catalogue.tariff import Tariff, TariffRow, charges, total
from services.questions.conditions import Condition
from tests.fees import PAY, TARIFF

SERVICES = {blueprint.slug: blueprint for blueprint in shipped()}
TODAY = date(2026, 11, 23)


def tariff(*rows: dict[str, Any]) -> Tariff:
    return Tariff.model_validate({**TARIFF, "rows": list(rows)})


def service(**changes: Any) -> Blueprint:
    """SKTM with a tariff and a step that asks for it."""
    found = copy.deepcopy(SERVICES["sktm"].canonical())
    found["tariff"] = copy.deepcopy(TARIFF)
    found["steps"].insert(2, copy.deepcopy(PAY))
    found.update(changes)
    return Blueprint.model_validate(found)


def test_no_shipped_service_has_a_fee() -> None:
    assert not [slug for slug, one in SERVICES.items() if one.tariff is not None or one.fee]
    assert all("tariff" not in one.canonical() for one in SERVICES.values())


def test_every_row_whose_conditions_hold_is_counted() -> None:
    table = tariff(
        {"label": "Papan", "amount": 25_000, "per": "luas", "unit": "m²",
         "when": [{"field": "jenis", "op": "=", "value": "papan"}]},
        {"label": "Spanduk", "amount": 5_000, "per": "luas", "unit": "m²",
         "when": [{"field": "jenis", "op": "=", "value": "spanduk"}]},
        {"label": "Leges", "amount": 10_000},
    )  # fmt: skip
    found = charges(table, {"jenis": "papan", "luas": "6.5"})
    assert [(line.label, line.quantity, line.amount) for line in found] == [
        ("Papan", "6,5 m²", 162_500), ("Leges", "", 10_000),
    ]  # fmt: skip
    assert total(found) == 172_500


@pytest.mark.parametrize(
    ("luas", "amount"), [("0.5", 2), ("0.499", 1), ("1.5", 5), ("0.1667", 1), ("0.1", 0)]
)
def test_a_line_is_rounded_to_the_nearest_rupiah_half_up(luas: str, amount: int) -> None:
    found = charges(tariff({"label": "Kecil", "amount": 3, "per": "luas"}), {"luas": luas})
    assert total(found) == amount


def test_a_line_is_not_below_its_minimum_and_nothing_counted_is_no_line() -> None:
    table = tariff({"label": "Papan", "amount": 1_000, "per": "luas", "minimum": 50_000})
    assert total(charges(table, {"luas": "2"})) == 50_000
    for nothing in ({"luas": "0"}, {"luas": None}, {}, {"luas": "-3"}, {"luas": "NaN"}):
        assert charges(table, nothing) == []


number = st.decimals(0, 10**20, places=2, allow_nan=False, allow_infinity=False)
row = st.builds(
    TariffRow,
    label=st.just("Baris"),
    amount=st.integers(0, 10**9),
    per=st.sampled_from([None, "luas", "lama"]),
    minimum=st.integers(0, 10**6),
    when=st.lists(
        st.builds(Condition, field=st.just("jenis"), op=st.sampled_from(["=", "!="]),
                  value=st.sampled_from(["a", "b"])), max_size=2),
)  # fmt: skip
answers = st.fixed_dictionaries(
    {"jenis": st.sampled_from(["a", "b"]), "luas": number.map(str), "lama": number.map(str)}
)


def _table(rows: list[TariffRow]) -> Tariff:
    return Tariff.model_validate({**TARIFF, "rows": [one.model_dump() for one in rows]})


@given(st.lists(row, min_size=1, max_size=6), answers)
def test_the_sum_is_that_of_each_row_alone_in_whole_rupiah(
    rows: list[TariffRow], given_: dict[str, Any]
) -> None:
    whole = total(charges(_table(rows), given_))
    assert isinstance(whole, int) and whole >= 0
    assert whole == sum(total(charges(_table([one]), given_)) for one in rows)
    assert whole == total(charges(_table(rows[::-1]), given_)), "their order changes nothing"


@given(row, answers, st.integers(0, 10**6))
def test_more_costs_no_less(one: TariffRow, given_: dict[str, Any], more: int) -> None:
    larger = {**given_, "luas": str(Decimal(given_["luas"]) + more)}
    assert total(charges(_table([one]), larger)) >= total(charges(_table([one]), given_))


@given(st.integers(0, 10**9), number)
def test_a_product_is_exact_before_it_is_rounded_once(amount: int, quantity: Decimal) -> None:
    found = charges(tariff({"label": "Baris", "amount": amount, "per": "luas"}),
                    {"luas": str(quantity)})  # fmt: skip
    assert total(found) == (int(quantity * 100) * amount + 50) // 100


# --- in a service -------------------------------------------------------------------------------


def test_a_city_keeps_its_tariff_when_a_release_comes() -> None:
    base = SERVICES["sktm"].canonical()
    ours = service().canonical()
    changes = difference(base, ours)
    assert {address.partition(".")[0] for address in changes} == {"tariff", "steps"}
    newer = {**copy.deepcopy(base), "summary": "Kalimat baru.", "release": base["release"] + 1}
    moved = Blueprint.model_validate(adopt(base, newer, ours))
    assert moved.tariff == service().tariff and moved.summary == "Kalimat baru."
    assert apply(base, changes) == ours
    assert "tariff" not in Blueprint.model_validate(apply(ours, difference(ours, base))).canonical()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"per": "keperluan"}, "is no field with a number"),
        ({"per": "tidak_ada"}, "is no field with a number"),
        ({"when": [{"field": "tidak_ada", "op": "=", "value": "x"}]}, "which is no field"),
        ({"amount": -1}, "greater than or equal to 0"),
    ],
)
def test_a_tariff_names_what_is_asked(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        service(tariff={**TARIFF, "rows": [{"label": "Baris", "amount": 1, **change}]})


@pytest.mark.parametrize(
    ("blueprint", "place", "words"),
    [
        (lambda: service(tariff=None), "steps.bayar.kind", "belum punya tarif"),
        (lambda: service(steps=SERVICES["sktm"].canonical()["steps"]), "tariff", "Pembayaran"),
        (lambda: service(fee=5_000), "fee", "Tulis 0"),
        (lambda: service(tariff={**TARIFF, "law": "Perda kota"}), "tariff.law", "nomor dan tahun"),
        (
            lambda: service(tariff={**TARIFF, "rows": [{"label": "Kosong", "amount": 0}]}),
            "tariff.rows", "nol",
        ),
        (lambda: _last(), "steps.bayar.issue_unpaid", "terbit tanpa dibayar"),
        (
            lambda: service(steps=[*SERVICES["sktm"].canonical()["steps"][:2],
                                   {**PAY, "role": "lurah"},
                                   *SERVICES["sktm"].canonical()["steps"][2:]]),
            "steps.bayar.role", "tidak menerima uang",
        ),
    ],
)  # fmt: skip
def test_the_linter_says_what_would_go_wrong(blueprint: Any, place: str, words: str) -> None:
    found = linter.check(blueprint(), today=TODAY)
    assert any(
        one.level == "error" and one.place == place and words in one.message for one in found
    ), found


def _last() -> Blueprint:
    steps = copy.deepcopy(SERVICES["sktm"].canonical()["steps"])
    return service(steps=[*steps, copy.deepcopy(PAY)])


def test_a_service_that_asks_for_its_fee_first_is_without_errors() -> None:
    assert not [one for one in linter.check(service(), today=TODAY) if one.level == "error"]
    later = service()
    steps = later.canonical()["steps"]
    steps = [*steps[:2], *steps[3:], {**steps[2], "issue_unpaid": True}]
    assert not [
        one for one in linter.check(service(steps=steps), today=TODAY) if one.level == "error"
    ]


def test_the_walk_of_a_sample_says_what_is_paid_where() -> None:
    found = simulator.walk(
        service(), {"tanggungan": "3"}, start=datetime(2026, 11, 23, 1, tzinfo=UTC),
        calendar=WorkCalendar("Asia/Makassar"),
    )  # fmt: skip
    assert [stop.fee for stop in found.stops] == [None, None, 25_000, None]
