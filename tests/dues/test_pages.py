"""The pages of dues and of the cash book: who opens them, and what they show."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.models import Entry as Read
from kernel.clock import now
from services.dues import cash, statement
from services.dues.models import DuesKind, Entry, Receipt
from services.dues.months import month_of, plus
from services.rt import device
from tenants.office.models import Post
from tenants.registry.models import City
from tests.dues.conftest import As
from tests.dues.test_dues import Cast, home_of, unit_of
from tests.factories import MONDAY, family, photo

pytestmark = pytest.mark.django_db


def make_kind(cast: Cast, client: Client) -> DuesKind:
    this = month_of(now().date())
    client.post(
        f"/rt/kas/{unit_of(cast).pk}/jenis/baru/",
        {"name": "Iuran sampah", "amount": "25.000", "per": "household", "every": "month",
         "since": f"{plus(this, -2):%Y-%m-%d}"},
    )  # fmt: skip
    return DuesKind.objects.get()


def pay(cast: Cast, client: Client, amount: str = "75.000") -> Receipt:
    path = f"/rt/kas/{unit_of(cast).pk}/iuran/{home_of(cast).pk}/"
    answer = client.post(path, {"kind": DuesKind.objects.get().pk, "amount": amount})
    assert answer.status_code == 302, answer.content.decode()
    return Receipt.objects.latest("pk")


def closed(cast: Cast, client: Client) -> statement.ClosedMonth:
    """Last month, with an expense, is closed."""
    last = plus(month_of(now().date()), -1)
    client.post(
        f"/rt/kas/{unit_of(cast).pk}/keluar/",
        {"amount": "40.000", "category": "cleaning", "words": "Sapu lidi dan kantong",
         "anyway": "on", "on": f"{last:%d-%m-%Y}", "bill": SimpleUploadedFile("nota.jpg", photo())},
    )  # fmt: skip
    path = f"/rt/kas/{unit_of(cast).pk}/tutup/"
    (shown,) = re.findall(r'name="month" value="([^"]+)"', client.get(path).content.decode())
    client.post(path, {"month": shown})
    return statement.closed([unit_of(cast)]).get()


def test_a_treasurer_notes_dues_and_expenses_and_opens_nothing_else(
    cast: Cast, treasurer: User, as_: As
) -> None:
    client = as_(treasurer)
    make_kind(cast, client)
    made = pay(cast, client)
    page = client.get(f"/rt/kas/kuitansi/{made.pk}/").content.decode()
    assert "Rp75.000" in page and made.code in page
    line = closed(cast, client)
    bill = Entry.objects.exclude(path="").get()
    assert client.get(f"/rt/kas/baris/{bill.pk}/nota/")["Content-Type"] == "image/jpeg"
    assert client.get(f"/rt/kas/laporan/{line.pk}/").status_code == 200
    assert client.get("/rt/kas/", follow=True).status_code == 200
    for shut in ("/rt/", "/rt/buku/", "/rt/lapor/", "/meja/", "/kelola/"):
        assert client.get(shut).status_code == 403, shut


def test_another_rt_and_the_kelurahan_find_nothing(cast: Cast, posts: list[Post], as_: As) -> None:
    client = as_(cast.hasan)
    kind = make_kind(cast, client)
    made, month = pay(cast, client), closed(cast, client)
    unit, home = unit_of(cast).pk, home_of(cast).pk
    paths = [
        f"/rt/kas/{unit}/", f"/rt/kas/{unit}/iuran/", f"/rt/kas/{unit}/iuran/{home}/",
        f"/rt/kas/{unit}/jenis/", f"/rt/kas/{unit}/jenis/baru/",
        f"/rt/kas/jenis/{kind.pk}/bebas/{home}/",
        f"/rt/kas/kuitansi/{made.pk}/", f"/rt/kas/kuitansi/{made.pk}/batal/",
        f"/rt/kas/laporan/{month.pk}/", f"/rt/kas/baris/{Entry.objects.latest('pk').pk}/",
        f"/rt/kas/{unit}/masuk/", f"/rt/kas/{unit}/keluar/", f"/rt/kas/{unit}/laporan/",
    ]  # fmt: skip
    for path in paths:
        assert client.get(path).status_code == 200, path
        for other in (cast.bahar, cast.rina, cast.sari):
            assert as_(other).get(path).status_code == 404, (path, other)
    cast.hasan.holdings.update(until=now().date() - timedelta(days=1))
    assert as_(cast.hasan).get(paths[0]).status_code == 404


def test_residents_see_the_statement_and_their_own_household_alone(cast: Cast, as_: As) -> None:
    client = as_(cast.hasan)
    make_kind(cast, client)
    made, month = pay(cast, client), closed(cast, client)
    sari = as_(cast.sari)
    page = sari.get("/kas-rt/").content.decode()
    assert "lunas" in page and made.code in page
    assert "Rp40.000" in sari.get(f"/kas-rt/laporan/{month.pk}/").content.decode()
    assert sari.get(f"/kas-rt/kuitansi/{made.pk}/").status_code == 200
    tetangga = as_(cast.tetangga)
    assert made.code not in tetangga.get("/kas-rt/").content.decode()
    assert tetangga.get(f"/kas-rt/laporan/{month.pk}/").status_code == 404
    assert tetangga.get(f"/kas-rt/kuitansi/{made.pk}/").status_code == 404


def test_a_receipt_is_voided_with_a_reason(cast: Cast, as_: As) -> None:
    client = as_(cast.hasan)
    make_kind(cast, client)
    made = pay(cast, client)
    path = f"/rt/kas/kuitansi/{made.pk}/batal/"
    assert client.post(path, {"reason": ""}).status_code == 422
    assert client.post(path, {"reason": "Salah keluarga"}).status_code == 302
    assert "dibatalkan" in client.get(f"/rt/kas/kuitansi/{made.pk}/").content.decode()


def test_wrong_amounts_are_refused_on_the_page(cast: Cast, as_: As) -> None:
    client = as_(cast.hasan)
    kind = make_kind(cast, client)
    path = f"/rt/kas/{unit_of(cast).pk}/iuran/{home_of(cast).pk}/"
    for typed in ("", "banyak", "0", "99.000.000"):
        answer = client.post(path, {"kind": kind.pk, "amount": typed})
        assert answer.status_code == 422, typed
    assert not Receipt.objects.exists()


def test_a_refused_payment_stays_in_its_form_as_it_was_typed(cast: Cast, as_: As) -> None:
    client = as_(cast.hasan)
    kind = make_kind(cast, client)
    path = f"/rt/kas/{unit_of(cast).pk}/iuran/{home_of(cast).pk}/"
    assert "<details open" not in re.sub(r' class="[^"]*"', "", client.get(path).content.decode())
    for sent in (str(kind.pk), "%d"):
        typed = {"kind": sent, "amount": "25.000,50", "paid_on": "01-02-2026"}
        answer = client.post(path, typed)
        assert answer.status_code == 422
        page = re.sub(r' class="[^"]*"', "", answer.content.decode())
        is_known = sent == str(kind.pk)
        assert ("<details open" in page) == is_known
        assert ('value="25.000,50"' in page) == is_known
        if is_known:
            assert f'href="#{kind.pk}-amount"' in page and f'id="{kind.pk}-amount"' in page


def test_an_expense_beyond_the_box_is_noted_with_a_tick(cast: Cast, as_: As) -> None:
    client, path = as_(cast.hasan), f"/rt/kas/{unit_of(cast).pk}/keluar/"
    typed = {
        "amount": "150.000", "category": "cleaning", "words": "Sapu lidi",
        "on": f"{now():%d-%m-%Y}",
    }  # fmt: skip
    assert "Tetap catat" not in client.get(path).content.decode()
    answer = client.post(path, typed)
    page = answer.content.decode()
    assert answer.status_code == 422 and 'name="anyway"' in page and "kas hanya Rp0" in page
    assert 'value="150.000"' in page and not Entry.objects.exists()
    assert client.post(path, typed | {"anyway": "on"}).status_code == 302
    assert cash.balance(unit_of(cast)) == -150_000


def test_a_payment_sent_twice_under_one_key_gives_one_receipt(cast: Cast, as_: As) -> None:
    client = as_(cast.hasan)
    kind = make_kind(cast, client)
    path = f"/rt/kas/{unit_of(cast).pk}/iuran/{home_of(cast).pk}/"
    for _ in range(2):
        client.post(
            path, {"kind": kind.pk, "amount": "25000"},
            headers={"Idempotency-Key": "5f8c1f0e-0d8e-4c1a-9a38-0f4a3d0f1a11"},
        )  # fmt: skip
    assert Receipt.objects.count() == 1


def test_longer_lists_ask_no_more_and_pages_are_small(cast: Cast, as_: As) -> None:
    client = as_(cast.hasan)
    make_kind(cast, client)
    unit = unit_of(cast).pk
    paths = [
        f"/rt/kas/{unit}/",
        f"/rt/kas/{unit}/iuran/",
        f"/rt/kas/{unit}/iuran/{home_of(cast).pk}/",
    ]
    pay(cast, client, "25.000")

    def counted() -> list[int]:
        found = []
        for path in paths:
            client.get(path)
            with CaptureQueriesContext(connection) as seen:
                answer = client.get(path)
            assert len(answer.content) < 60_000
            found.append(len(seen))
        return found

    before = counted()
    for _ in range(3):
        family(cast.village)
        pay(cast, client, "25.000")
    assert counted() == before
    members = home_of(cast).members.count()  # each is told that the page was opened
    assert max(before) <= 14 + members


def test_whoever_holds_a_receipt_checks_it_by_its_code_and_learns_no_name(
    cast: Cast, as_: As, client_for: Callable[[City], Client], in_bontang: City
) -> None:
    head = as_(cast.hasan)
    make_kind(cast, head)
    made = pay(cast, head)
    page = head.get(f"/rt/kas/kuitansi/{made.pk}/").content.decode()
    assert f"/v/{made.check_code}" in page and "Bagikan" in page
    anyone = client_for(in_bontang)
    seen = anyone.get(f"/v/{made.check_code}").content.decode()
    assert "Kuitansi ini benar" in seen and made.code in seen and "Rp75.000" in seen
    assert made.payer not in seen and made.payer.title() not in seen
    head.post(f"/rt/kas/kuitansi/{made.pk}/batal/", {"reason": "Salah keluarga"})
    seen = anyone.get(f"/v/{made.check_code}").content.decode()
    assert "sudah dibatalkan" in seen and "Rp75.000" not in seen
    assert anyone.get(f"/v/{made.check_code[:-1]}").status_code == 404


def test_opening_the_dues_of_a_household_is_told_to_its_people(cast: Cast, as_: As) -> None:
    as_(cast.hasan).get(f"/rt/kas/{unit_of(cast).pk}/iuran/{home_of(cast).pk}/")
    reads = Read.objects.filter(what="person.read", detail__purpose="rt-iuran")
    members = set(home_of(cast).members.values_list("pk", flat=True))
    assert {int(entry.subject_id) for entry in reads} == members
    assert {entry.detail["office"] for entry in reads} == {"Ketua RT 001"}


def test_an_empty_cash_book_reads_rp0(cast: Cast, as_: As) -> None:
    client = as_(cast.hasan)
    assert "Kas Rp0" in client.get(f"/rt/kas/{unit_of(cast).pk}/").content.decode()
    month = closed(cast, client)
    page = client.get(f"/rt/kas/laporan/{month.pk}/").content.decode()
    assert "Rp0" in page and "Gratis" not in page


def test_a_second_press_closes_no_month_that_was_not_shown(
    cast: Cast, posts: list[Post], as_: As
) -> None:
    client, path = as_(cast.hasan), f"/rt/kas/{unit_of(cast).pk}/tutup/"
    cash.note(
        unit_id=unit_of(cast).pk, category="donation", amount=1_000, on=date(2026, 8, 3),
        words="Sumbangan", posts=posts, by=cast.hasan, at=MONDAY, today=MONDAY.date(),
    )  # fmt: skip
    shown = {"month": "2026-08-01"}
    assert client.post(path, shown).status_code == 302
    assert client.post(path, shown).status_code == 409
    assert client.post(path, {}).status_code == 422
    assert statement.closed([unit_of(cast)]).count() == 1


def test_who_keeps_the_book_reads_why_a_household_is_exempt(cast: Cast, as_: As) -> None:
    head = as_(cast.hasan)
    kind, home = make_kind(cast, head), home_of(cast).pk
    head.post(f"/rt/kas/jenis/{kind.pk}/bebas/{home}/", {"reason": "Lama sakit, tidak bekerja"})
    page = head.get(f"/rt/kas/{unit_of(cast).pk}/iuran/{home}/").content.decode()
    assert "Lama sakit, tidak bekerja" in page


def test_a_phone_keeps_the_dues_of_the_first_households_and_their_people_read_it(
    cast: Cast, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, unit = as_(cast.hasan), unit_of(cast).pk
    own = f"/rt/kas/{unit}/iuran/{home_of(cast).pk}/"

    def kept() -> dict[str, str]:
        pages = dict(client.get("/rt/ponsel/").json()["pages"])
        return {path: pages[path] for path in pages if path.startswith(f"/rt/kas/{unit}/iuran/")}

    assert list(kept()) == [f"/rt/kas/{unit}/iuran/"]
    make_kind(cast, client)
    before = kept()
    assert own in before and f"/rt/kas/{unit}/iuran/?page=2" not in before
    made = pay(cast, client, "25.000")
    assert before[own] != kept()[own]
    paid = kept()[own]
    client.post(f"/rt/kas/kuitansi/{made.pk}/batal/", {"reason": "Salah keluarga"})
    assert paid != kept()[own]
    client.get(own, headers={"X-In-Background": "1"})
    reads = Read.objects.filter(what="person.read")
    told = [entry.detail["purpose"] for entry in reads if "rt-iuran" in entry.detail["purpose"]]
    assert told == ["rt-iuran-simpan"] * home_of(cast).members.count()
    listed = f"/rt/kas/{unit}/iuran/"
    assert "Tanpa sinyal" not in client.get(listed).content.decode()
    monkeypatch.setattr(device, "HOMES", 1)
    family(cast.village, rt=1)
    assert len(kept()) == 2
    assert "Tanpa sinyal hanya 1 keluarga" in client.get(listed).content.decode()
