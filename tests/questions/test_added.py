"""A kind of question is one file: the folder ``added`` brings one, and nothing else names it."""

import copy
import importlib
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader

from accounts.models import User
from kernel.clock import now
from services.applications import issuing
from services.applications.models import Application
from services.catalogue import actions, linter, samples
from services.catalogue.blueprint import Blueprint
from services.catalogue.queries import service
from services.letters.models import Letter
from services.questions.kind import kinds
from services.setup import editing
from tenants.office.models import Unit
from tenants.registry import stored_files
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, make_cast, official, photo
from tests.setup.pages import change

ANSWERS = {"keperluan": "Beasiswa anak", "penghasilan": "1.450.000", "tanggungan": "3"}
DAYS = {"key": "hari", "type": "days", "label": "Pada hari apa?", "most": 2}


@pytest.fixture(autouse=True)
def added(settings: LazySettings) -> Iterator[None]:
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [Path(__file__).parent / "added" / "templates"]
    settings.TEMPLATES = templates
    sys.modules.pop("tests.questions.added.days", None)
    with kinds.changed():
        importlib.import_module("tests.questions.added.days")
        yield


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def as_(in_bontang: City, client_for: Callable[[City], Client]) -> Callable[[User, str], Client]:
    def enter(user: User, backend: str = "accounts.backends.LoginBackend") -> Client:
        client = client_for(in_bontang)
        client.force_login(user, backend)
        return client

    return enter


def sktm_with_days() -> Blueprint:
    current = service("sktm").current
    assert current is not None
    definition = {k: v for k, v in current.definition.items() if k != "translations"}
    definition["fields"] = [*definition["fields"], DAYS]
    definition = copy.deepcopy(definition)
    definition["outputs"][0]["blocks"][0]["facts"].append({"label": "Hari", "text": "{hari}"})
    return Blueprint.model_validate(definition)


@pytest.mark.django_db
def test_an_added_kind_goes_from_the_form_to_the_letter(
    cast: Cast, as_: Callable[..., Client]
) -> None:
    actions.publish(sktm_with_days(), actor=None)
    sari = as_(cast.sari, "services.residents.backends.NikBackend")
    fill = sari.post("/ajukan/sktm/").url  # type: ignore[attr-defined]
    assert "Rabu" in sari.get(fill).content.decode()
    file = SimpleUploadedFile("foto.jpg", photo(), "image/jpeg")
    typed = {**ANSWERS, "hari-1": "1", "hari-3": "1"}
    refused = sari.post(fill, {**typed, "hari-5": "1"})
    assert refused.status_code == 422
    assert "“Pada hari apa?”: paling banyak 2 hari." in refused.content.decode()
    check = sari.post(fill, {**typed, "pernyataan": file}).url  # type: ignore[attr-defined]
    assert "Senin, Rabu" in sari.get(check).content.decode()
    sari.post(check)
    application = Application.objects.get(state="running")
    step = application.steps.get()
    assert "Senin, Rabu" in as_(cast.hasan).get(f"/rt/{step.pk}/").content.decode()
    approve(application, cast.hasan, at=now())
    page = as_(cast.rina).get(f"/meja/berkas/{application.pk}/")
    assert "Senin, Rabu" in page.content.decode()
    approve(application, cast.rina, cast.lurah, at=now())
    issuing.finish_letters(application_id=application.pk, at=now())
    letter = Letter.objects.get()
    pdf = PdfReader(io.BytesIO(stored_files.read(letter.file)))
    assert "Senin, Rabu" in pdf.pages[0].extract_text()


@pytest.mark.django_db
def test_an_admin_asks_a_question_of_an_added_kind(cast: Cast, as_: Callable[..., Client]) -> None:
    admin = official("admin", Unit.objects.get(kind="kota"), "admin")
    client = as_(admin)
    pages = "/kelola/layanan/sktm/pertanyaan/"
    assert "Hari-hari dalam seminggu" in client.get(f"{pages}tambah/").content.decode()
    page = f"{pages}tambah/?kind=days"
    assert "Paling banyak (hari)" in client.get(page).content.decode()
    wrong = change(client, page, label="Pada hari apa?", most="9")
    assert "“Paling banyak (hari)”: paling banyak 7." in wrong.content.decode()
    change(client, page, label="Pada hari apa?", most="2")
    draft = service("sktm").draft
    assert draft is not None
    assert draft["fields"][-1]["type"] == "days" and draft["fields"][-1]["most"] == 2
    _, lost = editing.retyped(draft["fields"][-1], "text")
    assert lost == ["banyaknya hari"]


@pytest.mark.django_db
def test_samples_and_linter_know_an_added_kind(in_bontang: City) -> None:
    blueprint = sktm_with_days()
    assert samples.answers(blueprint, today=MONDAY.date())["hari"] == "1,3"
    found = linter.check(blueprint, today=MONDAY.date())
    assert not [finding for finding in found if finding.level == "error"]


def test_the_digest_of_other_questions_does_not_know_the_added_setting() -> None:
    asked = {"key": "a", "type": "yesno", "label": "A"}
    assert "most" not in kinds["yesno"].spec.model_validate(asked).canonical()
