"""A resident without a phone is served by the Ketua RT, from the name to the signed letter."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys import people
from tests.journeys.walker import Installation, Walker

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("size", ["phone"])]
NARROW = {"width": 360, "height": 760}


def test_a_ketua_rt_serves_a_resident_without_a_phone(
    balai: Installation, person: Callable[..., Walker], tmp_path: Path
) -> None:
    bontang = balai.city("bontang")
    ketua = person("bantu-ketua")
    page = ketua.page
    page.set_viewport_size(NARROW)
    people.take_the_place_of(ketua, bontang, "Ketua RT")
    ketua.go(f"{bontang}rt/buku/warga/", "buku")
    name = page.locator("main li b").nth(9).inner_text()  # somebody who lives elsewhere

    ketua.go(f"{bontang}rt/", "daftar")
    ketua.press("Bantu warga mengajukan", "cari")
    page.get_by_role("searchbox", name="Cari warga").fill(name)
    ketua.press("Cari", "ditemukan", exact=True)
    page.locator("main a.go").filter(has_text=name).first.click()
    page.wait_for_load_state("load")
    ketua.look("layanan")
    page.get_by_role("searchbox", name="Cari layanan").fill("domisili")
    ketua.press("Cari", "layanan-dicari", exact=True)
    page.locator("main a.go").filter(has_text="Surat Keterangan Domisili").first.click()
    page.wait_for_load_state("load")
    ketua.look("mulai")
    ketua.press("Mulai mengisi", "isian")
    ketua.expect("Anda mengisi permohonan ini untuk", "warga Anda")
    page.fill("#id_keperluan", "Membuka rekening bank")
    page.get_by_role("group", name=re.compile("alamat yang berbeda")).get_by_label("Tidak").check()
    page.get_by_label("Milik sendiri atau keluarga").check()
    page.fill("[name^=sejak]", "2015-03-01")
    ketua.press("Lanjut", "periksa")
    ketua.press("Lanjut", "persetujuan")
    page.get_by_role("link", name=re.compile("Dengan tanda tangan")).click()
    page.wait_for_load_state("load")
    ketua.look("tanda-tangan")
    ketua.press("Lihat kalimatnya", "pernyataan")
    ketua.expect("Saya setuju permohonan ini diisikan")
    ketua.press("Kembali")
    page.set_input_files("#id_photo", people.photo("SETUJU", tmp_path / "setuju.jpg"))
    page.get_by_label("Warga setuju suratnya").check()
    ketua.press("Simpan fotonya", "kirim")
    ketua.expect("tanda tangan difoto", "Anda tidak ditanya lagi")
    ketua.press("Benarkan dan kirim", "terkirim")
    number = page.locator("main .nowrap").first.inner_text()
    assert re.fullmatch(r"\d\d-\d\d-\d{6}", number)
    mine = page.url
    ketua.expect("Diisikan oleh Ketua RT", "persetujuan: tanda tangan difoto")

    for role, decision in (
        ("Loket", "Lengkap, teruskan"),
        ("Lurah", "Setujui dan terbitkan surat"),
    ):
        desk = person(f"bantu-{role.lower()}")
        people.take_the_place_of(desk, bontang, role)
        people.open_case(desk, bontang, number)
        desk.look("berkas")
        desk.expect("persetujuan: tanda tangan difoto", "Persetujuan yang ditandatangani")
        desk.press(decision)

    for _ in range(40):
        page.goto(mine)
        if ketua.sees("Buka dan cetak suratnya"):
            break
        page.wait_for_timeout(500)
    ketua.look("surat-jadi")
    link = page.get_by_role("link", name=re.compile("Buka dan cetak"))
    letter = tmp_path / "domisili.pdf"
    content = page.evaluate(
        "async (a) => Array.from(new Uint8Array(await (await fetch(a)).arrayBuffer()))",
        link.get_attribute("href"),
    )
    letter.write_bytes(bytes(content))
    assert "DOMISILI" in people.text_of(letter).upper()
    ketua.go(f"{bontang}rt/bantu/", "daftar-bantu")
    ketua.expect(number, "selesai")
