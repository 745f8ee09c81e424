"""Notices on phones: encrypted for one browser, delivered over HTTP, forgotten when it is gone."""

import base64
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import LazySettings
from django.test import Client
from py_vapid import Vapid

from kernel.errors import RuleBroken
from messaging import outbox, work
from messaging.channels import push
from messaging.models import Outbox, PushDevice
from tenants.registry.models import City
from tests.factories import Cast, make_cast, submitted
from tests.told import tell_subscribers

KEY = base64.urlsafe_b64encode(b"\x01" * 32).decode()


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Browser:
    """A browser with a push service of its own, which answers as it is told to."""

    endpoint: str = ""
    answers: int = 201
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    private: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def p256dh(self) -> str:
        raw = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        return text(self.private.public_key().public_bytes(*raw))

    def read(self, number: int = 0) -> dict[str, str]:
        body = self.heard[number][1]
        plain = http_ece.decrypt(body, private_key=self.private, auth_secret=self.auth)
        found: dict[str, str] = json.loads(plain)
        return found

    def subscribe(self, user_id: int) -> PushDevice:
        return push.subscribe(
            user_id=user_id, endpoint=self.endpoint, p256dh=self.p256dh, auth=text(self.auth)
        )


@pytest.fixture
def browser(settings: LazySettings) -> Iterator[Browser]:
    found = Browser()

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.heard.append((dict(self.headers), body))
            self.send_response(found.answers)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{server.server_port}"
    settings.PUSH_KEY, settings.PUSH_HOSTS = KEY, ["fcm.googleapis.com", here]
    found.endpoint = f"{here}/send/abc"
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    return make_cast()


def deliver() -> list[Outbox]:
    """Everything that is to be pushed now."""
    rows = list(Outbox.objects.filter(kind="push.send").order_by("pk"))
    for row in rows:
        outbox.run(row.pk)
    return rows


def test_ketua_rt_with_a_phone_alone_is_told_that_somebody_waits_and_nothing_more(
    cast: Cast, browser: Browser
) -> None:
    assert not cast.hasan.email
    browser.subscribe(cast.hasan.pk)
    application = submitted(cast)
    tell_subscribers()
    deliver()
    told = browser.read()
    assert told["title"] == "Ada warga yang menunggu Anda"
    assert told["link"].endswith("/rt/") and told["link"].startswith("http")
    said = json.dumps(told)
    person = cast.sari_person
    assert (
        person.name not in said and person.nik not in said and str(application.number) not in said
    )


def test_message_is_signed_for_this_push_service(cast: Cast, browser: Browser) -> None:
    browser.subscribe(cast.hasan.pk)
    submitted(cast)
    tell_subscribers()
    deliver()
    headers = browser.heard[0][0]
    assert headers["content-encoding"] == "aes128gcm" and headers["ttl"] == str(push.DAY)
    parts = dict(
        part.strip().split("=", 1)
        for part in headers["authorization"].removeprefix("vapid ").split(",")
    )
    assert parts["k"] == push.public_key()
    assert Vapid.verify(headers["authorization"])


@pytest.mark.parametrize("status", [404, 410])
def test_browser_that_is_gone_is_forgotten(cast: Cast, browser: Browser, status: int) -> None:
    browser.subscribe(cast.hasan.pk)
    browser.answers = status
    submitted(cast)
    tell_subscribers()
    [row] = deliver()
    row.refresh_from_db()
    assert row.state == Outbox.State.DONE and not PushDevice.objects.exists()


@pytest.mark.parametrize(
    ("status", "error"),
    [(429, work.NotDone), (503, work.NotDone), (403, work.Hopeless), (413, work.Hopeless)],
)
def test_what_a_push_service_refuses_is_tried_again_or_given_up(
    cast: Cast, browser: Browser, status: int, error: type[Exception]
) -> None:
    device = browser.subscribe(cast.hasan.pk)
    browser.answers = status
    with pytest.raises(error):
        push.send({"device": device.pk, "title": "Uji"}, "k")
    assert PushDevice.objects.filter(pk=device.pk).exists()


@pytest.mark.parametrize(
    "endpoint",
    ["https://contoh.go.id/x", "http://fcm.googleapis.com/x", "https://127.0.0.1/x",
     "https://fcm.googleapis.com.contoh.id/x", "https://fcm.googleapis.com@10.0.0.1/x", "x"],
)  # fmt: skip
def test_server_calls_no_address_but_of_a_known_push_service(
    cast: Cast, browser: Browser, endpoint: str
) -> None:
    browser.endpoint = endpoint
    with pytest.raises(RuleBroken):
        browser.subscribe(cast.hasan.pk)
    assert not PushDevice.objects.exists()


def test_subscription_belongs_to_who_used_the_browser_last(cast: Cast, browser: Browser) -> None:
    browser.subscribe(cast.hasan.pk)
    browser.subscribe(cast.sari.pk)
    assert [device.user_id for device in PushDevice.objects.all()] == [cast.sari.pk]


def test_pages_take_and_forget_a_browser_of_the_own_account(
    cast: Cast, browser: Browser, client_for: Any, in_bontang: City
) -> None:
    client: Client = client_for(in_bontang)
    client.force_login(cast.hasan, "services.residents.backends.NikBackend")
    sent = {"endpoint": browser.endpoint, "p256dh": browser.p256dh, "auth": text(browser.auth)}
    assert client.post("/akun/ponsel/", sent).status_code == 204
    assert PushDevice.objects.get().user_id == cast.hasan.pk
    assert client.post("/akun/ponsel/", {**sent, "auth": "?"}).status_code == 422
    other: Client = client_for(in_bontang)
    other.force_login(cast.sari, "services.residents.backends.NikBackend")
    other.post("/akun/ponsel/berhenti/", sent)
    assert PushDevice.objects.exists()
    assert client.post("/akun/ponsel/berhenti/", sent).status_code == 204
    assert not PushDevice.objects.exists()


def test_installation_without_a_key_offers_no_push(settings: LazySettings, cast: Cast) -> None:
    settings.PUSH_KEY = ""
    assert push.public_key() == "" and push.address_of(cast.hasan) == ""
