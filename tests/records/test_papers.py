"""Old registers: typed, looked up, imported with a dry run, and taken back."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from messaging import outbox
from messaging.models import Outbox
from services.records import paper_files, papers
from services.records.models import ArchiveItem, PaperImport, PaperRecord
from services.records.papers import Told
from tests.factories import MONDAY, Cast, photo
from tests.records.conftest import As, at, reach

pytestmark = pytest.mark.django_db

TOLD = Told("ho", "Register HO 1998", "503/12/HO", 1998, None, "Toko Makmur", "Bengkel las")


def noted(by: User, told: Told = TOLD) -> PaperRecord:
    unit = reach(by).own[0]
    return papers.note(
        unit_id=unit.pk, told=told, file=None, reach=reach(by), by=by, at=MONDAY,
        today=MONDAY.date(),
    )  # fmt: skip


def run(*kinds: str) -> None:
    for _ in range(3):
        for row in Outbox.objects.filter(kind=paper_files.KIND, state=Outbox.State.DUE):
            outbox.run(row.pk)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_an_old_permit_is_found_by_number_at_its_office(cast: Cast, as_: As) -> None:
    record = noted(cast.loket_kecamatan)
    desk, other = as_(cast.loket_kecamatan), as_(cast.rina)
    page = at("desk-book-papers")
    for typed in ("503/12/ho", "makmur", "bengkel", "503 12 HO"):
        shown = text(desk.post(page, {"q": typed}))
        assert at("desk-book-paper", record.pk) in shown, typed
    assert at("desk-book-paper", record.pk) not in text(desk.post(page, {"q": "503/13/ho"}))
    assert at("desk-book-paper", record.pk) not in text(desk.get(page + "?kind=imb"))
    assert at("desk-book-paper", record.pk) in text(desk.get(page + "?kind=ho"))
    assert at("desk-book-paper", record.pk) not in text(other.post(page, {"q": "makmur"}))
    assert other.get(at("desk-book-paper", record.pk)).status_code == 404
    item = ArchiveItem.objects.get(paper=record)
    assert str(item.closed_on) == "1998-12-31" and item.kind == "paper"
    assert at("desk-book-item", item.pk) in text(
        desk.post(at("desk-book-archive"), {"name": "Makmur"})
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"year": 1900}, "year"), ({"kind": "siup"}, "kind"), ({"name": ""}, "name"),
        ({"about": "x" * 251}, "about"), ({"note": "NIK 6474010101010001"}, "note"),
        ({"day": MONDAY.date()}, "day"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_is_refused_at_its_field(
    cast: Cast, changes: dict[str, Any], field: str
) -> None:
    from dataclasses import replace

    with pytest.raises(RuleBroken) as refused:
        noted(cast.rina, replace(TOLD, **changes))
    assert refused.value.field == field


def test_a_line_is_corrected_scanned_and_removed_by_its_office_alone(cast: Cast, as_: As) -> None:
    record = noted(cast.rina)
    with pytest.raises(RuleBroken, match="sudah ada"):
        noted(cast.rina)
    rina = as_(cast.rina)
    scan = SimpleUploadedFile("s.jpg", photo(), "image/jpeg")
    assert rina.post(at("desk-book-paper-scan-add", record.pk), {"file": scan}).status_code == 302
    kept = record.scans.get()
    assert rina.get(at("desk-book-paper-scan", record.pk, kept.pk)).status_code == 200
    typed = {
        "kind": "imb", "book": "IMB", "number": "77", "year": "1999", "day": "1 Maret 1999",
        "name": "Toko Maju", "about": "Ruko",
    }  # fmt: skip
    assert rina.post(at("desk-book-paper-edit", record.pk), typed).status_code == 302
    item = ArchiveItem.objects.get(paper=record)
    assert item.number == "77" and str(item.closed_on) == "1999-03-01"
    camat = as_(cast.camat)
    assert camat.get(at("desk-book-paper", record.pk)).status_code == 200
    for name in ("desk-book-paper-edit", "desk-book-paper-remove", "desk-book-paper-scan-add"):
        answer = camat.post(at(name, record.pk), {"file": SimpleUploadedFile("s.jpg", photo())})
        assert answer.status_code == 404, name
    assert rina.post(at("desk-book-paper-remove", record.pk)).status_code == 302
    assert not PaperRecord.objects.exists() and not ArchiveItem.objects.exists()


def workbook(*rows: tuple[Any, ...]) -> SimpleUploadedFile:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = BytesIO()
    book.save(out)
    return SimpleUploadedFile("lama.xlsx", out.getvalue())


HEADS = ("Jenis", "No. Izin", "Thn", "Tgl", "Nama Pemegang", "Lokasi", "Uraian")


def uploaded(client: Any, cast: Cast, *rows: tuple[Any, ...]) -> PaperImport:
    sent = {
        "unit": cast.village.pk, "kind": "imb", "book": "Register IMB",
        "file": workbook(HEADS, *rows),
    }  # fmt: skip
    answer = client.post(at("desk-book-paper-imports"), sent)
    assert answer.status_code == 302, text(answer)
    run()
    return PaperImport.objects.latest("pk")


def test_a_spreadsheet_is_checked_by_cell_written_on_consent_and_taken_back(
    cast: Cast, as_: As
) -> None:
    rina = as_(cast.rina)
    made = uploaded(
        rina, cast,
        ("", "1/IMB", 1998, "14-03-1998", "Budi", "Jalan Mawar", "Rumah"),
        ("siup", "2/IMB", 98, "kemarin", "", "", "Rumah"),
        ("HO", "3/HO", "", "02-01-2001", "Ani", "", "Bengkel"),
        ("", "1/imb", 1998, "", "Budi lagi", "", "Rumah"),
        ("", "4/IMB", "", "", "Cici", "", "Gudang"),
    )  # fmt: skip
    assert (made.state, made.lines, made.good, made.faulty) == ("checked", 5, 2, 3)
    faults = {(line, column) for line, column, _ in made.faults}
    assert faults == {
        (3, "jenis"), (3, "tahun"), (3, "tanggal"), (3, "nama"), (5, "nomor"), (6, "tahun"),
    }  # fmt: skip
    assert not PaperRecord.objects.exists()
    page = text(rina.get(at("desk-book-paper-import", made.pk)))
    assert "Tulis tahunnya dengan empat angka" in page and "Masukkan 2 baris" in page
    assert rina.post(at("desk-book-paper-accept", made.pk)).status_code == 302
    run()
    made.refresh_from_db()
    assert (made.state, made.written, made.path) == ("done", 2, "")
    assert set(PaperRecord.objects.values_list("kind", "number", "year", "line")) == {
        ("imb", "1/IMB", 1998, 2), ("ho", "3/HO", 2001, 4),
    }  # fmt: skip
    assert ArchiveItem.objects.filter(kind="paper").count() == 2
    again = uploaded(rina, cast, ("", "1/IMB", 1998, "", "Budi", "", "Rumah"))
    assert again.good == 0 and "sudah ada" in again.faults[0][2]
    assert rina.post(at("desk-book-paper-cancel", again.pk)).status_code == 302
    assert as_(cast.lurah_lain).post(at("desk-book-paper-undo", made.pk)).status_code == 404
    assert rina.post(at("desk-book-paper-undo", made.pk)).status_code == 302
    assert not PaperRecord.objects.exists() and not ArchiveItem.objects.exists()


def test_an_import_with_a_corrected_line_is_not_taken_back(cast: Cast, as_: As) -> None:
    rina = as_(cast.rina)
    made = uploaded(rina, cast, ("", "1/IMB", 1998, "", "Budi", "", "Rumah"))
    rina.post(at("desk-book-paper-accept", made.pk))
    run()
    record = PaperRecord.objects.get()
    told = Told("imb", "x", "1/IMB", 1998, None, "Budi", "Rumah")
    papers.correct(
        record_id=record.pk, told=told, reach=reach(cast.rina), by=cast.rina, at=now(),
        today=now().date(),
    )  # fmt: skip
    with pytest.raises(Stale):
        paper_files.undo(pk=made.pk, reach=reach(cast.rina), by=cast.rina)
    assert PaperRecord.objects.exists()


def test_a_file_of_others_and_one_without_headings_are_refused(cast: Cast, as_: As) -> None:
    rina = as_(cast.rina)
    sent = {"unit": cast.kecamatan.pk, "kind": "imb", "book": "x", "file": workbook(HEADS)}
    assert rina.post(at("desk-book-paper-imports"), sent).status_code == 422
    with pytest.raises(NotThere):
        paper_files.upload(
            unit_id=cast.kecamatan.pk, kind="imb", book="x", name="x", chunks=[b"nomor;nama"],
            reach=reach(cast.rina), by=cast.rina, at=now(),
        )  # fmt: skip
    made = paper_files.upload(
        unit_id=cast.village.pk, kind="imb", book="x", name="x.csv", chunks=[b"a;b\n1;2\n"],
        reach=reach(cast.rina), by=cast.rina, at=now(),
    )  # fmt: skip
    run()
    made.refresh_from_db()
    assert made.state == "failed" and "judul" in made.message and made.path == ""
    for format in ("csv", "xlsx"):
        assert rina.get(at("desk-book-paper-template", format)).status_code == 200
    sheet = load_workbook(BytesIO(rina.get(at("desk-book-paper-template", "xlsx")).content)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == list(paper_files.FIELDS)
