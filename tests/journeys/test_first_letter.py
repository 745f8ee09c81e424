"""From the sign-up of a city to the first letter in hand, counting what people have to do.

An interaction is a click, a typed field, a chosen file or option: what a person does, not what the
test looks at. Nobody takes a wrong way here; the other journeys do.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tenants.registry import regions
from tests.journeys import people
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = pytest.mark.journey

AREA = "62.71"  # Kota Palangkaraya
BY_ALL, BY_RESIDENT, BY_KETUA_RT = 45, 14, 1
SERVICE, CATEGORY = "keterangan-penduduk", "ktp-kk"


class Hands:
    """One person's hands: everything they do is counted."""

    def __init__(self, walker: Walker) -> None:
        self.walker, self.page, self.count = walker, walker.page, 0

    def press(self, what: str, *, exact: bool = False) -> None:
        self.count += 1
        self.walker.press(what, exact=exact)

    def click(self, selector: str) -> None:
        self.count += 1
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state("load")

    def fill(self, selector: str, text: str) -> None:
        self.count += 1
        self.page.fill(selector, text)

    def hand_in(self, selector: str, file: Path) -> None:
        self.count += 1
        self.page.set_input_files(selector, file)

    def follow_mail(self, balai: Installation, postman: Walker, to: str, path: str) -> None:
        """Open the link of a mail: one click in somebody's mailbox."""
        link = people.link_in_mail(balai, postman, to, path)
        self.count += 1
        self.page.goto(link)


@AT_BOTH_SIZES
def test_first_letter(
    balai: Installation, person: Callable[..., Walker], size: str, tmp_path: Path
) -> None:
    area = regions.regency(AREA)
    assert area is not None
    rows, village = people.register(area.code, seed=11)
    subdomain = regions.proposed_subdomain(area)
    city = balai.city(subdomain)
    who = people.adult(rows)

    admin, postman = Hands(person("admin")), person("surat")
    _sign_up(balai, postman, admin, area, f"kominfo@{subdomain}kota.go.id", city)
    _import(admin, city, people.spreadsheet(rows, tmp_path / "penduduk.csv"))
    logins = _appoint(admin, city, subdomain, village, tmp_path)
    staff = {role: Hands(person(role)) for role in ("rt", "loket", "lurah")}
    for role, hands in staff.items():
        _choose_password(balai, postman, hands, logins[role])

    resident = Hands(person("warga"))
    number = _ask(resident, city, who)
    before = staff["rt"].count
    staff["rt"].page.goto(f"{city}rt/")
    staff["rt"].press("Benar, warga saya")
    by_ketua_rt = staff["rt"].count - before
    _approve(staff["loket"], city, number, "Lengkap, teruskan")
    _approve(staff["lurah"], city, number, "Setujui dan terbitkan surat")
    letter = _download(resident, tmp_path / "surat.pdf")
    assert who["nama"].upper() in people.text_of(letter).upper()

    by_all = admin.count + resident.count + sum(hands.count for hands in staff.values())
    assert by_ketua_rt <= BY_KETUA_RT
    assert resident.count <= BY_RESIDENT
    assert by_all <= BY_ALL


def _sign_up(
    balai: Installation, postman: Walker, admin: Hands, area: regions.Regency, login: str, city: str
) -> None:
    page = admin.page
    page.goto(f"{balai.url}/")
    admin.count += 2
    page.get_by_label("Kabupaten atau kota Anda").fill(area.short_name)
    page.get_by_role("option", name=area.name).first.click()
    admin.press("Buka balai")
    admin.fill("#id_name", "Andi Saputra, S.Kom.")
    admin.fill("#id_email", login)
    admin.fill("#id_password", people.PASSWORD)
    admin.press("Kirim pendaftaran")
    admin.follow_mail(balai, postman, login, "/daftar/konfirmasi/")
    admin.count += 1
    page.get_by_role("button", name="Ya, saya yang mendaftar").click()
    page.wait_for_url(f"{city}kelola/", timeout=90_000)


def _import(admin: Hands, city: str, file: Path) -> None:
    admin.click(f'main a[href*="/kelola/penduduk/"], main a[href="{city}kelola/penduduk/"]')
    admin.hand_in("#id_file", file)
    admin.press("Unggah dan periksa")
    admin.page.wait_for_selector("text=baris sudah diperiksa")
    admin.press("Tulis", exact=True)
    admin.page.wait_for_selector("text=Impor selesai")


def _appoint(
    admin: Hands, city: str, subdomain: str, village: regions.Village, folder: Path
) -> dict[str, str]:
    """Ketua RT, loket and Lurah from one spreadsheet; returns their e-mail addresses."""
    logins = {role: f"{role}@{subdomain}kota.go.id" for role in ("rt", "loket", "lurah")}
    rows = [
        "jabatan;unit;nama;email",
        f"Ketua RT;{village.code}/002/005;Yohanes Rumampuk;{logins['rt']}",
        f"Petugas loket;{village.code};Sitti Rahmah, A.Md.;{logins['loket']}",
        f"Lurah {village.name};{village.code};Herman Lantang, S.Sos.;{logins['lurah']}",
    ]
    file = folder / "pejabat.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    admin.click('a[href="/kelola/pejabat/"]')
    admin.press("Tunjuk dari lembar kerja")
    admin.hand_in("#id_file", file)
    admin.press("Tunjuk semua")
    admin.walker.expect("3 orang ditunjuk")
    return logins


def _choose_password(balai: Installation, postman: Walker, hands: Hands, login: str) -> None:
    hands.follow_mail(balai, postman, login, "/sandi/")
    hands.fill("#id_password", people.PASSWORD)
    hands.press("Simpan kata sandi")


def _ask(resident: Hands, city: str, who: dict[str, str]) -> str:
    page = resident.page
    page.goto(city)
    resident.click(f'a[href="/kebutuhan/{CATEGORY}/"]')
    resident.click(f'a[href="/layanan/{SERVICE}/"]')
    resident.press("Ajukan sekarang")
    resident.press("daftar dengan NIK")
    resident.fill("#id_nik", who["nik"])
    resident.fill("#id_kk_number", who["no_kk"])
    year, month, day = who["tanggal_lahir"].split("-")
    resident.fill("#id_birth_date", f"{day}-{month}-{year}")
    resident.fill("#id_password", people.PASSWORD)
    resident.press("Buat akun")
    resident.press("Data saya benar")
    resident.fill("#id_keperluan", "Membuka rekening bank")
    resident.press("Lanjut")
    resident.press("Kirim permohonan")
    return page.locator(".number").inner_text().strip()


def _approve(desk: Hands, city: str, number: str, button: str) -> None:
    desk.page.goto(f"{city}meja/")
    desk.count += 1
    people.row_of(desk.walker, number).get_by_role("link").first.click()
    desk.page.wait_for_load_state("load")
    desk.press(button)


def _download(resident: Hands, path: Path) -> Path:
    page = resident.page
    page.goto(page.url.replace("terkirim/", ""))
    expect(page.get_by_text("Surat sudah jadi").first).to_be_visible(timeout=60_000)
    resident.count += 1
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Unduh PDF").first.click()
    waiting.value.save_as(path)
    return path
