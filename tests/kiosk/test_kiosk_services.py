"""Every service for residents is filed at a kiosk, or why not is told before anything is typed."""

import pytest

from accounts.models import User
from kernel import clock
from services.applications import actions, at_kiosk, behalf, consent
from services.applications.household import house_of
from services.applications.models import Application
from services.catalogue.models import Service
from services.catalogue.queries import service
from services.residents.family import is_minor
from services.residents.models import Kiosk, Person
from services.web.access import today
from tests.factories import Cast, family, photo
from tests.kiosk.conftest import stand
from tests.neighbourhood.test_behalf_services import FOR_RESIDENTS, told_by_sample

pytestmark = pytest.mark.django_db


def filled(application: Application, kiosk: User, *, at_home: bool) -> dict[str, str]:
    house = house_of(application.applicant, today=today())
    files = {spec.key: photo() for spec in application.blueprint.documents}
    return actions.save_answers(
        application_id=application.pk, files=files, names=dict.fromkeys(files, "foto.jpg"),
        typed=told_by_sample(application, house, at_home=at_home), by=kiosk,
    )  # fmt: skip


@pytest.mark.parametrize("slug", FOR_RESIDENTS)
def test_service_is_filed_at_a_kiosk_up_to_sending_or_says_why_not(
    cast: Cast, kiosk: Kiosk, slug: str
) -> None:
    home: list[Person] = family(cast.village)
    wrong: dict[str, str] = {}
    for person in (one for one in home if not is_minor(one, today())):
        offered = behalf.choices(person, today=today())
        choice = next((one for one in offered if one.service.slug == slug), None)
        if choice is None:  # not every city offers every service
            assert not Service.objects.get(slug=slug).is_active
            return
        if choice.reason:  # the list of services says it
            continue
        standing = stand(kiosk, person)
        draft = at_kiosk.begin(service=service(slug), kiosk=standing, at=clock.now())
        wrong = filled(draft, standing.user, at_home=False)
        wrong = wrong and filled(draft, standing.user, at_home=True)
        if wrong:
            continue
        sent = actions.submit(application_id=draft.pk, by=standing.user, at=clock.now())
        assert sent.number and consent.is_agreed(sent)
        return
    assert wrong == {}
