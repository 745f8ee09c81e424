import pytest

from services.catalogue import standard
from services.catalogue.blueprint import Blueprint
from services.catalogue.shipped import shipped


@pytest.mark.parametrize("blueprint", shipped(), ids=lambda blueprint: blueprint.slug)
def test_every_service_publishes_all_fourteen(blueprint: Blueprint) -> None:
    rows = standard.items(blueprint, complaints="Melalui loket", staff="3 orang")
    assert len(rows) == 14
    assert all(text for _, text in rows)
    assert dict(rows)["Biaya atau tarif"] == "Gratis"


def test_a_text_of_its_own_comes_first() -> None:
    blueprint = shipped()[0]
    definition = {**blueprint.canonical(), "fee": 25_000}
    definition["standard"] = {**definition["standard"], "facilities": "Ruang tunggu berpendingin."}
    rows = dict(standard.items(Blueprint.model_validate(definition), complaints="x", staff="y"))
    assert rows["Sarana, prasarana, dan fasilitas"] == "Ruang tunggu berpendingin."
    assert rows["Biaya atau tarif"] == "Rp25.000, dibayar di loket"
