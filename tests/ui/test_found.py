"""Search engines, and people who arrive from elsewhere, find their way."""

from collections.abc import Callable
from typing import Any
from urllib.robotparser import RobotFileParser

import pytest
from django.test import Client

from accounts.models import User
from tenants.backend.scope import in_city, in_public
from tenants.registry.models import City
from tests.architecture.test_addresses import ANYONE, CITY_HOST, PUBLIC_HOST
from ui import robots
from ui.templatetags.ui import contact_links


def _reads(text: str, path: str) -> bool:
    parser = RobotFileParser()
    parser.parse(text.splitlines())
    return parser.can_fetch("*", path)


@pytest.mark.parametrize(("in_city", "table"), [(True, CITY_HOST), (False, PUBLIC_HOST)])
def test_search_engines_are_kept_from_every_page_that_is_not_for_anyone(
    in_city: bool, table: dict[str, str]
) -> None:
    text = robots.text(in_city=in_city, is_demo=False)
    private = [route for route, whom in table.items() if whom != ANYONE]
    assert [route for route in private if _reads(text, f"/{route}")] == []
    for path in ("/", "/layanan/sktm/" if in_city else "/harga/", "/privasi/", "/daftar/"):
        assert _reads(text, path), path
    assert not _reads(robots.text(in_city=in_city, is_demo=True), "/")


def test_each_host_serves_its_own_robots_txt(
    public_client: Client, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    assert b"Disallow: /konsol/" in public_client.get("/robots.txt").content
    assert b"Disallow: /kelola/" in client_for(in_bontang).get("/robots.txt").content


@pytest.mark.parametrize("path", ["/", "/harga/", "/keamanan/", "/privasi/", "/syarat/"])
def test_public_pages_describe_themselves(public_client: Client, path: str) -> None:
    html = public_client.get(path).content.decode()
    assert html.count('<meta name="description" content="') == 1
    assert "Konsol operator" not in html


def test_a_city_describes_itself_and_a_lost_visitor_can_search(
    in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    client = client_for(in_bontang)
    assert '<meta name="description" content="Layanan warga' in client.get("/").content.decode()
    lost = client.get("/tidak-ada/")
    assert lost.status_code == 404 and 'name="q"' in lost.content.decode()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("0811 000 111", '<a href="tel:+62811000111">0811 000 111</a>'),
        ("WA 0811-000-111", '<a href="https://wa.me/62811000111">WA 0811-000-111</a>'),
        ("+62 548 21000", '<a href="tel:+6254821000">+62 548 21000</a>'),
        (
            "halo@bontangkota.go.id",
            '<a href="mailto:halo@bontangkota.go.id">halo@bontangkota.go.id</a>',
        ),
        ("Loket 3 <b>", "Loket 3 &lt;b&gt;"),
    ],
)
def test_a_contact_opens_what_it_names(typed: str, shown: str) -> None:
    assert contact_links(typed) == shown


def test_the_desk_says_403_to_a_person_who_has_no_desk(
    in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    client = client_for(in_bontang)
    with in_city(in_bontang):
        person = User.objects.create_user("biasa@example.com", "sandi-panjang", name="Biasa")
    client.force_login(person, "accounts.backends.LoginBackend")
    assert client.get("/meja/").status_code == 403


@pytest.mark.parametrize("demo", [True, False])
def test_the_landing_page_leads_to_a_demonstration_where_there_is_one(
    public_client: Client, in_bontang: City, settings: Any, demo: bool
) -> None:
    settings.DEMO = demo
    with in_public():
        City.objects.filter(pk=in_bontang.pk).update(is_demo=True)
    html = public_client.get("/").content.decode()
    assert ("kota peragaan Kota Bontang" in html) is demo
