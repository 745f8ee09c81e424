"""The life of an RT on a small phone: what its head tells, and what a resident sees of it."""

from collections.abc import Callable

import pytest

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
