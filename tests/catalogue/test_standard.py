"""Service standards: what follows from the service, what an office says, what nobody filled in."""

import pytest

from services.catalogue import standard
from services.catalogue.blueprint import Blueprint
from services.catalogue.shipped import shipped


@pytest.mark.parametrize("blueprint", shipped(), ids=lambda blueprint: blueprint.slug)
def test_what_follows_from_a_service_is_there_and_nothing_is_made_up(blueprint: Blueprint) -> None:
    rows = {item.key: item.text for item in standard.items(blueprint, {}, {})}
    assert list(rows) == list(standard.ITEMS)
    assert rows["fee"] == "Gratis"
    for key in ("requirements", "procedure", "term", "product", "legal_basis"):
        assert rows[key], key
    for key in ("complaints", "facilities", "competence", "supervision", "staff"):
        assert not rows[key], f"nothing keeps the promise of {key}"


def test_an_office_says_more_than_the_service_and_both_more_than_is_known() -> None:
    blueprint = shipped()[0]
    definition = {**blueprint.canonical(), "fee": 25_000}
    definition["standard"] = {**definition["standard"], "facilities": "Kursi roda."}
    own = Blueprint.model_validate(definition)
    known = {"facilities": "Kantor di Jalan Awang Long.", "staff": "3 orang"}
    rows = {item.key: item.text for item in standard.items(own, {"staff": "x"}, known)}
    assert rows["facilities"] == "Kursi roda. Kantor di Jalan Awang Long."
    assert rows["fee"] == "Rp25.000, dibayar di loket"
    said = {"facilities": "Ruang laktasi."}
    rows = {item.key: item.text for item in standard.items(own, said, known)}
    assert rows["facilities"] == "Ruang laktasi. Kantor di Jalan Awang Long."
    assert rows["staff"] == "3 orang"
