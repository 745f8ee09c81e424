"""What happens to people: what each act writes for everybody concerned, what it refuses, and that
one undo gives everything back."""

from datetime import date
from typing import Any

import pytest

from kernel.errors import RuleBroken, Stale
from services.residents import codes, families, happenings, register
from services.residents.codes import Marital, Relation, Status
from services.residents.fields import FIELDS, value_of
from services.residents.happenings import Arrival, Basis, Doubtful, Heading, NewCard, Split
from services.residents.models import Household, Person, PersonEvent, Source
from services.residents.queries import person_by_nik
from tenants.office.models import Unit
from tests.factories import Cast, family, make_cast

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 20)


@pytest.fixture
def cast(in_bontang: object) -> Cast:
    return make_cast()


def basis(on: date | None = ON, *, accepted: bool = True) -> Basis:
    origin = register.source(kind=Source.Kind.ENTRY, label="Akta", by=None)
    return Basis(origin=origin, by=None, on=on, accepted=accepted)


def undo(event: PersonEvent) -> PersonEvent:
    return register.undo(event_id=event.pk, origin=basis().origin, by=None)


def household(cast: Cast) -> list[Person]:
    """A head with wife and children, all of known marital status."""
    wanted = [Relation.HEAD, Relation.WIFE, Relation.CHILD]
    for _ in range(60):
        found = family(cast.village)
        if len(found) > 3 and [one.relation for one in found[:3]] == wanted:
            assert {one.marital for one in found[:2]} == {Marital.MARRIED}
            return found
    raise AssertionError("no such family")


def rt_of(cast: Cast, number: str = "002") -> Unit:
    return Unit.objects.get(code=f"{cast.village.code}/001/{number}")


def fresh(person: Person) -> Person:
    return Person.objects.select_related("household__rt").get(pk=person.pk)


def register_now() -> dict[int, Any]:
    """Everything the register says of everybody."""
    people = Person.objects.select_related("household__rt").order_by("pk")
    return {
        one.pk: [
            *(str(value_of(one, field)) for field in FIELDS.values()), one.place,
            one.household.address, one.household.rt.code, one.household.kk_number,
        ]
        for one in people
    }  # fmt: skip


def test_death_widows_the_wife_and_leaves_the_card_without_head(cast: Cast) -> None:
    head, wife, _child, *_ = household(cast)
    before = register_now()
    events = happenings.die(person_id=head.pk, basis=basis(), cause="sakit")
    assert [(one.kind, one.person_id) for one in events] == [
        ("death", head.pk), ("widowed", wife.pk),
    ]  # fmt: skip
    assert events[0].happened_on == ON
    assert events[0].detail["cause"] == "sakit"
    assert fresh(head).status == Status.DEAD
    assert fresh(wife).marital == Marital.WIDOWED
    assert head.household in families.without_head(cast.village.code)
    assert families.proposed_head(families.living_members(head.household_id), ON) == wife
    undo(events[0])
    assert register_now() == before
    assert head.household not in families.without_head(cast.village.code)


def test_head_who_dies_is_followed_and_the_family_is_related_to_the_new_head(cast: Cast) -> None:
    head, wife, child, *rest = household(cast)
    before = register_now()
    events = happenings.die(person_id=head.pk, basis=basis(), heading=Heading(person_id=child.pk))
    found = {one.pk: fresh(one).relation for one in (wife, child, *rest)}
    assert found[child.pk] == Relation.HEAD
    assert found[wife.pk] == Relation.PARENT
    assert list(register.heads(head.household)) == [child]
    undo(events[-1])  # any event of the act undoes the act
    assert register_now() == before


def test_nothing_happens_to_the_dead_until_their_death_is_undone(cast: Cast) -> None:
    head, _wife, *_ = household(cast)
    (death, *_) = happenings.die(person_id=head.pk, basis=basis())
    for act in (
        lambda: happenings.die(person_id=head.pk, basis=basis()),
        lambda: happenings.move_out(person_ids=[head.pk], basis=basis()),
        lambda: happenings.come_back(person_id=head.pk, basis=basis()),
        lambda: happenings.marry(person_id=head.pk, basis=basis()),
        lambda: happenings.move_in(
            arrivals=[Arrival(facts={}, nik=head.nik)], to=head.household, basis=basis()
        ),
        lambda: register.change(
            person_id=head.pk, facts={"status": Status.ALIVE}, origin=basis().origin, by=None
        ),
    ):
        with pytest.raises(RuleBroken, match="meninggal"):
            act()
    happenings.correct(person_id=head.pk, facts={"occupation": 4}, basis=basis())
    undo(death)
    assert fresh(head).lives_here
    with pytest.raises(Stale, match="sudah dibatalkan"):
        undo(death)


@pytest.mark.parametrize("on", [date(2199, 1, 1), date(1900, 1, 1)])
def test_no_event_lies_in_the_future_or_before_the_birth(cast: Cast, on: date) -> None:
    head, wife, *_ = household(cast)
    with pytest.raises(RuleBroken, match=r"masa depan|mendahului"):
        happenings.die(person_id=head.pk, basis=basis(on))
    with pytest.raises(RuleBroken, match=r"masa depan|mendahului"):
        happenings.move_out(person_ids=[head.pk, wife.pk], basis=basis(on))
    assert not PersonEvent.objects.filter(person=head).exists()


def test_a_death_before_an_event_that_is_recorded_is_asked_about(cast: Cast) -> None:
    head, *_ = household(cast)
    happenings.new_card(
        household_id=head.household_id, kk_number="6474010101990001", basis=basis(ON)
    )
    earlier = date(2026, 11, 1)
    with pytest.raises(Doubtful, match="ganti Kartu Keluarga"):
        happenings.die(person_id=head.pk, basis=basis(earlier, accepted=False))
    assert happenings.die(person_id=head.pk, basis=basis(earlier))


def test_who_moves_out_is_no_resident_and_comes_back_by_nik_to_the_same_row(cast: Cast) -> None:
    head, wife, _child, *_ = household(cast)
    happenings.move_out(
        person_ids=[head.pk], basis=basis(), destination="Samarinda",
        heading=Heading(person_id=wife.pk),
    )  # fmt: skip
    assert person_by_nik(head.nik) is None
    assert list(register.heads(head.household)) == [wife]
    (back,) = happenings.move_in(
        arrivals=[Arrival(facts={"relation": Relation.HUSBAND}, nik=head.nik)],
        to=head.household, basis=basis(date(2026, 11, 25)),
    )  # fmt: skip
    assert back.pk == head.pk
    assert (fresh(head).lives_here, fresh(head).resident_since) == (True, date(2026, 11, 25))


def test_newcomers_begin_a_card_with_one_head(cast: Cast) -> None:
    facts = {"sex": 1, "birth_place": "Palu", "birth_date": date(1980, 5, 5)}
    to = NewCard(address="Jalan Baru 1", rt=rt_of(cast))
    arrivals = [
        Arrival(facts={**facts, "name": "Rudi", "relation": Relation.HEAD}),
        Arrival(facts={**facts, "name": "Tono", "relation": Relation.HEAD}),
    ]
    with pytest.raises(RuleBroken, match="dua kepala keluarga"):
        happenings.move_in(arrivals=arrivals, to=to, basis=basis())
    (rudi,) = happenings.move_in(arrivals=arrivals[:1], to=to, basis=basis(), origin_place="Palu")
    assert (rudi.place, rudi.resident_since, rudi.nik) == (rt_of(cast).code, ON, "")
    event = rudi.events.get()
    assert (event.kind, event.detail["from"]) == ("move_in", "Palu")
    undo(event)
    assert fresh(rudi).status == Status.INVALID


@pytest.mark.parametrize(
    ("born", "on"),
    [(date(1899, 12, 31), ON), (date(2199, 1, 1), ON), (date(1980, 5, 5), date(1980, 5, 4)),
     (date(1980, 5, 5), date(2199, 1, 1))],
    ids=["long ago", "in the future", "came before birth", "comes in the future"],
)  # fmt: skip
def test_newcomer_and_newborn_have_possible_dates(cast: Cast, born: date, on: date) -> None:
    card, known = household(cast)[0].household, Person.objects.count()
    facts = {"name": "Rudi", "sex": 1, "birth_place": "Palu", "birth_date": born}
    with pytest.raises(RuleBroken, match=r"masa depan|mendahului|1900"):
        happenings.move_in(arrivals=[Arrival(facts=facts)], to=card, basis=basis(on))
    with pytest.raises(RuleBroken, match=r"masa depan|mendahului|1900"):
        happenings.be_born(household_id=card.pk, facts=facts, basis=basis(on))
    assert Person.objects.count() == known


def test_newcomer_whom_the_register_has_is_asked_about(cast: Cast) -> None:
    facts = {"name": "Ma'ruf", "sex": 1, "birth_place": "Palu", "birth_date": date(1980, 5, 5)}
    to = NewCard(address="Jalan Baru 1", rt=rt_of(cast))

    def come(name: str, *, accepted: bool = False) -> Person:
        arrivals = [Arrival(facts={**facts, "name": name})]
        return happenings.move_in(arrivals=arrivals, to=to, basis=basis(accepted=accepted))[0]

    first = come("Ma'ruf")
    with pytest.raises(Doubtful, match="sudah tercatat"):
        come("MA’RUF")
    assert come("Maruf", accepted=True).pk != first.pk


def test_a_temporary_resident_whose_time_is_over_is_listed_and_not_removed(cast: Cast) -> None:
    facts = {
        "name": "Rudi", "sex": 1, "birth_place": "Palu", "birth_date": date(1980, 5, 5),
        "residency": codes.Residency.TEMPORARY, "stays_until": date(2026, 10, 31),
    }  # fmt: skip
    to = NewCard(address="Kos Melati", rt=rt_of(cast))
    (rudi,) = happenings.move_in(arrivals=[Arrival(facts=facts)], to=to, basis=basis())
    assert list(families.stays_over(cast.village.code, ON)) == [rudi]
    assert not families.stays_over(cast.village.code, date(2026, 10, 31))
    assert fresh(rudi).lives_here


def test_some_members_move_to_a_new_card_and_the_rest_get_a_head(cast: Cast) -> None:
    head, wife, child, *_rest = household(cast)
    before = register_now()
    events = happenings.move_within(
        person_ids=[head.pk, child.pk], to=NewCard(address="Jalan Baru 2", rt=rt_of(cast)),
        basis=basis(), heading=Heading(person_id=wife.pk),
    )  # fmt: skip
    there = fresh(head).household
    assert (there.address, fresh(child).household, fresh(head).place) == (
        "Jalan Baru 2", there, rt_of(cast).code,
    )  # fmt: skip
    assert (fresh(head).relation, fresh(child).relation) == (Relation.HEAD, Relation.CHILD)
    assert list(register.heads(head.household)) == [wife]
    undo(events[0])
    assert register_now() == before


def test_a_whole_card_moves_and_comes_back(cast: Cast) -> None:
    head, *others = household(cast)
    before = register_now()
    events = happenings.move_card(
        household_id=head.household_id, address="Jalan Baru 3", rt=rt_of(cast), basis=basis()
    )
    assert {one.person_id for one in events} == {head.pk, *(one.pk for one in others)}
    assert {fresh(one).place for one in (head, *others)} == {rt_of(cast).code}
    undo(events[-1])
    assert register_now() == before


def test_a_move_to_a_family_that_has_a_head_brings_no_second_one(cast: Cast) -> None:
    head, *_ = household(cast)
    other = household(cast)[0].household
    with pytest.raises(RuleBroken, match="dua kepala keluarga"):
        happenings.move_within(
            person_ids=[head.pk], to=other, basis=basis(), relations={head.pk: Relation.HEAD}
        )
    happenings.move_within(person_ids=[head.pk], to=other, basis=basis())
    assert fresh(head).relation is None  # what he is to them nobody has said


def test_marriage_and_divorce_are_of_both_and_the_divorce_splits(cast: Cast) -> None:
    head, wife, _child, *_ = household(cast)
    before = register_now()
    events = happenings.divorce(
        person_id=head.pk, spouse_id=wife.pk, certificate="AC-12", basis=basis(),
        split=Split(person_ids=[wife.pk], to=NewCard(address="Jalan Baru 4", rt=rt_of(cast))),
    )  # fmt: skip
    assert {fresh(one).marital for one in (head, wife)} == {Marital.DIVORCED}
    assert fresh(wife).divorced_on == ON
    assert fresh(wife).relation == Relation.HEAD
    assert fresh(wife).household != fresh(head).household
    again = happenings.marry(
        person_id=head.pk, spouse_id=wife.pk, certificate="AN-13", basis=basis()
    )
    assert {fresh(one).marriage_certificate for one in (head, wife)} == {"AN-13"}
    undo(again[0])
    undo(events[0])
    assert register_now() == before


def test_a_second_marriage_or_a_young_one_is_asked_about(cast: Cast) -> None:
    head, _wife, *_ = household(cast)
    bride = household(cast)[1]
    with pytest.raises(Doubtful, match="masih tercatat kawin"):
        happenings.marry(person_id=head.pk, spouse_id=bride.pk, basis=basis(accepted=False))
    Person.objects.filter(pk=bride.pk).update(marital=Marital.SINGLE, birth_date="2009-01-01")
    Person.objects.filter(pk=head.pk).update(marital=Marital.WIDOWED)
    with pytest.raises(Doubtful, match="belum 19 tahun"):
        happenings.marry(person_id=head.pk, spouse_id=bride.pk, basis=basis(accepted=False))
    assert len(happenings.marry(person_id=head.pk, spouse_id=bride.pk, basis=basis())) == 2


def test_a_newborn_joins_the_card_without_nik_and_gets_one_later(cast: Cast) -> None:
    head, wife, *_ = household(cast)
    Person.objects.filter(pk=wife.pk).update(birth_date="1996-02-02")
    facts = {"name": "Putri", "sex": 2, "birth_place": "Bontang", "birth_date": ON}
    told: dict[str, Any] = {
        "household_id": head.household_id, "facts": facts, "mother_id": wife.pk,
        "father_id": head.pk,
    }  # fmt: skip
    child = happenings.be_born(**told, basis=basis())
    assert (child.relation, child.nik, child.marital) == (Relation.CHILD, "", Marital.SINGLE)
    assert (child.mother_name, child.father_name) == (wife.name, head.name)
    assert value_of(child, FIELDS["mother_nik"]) == wife.nik
    assert (child.religion, child.citizenship) == (None, None)  # nobody has said
    with pytest.raises(Doubtful, match="sudah tercatat di KK ini"):
        happenings.be_born(**told, basis=basis(accepted=False))
    with pytest.raises(Doubtful, match="Jenis kelamin di dalam NIK"):
        happenings.identify(person_id=child.pk, nik="6474012011260001", basis=basis(accepted=False))
    happenings.identify(person_id=child.pk, nik="6474016011260001", basis=basis())
    assert fresh(child).nik == "6474016011260001"
    with pytest.raises(RuleBroken, match="sudah punya NIK"):
        happenings.identify(person_id=child.pk, nik="6474016011260001", basis=basis())


def test_a_card_gets_another_number_for_all_its_members(cast: Cast) -> None:
    head, *others = household(cast)
    taken = household(cast)[0].household.kk_number
    before = register_now()
    with pytest.raises(RuleBroken, match="keluarga lain"):
        happenings.new_card(household_id=head.household_id, kk_number=taken, basis=basis())
    events = happenings.new_card(
        household_id=head.household_id, kk_number="6474012011260001", basis=basis()
    )
    assert len(events) == 1 + len(others)
    assert head.household.kk_number not in str(events[0].changes)
    assert events[0].all_changes["kk_number"][0] == head.household.kk_number
    assert Household.objects.get(pk=head.household_id).kk_number == "6474012011260001"
    undo(events[0])
    assert register_now() == before


def test_a_card_is_not_issued_in_the_future(cast: Cast) -> None:
    card = household(cast)[0].household
    later = date(2199, 1, 1)
    for on, issued_on in ((later, None), (ON, later)):
        with pytest.raises(RuleBroken, match="masa depan"):
            happenings.new_card(
                household_id=card.pk, kk_number="6474010101990001", issued_on=issued_on,
                basis=basis(on),
            )  # fmt: skip


def test_a_card_has_one_head_and_the_old_one_is_something_to_the_new(cast: Cast) -> None:
    head, wife, *_ = household(cast)
    happenings.change_head(
        household_id=head.household_id, heading=Heading(person_id=wife.pk), basis=basis()
    )
    assert (fresh(head).relation, fresh(wife).relation) == (Relation.HUSBAND, Relation.HEAD)
    with pytest.raises(RuleBroken, match="dua kepala keluarga"):
        happenings.correct(person_id=head.pk, facts={"relation": Relation.HEAD}, basis=basis())


def test_a_death_is_undone_only_before_another_has_become_head(cast: Cast) -> None:
    head, wife, *_ = household(cast)
    (death, *_) = happenings.die(person_id=head.pk, basis=basis())
    (heading, *_) = happenings.change_head(
        household_id=head.household_id, heading=Heading(person_id=wife.pk), basis=basis()
    )
    with pytest.raises(RuleBroken, match="kepala keluarga lain"):
        undo(death)
    undo(heading)
    undo(death)
    assert list(register.heads(head.household)) == [head]
