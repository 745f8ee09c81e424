"""What a city says of numbers, and what letters get of it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from audit.models import Entry
from kernel.errors import NotThere, RuleBroken, Stale
from services.letters import number_rules, numbering
from services.letters.formats import Book
from services.letters.models import Counter, KindCode, Letter, NumberFormat
from services.letters.number_rules import Told
from services.records import entering, gaps
from services.records.access import reach_of
from services.records.models import AgendaEntry
from tenants.office.models import Unit
from tenants.office.queries import posts_of
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, make_cast, official, submitted

pytestmark = pytest.mark.django_db
DAY = MONDAY.date()
ONE_BOOK = "{urut:3}/{unit}/{tahun}"


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


def keep(cast: Cast, pattern: str, book: Book, **more: object) -> NumberFormat:
    told = {"secrecy": "B", "since": DAY, **more}
    return number_rules.keep(
        Told(pattern=pattern, book=book, **told),  # type: ignore[arg-type]
        by=cast.lurah, today=DAY, at=MONDAY,
    )  # fmt: skip


def take(unit: Unit, topic: str = "sktm", code: str = "400.9", day: date = DAY) -> str:
    with transaction.atomic():
        titles = {"sktm": "Surat Keterangan Tidak Mampu", "domisili": "Surat Keterangan Domisili"}
        return numbering.take(
            unit=unit, topic=topic, title=titles[topic], code=code, day=day
        ).number


def test_without_a_word_of_the_city_each_code_counts_by_itself(cast: Cast) -> None:
    assert take(cast.village) == f"400.9/0001/{cast.village.abbreviation}/XI/2026"
    assert take(cast.village, code="470") == f"470/0001/{cast.village.abbreviation}/XI/2026"
    assert take(cast.village) == f"400.9/0002/{cast.village.abbreviation}/XI/2026"


def test_a_letter_gets_the_number_of_the_citys_pattern(cast: Cast) -> None:
    keep(cast, "{sifat}/{kode}/{urut:2}-Kel/{unit}/{tahun}", Book.CODE, secrecy="R")
    approve(submitted(cast), cast.hasan, cast.rina, cast.lurah)
    letter = Letter.objects.get()
    assert letter.number == f"R/{letter.register}/01-Kel/{cast.village.abbreviation}/2026"
    assert letter.content.number == letter.number


def test_the_narrowest_pattern_in_force_counts(cast: Cast) -> None:
    other = cast.lurah_lain.holdings.get().post.unit
    keep(cast, ONE_BOOK, Book.OUTGOING)
    keep(cast, "S/" + ONE_BOOK, Book.OUTGOING, topic="sktm")
    keep(cast, "U/" + ONE_BOOK, Book.OUTGOING, unit=cast.village)
    assert take(other, "domisili") == f"001/{other.abbreviation}/2026"
    assert take(other, "sktm") == f"S/002/{other.abbreviation}/2026"
    assert take(cast.village, "sktm") == f"U/001/{cast.village.abbreviation}/2026"
    keep(cast, "N/" + ONE_BOOK, Book.OUTGOING, since=DAY + timedelta(days=5))
    assert take(other, "domisili") == f"003/{other.abbreviation}/2026"
    later = take(other, "domisili", day=DAY + timedelta(days=5))
    assert later == f"N/004/{other.abbreviation}/2026"


def test_a_book_of_a_kind_counts_each_kind_and_tells_it_apart(cast: Cast) -> None:
    keep(cast, "{jenis}/{urut:2}/{unit}/{tahun}", Book.KIND)
    short = cast.village.abbreviation
    assert take(cast.village, "sktm") == f"SKTM/01/{short}/2026"
    assert take(cast.village, "domisili") == f"SKD/01/{short}/2026"
    assert take(cast.village, "sktm") == f"SKTM/02/{short}/2026"
    number_rules.name_kind(topic="sktm", code="tm", by=cast.lurah)
    assert take(cast.village, "sktm") == f"TM/01/{short}/2026"
    with pytest.raises(RuleBroken, match="sudah dipakai layanan lain"):
        number_rules.name_kind(topic="sktm", code="SKD", by=cast.lurah)
    with pytest.raises(RuleBroken, match="huruf dan angka tanpa spasi"):
        number_rules.name_kind(topic="sktm", code="S/1", by=cast.lurah)
    assert set(KindCode.objects.values_list("code", flat=True)) == {"TM", "SKD"}


def test_one_book_for_both_directions_goes_on_with_incoming_letters(cast: Cast) -> None:
    keep(cast, ONE_BOOK, Book.AGENDA)
    reach = reach_of(posts_of(cast.rina, DAY), administers=False)
    told = entering.Told(number="1/X", dated=DAY, party="Dinas", subject="Undangan", on=DAY)
    note = {"direction": AgendaEntry.Direction.IN, "unit_id": cast.village.pk, "told": told,
            "file": None, "reach": reach, "by": cast.rina, "at": MONDAY}  # fmt: skip
    assert entering.note(**note).sequence == 1  # type: ignore[arg-type]
    assert take(cast.village) == f"002/{cast.village.abbreviation}/2026"
    note["told"] = entering.Told(number="2/X", dated=DAY, party="Camat", subject="Rapat", on=DAY)
    assert entering.note(**note).sequence == 3  # type: ignore[arg-type]
    approve(submitted(cast), cast.hasan, cast.rina, cast.lurah)
    letter = Letter.objects.get()
    assert letter.sequence == 4 and letter.register == Book.AGENDA
    note["told"] = entering.Told(number="3/X", dated=DAY, party="RSUD", subject="Data", on=DAY)
    assert entering.note(**note).sequence == 5  # type: ignore[arg-type]
    found = {one.kind: one for one in gaps.series([cast.village], DAY.year)}
    # Number 2 was taken above by no letter: only that one is missing.
    assert found["incoming"].missing == [(2, 2)]
    assert (found["shared"].first, found["shared"].missing) == (4, [])


def test_the_sequence_starts_again_with_each_year(cast: Cast) -> None:
    keep(cast, ONE_BOOK, Book.OUTGOING)
    assert take(cast.village).startswith("001/")
    assert take(cast.village).startswith("002/")
    following = take(cast.village, day=date(2027, 1, 2))
    assert following == f"001/{cast.village.abbreviation}/2027"


def test_a_paper_book_goes_on_after_its_last_number(cast: Cast) -> None:
    begin = {"unit": cast.village, "register": "400.9", "year": 2026, "by": cast.lurah}
    number_rules.begin_at(**begin, last=246)  # type: ignore[arg-type]
    number_rules.begin_at(**begin, last=247)  # type: ignore[arg-type]
    keep(cast, "{kode}/{urut}/{unit}/{tahun}", Book.CODE)
    assert take(cast.village).startswith("400.9/0248/")
    assert Entry.objects.filter(what="letters.book_begun").count() == 2
    with pytest.raises(RuleBroken, match=r"1 sampai 999\.999"):
        number_rules.begin_at(**begin, last=0)  # type: ignore[arg-type]


def test_a_book_that_runs_is_not_set_back(cast: Cast) -> None:
    approve(submitted(cast), cast.hasan, cast.rina, cast.lurah)
    letter = Letter.objects.get()
    with pytest.raises(Stale, match="nomor berikutnya 2"):
        number_rules.begin_at(
            unit=letter.unit, register=letter.register, year=letter.year, last=900, by=cast.lurah
        )
    assert Counter.objects.get(scope__contains=f":{letter.register}:").value == 1


def test_one_pattern_is_not_counted_by_two_books_in_a_year(cast: Cast) -> None:
    pattern = "{kode}/{urut:3}/{unit}/{bulan}/{tahun}"  # the shipped one, padded otherwise
    with pytest.raises(RuleBroken, match="sudah dihitung dengan buku lain") as caught:
        keep(cast, pattern, Book.OUTGOING)
    assert caught.value.field == "since"
    keep(cast, pattern, Book.OUTGOING, since=date(2027, 1, 1))
    keep(cast, ONE_BOOK, Book.OUTGOING)
    with pytest.raises(RuleBroken, match=r"mulai tanggal 1-1-2027\.$"):
        keep(cast, ONE_BOOK, Book.AGENDA, since=DAY + timedelta(days=1))
    with pytest.raises(RuleBroken, match=r"Ubah polanya\.$"):  # the city's goes on for ever
        keep(cast, ONE_BOOK, Book.AGENDA, unit=cast.village, topic="sktm")


def test_a_pattern_that_gave_numbers_today_is_not_replaced_today(cast: Cast) -> None:
    keep(cast, ONE_BOOK, Book.AGENDA)
    keep(cast, ONE_BOOK, Book.OUTGOING)  # a slip that is mended before any letter
    approve(submitted(cast), cast.hasan, cast.rina, cast.lurah)
    with pytest.raises(RuleBroken, match="Mulailah besok") as caught:
        keep(cast, "N/" + ONE_BOOK, Book.OUTGOING)
    assert caught.value.field == "since"
    keep(cast, "N/" + ONE_BOOK, Book.OUTGOING, unit=cast.dinas)
    keep(cast, "M/" + ONE_BOOK, Book.OUTGOING, unit=cast.dinas)  # it has no letter yet
    keep(cast, "N/" + ONE_BOOK, Book.OUTGOING, since=DAY + timedelta(days=1))


def test_a_pattern_is_not_taken_away_when_two_books_would_meet(cast: Cast) -> None:
    keep(cast, ONE_BOOK, Book.OUTGOING)
    between = keep(cast, "N/" + ONE_BOOK, Book.OUTGOING, since=date(2027, 1, 1))
    later = keep(cast, ONE_BOOK, Book.AGENDA, since=date(2028, 1, 1))
    unit = keep(cast, ONE_BOOK, Book.AGENDA, since=date(2027, 1, 1), unit=cast.village)
    with pytest.raises(RuleBroken, match="dua buku dalam setahun"):
        number_rules.drop(pk=between.pk, by=cast.lurah, today=DAY)
    for row in (unit, between, later):
        number_rules.drop(pk=row.pk, by=cast.lurah, today=DAY)
    assert NumberFormat.objects.count() == 1


def test_a_unit_follows_the_city_again_from_a_day_on(cast: Cast) -> None:
    keep(cast, ONE_BOOK, Book.OUTGOING)
    with pytest.raises(RuleBroken, match="Belum ada pola"):
        keep(cast, "", Book.CODE, unit=cast.village)
    keep(cast, "U/" + ONE_BOOK, Book.OUTGOING, unit=cast.village)
    keep(cast, "", Book.CODE, unit=cast.village, since=DAY + timedelta(days=2))
    short = cast.village.abbreviation
    assert take(cast.village) == f"U/001/{short}/2026"
    assert take(cast.village, day=DAY + timedelta(days=2)) == f"002/{short}/2026"
    keep(cast, "", Book.CODE, since=date(2027, 1, 1))  # for all letters: as shipped
    assert take(cast.village, day=date(2027, 1, 2)) == f"400.9/0001/{short}/I/2027"


def test_a_day_that_is_over_and_a_pattern_in_force_stay(cast: Cast) -> None:
    with pytest.raises(RuleBroken, match="sudah lewat"):
        keep(cast, ONE_BOOK, Book.OUTGOING, since=DAY - timedelta(days=1))
    row = keep(cast, ONE_BOOK, Book.OUTGOING)
    with pytest.raises(RuleBroken, match="sudah berlaku"):
        number_rules.drop(pk=row.pk, by=cast.lurah, today=DAY)
    future = keep(cast, "N/" + ONE_BOOK, Book.OUTGOING, since=DAY + timedelta(days=3))
    number_rules.drop(pk=future.pk, by=cast.lurah, today=DAY)
    with pytest.raises(NotThere):
        number_rules.drop(pk=future.pk, by=cast.lurah, today=DAY)
    again = keep(cast, "M/" + ONE_BOOK, Book.OUTGOING)  # the same day: it takes its place
    assert list(NumberFormat.objects.values_list("pk", flat=True)) == [again.pk]


def _example_of(answer: Any) -> str:
    """The part of the page that htmx puts in its place."""
    text: str = answer.content.decode()
    return text[text.index('id="contoh"') : text.index("Bagian yang bisa dipakai")]


def test_the_pages_show_an_example_and_keep_what_is_sound(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    client = client_for(in_bontang)
    admin = official("admin", Unit.objects.get(code=in_bontang.code), "admin")
    client.force_login(admin, "accounts.backends.LoginBackend")
    page = client.get("/kelola/nomor/").content.decode()
    assert "{kode}/{urut}/{unit}/{bulan}/{tahun}" in page and "/0247/" in page
    typed = {"pattern": "{urut:3}/{unit}/{tahun}", "book": "keluar", "since": "1-1-2090",
             "unit": cast.village.pk, "topic": "", "secrecy": "B"}  # fmt: skip
    shown = client.post("/kelola/nomor/", {**typed, "do": "look"}).content.decode()
    assert f"247/{cast.village.abbreviation}/" in shown
    assert not NumberFormat.objects.exists()
    seen = client.post("/kelola/nomor/", {**typed, "pattern": "{urut}", "do": "look"})
    assert seen.status_code == 200 and "Tambahkan {tahun}" in _example_of(seen)
    KindCode.objects.create(topic="domisili", code="DOM")
    kinds = {**typed, "topic": "domisili", "pattern": "{jenis}/{urut}/{unit}/{tahun}",
             "book": "jenis", "do": "look"}  # fmt: skip
    assert "DOM/0247/" in _example_of(client.post("/kelola/nomor/", kinds))
    twice = {**typed, "pattern": "{kode}/{urut}/{unit}/{bulan}/{tahun}", "do": "look"}
    assert "buku lain" in _example_of(client.post("/kelola/nomor/", twice))
    wrong = client.post("/kelola/nomor/", {**typed, "pattern": "{urut}/<script>"})
    assert wrong.status_code == 422 and "&lt;" in wrong.content.decode()
    told = client.post("/kelola/nomor/", typed, follow=True).content.decode()
    assert f"Mulai 1 Januari 2090, nomor surat dari {cast.village.name} memakai pola" in told
    row = NumberFormat.objects.get()
    assert row.unit == cast.village and "Hapus" in client.get("/kelola/nomor/").content.decode()
    assert client.post(f"/kelola/nomor/{row.pk}/hapus/").status_code == 302
    assert not NumberFormat.objects.exists()
    begun = {"unit": cast.village.pk, "letter": "sktm/surat", "last": "41"}
    assert client.post("/kelola/nomor/kertas/", {**begun, "letter": "x"}).status_code == 422
    wrong = client.post("/kelola/nomor/kertas/", {**begun, "unit": cast.dinas.pk})
    assert wrong.status_code == 422 and "menandatanganinya" in wrong.content.decode()
    told = client.post("/kelola/nomor/kertas/", begun, follow=True).content.decode()
    assert "nomor urut berikutnya 42" in told
    approve(submitted(cast), cast.hasan, cast.rina, cast.lurah)
    assert Letter.objects.get().sequence == 42
    assert client.post("/kelola/nomor/jenis/", {"topic": "sktm", "code": "TM"}).status_code == 302
    assert KindCode.objects.get(topic="sktm").code == "TM"
