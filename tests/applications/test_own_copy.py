"""A resident's copy of the own data: what names a resident is in it, or left out for a reason."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from services.applications import own_data
from services.applications.models import Application
from services.cases.models import Case
from services.neighbourhood.models import Mark
from services.queueing.models import Appointment, QueueLine, Ticket
from services.residents.models import Household, Person
from services.residents.sealing import seal
from services.results.models import Result, Wish
from services.visits.models import VisitWish
from tests.factories import MONDAY, Cast, approve, make_cast, submitted

pytestmark = pytest.mark.django_db
TARGETS = (Person, Household, User, Application, Case)


@pytest.fixture
def cast(in_bontang: object) -> Cast:
    return make_cast()


def columns() -> Iterator[str]:
    """Every column that leads to a resident, an account or a case, except those that say who acted:
    of them the row is about somebody else."""
    for model in apps.get_models():
        fields = [*model._meta.local_fields, *model._meta.local_many_to_many]
        for field in fields:
            remote = field.remote_field
            if remote is None or remote.model not in TARGETS:
                continue
            if getattr(remote, "parent_link", False):
                continue
            if remote.model is User and (field.name == "by" or field.name.endswith("_by")):
                continue
            yield f"{model._meta.app_label}.{model.__name__}.{field.name}"


def test_what_leads_to_a_resident_is_in_the_copy_or_left_out_for_a_reason() -> None:
    """A new model fails here until its app registers it in ``applications.own_data``."""
    told = [column for part in own_data.parts for column in part.columns]
    left = own_data.left_out.names()
    assert len(told) == len(set(told)) and not set(told) & set(left)
    assert set(told) | set(left) == set(columns())
    assert all(len(reason) > 10 for reason in own_data.left_out)


def copy_of(person: Person) -> dict[str, Any]:
    return own_data.everything(person, MONDAY, lambda entry: "")


def test_appointments_and_queue_numbers_are_in_it(cast: Cast) -> None:
    line = QueueLine.objects.create(unit=cast.village, name="Surat keterangan", prefix="A")
    told: dict[str, Any] = {"line": line, "waits_in": line, "day": MONDAY.date(), "via": "phone",
                            "taken_at": MONDAY, "waits_since": MONDAY}  # fmt: skip
    Ticket.objects.create(number=1, person=cast.sari_person, **told)
    case = submitted(cast)
    Ticket.objects.create(number=2, case=case, state="done", ended_at=MONDAY, **told)
    Ticket.objects.create(number=3, **told)
    Appointment.objects.create(
        line=line, starts_at=MONDAY + timedelta(days=1), place=1, person=cast.sari_person,
        booked_by=cast.sari, booked_at=MONDAY,
    )  # fmt: skip
    found = copy_of(cast.sari_person)
    assert [one["nomor"] for one in found["antrean"]] == ["A001", "A002"]
    assert [one["permohonan"] for one in found["antrean"]] == [None, case.number]
    [promise] = found["janji"]
    assert (promise["di"], promise["keadaan"]) == (cast.village.name, "dijanjikan")
    other = copy_of(cast.tetangga.resident.person)
    assert other["antrean"] == [] and other["janji"] == [] and other["permohonan"] == []


def test_a_request_is_told_with_its_way_papers_and_results(cast: Cast) -> None:
    case = submitted(cast)
    approve(case, cast.hasan, cast.rina)
    result = Result(case=case, key="kartu", kind="physical", label="Kartu", ways=["delivery"],
                    unit=cast.village, made_by=cast.rina, made_at=MONDAY)  # fmt: skip
    result.keep_number("0012")
    result.save()
    Wish.objects.create(case=case, key="kartu", way="delivery", said_by=cast.sari, said_at=MONDAY,
                        address_sealed=seal("Jalan Melati 5"))  # fmt: skip
    VisitWish.objects.create(case=case, reason_sealed=seal("ill"), said_by=cast.sari,
                             said_at=MONDAY)  # fmt: skip
    found = copy_of(cast.sari_person)
    [request] = found["permohonan"]
    assert request["nomor"] == case.number and request["jawaban"]
    assert [step["keadaan"] for step in request["langkah"]][:2] == ["Disetujui", "Disetujui"]
    assert {one["nama"] for one in request["dokumen"]} == {
        document.name for document in case.documents.all()
    }
    assert (request["hasil"][0]["nomor"], request["cara_menerima"][0]["alamat"]) == (
        "0012", "Jalan Melati 5",
    )  # fmt: skip
    assert found["minta_didatangi"][0]["sebab"] == "ill"


def test_what_the_book_of_the_rt_says_of_somebody_is_told(cast: Cast) -> None:
    Mark.objects.create(
        person=cast.sari_person, kind="needs_help", note_sealed=seal("Tinggal sendiri"),
        since=MONDAY.date(), set_by=cast.hasan, set_at=MONDAY,
    )  # fmt: skip
    [mark] = copy_of(cast.sari_person)["tanda_rt"]
    assert (mark["tanda"], mark["catatan"]) == ("Perlu bantuan", "Tinggal sendiri")


def test_more_requests_take_no_more_queries(cast: Cast) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            own_data.write_copy(cast.sari_person, io.BytesIO(), at=MONDAY, purpose_of=str)
        return len(seen)

    approve(submitted(cast), cast.hasan)
    one = asked()
    for _ in range(2):
        approve(submitted(cast), cast.hasan)
    assert asked() == one
