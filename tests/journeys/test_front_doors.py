"""Pages anybody may open, on the platform's host and on a city's."""

from collections.abc import Callable

import pytest

from tests.journeys.walker import AT_BOTH_SIZES, Installation, Walker

pytestmark = [pytest.mark.journey, AT_BOTH_SIZES]


def test_platform(balai: Installation, person: Callable[..., Walker]) -> None:
    visitor = person()
    visitor.go(f"{balai.url}/", "landing")
    for path, name in {
        "/daftar/": "signup",
        "/keamanan/": "security",
        "/syarat/": "terms",
        "/privasi/": "privacy",
        "/masuk/": "sign-in",
        "/kotak-surat/": "mailbox",
        "/tidak-ada/": "not-found",
    }.items():
        visitor.go(balai.url + path, name)


def test_city(balai: Installation, person: Callable[..., Walker]) -> None:
    visitor = person()
    visitor.go(balai.city("bontang"), "home")
    visitor.expect("Bontang")
    for path, name in {
        "/?q=tidak+mampu": "search",
        "/?q=zzzz": "search-nothing",
        "/masuk/": "sign-in",
        "/daftar/": "register",
        "/v/": "verify",
        "/v/TIDAKADA": "verify-unknown",
        "/privasi/": "privacy",
        "/tidak-ada/": "not-found",
        "/kotak-surat/": "no-mailbox-here",
    }.items():
        visitor.go(balai.city("bontang", path), name)
    visitor.expect("tidak ditemukan")


def test_nowhere(balai: Installation, person: Callable[..., Walker]) -> None:
    """A city that does not exist (yet)."""
    visitor = person()
    visitor.go(balai.city("atlantis"), "unknown-city")
    visitor.expect("belum dipakai", "Daftarkan")
