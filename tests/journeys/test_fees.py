"""A fee paid and one refunded: a city sets a tariff, a resident pays, a letter comes of it; another
is paid online, refused, and its money goes back."""

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys import people
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]


def offer(admin: Walker, bontang: str, title: str) -> str:
    """A service of the city's own with a tariff and a step that asks for it; its address."""
    page = admin.page
    page.goto(f"{bontang}kelola/layanan/baru/")
    page.fill("#id_title", title)
    page.select_option("#id_source", "sktm")
    page.locator("main form button").last.click()
    page.wait_for_load_state("load")
    base = page.url
    page.goto(f"{base}tarif/")
    page.fill("#id_law", "Perda tentang retribusi")
    page.fill("#id_dated", "05-01-2024")
    page.fill("#id_account", "4.1.02.03.01.0001")
    page.fill("#id_rows__0__label", "Setiap tanggungan")
    page.fill("#id_rows__0__amount", "12.500")
    page.select_option("#id_rows__0__per", "tanggungan")
    page.fill("#id_rows__0__unit", "orang")
    page.wait_for_selector("#pratinjau :text('Contoh tagihan')")
    admin.look("tarif")
    admin.press("Simpan sebagai draf")
    admin.expect("Tersimpan")
    page.goto(f"{base}langkah/")
    page.get_by_role("link", name=re.compile("Tambah pembayaran")).click()
    page.wait_for_load_state("load")
    admin.press("Simpan sebagai draf")
    row = page.locator("[data-row]").filter(has_text="Pembayaran retribusi")
    row.get_by_role("button", name=re.compile("^Naik")).click()
    page.wait_for_load_state("load")
    admin.look("langkah")
    page.goto(f"{base}draf/")
    admin.expect("nomor dan tahun Perdanya")
    page.goto(f"{base}tarif/")
    page.fill("#id_law", "Perda Nomor 2 Tahun 2024 tentang Pajak Daerah dan Retribusi Daerah")
    admin.press("Simpan sebagai draf")
    page.goto(f"{base}draf/")
    page.get_by_role("button", name=re.compile("^Terbitkan")).click()
    page.wait_for_load_state("load")
    admin.expect("Diterbitkan")
    page.get_by_role("button", name=re.compile("Buka")).first.click()
    page.wait_for_load_state("load")
    return base


def file_for(resident: Walker, bontang: str, slug: str, tmp_path: Path) -> str:
    """Ask for the service; the number of the application."""
    page = resident.page
    page.goto(f"{bontang}layanan/{slug}/")
    page.locator("main form button, main a.btn.primary").first.click()
    page.wait_for_load_state("load")
    if page.locator("#id_keperluan").count() == 0:
        page.locator("main form button").first.click()
        page.wait_for_load_state("load")
    page.fill("#id_keperluan", "Beasiswa anak di SMP Negeri 1")
    page.fill("#id_penghasilan", "1.450.000")
    page.fill("#id_tanggungan", "2")
    page.set_input_files("#id_pernyataan", people.photo("PERNYATAAN", tmp_path / "surat.jpg"))
    resident.press("Lanjut", exact=True)
    resident.press("Kirim permohonan")
    found = re.search(r"\d\d-\d\d-\d{6}", page.locator("main").inner_text())
    assert found is not None
    return found[0]


def pass_desk(official: Walker, bontang: str, number: str, words: str) -> None:
    people.open_case(official, bontang, number)
    official.press(words)


def pay_at(standin: str, reference: str) -> None:
    """Somebody pays at their bank."""
    data = urllib.parse.urlencode({"reference": reference}).encode()
    with urllib.request.urlopen(f"{standin}pay", data=data, timeout=10) as answer:
        assert json.load(answer)["state"] == "paid"


def test_a_fee_is_paid_and_one_refunded(
    balai: Installation, person: Callable[..., Walker], tmp_path: Path
) -> None:
    bontang = balai.city("bontang")
    admin, warga, ketua, loket, lurah, bendahara = (
        person(name) for name in ("admin", "warga", "ketua", "loket", "lurah", "bendahara")
    )
    people.take_the_place_of(admin, bontang, "Admin kota")
    base = offer(admin, bontang, f"Surat berretribusi {admin.page.viewport_size['width']}")  # type: ignore[index]
    slug = base.rstrip("/").rpartition("/")[2]
    admin.page.goto(f"{bontang}kelola/pembayaran/")
    card = admin.page.locator("section").filter(has_text="Midtrans")
    card.get_by_label("Warga boleh membayar").check()
    card.get_by_label("Server key").fill("SB-Mid-server-uji")
    admin.press("Simpan akun Midtrans")
    admin.look("penyedia")

    for walker, role in (
        (warga, "Warga"), (ketua, "Ketua RT"), (loket, "Loket"), (lurah, "Lurah"),
        (bendahara, "Bendahara"),
    ):  # fmt: skip
        people.take_the_place_of(walker, bontang, role)

    # --- one is paid in cash, and its letter comes
    first = file_for(warga, bontang, slug, tmp_path)
    warga.look("terkirim")
    people.vouch_for(ketua, bontang, first)
    pass_desk(loket, bontang, first, "Lengkap")
    own = warga.page
    own.goto(f"{bontang}permohonan/")
    own.locator("main a").filter(has_text=first).or_(own.locator("main article a")).first.click()
    own.wait_for_load_state("load")
    warga.expect("Rp25.000", "Belum dibayar")
    warga.look("tagihan")
    warga.press("Lihat rincian dan bayar")
    warga.expect("Perda Nomor 2 Tahun 2024", "2 orang", "Cara membayar")
    warga.look("rincian")
    desk = bendahara.page
    desk.goto(f"{bontang}meja/retribusi/?q={first}")
    bendahara.look("daftar")
    desk.locator("main tbody a").first.click()
    desk.wait_for_load_state("load")
    desk.get_by_label("Uang yang diterima").fill("20.000")
    bendahara.press("Terima dan buat tanda bukti")
    bendahara.expect("kurang Rp5.000")
    bendahara.look("kurang")
    desk.get_by_label("Uang yang diterima").fill("25.000")
    bendahara.press("Terima dan buat tanda bukti")
    bendahara.expect("Rp25.000 diterima")
    bendahara.look("diterima")
    own.reload()
    warga.expect("Sudah lunas")
    with own.expect_download() as fetched:
        own.get_by_role("link", name=re.compile("Unduh tanda bukti")).click()
    receipt = tmp_path / "tanda-bukti.pdf"
    fetched.value.save_as(receipt)
    assert "dua puluh lima ribu rupiah" in people.text_of(receipt)
    [code] = people.codes_on(receipt)
    own.goto(code)
    warga.expect("Tanda bukti ini benar", "Rp25.000")
    warga.look("dicek")
    for _ in range(40):  # a worker brings the case on
        desk.wait_for_timeout(250)
        people.open_case(lurah, bontang, first) if people.row_of(lurah, first).count() else (
            lurah.page.goto(f"{bontang}meja/?q={first}")
        )
        if lurah.page.get_by_role("button", name="Setujui").count():
            break
    lurah.page.locator("button[value=approve]").click()
    lurah.page.wait_for_load_state("load")
    lurah.expect(first)

    # --- another is paid by QRIS, refused, and its money goes back
    second = file_for(warga, bontang, slug, tmp_path)
    people.vouch_for(ketua, bontang, second)
    pass_desk(loket, bontang, second, "Lengkap")
    desk.goto(f"{bontang}meja/retribusi/?q={second}")
    order = desk.locator("main tbody a").first
    number, page_of_order = order.inner_text().strip(), order.get_attribute("href")
    own.goto(f"{bontang}retribusi/{str(page_of_order).rstrip('/').rpartition('/')[2]}/")
    warga.press("QRIS", exact=True)
    own.wait_for_selector("img.qr")
    warga.look("qris")
    _, sequence, year = number.split("/")
    pay_at(balai.wait_for(r"Pembayaran tiruan +http", 5).split()[-1], f"6474-{year}{sequence}-1")
    own.wait_for_selector(":text('Pembayaran sudah diterima')", timeout=30_000)
    warga.look("dibayar")
    for _ in range(40):
        desk.wait_for_timeout(250)
        lurah.page.goto(f"{bontang}meja/?q={second}")
        if people.row_of(lurah, second).count():
            break
    people.open_case(lurah, bontang, second)
    lurah.page.locator("summary", has_text="Tolak…").click()
    lurah.page.locator("#id_note_refuse").fill("Data tidak sesuai kenyataan.")
    lurah.press("Tolak permohonan")
    for _ in range(40):
        desk.goto(f"{bontang}{str(page_of_order).lstrip('/')}")
        if bendahara.sees("Perlu diputuskan"):
            break
        desk.wait_for_timeout(250)
    bendahara.expect("Perlu diputuskan")
    desk.locator("summary", has_text="Ajukan pengembalian").click()
    desk.get_by_label("Jumlah yang dikembalikan").fill("25.000")
    desk.get_by_label("Mengapa dikembalikan?").fill("Permohonannya ditolak.")
    bendahara.press("Ajukan", exact=True)
    lurah.page.goto(f"{bontang}{str(page_of_order).lstrip('/')}")
    lurah.look("setujui")
    lurah.press("Setujui pengembalian")
    desk.reload()
    bendahara.press("Kembalikan lewat penyedia")
    for _ in range(40):
        desk.reload()
        if bendahara.sees("sudah dikembalikan"):
            break
        desk.wait_for_timeout(250)
    bendahara.expect("sudah dikembalikan")
    bendahara.look("dikembalikan")
    desk.goto(f"{bontang}meja/retribusi/buku/")
    bendahara.expect("Dikembalikan hari ini", "Rp25.000")
    bendahara.look("buku")
