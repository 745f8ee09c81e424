"""The HTTP side, on 127.0.0.1 alone: the APIs, and ``/standin/`` for people and tests."""

import base64
import contextlib
import json
import socket
import threading
import urllib.request
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from deploy.payments_standin import midtrans, xendit
from deploy.payments_standin.world import Charge, Fault, World

LARGEST = 256 * 1024  # bytes of a request
LOCAL = {"127.0.0.1", "localhost"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "PembayaranTiruan"
    world: World

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        """Said nowhere."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST:
            self._send(413, {})
            return
        raw = self.rfile.read(length)
        where = urlsplit(self.path)
        if where.path.startswith("/standin"):
            self._standin(where.path, raw)
            return
        self.world.calls.append(f"{self.command} {where.path}")
        fault = self.world.fault(where.path)
        if fault == "error":
            self._send(500, {"status_code": "500", "status_message": "Internal server error."})
            return
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            self._send(400, {"status_code": "400", "status_message": "JSON parse error."})
            return
        with self.world.lock:
            if where.path.startswith("/v2/"):
                notify = self.headers.get("X-Append-Notification") or ""
                status, found = midtrans.answer(
                    self.world, self._key(), self.command, where.path, body, notify
                )
            else:
                status, found = xendit.answer(
                    self.world, self._key(), self.command, where.path, where.query, body
                )
        if fault == "lost":  # the work is done, and nobody hears of it
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif fault == "late":
            self._send(500, {"status_code": "500", "status_message": "Internal server error."})
        else:
            self._send(status, found)

    def _key(self) -> str:
        """The secret key: the name of HTTP's basic authentication."""
        scheme, _, given = (self.headers.get("Authorization") or "").partition(" ")
        if scheme != "Basic":
            return ""
        try:
            return base64.b64decode(given).decode().partition(":")[0]
        except ValueError:
            return ""

    # --- for people and tests -------------------------------------------------------------------

    def _standin(self, path: str, raw: bytes) -> None:
        origin = urlsplit(self.headers.get("Origin") or "").hostname
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        if host not in LOCAL or (origin is not None and origin not in LOCAL):
            self._send(403, {})
            return
        if self.command == "GET":
            self._page()
            return
        form = dict(parse_qsl(raw.decode()))
        what = path.removeprefix("/standin/").strip("/")
        with self.world.lock:
            found = self.world.current(form.get("reference", ""))
            if what == "fault":
                self.world.faults.append(
                    Fault(form["part"], form["kind"], int(form.get("times", 1)))
                )
            elif what == "webhook":
                self.world.webhooks[form["provider"]] = form["url"]
                self.world.callback_token = form.get("token", self.world.callback_token)
            elif found is not None and what == "pay":
                self.world.pay(found.reference)
            elif found is not None and what == "expire" and found.state == "pending":
                found.state = "expired"
        if found is not None and what in ("pay", "expire", "notify"):
            for _ in range(int(form.get("times", 1))):
                self._notify(found, forged=form.get("forged") == "1")
        if "text/html" in (self.headers.get("Accept") or ""):
            self.send_response(303)
            self.send_header("Location", "/standin/")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._send(200, {"calls": self.world.calls, "state": found.state if found else ""})

    def _notify(self, charge: Charge, *, forged: bool) -> None:
        for url in filter(None, (self.world.webhooks.get(charge.provider), charge.notify)):
            self._post(charge, url, forged=forged)

    def _post(self, charge: Charge, url: str, *, forged: bool) -> None:
        token = "forged" if forged else self.world.callback_token
        if charge.provider == "midtrans":
            body, headers = midtrans.notification(charge, forged=forged), {}
        else:
            body, headers = xendit.notification(charge), {"x-callback-token": token}
        parts = urlsplit(url)  # *.localhost is this machine, whatever the resolver says
        asked = urllib.request.Request(  # noqa: S310 - the address was given on this machine
            url.replace(parts.netloc, f"127.0.0.1:{parts.port or 80}", 1),
            data=json.dumps(body).encode(), method="POST",
            headers={"Content-Type": "application/json", "Host": parts.netloc, **headers},
        )  # fmt: skip
        threading.Thread(target=_post, args=(asked,), daemon=True).start()

    def _page(self) -> None:
        rows = "".join(
            f"<li>{escape(one.provider)} {escape(one.reference)} Rp{one.amount} {one.state}"
            f'<form method="post" action="/standin/pay">'
            f'<input type="hidden" name="reference" value="{escape(one.reference)}">'
            "<button>Bayar</button></form></li>"
            for one in reversed(self.world.charges.values())
        )
        page = (
            f"<!doctype html><title>Pembayaran tiruan</title><h1>Pembayaran tiruan</h1><ul>{rows}"
        )
        self._send(200, page, "text/html; charset=utf-8")

    def _send(self, status: int, found: Any, kind: str = "application/json") -> None:
        body = found.encode() if isinstance(found, str) else json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _post(asked: urllib.request.Request) -> None:
    with contextlib.suppress(OSError):  # a provider tries again; here somebody presses again
        urllib.request.urlopen(asked, timeout=10).close()  # noqa: S310


def serve(world: World, port: int) -> ThreadingHTTPServer:
    """A server on this machine alone; 0 takes a free port."""
    handler = type("Bound", (Handler,), {"world": world})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    return server
