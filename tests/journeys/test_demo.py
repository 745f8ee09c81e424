"""The demonstration: every role's own pages, and the mistakes people make."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tenants.registry import regions
from tests.journeys import people
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]

ROLES = {
    "Warga": ["/", "/permohonan/", "/akun/"],
    "Ketua RT": ["/rt/"],
    "Loket": ["/meja/", "/meja/?tab=warga", "/meja/?tab=selesai"],
    "Lurah": ["/meja/"],
    "Camat": ["/meja/"],
    "DPMPTSP": ["/meja/"],
    "Kepala DPMPTSP": ["/meja/"],
    "Admin kota": ["/kelola/", "/kelola/pejabat/?vacant=1", "/kelola/wilayah/", "/kelola/rt/"],
}


def test_everybody(balai: Installation, person: Callable[..., Walker]) -> None:
    bontang = balai.city("bontang")
    walker = person()
    for role, paths in ROLES.items():
        people.take_the_place_of(walker, bontang, role)
        for path in paths:
            name = f"{role}-{path.strip('/').replace('/', '-') or 'home'}".lower()
            walker.go(bontang.rstrip("/") + path, name.replace(" ", "-").split("?")[0])
        cards = walker.page.locator("main tbody a, main li a.go")
        if role in {"Loket", "Lurah", "Camat"} and cards.count():
            cards.first.click()
            walker.look(f"{role}-case".lower())
    people.take_the_place_of(walker, f"{balai.url}/", "Operator platform")
    walker.go(f"{balai.url}/konsol/", "operator")
    walker.go(f"{balai.url}/konsol/kota/", "operator-cities")


def test_an_address_that_proves_nothing(balai: Installation, person: Callable[..., Walker]) -> None:
    """Not under .go.id: the operator looks first, and says why not."""
    area = regions.regency("32.73")  # Bandung
    assert area is not None
    email = "pejabat@example.com"
    someone, postman, operator = person("pendaftar"), person("surat"), person("operator")
    page = someone.page
    page.goto(f"{balai.url}/daftar/pejabat/{area.code}/")
    page.fill("#id_name", "Dedi Kurnia")
    page.fill("#id_post", "Staf")
    page.fill("#id_email", email)
    page.fill("#id_password", people.PASSWORD)
    someone.press("Kirim pendaftaran")
    page.goto(people.link_in_mail(balai, postman, email, "/daftar/konfirmasi/"))
    someone.press("Ya, saya yang mendaftar", "waiting")
    someone.expect("tidak kami kenali")
    people.take_the_place_of(operator, f"{balai.url}/", "Operator platform")
    operator.go(f"{balai.url}/konsol/", "waiting")
    operator.page.get_by_role("link", name=area.name).first.click()
    operator.look("signup")
    operator.page.get_by_text("Tolak", exact=False).first.click()
    operator.page.fill("#id_reason", "Kami tidak menemukan nama Anda di situs resmi daerah.")
    operator.page.get_by_role("button", name="Tolak").last.click()
    operator.look("rejected")
    page.reload()
    expect(page.get_by_text("Kami tidak menemukan nama Anda")).to_be_visible()
    someone.look("rejected")


def test_mistakes(balai: Installation, person: Callable[..., Walker], tmp_path: Path) -> None:
    bontang = balai.city("bontang")
    resident, other = person("warga"), person("lain")
    people.take_the_place_of(resident, bontang, "Warga", 0)
    page = resident.page
    page.goto(f"{bontang}layanan/sktm/")
    people.begin_request(resident)
    page.fill("#id_keperluan", "Beasiswa")
    page.fill("#id_penghasilan", "900.000")
    page.fill("#id_tanggungan", "2")
    page.set_input_files("#id_pernyataan", people.photo("PERNYATAAN", tmp_path / "surat.jpg"))
    resident.press("Lanjut")
    # The same page open twice, sent twice: one request, one number.
    twin = resident.other()
    twin.goto(page.url)
    resident.press("Kirim permohonan")
    number = page.locator(".number").inner_text().strip()
    twin.get_by_role("button", name="Kirim permohonan").click()
    twin.wait_for_load_state("load")
    assert number in twin.locator("body").inner_text()
    twin.close()
    page.goto(f"{bontang}permohonan/")
    resident.look("mine")
    cards = page.locator("main section").filter(has_text=number)
    assert cards.count() == 1
    cards.get_by_role("link").first.click()
    resident.expect(number)
    address = page.url
    # A neighbour's request is not there, neither for another resident nor in another city.
    people.take_the_place_of(other, bontang, "Warga", 1)
    other.go(address, "not-yours")
    other.expect("tidak ditemukan")
    other.go(address.replace("bontang.", "blitarkab."), "not-in-this-city")
    assert number not in other.page.locator("body").inner_text()
    # Nor does a Ketua RT of another neighbourhood see it.
    people.take_the_place_of(other, balai.city("blitarkab"), "Ketua RT")
    other.page.goto(f"{balai.city('blitarkab')}rt/")
    assert not other.sees(number)
    # Withdrawn by whoever asked.
    resident.press("Batalkan permohonan", "withdraw")
    resident.page.locator("main").get_by_role("button").last.click()
    resident.look("withdrawn")
    resident.expect("dibatalkan")
