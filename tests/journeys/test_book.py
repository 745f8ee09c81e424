"""The book of an RT on a small phone: a guest, a birth and a death reported, the month sent; and
what the kelurahan makes of it."""

import re
from collections.abc import Callable

import pytest

from tests.journeys import people
from tests.journeys.walker import Installation, Walker

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("size", ["phone"])]
SMALL = {"width": 360, "height": 740}


def head(
    balai: Installation, person: Callable[..., Walker], city: str = "bontang"
) -> tuple[Walker, str]:
    """The head of an RT of this city on a small phone."""
    address = balai.city(city)
    walker = person("ketua")
    people.take_the_place_of(walker, address, "Ketua RT")
    walker.page.set_viewport_size(SMALL)
    return walker, address


def choose(walker: Walker, address: str, slug: str, name: str) -> None:
    """Somebody of the book, found by a part of the name, for this report."""
    walker.page.goto(f"{address}rt/lapor/{slug}/")
    walker.page.get_by_role("searchbox").fill(name.split()[0])
    walker.press("Cari", exact=True)
    walker.page.locator("main a.go").filter(has_text=name).first.click()
    walker.page.wait_for_load_state("load")


def names(walker: Walker, address: str) -> list[str]:
    """Of the household at the top of the book."""
    walker.page.goto(f"{address}rt/buku/")
    walker.page.locator("main a.go").first.click()
    walker.page.wait_for_load_state("load")
    return walker.page.locator("main a.go b").all_inner_texts()


def at_the_kelurahan(walker: Walker, address: str, number: str) -> None:
    """A clerk opens the case of this number."""
    people.take_the_place_of(walker, address, "Loket")
    walker.page.goto(f"{address}meja/?q={number}")
    walker.page.locator("main tbody a").first.click()
    walker.page.wait_for_load_state("load")


def number_of(walker: Walker) -> str:
    found = re.search(r"\d\d-\d\d-\d{6}", walker.page.locator("main").inner_text())
    assert found is not None, walker.page.locator("main").inner_text()
    return found.group()


def test_a_month_without_events_is_sent_as_nihil_and_a_death_later_corrects_it(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    ketua, bontang = head(balai, person)
    page = ketua.page
    page.goto(f"{bontang}rt/bulanan/")
    page.locator("main a.go").first.click()
    page.wait_for_load_state("load")
    ketua.press("Kirim laporan NIHIL", "nihil")
    ketua.expect("Laporan NIHIL terkirim")
    late = names(ketua, bontang)[0]
    choose(ketua, bontang, "lapor-kematian", late)
    page.get_by_label("Tempat meninggal").fill("Rumah")
    page.get_by_label("Sakit atau usia lanjut").check()
    ketua.press("Kirim laporan", "kematian")
    ketua.expect("Laporan terkirim")
    page.goto(f"{bontang}rt/bulanan/")
    page.locator("main a.go").first.click()
    page.wait_for_load_state("load")
    ketua.look("berubah")
    ketua.expect("Ada yang berubah sesudah laporan dikirim", "Meninggal")
    ketua.press("Kirim perbaikan", "perbaikan")
    ketua.expect("perbaikan ke-1")


def test_a_guest_is_reported_and_goes_home(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    ketua, bontang = head(balai, person)
    host = names(ketua, bontang)[0]
    choose(ketua, bontang, "lapor-tamu", host)
    ketua.look("isian")
    page = ketua.page
    page.get_by_label("Nama tamu").fill("Jumadi Santoso")
    page.get_by_label("Laki-laki").check()
    page.get_by_label("Datang dari mana").fill("Samarinda")
    page.get_by_label("Berapa malam").fill("2")
    ketua.press("Kirim laporan", "terkirim")
    ketua.expect("Laporan terkirim", "Kelurahan memeriksa laporan")
    choose(ketua, bontang, "lapor-tamu", host)
    page.get_by_label("Nama tamu").fill("JUMADI SANTOSO")
    page.get_by_label("Laki-laki").check()
    page.get_by_label("Datang dari mana").fill("Samarinda")
    page.get_by_label("Berapa malam").fill("2")
    ketua.press("Kirim laporan", "dua-kali")
    ketua.expect("sudah dilaporkan menginap", "Tetap laporkan")
    ketua.go(f"{bontang}rt/tamu/", "buku-tamu")
    ketua.press("Sudah pulang", "pulang")
    ketua.press("Simpan", "tercatat")
    ketua.expect("Kepulangannya dicatat")


def test_a_birth_becomes_a_person_and_stands_in_the_monthly_report(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    ketua, blitar = head(balai, person, "blitarkab")
    page = ketua.page
    ketua.go(f"{blitar}rt/bulanan/", "bulan")
    page.goto(f"{blitar}rt/buku/warga/")
    mothers = page.locator("main a.go").filter(has_text=re.compile("Perempuan.*istri", re.S))
    mother = mothers.first.locator("b").inner_text()
    choose(ketua, blitar, "lapor-kelahiran", mother)
    ketua.look("isian")
    page.get_by_label("Nama bayi").fill("Anisa Rahma")
    page.get_by_label("Perempuan").check()
    page.get_by_label("Tempat lahir").fill("Puskesmas Bontang Utara")
    ketua.press("Kirim laporan", "terkirim")
    number = number_of(ketua)
    ketua.go(f"{blitar}rt/bulanan/", "bulan-dengan-kelahiran")
    page.locator("main a.go").first.click()
    page.wait_for_load_state("load")
    month = page.url.rstrip("/").rpartition("/")[2]  # early in a month the one before is due
    ketua.look("laporan")
    ketua.expect("Lahir", "Kepala keluarga")
    ketua.press("Kirim laporan", "laporan-terkirim")
    ketua.expect("Terkirim")

    clerk = person("loket")
    at_the_kelurahan(clerk, blitar, number)
    clerk.look("berkas")
    clerk.expect("Anisa Rahma", "Dilaporkan oleh")
    clerk.press("Laporan benar", "diterima")
    clerk.page.goto(f"{blitar}meja/peristiwa/")
    clerk.page.locator("main tbody tr").filter(has_text=number).locator("a").first.click()
    clerk.page.wait_for_load_state("load")
    clerk.look("peristiwa")
    clerk.press("Catat di data penduduk", "tercatat", exact=True)
    clerk.expect("tercatat di data penduduk")
    clerk.go(f"{blitar}meja/bulanan/?month={month}", "papan")
    clerk.expect("terkirim", "belum dikirim")
    ketua.page.goto(f"{blitar}rt/buku/warga/")
    ketua.page.goto(f"{blitar}rt/buku/kelompok/")
    ketua.press("Balita", "balita")
    ketua.expect("Anisa Rahma")
