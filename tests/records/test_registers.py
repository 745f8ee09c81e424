"""Registers of cases and the PATEN report: which cases, and that both say the same."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from kernel.clock import now
from messaging import outbox
from messaging.models import Outbox
from services.applications.models import Application
from services.cases import decisions
from services.cases.models import Case, CaseDeadline, Step
from services.records import making, paten, registers
from services.records.models import BookFile
from services.records.registers import Wanted
from tenants.office.models import Unit
from tests.factories import MONDAY, Cast, approve, step_of, submitted
from tests.records.conftest import As, at, reach

pytestmark = pytest.mark.django_db

OCTOBER = datetime(2026, 10, 20, 2, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 10, 2, tzinfo=UTC)


def at_kecamatan(
    cast: Cast, came: datetime, topic: str = "sktm", *, at_dinas: bool = False
) -> Case:
    """A case that came to the kecamatan at a moment, after the kelurahan."""
    case = submitted(cast)
    Step.objects.filter(case=case).update(unit=cast.kecamatan, opened_at=came, topic=topic)
    CaseDeadline.objects.filter(case=case).update(started_at=came, due_at=came + timedelta(days=5))
    if at_dinas:
        Step.objects.create(
            case=case, key="dinas", title="Dinas", unit=cast.dinas, role="petugas_dinas",
            topic=topic, state="open", opened_at=came + timedelta(days=1),
            due_at=came + timedelta(days=9),
        )  # fmt: skip
    return Case.objects.get(pk=case.pk)


def end(case: Case, state: str, moment: datetime) -> None:
    Case.objects.filter(pk=case.pk).update(state=state, finished_at=moment)
    CaseDeadline.objects.filter(case=case).update(ended_at=moment, next_at=None)


@pytest.fixture
def month(cast: Cast) -> dict[str, Case]:
    """November at the kecamatan: what ran before, came, ended, and went on."""
    cases = {
        "before": at_kecamatan(cast, OCTOBER),
        "ended_before": at_kecamatan(cast, OCTOBER),
        "done": at_kecamatan(cast, NOVEMBER),
        "late": at_kecamatan(cast, NOVEMBER, "domisili"),
        "withdrawn": at_kecamatan(cast, NOVEMBER),
        "sent_on": at_kecamatan(cast, NOVEMBER, at_dinas=True),
        "after": at_kecamatan(cast, datetime(2026, 11, 30, 17, tzinfo=UTC)),  # 1 December there
    }
    end(cases["ended_before"], "done", OCTOBER + timedelta(days=2))
    end(cases["done"], "done", NOVEMBER + timedelta(days=2))
    end(cases["late"], "refused", NOVEMBER + timedelta(days=8))
    end(cases["withdrawn"], "withdrawn", NOVEMBER + timedelta(days=1))
    return cases


def test_the_paten_report_agrees_with_the_register(cast: Cast, month: dict[str, Case]) -> None:
    found = paten.report(cast.kecamatan, 2026, 11)
    total = found.total
    assert (total.before, total.came, total.done, total.refused, total.withdrawn) == (1, 4, 1, 1, 1)
    assert total.running == 2  # what ran before, and what was sent on
    assert (total.in_time, total.late, total.at_camat) == (1, 1, 1)
    assert total.sent_on == {cast.dinas.name: 1} and sorted(total.days) == [2, 6]
    lines = list(registers.lines(Wanted(cast.kecamatan, 2026, 11), at=NOVEMBER))
    assert total.came == len(lines)
    for row in found.rows:
        of_row = [line for line in lines if line.step.topic == found_topic(row)]
        assert row.came == len(of_row)
    every = [
        line
        for number in range(1, 13)
        for line in registers.lines(Wanted(cast.kecamatan, 2026, number), at=NOVEMBER)
    ]
    ended = [line for line in every if line.ended_at and line.ended_at.month == 11]
    assert len(ended) == total.done + total.refused + total.withdrawn
    assert sum(line.late is True for line in ended) == total.late
    running = registers.by_service(Wanted(cast.kecamatan, 2026, 11))
    assert sum(one.came for one in running) == total.came


def found_topic(row: paten.Row) -> str:
    return next(key for key, title in registers.titles().items() if title == row.title)


def test_a_case_comes_to_an_office_once_and_not_by_a_step_that_was_passed_over(cast: Cast) -> None:
    case = submitted(cast)
    approve(case, cast.hasan)
    wanted = Wanted(cast.village, now().year)
    (line,) = registers.lines(wanted, at=now())
    assert line.case.pk == case.pk and line.applicant == cast.sari_person.name
    assert cast.sari_person.name not in line.masked and line.village == cast.village.name
    approve(case, cast.rina)  # a second step at the same office
    assert len(list(registers.lines(wanted, at=now()))) == 1
    Step.objects.filter(case=case, unit=cast.village).update(state="skipped", decided_at=now())
    assert list(registers.lines(wanted, at=now())) == []


def test_an_office_reads_its_own_register_alone(cast: Cast, as_: As) -> None:
    case = submitted(cast)
    approve(case, cast.hasan)
    page = at("desk-book-register")
    assert str(case.number) in as_(cast.rina).get(page).content.decode()
    shown = as_(cast.camat).get(f"{page}?unit={cast.village.pk}").content.decode()
    assert str(case.number) in shown and cast.sari_person.name not in shown
    for other in (cast.lurah_lain, cast.petugas):
        answer = as_(other).get(f"{page}?unit={cast.village.pk}")
        assert str(case.number) not in answer.content.decode()
        part = {"unit": cast.village.pk, "format": "xlsx"}
        taken = as_(other).post(at("desk-book-take", "register"), part)
        assert str(case.number) not in words_of(taken.content)
    assert as_(cast.sari).get(page).status_code == 403


def words_of(xlsx: bytes) -> list[str]:
    book = load_workbook(BytesIO(xlsx))
    return [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]


def test_a_month_without_anything_is_nihil_and_can_be_signed(cast: Cast, as_: As) -> None:
    part = {"unit": cast.village.pk, "year": now().year, "month": 1}
    rina = as_(cast.rina)
    assert "NIHIL" in rina.get(at("desk-book-month"), part).content.decode()
    pdf = rina.post(at("desk-book-take", "bulanan"), {**part, "format": "pdf"}).content
    words = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    assert "NIHIL" in words and cast.lurah.name in words and "Januari" in words


def test_the_paten_report_is_of_a_kecamatan_alone(cast: Cast, as_: As) -> None:
    part = {"unit": cast.kecamatan.pk, "year": 2026, "month": 11}
    camat = as_(cast.camat)
    assert camat.get(at("desk-book-paten"), part).status_code == 200
    pdf = camat.post(at("desk-book-take", "paten"), {**part, "format": "pdf"}).content
    words = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    assert cast.camat.name in words and "PATEN" in words
    assert as_(cast.rina).get(at("desk-book-paten"), part).status_code == 404
    assert camat.get(at("desk-book-numbers")).status_code == 200


def test_administrators_read_every_office_and_write_in_none(cast: Cast, as_: As) -> None:
    from tests.factories import official

    boss = official("bos", Unit.objects.get(kind="kota"), "admin")
    client = as_(boss)
    case = submitted(cast)
    approve(case, cast.hasan)
    shown = client.get(at("desk-book-register"), {"unit": cast.village.pk}).content.decode()
    assert str(case.number) in shown
    assert client.get(at("desk-books")).status_code == 200
    assert client.get(at("desk-book-in-new")).status_code == 404
    for name in ("desk-book-in", "desk-book-out", "desk-book-numbers", "desk-book-files"):
        assert client.get(at(name)).status_code == 200


def test_a_long_book_is_made_by_a_worker_in_volumes(
    cast: Cast, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "AT_ONCE", 2)
    monkeypatch.setattr(making.printing, "A_VOLUME", 2)
    monkeypatch.setattr(making.printing, "A_FEW", 1)  # set in a process of its own
    for _ in range(3):
        approve(submitted(cast), cast.hasan)
    rina = as_(cast.rina)
    take = at("desk-book-take", "register")
    for format in ("pdf", "xlsx"):
        part = {"unit": cast.village.pk, "year": now().year, "format": format}
        assert rina.post(take, part)["Location"] == at("desk-book-files")
    for row in Outbox.objects.filter(kind=making.KIND):
        assert outbox.run(row.pk)
    files = list(BookFile.objects.order_by("pk"))
    assert [file.state for file in files] == ["ready", "ready"]
    assert [file.lines for file in files] == [3, 3] and files[0].name.endswith(".zip")
    answer: Any = rina.get(at("desk-book-fetch", files[1].pk))
    assert "Jumlah" not in words_of(b"".join(answer.streaming_content))
    assert as_(cast.lurah).get(at("desk-book-fetch", files[1].pk)).status_code == 404
    making.expire(at=now() + timedelta(days=8))
    assert rina.get(at("desk-book-fetch", files[1].pk)).status_code == 404


def test_a_worker_makes_no_book_for_who_lost_the_post(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.records.books import Asked
    from tenants.office.models import Holding

    monkeypatch.setattr(making, "AT_ONCE", 0)
    approve(submitted(cast), cast.hasan)
    asked = Asked("register", cast.village.pk, now().year)
    made = making.get(asked, "xlsx", reach=reach(cast.rina), by=cast.rina, at=now())
    assert isinstance(made, BookFile)
    Holding.objects.filter(user=cast.rina).delete()
    making.make({"file": made.pk})
    made.refresh_from_db()
    assert made.state == "failed" and not made.path


def test_decided_cases_show_how_much_of_their_term_they_used(cast: Cast) -> None:
    case = submitted(cast)
    approve(case, cast.hasan)
    decisions.refuse(
        step_id=step_of(Application.objects.get(pk=case.pk)).pk, by=cast.rina,
        note="Tidak memenuhi syarat", at=MONDAY,
    )  # fmt: skip
    (line,) = registers.lines(Wanted(cast.village, now().year), at=now())
    assert line.state == "ditolak" and line.term.startswith("0 dari ") and line.late is False
