"""Definitions in an admin's words."""

import copy
import random
import re
from typing import Any

import pytest

from kernel.errors import RuleBroken
from services.catalogue import actions, explaining, overrides
from services.catalogue.shipped import shipped
from services.questions.conditions import Condition, holds
from services.questions.kind import FieldSpec
from services.setup import editing

SHARED = [blueprint.canonical() for blueprint in shipped()]
SKTM = next(definition for definition in SHARED if definition["slug"] == "sktm")
ODD: list[Any] = [None, "", [], {}, -1, True, "x", 1.5, ["a"], "9" * 300, [{}], [{"key": []}]]
ENGLISH = re.compile(r"\b(should|must|input|which|needs|belongs|the|and|for|or)\b")


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    parts: Any = ()
    if isinstance(node, dict):
        parts = node.items()
    elif isinstance(node, list):
        parts = enumerate(node)
    return [path, *(below for key, value in parts for below in places(value, (*path, key)))]


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_broken_is_said_in_indonesian(seed: int) -> None:
    chance = random.Random(seed)
    refused = 0
    for _ in range(60):
        definition = copy.deepcopy(chance.choice(SHARED))
        *way, last = chance.choice(places(definition)[1:])
        node: Any = definition
        for step in way:
            node = node[step]
        node[last] = chance.choice(ODD)
        try:
            actions.parse(definition)
        except RuleBroken as broken:
            refused += 1
            said = broken.message
            assert said == explaining.complaint(broken.__cause__, definition), "one place says it"
            outside = re.sub(r"“[^”]*”|'[^']*'", "", said)
            assert not ENGLISH.search(outside), said
            assert said.endswith((".", "}.")), said
    assert refused > 10


def test_undoing_every_change_leads_back_to_the_template() -> None:
    ours = copy.deepcopy(SKTM)
    ours["title"] = "Lain"
    ours["fields"].reverse()
    ours["documents"].clear()
    ours["outputs"][0]["validity"] = None
    ours["steps"][0]["clock"]["amount"] = 9
    # As the pages offer it: one value, one whole removed document, one order.
    for address in (
        "title", f"documents.{SKTM['documents'][0]['key']}", "outputs.surat.validity",
        f"steps.{SKTM['steps'][0]['key']}.clock", "fields.*",
    ):  # fmt: skip
        assert editing.changed_at(overrides.difference(SKTM, ours), address)
        ours = editing.undone(SKTM, ours, address)
        assert not editing.changed_at(overrides.difference(SKTM, ours), address)
    assert overrides.difference(SKTM, ours) == {}


def test_places_and_values_in_words() -> None:
    assert explaining.place_words("steps.lurah.clock.amount", SKTM).endswith("› Selesai dalam")
    assert explaining.place_words("fields.*", SKTM) == "Urutan pertanyaan"
    assert explaining.value_words("fee", 5000, SKTM) == "Rp5.000"
    assert explaining.value_words("steps.lurah.on_timeout", "naikkan", SKTM) == "Naikkan ke atasan"
    assert explaining.value_words("offered", False, SKTM) == "Tidak"
    assert explaining.value_words("after", "", SKTM) == "(kosong)"
    assert explaining.value_words("steps.lurah.clock.amount", 3, SKTM) == "3 hari kerja"
    slower = copy.deepcopy(SKTM)
    next(step for step in slower["steps"] if step["key"] == "lurah")["clock"]["unit"] = "jam"
    assert explaining.value_words("steps.lurah.clock.amount", 3, SKTM, slower) == "3"


def test_a_whole_translation_is_one_change() -> None:
    other = copy.deepcopy(SKTM)
    assert other["translations"].pop("en")
    [gained] = explaining.changes(other, SKTM)
    assert (gained.address, gained.old, gained.new) == (
        "translations.en", "(tidak ada)", "ditambah"
    )  # fmt: skip
    [lost] = explaining.changes(SKTM, other)
    assert lost.new == "dihapus"


def test_conditions_take_the_words_of_the_form() -> None:
    yes = FieldSpec.model_validate({"key": "a", "type": "yesno", "label": "Sewa?"})
    money = FieldSpec.model_validate({"key": "b", "type": "rupiah", "label": "Penghasilan"})
    assert editing.condition_value(yes, "=", "Ya") == "ya"
    assert editing.condition_value(money, ">", "Rp1.500.000") == 1_500_000
    assert editing.condition_value(yes, "in", "ya, Tidak") == ["ya", "tidak"]
    few = editing.condition_value(money, "in", "Rp500.000, 1000000")
    assert few == ["500000", "1000000"]
    assert holds(Condition(field=money.key, op="in", value=few), {money.key: 500_000})
    with pytest.raises(ValueError, match="Tulis bilangan bulat"):
        editing.condition_value(money, ">", "9" * 5000)
    with pytest.raises(ValueError, match="Pilih salah satu"):
        editing.condition_value(yes, "=", "mungkin")


def test_keys_are_made_from_labels_and_never_collide() -> None:
    assert editing.new_key("Luas bangunan (m²)?", []) == "luas_bangunan_m2"
    assert editing.new_key("Luas", ["luas", "luas_2"]) == "luas_3"
    assert editing.new_key("123 !?", []) == "isian"
    assert editing.new_slug("Izin  Pakai Lapangan!") == "izin-pakai-lapangan"
