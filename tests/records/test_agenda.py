"""Agendas: numbers, lines of two tables in one order, who reads and who writes."""

from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from pypdf import PdfReader

from accounts.models import User
from audit.models import Entry
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from services.letters import numbering
from services.letters.models import Letter
from services.records import agenda, entering, filing, gaps
from services.records.agenda import Filters
from services.records.entering import Told
from services.records.models import AgendaEntry
from tests.factories import MONDAY, Cast, approve, photo, submitted
from tests.records.conftest import As, at, reach

pytestmark = pytest.mark.django_db

TOLD = Told(
    "005/121/Disdik", date(2026, 11, 20), "Dinas Pendidikan", "Undangan rapat", date(2026, 11, 23)
)


def came(cast: Cast, by: User, told: Told = TOLD, when: datetime = MONDAY) -> AgendaEntry:
    unit = reach(by).own[0]
    return entering.note(
        direction="in", unit_id=unit.pk, told=told, file=None, reach=reach(by), by=by, at=when
    )


def sent(by: User, told: Told) -> AgendaEntry:
    unit = reach(by).own[0]
    return entering.note(
        direction="out", unit_id=unit.pk, told=told, file=None, reach=reach(by), by=by, at=MONDAY
    )


def issued(cast: Cast) -> Letter:
    case = submitted(cast)
    approve(case, cast.hasan, cast.rina, cast.lurah)
    return Letter.objects.filter(issued_from__application=case).get()


def all_of(cast: Cast) -> Filters:
    return Filters(now().year, [cast.village.pk])


def test_incoming_letters_get_numbers_without_gaps_per_office_and_year(cast: Cast) -> None:
    first = came(cast, cast.rina)
    with pytest.raises(ValueError, match="undone"), transaction.atomic():
        came(cast, cast.rina, replace(TOLD, number="undone"))
        raise ValueError("undone")
    second = came(cast, cast.rina, replace(TOLD, number="2"))
    other = came(cast, cast.loket_kecamatan)
    new_year = datetime(2027, 1, 5, 2, tzinfo=MONDAY.tzinfo)
    late = came(cast, cast.rina, replace(TOLD, number="3"), new_year)
    next_year = came(cast, cast.rina, replace(TOLD, number="4", on=date(2027, 1, 4)), new_year)
    numbers = [one.agenda_number for one in (first, second, other, late, next_year)]
    assert numbers == ["0001/2026", "0002/2026", "0001/2026", "0003/2026", "0001/2027"]


def test_a_struck_out_line_keeps_its_number_and_its_place(cast: Cast) -> None:
    entry = came(cast, cast.rina)
    told: dict[str, Any] = {"reach": reach(cast.rina), "by": cast.rina, "at": MONDAY}
    with pytest.raises(RuleBroken):
        entering.strike_out(entry_id=entry.pk, reason=" ", **told)
    entering.strike_out(entry_id=entry.pk, reason="Tercatat dua kali", **told)
    with pytest.raises(Stale):
        entering.correct(entry_id=entry.pk, told=TOLD, **told)
    again = came(cast, cast.rina)
    assert again.agenda_number == "0002/2026"
    (series,) = gaps.series([cast.village], 2026)
    assert (series.first, series.last, series.count, series.missing) == (1, 2, 2, [])
    assert series.void == [("0001/2026", "dibatalkan: Tercatat dua kali")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on": date(2026, 11, 24)}, "on"),
        ({"dated": date(2026, 11, 24)}, "dated"),
        ({"on": date(2024, 1, 2), "dated": date(2024, 1, 1)}, "on"),
        ({"subject": "Atas nama 6474010101010001"}, "subject"),
        ({"party": "  "}, "party"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    cast: Cast, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        came(cast, cast.rina, replace(TOLD, **changes))
    assert refused.value.field == field and not AgendaEntry.objects.exists()


def test_the_same_letter_is_not_noted_twice(cast: Cast) -> None:
    came(cast, cast.rina)
    with pytest.raises(RuleBroken, match="0001/2026"):
        came(cast, cast.rina, replace(TOLD, party="DINAS PENDIDIKAN"))


def test_a_revoked_letter_keeps_its_line_between_those_noted_by_hand(cast: Cast) -> None:
    letter = issued(cast)
    Letter.objects.filter(pk=letter.pk).update(
        state="revoked", revoked_at=MONDAY, revoked_by=cast.lurah, revoked_for="Salah nama anak",
        sha256="0" * 64, issued_on=date(2026, 11, 21), year=2026,
    )  # fmt: skip
    before = sent(cast.rina, replace(TOLD, number="9", on=date(2026, 11, 20), note="Kilat"))
    after = sent(cast.rina, replace(TOLD, number="10", on=date(2026, 11, 22)))
    filing.file_letters([letter.pk])
    filters = Filters(2026, [cast.village.pk])
    lines = list(agenda.outgoing_lines(filters))
    assert [line.number for line in lines] == [before.number, letter.number, after.number]
    assert lines[1].is_void and "Salah nama anak" in lines[1].remark and lines[0].remark == "Kilat"
    shown = agenda.outgoing_page(filters, 1).object_list
    assert [line.number for line in shown] == [line.number for line in reversed(lines)]
    assert letter.person.name not in [line.masked for line in shown]
    assert agenda.outgoing_count(filters) == 3
    for part in (
        replace(filters, month=10), replace(filters, classification="999"),
        replace(filters, year=2025), replace(filters, unit_ids=[cast.kecamatan.pk]),
    ):  # fmt: skip
        assert agenda.outgoing_page(part, 1).object_list == []
    found = agenda.outgoing_page(replace(filters, text=letter.number), 1).object_list
    assert [line.number for line in found] == [letter.number]
    by_word = agenda.outgoing_page(replace(filters, text="undang rapat"), 1).object_list
    assert [line.number for line in by_word] == ["10", "9"]


def test_a_hole_in_a_series_is_found_and_a_late_beginning_is_none(cast: Cast) -> None:
    letter = issued(cast)
    for sequence in (41, 42, 45):
        Letter.objects.filter(pk=letter.pk).update(sequence=sequence)
        letter = copy_of(letter, sequence + 100)
    Letter.objects.filter(pk=letter.pk).delete()
    (series,) = [one for one in gaps.series([cast.village], letter.year) if one.kind == "letters"]
    assert (series.first, series.last, series.count) == (41, 45, 3)
    assert series.missing_words == "43–44" and series.lacks == 2


def copy_of(letter: Letter, sequence: int) -> Letter:
    copy = Letter.objects.get(pk=letter.pk)
    copy.pk = None
    copy.sequence, copy.number, copy.code = sequence, f"x/{sequence}", f"KODE{sequence}"
    copy.save(force_insert=True)
    return copy


def test_a_number_on_two_letters_is_reported(cast: Cast) -> None:
    letter = issued(cast)
    told = replace(TOLD, number=letter.number.lower(), on=letter.issued_on)
    told = replace(told, dated=letter.issued_on)
    entering.note(
        direction="out", unit_id=cast.village.pk, told=told, file=None, reach=reach(cast.rina),
        by=cast.rina, at=now(),
    )  # fmt: skip
    (double,) = gaps.doubles([cast.village], letter.year)
    assert double.number == letter.number


def test_others_neither_read_nor_write(cast: Cast) -> None:
    entry = came(cast, cast.rina)
    for other in (cast.lurah_lain, cast.petugas):
        with pytest.raises(NotThere):
            entering.strike_out(
                entry_id=entry.pk, reason="Bukan milik saya", reach=reach(other), by=other,
                at=MONDAY,
            )  # fmt: skip
        assert agenda.get(entry.pk, reach(other).ids) is None
    assert agenda.get(entry.pk, reach(cast.camat).ids) is not None
    with pytest.raises(NotThere):  # the kecamatan reads the books of its kelurahan, and no more
        entering.note(
            direction="in", unit_id=cast.village.pk, told=TOLD, file=None, reach=reach(cast.camat),
            by=cast.camat, at=MONDAY,
        )  # fmt: skip


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_letter_from_the_counter_to_the_lurah_by_pages(cast: Cast, as_: As) -> None:
    rina, day = as_(cast.rina), f"{now():%d-%m-%Y}"
    typed = {
        "unit": cast.village.pk, "number": "005/1", "dated": day, "party": "Camat", "subject": "",
        "on": day, "classification": "400.9",
    }  # fmt: skip
    refused = rina.post(at("desk-book-in-new"), typed)
    assert refused.status_code == 422 and "005/1" in text(refused)
    scan = SimpleUploadedFile("s.jpg", photo(), "image/jpeg")
    made = rina.post(at("desk-book-in-new"), {**typed, "subject": "Rapat", "file": scan})
    entry = AgendaEntry.objects.get()
    assert made["Location"] == at("desk-book-entry", entry.pk)
    kept = entry.scans.get()
    assert rina.get(at("desk-book-scan", entry.pk, kept.pk)).status_code == 200
    post = reach(cast.lurah).posts[0]
    give = at("desk-book-give", entry.pk)
    assert rina.post(give, {"post": post.pk, "instruction": ""}).status_code == 422
    assert rina.post(give, {"post": post.pk, "instruction": "Hadiri"}).status_code == 302
    assert "Rapat" in text(as_(cast.lurah).get(at("desk-book-in") + "?disposisi"))
    assert "Rapat" not in text(rina.get(at("desk-book-in") + "?disposisi"))
    assert "Rapat" in text(rina.post(at("desk-book-in"), {"q": "rapa"}))
    other = as_(cast.lurah_lain)
    for name in ("desk-book-entry", "desk-book-entry-edit"):
        assert other.get(at(name, entry.pk)).status_code == 404
    assert other.get(at("desk-book-scan", entry.pk, kept.pk)).status_code == 404
    for name in ("desk-book-give", "desk-book-strike", "desk-book-scan-add"):
        assert other.post(at(name, entry.pk), {}).status_code == 404
    assert "Rapat" not in text(other.get(at("desk-book-in") + f"?unit={cast.village.pk}"))


def test_an_old_line_is_corrected_although_no_new_one_is_noted_there(cast: Cast) -> None:
    entry = came(cast, cast.rina)
    later = datetime(2028, 3, 1, 2, tzinfo=MONDAY.tzinfo)
    told: dict[str, Any] = {"reach": reach(cast.rina), "by": cast.rina, "at": later}
    put_right = replace(TOLD, party="Dinas Pendidikan Kota")
    entering.correct(entry_id=entry.pk, told=put_right, **told)
    assert AgendaEntry.objects.get().party == "Dinas Pendidikan Kota"
    with pytest.raises(RuleBroken, match="Register lama"):
        came(cast, cast.rina, replace(TOLD, number="9"), later)


def test_signs_no_database_holds_are_left_out_of_what_a_form_asks(cast: Cast, as_: As) -> None:
    rina = as_(cast.rina)
    typed = {"topic": "\x00", "classification": "4\x000"}
    for name in ("desk-book-out", "desk-book-in"):
        assert rina.post(at(name), {**typed, "q": "a\x00"}).status_code == 200, name
    assert rina.post(at("desk-book-archive"), typed).status_code == 200
    typed = {"format": "xlsx", "q": "\x00", "topic": "\x00", "classification": "4\x000"}
    for kind in ("keluar", "register"):
        assert rina.post(at("desk-book-take", kind), typed).status_code in (200, 302), kind


def test_files_of_the_agenda_hold_no_formula_and_are_noted(cast: Cast, as_: As) -> None:
    today = now().date()
    told = Told("=1+1", today, "@SUM(1)", "0012", today)
    entering.note(
        direction="in", unit_id=cast.village.pk, told=told, file=None, reach=reach(cast.rina),
        by=cast.rina, at=now(),
    )  # fmt: skip
    rina = as_(cast.rina)
    part = {"unit": cast.village.pk, "year": today.year, "format": "xlsx"}
    sheet = load_workbook(BytesIO(rina.post(at("desk-book-take", "masuk"), part).content)).active
    assert sheet is not None
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value}
    assert cells["=1+1"].data_type == "s" and cells["@SUM(1)"].data_type == "s"
    assert cells["0012"].data_type == "s"
    assert any(cell.is_date for cell in cells.values())
    pdf = rina.post(at("desk-book-take", "masuk"), {**part, "format": "pdf"}).content
    words = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    assert cast.village.name.upper() in words and cast.lurah.name in words
    assert "Halaman 1 dari 1" in words
    noted = Entry.objects.filter(what="records.exported").order_by("pk")
    assert [one.detail["lines"] for one in noted] == [1, 1]
    assert {one.actor_id for one in noted} == {cast.rina.pk}
    other = as_(cast.lurah_lain).post(at("desk-book-take", "masuk"), part)
    assert b"SUM" not in other.content


def test_pages_of_agendas_cost_few_queries(cast: Cast, as_: As) -> None:
    for number in range(3):
        came(cast, cast.rina, replace(TOLD, number=str(number)))
        sent(cast.rina, replace(TOLD, number=str(number)))
    issued(cast)
    rina = as_(cast.rina)
    rina.get(at("desk-books"))  # warm
    for name in ("desk-book-in", "desk-book-out", "desk-book-register", "desk-book-month"):
        with CaptureQueriesContext(connection) as seen:
            assert rina.get(at(name)).status_code == 200
        assert len(seen) <= 16, (name, len(seen))


def test_a_series_goes_on_when_its_unit_gets_another_code(cast: Cast) -> None:
    from services.letters.following import keep_counting

    came(cast, cast.rina)
    keep_counting({cast.village.code: "64.74.99.1999"})
    with transaction.atomic():
        assert numbering.next_number("masuk:64.74.99.1999:2026") == 2
