"""The archive: what is in it, how long it is kept, holds, and destroying with two people."""

from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.tanggal import years_after
from messaging import outbox
from messaging.models import Outbox
from services.applications import issuing
from services.applications.models import Application
from services.cases.models import Case, Document
from services.catalogue.queries import service
from services.letters import formats, number_rules
from services.letters import queries as letters
from services.letters.formats import Book
from services.letters.models import Letter
from services.letters.tasks import compare_files
from services.records import agenda, archive, destroying, filing, holding, retention
from services.records.models import ArchiveItem, Destruction, LegalHold, RetentionClass
from services.records.retention import Told
from tenants.office.models import Unit
from tests.factories import MONDAY, Cast, approve, official, submitted
from tests.records.conftest import As, at, reach

pytestmark = pytest.mark.django_db

LATER = MONDAY + timedelta(days=366 * 6)


def kept(by: User, **changes: Any) -> RetentionClass:
    told = {
        "code": "", "topic": "sktm", "title": "Surat keterangan", "active_years": 2,
        "inactive_years": 3, "fate": "destroy", "source": "Perwali 12/2020", **changes,
    }  # fmt: skip
    return retention.keep(pk=None, told=Told(**told), by=by, at=now())


def run_outbox(*kinds: str) -> None:
    for _ in range(5):
        for row in Outbox.objects.filter(kind__in=kinds, state=Outbox.State.DUE):
            outbox.run(row.pk)


@pytest.fixture
def item(cast: Cast) -> ArchiveItem:
    """Sari's case, which ended with a letter; both are in the archive."""
    case = submitted(cast)
    approve(case, cast.hasan, cast.rina, cast.lurah)
    issuing.finish_letters(application_id=case.pk, at=MONDAY)
    filing.file_the_rest()
    return ArchiveItem.objects.get(case=case.pk)


def of_letter(item: ArchiveItem) -> ArchiveItem:
    return ArchiveItem.objects.get(letter__issued_from__application=item.case_id)


def test_what_ended_is_filed_once_and_what_goes_on_again_leaves(
    cast: Cast, item: ArchiveItem
) -> None:
    assert filing.file_the_rest() == 0 and ArchiveItem.objects.count() == 2
    assert (item.unit, item.person, item.topic) == (cast.village, cast.sari_person, "sktm")
    letter = of_letter(item)
    assert letter.number == Letter.objects.get().number and item.code == letter.code
    Case.objects.filter(pk=item.case_id).update(state="running")
    filing.file_the_rest()
    assert not ArchiveItem.objects.filter(case=item.case_id).exists()


def test_the_class_of_a_service_comes_before_the_longest_code(cast: Cast) -> None:
    made = [
        RetentionClass(code="400", active_years=1, inactive_years=1, fate="destroy"),
        RetentionClass(code="400.9", active_years=2, inactive_years=2, fate="destroy"),
        RetentionClass(topic="sktm", active_years=3, inactive_years=3, fate="keep"),
    ]
    known = retention.Schedule(made)
    assert known.of("sktm", "400.9.14") is made[2]
    assert known.of("domisili", "400.9.14") is made[1]
    assert known.of("domisili", "400.91") is made[0] and known.of("", "4001") is None
    assert retention.dates(date(2024, 2, 29), 1, 1) == (date(2025, 2, 28), date(2026, 2, 28))


def test_a_changed_class_changes_the_dates_of_what_lies_there(
    cast: Cast, item: ArchiveItem
) -> None:
    assert item.fate == "" and item.fate_on is None
    found = kept(cast.lurah)
    run_outbox(retention.KIND)
    item.refresh_from_db()
    assert item.fate_on == years_after(item.closed_on, 5) and item.fate == "destroy"
    told = Told("", "sktm", "x", 1, 1, "review", "y")
    retention.keep(pk=found.pk, told=told, by=cast.lurah, at=now())
    run_outbox(retention.KIND)
    item.refresh_from_db()
    assert item.fate_on == years_after(item.closed_on, 2) and item.fate == "review"
    with pytest.raises(RuleBroken):
        kept(cast.lurah)
    with pytest.raises(RuleBroken):
        kept(cast.lurah, code="400")
    retention.drop(pk=found.pk, by=cast.lurah, at=now())
    run_outbox(retention.KIND)
    item.refresh_from_db()
    assert item.retention_id is None and item.fate_on is None


def propose(item: ArchiveItem, by: User, moment: datetime = LATER) -> Destruction:
    return destroying.propose(
        unit_id=item.unit_id, item_ids=[item.pk], reach=reach(by), by=by, at=moment
    )


def approve_act(act: Destruction, by: User) -> Destruction:
    return destroying.approve(
        pk=act.pk, basis="Persetujuan 045/12/2031", reach=reach(by), by=by, at=LATER
    )


@pytest.fixture
def due(cast: Cast, item: ArchiveItem) -> ArchiveItem:
    kept(cast.lurah)
    run_outbox(retention.KIND)
    item.refresh_from_db()
    return item


def test_nothing_is_destroyed_before_its_time_by_one_person_or_by_others(
    cast: Cast, due: ArchiveItem
) -> None:
    with pytest.raises(RuleBroken, match="belum habis"):
        propose(due, cast.rina, MONDAY)
    for other in (cast.camat, cast.lurah_lain):
        with pytest.raises(NotThere):
            propose(due, other)
    act = propose(due, cast.rina)
    with pytest.raises(Stale):
        propose(due, cast.rina)
    with pytest.raises(RuleBroken, match="kepala kantor"):
        approve_act(act, cast.rina)
    with pytest.raises(NotThere):
        approve_act(act, cast.lurah_lain)
    own = propose(of_letter(due), cast.lurah)
    with pytest.raises(RuleBroken, match="Orang lain"):
        approve_act(own, cast.lurah)
    with pytest.raises(IntegrityError), transaction.atomic():
        Destruction.objects.filter(pk=own.pk).update(
            state="approved", decided_by=cast.lurah, basis="sendiri"
        )
    refused = destroying.refuse(
        pk=act.pk, reason="Masih dipakai", reach=reach(cast.lurah), by=cast.lurah, at=LATER
    )
    assert refused.state == "refused" and propose(due, cast.rina).pk != act.pk


def test_a_hold_stops_a_proposal_and_a_destruction_that_was_approved(
    cast: Cast, due: ArchiveItem
) -> None:
    told: dict[str, Any] = {"reach": reach(cast.rina), "by": cast.rina, "at": LATER}
    with pytest.raises(NotThere):
        holding.hold(
            item_id=due.pk, reason="Perkara 12", reach=reach(cast.lurah_lain),
            by=cast.lurah_lain, at=LATER,
        )  # fmt: skip
    act = propose(due, cast.rina)
    held = holding.hold(item_id=due.pk, reason="Perkara 12/2031", **told)
    with pytest.raises(RuleBroken, match="Tidak ada lagi"):
        approve_act(act, cast.lurah)
    with pytest.raises(RuleBroken, match="Ditahan"):
        propose(due, cast.rina)
    holding.lift(hold_id=held.pk, reason="Perkara selesai", **told)
    with pytest.raises(Stale):
        holding.lift(hold_id=held.pk, reason="Perkara selesai", **told)
    act = propose(due, cast.rina)
    approve_act(act, cast.lurah)
    LegalHold.objects.create(item=due, reason="Sesudah persetujuan", by=cast.rina, since=LATER)
    run_outbox(destroying.KIND)
    act.refresh_from_db()
    due.refresh_from_db()
    assert (act.state, act.destroyed, act.spared) == ("done", 0, 1)
    assert due.destroyed_at is None and due.destruction_id is None
    assert Application.objects.get(pk=due.case_id).answers


def test_a_schedule_that_changed_stops_a_proposal_and_a_destruction_that_was_approved(
    cast: Cast, due: ArchiveItem
) -> None:
    act = propose(due, cast.rina)
    ArchiveItem.objects.filter(pk=due.pk).update(fate="keep")
    with pytest.raises(RuleBroken, match="tidak ada lagi arsip di usulan ini yang jatuh tempo"):
        approve_act(act, cast.lurah)
    ArchiveItem.objects.filter(pk=due.pk).update(fate="destroy")
    approve_act(act, cast.lurah)
    later = LATER.date() + timedelta(days=1)
    ArchiveItem.objects.filter(pk=due.pk).update(fate_on=later)
    run_outbox(destroying.KIND)
    act.refresh_from_db()
    due.refresh_from_db()
    assert (act.state, act.destroyed, act.spared) == ("done", 0, 1)
    assert due.destroyed_at is None and due.destruction_id is None


def test_files_are_destroyed_and_the_line_stays(
    cast: Cast, due: ArchiveItem, as_: As, django_capture_on_commit_callbacks: Any
) -> None:
    letter_item = of_letter(due)
    letter = Letter.objects.get()
    pdf, number = Path(default_storage.path(letter.file)), letter.number
    paths = [
        Path(default_storage.path(one.path))
        for one in Document.objects.filter(case=due.case_id).exclude(path="")
    ]
    assert paths and pdf.exists()
    act = destroying.propose(
        unit_id=due.unit_id, item_ids=[due.pk, letter_item.pk], reach=reach(cast.rina),
        by=cast.rina, at=LATER,
    )  # fmt: skip
    approve_act(act, cast.lurah)
    with django_capture_on_commit_callbacks(execute=True):
        destroying.destroy_some({"destruction": act.pk, "after": 0}, at=LATER)
    act.refresh_from_db()
    assert (act.state, act.destroyed, act.spared) == ("done", 2, 0)
    assert act.files == len(paths) + 1
    assert not pdf.exists() and not any(path.exists() for path in paths)
    application = Application.objects.get(pk=due.case_id)
    assert application.answers == {} and application.destroyed_at == LATER
    letter.refresh_from_db()
    assert (letter.number, letter.file, bytes(letter.content_sealed)) == (number, "", b"")
    check = letters.check(letter.code, today=MONDAY.date())
    assert check is not None and check.number == number
    compare_files({})  # does not write the PDF anew
    assert not pdf.exists()
    rina = as_(cast.rina)
    page = rina.get(at("desk-book-item", letter_item.pk)).content.decode()
    assert number in page and "dimusnahkan" in page
    assert rina.get(at("desk-book-item-letter", letter_item.pk)).status_code == 404
    assert rina.get(at("desk-case", due.case_id)).status_code == 200
    assert as_(cast.sari).get(at("application", due.case_id)).status_code == 200
    assert rina.get(f"/v/{letter.code}").status_code == 200
    made = rina.get(at("desk-book-minutes", act.pk)).content
    words = " ".join(one.extract_text() for one in PdfReader(BytesIO(made)).pages)
    assert (
        number in words.replace("\n", "") and cast.lurah.name in words and cast.rina.name in words
    )
    assert as_(cast.lurah_lain).get(at("desk-book-minutes", act.pk)).status_code == 404


def test_a_review_keeps_for_good(cast: Cast, item: ArchiveItem) -> None:
    kept(cast.lurah, fate="review")
    run_outbox(retention.KIND)
    holding.keep_for_good(
        item_id=item.pk, reason="Bernilai sejarah", reach=reach(cast.rina), by=cast.rina, at=LATER
    )
    with pytest.raises(RuleBroken):
        propose(item, cast.rina)
    kept(cast.lurah, code="1", topic="")
    run_outbox(retention.KIND)
    item.refresh_from_db()
    assert item.fate == "keep"


def test_the_search_finds_by_number_name_and_words_where_one_may_look(
    cast: Cast, item: ArchiveItem, as_: As
) -> None:
    rina, other = as_(cast.rina), as_(cast.lurah_lain)
    page, name = at("desk-book-archive"), cast.sari_person.name
    for typed in (
        {"q": item.number}, {"q": "tidak mampu"}, {"name": name},
        {"q": Letter.objects.get().number},
    ):  # fmt: skip
        shown = rina.post(page, typed).content.decode()
        assert at("desk-book-item", item.pk) in shown or "surat" in shown, typed
        assert name not in shown.replace(f'value="{name}"', "")
        hidden = other.post(page, {**typed, "unit": cast.village.pk}).content.decode()
        assert at("desk-book-item", item.pk) not in hidden
    assert at("desk-book-item", item.pk) in rina.post(page, {"name": name}).content.decode()
    nobody = rina.post(page, {"q": "zzzz"}).content.decode()
    assert at("desk-book-item", item.pk) not in nobody
    assert other.get(at("desk-book-item", item.pk)).status_code == 404
    for name_ in ("desk-book-hold", "desk-book-keep"):
        assert other.post(at(name_, item.pk), {"reason": "Bukan milik saya"}).status_code == 404
    assert as_(cast.camat).get(at("desk-book-item", item.pk)).status_code == 200


def test_every_office_finds_its_own_archive_by_the_name_of_a_person(
    cast: Cast, item: ArchiveItem, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    ArchiveItem.objects.filter(pk=item.pk).update(unit=cast.dinas)
    page, one = at("desk-book-archive"), at("desk-book-item", item.pk)
    word = cast.sari_person.name.split()[0]
    dinas = as_(cast.petugas)
    assert one in dinas.post(page, {"name": word}).content.decode()
    assert one not in dinas.post(page, {"name": f"{word} zzzz"}).content.decode()
    assert one not in as_(cast.lurah_lain).post(page, {"name": word}).content.decode()
    admin = as_(official("bos", Unit.objects.get(kind="kota"), "admin"))
    shown = admin.post(page, {"name": word}).content.decode()
    assert one in shown and "terlalu umum" not in shown
    monkeypatch.setattr(archive, "MOST_PEOPLE", 0)
    assert "terlalu umum" in dinas.post(page, {"name": word}).content.decode()


def test_an_archive_from_the_list_to_the_minutes_by_pages(
    cast: Cast, due: ArchiveItem, as_: As
) -> None:
    past = now().date() - timedelta(days=1)
    ArchiveItem.objects.filter(pk=due.pk).update(fate_on=past)
    rina, lurah = as_(cast.rina), as_(cast.lurah)
    page = at("desk-book-due")
    assert due.number in rina.get(page).content.decode()
    assert rina.post(page, {}).status_code == 422
    rina.post(page, {"all": "1"})
    act = Destruction.objects.get()
    one = at("desk-book-destruction", act.pk)
    assert "Setujui dan musnahkan" not in rina.get(one).content.decode()
    assert "Setujui dan musnahkan" in lurah.get(one).content.decode()
    agree = at("desk-book-approve", act.pk)
    assert lurah.post(agree, {"basis": "045/12"}).status_code == 422
    assert lurah.post(agree, {"basis": "045/12", "sure": "on"}).status_code == 302
    run_outbox(destroying.KIND)
    assert "Berita acara" in rina.get(one).content.decode()
    assert as_(cast.lurah_lain).post(agree, {}).status_code == 404


def test_administrators_keep_the_schedule(cast: Cast, as_: As) -> None:
    admin = as_(official("bos", Unit.objects.get(kind="kota"), "admin"))
    page = at("setup-retention")
    typed = {
        "code": "400.9", "topic": "", "title": "Kesejahteraan", "active_years": "2",
        "inactive_years": "3", "fate": "destroy", "source": "Perwali 12/2020",
    }  # fmt: skip
    assert admin.post(page, {**typed, "active_years": "dua"}).status_code == 422
    assert admin.post(page, typed).status_code == 302
    found = RetentionClass.objects.get()
    assert "Perwali 12/2020" in admin.get(page).content.decode()
    change = at("setup-retention-class", found.pk)
    assert admin.post(change, {**typed, "inactive_years": "8"}).status_code == 302
    found.refresh_from_db()
    assert found.inactive_years == 8
    assert admin.post(at("setup-retention-drop", found.pk)).status_code == 302
    assert not RetentionClass.objects.exists()
    assert as_(cast.rina).get(page).status_code == 403


def test_pages_of_the_archive_cost_few_queries(cast: Cast, due: ArchiveItem, as_: As) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    rina = as_(cast.rina)
    rina.get(at("desk-books"))  # warm
    for name in ("desk-book-archive", "desk-book-due", "desk-book-papers"):
        with CaptureQueriesContext(connection) as seen:
            assert rina.get(at(name)).status_code == 200
        assert len(seen) <= 16, (name, len(seen))
    assert archive.due_counts([cast.village.pk], LATER.date()) == {cast.village.pk: 2}


@pytest.mark.parametrize("book", Book)
def test_a_letter_keeps_its_classification_in_every_book(cast: Cast, book: Book) -> None:
    pattern = {
        Book.CODE: "{kode}/{urut:2}/{unit}/{tahun}",
        Book.KIND: "{jenis}/{urut}/{unit}/{tahun}",
    }
    number_rules.keep(
        number_rules.Told(
            pattern=pattern.get(book, "{urut:3}/{unit}/{tahun}"), book=book, secrecy="B",
            since=MONDAY.date(),
        ),
        by=cast.lurah, today=MONDAY.date(), at=MONDAY,
    )  # fmt: skip
    current = service("sktm").current
    assert current is not None
    code = current.blueprint.outputs[0].code_on(MONDAY.date())
    kept(cast.lurah, topic="", code=code.rpartition(".")[0])
    case = submitted(cast)
    approve(case, cast.hasan, cast.rina, cast.lurah)
    issuing.finish_letters(application_id=case.pk, at=MONDAY)
    filing.file_the_rest()
    letter = Letter.objects.get()
    assert letter.register == formats.register_of(book, code=code, kind="SKTM")
    wanted = agenda.Filters(2026, [cast.village.pk], classification=code)
    (line,) = agenda.outgoing_page(wanted, 1).object_list
    assert (line.number, line.classification) == (letter.number, code)
    assert {item.code for item in ArchiveItem.objects.all()} == {code}
    assert all(item.retention is not None for item in ArchiveItem.objects.all())
