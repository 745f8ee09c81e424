"""One installation's folder (`.balai/`): its lock, its secrets, its two servers.

Layout: ``secrets.json`` (0600), ``postgres/``, ``files/`` (residents' documents), ``static/``,
``logs/``, ``run/`` (what is running now). Losing ``secrets.json`` is losing the data: the master
key in it unwraps every city's own key.
"""

import base64
import contextlib
import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from deploy.local import given
from deploy.local.children import Guard, Log
from deploy.local.postgres import Postgres
from deploy.local.trouble import Trouble
from deploy.local.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Secrets:
    secret_key: str
    master_key: str  # base64url of 32 random bytes
    database_password: str
    broker_password: str
    push_key: str = ""  # as the master key; installations made before there was Web Push lack it


class Busy(Exception):
    """Another process works on this folder; ``pid`` if it said who it is."""

    def __init__(self, pid: int | None) -> None:
        super().__init__(pid)
        self.pid = pid


def _random_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def write_private(path: Path, text: str) -> None:
    """Replace ``path`` in one step; nobody else can read it at any moment."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


@dataclass
class Installation:
    home: Path
    _lock: int | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.home = self.home.expanduser().absolute()
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            # Root's PostgreSQL runs as another user, who must be able to pass through here.
            if self.home.stat().st_uid == os.geteuid():
                self.home.chmod(0o711 if os.geteuid() == 0 else 0o700)
            for name in ("run", "logs", "files", "static"):
                (self.home / name).mkdir(mode=0o700, exist_ok=True)
            if not os.access(self.home / "run", os.W_OK):
                raise PermissionError(str(self.home))
        except OSError as problem:
            raise Trouble(
                f"Folder data {self.home} tidak dapat dipakai"
                f" ({problem.strerror or 'tidak boleh ditulis'}).\n"
                "Mungkin pernah dibuat oleh root: jalankan sebagai pengguna yang sama,"
                " atau pakai ./balai up --data FOLDER."
            ) from None

    @property
    def lock(self) -> int:
        assert self._lock is not None
        return self._lock

    @contextlib.contextmanager
    def locked(self, patience: float = 0) -> Iterator[None]:
        """Hold the folder. Its guard holds it too, until what was started has really ended.

        Raises Busy if it stays taken for ``patience`` seconds (longer if its holder is gone and
        only the clearing up goes on).
        """
        descriptor = os.open(self.home / "run" / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            until = time.monotonic() + patience
            last = time.monotonic() + max(patience, 40)
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    text = os.pread(descriptor, 20, 0).decode() or "0"
                    pid = int(text) if text.strip().isdigit() else 0
                    waiting = until if pid == 0 or _runs(pid) else last
                    if time.monotonic() >= waiting:
                        raise Busy(pid or None) from None
                    time.sleep(0.1)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            self._lock = descriptor
            yield
        finally:
            self._lock = None
            os.close(descriptor)

    def secrets(self) -> Secrets:
        path = self.home / "secrets.json"
        if path.exists():
            try:
                kept = Secrets(**json.loads(path.read_text(encoding="utf-8")))
            except (ValueError, TypeError):
                raise Trouble(f"Berkas rahasia {path} rusak. Pulihkan dari cadangan.") from None
            if kept.push_key:
                return kept
            return self._write(replace(kept, push_key=_random_key()))
        made = Secrets(
            secret_key=secrets.token_urlsafe(48),
            master_key=_random_key(),
            database_password=secrets.token_urlsafe(24),
            broker_password=secrets.token_urlsafe(24),
            push_key=_random_key(),
        )
        return self._write(made)

    def _write(self, made: Secrets) -> Secrets:
        write_private(self.home / "secrets.json", json.dumps(made.__dict__, indent=1) + "\n")
        return made

    # --- what is running, for other commands on the same folder ---------------------------------

    def publish(self, env: Mapping[str, str]) -> None:
        write_private(
            self.home / "run" / "env.json", json.dumps({"pid": os.getpid(), "env": dict(env)})
        )

    def withdraw(self) -> None:
        (self.home / "run" / "env.json").unlink(missing_ok=True)

    def running(self) -> dict[str, str] | None:
        """The environment of the `up` that is running on this folder, if one is."""
        try:
            found = json.loads((self.home / "run" / "env.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return cast(dict[str, str], found["env"]) if _runs(int(found["pid"])) else None


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Servers:
    """PostgreSQL and Valkey for one installation, each unless the environment names another."""

    def __init__(
        self,
        installation: Installation,
        *,
        log: Log,
        guard: Guard,
        db_port: int | None = None,
        broker_port: int | None = None,
        throwaway: bool = False,
    ) -> None:
        kept = installation.secrets()
        logs = installation.home / "logs"
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None
        if not os.environ.get("DATABASE_URL"):
            self.postgres = Postgres(
                installation.home,
                password=kept.database_password,
                log=log,
                guard=guard,
                output=logs / "postgres.log",
                port=db_port,
                throwaway=throwaway,
            )
        if not (os.environ.get("BROKER_URL") and os.environ.get("CACHE_URL")):
            self.valkey = Valkey(
                password=kept.broker_password,
                log=log,
                guard=guard,
                output=logs / "valkey.log",
                port=broker_port,
            )

    def start(self) -> dict[str, str]:
        """Start both at once, wait until both answer; the addresses as environment variables."""
        given.check()
        env: dict[str, str] = {}
        if self.valkey is not None:
            self.valkey.start()
        if self.postgres is not None:
            self.postgres.prepare()
            self.postgres.start()
            self.postgres.wait()
            env["DATABASE_URL"] = self.postgres.url
        if self.valkey is not None:
            self.valkey.wait()
            if not os.environ.get("BROKER_URL"):
                env["BROKER_URL"] = self.valkey.url(0)
            if not os.environ.get("CACHE_URL"):
                env["CACHE_URL"] = self.valkey.url(1)
        return env

    def stop(self) -> None:
        if self.valkey is not None and self.valkey.child is not None:
            self.valkey.child.stop()
        if self.postgres is not None and self.postgres.child is not None:
            self.postgres.child.stop()


def environment(installation: Installation, *, mode: str, port: int | None) -> dict[str, str]:
    """The settings an embedded installation runs with; what the caller already set wins."""
    kept = installation.secrets()
    public = os.environ.get("BALAI_PUBLIC_URL") or f"http://localhost:{port or 8000}"
    env = {
        "BALAI_MODE": mode,
        "BALAI_DATA_DIR": str(installation.home),
        "BALAI_SECRET_KEY": kept.secret_key,
        "BALAI_MASTER_KEY": kept.master_key,
        "BALAI_PUSH_KEY": kept.push_key,
        "BALAI_PUBLIC_URL": public,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
    }
    return env | {name: os.environ[name] for name in env if os.environ.get(name)}
