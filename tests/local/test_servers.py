"""Our own launchers of PostgreSQL and Valkey, against the real servers."""

import contextlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from deploy.local import binaries, given, ports, postgres
from deploy.local.children import Guard, Log
from deploy.local.guard import alive
from deploy.local.installation import Busy, Installation, Servers
from deploy.local.trouble import Trouble

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def own_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "BROKER_URL", "CACHE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def home() -> Iterator[Path]:
    # Not tmp_path: pytest keeps that closed to others, and root's PostgreSQL is another user.
    base = Path(tempfile.mkdtemp(prefix="balai-uji-"))
    base.chmod(0o755)
    yield base / "data"
    shutil.rmtree(base)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "log")


@pytest.fixture
def installation(home: Path) -> Iterator[Installation]:
    found = Installation(home)
    with found.locked():
        yield found


@contextlib.contextmanager
def running(installation: Installation, log: Log, **options: int) -> Iterator[Servers]:
    guard = Guard(keep=[installation.lock])
    servers = None
    try:
        servers = Servers(
            installation,
            log=log,
            guard=guard,
            db_port=options.get("db_port") or ports.any_free(),
            broker_port=options.get("broker_port") or ports.any_free(),
        )
        servers.start()
        yield servers
    finally:
        if servers is not None:
            servers.stop()
        guard.close()


def ask(servers: Servers, statement: str) -> object:
    assert servers.postgres is not None
    with contextlib.closing(psycopg2.connect(servers.postgres.url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None


def test_what_the_application_finds(installation: Installation, log: Log) -> None:
    with running(installation, log) as servers:
        assert ask(servers, "SELECT current_setting('max_locks_per_transaction')") == "512"
        assert ask(servers, "SELECT current_setting('listen_addresses')") == "127.0.0.1"
        assert ask(servers, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        assert (
            ask(servers, "SELECT datlocale FROM pg_database WHERE datname = 'balai'") == "C.UTF-8"
        )
        assert ask(servers, "SELECT lower('ÉÇ')") == "éç"
        # What the register's search needs may be made by the owner of the database.
        ask(servers, "CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent")


def test_passwords_are_needed(installation: Installation, log: Log) -> None:
    with running(installation, log) as servers:
        assert servers.postgres is not None and servers.valkey is not None
        port = servers.postgres.port
        for user in ("balai", "postgres"):
            with pytest.raises(psycopg2.OperationalError, match=r"password"):
                psycopg2.connect(
                    host="127.0.0.1", port=port, user=user, dbname="balai", password="x"
                )
        client = redis.Redis(host="127.0.0.1", port=servers.valkey.port)
        with pytest.raises(redis.AuthenticationError):
            client.ping()
        command = Path(f"/proc/{servers.valkey.child.process.pid}/cmdline")
        if command.exists():
            assert servers.valkey.password not in command.read_text()


def test_data_outlives_a_restart(installation: Installation, log: Log) -> None:
    with running(installation, log) as servers:
        ask(servers, "CREATE TABLE keep AS SELECT 42 AS n")
    with running(installation, log) as servers:
        assert ask(servers, "SELECT n FROM keep") == 42


def test_it_stops_when_told(installation: Installation, log: Log) -> None:
    with running(installation, log) as servers:
        assert servers.postgres is not None and servers.valkey is not None
        groups = [servers.postgres.child.process.pid, servers.valkey.child.process.pid]
        assert all(alive(group) for group in groups)
    assert not any(alive(group) for group in groups)


def test_a_pid_file_that_names_a_stranger(installation: Installation, log: Log) -> None:
    """After a restart of the machine the recorded number may be anybody's."""
    with running(installation, log) as servers:
        data = servers.postgres.data
        user = servers.postgres.user
    stranger = subprocess.Popen(["sleep", "60"], user=user[0] if user else None)
    try:
        (data / "postmaster.pid").write_text(f"{stranger.pid}\n{data}\n0\n5432\n")
        with running(installation, log) as servers:
            assert ask(servers, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_orphan_on_our_data_is_ended_first(installation: Installation, log: Log) -> None:
    with running(installation, log) as servers:
        first = servers.postgres
        orphan = first.child.process.pid
        again = Guard()
        second = postgres.Postgres(
            installation.home,
            password=first.password,
            log=log,
            guard=again,
            output=installation.home / "logs/postgres.log",
            port=ports.any_free(),
        )
        second.prepare()
        first.child.process.wait(10)
        assert not alive(orphan)
        second.start()
        second.wait()
        second.child.stop()
        again.close()


def test_a_killed_initdb_leaves_nothing_in_the_way(installation: Installation, log: Log) -> None:
    half = installation.home / "postgres.baru" / "data"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with running(installation, log) as servers:
        assert ask(servers, "SELECT 1") == 1
    assert not half.parent.exists()


@pytest.mark.parametrize("option", ["db_port", "broker_port"])
def test_a_taken_port_is_named(installation: Installation, log: Log, option: str) -> None:
    import socket

    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with (
            pytest.raises(Trouble, match=rf"Porta {port} .*sudah dipakai"),
            running(installation, log, **{option: port}),
        ):
            raise AssertionError("started on a taken port")


def test_without_a_wish_any_free_port_will_do(
    installation: Installation, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        assert ports.choose(None, port) not in {None, port}


def test_lost_secrets_are_explained(installation: Installation, log: Log) -> None:
    with running(installation, log):
        pass
    (installation.home / "secrets.json").unlink()
    with pytest.raises(Trouble, match=r"secrets\.json"), running(installation, log):
        raise AssertionError("let in with another password")


def test_secrets_are_private_and_stay(installation: Installation) -> None:
    first = installation.secrets()
    path = installation.home / "secrets.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert installation.secrets() == first
    assert len(set(vars(first).values())) == 5
    path.write_text("{")
    with pytest.raises(Trouble, match="rusak"):
        installation.secrets()


def test_one_folder_one_owner(installation: Installation) -> None:
    with pytest.raises(Busy) as busy, Installation(installation.home).locked():
        raise AssertionError("two owners")
    assert busy.value.pid == os.getpid()


OWNER = """
import sys, time
from pathlib import Path
from deploy.local import ports
from deploy.local.children import Guard, Log
from deploy.local.installation import Installation, Servers
installation = Installation(Path(sys.argv[1]))
with installation.locked():
    guard = Guard(keep=[installation.lock])
    servers = Servers(installation, log=Log(), guard=guard,
                      db_port=ports.any_free(), broker_port=ports.any_free())
    servers.start()
    print("PIDS", servers.postgres.child.process.pid, servers.valkey.child.process.pid,
          guard._process.pid, flush=True)
    time.sleep(600)
"""


def test_a_killed_owner_leaves_nothing_and_the_next_one_waits_for_that(
    home: Path, log: Log
) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(home)], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    line = next(line for line in owner.stdout if line.startswith("PIDS"))
    groups = [int(word) for word in line.split()[1:]]
    assert all(alive(group) for group in groups)
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    # No pause here: taking the lock is what waits for the guard.
    installation = Installation(home)
    with installation.locked():
        assert not any(alive(group) for group in groups[:2])
        with running(installation, log) as servers:
            assert ask(servers, "SELECT 1") == 1
    until = time.monotonic() + 5
    while alive(groups[2]) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(groups[2])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must become somebody else")
def test_root_with_a_closed_home(home: Path, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """The data goes where PostgreSQL's user may go; no permission of any parent changes."""
    closed = home.parent / "root"
    closed.mkdir(mode=0o700)
    elsewhere = home.parent / "lib"
    monkeypatch.setattr(binaries, "SYSTEM_HOME", elsewhere)
    installation = Installation(closed / "balai" / ".balai")
    with installation.locked():
        with running(installation, log) as servers:
            assert servers.postgres.data.is_relative_to(elsewhere)
            assert servers.postgres.data.stat().st_uid != 0
            assert ask(servers, "CREATE TABLE keep AS SELECT 7 AS n") is None
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        with running(installation, log) as servers:
            assert ask(servers, "SELECT n FROM keep") == 7


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must become somebody else")
def test_root_with_programs_nobody_else_can_reach(
    home: Path, installation: Installation, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = home.parent / "lib"
    monkeypatch.setattr(binaries, "SYSTEM_HOME", elsewhere)
    real = binaries.can_use
    monkeypatch.setattr(
        binaries,
        "can_use",
        lambda user, program: program.is_relative_to(elsewhere) and real(user, program),
    )
    with running(installation, log) as servers:
        assert servers.postgres.package.is_relative_to(elsewhere)
        assert ask(servers, "SELECT 1") == 1


@pytest.mark.parametrize(
    ("name", "address", "words"),
    [
        ("DATABASE_URL", "postgres://x:rahasia@127.0.0.1:1/tidakada", "tidak dapat dihubungi"),
        ("DATABASE_URL", "halo rahasia", "bukan alamat PostgreSQL"),
        ("DATABASE_URL", "postgres://x:rahasia@127.0.0.1:1/a?mantra=1", "bukan alamat PostgreSQL"),
        ("BROKER_URL", "redis://:rahasia@127.0.0.1:1/0", "tidak dapat dihubungi"),
        ("CACHE_URL", "rahasia", "bukan alamat Valkey atau Redis"),
    ],
)
def test_a_wrong_address_is_named_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, name: str, address: str, words: str
) -> None:
    given.check()
    monkeypatch.setenv(name, address)
    with pytest.raises(Trouble, match=words) as trouble:
        given.check()
    assert name in str(trouble.value)
    assert "rahasia" not in str(trouble.value)


@pytest.mark.parametrize(
    ("gigabytes", "cache"), [(0.5, 128), (1, 128), (4, 512), (8, 1024), (24, 1024)]
)
def test_cache_of_postgresql_is_an_eighth_of_memory_within_bounds(
    gigabytes: float, cache: int
) -> None:
    assert postgres.shared_megabytes(int(gigabytes * 2**30)) == cache


def test_secrets_of_an_older_installation_are_kept_and_get_a_key_for_push(tmp_path: Path) -> None:
    older = {"secret_key": "s", "master_key": "m", "database_password": "d", "broker_password": "b"}
    (tmp_path / "secrets.json").write_text(json.dumps(older), encoding="utf-8")
    kept = Installation(tmp_path).secrets()
    assert kept.__dict__.items() >= older.items() and len(kept.push_key) == 44
    assert Installation(tmp_path).secrets() == kept
