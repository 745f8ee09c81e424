"""A resident without phone or account files alone at a kiosk, and prints the letter there."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.tanggal import read_date
from tests.journeys import people
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]


def card_of(counter: Walker, bontang: str, name: str) -> dict[str, str]:
    """What stands on the family card of somebody: the counter reads it in the register."""
    page = counter.page
    page.goto(f"{bontang}meja/penduduk/")
    page.get_by_role("searchbox", name="Cari penduduk").fill(name)
    counter.press("Cari")
    page.locator("main table a").filter(has_text=name).first.click()
    page.wait_for_load_state("load")
    page.get_by_label("Melayani orangnya di loket").check()
    counter.press("Buka data")
    counter.press("Tampilkan nomor")
    pairs = page.locator("main dl.facts").evaluate_all(
        "all => all.flatMap(dl => [...dl.querySelectorAll('dt')]"
        ".map(dt => [dt.innerText.trim(), dt.nextElementSibling.innerText.split('\\n')[0].trim()]))"
    )
    return dict(pairs)


def stand(kiosk: Walker, card: dict[str, str], look: str = "") -> None:
    """Say who one is, from the start of the kiosk."""
    page = kiosk.page
    born = read_date(card["Tanggal lahir"])
    assert born is not None
    kiosk.press("Mulai dengan NIK", look or None)
    page.fill("#id_nik", card["NIK"])
    page.fill("#id_birth_date_0", str(born.day))
    page.select_option("#id_birth_date_1", str(born.month))
    page.fill("#id_birth_date_2", str(born.year))
    page.fill("#id_card", card["Nomor KK"][-6:])
    kiosk.press("Lanjut")


SMALL = """() => [...document.querySelectorAll('a, button, input, select, textarea')]
  .filter(e => e.type !== 'hidden' && !e.closest('.skip') && e.checkVisibility())
  .filter(e => (e.closest('label.choice') || e).getBoundingClientRect().height < 48)
  .map(e => e.outerHTML.slice(0, 100))"""


def test_a_resident_files_at_the_kiosk_and_prints_the_letter(
    balai: Installation, person: Callable[..., Walker], tmp_path: Path
) -> None:
    bontang = balai.city("bontang")
    ketua, counter, kiosk = person("ketua"), person("loket"), person("layar")
    people.take_the_place_of(ketua, bontang, "Ketua RT")
    ketua.page.goto(f"{bontang}rt/buku/warga/")
    heads = ketua.page.locator("main li").filter(has_text="kepala keluarga")
    name = heads.nth(3).locator("b").inner_text()
    people.take_the_place_of(counter, bontang, "Loket")
    card = card_of(counter, bontang, name)

    page = kiosk.page
    people.take_the_place_of(kiosk, bontang, "Loket")
    page.clock.install()
    kiosk.go(f"{bontang}meja/kios/", "buka")
    kiosk.press("Buka kios di perangkat ini", "mulai")
    kiosk.expect("Urus surat di sini", "Tidak perlu HP")
    stand(kiosk, card, "siapa")
    kiosk.look("saya")
    kiosk.expect(name, "Apa yang ingin Anda urus")
    kiosk.press("Ajukan permohonan baru", "layanan")
    page.get_by_role("searchbox", name="Cari layanan").fill("tidak mampu")
    kiosk.press("Cari", "dicari", exact=True)
    page.locator("main a.go[href$='/sktm/']").click()
    page.wait_for_load_state("load")
    kiosk.look("perlu")
    assert page.evaluate(SMALL) == [], "a finger needs 48 px"
    kiosk.press("Mulai mengisi", "isian")
    assert page.evaluate(SMALL) == [], "a finger needs 48 px"
    page.fill("#id_keperluan", "Beasiswa anak di SMP Negeri 1")
    page.fill("#id_penghasilan", "1.450.000")
    page.fill("#id_tanggungan", "3")
    page.set_input_files("#id_pernyataan", people.photo("PERNYATAAN", tmp_path / "surat.jpg"))
    kiosk.press("Lanjut", "periksa", exact=True)
    kiosk.expect("Beasiswa anak", name)
    kiosk.press("Kirim permohonan", "terkirim")
    number = page.locator("main .number").inner_text()
    assert re.fullmatch(r"\d\d-\d\d-\d{6}", number)
    kiosk.press("Cetak tanda terima")
    kiosk.press("Selesai", exact=True)
    page.go_back()
    page.wait_for_load_state("load")
    assert not kiosk.sees(number), "the way back shows nothing of who was here"

    people.vouch_for(ketua, bontang, number)
    for role, decision in (
        ("Loket", "Lengkap, teruskan"),
        ("Lurah", "Setujui dan terbitkan surat"),
    ):
        people.take_the_place_of(counter, bontang, role)
        people.open_case(counter, bontang, number)
        counter.expect("Diisi sendiri oleh pemohon di Kios")
        counter.press(decision)

    page.goto(f"{bontang}meja/")
    assert page.url == f"{bontang}kios/", "a kiosk reaches no desk"
    for _ in range(40):
        page.goto(f"{bontang}kios/")
        stand(kiosk, card)
        page.locator("main a.go").filter(has_text=number).click()
        page.wait_for_load_state("load")
        if kiosk.sees("Buka dan cetak suratnya"):
            break
        page.locator("header").get_by_role("button", name="Selesai").click()
        page.wait_for_load_state("load")
    kiosk.look("jadi")
    kiosk.press("Buka dan cetak suratnya", "surat")
    picture = page.locator("main img").first
    assert picture.evaluate("img => img.complete && img.naturalWidth") > 1000

    page.clock.fast_forward("01:35")
    page.wait_for_selector("dialog[open]")
    kiosk.look("masih-di-sini")
    page.get_by_role("button", name="Saya masih di sini").click()
    page.wait_for_selector("dialog[open]", state="detached")
    page.clock.fast_forward("01:35")
    page.wait_for_selector("dialog[open]")
    page.clock.fast_forward("00:30")
    page.wait_for_url(f"{bontang}kios/")
    kiosk.expect("Urus surat di sini")
    assert not kiosk.sees(name)
