"""Checking a letter in airplane mode: with the real service worker and what the phone keeps."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.journeys import people
from tests.journeys.walker import Installation, Walker

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("size", ["phone"])]


def _letter(person: Callable[..., Walker], city: str, file: Path) -> str:
    """A letter of the demonstration, fetched by the resident it is about; what its QR code says."""
    for which in range(6):
        resident = person(f"warga-{which}")
        people.take_the_place_of(resident, city, "Warga", which)
        resident.page.goto(f"{city}permohonan/")
        for link in resident.page.locator("a[href^='/permohonan/']").all():
            path = link.get_attribute("href") or ""
            if re.fullmatch(r"/permohonan/\d+/", path):
                resident.page.goto(f"{city.rstrip('/')}{path}")
                if resident.page.get_by_role("link", name="Unduh PDF").count():
                    with resident.page.expect_download() as waiting:
                        resident.page.get_by_role("link", name="Unduh PDF").first.click()
                    waiting.value.save_as(file)
                    [address] = people.codes_on(file)
                    return address
                break
    raise AssertionError("no resident of the demonstration has a letter")


def _told(page: Page, address: str) -> str:
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("[data-told]")
    return page.locator("[data-check]").get_attribute("data-told") or ""


def test_a_letter_is_checked_without_a_signal(
    balai: Installation, person: Callable[..., Walker], tmp_path: Path
) -> None:
    city = balai.city("bontang")
    address = _letter(person, city, tmp_path / "surat.pdf")
    # Made before this start, with the port of that one.
    plain, _, digits = address.partition("#")
    code = plain.rpartition("/")[2]
    here = f"{city}v/{code}#{digits}"
    clerk = person("bank")
    clerk.go(f"{city}v/", "form")
    page = clerk.page
    page.wait_for_function("() => navigator.serviceWorker.controller")
    page.wait_for_function(
        "async () => (await (await caches.open('balai-data')).keys()).length === 4"
    )
    clerk.context.set_offline(True)
    assert _told(page, here) == "sample"  # signed by the city, and marked as a sample
    body = page.locator("main").inner_text()
    assert "Kota Bontang" in page.title() or "Kota Bontang" in page.locator("header").inner_text()
    assert "•" in body and "Daftar surat yang dicabut diambil" in body
    last = "1" if digits[-1] != "1" else "2"
    assert _told(page, f"{city}v/{code}#{digits[:-1]}{last}") == "forged"
    other = ("0" if code[0] != "0" else "1") + code[1:]
    assert _told(page, f"{city}v/{other}#{digits}") == "forged"
    assert _told(page, f"{city}v/{code}") == "unknown"
    assert _told(page, f"{city}v/") == "start"
    clerk.context.set_offline(False)
