"""Pages on a small phone, and with the text twice as large, as people over fifty set theirs."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.journeys import people
from tests.journeys.walker import OVERFLOW, Installation, Walker

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("size", ["phone"])]
TALL = 844
WIDTHS = (390, 320)
PUBLIC = ["", "daftar/", "daftar/?q=tangerang", "harga/", "keamanan/", "syarat/", "masuk/"]
# Whose pages these are in Bontang, and how many of the cases on the first are opened.
PEOPLE: dict[str, list[str]] = {
    "": [
        "", "?q=tidak+mampu", "?q=jalan+rusak", "kebutuhan/menikah/", "layanan/sktm/",
        "layanan/izin-mendirikan-bangunan/", "v/", "v/SALAH-0000", "daftar/", "masuk/", "sandi/",
        "sandi/kode/",
        "privasi/", "tidak-ada/",
    ],
    "Warga": ["", "permohonan/", "akun/", "akses/", "ajukan/sktm/"],
    "Ketua RT": ["rt/"],
    "Loket": ["meja/", "meja/?tab=warga", "meja/?tab=selesai", "meja/cari/", "meja/kode/"],
    "Admin kota": [
        "kelola/", "kelola/kesiapan/", "kelola/pesan/", "kelola/identitas/",
        "kelola/wilayah/", "kelola/pejabat/",
        "kelola/pejabat/?vacant=1", "kelola/pejabat/berkas/", "kelola/rt/", "kelola/penduduk/",
        "kelola/libur/", "kelola/dukungan/", "kelola/data/", "kelola/langganan/",
        "kelola/langganan/paket/", "kelola/langganan/kontak/", "kelola/langganan/dokumen/",
        "kelola/layanan/", "kelola/layanan/baru/", "kelola/layanan/impor/",
        "kelola/layanan/kelurahan/", "kelola/layanan/rilis/", "kelola/layanan/sktm/",
        "kelola/layanan/sktm/pertanyaan/", "kelola/layanan/sktm/langkah/",
        "kelola/layanan/sktm/surat/", "kelola/layanan/sktm/surat/ubah/surat/",
        "kelola/layanan/sktm/simulasi/", "kelola/layanan/sktm/terjemahan/",
    ],
}  # fmt: skip
CONSOLE = [
    "konsol/", "konsol/kota/", "konsol/kota/64.74/", "konsol/kota/64.74/batas/",
    "konsol/kota/64.74/jejak/", "konsol/paket/", "konsol/tagihan/", "konsol/peristiwa/",
    "konsol/pekerjaan/", "konsol/operator/",
]  # fmt: skip


@pytest.fixture
def problems() -> Iterator[list[str]]:
    found: list[str] = []
    yield found
    if found:
        pytest.fail("\n".join(dict.fromkeys(found)))


def examine(page: Page, address: str, problems: list[str]) -> None:
    """The page at both widths, with text as it is and twice as large."""
    page.goto(address)
    for larger in ("100%", "200%"):
        page.evaluate("size => document.documentElement.style.fontSize = size", larger)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": TALL})
            for element in page.evaluate(OVERFLOW):
                problems.append(f"{address} at {width} px, text {larger}: too wide: {element}")


def is_usable(page: Page, selector: str, least: int = 44) -> bool:
    """Whether the first of these is seen, inside the screen, and wide enough to read or press."""
    box = page.locator(selector).first.bounding_box()
    width = page.viewport_size["width"] if page.viewport_size else 0
    return bool(box and box["width"] >= least and box["x"] >= 0 and box["x"] + least <= width)


@pytest.mark.parametrize("role", list(PEOPLE))
def test_pages_of_a_city_do_not_scroll_sideways(
    balai: Installation, person: Callable[..., Walker], problems: list[str], role: str
) -> None:
    bontang = balai.city("bontang")
    walker = person()
    if role:
        people.take_the_place_of(walker, bontang, role)
    for path in PEOPLE[role]:
        examine(walker.page, bontang + path, problems)
    if role in {"Ketua RT", "Loket"}:
        walker.page.goto(bontang + PEOPLE[role][0])
        case = walker.page.locator("main tbody a, main li a.go, main a.btn").first
        if case.count():
            address = case.get_attribute("href") or ""
            examine(walker.page, bontang.rstrip("/") + address, problems)


def test_name_menu_and_search_stay_in_reach(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    page = person().page
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": TALL})
        page.goto(balai.city("bontang"))
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert is_usable(page, ".mast .brand b", 100), width
        assert is_usable(page, ".mast .who"), width
        assert is_usable(page, ".search input", 150), width
        assert is_usable(page, ".search button", 80), width
        for link in page.locator(".mast .nav a").all():
            box = link.bounding_box()
            assert box and box["x"] >= 0 and box["x"] + box["width"] <= width, (width, box)


def test_the_admins_menu_unfolds_on_a_phone(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    walker = person()
    page = walker.page
    people.take_the_place_of(walker, balai.city("bontang"), "Admin kota")
    page.goto(balai.city("bontang", "/kelola/"))
    entry = page.get_by_role("navigation").get_by_role("link", name="Dukungan")
    assert not entry.is_visible()
    page.get_by_role("link", name="Menu", exact=True).click()
    walker.look("menu")
    entry.click()
    page.wait_for_url("**/kelola/dukungan/")
    assert not entry.is_visible()


def test_pages_of_the_platform_do_not_scroll_sideways(
    balai: Installation, person: Callable[..., Walker], problems: list[str]
) -> None:
    walker = person()
    for path in PUBLIC:
        examine(walker.page, f"{balai.url}/{path}", problems)
    people.take_the_place_of(walker, f"{balai.url}/", "Operator platform")
    for path in CONSOLE:
        examine(walker.page, f"{balai.url}/{path}", problems)
