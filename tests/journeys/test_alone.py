"""Checking a letter in airplane mode: with the real service worker and what the phone keeps."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys.inside import manage
from tests.journeys.walker import Installation, Walker

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("size", ["phone"])]


# The QR code of a letter of the demonstration that its desk did not take back, and of one it did.
LETTERS = """
from kernel.clock import now
from tenants.backend.scope import in_city
from tenants.registry.models import City
with in_city(City.objects.get(code="64.74")):
    from services.applications import revoking
    from services.letters.models import Letter
    good, bad = Letter.objects.filter(state="ready").order_by("pk")[:2]
    steps = bad.issued_from.application.steps.filter(decided_by__isnull=False, state="approved")
    revoking.revoke(
        letter_id=bad.pk, by=steps.last().decided_by, reason="Ukurannya tertulis salah.", at=now()
    )
    print(good.content.qr, bad.content.qr)
"""


def _told(page: Page, address: str) -> str:
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("[data-told]")
    return page.locator("[data-check]").get_attribute("data-told") or ""


def test_a_letter_is_checked_without_a_signal(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    city = balai.city("bontang")
    good, bad = (address.partition("#") for address in manage(balai, LETTERS).split())
    code, digits = good[0].rpartition("/")[2], good[2]
    here = f"{city}v/{code}#{digits}"  # made before this start, with the port of that one
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
    revoked = f"{city}v/{bad[0].rpartition('/')[2]}#{bad[2]}"
    assert _told(page, revoked) == "revoked"
    last = "1" if digits[-1] != "1" else "2"
    assert _told(page, f"{city}v/{code}#{digits[:-1]}{last}") == "forged"
    other = ("0" if code[0] != "0" else "1") + code[1:]
    assert _told(page, f"{city}v/{other}#{digits}") == "forged"
    assert _told(page, f"{city}v/{code}") == "unknown"
    assert _told(page, f"{city}v/") == "start"
    clerk.context.set_offline(False)
