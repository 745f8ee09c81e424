"""The life of an RT on a small phone: what its head tells, and what a resident sees of it."""

import re
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from kernel.clock import now
from tests.journeys import people
from tests.journeys.walker import Installation, Walker

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("size", ["phone"])]
SMALL = {"width": 360, "height": 740}


def who(balai: Installation, person: Callable[..., Walker], role: str) -> tuple[Walker, str]:
    """One of the demo city's people on a small phone."""
    address = balai.city("bontang")
    walker = person(role)
    people.take_the_place_of(walker, address, role)
    walker.page.set_viewport_size(SMALL)
    return walker, address


def test_an_announcement_is_read_and_counted(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    ketua, bontang = who(balai, person, "Ketua RT")
    ketua.go(f"{bontang}rt/pengumuman/", "pengumuman")
    ketua.press("Tulis pengumuman", "menulis")
    ketua.page.get_by_label("Judul").fill("Fogging hari Minggu")
    ketua.page.get_by_label("Isi").fill("Mulai pukul 8 pagi.\nTutup makanan dan tempat air.")
    ketua.press("Umumkan", "tampil", exact=True)
    ketua.expect("Pengumuman sudah tampil", "0 dari")
    ketua.go(f"{bontang}rt/kontak/baru/", "nomor")
    ketua.page.get_by_label("Nama").fill("Puskesmas Bontang Utara")
    ketua.page.get_by_label("Nomor telepon").fill("0548 20123")
    ketua.press("Simpan nomor", "kontak")

    warga, _ = who(balai, person, "Warga")
    warga.go(bontang, "beranda")
    warga.expect("Fogging hari Minggu")
    warga.go(f"{bontang}rt-saya/", "rt-saya")
    warga.expect("Puskesmas Bontang Utara", "0548 20123")
    warga.page.locator("main a.go").filter(has_text="Fogging").click()
    warga.page.wait_for_load_state("load")
    warga.look("isi")
    warga.expect("Tutup makanan")
    warga.page.goto(bontang)
    assert not warga.sees("Fogging hari Minggu")

    ketua.page.goto(f"{bontang}rt/pengumuman/")
    ketua.page.locator("main a.go").filter(has_text="Fogging").click()
    ketua.page.wait_for_load_state("load")
    ketua.look("dibuka")
    ketua.expect("1 dari")
    ketua.press("Lembar untuk papan pengumuman", "lembar")
    ketua.expect("Baca di ponsel")


def test_an_activity_is_answered_and_tonights_watch_is_seen(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    ketua, bontang = who(balai, person, "Ketua RT")
    page = ketua.page
    today = now().astimezone(ZoneInfo("Asia/Makassar")).date()
    ketua.go(f"{bontang}rt/kegiatan/baru/", "kegiatan-baru")
    page.get_by_label("Kegiatan").fill("Kerja bakti")
    page.get_by_label("Tanggal", exact=True).fill(f"{today + timedelta(days=3):%d-%m-%Y}")
    page.get_by_label("Jam mulai").fill("07.30")
    page.get_by_label("Tempat").fill("Pos ronda")
    page.get_by_label("Yang perlu dibawa").fill("Cangkul dan sapu")
    ketua.press("Simpan kegiatan", "kegiatan")
    ketua.expect("Kerja bakti", "0 ikut")
    page.goto(f"{bontang}rt/buku/warga/")
    adult = page.locator("main a.go").filter(has_text=re.compile(r"\b[345]\d tahun"))
    name = adult.first.locator("b").inner_text()
    for number in range(7):
        page.goto(f"{bontang}rt/ronda/baru/")
        page.get_by_label("Nama regu").fill(f"Regu {number + 1}")
        page.get_by_label("Malam apa?").select_option(str(number))
        ketua.press("Simpan regu")
    page.get_by_role("searchbox").fill(name)
    ketua.press("Cari", "cari", exact=True)
    page.get_by_role("button", name=re.compile("^Tambahkan")).first.click()
    page.wait_for_load_state("load")
    ketua.look("regu")
    ketua.go(f"{bontang}rt/ronda/", "ronda")
    ketua.expect("malam ini", name)
    ketua.press("Jadwal sebulan untuk dicetak", "sebulan")

    warga, _ = who(balai, person, "Warga")
    warga.go(f"{bontang}rt-saya/", "rt-saya-kegiatan")
    warga.expect("Kerja bakti", "Ronda malam ini")
    warga.page.locator("main a.go").filter(has_text="Kerja bakti").click()
    warga.page.wait_for_load_state("load")
    warga.press("Saya ikut", "ikut", exact=True)
    warga.expect("Jawaban Anda: saya ikut")
    warga.go(f"{bontang}rt-saya/ronda/", "jadwal")

    ketua.page.goto(f"{bontang}rt/kegiatan/")
    ketua.expect("1 ikut")
    ketua.page.locator("main a.go").filter(has_text="Kerja bakti").first.click()
    ketua.page.wait_for_load_state("load")
    ketua.look("jawaban")
