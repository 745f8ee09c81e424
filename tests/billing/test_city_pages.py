"""The pages below /kelola/langganan/: what they say, what they send, and what happens when pressed
twice, without Stripe, and by somebody else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import User
from billing import actions, lifecycle, operating, queries, standing, usage
from billing.models import Account, Change, Invoice, Reminder, UsageDay
from deploy.local import ports
from kernel.clock import now
from tenants.backend.scope import in_city, in_public
from tenants.office.models import Unit
from tenants.registry import entitlements, hosts
from tenants.registry.models import City
from tests.billing.life import DECLINES, KEY, SECRET, Life
from tests.billing.standin import Receiver, Standin
from tests.factories import official

S = City.Status
HOME = "/kelola/langganan/"
FORM = {
    "name": "Dinas Kominfo Kota Bontang", "npwp": "0012 3456 7890 1000",
    "purchase_reference": "SP/027/XI/2026", "official_name": "Rina Wulandari, S.Kom.",
    "official_post": "PPK", "address": "Jalan Awang Long 1", "email": "keuangan@bontang.go.id",
    "phone": "", "days": "30",
}  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(bontang: City) -> User:
    with in_city(bontang):
        return official("admin", Unit.objects.get(kind=Unit.Kind.CITY), "admin")


@pytest.fixture
def browser(admin: User, bontang: City, client_for: Callable[[City], Client]) -> Client:
    client = client_for(bontang)
    with in_city(bontang):
        client.force_login(admin, backend="accounts.backends.LoginBackend")
    return client


@pytest.fixture
def account(bontang: City) -> Account:
    return actions.open_account(bontang)


@pytest.fixture
def life(
    bontang: City, admin: User, new_standin: Callable[..., Standin], receiver: Receiver,
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, public_client: Client,
) -> Life:  # fmt: skip
    standin = new_standin(webhook=receiver.url)
    settings.STRIPE_API_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, SECRET
    settings.STRIPE_API_BASE = standin.base
    played = Life(bontang, admin, standin, receiver, public_client)
    monkeypatch.setattr("billing.tasks.now", lambda: played.at)
    return played


def said(client: Client, path: str = HOME, status: int = 200) -> str:
    hosts.forget()
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    text: str = answer.content.decode()
    return text


# --- without Stripe -----------------------------------------------------------------------------


PAGES = (
    "", "paket/", "paket/?interval=month", "paket/madya/year/", "paket/madya/year/tagihan/",
    "kontak/", "kartu/", "tagihan/", "dokumen/",
    "dokumen/penawaran.pdf?plan=madya&interval=year",
    "dokumen/perjanjian.pdf?plan=utama&interval=month",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_without_a_key_every_page_works_and_says_so(browser: Client, path: str) -> None:
    answer = browser.get(HOME + path)
    assert answer.status_code == 200
    if path in ("", "paket/", "paket/madya/year/"):
        assert "belum disiapkan" in answer.content.decode()


def test_a_stripe_that_is_away_loses_nothing(
    browser: Client, account: Account, settings: LazySettings
) -> None:
    settings.STRIPE_API_KEY = "sk_test_standin_tests"
    settings.STRIPE_API_BASE = f"http://127.0.0.1:{ports.any_free()}"  # nobody listens
    for path in PAGES:
        assert browser.get(HOME + path).status_code == 200
    answer = browser.post(f"{HOME}paket/madya/month/")
    assert answer.status_code == 503
    assert "coba lagi beberapa menit lagi" in answer.content.decode()
    answer = browser.post(f"{HOME}paket/madya/month/tagihan/", FORM)
    assert answer.status_code == 503
    assert "SP/027/XI/2026" in answer.content.decode()  # what was typed is still there
    with in_public():
        account.refresh_from_db()
        assert account.npwp == "0012345678901000"  # and kept
        assert not Change.objects.exists()
    answer = browser.get(f"{HOME}?session=cs_test_x", follow=True)
    assert "jangan membayar dua kali" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [("npwp", "12.345", "15 atau 16"), ("email", "rina", "e-mail"), ("name", " ", "instansi")],
)
def test_a_form_that_fails_says_how_to_mend_it(
    browser: Client, field: str, typed: str, words: str
) -> None:
    for path in ("kontak/", "paket/madya/year/tagihan/"):
        answer = browser.post(HOME + path, FORM | {field: typed})
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_what_is_not_offered_cannot_be_chosen(browser: Client) -> None:
    assert browser.get(f"{HOME}paket/emas/month/").status_code == 422
    assert browser.get(f"{HOME}paket/madya/week/").status_code == 422
    assert browser.get(f"{HOME}dokumen/penawaran.pdf").status_code == 422


def test_stopping_what_does_not_run_leads_home(browser: Client) -> None:
    for path in ("berhenti/", "lanjut/"):
        for answer in (browser.get(HOME + path), browser.post(HOME + path)):
            assert answer["Location"] == HOME


def test_only_two_pages_let_forms_end_at_stripe(browser: Client, settings: LazySettings) -> None:
    for path in PAGES[:9]:
        policy = browser.get(HOME + path)["Content-Security-Policy"]
        (rule,) = [part for part in policy.split(";") if "form-action" in part]
        leads = path in ("paket/madya/year/", "kartu/")
        assert ("https://checkout.stripe.com" in rule) is leads, path


# --- what the first page says -------------------------------------------------------------------


def test_the_first_page_follows_the_state(browser: Client, account: Account, bontang: City) -> None:
    assert "Masa coba: 30 hari lagi" in said(browser)
    entitlements.set_trial_end(bontang.pk, now() + timedelta(days=2), reason="uji", by=None)
    assert "Masa coba: 2 hari lagi" in said(browser)
    entitlements.set_trial_end(bontang.pk, now() - timedelta(days=16), reason="uji", by=None)
    lifecycle.settle(account.pk, now())
    text = said(browser)
    assert "Masa coba sudah berakhir" in text
    assert "menjadi hanya baca mulai" in text  # the last reminder is out
    with in_public():
        Reminder.objects.update(sent_at=now() - timedelta(days=8))
    lifecycle.settle(account.pk, now())
    assert "Hanya baca: belum dibayar" in said(browser)
    operating.hold(account.pk, reason="Diperiksa", by=User(pk=1, name="Operator"))
    assert "Alasannya: Diperiksa." in said(browser)


def test_two_presses_at_once_are_one_order(
    life: Life, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = actions.start_invoice

    def overtaken(*given: int, **wants: Any) -> Change:
        real(*given, **wants)  # the other press, between our look and our order
        return real(*given, **wants)

    monkeypatch.setattr(actions, "start_invoice", overtaken)
    answer = browser.post(f"{HOME}paket/madya/year/tagihan/", FORM | {"days": "30"})
    assert answer.status_code == 302
    with in_public():
        assert Change.objects.count() == 1


def test_use_is_drawn_against_its_limit(browser: Client, account: Account, bontang: City) -> None:
    today = now().astimezone(bontang.tz).date()
    with in_public():
        for back in (1, 2, 3):
            UsageDay.objects.create(
                account=account, day=today - timedelta(days=31 * back), letters=290 - back,
                seats=20, storage=2**30, messages=100,
            )  # fmt: skip
    text = said(browser)
    assert text.count('<svg class="chart"') == 4
    assert 'class="limit"' in text  # 289 of 300 letters: the limit is in sight
    assert "style=" not in text
    assert "289" in text


@pytest.mark.parametrize("today", [date(2026, 1, 31), date(2026, 12, 1), date(2028, 2, 29)])
def test_twelve_months_end_with_this_one(today: date) -> None:
    first = usage.first_day(today)
    months = usage.by_month([], "letters", today, 7)
    assert months[0][0] == first
    assert months[-1] == (today.replace(day=1), 7)
    assert len({month for month, _ in months}) == 12
    drawn = usage.chart([(month, 50) for month, _ in months], 100)
    assert drawn.limit_y == usage.TOP
    for bar in drawn.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= usage.WIDTH
        assert bar.y + bar.height == pytest.approx(usage.HEIGHT - usage.BOTTOM, abs=0.2)


# --- with Stripe --------------------------------------------------------------------------------


@pytest.mark.processes
def test_paying_by_card_from_page_to_page(life: Life, browser: Client) -> None:
    first = browser.post(f"{HOME}paket/madya/month/")
    answer = browser.post(f"{HOME}paket/madya/month/")
    assert answer.status_code == 302
    # The page of the first press is closed: nobody pays twice.
    assert life.standin.page(urlsplit(first["Location"]).path)[0] == 410
    rule = browser.get(f"{HOME}paket/madya/month/")["Content-Security-Policy"]
    assert f"{urlsplit(answer['Location']).scheme}://{urlsplit(answer['Location']).netloc}" in rule
    # Coming back without having paid is believed to nobody.
    session = life.standin.client.checkout.sessions.list({"limit": 1}).data[0].id
    text = browser.get(f"{HOME}?session={session}", follow=True).content.decode()
    assert "Pembayaran belum selesai" in text
    assert life.status == S.TRIAL
    back = life.standin.page(urlsplit(answer["Location"]).path, kartu="4242424242424242")[2]
    hosts.forget()
    parts = urlsplit(back)
    text = browser.get(f"{parts.path}?{parts.query}", follow=True).content.decode()
    assert "pembayaran diterima" in text
    assert "Paket Madya, dibayar per bulan" in text
    assert "Rp10.878.000" in text
    assert life.status == S.ACTIVE
    # Somebody else's session opens nothing.
    assert "tidak ditemukan" in browser.get(f"{HOME}?session=cs_x", follow=True).content.decode()

    # A bigger plan: what it costs now is shown first; pressing twice asks once.
    text = said(browser, f"{HOME}paket/utama/month/")
    assert "Dipotong dari kartu sekarang" in text
    for _ in range(2):
        assert browser.post(f"{HOME}paket/utama/month/")["Location"] == HOME
    assert "sedang diproses" in said(browser)
    life.work()
    assert browser.post(f"{HOME}paket/utama/month/")["Location"] == HOME  # a slow third press
    with in_public():
        assert Change.objects.count() == 1
    assert "Paket Utama" in said(browser)
    assert "menjadi potongan" in said(browser, f"{HOME}paket/rintisan/month/").lower()
    assert "sudah Anda pakai" in said(browser, f"{HOME}paket/utama/month/")

    for path, words in (("berhenti/", "Paket Utama berhenti"), ("lanjut/", "berikutnya")):
        said(browser, HOME + path)
        for _ in range(2):
            assert browser.post(HOME + path)["Location"] == HOME
        life.work()
        assert words in said(browser)
    assert browser.post(f"{HOME}kartu/")["Location"].startswith(("http://localhost", "http://127"))

    # A declined card: unchanged, and the page says why.
    life.change_card("4000000000000341")
    browser.post(f"{HOME}paket/utama/year/")
    life.work()
    text = said(browser)
    assert "Ganti paket belum berhasil" in text
    assert "ditolak oleh bank" in text
    assert DECLINES  # the card that cannot even be kept stays the stand-in's own test


@pytest.mark.processes
def test_paying_against_invoices_with_a_receipt(
    life: Life, browser: Client, blitar: City, client_for: Callable[[City], Client]
) -> None:
    for _ in range(2):
        assert browser.post(f"{HOME}paket/rintisan/year/tagihan/", FORM)["Location"] == HOME
    life.work()
    with in_public():
        assert Change.objects.count() == 1
    life.deliver()
    assert "terbit dalam waktu sekitar satu jam" in said(browser)
    life.standin.advance(0.1)
    life.deliver()
    with in_public():
        invoice = Invoice.objects.get()
    receipt = f"{HOME}tagihan/{invoice.pk}/kuitansi.pdf"
    assert browser.get(receipt).status_code == 404  # nothing was received yet
    text = said(browser)
    assert "Rp43.290.000" in text
    assert invoice.hosted_url in text
    assert "jatuh tempo" in said(browser, f"{HOME}tagihan/")
    life.pay_invoice(invoice.hosted_url)
    life.deliver()
    answer = browser.get(receipt)
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert answer.content == browser.get(receipt).content
    # Another city's admin gets none of it.
    with in_city(blitar):
        other = official("admin-lain", Unit.objects.get(kind=Unit.Kind.CITY), "admin")
        stranger = client_for(blitar)
        stranger.force_login(other, backend="accounts.backends.LoginBackend")
    hosts.forget()
    assert stranger.get(receipt).status_code == 404
    assert invoice.number not in said(stranger)


def test_words_for_an_invoice_past_its_date(account: Account, bontang: City) -> None:
    """The situation is a plain function of what is known."""
    at = now()
    seen = queries.overview(bontang, at)
    bontang.status = S.PAST_DUE
    late = standing.of(bontang, seen, "ended:sub_1", at)
    assert (late.tone, late.deed) == ("warn", "plan")
    stops = standing.of(bontang, replace(seen, stops_at=at), "trial:2026", at)
    assert "hanya baca mulai" in " ".join(stops.lines)
