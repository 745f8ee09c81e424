"""Every service for residents is filed on behalf, or why not is told before anything is typed."""

import pytest
from django.core.cache import cache

from accounts.models import User
from kernel import clock
from services.applications import actions, behalf, consent
from services.applications.household import house_of
from services.applications.models import Application
from services.catalogue import answers as answering
from services.catalogue import samples
from services.catalogue.models import Service
from services.catalogue.queries import service
from services.catalogue.shipped import shipped
from services.questions.kind import House, kind_of
from services.residents.models import Person
from services.web.access import today
from tests.factories import Cast, family, photo

pytestmark = pytest.mark.django_db
FOR_RESIDENTS = [blueprint.slug for blueprint in shipped() if not blueprint.filed_by]


def told_by_sample(application: Application, house: House, *, at_home: bool) -> dict[str, str]:
    """Sample answers as a form sends them. Members of the household are real ones; ``at_home``:
    so is every other person who is asked for, else they live elsewhere."""
    blueprint = application.blueprint
    given = samples.answers(blueprint, today=today())
    for key, answer in given.items():
        if isinstance(answer, dict):  # somebody by number and name
            given[key] = {name: text for name, text in answer.items() if name != "_id"}
    typed = answering.as_typed(blueprint, given)
    others = [pk for pk, one in house.members.items() if one["nik"] != house.applicant["nik"]]
    other = next(iter(others), next(iter(house.members)))
    for spec in blueprint.fields:
        kind = kind_of(spec)
        if kind.names_people and spec.key in given and (at_home or not kind.is_person):
            typed = {
                key: text for key, text in typed.items() if not answering.belongs(key, [spec.key])
            }
            chosen = {f"{spec.key}-anggota": other} if kind.is_person else {}
            typed |= chosen or {f"{spec.key}-{other}": "1"}
    return typed


def filled(application: Application, head: User, *, at_home: bool) -> dict[str, str]:
    house = house_of(application.applicant, today=today())
    typed = told_by_sample(application, house, at_home=at_home)
    files = {spec.key: photo() for spec in application.blueprint.documents}
    return actions.save_answers(
        application_id=application.pk, typed=typed, files=files,
        names=dict.fromkeys(files, "foto.jpg"), by=head,
    )  # fmt: skip


@pytest.mark.parametrize("slug", FOR_RESIDENTS)
def test_service_is_filed_on_behalf_up_to_sending_or_says_why_not(cast: Cast, slug: str) -> None:
    cache.clear()
    home: list[Person] = family(cast.village)
    wrong: dict[str, str] = {}
    for person in home:
        offered = behalf.choices(person, today=today())
        choice = next((one for one in offered if one.service.slug == slug), None)
        if choice is None:  # not every city offers every service
            assert not Service.objects.get(slug=slug).is_active
            return
        if choice.reason:  # the list of services says it
            continue
        draft = behalf.begin(service=service(slug), applicant=person, by=cast.hasan, today=today())
        wrong = filled(draft, cast.hasan, at_home=False)
        wrong = wrong and filled(draft, cast.hasan, at_home=True)
        if wrong:
            continue
        consent.agree_by_signature(
            application_id=draft.pk, content=photo(), may_print=True, by=cast.hasan, at=clock.now()
        )
        sent = behalf.send(application_id=draft.pk, by=cast.hasan, at=clock.now())
        assert sent.number
        return
    assert wrong == {}
