"""A resident who wants to build a house walks the mall: a form of our own, a guided link whose
number is followed by the list of the permit office, and an appointment at a counter."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.journeys import people
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]
NUMBER = "PBG-647401-02112026-01"


def counter_of_records(dinas: Walker, admin: Walker, bontang: str) -> None:
    """Disdukcapil opens a line with times, and the administrator offers it in the mall."""
    people.take_the_place_of(dinas, bontang, "Disdukcapil")
    page = dinas.page
    page.goto(f"{bontang}meja/antrean/atur/")
    dinas.press("Tambah antrean")
    page.fill("#id_name", "Perekaman KTP-el")
    page.fill("#id_letter", "R")
    dinas.press("Simpan", exact=True)
    dinas.press("Perekaman KTP-el")
    dinas.press("Jam janji")
    for box in page.locator("input[name=weekdays]").all():
        box.check()
    page.fill("#id_opens_slots", "08:00")
    page.fill("#id_closes_slots", "15:00")
    page.fill("#id_minutes_slots", "30")
    page.fill("#id_capacity_slots", "2")
    dinas.press("Simpan jam")
    people.take_the_place_of(admin, bontang, "Admin kota")
    admin.page.goto(f"{bontang}kelola/mal/")
    admin.expect("mati; antreannya belum dipilih")
    admin.press("Janji di loket Disdukcapil")
    line = admin.page.locator("#id_line option", has_text="Perekaman KTP-el")
    admin.page.select_option("#id_line", line.get_attribute("value"))
    admin.press("Simpan", exact=True)
    row = admin.page.locator("main li", has_text="Janji di loket Disdukcapil")
    assert "Perekaman KTP-el" in row.inner_text()
    row.get_by_role("button", name="Nyalakan").click()
    admin.page.wait_for_load_state("load")
    admin.expect("Janji di loket Disdukcapil ditampilkan kepada warga")


def status_list(path: Path) -> Path:
    rows = ("No. Registrasi;Nama Pemilik;Status", f"{NUMBER};Siapa Saja;Konsultasi")
    path.write_text("\r\n".join(rows), encoding="utf-8")
    return path


def test_a_house_from_everyday_words_to_its_status(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    bontang = balai.city("bontang")
    resident, office = person("warga"), person("dpmptsp")
    counter_of_records(person("disdukcapil"), person("admin"), bontang)

    people.take_the_place_of(resident, bontang, "Warga", 1)
    page = resident.page
    page.goto(bontang)
    page.get_by_role("searchbox", name="Cari layanan").fill("mau bangun rumah")
    resident.press("Cari", "cari", exact=True)
    rows = page.locator("main .list li").all_inner_texts()
    assert "Rekomendasi" in rows[0] and "di situs simbg.pu.go.id" in rows[1], rows[:3]

    page.locator("main .list li a").first.click()
    resident.look("layanan-sendiri")
    people.begin_request(resident)
    assert page.get_by_label("Luas lantai seluruhnya").is_editable()

    page.goto(f"{bontang}mal/")
    resident.look("mal")
    agencies = page.locator("main details summary").all_inner_texts()
    assert any("Kependudukan" in name for name in agencies), agencies
    pbg = page.get_by_role("link", name="Persetujuan Bangunan Gedung (PBG) di SIMBG")
    group = page.locator("main details").filter(has=page.locator('[href$="/pbg-simbg/"]'))
    if group.get_attribute("open") is None:
        group.locator("summary").click()
    pbg.click()
    resident.look("pbg")
    out = page.get_by_role("link", name="Buka simbg.pu.go.id")
    assert out.get_attribute("rel") == "noopener noreferrer", "nothing of the resident goes along"
    resident.press("Catat nomor saya", "catat")
    page.fill("#id_number", NUMBER.lower())
    page.fill("#id_name", "Rumah tinggal dua lantai")
    page.fill("#id_place", "Jalan Mawar 2")
    resident.press("Simpan", exact=True)
    resident.expect(NUMBER, "Belum ada di daftar SIMBG")
    number = page.url

    people.take_the_place_of(office, bontang, "DPMPTSP")
    office.go(f"{bontang}meja/status/", "daftar")
    office.page.fill("#id_as_of", f"{datetime.now(UTC):%d-%m-%Y}")
    office.page.set_input_files("#id_file", status_list(balai.home.parent / "simbg.csv"))
    office.press("Periksa daftar")
    office.page.get_by_role("button", name="Tulis 1 status").wait_for()
    office.look("diperiksa")
    office.press("Tulis 1 status")
    office.page.get_by_text("1 status tertulis").wait_for()

    resident.go(f"{bontang}permohonan/", "permohonan-saya")
    resident.expect("Di sistem lain", "Konsultasi dengan tim ahli")
    resident.go(number, "status")
    resident.expect("Konsultasi dengan tim ahli", "Riwayat")
    assert not resident.sees("Siapa Saja"), "names in a list are not kept"

    page.goto(f"{bontang}?q=rekam+ktp")
    page.get_by_role("link", name="Janji di loket Disdukcapil").click()
    resident.look("janji")
    resident.press("Pilih jam", "hari")
    page.locator("main .list a.go").first.click()
    page.wait_for_load_state("load")
    resident.look("jam")
    page.locator("button[name=starts_at]").first.click()
    page.wait_for_load_state("load")
    resident.look("janji-dibuat")
    resident.expect("Perekaman KTP-el", "sebutkan nama di loket")
