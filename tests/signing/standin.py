"""The stand-in of the signing gateway as a process."""

import json
import os
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
USER, PASSWORD = "balai", "gateway"


@dataclass
class Standin:
    base: str

    def tell(self, what: str, **form: Any) -> dict[str, Any]:
        """Order something of it: user, fault, clear."""
        return self._post(what, urllib.parse.urlencode(form).encode())

    def rates(self, rates: dict[str, float], **more: Any) -> None:
        self._post("rates", json.dumps({"rates": rates, **more}).encode())

    def _post(self, what: str, data: bytes) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.base}/standin/{what}", data=data, timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def ledger(self) -> dict[str, int]:
        """How often each file was really signed, by the SHA-256 of what was sent."""
        signed: dict[str, int] = self.tell("ledger")["signed"]
        return signed

    def result(self, sha256: str) -> bytes:
        """The signed file, as on the gateway's own pages."""
        with urllib.request.urlopen(f"{self.base}/standin/signed/{sha256}", timeout=5) as answer:
            found: bytes = answer.read()
        return found


@contextmanager
def running() -> Iterator[Standin]:
    env = {**os.environ, "BALAI_MODE": "test", "DJANGO_SETTINGS_MODULE": "config.settings"}
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.esign_standin", "--port", "0"],
        cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("http://"), "the stand-in did not start"
        yield Standin(line.strip().removesuffix("/standin/"))
    finally:
        process.terminate()
        process.wait(10)
