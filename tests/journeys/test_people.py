"""What letters do to the register: a death and the account of the dead, a newborn, a move."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.journeys import people
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]
PLACE = "RT 002 RW 001, Kelurahan Bontang Baru"
WITNESSES = {
    f"saksi{number}-{key}": value
    for number, name in ((1, "Rudi Hartono"), (2, "Tono Sudarso"))
    for key, value in (
        ("nama", name), ("tempat_lahir", "Bontang"), ("tanggal_lahir", "1980-02-03"),
    )
}  # fmt: skip


def resident(walker: Walker, bontang: str, which: int) -> str:
    """Sign in as one of the demonstration's residents; returns the name."""
    walker.page.goto(f"{bontang}masuk/")
    button = walker.page.locator("button.demo-person").filter(
        has=walker.page.locator("b", has_text=re.compile("^Warga$"))
    ).nth(which)  # fmt: skip
    lines = [line.strip() for line in button.inner_text().splitlines() if line.strip()]
    people.take_the_place_of(walker, bontang, "Warga", which)
    return next(line for line in lines if line != "Warga").partition(" · ")[0]


def open_person(counter: Walker, bontang: str, name: str) -> str:
    """The record of somebody, opened for a purpose; returns its address."""
    page = counter.page
    page.goto(f"{bontang}meja/penduduk/")
    page.get_by_role("searchbox", name="Cari penduduk").fill(name)
    counter.press("Cari")
    wanted = re.compile(f"^{re.escape(name)}$", re.I)
    page.locator("main table a").filter(has_text=wanted).first.click()
    page.wait_for_load_state("load")
    if page.get_by_label("Melayani orangnya di loket").count():
        page.get_by_label("Melayani orangnya di loket").check()
        counter.press("Buka data")
    return page.url


def fact(counter: Walker, label: str) -> str:
    return counter.page.locator(f"dt:text-is('{label}') + dd").first.inner_text().split("\n")[0]


def ask_for(
    counter: Walker, record: str, service: str, answers: Mapping[str, str], paper: Path
) -> str:
    """Fill in and send a request at the counter, a photo for each document; returns its number."""
    page = counter.page
    page.goto(record)
    counter.press("Buat permohonan untuk orang ini")
    page.get_by_label("Layanan").select_option(label=service)
    page.locator("input[name=checked][value=ktp]").check()
    counter.press("Isi permohonan")
    for _ in range(10):
        if page.get_by_role("button", name=re.compile("Kirim permohonan")).count():
            break
        for name, value in answers.items():
            field = page.locator(f"main [name='{name}']")
            if field.count() == 0:
                continue
            kind = field.first.evaluate("one => one.type")
            if kind == "radio":
                page.locator(f"main [name='{name}'][value='{value}']").check()
            elif kind.startswith("select"):
                field.first.select_option(value)
            else:
                field.first.fill(value)
        for upload in page.locator("main input[type=file]").all():
            upload.set_input_files(paper)
        counter.press("Lanjut")
    counter.press("Kirim permohonan", "tanda-terima")
    return page.locator("main .number").inner_text().strip()


def approve(walker: Walker, bontang: str, number: str, words: str) -> None:
    people.open_case(walker, bontang, number)
    walker.press(words)


def record(counter: Walker, bontang: str, number: str, name: str) -> None:
    """Open the finished case's event; waits until the worker has made its letter."""
    page = counter.page
    row = page.locator("main tr").filter(has_text=number)
    for _ in range(60):
        page.goto(f"{bontang}meja/peristiwa/")
        if row.count():
            break
        page.wait_for_timeout(1000)
    counter.look("belum-dicatat")
    row.get_by_role("link", name=re.compile("Catat")).click()
    page.wait_for_load_state("load")
    counter.look(name)


def take_back(walker: Walker, why: str) -> None:
    """Undo the newest event on the record that is open."""
    page = walker.page
    page.locator("summary", has_text="Batalkan catatan ini").first.click()
    page.locator("details[open] [name=basis]").fill(why)
    page.locator("details[open] button").first.click()
    page.wait_for_load_state("load")
    walker.look("dibatalkan")
    walker.expect("dibatalkan")


def test_a_death_goes_from_the_letter_to_the_refused_account(
    balai: Installation, person: Callable[..., Walker], tmp_path: Path
) -> None:
    bontang, paper = balai.city("bontang"), people.photo("Surat", tmp_path / "surat.jpg")
    dead, counter, lurah, ketua = (
        person(name) for name in ("almarhum", "loket-mati", "lurah-mati", "rt-mati")
    )
    name = resident(dead, bontang, 1)
    other = resident(person("pelapor"), bontang, 0)
    people.take_the_place_of(counter, bontang, "Loket")
    record_of_dead = open_person(counter, bontang, name)
    running = ask_for(
        counter, record_of_dead, "Surat Keterangan Domisili",
        {"keperluan": "Membuka rekening bank", "beda_alamat": "tidak", "status_tinggal": "milik",
         "sejak": "2015-03-01"}, paper,
    )  # fmt: skip
    open_person(counter, bontang, name)
    counter.press("Tampilkan nomor")
    nik = fact(counter, "NIK")
    number = ask_for(
        counter, open_person(counter, bontang, other), "Surat Keterangan Kematian",
        {"almarhum-nik": nik, "almarhum-nama": name, "tanggal": "2026-11-20", "tempat": "Rumah",
         "sebab": "sakit", "yang_menerangkan": "keluarga", "hubungan_pelapor": "tetangga",
         **WITNESSES}, paper,
    )  # fmt: skip
    approve(counter, bontang, number, "Lengkap, teruskan")
    people.take_the_place_of(lurah, bontang, "Lurah")
    approve(lurah, bontang, number, "Setujui dan terbitkan surat")
    record(counter, bontang, number, "mencatat-kematian")
    counter.expect("Hidup →", "Mati")
    basis = counter.page.locator("main [name=basis]").input_value()
    assert basis.startswith("Surat Keterangan Kematian nomor")
    counter.press("Catat di data penduduk", "tercatat")
    counter.expect("tercatat di data penduduk")

    dead.page.goto(f"{bontang}permohonan/")
    assert "/masuk/" in dead.page.url, "the open session ended"
    people.take_the_place_of(dead, bontang, "Warga", 1)
    dead.look("akun-ditutup")
    dead.expect("Akun ini sudah ditutup")
    people.take_the_place_of(ketua, bontang, "Ketua RT")
    ketua.go(f"{bontang}rt/", "pemohon-meninggal")
    ketua.expect("tercatat mati")
    assert running

    open_person(counter, bontang, name)
    counter.look("catatan-orang")
    counter.expect("Tercatat mati", "Meninggal")
    take_back(counter, "Orangnya hadir di loket, salah orang")
    people.take_the_place_of(dead, bontang, "Warga", 1)
    dead.page.goto(f"{bontang}permohonan/")
    assert "/masuk/" not in dead.page.url, "the account is there again"


def test_a_newborn_is_asked_for_once_and_joins_the_family(
    balai: Installation, person: Callable[..., Walker], tmp_path: Path
) -> None:
    bontang, paper = balai.city("bontang"), people.photo("Surat", tmp_path / "surat.jpg")
    counter, lurah = person("loket-lahir"), person("lurah-lahir")
    parent = resident(person("orang-tua"), bontang, 0)
    people.take_the_place_of(counter, bontang, "Loket")
    record_of_parent = open_person(counter, bontang, parent)
    counter.press("Tampilkan nomor")
    born = {"nik": fact(counter, "NIK"), "sex": fact(counter, "Jenis kelamin")}
    mother = (
        {"ibu-nik": born["nik"], "ibu-nama": parent}
        if born["sex"] == "Perempuan"
        else {"ayah-nik": born["nik"], "ayah-nama": parent, "ibu-nama": "Wati Lestari",
              "ibu-jenis_kelamin": "Perempuan"}
    )  # fmt: skip
    baby = "Putri Cahaya Senja"
    number = ask_for(
        counter, record_of_parent, "Surat Keterangan Kelahiran",
        {"nama_bayi": baby, "jk_bayi": "2", "tempat": "RSUD Bontang", "tanggal": "2026-11-20",
         "jam": "07:15", "jenis_kelahiran": "tunggal", "anak_ke": "1", "penolong": "bidan",
         "berat": "3,1", "panjang": "49", "hubungan_pelapor": "orang tua", **mother, **WITNESSES},
        paper,
    )  # fmt: skip
    approve(counter, bontang, number, "Lengkap, teruskan")
    people.take_the_place_of(lurah, bontang, "Lurah")
    approve(lurah, bontang, number, "Setujui dan terbitkan surat")
    record(counter, bontang, number, "mencatat-bayi")
    counter.expect(baby, "Anak")
    counter.press("Catat di data penduduk")
    if counter.sees("Tetap catat"):  # the age of an invented mother
        counter.page.get_by_label("Tetap catat").check()
        counter.press("Catat di data penduduk")
    counter.page.goto(record_of_parent)
    counter.look("keluarga")
    counter.expect(baby)

    page = counter.page
    counter.press("Buat permohonan untuk orang ini")
    page.get_by_label("Layanan").select_option(label="Permohonan Akta Kelahiran")
    page.locator("input[name=checked][value=ktp]").check()
    counter.press("Isi permohonan", "akta-terisi")
    counter.expect("Surat keterangan lahir dari bidan")  # answers are there
    assert page.locator("main [name=nama_anak]").count() == 0


def appoint_population_office(
    balai: Installation, admin: Walker, clerk: Walker, bontang: str
) -> None:
    """An administrator appoints somebody at the dinas of population records; the mail has the link
    by which they choose a password."""
    login = "dukcapil@bontangkota.go.id"
    people.take_the_place_of(admin, bontang, "Admin kota")
    admin.page.goto(f"{bontang}kelola/pejabat/?q=Disdukcapil")
    admin.page.get_by_role("link", name="Petugas Disdukcapil", exact=True).first.click()
    admin.page.fill("#id_name", "Rahmawati Lestari")
    admin.page.fill("#id_email", login)
    admin.press("Tunjuk", exact=True)
    admin.expect("sekarang memegang jabatan")
    clerk.page.goto(people.link_in_mail(balai, clerk, login, "/sandi/"))
    clerk.page.fill("#id_password", people.PASSWORD)
    clerk.press("Simpan kata sandi")


def test_a_move_to_another_village_is_one_case_and_is_undone_as_one(
    balai: Installation, person: Callable[..., Walker], tmp_path: Path
) -> None:
    bontang, paper = balai.city("bontang"), people.photo("Surat", tmp_path / "surat.jpg")
    counter, clerk = person("loket-pindah"), person("dukcapil")
    appoint_population_office(balai, person("admin-pindah"), clerk, bontang)
    name = resident(person("yang-pindah"), bontang, 0)
    people.take_the_place_of(counter, bontang, "Loket")
    page = clerk.page
    number = ask_for(
        counter, open_person(counter, bontang, name), "Pindah Antar Kelurahan atau Desa",
        {"alasan": "perumahan", "alamat_tujuan": f"Jalan Melati 7, {PLACE}", "jenis": "kepala",
         "kk_tinggal": "tetap", "kk_pindah": "baru", "tanggal_pindah": "2026-11-20",
         "telepon": "081234567890"},
        paper,
    )  # fmt: skip
    checker = person("dukcapil-memeriksa")
    people.take_the_place_of(checker, bontang, "Disdukcapil")
    people.open_case(checker, bontang, number)
    checker.press("Lengkap dan benar, teruskan")
    people.open_case(clerk, bontang, number)
    page.fill("#id_number_kk", "6474010101010009")
    clerk.press("Simpan hasil")
    clerk.press("Selesai diproses")
    record(clerk, bontang, number, "mencatat-pindah")
    assert page.locator("main [name=address]").input_value() == "Jalan Melati 7"
    assert page.locator("main [name=rt]").input_value() == "002"
    clerk.press("Catat di data penduduk", "pindah-tercatat")
    clerk.expect("tercatat di data penduduk")
    open_person(clerk, bontang, name)
    clerk.look("di-kelurahan-baru")
    clerk.expect("Jalan Melati 7", "Pindah di dalam daerah")
    take_back(clerk, "Batal pindah menurut surat Disdukcapil")
