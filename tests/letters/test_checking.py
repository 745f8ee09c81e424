"""What is checked of a letter, by its code, its file, or its number and day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kernel.clock import now
from messaging.models import Outbox
from services.applications import issuing, revoking
from services.letters import archive, check_keys, comparing, queries, record, watching
from services.letters.comparing import Same
from services.letters.models import CheckKey, Letter, LetterWatch
from services.records.models import AgendaEntry, PaperRecord
from services.web import verifying
from tenants.registry import stored_files
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, make_cast, submitted
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()
WHY = "Nama pemohon tertulis salah."


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def letter(cast: Cast) -> Letter:
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    issuing.finish_letters(application_id=application.pk, at=MONDAY)
    return Letter.objects.get()


@pytest.fixture
def in_force(letter: Letter) -> Letter:
    """A letter of a city that pays, not one that is tried out."""
    letter.seal_content(replace(letter.content, watermark=""))
    letter.save()
    return letter


@pytest.fixture
def anyone(in_bontang: City, client_for: Callable[[City], Client]) -> Client:
    return client_for(in_bontang)


def results(letter: Letter, today: date = TODAY) -> dict[str, str]:
    found = queries.check(letter.code, today=today)
    assert found is not None
    return {point.name: point.result for point in found.points}


# --- one thing after the other


def test_each_thing_is_checked_by_itself(letter: Letter) -> None:
    assert results(letter) == {"integrity": "valid", "status": "valid", "issuer": "skipped"}
    assert results(letter, TODAY + timedelta(days=400))["status"] == "invalid"


def test_a_damaged_and_a_missing_file_are_told_apart(letter: Letter) -> None:
    archive.put_back(letter.file, b"%PDF-1.7 lain")
    assert results(letter)["integrity"] == "invalid"
    default_storage.delete(letter.file)
    assert results(letter)["integrity"] == "failed"


def test_a_damaged_file_is_no_green_page(letter: Letter, anyone: Client) -> None:
    archive.put_back(letter.file, b"%PDF-1.7 lain")
    page = anyone.get(f"/v/{letter.code}").content.decode()
    assert "ada yang tidak cocok" in page
    typed = {"number": letter.number, "day": f"{TODAY:%d-%m-%Y}"}
    assert 'h2 class="verdict stop"' in anyone.get("/v/nomor/", typed).content.decode()
    said = anyone.get(f"/api/v1/verifikasi/{letter.code}/").json()
    assert (said["verdict"], said["may_be_accepted"]) == ("not_intact", False)
    assert said["holder"] == said["subject"] == ""


def test_a_file_that_cannot_be_read_is_no_green_page(in_force: Letter, anyone: Client) -> None:
    letter = in_force
    page = anyone.get(f"/v/{letter.code}").content.decode()
    assert 'h1 class="verdict ok"' in page
    default_storage.delete(letter.file)
    page = anyone.get(f"/v/{letter.code}").content.decode()
    assert 'h1 class="verdict warn"' in page and "tidak dapat diperiksa" in page
    said = anyone.get(f"/api/v1/verifikasi/{letter.code}/").json()
    assert (said["verdict"], said["may_be_accepted"]) == ("genuine", False)


def test_a_letter_whose_application_was_refused_is_nowhere_green(
    in_force: Letter, anyone: Client
) -> None:
    letter = in_force
    case = letter.issued_from.application
    case.state, case.finished_at = "refused", MONDAY
    case.save()
    typed = {"number": letter.number, "day": f"{TODAY:%d-%m-%Y}"}
    for page in (anyone.get(f"/v/{letter.code}"), anyone.get("/v/nomor/", typed)):
        assert "permohonannya ditolak" in page.content.decode()
    said = anyone.get(f"/api/v1/verifikasi/{letter.code}/").json()
    assert (said["refused_on"], said["may_be_accepted"]) == (f"{TODAY}", False)


def test_the_api_says_the_same(letter: Letter, anyone: Client) -> None:
    said = anyone.get(f"/api/v1/verifikasi/{letter.code}/").json()
    found = queries.check(letter.code, today=TODAY)
    assert found is not None
    assert [(c["name"], c["result"], c["text"]) for c in said["checks"]] == [
        (point.name, point.result, point.text) for point in found.points
    ]
    assert said["holder"] == found.holder and said["signatures"] == []


# --- the record


def test_the_record_of_a_letter_holds_against_the_published_key(letter: Letter) -> None:
    digits = letter.content.record
    key = CheckKey.objects.get(kid=record.key_of(digits).hex())
    facts = record.read(digits, code=letter.code, key=check_keys.public_of(key))
    assert (facts.number, facts.day, facts.city) == (letter.number, letter.issued_on, "6474")
    assert facts.about == record.shortened([letter.person.name])
    plain = letter.content
    object.__setattr__(plain, "record", "")
    assert facts.words == record.print_of(plain.as_json())


def test_a_key_is_made_once_and_exchanged_with_history(cast: Cast, letter: Letter) -> None:
    first = CheckKey.objects.get()
    assert check_keys.in_force(now()).pk == first.pk
    second = check_keys.rotate(now())
    first.refresh_from_db()
    assert first.retired_at is not None and second.retired_at is None
    key = CheckKey.objects.get(kid=record.key_of(letter.content.record).hex())
    assert record.read(letter.content.record, code=letter.code, key=check_keys.public_of(key))
    assert second.private_sealed != b"" and b"PRIVATE" not in bytes(second.private_sealed)


# --- by its file


def compare(pdf: bytes, code: str = "") -> Same:
    return comparing.compare(pdf, code=code).same


def test_a_file_alone_finds_its_letter(letter: Letter) -> None:
    pdf = stored_files.read(letter.file)
    assert comparing.compare(pdf) == comparing.Comparison(Same.SAME, letter.code)
    assert compare(pdf + b"\n% ditambah") is Same.EXTENDED
    changed = bytearray(pdf)
    changed[2000] ^= 1
    assert comparing.compare(bytes(changed)) == comparing.Comparison(Same.ALTERED, letter.code)
    assert compare(pdf[: len(pdf) - 100]) is Same.ALTERED
    assert compare(b"%PDF-1.7 berkas orang lain") is Same.FOREIGN
    assert compare(b"") is Same.FOREIGN


def test_the_page_takes_a_file_without_a_code(letter: Letter, anyone: Client) -> None:
    pdf = stored_files.read(letter.file)
    page = anyone.post("/v/", {"file": SimpleUploadedFile("a.pdf", pdf)}).content.decode()
    assert letter.number in page and "sama persis" in page
    page = anyone.post("/v/", {"file": SimpleUploadedFile("a.pdf", b"x" * 99)}).content.decode()
    assert "bukan surat dari sini" in page
    large = SimpleUploadedFile("a.pdf", b"x" * (comparing.MOST + 1))
    assert anyone.post("/v/", {"file": large}).status_code == 422


def test_whoever_tries_too_often_waits(letter: Letter, anyone: Client) -> None:
    most, minutes = verifying.BY_FILE
    for _ in range(most):
        anyone.post("/v/", {"file": SimpleUploadedFile("a.pdf", b"x")})
    answer = anyone.post("/v/", {"file": SimpleUploadedFile("a.pdf", b"x")})
    assert (answer.status_code, answer["Retry-After"]) == (429, str(minutes * 60))


# --- by number and day


def test_a_number_and_its_day_say_little(letter: Letter, anyone: Client) -> None:
    spaced = f"  {letter.number.lower().replace('/', ' / ')} "
    [known] = verifying.by_number(spaced, TODAY, today=TODAY)
    assert known.check is not None and known.check.verdict == "genuine"
    assert (known.source, known.number) == ("letter", letter.number)
    typed = {"number": letter.number, "day": f"{TODAY:%d-%m-%Y}"}
    page = anyone.get("/v/nomor/", typed).content.decode()
    assert letter.unit.name in page and letter.code not in page
    assert letter.person.name.split()[0] not in page and "•" not in page
    typed["day"] = "01-01-2020"
    assert "Tidak ada surat dengan nomor" in anyone.get("/v/nomor/", typed).content.decode()
    assert anyone.get("/v/nomor/", {"number": "", "day": "x"}).status_code == 422


def test_paper_of_the_agenda_and_of_old_registers_is_found(cast: Cast) -> None:
    entry = AgendaEntry.objects.create(
        direction="out", unit=cast.village, year=2026, number="470/12/2026", dated=TODAY, on=TODAY,
        party="Budi", subject="Keterangan Budi", entered_by=cast.rina, entered_at=MONDAY,
    )  # fmt: skip
    PaperRecord.objects.create(
        unit=cast.dinas, kind="imb", book="IMB 1998", number="640/7/1998", year=1998, name="Budi",
        about="Rumah", entered_by=cast.rina, entered_at=MONDAY,
    )  # fmt: skip
    [known] = verifying.by_number("470/12/2026", TODAY, today=TODAY)
    assert (known.source, known.check) == ("agenda", None) and "Budi" not in repr(known)
    AgendaEntry.objects.filter(pk=entry.pk).update(
        void_at=MONDAY, void_by=cast.rina, void_reason="Salah catat"
    )
    assert "dibatalkan" in verifying.by_number("470/12/2026", TODAY, today=TODAY)[0].text
    [old] = verifying.by_number("640/7/1998", date(1998, 5, 1), today=TODAY)
    assert old.source == "register" and "Budi" not in repr(old)


# --- whoever checked it is told


def test_whoever_asked_is_told_once_when_it_is_taken_back(
    cast: Cast, letter: Letter, anyone: Client
) -> None:
    for _ in range(2):
        answer = anyone.post(f"/v/{letter.code}/kabari/", {"email": "Bank@Contoh.co.id"})
        assert answer.status_code == 302
    [one] = LetterWatch.objects.all()
    assert one.email == "bank@contoh.co.id" and b"bank" not in bytes(one.email_sealed)
    revoking.revoke(letter_id=letter.pk, by=cast.lurah, reason=WHY, at=now())
    tell_subscribers()
    tell_subscribers()
    mail = Outbox.objects.get(kind="mail.send", key__contains="letter-watch")
    assert mail.payload["to"] == "bank@contoh.co.id" and letter.number in mail.payload["body"]
    assert WHY not in mail.payload["body"]
    assert anyone.post(f"/v/{letter.code}/kabari/", {"email": "a@b.id"}).status_code == 404


def test_addresses_are_few_and_forgotten(letter: Letter, anyone: Client) -> None:
    for number in range(watching.MOST):
        watching.watch(letter_id=letter.pk, email=f"a{number}@b.id", language="id", at=now())
    answer = anyone.post(f"/v/{letter.code}/kabari/", {"email": "lagi@b.id"})
    assert answer.status_code == 422 and "terlalu banyak" in answer.content.decode()
    LetterWatch.objects.update(until=now())
    watching.forget_watches({})
    assert not LetterWatch.objects.exists()
