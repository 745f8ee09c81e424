"""An official visits somebody at home without a signal: nothing is lost, and the card arrives."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect

from tests.journeys import people
from tests.journeys.device import ready
from tests.journeys.test_weak_signal import ALL_SENT, REFUSED, wake
from tests.journeys.walker import Installation, Walker

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("size", ["phone"])]


def ready_kk(resident: Walker, dinas: Walker, bontang: str, photo: str) -> str:
    """A KK that Disdukcapil has made, and that its applicant cannot fetch; its number."""
    people.take_the_place_of(resident, bontang, "Warga", 1)
    page = resident.page
    page.goto(f"{bontang}ajukan/permohonan-kk/")
    resident.press("Data saya benar, lanjut")
    page.get_by_label("KK rusak").check()
    if not page.locator("input[type=file]").count():
        resident.press("Lanjut")
    page.set_input_files("input[type=file]", photo)
    resident.press("Lanjut")
    resident.press("Kirim permohonan")
    number = page.locator("main .number").inner_text()
    resident.press("Lihat perjalanan", "forms")
    resident.expect("F-1.02", "Formulir Pendaftaran Peristiwa Kependudukan")
    page.locator("summary", has_text="Minta didatangi").click()
    page.get_by_label("Sakit").check()
    resident.press("Minta didatangi", "wished", exact=True)

    people.take_the_place_of(dinas, bontang, "Disdukcapil")
    people.open_case(dinas, bontang, number)
    dinas.press("Lengkap dan benar, teruskan")
    people.take_the_place_of(dinas, bontang, "Disdukcapil", 1)  # another person completes it
    people.open_case(dinas, bontang, number)
    dinas.page.fill("#id_number_kk", "6474010101010001")
    dinas.press("Simpan hasil")
    dinas.press("Selesai diproses")
    people.take_the_place_of(dinas, bontang, "Disdukcapil")
    return number


def test_a_visit_without_signal_reaches_the_case_and_hands_the_kk_over(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    bontang = balai.city("bontang")
    resident, dinas = person("warga-sakit"), person("lapangan")
    dinas.page.set_viewport_size({"width": 360, "height": 740})
    photo = people.photo("Rumah", balai.home.parent / "rumah.jpg")
    number = ready_kk(resident, dinas, bontang, str(photo))

    page = dinas.page
    page.goto(f"{bontang}meja/kunjungan/rumah/")
    links = page.locator("main section a.btn, main .card a.btn")
    for place in range(links.count()):  # the village of whoever asked
        links.nth(place).click()
        page.wait_for_load_state("load")
        if dinas.sees(number):
            break
        page.goto(f"{bontang}meja/kunjungan/rumah/")
    day = f"{datetime.now(ZoneInfo('Asia/Makassar')):%d-%m-%Y}"
    page.fill("#id_day", day)
    page.locator("label", has_text=number).click()
    dinas.look("plan")
    dinas.press("Rencanakan kunjungan", "planned")

    page.goto(f"{bontang}lapangan/")
    ready(page)
    dinas.context.set_offline(True)
    page.reload()
    expect(page.get_by_text("Tanpa sinyal. Halaman ini disimpan")).to_be_visible()
    page.locator("main a.go").first.click()
    page.wait_for_load_state("load")
    dinas.look("list-offline")
    page.locator("main a.go", has_text=number).click()
    page.wait_for_load_state("load")
    page.fill("#id_note", "Diterima di rumah, pemohon sedang sakit")
    page.set_input_files("input[name=photos]", str(photo))
    page.get_by_label("Tanda tangan di layar").check()
    sign(dinas)
    dinas.look("stop-offline")
    page.get_by_role("button", name="Kirim laporan").click()
    expect(page.locator("[data-forms] li")).to_have_count(1)
    dinas.look("waiting")

    dinas.context.set_offline(False)
    elsewhere = dinas.other()
    page.close()
    elsewhere.goto(f"{bontang}v/")
    for _ in range(6):  # a browser tries again after a while where a form is still waiting
        wake(dinas, elsewhere, bontang, "dispatchSyncEvent", tag="balai-forms", lastChance=False)
        try:
            elsewhere.wait_for_function(ALL_SENT, timeout=10_000)
            break
        except PlaywrightTimeout:
            continue
    assert elsewhere.evaluate(REFUSED) == []
    dinas.page = elsewhere
    people.open_case(dinas, bontang, number)
    dinas.look("case")
    dinas.expect("Sudah didatangi", "Diterima di rumah", "Foto 1", "sudah diserahkan")


def sign(walker: Walker) -> None:
    canvas = walker.page.locator("canvas.signature")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    walker.page.mouse.move(box["x"] + 30, box["y"] + 50)
    walker.page.mouse.down()
    walker.page.mouse.move(box["x"] + 140, box["y"] + 30, steps=6)
    walker.page.mouse.up()
