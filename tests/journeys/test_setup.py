"""An admin's bench: what is typed shows at once, order by hand, two admins at one service."""

from collections.abc import Callable

import pytest

from tests.journeys import people
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]


def test_typing_is_seen_and_taken_back(balai: Installation, person: Callable[..., Walker]) -> None:
    slug = "reklame"
    base = f"{balai.city('bontang')}kelola/layanan/{slug}"
    admin = person("admin")
    people.take_the_place_of(admin, balai.city("bontang"), "Admin kota")
    page = admin.page
    page.goto(f"{base}/pertanyaan/")
    first, second = page.locator("[data-row]").evaluate_all(
        "rows => rows.slice(0, 2).map(row => row.dataset.row)"
    )
    grips = page.locator(".grip")
    grips.nth(0).evaluate("grip => grip.scrollIntoView({block: 'center'})")
    one, other = grips.nth(0).bounding_box(), grips.nth(1).bounding_box()
    assert one is not None
    assert other is not None
    page.mouse.move(other["x"] + 8, other["y"] + 8)
    page.mouse.down()
    page.mouse.move(one["x"] + 8, one["y"] - 30, steps=8)
    with page.expect_navigation():
        page.mouse.up()
    admin.expect("Urutan tersimpan")
    order = page.locator("[data-row]").evaluate_all("rows => rows.map(row => row.dataset.row)")
    assert order[:2] == [second, first]
    admin.look("ordered")

    page.goto(f"{base}/pertanyaan/ubah/{first}/")
    page.wait_for_selector("#pratinjau form")
    page.fill("#id_label", "Ini sedang diketik?")
    page.wait_for_selector("#pratinjau :text('Ini sedang diketik?')")
    admin.look("preview")
    page.fill("#id_label", "")
    page.wait_for_selector("#pratinjau-kabar :text('menunggu')")
    assert page.locator("#pratinjau :text('Ini sedang diketik?')").count() == 1
    page.goto(f"{base}/surat/")
    page.get_by_role("link", name="Ubah").first.click()
    page.wait_for_selector("#pratinjau img.page")
    admin.look("letter")

    page.goto(f"{base}/dokumen/tambah/")
    page.fill("#id_label", "Bukti percobaan")
    admin.press("Simpan sebagai draf")
    page.locator("li", has_text="Bukti percobaan").get_by_role("button", name="Hapus").click()
    admin.look("removed")
    admin.press("Batalkan penghapusan")
    admin.expect("Penghapusan dibatalkan", "Bukti percobaan")
    page.goto(f"{base}/draf/")
    admin.press("Buang draf")


def test_the_second_of_two_admins_is_told(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    slug = "domisili"
    path = f"{balai.city('bontang')}kelola/layanan/{slug}/"
    one, other = person("satu"), person("dua")
    for walker in (one, other):
        people.take_the_place_of(walker, balai.city("bontang"), "Admin kota")
        walker.page.goto(path)
    one.page.fill("#id_title", "Judul dari yang pertama")
    one.press("Simpan sebagai draf")
    other.page.fill("#id_title", "Judul dari yang kedua")
    other.press("Simpan sebagai draf")
    other.expect("baru saja menyimpan", "tersimpan “Judul dari yang pertama”")
    assert other.page.locator("#id_title").input_value() == "Judul dari yang kedua"
    other.look("told")
    one.page.goto(path)
    assert one.page.locator("#id_title").input_value() == "Judul dari yang pertama"
    one.page.goto(f"{path}draf/")
    one.press("Buang draf")
