"""A city's admin before its pages: signing in, sending a form back, arranging."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from services.catalogue.models import Service
from services.catalogue.shipped import shipped
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import official

LIST = "/kelola/layanan/"
SKTM = f"{LIST}sktm/"
SHARED = {blueprint.slug: blueprint.canonical() for blueprint in shipped()}
BACKEND = "accounts.backends.LoginBackend"


def sign_in(name: str, place: City, client_for: Callable[[City], Client]) -> Client:
    unit = Unit.objects.get(code=place.code)
    client = client_for(place)
    client.force_login(official(name, unit, "admin"), BACKEND)
    return client


@pytest.fixture
def admin(in_bontang: City, client_for: Callable[[City], Client]) -> Client:
    return sign_in("admin", in_bontang, client_for)


def form_of(client: Client, path: str) -> dict[str, str | list[str]]:
    """What a browser would send back from the page's main form without anything being typed."""
    page = client.get(path).content.decode()
    form = max(re.findall(r'<form method="post".*?</form>', page, re.S), key=len)
    from html import unescape

    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]*)"', tag)
        kind = re.search(r'type="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name is None or name[1] == "csrfmiddlewaretoken":
            continue
        if kind and kind[1] in ("checkbox", "radio"):
            if " checked" in tag:
                sent.setdefault(name[1], []).append(unescape(value[1]) if value else "on")
        else:
            sent[name[1]] = unescape(value[1]) if value else ""
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        sent[name] = unescape(text.removeprefix("\n")).replace("\n", "\r\n")
    for name, inside in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        first = re.search(r'<option value="([^"]*)"', inside)
        sent[name] = unescape((chosen or first)[1])  # type: ignore[index]
    return sent


def change(client: Client, path: str, **typed: Any) -> Any:
    return client.post(path, {**form_of(client, path), **typed})


def sktm() -> Service:
    return Service.objects.select_related("current", "base").get(slug="sktm")


def publish(client: Client, slug: str = "sktm") -> Any:
    edition = Service.objects.get(slug=slug).draft_edition
    return client.post(f"{LIST}{slug}/draf/", {"edition": edition, "do": "terbitkan"})


def arrange(client: Client, **sent: Any) -> Any:
    return client.post(f"{SKTM}susun/", {"edition": sktm().draft_edition, **sent}, follow=True)
