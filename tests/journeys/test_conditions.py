"""The page's script reads numbers and conditions as the server does."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests/catalogue/numbers.json").read_text())

pytestmark = pytest.mark.journey


def test_the_browser_reads_numbers_and_conditions_as_the_server_does(browser: Browser) -> None:
    page = browser.new_page()
    try:
        page.set_content('<!doctype html><html lang="id"><title>uji</title>')
        page.add_script_tag(path=ROOT / "platform/ui/static/ui/balai.js")
        for case in VECTORS["numbers"]:
            read = page.evaluate(
                "c => { const n = balai.number(c.typed, c.unit); return isNaN(n) ? null : n }",
                case,
            )
            wanted = None if case["value"] is None else float(case["value"])
            assert read == wanted, case
        for case in VECTORS["conditions"]:
            met = page.evaluate("c => balai.holds({...c, unit: 'm²'}, c.typed)", case)
            assert met is case["holds"], case
    finally:
        page.close()
