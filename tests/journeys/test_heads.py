"""A thousand heads of RT from one file, a card that opens an account on a phone, somebody who
stands in, and the kelurahan's board."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from deploy.local.synthetic import Families, Place
from tenants.registry import regions
from tests.journeys import people
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]

RTS = 1000
PHONE = {"width": 360, "height": 740}
HEADINGS = ("kelurahan", "rw", "rt", "jabatan", "nik", "nama", "telepon", "no_sk", "tanggal_sk",
            "mulai", "sampai")  # fmt: skip


def _register(villages: Sequence[regions.Village]) -> list[dict[str, str]]:
    """A family in each of a thousand RT of ten kelurahan: RW 020 to 024, twenty RT each."""
    places = [
        Place(village.code, 20 + number // 20, 1 + number % 20)
        for village in villages
        for number in range(RTS // len(villages))
    ]
    families = Families(seed=71)
    return [row for place in places for row in families.family(place)]


def _heads(rows: list[dict[str, str]], folder: Path) -> Path:
    """A line for the head of each family, with some faults among them."""
    heads = [row for row in rows if row["hubungan"] == "1"]
    lines = [
        [row["kelurahan"], row["rw"], row["rt"], "Ketua RT", row["nik"], row["nama"],
         "081200000000", "7/SK/2026", "02-01-2026", "01-02-2026", "31-01-2031"]
        for row in heads
    ]  # fmt: skip
    lines[3][4] = "123"
    lines[4][9] = "kemarin"
    lines[5][4] = "6474010101990001"
    lines[6][5] = "Orang Yang Sama Sekali Lain"
    lines.append(list(lines[7]))
    lines.append([*heads[0]["kelurahan"].split("|"), "20", "", "Ketua RW", heads[8]["nik"], "",
                  "", "8/SK/2026", "", "01-02-2026", ""])  # fmt: skip
    lines.append([heads[0]["kelurahan"], "20", "1", "Sekretaris RT", heads[9]["nik"], "", "", "",
                  "", "01-02-2026", ""])  # fmt: skip
    lines[8][4] = lines[9][4] = "1"
    path = folder / "ketua.csv"
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([HEADINGS, *lines])
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def _code_on(sheet: Path) -> str:
    """What a phone reads on the first card."""
    picture = pypdfium2.PdfDocument(sheet)[0].render(scale=3).to_pil().convert("L")
    return zxingcpp.read_barcodes(picture)[0].text


def test_a_thousand_heads_from_a_file_and_a_card_that_opens_an_account(
    balai: Installation, person: Callable[..., Walker], tmp_path: Path
) -> None:
    city = balai.city("bontang")
    villages = regions.villages("64.74")[5:15]
    village = villages[0]
    rows = _register(villages)
    admin = person("admin-ketua")
    page = admin.page
    people.take_the_place_of(admin, city, "Admin kota")
    page.goto(f"{city}kelola/penduduk/")
    people.import_register(admin, people.spreadsheet(rows, tmp_path / "penduduk.csv"))

    admin.go(f"{city}kelola/rt/", "rt")
    admin.press("Tunjuk dari lembar kerja", "berkas")
    page.set_input_files("#id_file", _heads(rows, tmp_path))
    admin.press("Unggah dan periksa")
    page.wait_for_selector("text=baris sudah diperiksa", timeout=120_000)
    admin.look("diperiksa")
    admin.expect("16 angka", "tidak tercatat", "Namanya tidak sama", "sama dengan baris 9")
    button = page.get_by_role("button", name=re.compile(r"Tunjuk \d+ orang")).inner_text()
    (ready,) = re.findall(r"\d+", button)
    assert int(ready) > RTS * 0.9  # the register took in nearly every family
    admin.press(f"Tunjuk {ready} orang", "menunjuk")
    page.wait_for_selector("text=orang ditunjuk", timeout=240_000)
    admin.look("ditunjuk")
    admin.expect(f"{ready} orang ditunjuk", "baris perlu diperbaiki")
    with page.expect_download() as mended:
        page.get_by_role("link", name="CSV").click()
    assert "Namanya tidak sama" in Path(mended.value.path()).read_text("utf-8-sig")

    admin.press("Cetak kartu", "kartu")
    page.get_by_label(re.compile(r"kartu")).first.check()
    admin.press("Buat kartu")
    page.wait_for_selector("text=Siap dicetak", timeout=120_000)
    admin.look("kartu-siap")
    with page.expect_download() as printed:
        page.get_by_role("button", name="Unduh sekali").click()
    sheet = Path(printed.value.path())
    text = people.text_of(sheet)
    first = next(row for row in rows if row["hubungan"] == "1")
    place = text.index(first["nama"])
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", text[place:])
    assert code is not None

    head = person("ketua-baru")
    phone = head.page
    phone.set_viewport_size(PHONE)
    address = _code_on(sheet)
    head.go(address, "kode")
    phone.get_by_label("NIK").fill(first["nik"])
    phone.get_by_label("Kode").fill(code[0])
    phone.locator("input[type=password]").fill(people.PASSWORD)
    head.press("Simpan kata sandi", "masuk")
    head.expect("Tidak ada yang menunggu")

    head.press("Berhalangan", "kapan")
    phone.get_by_label("Sampai tanggal").fill("31-12-2099")
    head.press("Lanjut")
    head.expect("Paling lama 90 hari")
    phone.get_by_label("Sampai tanggal").fill(phone.get_by_label("Mulai tanggal").input_value())
    head.press("Lanjut", "siapa")
    phone.get_by_label(re.compile("Sekretaris RT 001")).check()
    head.press("Catat", "tercatat")
    head.expect("menggantikan")

    people.take_the_place_of(admin, city, "Admin kota")
    admin.go(f"{city}kelola/e-rt/", "pemakaian")
    admin.expect("e-RT", "loket saja")
    page.get_by_role("link", name=re.compile(village.name)).first.click()
    admin.look("papan")
    admin.expect("RT 001", "kosong", "belum")
    page.goto(f"{page.url}?show=vacant")
    admin.look("papan-kosong")


def test_the_kelurahan_looks_at_its_rts(balai: Installation, person: Callable[..., Walker]) -> None:
    city = balai.city("bontang")
    counter = person("papan-kelurahan")
    people.take_the_place_of(counter, city, "Loket")
    counter.go(f"{city}meja/", "meja")
    counter.page.get_by_role("link", name="RT dan RW").click()
    counter.look("papan")
    counter.expect("Tepat waktu", "Menunggu")
    with counter.page.expect_download() as told:
        counter.page.get_by_role("link", name="CSV").click()
    assert "median_jam_kerja" in Path(told.value.path()).read_text("utf-8-sig")
    counter.press("Kartu masuk", "kartu")
