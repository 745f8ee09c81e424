"""A clerk takes in a register with thirty kinds of fault, and mends it from the report."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.journeys import people
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]

HEADINGS = ("No. KK", "NIK", "Nama Lengkap", "JK", "Tmpt Lahir", "Tgl Lahir", "Alamat", "RT", "RW",
            "Kelurahan", "Agama", "Status Perkawinan", "SHDK", "Pddk Akhir", "Jenis Pekerjaan",
            "Gol Darah", "Petugas Pendata", "No HP", "Lat", "Kode Pos")  # fmt: skip
NIK, NAME, SEX, TOWN, BORN, ADDRESS, RT, RW = 1, 2, 3, 4, 5, 6, 7, 8
CARD, VILLAGE, FAITH, MARRIED, ROLE, SCHOOL, WORK, BLOOD, PHONE, LAT, POST = (
    0, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19,
)  # fmt: skip
# What each faulty line has wrong: the column and what stands there. One family each.
FAULTS: list[tuple[int, str]] = [
    (NIK, "123"), (NIK, "6.47401E+15"), (NIK, "647401080880021X"), (NIK, "6474019908800212"),
    (CARD, "12345"), (CARD, "6,47401E+15"), (CARD, ""), (NAME, ""), (NAME, "王小明"),
    (NAME, "Siti 🌺"), (NAME, "N" * 151), (SEX, "X"), (SEX, ""), (TOWN, ""), (TOWN, "T" * 81),
    (BORN, "00/00/1960"), (BORN, "14-03-2089"), (BORN, "14-03-1899"), (BORN, "kemarin"), (BORN, ""),
    (ADDRESS, "J" * 201), (RT, "12A"), (RW, "1000"), (VILLAGE, "Atlantis"), (FAITH, "Jedi"),
    (MARRIED, "setengah"), (ROLE, "tetangga"), (SCHOOL, "S9"), (WORK, "Pesulap"), (BLOOD, "C"),
    (PHONE, "nol delapan"), (LAT, "lintang"), (POST, "75"),
]  # fmt: skip
GOOD = 20


def _line(number: int) -> list[str]:
    """A family of one whom nobody else is."""
    return [
        f"6474019{number:09d}", f"6474010808{80 + number % 10}{number:04d}", f"Warga {number}", "L",
        "Bontang", f"08-08-19{80 + number % 10}", "Jalan Rawa Indah 7", "001", "009",
        "64.74.01.1006", "Islam", "Kawin", "Kepala Keluarga", "S1", "Wiraswasta", "O", "Budi",
        "0812345678", "0.13", "75311",
    ]  # fmt: skip


def _table(folder: Path) -> Path:
    lines = [_line(number) for number in range(1, len(FAULTS) + GOOD + 1)]
    for line, (column, wrong) in zip(lines, FAULTS, strict=False):
        line[column] = wrong
    out = io.StringIO()
    table = csv.writer(out, delimiter=";")
    table.writerow(["DATA PENDUDUK KELURAHAN BELIMBING"])
    table.writerow(HEADINGS)
    table.writerows(lines)
    path = folder / "register.csv"
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def _mend(path: Path, into: Path) -> Path:
    """Repair each line of the report as the clerk would: from its other columns."""
    book = load_workbook(path)
    sheet = book.active
    assert sheet is not None
    for row in list(sheet.iter_rows(min_row=2)):
        assert row[len(HEADINGS)].value, "each line has its reason"
        known = [str(cell.value or "") for cell in row[: len(HEADINGS)]]
        number = next(n for n in range(1, len(FAULTS) + 1) if _differs(known, _line(n)) <= 1)
        for cell, text in zip(row, _line(number), strict=False):
            cell.value = text
    book.save(into)
    return into


def _differs(one: list[str], other: list[str]) -> int:
    return sum(left.lstrip("'") != right for left, right in zip(one, other, strict=True))


def test_a_clerk_mends_a_register_from_the_report(
    balai: Installation, person: Callable[..., Walker], tmp_path: Path
) -> None:
    city = balai.city("bontang")
    clerk = person("clerk")
    page = clerk.page
    people.take_the_place_of(clerk, city, "Admin kota")
    clerk.go(f"{city}kelola/penduduk/", "register")
    page.set_input_files("#id_file", _table(tmp_path))
    clerk.press("Unggah dan periksa", "columns")
    clerk.expect("Petugas Pendata", "Contoh: Bud")
    clerk.press("Periksa seluruh berkas", "not-chosen")
    clerk.expect("Belum dipilih: Petugas Pendata")
    page.get_by_label("Petugas Pendata").select_option("ignore")
    clerk.press("Periksa seluruh berkas")
    page.wait_for_selector("text=baris sudah diperiksa")
    clerk.look("checked")
    clerk.expect(f"{GOOD + len(FAULTS)} baris sudah diperiksa", "Belum ada yang disimpan")
    facts = page.locator("dl.facts").first.inner_text().split("\n")
    told = dict(zip(facts[::2], facts[1::2], strict=False))
    assert (told["Penduduk baru"], told["Tidak bisa ditulis"]) == (str(GOOD), str(len(FAULTS)))
    clerk.press("Tulis", exact=True)
    page.wait_for_selector("text=Impor selesai")
    clerk.look("written")
    with page.expect_download() as got:
        clerk.target("Excel").click()
    report = tmp_path / "report.xlsx"
    got.value.save_as(report)

    clerk.press("Selesai")
    page.set_input_files("#id_file", _mend(report, tmp_path / "perbaiki.xlsx"))
    clerk.press("Unggah dan periksa", "columns-again")
    assert page.get_by_label("Petugas Pendata").input_value() == "ignore", "remembered"
    clerk.press("Periksa seluruh berkas")
    page.wait_for_selector("text=baris sudah diperiksa")
    clerk.expect(f"{len(FAULTS)} baris sudah diperiksa")
    clerk.press("Tulis", exact=True)
    page.wait_for_selector("text=Impor selesai")
    clerk.expect(f"Penduduk baru\n{len(FAULTS)}", "Tidak ditulis\n0")
    page.get_by_text("Batalkan seluruh impor ini").click()
    clerk.look("may-be-undone")
    clerk.press("Batalkan impor", exact=True)
    page.wait_for_selector("text=Impor dibatalkan")
    clerk.look("undone")
    clerk.expect(f"dikeluarkan lagi\n{len(FAULTS)}")
