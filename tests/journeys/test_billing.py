"""A city's admin pays: card, a bigger plan, a card that fails, stopping, invoices, read only.

Time goes on in the stand-in for Stripe alone; where Balai's own time matters, rows are back-dated
through ``./balai manage shell``, as an installation that has run for weeks would have them.
"""

import re
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.journeys import people
from tests.journeys.inside import manage
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]

CITY = "blitarkab"
# Longer than the longest month and the hour that a draft lies; two are shorter than three months.
A_MONTH = 31.2
VISA, FAILS_AT_RENEWAL = "4242424242424242", "4000000000000341"


OF_CITY = """
from datetime import timedelta
from kernel.clock import now
from billing import actions, lifecycle, queries
from billing.models import *
from tenants.registry.models import City
city = City.objects.get(domains__domain__startswith="{subdomain}.")
account = actions.open_account(city)
"""
# A subscription whose period ended in Stripe's time has ended in ours an hour ago. An event that is
# still under way writes Stripe's time over it: so until it stays.
STOPPED = """
import time
ended, stayed = account.subscriptions.exclude(ended_at=None), 0
for _ in range(60):
    time.sleep(1)
    if not ended.filter(ended_at__lt=now()).exists():
        stayed = 0
    ended.update(ended_at=now() - timedelta(hours=1))
    state = lifecycle.settle(account.pk, now())
    stayed += state == "past_due"
    if stayed == 3:
        break
print(state)
"""
# All three reminders of what is owed went out, the last one eight days ago.
REMINDED = """
about = queries.debt(account, city, now())[0]
for kind, days in ((1, 21), (7, 15), (14, 8)):
    Reminder.objects.update_or_create(account=account, about=about, kind=kind,
        defaults={"sent_at": now() - timedelta(days=days)})
"""
# A year of use, so that there is something to draw.
USED = """
for month in range(12):
    UsageDay.objects.update_or_create(account=account,
        day=(now() - timedelta(days=30 * month + 25)).date(),
        defaults={"letters": 900 - 60 * month, "seats": 50 - month, "storage": 4e8 - month * 2e7,
                  "messages": 4000 - 300 * month})
print("terisi")
"""
# The session of a resident who holds a letter: name and value of its cookie.
HOLDER = """
from django.conf import settings
from django.test import Client
from tenants.backend.scope import in_city
with in_city(city):
    from services.letters.models import Letter
    from services.residents.models import ResidentAccount
    person = Letter.objects.filter(state="ready", person__account__isnull=False).first().person
    client = Client(HTTP_HOST=city.host)
    client.force_login(person.account.user, backend="accounts.backends.LoginBackend")
    print(client.cookies[settings.SESSION_COOKIE_NAME].value, settings.SESSION_COOKIE_NAME)
"""
SETTLE = "print(lifecycle.settle(account.pk, now()))"


class Stripe:
    """The stand-in's pages, seen with the person's own browser."""

    def __init__(self, balai: Installation, walker: Walker) -> None:
        self.walker = walker
        line = balai.wait_for(r"Stripe tiruan siap di", 5)
        found = re.search(r"http://\S+", line)
        assert found is not None
        self.base = found[0].rstrip("/")

    def pass_days(self, days: float) -> None:
        form = urllib.parse.urlencode({"hari": str(days)}).encode()
        urllib.request.urlopen(self.base + "/maju", data=form, timeout=60).close()

    def use(self, card: str, button: str) -> None:
        page = self.walker.page
        page.wait_for_url(f"{self.base}/**")
        page.locator("[name=kartu]").first.select_option(card)
        page.get_by_role("button", name=button).click()


def until(walker: Walker, *texts: str, seconds: int = 30) -> None:
    """Load the first page again until it says this: webhooks take a moment."""
    for _ in range(seconds * 2):
        if all(walker.sees(text) for text in texts):
            return
        walker.page.wait_for_timeout(500)
        walker.page.reload()
    walker.expect(*texts)


def test_paying(balai: Installation, person: Callable[..., Walker], tmp_path: Path) -> None:
    city = balai.city(CITY)
    base = f"{city}kelola/langganan/"
    admin, resident = person("admin"), person("warga")
    stripe = Stripe(balai, admin)
    here = OF_CITY.format(subdomain=CITY)
    people.take_the_place_of(admin, city, "Admin kota")
    page = admin.page

    assert manage(balai, here + USED) == "terisi"

    # By card, through Stripe's page.
    admin.go(base, "trial")
    admin.expect("Pemakaian", "Data tagihan")
    admin.press("Pilih paket", "plans")
    page.goto(f"{base}paket/?interval=month")
    admin.expect("Pilih paket yang disarankan")  # the smaller ones are not for 248 desa
    assert admin.page.get_by_role("link", name=re.compile("Pilih Madya")).count() == 0
    admin.press("Pilih Utama", "subscribe")
    admin.expect("Rp19.500.000", "Rp2.145.000", "Rp21.645.000")
    admin.press("Bayar dengan kartu")
    stripe.use(VISA, "Bayar dan berlangganan")
    page.wait_for_url(base)
    admin.expect("pembayaran diterima", "Paket Utama", "lunas")
    admin.look("active")

    # Paying for a year instead: the difference is shown, and nothing changes by looking.
    admin.press("Ganti paket")
    page.goto(f"{base}paket/utama/year/")
    admin.expect("Dipotong dari kartu sekarang", "Potongan sisa masa")
    admin.look("preview")
    page.goto(base)

    # The next renewal fails; the invoice is paid by hand.
    admin.go(f"{base}kartu/", "cards")
    admin.press("Buka halaman Stripe")
    stripe.use(FAILS_AT_RENEWAL, "Pakai kartu ini")
    page.get_by_role("link", name="Kembali").click()
    page.wait_for_url(base)
    stripe.pass_days(A_MONTH)
    until(admin, "Menunggu pembayaran", "Kartu gagal dipotong")
    admin.look("past-due")
    page.goto(f"{city}kelola/")
    admin.expect("belum kami terima")
    admin.look("banner")
    page.goto(base)
    admin.press("Bayar Rp")
    stripe.use(VISA, "Bayar")
    page.wait_for_load_state("load")
    page.goto(base)
    until(admin, "Paket Utama", "Pembayaran berikutnya")

    # Stopping, and thinking again.
    admin.press("Berhenti berlangganan", "stop")
    admin.press("Berhenti di akhir masa")
    until(admin, "Paket Utama berhenti")
    admin.look("stopping")
    admin.press("Lanjutkan langganan", "resume")
    admin.press("Lanjutkan langganan")
    until(admin, "Pembayaran berikutnya")
    admin.press("Berhenti berlangganan")
    admin.press("Berhenti di akhir masa")
    until(admin, "Paket Utama berhenti")
    stripe.pass_days(A_MONTH)
    assert manage(balai, here + STOPPED) == "past_due"
    page.goto(base)
    admin.expect("Langganan sudah berakhir")
    admin.look("ended")

    # Against an invoice, with what a treasurer looks for.
    page.goto(f"{base}paket/utama/year/tagihan/")
    admin.type("Nama instansi", "Dinas Komunikasi dan Informatika")
    admin.type("NPWP", "12.345")
    admin.type("E-mail keuangan", "keuangan@contoh.go.id")
    admin.press("Mulai berlangganan", "invoice-wrong")
    admin.expect("15 atau 16 angka")
    admin.type("NPWP", "0012 3456 7890 1000")
    admin.type("Nomor pesanan", "SP/027/XI/2026")
    admin.type("Nama pejabat", "Rina Wulandari, S.Kom.")
    admin.type("Jabatan", "Pejabat Pembuat Komitmen")
    admin.type("Alamat kantor", "Jalan Merdeka 1")
    admin.press("Mulai berlangganan")
    until(admin, "Paket Utama", "terbit dalam waktu sekitar satu jam")
    admin.look("by-invoice")
    stripe.pass_days(0.1)
    until(admin, "jatuh tempo", "belum dibayar")
    admin.look("invoice-open")
    admin.go(f"{base}tagihan/", "invoices")
    admin.go(f"{base}dokumen/", "documents")
    for words, expected in (("Surat penawaran", "Terbilang"), ("Rancangan perjanjian", "Pasal 10")):
        with page.expect_download() as waiting:
            admin.target(words).click()
        waiting.value.save_as(tmp_path / "paper.pdf")
        text = " ".join(people.text_of(tmp_path / "paper.pdf").split())
        assert expected in text
        assert "Rina Wulandari, S.Kom." in text
    admin.go(f"{base}kontak/", "contact")

    # Not paid for weeks: read only, for everybody; letters stay.
    stripe.pass_days(A_MONTH)
    page.goto(base)
    until(admin, "sudah lewat jatuh tempo")
    assert manage(balai, here + REMINDED + SETTLE) == "suspended"
    page.goto(base)
    until(admin, "Hanya baca")
    admin.look("suspended")
    value, name = manage(balai, here + HOLDER).split()
    resident.context.add_cookies([{"name": name, "value": value, "url": city}])
    resident.go(f"{city}permohonan/", "read-only")
    resident.expect("dihentikan sementara")
    resident.page.locator("main a.go").first.click()
    resident.look("letter")
    with resident.page.expect_download() as waiting:
        resident.page.get_by_role("link", name="Unduh PDF").first.click()
    waiting.value.save_as(tmp_path / "letter.pdf")
    (code,) = set(people.codes_on(tmp_path / "letter.pdf"))
    # Made before this start, with the port of that one.
    resident.go(f"{city.rstrip('/')}{urlsplit(code).path}", "verified")
    resident.expect("surat contoh")

    # Paid on the invoice's page: everything runs again, and there is a receipt.
    admin.press("Bayar Rp")
    stripe.use(VISA, "Bayar")
    page.wait_for_load_state("load")
    page.goto(base)
    until(admin, "Paket Utama", "Kuitansi")
    assert not admin.sees("hanya baca")
    admin.look("paid")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Kuitansi").first.click()
    waiting.value.save_as(tmp_path / "receipt.pdf")
    receipt = " ".join(people.text_of(tmp_path / "receipt.pdf").split())
    for words in (
        "KUITANSI", "SP/027/XI/2026", "0012 3456 7890 1000", "Rp216.450.000",
        "Dua ratus enam belas juta empat ratus lima puluh ribu rupiah",
    ):  # fmt: skip
        assert words in receipt
    resident.page.reload()
    assert not resident.sees("dihentikan sementara")

    # Another period: what was paid ahead becomes a credit.
    page.goto(f"{base}paket/utama/month/")
    admin.look("other-period")
    admin.press("Ganti ke Utama")
    until(admin, "Paket Utama", "per bulan")
