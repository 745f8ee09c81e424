"""One spreadsheet, many applications: looked at, begun, approved together, printed together."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from accounts.models import User
from audit.models import Entry
from kernel.errors import NotThere, RuleBroken
from services.applications import collective, issuing
from services.applications import collective_looking as looking
from services.applications.collective_columns import columns_of, fits
from services.applications.models import Application, Collective, CollectiveRow
from services.catalogue.models import Service
from services.catalogue.queries import service
from services.residents import officials
from services.residents.models import Person
from tenants.office.models import Post
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve

TODAY = MONDAY.date()


def picture() -> bytes:
    """A scan of a signed list."""
    out = io.BytesIO()
    Image.new("L", (600, 800), 230).save(out, "JPEG")
    return out.getvalue()


SLUG = "domisili"


def _service() -> Service:
    found = service(SLUG)
    assert found.current is not None and fits(found.current.blueprint)
    return found


def _people(cast: Cast, most: int = 3) -> list[Person]:
    """Residents whom the counter serves, other than the officials."""
    found = Person.objects.living_here().filter(household__rt__code__startswith=cast.village.code)
    taken = []
    for person in found.order_by("pk"):
        if person.pk not in officials.own_people(cast.rina):
            taken.append(person)
    return taken[:most]


def _file(*rows: tuple[Person | str, ...], typed: dict[str, str] | None = None) -> bytes:
    """A CSV file with the columns of the service, the sample's answers unless given."""
    found = _service()
    assert found.current is not None
    columns = columns_of(found.current.blueprint, TODAY)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["NIK", "Nama", *(column.heading for column in columns)])
    answers = [(typed or {}).get(column.input, column.example) for column in columns]
    for nik, name in rows:
        writer.writerow([nik, name, *answers])
    return out.getvalue().encode()


def _of(*people: Person) -> bytes:
    return _file(*((person.nik, person.name) for person in people))


def _look(content: bytes, cast: Cast) -> looking.Looked:
    return looking.look(content, _service(), by=cast.rina, today=TODAY)


def _begun(cast: Cast, *people: Person) -> Collective:
    looked = _look(_of(*people), cast)
    assert not looked.faults
    made = collective.keep(
        looked.entries, _service(), scan=collective.scan_of(picture()), received_on=TODAY,
        by=cast.rina, at=MONDAY, today=TODAY,
    )  # fmt: skip
    collective.begin(pk=made.pk, by=cast.rina, at=MONDAY)
    return made


def _make(made: Collective) -> None:
    for row_id in collective.waiting(made.pk):
        collective.make(row_id=row_id, at=MONDAY, today=TODAY)


def test_each_line_becomes_an_application_on_its_usual_way(cast: Cast) -> None:
    people = _people(cast)
    made = _begun(cast, *people)
    _make(made)
    rows = list(made.rows.all())
    assert [(row.state, row.message) for row in rows] == [(CollectiveRow.State.DONE, "")] * 3
    assert all(bytes(row.typed_sealed) == b"" for row in rows)  # the case keeps it now
    cases = Application.objects.filter(pk__in=[row.application_id for row in rows])
    assert {case.applicant_id for case in cases} == {person.pk for person in people}
    for case in cases:
        assert case.state == Application.State.RUNNING and case.number
        assert case.paper_form.received_on == TODAY and case.paper_form.scan is not None
        assert case.paper_form.by == cast.rina
    _make(made)  # done again, nothing more comes
    assert Application.objects.filter(applicant__in=people).count() == 3


def test_begun_twice_is_begun_once(cast: Cast) -> None:
    made = _begun(cast, *_people(cast, 1))
    collective.begin(pk=made.pk, by=cast.rina, at=MONDAY + timedelta(hours=1))
    assert Collective.objects.get().started_at == MONDAY
    with pytest.raises(NotThere):
        collective.begin(pk=made.pk, by=cast.lurah, at=MONDAY)
    with pytest.raises(NotThere):
        collective.collective_of(cast.lurah, made.pk)


def test_every_fault_is_named_by_line_and_column_and_nothing_is_written(cast: Cast) -> None:
    one, two, three = _people(cast)
    looked = _look(
        _file(
            (one.nik, one.name), (one.nik, one.name), (two.nik, "Orang Lain"),
            ("6474010101900001", "Tidak Ada"), ("12", "Pendek"), (three.nik, ""),
        ),
        cast,
    )  # fmt: skip
    assert [(fault.line, fault.column) for fault in looked.faults] == [
        (3, "NIK"), (4, "Nama"), (5, "NIK"), (6, "NIK"), (7, "Nama"),
    ]  # fmt: skip
    assert looked.faults[2].why == looking.STRANGER
    assert not Application.objects.filter(applicant__in=[one, two, three]).exists()
    assert not Collective.objects.exists()


def test_an_answer_that_is_wrong_is_named_by_its_question(cast: Cast) -> None:
    found = _service().current
    assert found is not None
    column = columns_of(found.blueprint, TODAY)[0]
    person = _people(cast, 1)[0]
    looked = _look(_file((person.nik, person.name), typed={column.input: "😀"}), cast)
    assert [(fault.line, fault.column) for fault in looked.faults] == [(2, column.heading)]


def test_a_spreadsheet_that_is_none_or_too_long_is_refused(cast: Cast) -> None:
    person = _people(cast, 1)[0]
    with pytest.raises(RuleBroken, match="tidak berisi baris"):
        _look(_file(), cast)
    with pytest.raises(RuleBroken, match="Kolom “Ukuran sepatu” tidak dikenal"):
        _look(b"NIK;Nama;Ukuran sepatu\n1;2;3\n", cast)
    with pytest.raises(RuleBroken, match="Kolom “Nama” tidak ada"):
        _look(b"NIK;\n1;\n", cast)
    with pytest.raises(RuleBroken, match="lebih dari 500"):
        _look(_file(*[(person.nik, person.name)] * 501), cast)


def test_whoever_became_unfit_meanwhile_is_told_and_keeps_nothing(cast: Cast) -> None:
    one, two = _people(cast, 2)
    made = _begun(cast, one, two)
    Person.objects.filter(pk=two.pk).update(name="Nama Baru")
    _make(made)
    states = dict(made.rows.values_list("line", "state"))
    assert states == {2: "done", 3: "failed"}
    assert made.rows.get(line=3).message == looking.OTHER_NAME
    assert not Application.objects.filter(applicant=two).exists()
    assert collective.progress(made).is_over


def test_a_list_keeps_nothing_of_people_once_every_line_is_made(
    cast: Cast, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    one, two, three = _people(cast)
    made = _begun(cast, one, two, three)
    Person.objects.filter(pk=two.pk).update(name="Nama Baru")
    first, *others = collective.waiting(made.pk)
    collective.make(row_id=first, at=MONDAY, today=TODAY)
    collective.tidy_up(at=MONDAY + timedelta(days=100))
    made.refresh_from_db()
    assert default_storage.exists(made.path)  # lines wait that need it
    collective.make(row_id=others[0], at=MONDAY, today=TODAY)
    collective.give_up(row_id=others[1])
    assert {bytes(row.typed_sealed) for row in made.rows.all()} == {b""}
    path = made.path
    with django_capture_on_commit_callbacks(execute=True):
        collective.tidy_up(at=MONDAY + timedelta(days=1))
    made.refresh_from_db()
    assert made.path == "" and not default_storage.exists(path)
    assert made.rows.count() == 3
    collective.tidy_up(at=MONDAY + collective.KEPT + timedelta(days=1))
    assert not Collective.objects.exists()
    assert Application.objects.filter(applicant=one).exists()


def test_an_official_who_moved_reads_no_names_of_the_former_office(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    person = _people(cast, 1)[0]
    made = _begun(cast, person)
    _make(made)
    client = client_for(in_bontang)
    client.force_login(cast.rina, "accounts.backends.LoginBackend")
    shown = client.get(f"/meja/kolektif/{made.pk}/").content.decode()
    case = Application.objects.get(applicant=person)
    assert f"/meja/berkas/{case.pk}/" in shown and case.number in shown
    elsewhere = cast.lurah_lain.holdings.get().post.unit
    post, _ = Post.objects.get_or_create(
        unit=elsewhere, role="loket", defaults={"title": "Petugas Loket"}
    )
    cast.rina.holdings.update(post=post)
    shown = client.get(f"/meja/kolektif/{made.pk}/").content.decode()
    assert "Baris 2" in shown
    assert f"/meja/berkas/{case.pk}/" not in shown and case.number not in shown


def test_while_lines_are_made_the_page_is_told_numbers_only(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    made = _begun(cast, *_people(cast))
    client = client_for(in_bontang)
    client.force_login(cast.rina, "accounts.backends.LoginBackend")
    address = f"/meja/kolektif/{made.pk}/"

    def asked() -> tuple[str, list[str]]:
        with CaptureQueriesContext(connection) as queries:
            shown = client.get(address, headers={"HX-Request": "true"}).content.decode()
        told = [one["sql"] for one in queries if "applications_collectiverow" in one["sql"]]
        return shown, told

    asked()
    collective.make(row_id=collective.waiting(made.pk)[0], at=MONDAY, today=TODAY)
    shown, told = asked()
    assert "1 dari 3" in shown and "<li>" not in shown
    assert len(told) == 1 and "COUNT" in told[0]


def test_what_was_never_begun_is_forgotten(cast: Cast) -> None:
    looked = _look(_of(*_people(cast, 1)), cast)
    kept = {
        "scan": collective.scan_of(picture()), "received_on": TODAY, "by": cast.rina,
        "at": MONDAY, "today": TODAY,
    }  # fmt: skip
    collective.keep(looked.entries, _service(), **kept)  # type: ignore[arg-type]
    second = collective.keep(looked.entries, _service(), **kept)  # type: ignore[arg-type]
    assert Collective.objects.get().pk == second.pk
    collective.tidy_up(at=MONDAY + timedelta(days=8))
    assert not Collective.objects.exists() and not CollectiveRow.objects.exists()


def test_the_pages_from_the_upload_to_the_print(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    def as_(user: User) -> Client:
        client = client_for(in_bontang)
        client.force_login(user, "accounts.backends.LoginBackend")
        return client

    rina, lurah = as_(cast.rina), as_(cast.lurah)
    people = _people(cast)
    page = rina.get("/meja/kolektif/").content.decode()
    assert f"/meja/kolektif/contoh/{SLUG}.csv" in page
    example = rina.get(f"/meja/kolektif/contoh/{SLUG}.csv").content.decode("utf-8-sig")
    assert example.startswith("NIK;Nama;")
    day = {"received_on_0": "1", "received_on_1": "11", "received_on_2": "2026"}

    def upload(content: bytes) -> Any:
        return rina.post("/meja/kolektif/", {
            "service": SLUG, **day, "scan": SimpleUploadedFile("daftar.jpg", picture()),
            "file": SimpleUploadedFile("daftar.csv", content),
        })  # fmt: skip

    wrong = upload(_file((people[0].nik, "Bukan Dia")))
    assert wrong.status_code == 422 and looking.OTHER_NAME in wrong.content.decode()
    sent = upload(_of(*people))
    assert sent.status_code == 302
    address = sent["Location"]
    assert "3 permohonan siap diajukan" in rina.get(address).content.decode()
    assert lurah.get(address).status_code == 404
    assert rina.post(f"{address}mulai/").status_code == 302
    made = Collective.objects.get()
    assert "Sedang diajukan" in rina.get(address).content.decode()
    _make(made)
    cases = list(Application.objects.filter(applicant__in=people).order_by("pk"))
    for case in cases:
        waits = case.steps.get(state="open")
        if waits.role == "ketua_rt":  # of either RT: families differ in size
            approve(case, cast.bahar if waits.unit.code.endswith("/002") else cast.hasan)
    shown = rina.get(address).content.decode()
    assert "3 permohonan diajukan" in shown and "yang menunggu di meja saya" in shown
    for case in cases:
        approve(case, cast.rina, cast.lurah)
        issuing.finish_letters(application_id=case.pk, at=MONDAY)
    assert "Unduh 3 surat untuk dicetak" in rina.get(address).content.decode()
    wanted = {"case": [case.pk for case in cases], "paper": "f4", "per_sheet": "2"}
    before = Entry.objects.filter(what="person.read").count()
    printed = lurah.post("/meja/cetak/", wanted)
    assert printed["Content-Type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF")
    assert Entry.objects.filter(what="person.read").count() == before + 3
    assert as_(cast.lurah_lain).post("/meja/cetak/", wanted).status_code == 404
    assert lurah.post("/meja/cetak/", {"case": "x", "paper": "a4"}).status_code == 422


def test_a_service_that_needs_files_of_everybody_is_not_offered() -> None:
    from services.catalogue.shipped import shipped

    offered = [blueprint.slug for blueprint in shipped() if fits(blueprint)]
    assert SLUG in offered and "sktm" not in offered


def test_an_entry_is_kept_sealed(cast: Cast) -> None:
    made = _begun(cast, *_people(cast, 1))
    row = made.rows.get()
    assert b"nik" not in bytes(row.typed_sealed)
    assert replace(looking.Entry(1, "2", "3", {}), line=2).line == 2
