"""Cards with first codes: for whom, by whom, shown once."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from django.test import Client

from accounts.models import User
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from services.heads import cards
from services.heads.appointing import appoint_neighbour
from services.heads.models import CardSheet
from services.residents.models import OneTimeCode, Person
from services.web.access import today
from tenants.office.actions import head_post
from tenants.office.models import Holding, Unit
from tenants.registry.current import city
from tenants.registry.models import City
from tests.factories import Cast, account, family, make_cast, official


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


@pytest.fixture
def admin(in_bontang: City, cast: Cast) -> User:
    return official("admin", Unit.objects.get(code=in_bontang.code), "admin")


def appointed(village: Unit, rt: int, by: User) -> Person:
    person = family(village, rt=rt)[0]
    post = head_post(unit=person.household.rt)
    appoint_neighbour(post=post, person=person, by=by, since=today())
    return person


def made(unit: Unit, by: User) -> CardSheet:
    sheet = cards.order(unit_id=unit.pk, by=by, on=today())
    cards.make({"sheet": sheet.pk})
    sheet.refresh_from_db()
    return sheet


def read(content: bytes) -> tuple[str, set[str], int]:
    document = pypdfium2.PdfDocument(BytesIO(content))
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    codes = {
        code.text
        for page in document
        for code in zxingcpp.read_barcodes(page.render(scale=200 / 72).to_pil().convert("L"))
    }
    return text, codes, len(document)


def test_a_card_opens_the_account_of_its_head_once(
    cast: Cast, admin: User, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    people = [appointed(cast.village, rt, admin) for rt in range(3, 12)]
    sheet = made(Unit.objects.get(code=in_bontang.code), admin)
    assert (sheet.state, sheet.count) == (CardSheet.State.READY, 9)
    content = cards.fetch(sheet_id=sheet.pk, by=admin, at=now())
    text, codes, pages = read(content)
    assert pages == 2 and codes == {city().page("password-by-code")}
    assert all(person.name in text for person in people) and "Ketua RT 003" in text
    assert not any(person.nik in text for person in people)
    place = text.index(people[0].name)
    code = next(word for word in text[place:].split() if len(word) == 9 and word[4] == "-")
    phone = client_for(in_bontang)
    sent = {"nik": people[0].nik, "code": code, "password": "jeruk nipis segar"}
    assert phone.post("/sandi/kode/", sent)["Location"] == "/rt/"
    again = client_for(in_bontang).post("/sandi/kode/", sent)
    assert again.status_code == 422
    assert cards.without_password(sheet.unit, today()).count() == 8
    with pytest.raises(Stale):
        cards.fetch(sheet_id=sheet.pk, by=admin, at=now())


def test_a_new_sheet_ends_the_codes_of_the_one_before(cast: Cast, admin: User) -> None:
    appointed(cast.village, 3, admin)
    area = cards.areas_of(admin, today())[0]
    made(area, admin)
    before = bytes(OneTimeCode.objects.get().digest)
    made(area, admin)
    assert bytes(OneTimeCode.objects.get().digest) != before
    assert OneTimeCode.objects.get().expires_at > now() + timedelta(days=13)


def test_a_kelurahan_prints_for_its_own_heads_alone(cast: Cast, admin: User) -> None:
    mine = appointed(cast.village, 3, admin)
    other = Unit.objects.filter(kind="kelurahan").order_by("code")[1]
    theirs = appointed(other, 3, admin)
    for official_ in (cast.rina, cast.lurah):
        assert cards.areas_of(official_, today()) == [cast.village]
    held = cards.without_password(cast.village, today())
    assert [one.user.resident.person for one in held] == [mine]
    with pytest.raises(NotThere):
        cards.order(unit_id=other.pk, by=cast.rina, on=today())
    with pytest.raises(NotThere):
        cards.order(unit_id=Unit.objects.get(code=city().code).pk, by=cast.lurah, on=today())
    sheet = made(cast.village, cast.lurah)
    text, _, _ = read(cards.fetch(sheet_id=sheet.pk, by=cast.lurah, at=now()))
    assert mine.name in text and theirs.name not in text


@pytest.mark.parametrize("who", ["camat", "petugas", "hasan", "sari", "loket_kecamatan"])
def test_nobody_else_prints_cards(cast: Cast, who: str) -> None:
    assert cards.areas_of(getattr(cast, who), today()) == []


def test_only_whoever_ordered_a_sheet_fetches_it(cast: Cast, admin: User) -> None:
    appointed(cast.village, 3, admin)
    sheet = made(cast.village, cast.rina)
    for other in (cast.lurah, admin, cast.lurah_lain):
        with pytest.raises(NotThere):
            cards.fetch(sheet_id=sheet.pk, by=other, at=now())


def test_who_left_the_counter_meanwhile_gets_no_cards(cast: Cast, admin: User) -> None:
    appointed(cast.village, 3, admin)
    sheet = cards.order(unit_id=cast.village.pk, by=cast.rina, on=today())
    Holding.objects.filter(user=cast.rina).update(until=today() - timedelta(days=1))
    cards.make({"sheet": sheet.pk})
    sheet.refresh_from_db()
    assert sheet.state == CardSheet.State.FAILED and not OneTimeCode.objects.exists()


def test_no_card_for_whoever_has_a_password_left_or_died(cast: Cast, admin: User) -> None:
    person = family(cast.village, rt=3)[0]
    account(person)
    appoint_neighbour(
        post=head_post(unit=person.household.rt), person=person, by=admin, since=today()
    )
    former = appointed(cast.village, 4, admin)
    Holding.objects.filter(user__resident__person=former).update(
        since=today() - timedelta(days=9), until=today() - timedelta(days=1)
    )
    assert not cards.without_password(cast.village, today()).exists()
    with pytest.raises(RuleBroken, match="Semua sudah punya"):
        cards.order(unit_id=cast.village.pk, by=cast.rina, on=today())


def test_a_sheet_lies_sealed_and_goes_after_a_day(cast: Cast, admin: User) -> None:
    from django.core.files.storage import default_storage

    appointed(cast.village, 3, admin)
    sheet = made(cast.village, cast.rina)
    with default_storage.open(sheet.path) as stored:
        assert b"%PDF" not in stored.read()
    CardSheet.objects.update(made_at=now() - timedelta(days=2))
    cards.tidy()
    sheet.refresh_from_db()
    assert (sheet.state, sheet.path) == (CardSheet.State.EXPIRED, "")


def test_the_page_offers_makes_and_hands_out_once(
    cast: Cast, admin: User, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    appointed(cast.village, 3, admin)
    page = client_for(in_bontang)
    page.force_login(admin, "accounts.backends.LoginBackend")
    assert "1 orang" in page.get("/kelola/rt/kartu/").content.decode()
    area = Unit.objects.get(code=in_bontang.code)
    assert page.post("/kelola/rt/kartu/", {"area": area.pk}).status_code == 302
    assert "Sedang dibuat" in page.get("/kelola/rt/kartu/").content.decode()
    sheet = CardSheet.objects.get()
    cards.make({"sheet": sheet.pk})
    assert "Unduh sekali" in page.get("/kelola/rt/kartu/").content.decode()
    answer = page.post(f"/kelola/rt/kartu/{sheet.pk}/unduh/")
    assert answer.content[:4] == b"%PDF" and "no-store" in answer["Cache-Control"]
    assert page.post(f"/kelola/rt/kartu/{sheet.pk}/unduh/").status_code == 409
