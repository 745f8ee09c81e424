"""What balai.js does without a server: numbers, conditions, photos, no connection."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests/catalogue/numbers.json").read_text())
CONDITIONS = json.loads((ROOT / "tests/catalogue/conditions.json").read_text())

pytestmark = pytest.mark.journey


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def show(page: Page, html: str = "") -> None:
    page.set_content(f'<!doctype html><html lang="id"><title>uji</title>{html}')
    page.add_script_tag(path=ROOT / "platform/ui/static/ui/balai.js")


def test_the_browser_reads_numbers_and_conditions_as_the_server_does(page: Page) -> None:
    show(page)
    for case in VECTORS["numbers"]:
        read = page.evaluate(
            "c => { const n = balai.number(c.typed, c.unit); return isNaN(n) ? null : n }",
            case,
        )
        wanted = None if case["value"] is None else float(case["value"])
        assert read == wanted, case
    for case in CONDITIONS:
        trigger = case["trigger"]
        sent = {"op": case["op"], "value": case["value"]}
        if trigger["type"] in ("number", "rupiah"):
            sent["unit"] = trigger.get("unit", "")
        met = page.evaluate("([sent, typed]) => balai.holds(sent, typed)", [sent, case["typed"]])
        assert met is case["holds"], case


def test_a_large_photo_is_made_smaller_before_it_is_sent(page: Page) -> None:
    show(
        page,
        '<form method="post"><input type="file" id="f" data-limit="8388608" data-shrinks="1">'
        '<p id="f_chosen"></p></form>',
    )
    out = io.BytesIO()
    noise = Image.effect_noise((3600, 2700), 60).convert("RGB")
    exif = noise.getexif()
    exif[0x0112] = 6  # lies on its side
    noise.save(out, "JPEG", quality=97, exif=exif)
    assert out.tell() > 8 * 1024 * 1024
    photo = {"name": "IMG 1.jpeg", "mimeType": "image/jpeg", "buffer": out.getvalue()}
    page.set_input_files("#f", photo)
    page.wait_for_function("document.querySelector('#f').files[0].size < 8388608")
    size = page.evaluate(
        "createImageBitmap(document.querySelector('#f').files[0]).then(p => [p.width, p.height])"
    )
    assert size == [1800, 2400]
    assert page.locator("#f_chosen").inner_text().startswith("IMG 1.jpg (")


def test_without_a_connection_the_notice_stands_beside_the_button(page: Page) -> None:
    show(
        page,
        '<form method="post" action="/x"><input name="a"><p id="p"><button>Lanjut</button></p>'
        '<div style="height:3000px"></div></form>',
    )
    page.context.set_offline(True)
    page.click("button")
    assert page.locator("[role=status] + #p").count() == 1
    assert "Tidak ada sambungan" in page.locator("[role=status]").inner_text()
