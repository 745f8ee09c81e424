"""A counter case from the queue number to the hand-over of its letter, and a KK from the request to
the card in the hand of who asked for it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys import people
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]


def signed(page: Page) -> None:
    """Somebody signs on the screen."""
    canvas = page.locator("canvas.signature")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 30, steps=6)
    page.mouse.up()


def waiting_room(counter: Walker, bontang: str) -> None:
    """One line, all day and night so that the journey can be walked at any hour, and a window."""
    page = counter.page
    counter.go(f"{bontang}meja/antrean/", "kosong")
    counter.press("Atur antrean", "atur")
    counter.press("Tambah antrean", "antrean-baru")
    page.fill("#id_name", "Surat keterangan")
    page.fill("#id_letter", "A")
    page.fill("#id_opens", "00:00")
    page.fill("#id_closes", "23:59")
    counter.press("Simpan", exact=True)
    page.fill("#id_name_window", "Loket 1")
    counter.press("Tambah loket", "loket")


def test_a_counter_case_from_the_number_to_the_hand_over(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    bontang = balai.city("bontang")
    admin, counter, screen = person("admin"), person("loket"), person("layar-panggilan")
    people.take_the_place_of(admin, bontang, "Admin kota")
    open_every_day(admin, bontang)
    people.take_the_place_of(counter, bontang, "Loket")
    page = counter.page
    waiting_room(counter, bontang)

    page.fill("#id_name_screen", "TV ruang tunggu")
    counter.press("Buat kode layar", "kode")
    code = page.locator("main .ticket-number").inner_text()
    screen.go(f"{bontang}layar/", "belum")
    screen.page.fill("#id_code", code)
    screen.press("Pasangkan layar ini", "menunggu")
    screen.expect("Belum ada panggilan")

    counter.go(f"{bontang}meja/antrean/", "antrean")
    counter.press("Beri nomor", "beri")
    page.locator("main input[type=radio]").first.check()
    counter.press("Beri nomor", "nomor", exact=True)
    assert page.locator("main .ticket-number").inner_text() == "A001"
    page.goto(f"{bontang}meja/antrean/")
    counter.press("Panggil berikutnya", "dipanggil")
    screen.page.locator(".call-code", has_text="A001").wait_for()
    screen.page.set_viewport_size({"width": 1920, "height": 1080})
    fits = "document.documentElement.scrollHeight <= innerHeight"
    assert screen.page.evaluate(fits), "a television does not scroll"
    screen.look("panggilan")
    screen.expect("A001", "Loket 1")
    counter.press("Orangnya datang", "dilayani")

    page.goto(f"{bontang}meja/?tab=selesai")
    name = page.locator("td[data-label=Warga] b").first.inner_text()
    page.goto(f"{bontang}meja/antrean/")
    counter.press("Cari orangnya dan buat permohonan", "cari")
    page.get_by_role("searchbox", name="Cari penduduk").fill(name)
    counter.press("Cari", "hasil", exact=True)
    page.locator("main tr").filter(has_text=name).first.get_by_role("button").click()
    page.wait_for_load_state("load")
    counter.look("layanan")
    page.get_by_label("Layanan").select_option(label="Surat Keterangan KTP dalam Proses")
    page.locator("input[name=checked][value=ktp]").check()
    counter.press("Isi permohonan")
    page.fill("#id_tanggal_rekam", "2026-11-02")
    page.fill("#id_keperluan", "Membuka rekening bank")
    counter.press("Lanjut", "periksa")
    counter.press("Kirim permohonan", "tanda-terima")
    number = page.locator("main .number").inner_text()
    assert re.fullmatch(r"\d\d-\d\d-\d{6}", number)
    picture = page.locator("main img.qr").get_attribute("src")
    assert picture and picture.startswith("data:image/svg+xml")
    paper = page.get_by_role("link", name="Cetak tanda terima").get_attribute("href")
    assert paper is not None and people.fetched(page, paper).startswith(b"%PDF")
    counter.go(f"{bontang}meja/antrean/", "selesai")
    assert "A001" not in page.locator("main section").first.inner_text()
    assert counter.sees("Panggil berikutnya"), "the number ended with the case"

    people.open_case(counter, bontang, number)
    counter.press("Lengkap, teruskan")
    lurah = person("lurah-menandatangani")
    people.take_the_place_of(lurah, bontang, "Lurah")
    people.open_case(lurah, bontang, number)
    lurah.press("Setujui dan terbitkan surat")
    for _ in range(40):
        people.open_case(counter, bontang, number)
        if counter.sees("Serahkan cetaknya"):
            break
        page.wait_for_timeout(500)
    counter.look("surat-jadi")
    counter.press("Serahkan cetaknya", "serahkan")
    page.get_by_label("Pemohon sendiri").check()
    page.get_by_label("Tanda tangan di layar").check()
    signed(page)
    counter.press("Diserahkan", "diserahkan", exact=True)
    counter.expect("Tanda tangan di layar")
    assert not counter.sees("Tanda tangan penerima"), "a letter is handed over once"


def open_every_day(admin: Walker, bontang: str) -> None:
    """The journey is walked on a Sunday too."""
    page = admin.page
    page.goto(f"{bontang}kelola/jam/")
    for field in page.locator("main input[name^=opens]").all():
        field.fill("00:00")
    for field in page.locator("main input[name^=closes]").all():
        field.fill("23:59")
    admin.press("Simpan jam")


def test_a_kk_from_the_request_to_the_delivered_card(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    bontang = balai.city("bontang")
    resident, dinas = person("warga-kk"), person("disdukcapil")
    people.take_the_place_of(resident, bontang, "Warga", 1)
    page = resident.page
    page.goto(f"{bontang}ajukan/permohonan-kk/")
    resident.press("Data saya benar, lanjut")
    page.get_by_label("KK rusak").check()
    if not page.locator("input[type=file]").count():
        resident.press("Lanjut")
    page.set_input_files("input[type=file]", people.photo("KK rusak", balai.home.parent / "kk.jpg"))
    resident.press("Lanjut")
    resident.press("Kirim permohonan", "terkirim")
    number = page.locator("main .number").inner_text()
    resident.press("Lihat perjalanan", "perjalanan")
    resident.expect("Kartu Keluarga", "Belum jadi")
    resident.press("Pilih", "cara", exact=True)
    page.get_by_label("Diantar").check()
    page.fill("#id_address", "Jalan Melati 5, RT 001 RW 002, telepon 0812 3456 7890")
    resident.press("Simpan", "dipilih", exact=True)
    case = page.url

    people.take_the_place_of(dinas, bontang, "Disdukcapil")
    desk = dinas.page
    people.open_case(dinas, bontang, number)
    dinas.press("Lengkap dan benar, teruskan")
    people.take_the_place_of(dinas, bontang, "Disdukcapil", 1)  # another person completes it
    people.open_case(dinas, bontang, number)
    dinas.look("berkas")
    dinas.expect("Hasil: Kartu Keluarga", "Diantar")
    desk.fill("#id_number_kk", "6474010101010001")
    dinas.press("Simpan hasil", "dicatat")
    dinas.press("Selesai diproses")
    dinas.go(f"{bontang}meja/hasil/", "menunggu")
    people.row_of(dinas, number).get_by_role("link").first.click()
    desk.wait_for_load_state("load")
    dinas.look("hasil")
    desk.locator("summary", has_text="Antar ke alamat").click()
    desk.fill("#id_carrier", "Kurir Andi")
    dinas.press("Mulai antar", "diantar")
    resident.go(case, "sedang-diantar")
    resident.expect("Sedang diantar")
    desk.get_by_label("Tanda tangan di layar").check()
    signed(desk)
    dinas.look("tanda-tangan")
    dinas.press("Diserahkan", "diserahkan", exact=True)
    dinas.expect("sudah diserahkan", "Tanda tangan di layar", "Kurir Andi")
    sheet = desk.get_by_role("link", name="Cetak tanda serah terima").get_attribute("href")
    assert sheet is not None and people.fetched(desk, sheet).startswith(b"%PDF")
    resident.go(case, "sudah-diserahkan")
    resident.expect("Sudah diserahkan", "Kartu Keluarga diserahkan")
