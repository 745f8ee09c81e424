"""One case through a kind of question, of step, a channel and a subscriber, each added by a folder
under tests/ and named by nothing else."""

import copy
import importlib
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader

from accounts.models import User
from audit.models import Entry
from events.subscribers import subscribers
from kernel.clock import now
from messaging import notices, work
from messaging.channels import channels
from messaging.models import Outbox
from services.applications import issuing
from services.applications.models import Application
from services.cases.overdue import handle_overdue
from services.cases.steps.registry import step_kinds
from services.catalogue.actions import publish
from services.catalogue.blueprint import Blueprint
from services.catalogue.queries import service
from services.catalogue.steps import step_specs
from services.letters.models import Letter
from services.questions.kind import kinds
from tenants.registry import stored_files
from tenants.registry.models import City
from tests.factories import Cast, approve, photo, step_of
from tests.told import tell_subscribers

TESTS = Path(__file__).resolve().parents[1]
ADDED = (
    "tests.questions.added.days",
    "tests.cases.added.wait",
    "tests.cases.added.ledger",
    "tests.messaging.added.board",
)


@pytest.fixture(autouse=True)
def added(settings: LazySettings) -> Iterator[None]:
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [
        TESTS / app / "added" / "templates" for app in ("questions", "messaging")
    ]
    settings.TEMPLATES = templates
    notices._templates.cache_clear()
    registries = (kinds, step_kinds, step_specs, channels, work.handlers, subscribers)
    with ExitStack() as opened:
        for registry in registries:
            opened.enter_context(registry.changed())
        for name in ADDED:
            sys.modules.pop(name, None)
            importlib.import_module(name)
        yield
    notices._templates.cache_clear()


def _definition() -> Blueprint:
    current = service("sktm").current
    assert current is not None
    found = copy.deepcopy({k: v for k, v in current.definition.items() if k != "translations"})
    found["fields"].append({"key": "hari", "type": "days", "label": "Pada hari apa?", "most": 3})
    found["outputs"][0]["blocks"][0]["facts"].append({"label": "Hari", "text": "{hari}"})
    clock = {"amount": 2, "unit": "hari"}
    found["steps"].insert(2, {"key": "umum", "kind": "wait", "title": "Diumumkan", "clock": clock})
    return Blueprint.model_validate(found)


@pytest.mark.django_db
def test_a_case_goes_from_form_to_notice(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    publish(_definition(), actor=None)
    User.objects.filter(pk=cast.hasan.pk).update(email="hasan@example.com", phone="0812")

    sari = client_for(in_bontang)
    sari.force_login(cast.sari, "services.residents.backends.NikBackend")
    fill = sari.post("/ajukan/sktm/").url  # type: ignore[attr-defined]
    typed = {"keperluan": "Beasiswa anak", "penghasilan": "1.450.000", "tanggungan": "3"}
    file = SimpleUploadedFile("foto.jpg", photo(), "image/jpeg")
    sent = {**typed, "hari-2": "1", "hari-4": "1", "pernyataan": file}
    check = sari.post(fill, sent).url  # type: ignore[attr-defined]
    sari.post(check)
    application = Application.objects.get(state="running")

    tell_subscribers()
    shown = Outbox.objects.get(kind="board.show")
    assert shown.payload["to"] == "0812", "the Ketua RT hears of it on the added channel"

    approve(application, cast.hasan, cast.rina, at=now())
    step = step_of(application)
    assert (step.kind, step.title) == ("wait", "Diumumkan")
    handle_overdue(step_id=step.pk, at=now() + timedelta(days=3))
    approve(application, cast.lurah, at=now() + timedelta(days=3))
    issuing.finish_letters(application_id=application.pk, at=now() + timedelta(days=3))
    application.refresh_from_db()
    assert application.state == "done"

    letter = Letter.objects.get(issued_from__application=application)
    assert (
        "Selasa, Kamis"
        in PdfReader(io.BytesIO(stored_files.read(letter.file))).pages[0].extract_text()
    )
    tell_subscribers()
    assert Entry.objects.filter(what="test.ledger", subject_id=str(application.pk)).exists()
