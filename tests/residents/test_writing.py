"""Writing single people: every change leaves an event with its source, and can be undone."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.errors import RuleBroken, Stale
from kernel.text import fold
from services.residents import codes, queries, register, tasks
from services.residents.fields import FIELDS, Shape, value_of
from services.residents.models import Household, Person, PersonEvent, Source
from tenants.office.models import Unit
from tests.factories import Cast, family, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(in_bontang: object) -> Cast:
    return make_cast()


def entry() -> Source:
    return register.source(kind=Source.Kind.ENTRY, label="Loket", by=None)


def everything(person: Person) -> dict[str, Any]:
    person = Person.objects.get(pk=person.pk)
    return {name: value_of(person, field) for name, field in FIELDS.items()} | {
        "place": person.place
    }


def test_change_leaves_event_with_before_and_after_and_source(cast: Cast) -> None:
    origin = entry()
    event = register.change(
        person_id=cast.sari_person.pk, facts={"occupation": 65, "blood": 4}, origin=origin,
        by=cast.rina,
    )  # fmt: skip
    assert event is not None
    assert event.changes == {"occupation": [15, 65], "blood": [None, 4]}
    assert (event.source, event.entered_by, event.kind) == (origin, cast.rina, "correction")
    person = Person.objects.get(pk=cast.sari_person.pk)
    assert person.field_sources == {"occupation": origin.pk, "blood": origin.pk}


def test_nothing_new_leaves_no_event(cast: Cast) -> None:
    before = PersonEvent.objects.count()
    told = {"occupation": cast.sari_person.occupation, "nik": cast.sari_person.nik}
    assert register.change(
        person_id=cast.sari_person.pk, facts=told, origin=entry(), by=None
    ) is None  # fmt: skip
    assert PersonEvent.objects.count() == before


def test_newborn_without_nik_is_entered_and_gets_one_later(cast: Cast) -> None:
    household = cast.sari_person.household
    child = register.enter(
        facts={"name": "Bayu Pratama", "sex": 1, "birth_date": date(2026, 11, 20), "relation": 4},
        household=household, origin=entry(), by=cast.rina, kind=PersonEvent.Kind.BIRTH,
    )  # fmt: skip
    assert (child.nik, child.place) == ("", household.rt.code)
    assert child in queries.living_with(cast.sari_person)
    register.change(
        person_id=child.pk, facts={"nik": "6474012011260001"}, origin=entry(), by=cast.rina,
        kind=PersonEvent.Kind.IDENTIFIED,
    )  # fmt: skip
    found = queries.person_by_nik("6474012011260001")
    assert found is not None
    assert found.pk == child.pk
    event = child.events.get(kind="identified")
    assert event.changes == {}
    assert event.all_changes == {"nik": [None, "6474012011260001"]}


def test_nik_of_somebody_else_is_refused(cast: Cast) -> None:
    other = family(cast.village)[0]
    with pytest.raises(RuleBroken, match="orang lain"):
        register.change(
            person_id=cast.sari_person.pk, facts={"nik": other.nik}, origin=entry(), by=None
        )


def test_move_of_a_household_moves_the_place_of_each_member(cast: Cast) -> None:
    household = cast.sari_person.household
    elsewhere = family(cast.village, rw=2, rt=3)[0].household.rt
    told = register.change_household(
        household_id=household.pk, origin=entry(), by=cast.rina, address="Jalan Baru 1",
        rt=elsewhere,
    )  # fmt: skip
    members = Person.objects.filter(household=household)
    assert len(told) == members.count()
    assert {member.place for member in members} == {elsewhere.code}


def test_undo_refuses_what_was_changed_again(cast: Cast) -> None:
    first = register.change(
        person_id=cast.sari_person.pk, facts={"occupation": 65}, origin=entry(), by=None
    )
    register.change(
        person_id=cast.sari_person.pk, facts={"occupation": 66}, origin=entry(), by=None
    )
    assert first is not None
    with pytest.raises(Stale):
        register.undo(event_id=first.pk, origin=entry(), by=None)


def test_event_is_never_changed_or_deleted(cast: Cast) -> None:
    event = register.change(
        person_id=cast.sari_person.pk, facts={"occupation": 65}, origin=entry(), by=None
    )
    assert event is not None
    for attempt in (event.save, event.delete, PersonEvent.objects.all().delete):
        with pytest.raises(TypeError):
            attempt()
    with pytest.raises(TypeError):
        PersonEvent.objects.update(kind="death")


_VALUES = {
    "occupation": st.sampled_from([None, 1, 65, 88]),
    "marital": st.sampled_from([None, *codes.Marital.values]),
    "phone": st.sampled_from(["", "081234567890", "081234567891"]),
    "pregnant": st.sampled_from([None, True, False]),
    "married_on": st.sampled_from([None, date(2020, 2, 29)]),
    "mother_nik": st.sampled_from(["", "6474014101600003"]),
    # Of the dead nothing but corrections is written: tests/residents/test_happenings.py.
    "status": st.sampled_from([one for one in codes.Status if one != codes.Status.DEAD]),
}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(st.fixed_dictionaries({}, optional=_VALUES), max_size=5))
def test_undoing_all_changes_from_the_last_gives_the_first_state(
    cast: Cast, told: list[dict[str, Any]]
) -> None:
    before = everything(cast.sari_person)
    events = [
        register.change(person_id=cast.sari_person.pk, facts=facts, origin=entry(), by=None)
        for facts in told
    ]
    for event in reversed(events):
        if event is not None:
            register.undo(event_id=event.pk, origin=entry(), by=None)
    assert everything(cast.sari_person) == before


NAMES = ["Ma'ruf", "MA’RUF", "H. Abdul-Rahman, S.Pd.", "Nuʼman  Siti", "Éloïse Çelik", "O'Brien"]


@pytest.mark.parametrize("name", NAMES)
def test_database_folds_names_as_python_does(cast: Cast, name: str) -> None:
    register.change(person_id=cast.sari_person.pk, facts={"name": name}, origin=entry(), by=None)
    assert Person.objects.get(pk=cast.sari_person.pk).name_key == fold(name)


def test_fields_name_every_attribute_that_is_known_of_a_person() -> None:
    own = {"id", "source", "field_sources", "merged_into", "updated_at", "place", "name_key"}
    known = {field.column for field in FIELDS.values()} | {"nik_print"}
    assert {field.name for field in Person._meta.concrete_fields} - own == known
    assert FIELDS["household"].shape is Shape.HOUSEHOLD
    assert Household._meta.get_field("rt").related_model is Unit


def test_place_of_who_was_entered_without_one_is_mended(cast: Cast) -> None:
    Person.objects.filter(pk=cast.sari_person.pk).update(place="")
    tasks.places({})
    person = Person.objects.select_related("household__rt").get(pk=cast.sari_person.pk)
    assert person.place == person.household.rt.code
