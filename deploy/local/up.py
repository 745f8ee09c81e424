"""`./balai up`: one foreground process that owns every server of an installation.

Starts PostgreSQL and Valkey (unless DATABASE_URL, BROKER_URL, CACHE_URL name others) and the
stand-in for Stripe (unless STRIPE_API_KEY is a real one), prepares the data, runs web server,
Celery worker and beat, starts again whatever dies, and on SIGINT or SIGTERM ends all of it in
order. Killed outright, its guard ends it instead.
"""

import argparse
import contextlib
import http.client
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from urllib.parse import urlsplit

from deploy.local import ports, standins
from deploy.local.children import Child, Guard, Log, how_it_died
from deploy.local.installation import (
    ROOT,
    Busy,
    Installation,
    Servers,
    environment,
    write_private,
)
from deploy.local.options import demo_wanted, options, source_state
from deploy.local.trouble import Trouble

OLDER_BUILD = 3  # how prepare_platform ends on data that this build cannot go on from


class Stop(Exception):
    """Someone asked us to end."""


class Supervisor:
    def __init__(self, chosen: argparse.Namespace, installation: Installation) -> None:
        self.chosen = chosen
        self.installation = installation
        self.log = Log(installation.home / "logs" / "balai.log")
        self.guard = Guard(keep=[installation.lock])
        self.stopping = threading.Event()
        self.worker_ready = threading.Event()
        self.servers: Servers | None = None
        self.children: list[Child] = []
        self.preparing: Child | None = None
        self.addresses: list[tuple[str, str]] = []
        self.standins: list[tuple[str, str]] = []  # name and address

    def ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        if self.stopping.is_set():
            # Asked twice: no more patience.
            for child in self._all():
                if child.process is not None:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(child.process.pid, signal.SIGKILL)
            return
        self.stopping.set()

    def _all(self) -> list[Child]:
        """Everything running, in the order in which it is stopped."""
        found = [*self.children]
        if self.preparing is not None:
            found.append(self.preparing)
        if self.servers is not None:
            if self.servers.valkey and self.servers.valkey.child:
                found.append(self.servers.valkey.child)
            if self.servers.postgres and self.servers.postgres.child:
                found.append(self.servers.postgres.child)
        return found

    def run(self) -> int:
        started = time.monotonic()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.ask_to_stop)
        try:
            self._start(started)
            self._keep()
            return 0
        except Stop:
            return 0
        except Trouble as trouble:
            self.log("balai", "")
            self.log("balai", str(trouble))
            return 1
        finally:
            self._end()

    # --- starting --------------------------------------------------------------------------------

    def _start(self, started: float) -> None:
        port = self.chosen.port
        if not ports.is_free(port, self.chosen.bind):
            raise Trouble(
                f"Porta {port} sudah dipakai program lain.\n"
                f"Pilih porta lain: ./balai up --port {port + 1}  (atau BALAI_PORT={port + 1})."
            )
        env = dict(os.environ) | environment(self.installation, mode="embedded", port=port)
        demo = demo_wanted(self.chosen, env)
        env["BALAI_DEMO"] = "1" if demo else "0"
        self.servers = Servers(
            self.installation,
            log=self.log,
            guard=self.guard,
            db_port=self.chosen.db_port,
            broker_port=self.chosen.broker_port,
        )
        env |= self.servers.start()
        self._unless_stopped()
        if self.servers.postgres:
            where = self.servers.postgres
            self.log("balai", f"PostgreSQL siap di 127.0.0.1:{where.port} ({where.data})")
        else:
            self.log("balai", "Memakai PostgreSQL dari DATABASE_URL")
        if self.servers.valkey:
            self.log("balai", f"Valkey siap di 127.0.0.1:{self.servers.valkey.port}")
        env |= self._start_standins(env)
        self._prepare(env)
        self.installation.publish(self._ours(env))

        celery = [sys.executable, "-m", "celery", "--quiet", "-A"]
        started_already = self.children
        self.children = [
            self._child(
                "jadwal",
                [
                    *celery, "messaging.timetable", "beat", "--loglevel", "WARNING",
                    "--pidfile", "",
                    "--schedule", str(self.installation.home / "run" / "beat"),
                ],
                env,
            ),
            self._child(
                "web",
                [
                    sys.executable, "-m", "granian", "config.wsgi:application",
                    "--interface", "wsgi", "--http", "1", "--no-ws",
                    "--host", self.chosen.bind, "--port", str(port),
                    "--workers", "1", "--backpressure", "64", "--workers-kill-timeout", "10",
                    "--blocking-threads", str(max(4, 2 * (os.cpu_count() or 2))),
                    "--log-level", "warning",
                ],
                env,
            ),
            # Two tasks at a time: more would need more memory than a small machine has.
            self._child(
                "pekerja",
                [
                    *celery, "config.celery", "worker", "--concurrency", "2", "--loglevel", "INFO",
                    "--without-gossip", "--without-mingle", "--hostname", "balai@%h",
                ],
                env | {"PYTHONWARNINGS": "ignore:You're running the worker with superuser"},
                hear=self._hear_worker,
            ),
        ]  # fmt: skip
        timetable, *needed = self.children
        for child in needed:
            child.start()
        self.children += started_already  # the stand-in for Stripe ends last
        self._wait_until_ready(port)
        timetable.start()
        self._announce(port, demo, time.monotonic() - started)

    def _start_standins(self, env: dict[str, str]) -> dict[str, str]:
        """Start the stand-ins for Stripe and for payment providers, unless the environment says
        whom to talk to."""
        ours: dict[str, str] = {}
        secret = self.installation.secrets().secret_key
        for one in standins.wanted(self.chosen, env, secret=secret, home=self.installation.home):
            child = self._child(one.name, one.argv, env | one.ours)
            self.children.append(child)
            self.standins.append((one.title, one.address))
            child.start()
            ours |= one.ours
        return ours

    def _child(
        self,
        name: str,
        argv: list[str],
        env: dict[str, str],
        hear: Callable[[str], bool] | None = None,
    ) -> Child:
        return Child(
            name=name,
            argv=argv,
            env=env,
            cwd=ROOT,
            guard=self.guard,
            log=self.log,
            patience=15,
            hear=hear,
        )

    def _ours(self, env: dict[str, str]) -> dict[str, str]:
        names = ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "DJANGO_SETTINGS_MODULE")
        prefixes = ("BALAI_", "STRIPE_")
        return {k: v for k, v in env.items() if k.startswith(prefixes) or k in names}

    def _hear_worker(self, line: str) -> bool:
        if line.endswith(" ready."):
            self.worker_ready.set()
        # Every tick of the dispatcher would otherwise take three lines.
        return "/MainProcess] Task " in line or "] Task messaging.tasks.dispatch[" in line

    def _unless_stopped(self) -> None:
        if self.stopping.is_set():
            raise Stop

    def _prepare(self, env: dict[str, str]) -> None:
        """Bring the data up to the source, unless the same source did so the last time."""
        record = self.installation.home / "run" / "prepared.json"
        key = None
        if self.servers is not None and self.servers.postgres is not None:
            born = (self.servers.postgres.data / "PG_VERSION").stat().st_mtime_ns
            key = f"{born} {env['BALAI_DEMO']} {env['BALAI_PUBLIC_URL']} {source_state()}"
            with contextlib.suppress(OSError, ValueError, KeyError):
                known = json.loads(record.read_text(encoding="utf-8"))
                if known["key"] == key:
                    self.addresses = [(name, address) for name, address in known["addresses"]]
                    return
        self.log("balai", "Menyiapkan data …")

        def note(line: str) -> bool:
            if line.startswith("@ "):
                name, _, address = line[2:].partition(" = ")
                self.addresses.append((name, address))
                return True
            return False

        self.preparing = self._child(
            "siap", [sys.executable, str(ROOT / "manage.py"), "prepare_installation"], env, note
        )
        self.preparing.start()
        assert self.preparing.process is not None
        while self.preparing.process.poll() is None:
            self._unless_stopped()
            time.sleep(0.05)
        code = self.preparing.wait()
        self.preparing = None
        if code == OLDER_BUILD and key is not None:
            home = self.installation.home
            raise Trouble(
                f"Data di {home} dibuat oleh Balai versi lama; versi ini adalah awal yang baru dan "
                "tidak bisa melanjutkannya.\nTidak ada yang dihapus. Pilih satu:\n"
                f"  masih perlu:    mv {home} {home}-lama   lalu ./balai up\n"
                f"  tidak perlu:    rm -r {home}   lalu ./balai up\n"
                "  biarkan saja:   ./balai up --data FOLDER-LAIN"
            )
        if code != 0:
            raise Trouble("Data tidak dapat disiapkan; sebabnya ada di baris-baris di atas.")
        if key is not None:
            write_private(record, json.dumps({"key": key, "addresses": self.addresses}))

    def _wait_until_ready(self, port: int) -> None:
        until = time.monotonic() + 90
        broken = 0
        while True:
            self._unless_stopped()
            for child in self.children:
                code = child.died()
                if code is not None:
                    raise Trouble(
                        f"{child.name} {how_it_died(code)}; sebabnya ada di baris-baris di atas."
                    )
            status = self._probe(port)
            if 0 < status < 500 and self.worker_ready.is_set():
                return
            broken += status >= 500
            if broken == 5:
                raise Trouble(f"Situs menjawab {status}; sebabnya ada di baris-baris web di atas.")
            if time.monotonic() > until:
                raise Trouble("Situs belum menjawab setelah 90 detik; lihat baris-baris di atas.")
            time.sleep(1 if broken else 0.1)

    def _probe(self, port: int) -> int:
        host = urlsplit(self._public).netloc
        address = "127.0.0.1" if self.chosen.bind in {"0.0.0.0", "::"} else self.chosen.bind  # noqa: S104
        connection = http.client.HTTPConnection(address, port, timeout=10)
        try:
            connection.request("GET", "/", headers={"Host": host})
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    @property
    def _public(self) -> str:
        return environment(self.installation, mode="embedded", port=self.chosen.port)[
            "BALAI_PUBLIC_URL"
        ]

    def _announce(self, port: int, demo: bool, seconds: float) -> None:
        public = self._public.rstrip("/")
        lines = [("Situs Balai", f"{public}/"), *self.addresses]
        lines.append(("Kotak surat", f"{public}/kotak-surat/"))
        lines += self.standins
        width = max(len(name) for name, _ in lines)
        self.log("balai", "")
        self.log("balai", f"Balai siap ({seconds:.1f} detik).")
        for name, address in lines:
            self.log("balai", f"  {name:<{width}}  {address}")
        if demo:
            self.log("balai", "Mode contoh: setiap orang di halaman masuk dapat dicoba.")
        self.log("balai", "Ctrl-C menghentikan semuanya.")
        self.log("balai", "")

    # --- running ---------------------------------------------------------------------------------

    def _keep(self) -> None:
        while not self.stopping.wait(0.2):
            self.guard.heal()
            for child in reversed(self._all()):
                self._revive(child)

    def _revive(self, child: Child) -> None:
        now = time.monotonic()
        code = child.died() if child.again_at == 0 else None
        if code is not None:
            pause = child.pause(now)
            self.log(
                "balai", f"{child.name} {how_it_died(code)}; dijalankan lagi dalam {pause:g} detik."
            )
        elif child.again_at and now >= child.again_at:
            child.again_at = 0
            if child.name == "postgres" and self.servers and self.servers.postgres:
                self.servers.postgres.prepare()
            child.start()

    # --- ending ----------------------------------------------------------------------------------

    def _end(self) -> None:
        self.log("balai", "Menghentikan …")
        self.installation.withdraw()
        for child in self._all():
            child.stop()
        self.guard.close()
        self.log("balai", "Selesai. Data tersimpan; ./balai up melanjutkannya.")


def main(argv: list[str] | None = None) -> int:
    try:
        chosen = options(argv)
        installation = Installation(chosen.data)
        try:
            with installation.locked():
                return Supervisor(chosen, installation).run()
        except Busy as busy:
            running = installation.running() or {}
            where = running.get("BALAI_PUBLIC_URL", "")
            raise Trouble(
                f"Balai sudah berjalan di folder ini (PID {busy.pid}) {where}\n".replace(
                    " \n", "\n"
                )
                + "Hentikan dulu dengan Ctrl-C di terminalnya, atau pakai tempat lain:"
                " ./balai up --data FOLDER --port N"
            ) from None
    except Trouble as trouble:
        sys.stderr.write(f"\n{trouble}\n")
        return 1
    except KeyboardInterrupt:  # before anything was started
        return 130


if __name__ == "__main__":
    sys.exit(main())
