"""The stand-in for payment providers as a process, and what it posts to a city."""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "token-uji"


@dataclass
class Posted:
    """One notification as it arrived."""

    provider: str
    body: bytes
    headers: dict[str, str]


@dataclass
class Standin:
    base: str
    posted: list[Posted] = field(default_factory=list)

    def tell(self, what: str, **form: Any) -> dict[str, Any]:
        """Order something of it: pay, expire, notify, fault."""
        data = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(f"{self.base}/standin/{what}", data=data, timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def notified(self, number: int) -> list[Posted]:
        """Wait until so many notifications have come."""
        for _ in range(100):
            if len(self.posted) >= number:
                return self.posted
            time.sleep(0.05)
        raise AssertionError(f"{len(self.posted)} notifications instead of {number}")

    def calls(self, part: str) -> int:
        """How often a path was called."""
        return sum(part in call for call in self.tell("look")["calls"])


@contextmanager
def running() -> Iterator[Standin]:
    """The process, and a server that keeps what it posts."""
    found = Standin("")

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            provider = self.path.strip("/").split("/")[1]
            found.posted.append(Posted(provider, body, dict(self.headers)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    kept = HTTPServer(("127.0.0.1", 0), Keep)
    threading.Thread(target=kept.serve_forever, daemon=True).start()
    env = {**os.environ, "BALAI_MODE": "test", "DJANGO_SETTINGS_MODULE": "config.settings"}
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.payments_standin", "--port", "0", "--token", TOKEN,
         "--webhook", f"http://127.0.0.1:{kept.server_port}"],
        cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("http://"), "the stand-in did not start"
        found.base = line.strip().removesuffix("/standin/")
        yield found
    finally:
        process.terminate()
        process.wait(10)
        kept.shutdown()
