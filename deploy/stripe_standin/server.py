"""The HTTP side: `/v1` for the library, pages for people, on 127.0.0.1 alone."""

import contextlib
import json
import sys
import threading
import traceback
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

# Imported for their routes.
from deploy.stripe_standin import api, invoicing, markup, pages, paying, resources, timeline  # noqa: F401
from deploy.stripe_standin.problems import Problem
from deploy.stripe_standin.webhooks import Postman
from deploy.stripe_standin.world import VERSION, World

LOCAL = {"127.0.0.1", "localhost"}
LARGEST = 1_000_000  # bytes of a request


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "StripeTiruan"
    wbufsize = -1  # head and body in one packet
    world: World
    postman: Postman

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        """Said below, one line each, and only for what failed."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST:
            self._send(413, b"", "text/plain", {"Connection": "close"})
            return
        body = self.rfile.read(length).decode("utf-8", "replace")
        where = urlsplit(self.path)
        try:
            if where.path.startswith("/v1/"):
                self._api(where.path, body, where.query)
            else:
                self._page(where.path, body)
        except BrokenPipeError:
            pass
        except Exception:
            # Its own fault: said on the terminal, in Stripe's words to whoever asked.
            sys.stderr.write(f"{self.command} {where.path}\n{traceback.format_exc()}")
            text = {"error": {"type": "api_error", "message": "The stand-in itself failed."}}
            self._send(500, json.dumps(text).encode(), "application/json", {})

    def _api(self, path: str, body: str, query: str) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        done = api.handle(self.world, self.command, path, body, headers, query)
        more = {"Stripe-Version": VERSION, "Request-Id": self.world.request.get("id") or "req_0"}
        if done.replayed:
            more["Idempotent-Replayed"] = "true"
        # Nobody else's fault that this is wrong: trying again would not help.
        more["Stripe-Should-Retry"] = "false"
        self._send(done.status, done.body.encode(), "application/json", more)

    def _page(self, path: str, body: str) -> None:
        # A page of another site must not press buttons here.
        origin = urlsplit(self.headers.get("Origin") or "").hostname
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        if host not in LOCAL or (origin is not None and origin not in LOCAL):
            self._send(403, b"", "text/plain", {})
            return
        form = dict(parse_qsl(body))
        try:
            found = pages.answer(self.world, self.postman, self.command, path, form)
        except Problem as problem:
            found = markup.html("Tidak dapat dilakukan", f"<p>{escape(str(problem))}</p>", 400)
        if found is None:
            found = markup.html("Tidak ditemukan", "<p>Halaman ini tidak ada.</p>", 404)
        policy = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'"
        more = {"Content-Security-Policy": policy, "Cache-Control": "no-store", **found.headers}
        self._send(found.status, found.body, found.kind, more)

    def _send(self, status: int, body: bytes, kind: str, more: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def serve(world: World, port: int) -> None:
    """Run until interrupted. Time goes on by itself meanwhile."""
    postman = Postman(world)
    bound = type("BoundHandler", (Handler,), {"world": world, "postman": postman})
    server = Server(("127.0.0.1", port), bound)
    stopping = threading.Event()

    def tick() -> None:
        while not stopping.wait(2):
            try:
                timeline.catch_up(world, None, world.main_clock())
            except Exception:
                sys.stderr.write(traceback.format_exc())

    threading.Thread(target=tick, daemon=True).start()
    postman.start()
    sys.stdout.write(f"Stripe tiruan siap di {world.base}/\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever(poll_interval=0.1)
    stopping.set()
    postman.stop()
    server.server_close()
