"""The counter: a name typed there fills the form of somebody without a phone."""

import re
from collections.abc import Callable

import pytest

from tests.journeys import people
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]


def mistyped(name: str) -> str:
    """Two letters of each long word in each other's place."""
    words = [word for word in name.split() if len(word) > 3]
    return " ".join(f"{word[0]}{word[2]}{word[1]}{word[3:]}" for word in words).lower()


def test_a_name_typed_at_the_counter_fills_the_form_and_is_sent(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    bontang = balai.city("bontang")
    counter = person("loket-mengisi")
    page = counter.page
    people.take_the_place_of(counter, bontang, "Loket")
    page.goto(f"{bontang}meja/?tab=selesai")
    name = page.locator("td[data-label=Warga] b").first.inner_text()

    counter.go(f"{bontang}meja/penduduk/", "cari")
    page.get_by_role("searchbox", name="Cari penduduk").fill(mistyped(name))
    counter.press("Cari", "hasil")
    counter.expect(name, "nama mirip")
    page.locator("main table a").filter(has_text=name).first.click()
    page.wait_for_load_state("load")
    counter.look("keperluan")
    page.get_by_label("Melayani orangnya di loket").check()
    counter.press("Buka data", "orang")
    counter.expect("Anggota KK", "Siapa membuka data ini")
    counter.press("Tampilkan nomor", "nomor")
    assert re.search(r"\b\d{16}\b", page.locator("main").inner_text())

    record = page.url.removesuffix("tampilkan/")
    for form in ("Catat kematian", "Catat pindah di dalam daerah", "Catat kelahiran"):
        page.goto(record)
        counter.press(form, form.lower().replace(" ", "-"))
    page.goto(record)
    counter.press("Perbaiki data", "perbaiki")
    page.get_by_label("Tempat lahir").fill("Samarinda Ulu")
    page.get_by_label("Nama dan nomor dokumen").fill("Akta Kelahiran 12/2026")
    page.get_by_label("Tanggal dokumen").fill("01-11-2026")
    counter.press("Simpan", "sebelum-sesudah")
    counter.expect("Sebelum", "Samarinda Ulu")
    counter.press("Simpan perbaikan", "riwayat")
    counter.expect("Perbaikan tercatat", "Akta Kelahiran 12/2026")

    counter.press("Buat permohonan untuk orang ini", "layanan")
    page.get_by_label("Layanan").select_option(label="Surat Keterangan Domisili")
    page.locator("input[name=checked][value=ktp]").check()
    counter.press("Isi permohonan", "isian")
    counter.expect("Anda mengisi permohonan ini untuk", name)
    page.fill("#id_keperluan", "Membuka rekening bank")
    page.get_by_role("group", name=re.compile("alamat yang berbeda")).get_by_label("Tidak").check()
    page.get_by_label("Milik sendiri atau keluarga").check()
    page.fill("[name^=sejak]", "2015-03-01")
    counter.press("Lanjut", "periksa")
    counter.expect("Membuka rekening bank", name)
    counter.press("Kirim permohonan", "tanda-terima")
    counter.expect("Tanda terima permohonan", name, "Surat Keterangan Domisili")
    assert re.fullmatch(r"\d\d-\d\d-\d{6}", page.locator("main .number").inner_text())
