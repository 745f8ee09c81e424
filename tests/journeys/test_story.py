"""The whole thing: a city signs up, its people come in, two letters are asked for and issued."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from kernel.tanggal import MONTHS
from tenants.registry import regions
from tests.journeys import people
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = pytest.mark.journey

NAMES = {
    "loket": "Sitti Rahmah, A.Md.",
    "lurah": "Herman Lantang, S.Sos.",
    "kecamatan": "Ni Wayan Sari, S.E.",
    "camat": "Baharuddin, S.IP., M.Si.",
    "dinas": "Meilani Pangalila, S.T.",
    "kepala": "Drs. Samuel Tambunan",
}
AREA = "71.73"  # Kota Tomohon


@dataclass
class Town:
    """One city under construction, and who is who in it."""

    balai: Installation
    area: regions.Regency
    village: regions.Village
    subdomain: str
    address: str
    admin: str
    rows: list[dict[str, str]]


def town_of(balai: Installation, code: str, seed: int, host: str) -> Town:
    """A city before its sign-up, with invented residents of one RT."""
    area = regions.regency(code)
    assert area is not None
    rows, village = people.register(area.code, seed=seed)
    subdomain = regions.proposed_subdomain(area)
    return Town(
        balai=balai,
        area=area,
        village=village,
        subdomain=subdomain,
        address=balai.city(subdomain),
        admin=f"kominfo@{subdomain}{host}",
        rows=rows,
    )


@pytest.fixture
def town(balai: Installation, size: str) -> Town:
    return town_of(balai, AREA, seed=len(size), host="kota.go.id")


@AT_BOTH_SIZES
def test_city(town: Town, person: Callable[..., Walker], size: str, tmp_path: Path) -> None:
    admin, postman = person("admin"), person("surat")
    sign_up(town, admin, postman)
    set_up(town, admin, tmp_path)
    staff = appoint_everybody(town, admin, postman)

    resident = person("warga")
    who = people.adult(town.rows)
    open_account(town, resident, who)
    letter = ask_for_sktm(town, resident, person("petugas"), staff, tmp_path)
    check_letter(town, person("siapa-pun"), letter, who)
    note_decree(town, admin)
    desk = person("petugas-reklame")
    ask_for_reklame(town, resident, desk, staff, tmp_path)
    ask_for_a_small_sign(town, resident, desk, staff, tmp_path)
    ask_for_a_sign_elsewhere(town, resident, desk, staff, tmp_path)


# --- the official ------------------------------------------------------------------------------


def sign_up(town: Town, admin: Walker, postman: Walker) -> None:
    page = admin.page
    admin.go(f"{town.balai.url}/", "landing")
    page.get_by_label("Kabupaten atau kota Anda").fill(town.area.short_name)
    page.get_by_role("option", name=town.area.name).first.click()
    admin.press("Buka balai", "official")
    admin.expect(town.area.name)
    # A reserved name is refused with a suggestion, and nothing typed is lost but the password.
    page.fill("#id_name", "Andi Saputra, S.Kom.")
    page.fill("#id_email", town.admin)
    page.fill("#id_password", people.PASSWORD)
    page.get_by_text("Alamat situs:").click()
    page.fill("#id_subdomain", "admin")
    admin.press("Kirim pendaftaran", "address-refused")
    assert page.input_value("#id_email") == town.admin
    page.fill("#id_subdomain", town.subdomain)
    page.fill("#id_password", people.PASSWORD)
    admin.press("Kirim pendaftaran", "mail-sent")
    admin.expect("Periksa e-mail Anda", town.admin)

    link = people.link_in_mail(town.balai, postman, town.admin, "/daftar/konfirmasi/")
    postman.look("mail")
    postman.go(f"{town.balai.url}/kotak-surat/", "mailbox")
    admin.go(link, "confirm")
    admin.expect(town.area.name, town.admin)
    page.get_by_role("button", name="Ya, saya yang mendaftar").click()
    # Signed in on the city's own host, without typing the password again.
    page.wait_for_url(f"{town.address}kelola/", timeout=90_000)
    admin.look("checklist")
    # The link has done its work, and signs nobody else in.
    other = postman.other()
    other.goto(link)
    expect(other.get_by_role("heading", name="sudah siap")).to_be_visible()
    other.get_by_role("link", name=f"Masuk ke {town.area.name}").click()
    other.fill("#id_username", town.admin)
    other.fill("#id_password", "bukan kata sandinya")
    other.get_by_role("button", name="Masuk", exact=True).click()
    other.fill("#id_username", town.admin)
    other.fill("#id_password", people.PASSWORD)
    other.get_by_role("button", name="Masuk", exact=True).click()
    other.wait_for_url(f"{town.address}kelola/")
    other.close()
    admin.expect("Wilayah", "Data penduduk", "Ketua RT")


def set_up(town: Town, admin: Walker, folder: Path) -> None:
    page = admin.page
    kelola = f"{town.address}kelola/"
    admin.go(f"{kelola}identitas/", "face")
    page.fill("#id_accent", "#ffee00")
    admin.press("Simpan", "face-refused")
    page.fill("#id_accent", "#7a1f3d")
    page.fill("#id_contact", "0811 000 111")
    admin.press("Simpan", "face-saved")
    admin.go(f"{kelola}wilayah/?q={town.village.name}", "units")
    page.locator("main table").get_by_role("link", name=town.village.name).first.click()
    admin.look("unit")
    page.fill("#id_address", "Jalan Merdeka 1")
    page.fill("#id_phone", "(0551) 21 000")
    admin.press("Simpan", "unit-saved")

    admin.go(f"{kelola}penduduk/", "residents")
    broken = [dict(row) for row in town.rows]
    broken[1]["nik"] = broken[1]["nik"][:15]
    people.import_register(admin, people.spreadsheet(broken, folder / "salah.csv"))
    admin.look("import-done-but-one")
    admin.expect(f"Penduduk baru\n{len(town.rows) - 1}", "Tidak ditulis\n1")
    page.goto(f"{kelola}penduduk/")
    people.import_register(admin, people.spreadsheet(town.rows, folder / "penduduk.csv"))
    admin.look("import-done")
    admin.expect("Penduduk baru\n1")
    admin.go(f"{kelola}layanan/", "services")
    admin.go(f"{kelola}rt/", "neighbourhoods")
    admin.expect("RT 005")


def appoint_everybody(town: Town, admin: Walker, postman: Walker) -> dict[str, str]:
    """Six people hold eight posts; each chooses a password by a mailed link, the Ketua RT with the
    code on a card."""
    page = admin.page
    kelola = f"{town.address}kelola/"
    kelurahan = f"Kelurahan {town.village.name}"
    kecamatan = next(
        k for k in regions.kecamatan(town.area.code) if town.village.code.startswith(k.code)
    )
    staff = {"rt": appoint_ketua_rt(town, admin, postman)}
    posts = [
        ("loket", kelurahan, f"Petugas Loket {kelurahan}"),
        ("lurah", kelurahan, f"Lurah {town.village.name}"),
        ("kecamatan", kecamatan.name, f"Petugas Loket Kecamatan {kecamatan.name}"),
        ("camat", kecamatan.name, f"Camat {kecamatan.name}"),
        ("dinas", "DPMPTSP", "Petugas DPMPTSP"),
        ("kepala", "DPMPTSP", "Kepala DPMPTSP"),
    ]
    for number, (key, unit, title) in enumerate(posts):
        page.goto(f"{kelola}pejabat/?q={unit}")
        if key == "loket":
            admin.look("posts")
        page.get_by_role("link", name=title, exact=True).click()
        staff[key] = f"{key}@{town.subdomain}kota.go.id"
        page.fill("#id_name", NAMES[key])
        page.fill("#id_email", staff[key])
        if key in {"lurah", "camat", "kepala"}:
            page.fill("#id_nip", f"1975031520000310{number:02d}")
        admin.press("Tunjuk", exact=True)
        admin.expect("sekarang memegang jabatan")
    for number, login in enumerate(login for login in staff.values() if "@" in login):
        link = people.link_in_mail(town.balai, postman, login, "/sandi/")
        assert link.startswith(town.address), link
        postman.page.goto(link)
        if number == 0:
            postman.look("choose-password")
        postman.page.fill("#id_password", people.PASSWORD)
        postman.press("Simpan kata sandi")
        postman.context.clear_cookies()
    admin.go(kelola, "checklist-done")
    return staff


def appoint_ketua_rt(town: Town, admin: Walker, phone: Walker) -> str:
    """A neighbour from the register, who chooses a password with the code on the card; returns
    the NIK that signs in."""
    page, nik = admin.page, people.neighbour(town.rows)["nik"]
    page.goto(f"{town.address}kelola/rt/")
    page.locator("main table a").first.click()
    page.fill("#id_nik", nik)
    admin.look("post")
    admin.press("Tunjuk", "appointed", exact=True)
    admin.expect("sekarang memegang jabatan Ketua RT 005 / RW 002, Kelurahan")
    admin.press("Buat kode", "code-card")
    phone.page.goto(f"{town.address}sandi/kode/")
    phone.page.fill("#id_nik", nik)
    phone.page.fill("#id_code", page.locator(".number").inner_text())
    phone.page.fill("#id_password", people.PASSWORD)
    phone.press("Simpan kata sandi", "code-used")
    phone.context.clear_cookies()
    return nik


# --- the resident ------------------------------------------------------------------------------


def open_account(town: Town, resident: Walker, who: dict[str, str]) -> None:
    page = resident.page
    resident.go(town.address, "home")
    resident.go(f"{town.address}daftar/", "register")
    year, month, day = who["tanggal_lahir"].split("-")

    def fill(kk: str) -> None:
        page.fill("#id_nik", who["nik"])
        page.fill("#id_kk_number", kk)
        page.fill("#id_birth_date", f"{int(day)} {MONTHS[int(month) - 1]} {year}")
        page.fill("#id_password", people.PASSWORD)

    fill(who["no_kk"][:-1] + ("1" if who["no_kk"][-1] != "1" else "2"))
    resident.press("Buat akun", "register-refused")
    fill(who["no_kk"])
    resident.press("Buat akun", "home-signed-in")


def decide(
    town: Town, desk: Walker, login: str, number: str, button: str, name: str, area: str = "meja"
) -> None:
    """Somebody signs in, finds the case and presses one button."""
    people.sign_in(desk, town.address, login)
    desk.go(f"{town.address}{area}/", f"{name}-inbox")
    desk.expect(number)
    people.row_of(desk, number).get_by_role("link").first.click()
    desk.look(f"{name}-case")
    for box in desk.page.locator("input[name=checked]").all():
        box.check()
    desk.press(button, f"{name}-done")
    desk.context.clear_cookies()


def vouch(town: Town, desk: Walker, login: str, name: str) -> None:
    people.sign_in(desk, town.address, login)
    desk.go(f"{town.address}rt/", f"{name}-inbox")
    desk.press("Lihat isiannya", f"{name}-case")
    desk.press("Benar, warga saya", f"{name}-done")
    desk.context.clear_cookies()


def submit(resident: Walker, name: str) -> str:
    """From the filled form to the number of the case."""
    resident.press("Lanjut", f"{name}-check")
    resident.press("Kirim permohonan", f"{name}-sent")
    resident.expect("Permohonan terkirim")
    return resident.page.locator(".number").inner_text().strip()


def download(resident: Walker, which: int, path: Path) -> Path:
    with resident.page.expect_download() as waiting:
        resident.page.get_by_role("link", name="Unduh PDF").nth(which).click()
    waiting.value.save_as(path)
    return path


def ask_for_sktm(
    town: Town, resident: Walker, desk: Walker, staff: dict[str, str], folder: Path
) -> Path:
    page = resident.page
    resident.go(f"{town.address}?q=kurang+mampu", "search")
    resident.go(f"{town.address}layanan/sktm/", "sktm")
    people.begin_request(resident, "sktm-form")
    resident.press("Lanjut", "sktm-form-refused")
    page.fill("#id_keperluan", "Beasiswa anak di SMP Negeri 1")
    page.fill("#id_penghasilan", "1.450.000")
    page.fill("#id_tanggungan", "3")
    wrong = folder / "pernyataan.jpg"
    wrong.write_bytes(b"MZ this is a program, not a picture")
    page.set_input_files("#id_pernyataan", wrong)
    resident.press("Lanjut", "sktm-file-refused")
    assert page.input_value("#id_keperluan") == "Beasiswa anak di SMP Negeri 1"
    page.set_input_files("#id_pernyataan", people.photo("SURAT PERNYATAAN", folder / "surat.jpg"))
    number = submit(resident, "sktm")
    resident.press("Lihat perjalanan", "sktm-journey")

    vouch(town, desk, staff["rt"], "rt")
    decide(town, desk, staff["loket"], number, "Lengkap, teruskan", "loket")
    decide(town, desk, staff["lurah"], number, "Setujui dan terbitkan surat", "lurah")
    page.reload()
    expect(page.get_by_text("Surat sudah jadi").first).to_be_visible(timeout=60_000)
    resident.look("sktm-ready")
    return download(resident, 0, folder / "sktm.pdf")


def check_letter(town: Town, anybody: Walker, letter: Path, who: dict[str, str]) -> None:
    """Whoever holds the paper reads its code and learns what the paper says, no more."""
    assert "SURAT KETERANGAN TIDAK MAMPU" in people.text_of(letter)
    (address,) = people.codes_on(letter)
    assert address.startswith(f"{town.address}v/"), address
    anybody.go(address, "genuine")
    anybody.expect("Ini surat uji coba", town.village.name)
    body = anybody.page.locator("body").inner_text()
    assert who["nik"] not in body
    assert who["nama"].lower() not in body.lower()
    anybody.page.set_input_files("#id_file", letter)
    anybody.press("Cocokkan", "same-file")
    anybody.expect("Sama persis")
    forged = letter.with_name("palsu.pdf")
    forged.write_bytes(letter.read_bytes().replace(b"%%EOF", b"%%EOF\n% changed\n"))
    anybody.page.set_input_files("#id_file", forged)
    anybody.press("Cocokkan", "other-file")
    anybody.expect("ditambahi sesuatu sesudah terbit")
    code = address.partition("#")[0]  # what follows is the record, checked without a connection
    anybody.go(code[:-1] + ("A" if code[-1] != "A" else "B"), "unknown")


def _kecamatan(town: Town) -> regions.Area:
    code = town.village.code.rpartition(".")[0]
    return next(one for one in regions.kecamatan(town.area.code) if one.code == code)


def note_decree(town: Town, admin: Walker) -> None:
    """In the kecamatan of the village the Camat decides up to six square metres."""
    page = admin.page
    admin.go(f"{town.address}kelola/layanan/reklame/wewenang/", "authority")
    page.get_by_label(f"Kecamatan {_kecamatan(town).name}", exact=True).check()
    page.fill("#id_decree", "Keputusan Wali Kota Nomor 188.45/12/2026")
    page.fill("#id_decree_on", "2 Januari 2026")
    page.fill("#id_since", "3-1-2026")
    page.fill("#id_limit-luas", "enam")
    admin.press("Catat pelimpahan", "authority-refused")
    page.fill("#id_limit-luas", "6")
    admin.press("Catat pelimpahan", "authority-noted")
    admin.expect("188.45/12/2026", "tepat satu meja")


def fill_in_reklame(
    town: Town, resident: Walker, folder: Path, size: str, village: str = ""
) -> str:
    page = resident.page
    resident.go(f"{town.address}layanan/reklame/", f"reklame-{size}")
    people.begin_request(resident, f"reklame-{size}-form")
    page.get_by_label("Papan iklan (billboard)").check()
    page.fill("#id_isi", "Perumahan Griya Asri")
    page.fill("#id_luas", size)
    page.fill("#id_lokasi", "Jalan Merdeka, di simpang pasar, sisi timur")
    page.fill("#id_mulai", "2099-01-01")
    page.fill("#id_selesai", "2099-12-31")
    page.check('input[name="lahan_sendiri"][value="ya"]')
    page.select_option("#id_wilayah", village)
    page.set_input_files("#id_gambar", people.photo("GAMBAR RANCANGAN", folder / "gambar.jpg"))
    number = submit(resident, f"reklame-{size}")
    resident.press("Lihat perjalanan", f"reklame-{size}-journey")
    return number


def ask_for_a_small_sign(
    town: Town, resident: Walker, desk: Walker, staff: dict[str, str], folder: Path
) -> None:
    """Four square metres: the Camat decides, by the decree, and the case ends there."""
    page = resident.page
    number = fill_in_reklame(town, resident, folder, "4")
    vouch(town, desk, staff["rt"], "rt-small")
    for who, button in (
        ("loket", "Sesuai, teruskan ke kecamatan"),
        ("kecamatan", "Lengkap, teruskan ke Camat"),
        ("camat", "Setujui dan terbitkan surat"),
    ):
        decide(town, desk, staff[who], number, button, f"{who}-small")
    page.reload()
    expect(page.get_by_text("Surat sudah jadi")).to_have_count(1, timeout=60_000)
    text = people.text_of(download(resident, 0, folder / "reklame-kecil.pdf"))
    assert "IZIN PENYELENGGARAAN" in text and "188.45/12/2026" in text


def ask_for_a_sign_elsewhere(
    town: Town, resident: Walker, desk: Walker, staff: dict[str, str], folder: Path
) -> None:
    """Three square metres in another kecamatan: its offices look at it, and since no decree is
    noted there, the permit office decides."""
    page = resident.page
    other = next(
        one for one in regions.kecamatan(town.area.code) if one.code != _kecamatan(town).code
    )
    there = regions.villages(other.code)[0]
    fill_in_reklame(town, resident, folder, "3", there.code)
    vouch(town, desk, staff["rt"], "rt-elsewhere")
    page.reload()
    resident.look("elsewhere")
    resident.expect(there.name, other.name, "Kepala DPMPTSP memutuskan")


def ask_for_reklame(
    town: Town, resident: Walker, desk: Walker, staff: dict[str, str], folder: Path
) -> None:
    """Ten square metres: past the Camat to the DPMPTSP, on the same case."""
    page = resident.page
    number = fill_in_reklame(town, resident, folder, "10")
    vouch(town, desk, staff["rt"], "rt")
    for who, button in (
        ("loket", "Sesuai, teruskan ke kecamatan"),
        ("kecamatan", "Lengkap, teruskan ke Camat"),
        ("camat", "Setujui dan terbitkan surat"),
        ("dinas", "Memenuhi syarat, teruskan"),
        ("kepala", "Setujui dan terbitkan izin"),
    ):
        decide(town, desk, staff[who], number, button, who)
    page.reload()
    expect(page.get_by_text("Surat sudah jadi")).to_have_count(2, timeout=60_000)
    resident.look("reklame-ready")
    texts = [
        people.text_of(download(resident, which, folder / f"reklame-{which}.pdf"))
        for which in (0, 1)
    ]
    assert any("REKOMENDASI" in text for text in texts)
    assert any("IZIN PENYELENGGARAAN" in text for text in texts)
    resident.go(f"{town.address}permohonan/", "mine")
    resident.go(f"{town.address}akun/", "account")
