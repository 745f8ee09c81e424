"""Asking for a relative: a minor child, or an adult of the household who agreed."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from kernel.errors import NotThere, RuleBroken
from services.applications import actions, queries
from services.applications.models import Application
from services.catalogue.queries import service
from services.residents import family
from services.residents.models import Person, Representation
from services.web.access import today
from tests.factories import MONDAY, Cast, account, make_cast
from tests.factories import family as invented

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(in_bontang: object) -> Cast:
    return make_cast()


def household(cast: Cast) -> tuple[Person, Person, Person]:
    """A parent with an account, a child of ten, and another adult."""
    people = invented(cast.village)
    while len(people) < 3:
        people = invented(cast.village)
    parent, adult, child = people[:3]
    for person, relation, born in (
        (parent, 1, date(1985, 2, 3)), (adult, 3, date(1988, 5, 6)),
        (child, 4, date(today().year - 10, 1, 2)),
    ):  # fmt: skip
        Person.objects.filter(pk=person.pk).update(relation=relation, birth_date=born, marital=1)
    Person.objects.filter(household=parent.household).exclude(
        pk__in=[parent.pk, adult.pk, child.pk]
    ).update(relation=9, birth_date=date(1950, 1, 1))
    found = [Person.objects.select_related("household__rt").get(pk=p.pk) for p in people[:3]]
    return found[0], found[1], found[2]


def test_parent_acts_for_minor_child_and_not_for_adults(cast: Cast) -> None:
    parent, adult, child = household(cast)
    assert family.may_act_for(parent, today=today()) == [child]
    assert family.may_act_for(child, today=today()) == []
    with pytest.raises(NotThere):
        family.relative(parent, adult.pk, today=today())


def test_child_that_comes_of_age_is_represented_no_more(cast: Cast) -> None:
    parent, _, child = household(cast)
    Person.objects.filter(pk=child.pk).update(birth_date=date(today().year - 18, 1, 2))
    assert family.may_act_for(parent, today=today()) == []


def test_adult_lets_a_relative_and_withdraws_it(cast: Cast) -> None:
    parent, adult, child = household(cast)
    user = account(adult)
    family.let(person=adult, relative_id=parent.pk, by=user, at=MONDAY, today=today())
    assert family.may_act_for(parent, today=today()) == [adult, child] or set(
        family.may_act_for(parent, today=today())
    ) == {adult, child}
    for wrong in (child.pk, adult.pk, parent.pk, cast.sari_person.pk):
        with pytest.raises(RuleBroken):
            family.let(person=adult, relative_id=wrong, by=user, at=MONDAY, today=today())
    (given,) = Representation.objects.all()
    family.withdraw(person=adult, representation_id=given.pk, by=user, at=MONDAY)
    assert family.may_act_for(parent, today=today()) == [child]
    with pytest.raises(NotThere):
        family.withdraw(person=adult, representation_id=given.pk, by=user, at=MONDAY)


def test_request_for_a_child_is_the_childs_and_the_parents_to_fill_in(
    cast: Cast, bontang: Any, client_for: Any
) -> None:
    parent, adult, child = household(cast)
    user = account(parent)
    client: Client = client_for(bontang)
    client.force_login(user, "services.residents.backends.NikBackend")
    assert child.name in client.get("/ajukan/domisili/").content.decode()
    assert client.get(f"/ajukan/domisili/?for={adult.pk}").status_code == 404
    answer = client.post(f"/ajukan/domisili/?for={child.pk}")
    draft = Application.objects.get()
    assert answer.headers["Location"] == f"/permohonan/{draft.pk}/isi/"
    assert (draft.applicant, draft.opened_by) == (child, user)
    assert client.get(f"/permohonan/{draft.pk}/isi/").status_code == 200
    assert draft in queries.under_way(parent)
    assert not queries.sent_before(parent, service("domisili")).exists()
    neighbour: Client = client_for(bontang)
    neighbour.force_login(cast.tetangga, "services.residents.backends.NikBackend")
    assert neighbour.get(f"/permohonan/{draft.pk}/isi/").status_code == 404


def test_own_requests_are_listed_once_whoever_may_act(cast: Cast) -> None:
    parent, adult, _ = household(cast)
    own = account(adult)
    for _ in range(3):
        family.let(person=adult, relative_id=parent.pk, by=own, at=MONDAY, today=today())
        given = Representation.objects.latest("pk")
        family.withdraw(person=adult, representation_id=given.pk, by=own, at=MONDAY)
    draft = actions.begin(service=service("domisili"), applicant=adult, by=own)
    assert list(queries.under_way(adult)) == [draft]


def test_relative_who_moved_apart_is_represented_no_more(cast: Cast) -> None:
    parent, adult, _ = household(cast)
    user, own = account(parent), account(adult)
    family.let(person=adult, relative_id=parent.pk, by=own, at=MONDAY, today=today())
    draft = actions.begin(service=service("domisili"), applicant=adult, by=user)
    Person.objects.filter(pk=adult.pk).update(household=cast.sari_person.household_id)
    with pytest.raises(NotThere):
        queries.own(user, draft.pk)
    assert draft not in queries.under_way(parent)


def test_what_the_relative_began_is_theirs_to_go_on_with(cast: Cast) -> None:
    parent, adult, _ = household(cast)
    user, own = account(parent), account(adult)
    family.let(person=adult, relative_id=parent.pk, by=own, at=MONDAY, today=today())
    draft = actions.begin(service=service("domisili"), applicant=adult, by=own)
    with pytest.raises(RuleBroken, match="sudah mulai mengisi"):
        actions.begin(service=service("domisili"), applicant=adult, by=user)
    assert actions.begin(service=service("domisili"), applicant=adult, by=own) == draft


def test_only_the_applicant_or_a_parent_of_a_child_consents(cast: Cast) -> None:
    parent, adult, child = household(cast)
    user, own = account(parent), account(adult)
    family.let(person=adult, relative_id=parent.pk, by=own, at=MONDAY, today=today())
    for person, by, may in ((adult, user, False), (child, user, True)):
        draft = actions.begin(service=service("domisili"), applicant=person, by=by)
        assert queries.may_consent(user, draft, today=today()) is may
        assert queries.may_consent(own, draft, today=today()) is (person == adult)


def test_withdrawn_word_closes_the_requests_too(cast: Cast) -> None:
    parent, adult, _ = household(cast)
    user, own = account(parent), account(adult)
    family.let(person=adult, relative_id=parent.pk, by=own, at=MONDAY, today=today())
    draft = actions.begin(service=service("domisili"), applicant=adult, by=user)
    assert queries.own(user, draft.pk) == draft
    assert draft in queries.under_way(parent)
    (given,) = Representation.objects.all()
    family.withdraw(person=adult, representation_id=given.pk, by=own, at=MONDAY)
    with pytest.raises(NotThere):
        queries.own(user, draft.pk)
    assert draft not in queries.under_way(parent)
    assert queries.own(own, draft.pk) == draft


def test_own_request_is_listed_once_however_many_relatives_were_allowed(cast: Cast) -> None:
    parent, adult, _ = household(cast)
    own = account(adult)
    draft = actions.begin(service=service("domisili"), applicant=adult, by=own)
    for _ in range(2):
        family.let(person=adult, relative_id=parent.pk, by=own, at=MONDAY, today=today())
        given = Representation.objects.get(withdrawn_at=None)
        family.withdraw(person=adult, representation_id=given.pk, by=own, at=MONDAY)
    assert list(queries.of_family(adult)) == [draft]
    assert list(queries.under_way(adult)) == [draft]
