"""What was typed and not taken: there again after a session that had run out, a page open too
long, a refusal, the way back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys import people
from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]

PURPOSE, INCOME = "[name=keperluan]", "[name=penghasilan]"


def typed(page: Page) -> tuple[str, str]:
    return page.locator(PURPOSE).input_value(), page.locator(INCOME).input_value()


def send(page: Page) -> None:
    page.locator("main form button.primary").click()
    page.wait_for_load_state()


def begin(walker: Walker, bontang: str) -> None:
    people.take_the_place_of(walker, bontang, "Warga")
    walker.page.goto(f"{bontang}ajukan/sktm/")
    walker.press("Data saya benar")


@pytest.mark.parametrize("gone", ["session", "csrftoken"])
def test_after_a_session_or_a_page_that_is_too_old(
    balai: Installation, person: Callable[..., Walker], gone: str
) -> None:
    bontang = balai.city("bontang")
    citizen = person(f"warga-{gone}")
    page = citizen.page
    begin(citizen, bontang)
    page.locator(PURPOSE).fill("Beasiswa anak kedua")
    page.locator(INCOME).fill("sejuta lebih")
    page.context.clear_cookies(name=gone)
    send(page)
    if gone == "csrftoken":
        page.go_back()
    else:
        assert "/masuk/" in page.url
        page.locator("button.demo-person").first.click()
    page.wait_for_load_state()
    assert typed(page) == ("Beasiswa anak kedua", "sejuta lebih")
    assert "kami kembalikan" in page.locator("[role=status]").inner_text()


def test_the_way_back_from_a_refusal_asks_nothing(
    balai: Installation, person: Callable[..., Walker]
) -> None:
    bontang = balai.city("bontang")
    citizen = person("warga-kembali")
    page = citizen.page
    begin(citizen, bontang)
    page.locator(PURPOSE).fill("Beasiswa anak ketiga")
    page.locator(INCOME).fill("sejuta")
    send(page)
    assert page.locator(".errors").is_visible()
    page.reload()
    assert typed(page) == ("Beasiswa anak ketiga", "sejuta")
    page.goto(bontang)
    page.go_back()
    page.wait_for_load_state()
    assert page.locator(INCOME).is_visible(), "the page of the form, not the browser's question"
    assert page.evaluate("sessionStorage.length") == 0, "another page was opened: forgotten"


@pytest.mark.parametrize("leaves", ["signs out", "runs out"])
def test_the_next_person_at_the_same_computer_finds_nothing(
    balai: Installation, person: Callable[..., Walker], leaves: str
) -> None:
    bontang = balai.city("bontang")
    citizen = person(f"loket-{leaves[:5].strip()}")
    page = citizen.page
    begin(citizen, bontang)
    page.locator(PURPOSE).fill("Beasiswa anak keempat")
    page.locator(INCOME).fill("sejuta")
    send(page)
    assert page.locator(".errors").is_visible()
    assert page.evaluate("sessionStorage.length") == 1
    if leaves == "signs out":
        page.locator(".who summary").click()
        page.locator("form[action$='/keluar/'] button").click()
    else:
        page.context.clear_cookies(name="session")
        send(page)
    page.wait_for_load_state()
    assert "/masuk/" in page.url
    if leaves == "signs out":
        assert page.evaluate("sessionStorage.length") == 0
    page.locator("button.demo-person").nth(1).click()
    page.wait_for_load_state()
    assert "kami kembalikan" not in page.content()
    page.goto(bontang)  # the first page that is theirs
    assert page.evaluate("sessionStorage.length") == 0
