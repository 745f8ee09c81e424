"""A request takes over answers of earlier ones: a birth certificate those of the birth letter."""

from typing import Any

import pytest

from services.applications import actions
from services.applications.earlier import earlier, kept, table
from services.applications.models import Application
from services.catalogue import samples
from services.catalogue.queries import service
from services.catalogue.shipped import shipped
from services.questions.kind import kind_of
from services.web.access import today
from tests.factories import Cast

pytestmark = pytest.mark.django_db
SERVICES = {blueprint.slug: blueprint for blueprint in shipped()}


def _birth(cast: Cast, state: str = Application.State.DONE) -> Application:
    birth = actions.begin(service=service("kelahiran"), applicant=cast.sari_person, by=cast.sari)
    given: dict[str, Any] = samples.answers(birth.blueprint, today=today())
    birth.seal_answers({**given, "nama_bayi": "Melati"})
    birth.state, birth.draft_key, birth.number = state, None, "26-11-900001"
    birth.save()
    return birth


def _akta(cast: Cast) -> Application:
    wanted = service("permohonan-akta-lahir")
    return actions.begin(service=wanted, applicant=cast.sari_person, by=cast.sari)


def test_the_answers_are_proposed_and_say_where_they_come_from(cast: Cast) -> None:
    birth = _birth(cast)
    akta = _akta(cast)
    assert akta.answers["nama_anak"] == "Melati"
    assert akta.answers["ibu"] == birth.answers["ibu"]
    (said,) = kept(akta, akta.blueprint, ["nama_anak", "jk_anak", "tempat"])
    assert said.number == "26-11-900001"
    assert said.labels == ["Nama anak", "Jenis kelamin", "Tempat lahir"]


def test_a_changed_answer_is_no_longer_called_taken_over(cast: Cast) -> None:
    _birth(cast)
    akta = _akta(cast)
    akta.seal_answers({**akta.answers, "nama_anak": "Mawar"})
    (said,) = kept(akta, akta.blueprint, ["nama_anak", "tempat"])
    assert said.labels == ["Tempat lahir"]
    assert kept(akta, akta.blueprint, ["nama_anak"]) == []


@pytest.mark.parametrize("state", [Application.State.REFUSED, Application.State.WITHDRAWN])
def test_nothing_is_taken_from_a_request_that_ended_badly(cast: Cast, state: str) -> None:
    _birth(cast, state)
    assert _akta(cast).answers == {}


def test_nothing_is_taken_from_somebody_elses_request(cast: Cast) -> None:
    birth = _birth(cast)
    other = cast.tetangga
    from services.residents.queries import person_of

    stranger = person_of(other)
    assert stranger is not None and stranger.pk != birth.applicant_id
    begun = actions.begin(service=service("permohonan-akta-lahir"), applicant=stranger, by=other)
    assert begun.answers == {}


def test_a_service_that_takes_nothing_over_asks_no_query(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert earlier(SERVICES["kematian"], cast.sari_person.pk) == {}


@pytest.mark.parametrize("slug", table()["from"])
def test_the_table_names_questions_of_one_kind(slug: str) -> None:
    rule = table()["from"][slug]
    for key, source in rule["answers"].items():
        ours, theirs = SERVICES[slug].field(key), SERVICES[rule["service"]].field(source)
        assert ours.type == theirs.type, key
        assert kind_of(ours).options(ours) == kind_of(theirs).options(theirs), key


@pytest.mark.parametrize("label", table()["shared"]["labels"])
def test_shared_questions_are_of_one_kind_in_every_service(label: str) -> None:
    found = [spec for one in SERVICES.values() for spec in one.fields if spec.label == label]
    assert len({spec.type for spec in found}) == 1
