"""What the service worker of a head's phone does with forms, before a server of a few lines: no
installation is needed, and its patience is short here."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.journey

WORKER = Path(__file__).parents[2] / "platform/ui/static/ui/device-worker.js"
PATIENCE = "page: 8000, form: 20000"
FRAME = """
const DEVICE = {areas: ["/rt/"], facts: "/rt/ponsel/", outbox: "/rt/kiriman/", signOut: "/keluar/"};
importScripts("/device-worker.js");
addEventListener("install", (event) => {
  const page = new Response("Tidak ada sambungan");
  const kept = caches.open("usual").then((usual) => usual.put("/luring/", page));
  event.waitUntil(kept.then(skipWaiting));
});
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  if (request.mode !== "navigate") return;
  if (request.method === "GET") event.respondWith(Device.page(event));
  else if (pathname === DEVICE.signOut) event.respondWith(Device.signOut(request));
  else if (Device.isOurs(pathname)) event.respondWith(Device.submit(event));
});
"""
SHOWN = """<html><head></head><body>
<form id="act" method="post" action="/rt/1/"><input name="_who" value="{who}">
<input name="_key" value="{key}"><input name="amount" value="25000"></form>
<form id="out" method="post" action="/keluar/"></form>
<script>navigator.serviceWorker.register("/sw.js")</script></body></html>"""
ROWS = """name => new Promise((done) => {
  const asked = indexedDB.open("balai-device");
  asked.onsuccess = () => {
    const all = asked.result.transaction(name).objectStore(name).getAll();
    all.onsuccess = () => { asked.result.close(); done(all.result); };
  };
})"""
ASK = """question => new Promise((done) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = (event) => done(event.data);
  navigator.serviceWorker.controller.postMessage({ ask: question }, [port2]);
})"""


@dataclass
class Answers:
    """What the server says now, and which forms it was sent."""

    who: str = "1"
    has_post: bool = True
    slow: float = 0
    status: int = 503  # of a form that is sent later: not now
    keys: list[str] = field(default_factory=list)
    signed_out: int = 0
    shown: int = 0


class Server(ThreadingHTTPServer):
    answers = Answers()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def _say(self, status: int, body: str = "", kind: str = "text/html", to: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if to:
            self.send_header("Location", to)
        self.end_headers()
        self.wfile.write(body.encode())

    def do_GET(self) -> None:
        told = self.server.answers
        path = self.path.partition("?")[0]
        if path == "/sw.js":
            self._say(200, FRAME, "text/javascript")
        elif path == "/device-worker.js":
            text = WORKER.read_text()
            assert PATIENCE in text
            self._say(200, text.replace(PATIENCE, "page: 700, form: 900"), "text/javascript")
        elif path == "/rt/ponsel/" and not told.has_post:
            self._say(403, json.dumps({"who": told.who, "ended": True}), "application/json")
        elif path == "/rt/ponsel/":
            until = int(time.time() * 1000) + 3_600_000
            facts = {"who": told.who, "until": until, "token": "t", "push": {}}
            pages = [["/rt/", "1"], ["/rt/kiriman/", "1"]]
            self._say(200, json.dumps({**facts, "pages": pages}), "application/json")
        elif path == "/rt/kas/" or (path == "/rt/" and not told.has_post):
            self._say(403, "<h1>403</h1>")
        else:
            told.shown += 1
            key = f"00000000-0000-4000-8000-{told.shown:012}"
            self._say(200, SHOWN.format(who=told.who, key=key))

    def do_POST(self) -> None:
        told = self.server.answers
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/keluar/":
            told.signed_out += 1
            self._say(200, "bye")
            return
        told.keys.append(str(self.headers.get("Idempotency-Key")))
        time.sleep(told.slow)
        is_page = "problem" not in self.headers.get("Accept", "")
        if told.status == 409:
            body = json.dumps({"type": "/api/masalah/langkah-lain", "detail": "Langkah lain."})
            self._say(409, body, "application/problem+json")
        elif told.status == 302 or is_page:
            self._say(302, to="/rt/")
        else:
            self._say(told.status)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()


@pytest.fixture
def told(server: Server) -> Answers:
    server.answers = Answers()
    return server.answers


@pytest.fixture
def phone(browser: Browser, server: Server, told: Answers) -> Iterator[Page]:
    """A phone of head 1 that keeps the pages of the area."""
    context = browser.new_context(base_url=f"http://localhost:{server.server_port}")
    page = context.new_page()
    page.goto("/rt/")
    page.wait_for_function("() => navigator.serviceWorker.controller")
    page.evaluate(ASK, "warm")
    yield page
    context.close()


def press(page: Page, form: str = "act") -> None:
    with page.expect_navigation():
        page.evaluate(f"() => document.getElementById('{form}').submit()")


def put_by(page: Page) -> None:
    """One form is pressed without a signal."""
    page.context.set_offline(True)
    press(page)
    page.context.set_offline(False)


def states(page: Page) -> list[str]:
    return [row["state"] for row in page.evaluate(ROWS, "forms")]


def test_a_page_that_is_refused_takes_nothing_away(phone: Page, told: Answers) -> None:
    put_by(phone)
    phone.goto("/rt/kas/")
    phone.goto("/v/")
    assert states(phone) == ["waiting"]
    assert {row["name"] for row in phone.evaluate(ROWS, "facts")} == {"key", "owner"}
    told.status = 204
    phone.evaluate(ASK, "flush")
    assert states(phone) == ["sent"]


def test_what_did_not_arrive_before_the_post_ended_is_told(phone: Page, told: Answers) -> None:
    put_by(phone)
    told.has_post = False
    phone.goto("/rt/")
    assert phone.url.endswith("/rt/kiriman/?ended=1")
    assert phone.evaluate(ROWS, "pages") == []
    [row] = phone.evaluate(ASK, "list")
    assert row["state"] == "refused" and "Jabatan Anda berakhir" in row["words"]
    press(phone, "out")
    assert told.signed_out == 1
    phone.goto("/v/")
    assert phone.evaluate(ROWS, "forms") == [] and phone.evaluate(ROWS, "facts") == []


@pytest.mark.parametrize("has_post", [True, False])
def test_forms_of_somebody_else_hold_nobody_up_and_wait_for_them(
    phone: Page, told: Answers, has_post: bool
) -> None:
    put_by(phone)
    phone.evaluate(ASK, "flush")  # also what the browser began by itself
    told.keys.clear()
    told.status = 204
    told.who, told.has_post = "2", has_post
    phone.goto("/rt/kiriman/")
    phone.goto("/rt/")
    phone.evaluate(ASK, "flush")
    assert not phone.evaluate(ASK, "list") and not told.keys
    phone.goto("/rt/kiriman/")
    if has_post:
        press(phone)
        assert len(told.keys) == 1, "sent at once, behind nobody"
        phone.goto("/rt/kiriman/")
    press(phone, "out")
    assert told.signed_out == 1
    assert states(phone) == ["waiting"]
    told.who, told.has_post = "1", True
    phone.goto("/rt/")
    phone.evaluate(ASK, "flush")
    assert states(phone) == ["sent"]


def test_a_press_without_an_answer_keeps_its_key_on_a_page_shown_anew(
    phone: Page, told: Answers
) -> None:
    told.who = "3"  # whose phone it is was not asked yet: nothing is put by
    told.slow = 1.5
    for _ in range(2):
        phone.goto("/rt/x/")
        press(phone)
        time.sleep(1)
    assert len(told.keys) == 2 and told.keys[0] == told.keys[1]
    told.slow = 0
    phone.goto("/rt/x/")
    press(phone)
    phone.goto("/rt/x/")
    press(phone)
    assert told.keys[2] == told.keys[0], "until it is answered"
    assert told.keys[3] != told.keys[0], "the same once more is another act"


def test_only_an_answer_that_says_so_is_told_as_sent(phone: Page, told: Answers) -> None:
    put_by(phone)
    for told.status, state in (
        (302, "waiting"),
        (401, "waiting"),
        (503, "waiting"),
        (409, "refused"),
    ):
        phone.evaluate(ASK, "flush")
        assert states(phone) == [state], told.status
    [row] = phone.evaluate(ASK, "list")
    assert row["words"] == "Langkah lain." and ["amount", "25000"] in row["typed"]
