"""The operator's way: the second step, a city's page, and a look inside by the city's consent."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys import people
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]
CITY = "konsol/kota/64.74/"


def test_the_console(balai: Installation, person: Callable[..., Walker]) -> None:
    operator = person("operator")
    page = operator.page
    page.goto(f"{balai.url}/masuk/")
    page.locator("button.demo-person").filter(has_text="Operator platform").click()
    operator.look("second-step")
    operator.press("Lanjutkan", "signups")
    operator.go(f"{balai.url}/konsol/kota/?sort=masalah", "cities")
    operator.go(f"{balai.url}/{CITY}", "city")
    operator.press("Hitung sekarang")
    operator.expect("Sudah dihitung ulang", "mutakhir")
    operator.press("Tampilkan", "names")
    operator.go(f"{balai.url}/{CITY}batas/", "limits")
    operator.press("Simpan batas", "limits-why")
    operator.expect("Isi alasan")
    for place in ("operator", "paket", "tagihan", "peristiwa", "kota/64.74/jejak"):
        operator.go(f"{balai.url}/konsol/{place}/", place.rpartition("/")[2])
    operator.go(f"{balai.url}/akun/dua-langkah/", "own-step")
    operator.press("Buat kode cadangan baru", "recovery-codes")
    expect(page.locator(".codes li")).to_have_count(10)


def test_support_by_consent(balai: Installation, person: Callable[..., Walker]) -> None:
    bontang = balai.city("bontang")
    operator, admin = person("operator"), person("admin")
    people.take_the_place_of(operator, f"{balai.url}/", "Operator platform")
    page = operator.page
    page.goto(f"{balai.url}/{CITY}dukungan/")
    page.fill("#id_reason", "Kop surat tidak tampil")
    operator.press("Kirim permintaan", "asked")
    people.take_the_place_of(admin, bontang, "Admin kota")
    admin.go(f"{bontang}kelola/dukungan/", "asked")
    admin.expect("Kop surat tidak tampil")
    admin.press("Izinkan", "granted")
    page.goto(f"{balai.url}/{CITY}")
    operator.press("Masuk", exact=True)
    operator.press("Buka kota sebagai dukungan", "enter")
    operator.press("Masuk", "inside", exact=True)
    operator.expect("Anda hanya baca")
    operator.go(f"{bontang}kelola/pejabat/", "officials")
    operator.go(f"{bontang}kelola/data/", "refused")
    operator.expect("tidak termasuk izin")
    admin.go(f"{bontang}kelola/", "banner")
    admin.expect("sedang melihat")
    admin.press("Lihat atau cabut izinnya")
    admin.press("Yang dibuka", "opened")
    admin.expect("/kelola/pejabat/", "/kelola/data/", "ditolak")
    admin.press("Cabut izin", "revoked", exact=True)
    page.goto(f"{bontang}kelola/")
    operator.look("out")
    assert "/masuk/" in page.url
