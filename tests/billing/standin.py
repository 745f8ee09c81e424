"""The stand-in for Stripe as a real process, for tests."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import stripe

from deploy.local import ports

ROOT = Path(__file__).resolve().parents[2]
KEY = "sk_test_standin_tests"
SECRET = "whsec_standin_tests"
HOUR = 3600
DAY = 24 * HOUR


class Standin:
    """``client`` is the library's own; ``advance`` moves time; ``settled`` waits for webhooks."""

    def __init__(self, folder: Path, *, webhook: str | None = None, after_retries: str = "unpaid"):
        self.state = folder / "stripe.sqlite3"
        self.port = ports.any_free()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = folder / "stripe.log"
        self._more = ["--after-retries", after_retries]
        if webhook:
            self._more += ["--webhook", webhook]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()
        self.client = stripe.StripeClient(
            KEY, base_addresses={"api": self.base}, max_network_retries=0
        ).v1

    def start(self) -> None:
        environment = dict(os.environ) | {
            "BALAI_MODE": "test",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "STRIPE_API_KEY": KEY,
            "STRIPE_WEBHOOK_SECRET": SECRET,
        }
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable, "-m", "deploy.stripe_standin", "--port", str(self.port),
                    "--state", str(self.state), *self._more,
                ],
                env=environment,
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        until = time.monotonic() + 60
        while True:
            try:
                self.page("/")
                return
            except urllib.error.URLError:
                ended = self._process.poll() is not None
                assert not ended and time.monotonic() < until, self.log.read_text()
                time.sleep(0.05)

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=20)
            self._process = None

    # --- pages and time ---------------------------------------------------------------------------

    def page(self, path: str, **form: str) -> tuple[int, str, str]:
        """Status, text, and the address people end at (redirects to this server are followed)."""
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(self.base + path, data=data)
        try:
            with _opener.open(request, timeout=60) as answer:
                return answer.status, answer.read().decode("utf-8", "replace"), answer.url
        except urllib.error.HTTPError as answer:
            where = answer.headers.get("Location", "")
            if answer.code == 303 and where.startswith("/"):
                return self.page(where)
            return answer.code, answer.read().decode("utf-8", "replace"), where

    def advance(self, days: float) -> None:
        """Time goes on by so many days; what falls due on the way has happened when it returns."""
        status, text, _ = self.page("/maju", hari=str(days))
        assert status == 200, text

    def now(self) -> int:
        """What time it is there, in seconds since 1970."""
        with _opener.open(self.base + "/", timeout=60) as answer:
            return int(answer.headers["X-Waktu"])

    def advance_to(self, moment: int) -> None:
        self.advance((moment - self.now()) / DAY)

    def settled(self, seconds: float = 20) -> None:
        """Wait until every webhook has been accepted."""
        until = time.monotonic() + seconds
        while self.client.events.list({"delivery_success": False, "limit": 1}).data:
            assert time.monotonic() < until, "webhooks are still waiting"
            time.sleep(0.05)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


class Receiver:
    """Our side of the webhooks: keeps what comes, answers what ``answers`` says (then 200)."""

    def __init__(self) -> None:
        self.got: list[tuple[bytes, str]] = []
        self.answers: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((body, self.headers["Stripe-Signature"]))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/stripe/webhook/"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for body, _ in self.got]
