"""`./balai up` as people run it: a process, its ports, its signals."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from deploy.local import ports, standins
from deploy.local.options import options
from tests.journeys.walker import Installation

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One folder for the whole file: the second start is one of the things to see."""
    base = Path(tempfile.mkdtemp(prefix="balai-uji-"))
    base.chmod(0o755)
    yield base / "data"
    shutil.rmtree(base)


def start(home: Path, *more: str, **environment: str) -> Installation:
    return Installation(
        home,
        ports.any_free(),
        ports.any_free(),
        ports.any_free(),
        more=more,
        environment=environment,
    )


def belonging_to(home: Path) -> list[str]:
    """Command lines of all living processes that work on this folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                place = (entry / "environ").read_bytes().decode(errors="replace")
                if str(home) in command or f"BALAI_DATA_DIR={home}" in place:
                    found.append(command)
    return found


def gone(home: Path, seconds: float = 40) -> list[str]:
    until = time.monotonic() + seconds
    while belonging_to(home) and time.monotonic() < until:
        time.sleep(0.1)
    return belonging_to(home)


def get(url: str) -> int:
    host = urlsplit(url)
    request = urllib.request.Request(
        f"http://127.0.0.1:{host.port}{host.path or '/'}", headers={"Host": host.netloc}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return int(answer.status)


def test_a_first_start_then_sigterm(home: Path) -> None:
    running = start(home)
    running.wait_for("Balai siap", 240)
    assert get(running.url) == 200
    assert get(running.city("bontang")) == 200
    assert get(running.city("blitarkab")) == 200
    standin = running.wait_for("Stripe tiruan +http", 1).split()[-1]
    assert get(standin) == 200
    assert running.stop() == 0
    assert belonging_to(home) == []
    assert (home / "secrets.json").exists()


def test_a_real_stripe_key_means_no_stand_in() -> None:
    said = {"STRIPE_API_KEY": "sk_live_x", "BALAI_PAYMENT_URLS": "midtrans=http://lain"}
    assert list(standins.wanted(options([]), said, secret="s", home=Path("/x"))) == []


COUNT = "from tenants.registry.models import City; print('kota', City.objects.count())"


def manage(home: Path, code: str = COUNT) -> str:
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("BALAI_") and name not in {"DATABASE_URL", "BROKER_URL", "CACHE_URL"}
    }
    done = subprocess.run(
        [str(ROOT / "balai"), "manage", "shell", "-v", "0", "-c", code],
        env=clean | {"BALAI_DATA_DIR": str(home)},
        cwd="/",
        capture_output=True,
        text=True,
    )
    return done.stdout.strip() or done.stderr


def test_manage_starts_the_servers_it_needs(home: Path) -> None:
    assert manage(home) == "kota 2"
    assert gone(home, 10) == []


def test_a_second_start_goes_on_and_is_the_only_one(home: Path) -> None:
    running = start(home)
    try:
        running.wait_for("Balai siap", 120)
        assert not [line for line in running.lines if "Membuat" in line]
        assert get(running.city("bontang")) == 200
        assert manage(home) == "kota 2"
        second = start(home)
        assert second.process.wait(timeout=60) == 1
        second.wait_for("sudah berjalan di folder ini", 1)
        second.wait_for(f"PID {running.process.pid}", 1)
        assert get(running.url) == 200
        running.process.send_signal(signal.SIGINT)  # Ctrl-C
        assert running.process.wait(timeout=60) == 0
        assert belonging_to(home) == []
    finally:
        running.stop()


def test_what_dies_is_started_again_and_a_killed_supervisor_leaves_nothing(home: Path) -> None:
    running = start(home)
    try:
        running.wait_for("Balai siap", 120)
        seen = len(running.lines)
        assert running.signal_workers(signal.SIGKILL) >= 1
        running.wait_for("pekerja dihentikan sinyal SIGKILL; dijalankan lagi", 10, since=seen)
        running.wait_for(r"balai@.* ready\.", 60, since=seen)
        postmaster = int((running.postgres_data() / "postmaster.pid").read_text().split()[0])
        seen = len(running.lines)
        os.kill(postmaster, signal.SIGKILL)
        running.wait_for("postgres dihentikan sinyal SIGKILL", 10, since=seen)
        until = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                if get(running.city("bontang")) == 200:
                    break
            assert time.monotonic() < until, "\n".join(running.lines[-30:])
            time.sleep(0.3)
        # Now the supervisor itself, the way nobody can answer.
        running.process.kill()
        running.process.wait()
        assert gone(home) == []
    finally:
        running.stop()


def test_ended_while_preparing(home: Path) -> None:
    other = home.with_name("lain")
    running = start(other)
    running.wait_for("Menyiapkan data", 60)
    assert running.stop() == 0
    assert belonging_to(other) == []


def test_data_of_an_older_build_is_named_and_stays(home: Path) -> None:
    """Its first migrations had other names; `up` says what to remove and removes nothing. After
    all that was killed before, the next start finds everything as it was."""
    rename = (
        "from django.db import connection as c\n"
        "with c.cursor() as k: k.execute(\"UPDATE public.django_migrations SET name = '%s'"
        " WHERE app = 'registry' AND name = '%s'\")"
    )
    assert manage(home, rename % ("0001_initial", "0001_tables")) == ""
    running = start(home, "--no-demo")
    try:
        running.wait_for("Data ini dibuat oleh Balai versi lama", 120)
        assert running.process.wait(timeout=60) == 1
        running.wait_for(f"rm -r {home} ", 1)
        assert not [line for line in running.lines if "Traceback" in line]
    finally:
        running.stop()
    assert manage(home, rename % ("0001_tables", "0001_initial")) == ""
    running = start(home, "--no-demo")
    running.wait_for("Balai siap", 120)
    assert get(running.city("bontang")) == 200
    assert running.stop() == 0


def test_a_taken_port_is_named_before_anything_starts(home: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        running = start(home, "--port", str(port))
        assert running.process.wait(timeout=60) == 1
        running.wait_for(rf"Porta {port} sudah dipakai program lain", 1)
        running.wait_for(rf"--port {port + 1}", 1)
        assert not [line for line in running.lines if "PostgreSQL siap" in line]


def test_a_port_that_is_none(home: Path) -> None:
    running = start(home, BALAI_DB_PORT="lima")
    assert running.process.wait(timeout=60) in {1, 2}
    running = start(home, "--port", "70000")
    assert running.process.wait(timeout=60) == 2


def test_another_postgresql_by_its_address(home: Path) -> None:
    """DATABASE_URL replaces the embedded server; demo people stay out of it unless asked for."""
    port = 5432
    try:
        psycopg2.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres").close()
    except psycopg2.OperationalError:
        pytest.skip("no PostgreSQL of the system on 127.0.0.1:5432 that lets us in")
    name = f"balai_luar_{os.getpid()}"
    maintenance = psycopg2.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres")
    maintenance.autocommit = True
    with maintenance.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    other = home.with_name("luar")
    try:
        running = start(other, DATABASE_URL=f"postgres://postgres@127.0.0.1:{port}/{name}")
        try:
            running.wait_for("Memakai PostgreSQL dari DATABASE_URL", 60)
            running.wait_for("Balai siap", 240)
            assert get(running.url) == 200
            assert not (other / "postgres").exists()
            theirs = psycopg2.connect(host="127.0.0.1", port=port, user="postgres", dbname=name)
            with contextlib.closing(theirs), theirs.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM registry_city")
                assert cursor.fetchone() == (0,)
        finally:
            assert running.stop() == 0
        # Nothing of ours keeps it open, and it goes on running.
        with maintenance.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [name])
            assert cursor.fetchone() == (0,)
    finally:
        with maintenance.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        maintenance.close()
