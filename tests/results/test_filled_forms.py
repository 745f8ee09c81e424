"""Forms of the ministry: filled in from answers and the register, blank where nothing is known."""

import io

import pytest
from pypdf import PdfReader

from audit.models import Entry
from kernel.errors import NotThere
from services.applications import filled_forms
from services.catalogue import samples, shipped
from services.catalogue.official_forms import FORMS
from tenants.office.models import Unit
from tests.factories import MONDAY, Cast, official
from tests.results.conftest import As, Request, at, sent_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def kk(cast: Cast) -> Request:
    return sent_request(cast)


def text(made: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)


def test_each_form_of_each_service_is_made_from_sample_answers(cast: Cast) -> None:
    used = set()
    for blueprint in shipped.shipped():
        for spec in blueprint.forms:
            meeting = samples.meeting(spec.when)
            answers = samples.answers(blueprint, today=MONDAY.date(), **meeting)
            made = filled_forms.fill(
                blueprint, answers, spec, person=cast.sari_person, number="26-11-000001", at=MONDAY
            )
            assert spec.form.title.split()[0].upper() in text(made), (blueprint.slug, spec.key)
            used.add(spec.key)
    assert used == set(FORMS), "every form is needed by some service"


def test_a_form_says_what_was_asked_for_and_nothing_more(kk: Request) -> None:
    application = kk.application
    assert [spec.key for spec in filled_forms.wanted(application)] == ["f102", "f107"]
    spec = filled_forms.wanted(application)[0]
    ticked = [tick.box for tick in spec.ticks if tick.when and tick.when[0].value == "rusak"]
    assert ticked == ["kk_rusak", "syarat_kk_lama"]
    said = text(filled_forms.as_pdf(application, "f102", at=MONDAY)).replace("\n", "")
    assert application.applicant.nik in said.replace(" ", "")
    assert said.replace(" ", "").count("X") == 2 + application.applicant.name.upper().count("X")


def test_who_has_the_case_prints_it_and_the_reading_is_recorded(kk: Request, signed_in: As) -> None:
    address = at("filled-form", kk.application.pk, "f102")
    assert signed_in(kk.dani).get(address)["Content-Type"] == "application/pdf"
    read = Entry.objects.filter(what="person.read", actor_id=kk.dani.pk, detail__purpose="formulir")
    assert read.exists()
    own = signed_in(kk.cast.sari)
    assert own.get(address).status_code == 200
    assert own.get(at("filled-form", kk.application.pk, "f105")).status_code == 404
    other = Unit.objects.filter(kind="dinas").exclude(code__endswith="/disdukcapil").first()
    assert other is not None
    for stranger in (kk.cast.hasan, official("lain", other, "petugas_dinas")):
        assert signed_in(stranger).get(address).status_code == 404


def test_a_request_that_was_not_sent_has_no_forms(kk: Request) -> None:
    kk.application.number = None
    assert filled_forms.wanted(kk.application) == []
    with pytest.raises(NotThere):
        filled_forms.as_pdf(kk.application, "f102", at=MONDAY)


def test_a_day_is_eight_digits_or_blank() -> None:
    assert filled_forms.eight_digits("1990-08-17") == "17081990"
    assert filled_forms.eight_digits("7 Agustus 1990") == "07081990"
    assert filled_forms.eight_digits("kira-kira 1990") == ""
