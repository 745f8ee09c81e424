"""A city with words, offices and places of its own: heads called Wali Nagari, a village without RT,
a dinas that acts in a service."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys import people
from tests.journeys.test_story import Town, decide, download, open_account, sign_up, submit, town_of
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = pytest.mark.journey

AREA = "13.12"  # Kabupaten Pasaman Barat
DINAS = "Dinas Pertanian dan Pangan"


@pytest.fixture
def town(balai: Installation) -> Town:
    found = town_of(balai, AREA, seed=31, host=".go.id")
    for row in found.rows:  # nagari without RT and RW
        row["rt"] = row["rw"] = ""
    return found


@AT_BOTH_SIZES
def test_frame(town: Town, person: Callable[..., Walker], size: str, tmp_path: Path) -> None:
    admin, postman = person("admin"), person("surat")
    sign_up(town, admin, postman)
    name_the_heads(town, admin)
    import_register(town, admin, tmp_path)
    add_dinas(town, admin)
    add_step(town, admin)
    staff = appoint(town, admin, postman)

    resident, desk = person("warga"), person("petugas")
    open_account(town, resident, people.adult(town.rows))
    letter = ask(town, resident, desk, staff, tmp_path)
    words = people.text_of(letter)
    assert "WALI NAGARI" in words.upper(), words
    assert "lurah" not in words.lower(), words


def name_the_heads(town: Town, admin: Walker) -> None:
    page = admin.page
    admin.go(f"{town.address}kelola/wilayah/sebutan/", "words")
    page.locator("#id_kind").select_option(label="Desa")
    page.fill("#id_word", "Nagari")
    page.fill("#id_head", "Wali Nagari")
    admin.press("Simpan", "words-saved")
    admin.expect("Wali Nagari")


def import_register(town: Town, admin: Walker, folder: Path) -> None:
    page = admin.page
    page.goto(f"{town.address}kelola/penduduk/")
    people.import_register(admin, people.spreadsheet(town.rows, folder / "penduduk.csv"))
    admin.look("import")
    admin.expect(f"Penduduk baru\n{len(town.rows)}")


def add_dinas(town: Town, admin: Walker) -> None:
    page = admin.page
    admin.go(f"{town.address}kelola/wilayah/dinas/", "dinas")
    page.fill("#id_name", DINAS)
    page.fill("#id_abbreviation", "Distan")
    page.fill("#id_head", f"Kepala {DINAS}")
    admin.press("Simpan", "dinas-added")
    admin.press("Tambah jabatan", "post")
    page.get_by_label("Peran").select_option(label="Petugas dinas")
    page.fill("#id_title", "Penyuluh Pertanian")
    admin.press("Simpan", "post-added")
    admin.expect("Penyuluh Pertanian")


def add_step(town: Town, admin: Walker) -> None:
    """The dinas looks at each request before the Wali Nagari does."""
    page = admin.page
    base = f"{town.address}kelola/layanan/sktm/"
    admin.go(f"{base}langkah/tambah/", "step")
    page.fill("#id_title", "Penyuluh melihat lahannya")
    page.select_option("#id_level", label="Dinas")
    page.select_option("#id_dinas", label=DINAS)
    page.select_option("#id_role", label="Petugas dinas")
    page.fill("#id_approve", "Lahannya sesuai")
    admin.press("Simpan", "step-added")
    admin.go(f"{base}langkah/", "steps")
    page.get_by_role("button", name="Naik Penyuluh melihat lahannya").click()
    admin.go(f"{base}draf/", "draft")
    admin.press("Terbitkan", "published")


def appoint(town: Town, admin: Walker, postman: Walker) -> dict[str, str]:
    """Counter and head of the nagari, and the new post of the dinas."""
    page = admin.page
    nagari = f"Nagari {town.village.name}"
    staff: dict[str, str] = {}
    for key, unit, title, name in (
        ("loket", nagari, f"Petugas Loket {nagari}", "Sitti Rahmah"),
        ("wali", nagari, f"Wali Nagari {town.village.name}", "Herman Lantang"),
        ("penyuluh", DINAS, "Penyuluh Pertanian", "Meilani Pangalila"),
    ):
        page.goto(f"{town.address}kelola/pejabat/?q={unit}")
        page.get_by_role("link", name=title, exact=True).click()
        staff[key] = f"{key}@{town.subdomain}.go.id"
        page.fill("#id_name", name)
        page.fill("#id_email", staff[key])
        admin.press("Tunjuk", exact=True)
        admin.expect("sekarang memegang jabatan")
        link = people.link_in_mail(town.balai, postman, staff[key], "/sandi/")
        postman.page.goto(link)
        postman.page.fill("#id_password", people.PASSWORD)
        postman.press("Simpan kata sandi")
        postman.context.clear_cookies()
    admin.go(f"{town.address}kelola/pejabat/?q={nagari}", "posts")
    return staff


def ask(town: Town, resident: Walker, desk: Walker, staff: dict[str, str], folder: Path) -> Path:
    """A resident of a nagari without RT: nobody vouches, three desks act."""
    page = resident.page
    resident.go(f"{town.address}layanan/sktm/", "service")
    resident.expect("Wali Nagari menyetujui", "Penyuluh melihat lahannya")
    people.begin_request(resident, "form")
    page.fill("#id_keperluan", "Beasiswa anak di SMP Negeri 1")
    page.fill("#id_penghasilan", "1.450.000")
    page.fill("#id_tanggungan", "3")
    page.set_input_files("#id_pernyataan", people.photo("SURAT PERNYATAAN", folder / "s.jpg"))
    number = submit(resident, "sktm")
    resident.press("Lihat perjalanan", "journey")
    resident.expect(f"Nagari {town.village.name}")
    for key, button in (
        ("loket", "Lengkap, teruskan"),
        ("penyuluh", "Lahannya sesuai"),
        ("wali", "Setujui dan terbitkan surat"),
    ):
        decide(town, desk, staff[key], number, button, key)
    page.reload()
    expect(page.get_by_text("Surat sudah jadi").first).to_be_visible(timeout=60_000)
    resident.look("ready")
    return download(resident, 0, folder / "sktm.pdf")
