"""What the people of the journeys carry: spreadsheets, photos, letters they can read."""

import csv
import io
import re
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page

from deploy.local.synthetic import Families, Place
from tenants.registry import regions
from tests.journeys.walker import Installation, Walker

PASSWORD = "kopi tubruk tanpa gula"


def register(code: str, seed: int) -> tuple[list[dict[str, str]], regions.Village]:
    """A handful of invented residents of one RT in the city's first kelurahan."""
    village = regions.villages(code)[0]
    rows = Families(seed=seed).rows([Place(village.code, 2, 5)], 6)
    return rows, village


def adult(rows: list[dict[str, str]], number: int = 0) -> dict[str, str]:
    heads = [row for row in rows if row["hubungan"] == "1"]
    return heads[number]


def neighbour(rows: list[dict[str, str]]) -> dict[str, str]:
    """Another adult than the first, who may lead the RT."""
    first = adult(rows)
    return next(r for r in rows if r["nik"] != first["nik"] and r["tanggal_lahir"] < "2000")


def spreadsheet(rows: list[dict[str, str]], path: Path) -> Path:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def import_register(walker: Walker, file: Path) -> None:
    """On the page of residents: upload a file, take the columns as proposed, write what is in it
    with all doubts accepted."""
    page = walker.page
    page.set_input_files("#id_file", file)
    walker.press("Unggah dan periksa")
    if page.url.endswith("/kolom/"):
        walker.press("Periksa seluruh berkas")
    page.wait_for_selector("text=baris sudah diperiksa")
    for box in page.locator("[name=accepted]").all():
        box.check()
    walker.press("Tulis", exact=True)
    page.wait_for_selector("text=Impor selesai")


def photo(words: str, path: Path) -> Path:
    """A picture like one taken of a sheet of paper."""
    page = Image.new("RGB", (1000, 1400), "#f7f5ef")
    draw = ImageDraw.Draw(page)
    draw.text((90, 120), words, fill="#20252b", font_size=40)
    for line in range(20):
        draw.line((90, 260 + line * 46, 880 - line % 3 * 120, 260 + line * 46), fill="#888")
    page.save(path, "JPEG", quality=85)
    return path


def codes_on(letter: Path) -> list[str]:
    """What a phone reads when it is held over the printed letter."""
    document = pypdfium2.PdfDocument(letter)
    found = []
    for page in document:
        picture = page.render(scale=300 / 72).to_pil().convert("L")
        found += [code.text for code in zxingcpp.read_barcodes(picture)]
    return found


def text_of(letter: Path) -> str:
    document = pypdfium2.PdfDocument(letter)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def fetched(page: Page, address: str) -> bytes:
    """A file as the browser gets it."""
    script = "async (a) => Array.from(new Uint8Array(await (await fetch(a)).arrayBuffer()))"
    return bytes(page.evaluate(script, address))


def link_in_mail(balai: Installation, reader: Walker, to: str, path: str) -> str:
    """The link whose address contains ``path`` in the newest mail to somebody; waits for it."""
    page = reader.page
    for _ in range(60):
        page.goto(f"{balai.url}/kotak-surat/?q={to}")
        rows = page.locator("tbody tr a")
        for number in range(rows.count()):
            page.goto(f"{balai.url}/kotak-surat/?q={to}")
            rows.nth(number).click()
            links = page.locator(f'main a[href*="{path}"]')
            if links.count():
                return str(links.first.get_attribute("href"))
        page.wait_for_timeout(500)
    raise AssertionError(f"no mail to {to} with a link to {path}")


def sign_in(walker: Walker, address: str, login: str, password: str = PASSWORD) -> None:
    walker.page.goto(f"{address}masuk/")
    walker.page.fill("#id_username", login)
    walker.page.fill("#id_password", password)
    walker.press("Masuk", exact=True)


def take_the_place_of(walker: Walker, address: str, role: str, which: int = 0) -> None:
    """Sign in as one of a demo city's people with this role."""
    walker.context.clear_cookies()
    walker.page.goto(f"{address}masuk/")
    walker.page.locator("button.demo-person").filter(
        has=walker.page.locator("b", has_text=re.compile(rf"^{role}$"))
    ).nth(which).click()
    walker.page.wait_for_load_state("load")
    if "/masuk/kode/" in walker.page.url:  # the operator's second step, its code filled in
        walker.press("Lanjutkan")
        walker.page.wait_for_load_state("load")


def row_of(walker: Walker, number: str) -> Locator:
    return walker.page.locator("main tr, main li, main article").filter(has_text=number)


def open_case(walker: Walker, address: str, number: str) -> None:
    walker.page.goto(f"{address}meja/?q={number}")
    row_of(walker, number).get_by_role("link").first.click()
    walker.page.wait_for_load_state("load")


def open_vouch(walker: Walker, address: str, number: str) -> None:
    """The Ketua RT's cards show no number: open each until it is the one."""
    walker.page.goto(f"{address}rt/")
    links = walker.page.get_by_role("link", name=re.compile("Lihat isiannya"))
    for place in range(links.count()):
        links.nth(place).click()
        if walker.sees(number):
            return
        walker.page.goto(f"{address}rt/")
    raise AssertionError(f"{number} does not wait for this Ketua RT")


def vouch_for(walker: Walker, address: str, number: str) -> None:
    open_vouch(walker, address, number)
    walker.press("Benar, warga saya")


def begin_request(walker: Walker, name: str | None = None) -> None:
    """From a service's page to its form; with a request for it under way there is a page
    between."""
    walker.press("Ajukan sekarang")
    if "/ajukan/" in walker.page.url:
        walker.press("Data saya benar")
    if name:
        walker.look(name)
