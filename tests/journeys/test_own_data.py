"""A resident asks a second time without an upload, and contests a reading of their data."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys import people
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]

MOST = 6  # presses and fields of a request for a resident who is known


class Counted:
    """A resident's hands: every press and every field counts."""

    def __init__(self, walker: Walker) -> None:
        self.walker, self.count = walker, 0

    def press(self, what: str, name: str | None = None) -> None:
        self.count += 1
        self.walker.press(what, name)

    def follow(self, where: str) -> None:
        self.count += 1
        self.walker.page.locator(where).first.click()
        self.walker.page.wait_for_load_state("load")


def first_request(resident: Walker, bontang: str, folder: Path) -> str:
    """SKTM with an uploaded statement, which the resident agrees to keep."""
    page = resident.page
    page.goto(f"{bontang}layanan/sktm/")
    people.begin_request(resident)
    page.fill("#id_keperluan", "Beasiswa anak di SMP Negeri 1")
    page.fill("#id_penghasilan", "1.450.000")
    page.fill("#id_tanggungan", "3")
    page.set_input_files("#id_pernyataan", people.photo("PERNYATAAN", folder / "surat.jpg"))
    resident.press("Lanjut", "check")
    page.get_by_label("untuk permohonan saya berikutnya").check()
    resident.press("Kirim permohonan")
    return page.locator(".number").inner_text().strip()


def first_domicile(resident: Walker, bontang: str) -> None:
    page = resident.page
    page.goto(f"{bontang}layanan/domisili/")
    people.begin_request(resident, "domisili")
    page.fill("#id_keperluan", "Membuka rekening bank")
    page.locator("input[name=beda_alamat][value=tidak]").check()
    page.get_by_label("Menumpang").check()
    page.fill("#id_sejak", "2019-05-01")
    resident.press("Lanjut", "domisili-check")
    resident.press("Kirim permohonan")


def test_second_request_and_a_contested_reading(
    balai: Installation, person: Callable[..., Walker], tmp_path: Path
) -> None:
    bontang = balai.city("bontang")
    resident, desk = person("warga"), person("meja")
    people.take_the_place_of(resident, bontang, "Warga")
    number = first_request(resident, bontang, tmp_path)

    # The counter opens the numbers in full: the resident sees it at once, with the reason.
    people.take_the_place_of(desk, bontang, "Ketua RT")
    people.vouch_for(desk, bontang, number)
    people.take_the_place_of(desk, bontang, "Loket")
    people.open_case(desk, bontang, number)
    desk.press("Tampilkan NIK")
    resident.go(f"{bontang}data-saya/", "own-data")
    resident.expect("Petugas membuka NIK dan nomor KK lengkap")

    # Asked before: nothing is uploaded, nothing is typed again.
    first_domicile(resident, bontang)
    for category, service in (("bantuan", "sktm"), ("pindah", "domisili")):
        resident.page.goto(f"{bontang}kebutuhan/{category}/")
        hands = Counted(resident)
        hands.follow(f'a[href="/layanan/{service}/"]')
        hands.press("Ajukan sekarang")
        if "/ajukan/" in resident.page.url:  # the one before is still under way, and it says so
            hands.press("Data saya benar", f"{service}-again")
        hands.press("Kirim permohonan")
        assert resident.page.locator(".number").inner_text().strip() != number
        assert hands.count <= MOST

    # The statement lies in the wallet, and goes when the resident says so.
    resident.go(f"{bontang}data-saya/", "wallet")
    resident.expect("Surat pernyataan tidak mampu")

    # The reading is contested: a request like any other, answered by the Camat.
    resident.page.get_by_role("button", name="Keberatan").first.click()
    resident.page.wait_for_load_state("load")
    resident.look("contest")
    resident.page.fill("#id_alasan", "Saya ingin tahu mengapa nomor saya dibuka lengkap.")
    resident.press("Lanjut")
    resident.press("Kirim permohonan")
    contested = resident.page.locator(".number").inner_text().strip()
    people.take_the_place_of(desk, bontang, "Camat")
    people.open_case(desk, bontang, contested)
    desk.look("contested")
    desk.expect("Petugas membuka NIK dan nomor KK lengkap")
    desk.page.locator("textarea[name=note]").first.fill("Dibuka untuk mencocokkan KTP di loket.")
    desk.press("Kirim jawaban")
    resident.go(f"{bontang}permohonan/", "answered")
    resident.page.get_by_role("link", name="Keberatan atas Pembacaan Data").first.click()
    resident.page.wait_for_load_state("load")
    resident.expect("Dibuka untuk mencocokkan KTP di loket.")
