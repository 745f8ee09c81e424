"""Who may ask, and which desks a request passes: as the register says where somebody lives."""

from datetime import date

import pytest

from kernel.errors import RuleBroken
from services.applications import actions
from services.applications.fitness import refuse_unfit
from services.applications.models import Application
from services.cases import decisions, reasons
from services.cases.models import Step
from services.cases.rules import unit_code_for
from services.catalogue.blueprint import Who
from services.catalogue.queries import service
from services.catalogue.steps import DeskStep
from services.residents import codes
from services.residents.models import Person
from services.residents.places import ensure_rts
from tests.factories import MONDAY, Cast, approve, draft, submitted

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
NOT_RESIDENTS = [status for status in codes.Status if status != codes.Status.ALIVE]


def set_status(person: Person, status: int) -> None:
    Person.objects.filter(pk=person.pk).update(status=status)
    person.refresh_from_db()


@pytest.mark.parametrize("status", NOT_RESIDENTS)
def test_who_does_not_live_here_begins_and_sends_nothing(cast: Cast, status: int) -> None:
    application = draft(cast)
    set_status(cast.sari_person, status)
    with pytest.raises(RuleBroken, match="bukan lagi penduduk"):
        actions.begin(service=service("domisili"), applicant=cast.sari_person, by=cast.sari)
    with pytest.raises(RuleBroken, match="bukan lagi penduduk"):
        actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)


def test_a_request_of_somebody_who_died_meanwhile_is_refused_and_not_approved(cast: Cast) -> None:
    application = submitted(cast)
    set_status(cast.sari_person, codes.Status.DEAD)
    with pytest.raises(RuleBroken, match="tidak bisa disetujui"):
        approve(application, cast.hasan)
    set_status(cast.sari_person, codes.Status.ALIVE)
    approve(application, cast.hasan)
    set_status(cast.sari_person, codes.Status.DEAD)
    step = Step.objects.get(case=application, state=Step.State.OPEN)
    decisions.refuse(step_id=step.pk, by=cast.rina, note="Sudah meninggal", at=MONDAY)
    application.refresh_from_db()
    assert application.state == Application.State.REFUSED


def step(level: str) -> DeskStep:
    return DeskStep.model_validate(
        {
            "key": "a", "title": "A", "level": level, "role": "ketua_rt", "approve": "Ya",
            "clock": {"amount": 1, "unit": "hari"},
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("place", "rt", "rw", "dusun"),
    [
        ("64.74.01.1001/002/005", "64.74.01.1001/002/005", "64.74.01.1001/002", ""),
        ("64.74.01.1001/000/005", "64.74.01.1001/000/005", "", ""),
        ("64.74.01.1001/002", "", "64.74.01.1001/002", ""),
        ("64.74.01.1001", "", "", ""),
        ("35.05.01.2001/a", "", "", "35.05.01.2001/a"),
        (
            "35.05.01.2001/a/002/005",
            "35.05.01.2001/a/002/005",
            "35.05.01.2001/a/002",
            "35.05.01.2001/a",
        ),
        ("35.05.01.2001/a/000/005", "35.05.01.2001/a/000/005", "", "35.05.01.2001/a"),
    ],
)
def test_units_seen_from_a_place(place: str, rt: str, rw: str, dusun: str) -> None:
    assert unit_code_for(step("rt"), rt_code=place) == rt
    assert unit_code_for(step("rw"), rt_code=place) == rw
    assert unit_code_for(step("dusun"), rt_code=place) == dusun
    village = place.partition("/")[0]
    assert unit_code_for(step("kelurahan"), rt_code=place) == village
    assert unit_code_for(step("kecamatan"), rt_code=place) == village.rpartition(".")[0]


@pytest.mark.parametrize("below", ["", "/009"])
def test_a_step_at_an_rt_that_is_not_there_is_skipped(cast: Cast, below: str) -> None:
    code = f"{cast.village.code}{below}"
    household = cast.sari_person.household
    household.rt = ensure_rts({code}).get(code, cast.village)
    household.save()
    cast.sari_person.refresh_from_db()
    application = submitted(cast)
    first, second = application.steps.order_by("pk")
    assert (first.key, first.state, first.note) == ("rt", Step.State.SKIPPED, reasons.NO_UNIT)
    assert (second.unit, second.state) == (cast.village, Step.State.OPEN)
    approve(application, cast.rina, cast.lurah)
    application.refresh_from_db()
    letter = application.issued.get().letter
    assert "RT " not in str(letter.content.blocks)


def test_an_unknown_marital_status_fits_no_service_that_needs_one(cast: Cast) -> None:
    cast.sari_person.marital = None
    with pytest.raises(RuleBroken, match="belum mencatat status perkawinan"):
        refuse_unfit(Who(marital=["belum_kawin"]), cast.sari_person, today=TODAY)
    refuse_unfit(Who(), cast.sari_person, today=TODAY)


def test_an_unknown_citizenship_is_not_taken_for_foreign(cast: Cast) -> None:
    cast.sari_person.citizenship = None
    refuse_unfit(Who(citizenship="wni"), cast.sari_person, today=TODAY)
    with pytest.raises(RuleBroken, match="warga negara asing"):
        refuse_unfit(Who(citizenship="wna"), cast.sari_person, today=TODAY)


# --- what the register does not know --------------------------------------------------------------


def test_the_form_asks_what_the_letter_says_and_the_register_does_not_know(cast: Cast) -> None:
    Person.objects.filter(pk=cast.sari_person.pk).update(religion=None, occupation=None)
    cast.sari_person.refresh_from_db()
    application = actions.begin(service=service("sktm"), applicant=cast.sari_person, by=cast.sari)
    asked = [field.key for field in application.blueprint.fields]
    assert asked[:2] == ["agama", "pekerjaan"]
    assert set(actions.problems(application)) >= {"agama", "pekerjaan"}
    assert application.read_in("en").field("agama").label == "Your religion"


def test_the_letter_prints_the_answer_for_an_unknown_fact(cast: Cast) -> None:
    Person.objects.filter(pk=cast.sari_person.pk).update(religion=None)
    cast.sari_person.refresh_from_db()
    application = submitted(cast, agama="4")
    approve(application, cast.hasan, cast.rina, cast.lurah)
    letter = application.issued.get().letter
    rows = dict(letter.content.blocks[0]["rows"])
    assert rows["Agama"] == "Hindu"


def test_a_form_stays_as_it_is_when_the_register_knows_everything(cast: Cast) -> None:
    application = draft(cast)
    assert application.asks == ""
    assert application.blueprint is application.version.blueprint
