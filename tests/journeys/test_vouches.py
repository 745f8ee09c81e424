"""A Ketua RT asks back, vouches with a note, and the resident prints the surat pengantar."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys import people
from tests.journeys.walker import Installation, Walker

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("size", ["phone"])]
NARROW = {"width": 360, "height": 760}


def test_a_ketua_rt_asks_back_and_vouches_and_the_resident_prints_the_cover_letter(
    balai: Installation, person: Callable[..., Walker], tmp_path: Path
) -> None:
    bontang = balai.city("bontang")
    resident, ketua, anyone = person("warga"), person("ketua"), person("penerima")
    for walker in (resident, ketua, anyone):
        walker.page.set_viewport_size(NARROW)
    people.take_the_place_of(resident, bontang, "Warga", 0)
    page = resident.page
    page.goto(f"{bontang}layanan/sktm/")
    people.begin_request(resident)
    if page.locator("#id_keperluan").count():  # another journey of this resident asked before
        page.fill("#id_keperluan", "Beasiswa")
        page.fill("#id_penghasilan", "900.000")
        page.fill("#id_tanggungan", "2")
        page.set_input_files("#id_pernyataan", people.photo("PERNYATAAN", tmp_path / "surat.jpg"))
        resident.press("Lanjut")
    resident.press("Kirim permohonan")
    number = page.locator(".number").inner_text().strip()

    people.take_the_place_of(ketua, bontang, "Ketua RT")
    ketua.go(f"{bontang}rt/", "menunggu")
    assert not ketua.sees("900.000")
    people.open_vouch(ketua, bontang, number)
    ketua.look("isian")
    assert not ketua.sees("NIK")
    ketua.press("Tanya, atau minta diperbaiki", "tanya")
    ketua.page.get_by_label("Pertanyaan lain").check()
    ketua.page.fill("#id_note", "Untuk sekolah yang mana?")
    ketua.press("Kirim ke warga")
    ketua.expect("Pertanyaan Anda sudah disampaikan")

    page.goto(f"{bontang}permohonan/")
    page.locator("main section").filter(has_text=number).get_by_role("link").first.click()
    resident.look("pertanyaan")
    resident.expect("Untuk sekolah yang mana?")
    resident.press("Jawab sekarang", "jawab")
    page.fill("#id_reply", "SMK Negeri 1, kelas sepuluh.")
    resident.press("Kirim permohonan")

    people.open_vouch(ketua, bontang, number)
    ketua.expect("SMK Negeri 1")
    ketua.page.get_by_text("Tambah catatan").click()
    ketua.page.fill("#id_note", "Warga sini sejak lahir.")
    ketua.look("catatan")
    ketua.press("Benar, warga saya", "dibenarkan")

    page.goto(f"{bontang}permohonan/")
    page.locator("main section").filter(has_text=number).get_by_role("link").first.click()
    resident.look("dibenarkan")
    resident.expect("Warga sini sejak lahir.", "Surat pengantar di atas kertas")
    resident.press("Buat surat pengantar")
    resident.look("pengantar")
    assert page.locator("[data-share]").is_visible()
    with page.expect_download() as coming:
        page.get_by_role("link", name="Unduh PDF").first.click()
    letter = tmp_path / "pengantar.pdf"
    coming.value.save_as(letter)
    words = people.text_of(letter)
    assert "SURAT PENGANTAR" in words
    assert "Beasiswa" in words
    assert "NIK" not in words
    (code,) = people.codes_on(letter)
    anyone.go(code, "dicek")
    anyone.expect("Surat Pengantar RT/RW", "Ketua RT")
