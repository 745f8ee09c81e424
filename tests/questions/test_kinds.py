"""What every kind of question promises the loops that use it."""

from datetime import date
from itertools import count

import pytest
from pydantic import ValidationError

from services.catalogue import samples as services_samples
from services.questions.kind import Beside, FieldSpec, Sampling, cell_kinds, kinds
from services.questions.samples import person

TODAY = date(2026, 11, 23)
HOUSE = services_samples.house(TODAY)
SETTINGS = {
    "choice": {"options": [{"key": "sewa", "label": "Sewa"}, {"key": "milik", "label": "Milik"}]},
    "list": {"code_list": "agama"},
    "table": {
        "columns": [
            {"key": name, "label": name.capitalize(), "type": name} for name in cell_kinds()
        ]
    },
}


def spec_of(name: str) -> FieldSpec:
    return FieldSpec.model_validate(
        {"key": "isian", "type": name, "label": "Isian", **SETTINGS.get(name, {})}
    )


def sample_of(name: str) -> object:
    people = (person(number) for number in count(1))
    return kinds[name].sample(spec_of(name), Sampling(TODAY, "Sukamaju", people, {}))


@pytest.mark.parametrize("name", [one for one in kinds.names() if not kinds[one].of_city])
def test_a_sample_reads_back_as_it_was_typed(name: str) -> None:
    spec, kind = spec_of(name), kinds[name]
    answer = sample_of(name)
    typed = kind.as_typed(spec, answer)
    assert kind.parse(spec, typed, HOUSE) == answer
    assert kind.words(spec, answer) and kind.words(spec, answer, "en")
    kind.refuse_impossible(spec, answer, Beside({}, {}, TODAY))
    assert kind.parse(spec, {}, HOUSE) is None
    assert "“Isian”" in kind.missing(spec)


@pytest.mark.parametrize("name", kinds.names())
def test_a_definition_keeps_the_shape_of_format_1(name: str) -> None:
    spec = spec_of(name)
    stored = spec.canonical()
    assert set(stored) >= {"min", "max", "unit", "options", "columns", "outside", "past"}
    assert FieldSpec.model_validate(stored) == spec
    assert type(FieldSpec.model_validate(stored)) is kinds[name].spec


@pytest.mark.parametrize("name", kinds.names())
def test_every_setting_has_an_input_and_a_name(name: str) -> None:
    kind = kinds[name]
    own = set(kind.spec.model_fields) - set(FieldSpec.model_fields) - {"min", "max"}
    assert set(kind.settings) == own
    assert own <= {slot.path for slot in kind.slots([])}


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ({"type": "text", "options": [{"key": "a", "label": "A"}]}, "has no 'options'"),
        ({"type": "text", "after": "mulai"}, "has no 'after'"),
        ({"type": "time", "lead_days": 3}, "has no 'lead_days'"),
        ({"type": "choice"}, "options belong to a choice"),
        ({"type": "table"}, "columns belong to a table"),
        ({"type": "number", "min": 3, "max": 2}, "min is greater than max"),
        ({"type": "uang"}, "Input should be 'text', 'textarea', 'number'"),
        ({"type": "table", "columns": [{"key": "a", "label": "A", "type": "place"}]}, "column"),
    ],
)
def test_a_setting_of_another_kind_is_refused(definition: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words.replace("'", "\\'")):
        FieldSpec.model_validate({"key": "isian", "label": "Isian", **definition})


def test_an_address_may_be_left_empty_though_it_has_a_least_length() -> None:
    spec = FieldSpec.model_validate(
        {"key": "isian", "type": "place", "label": "Isian", "min": 10, "required": False}
    )
    assert kinds["place"].parse(spec, {"isian": ""}, HOUSE) is None
