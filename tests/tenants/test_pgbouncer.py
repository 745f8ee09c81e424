"""A real PgBouncer with the shipped configuration: our reads hit their city, stock's do not."""

import configparser
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tenants.backend.scope import in_city
from tenants.office.models import Unit
from tenants.registry import provisioning, regions

ROOT = Path(__file__).resolve().parents[2]
PGBOUNCER = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not Path(PGBOUNCER).exists(), reason="pgbouncer is not installed"),
]
READS = 1800


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def pooler(committed: None, tmp_path: Path) -> Iterator[str]:
    """The shipped configuration with this machine's addresses and a pool of two."""
    here = connection.settings_dict
    config = configparser.ConfigParser(interpolation=None)
    config.read(ROOT / "deploy" / "pgbouncer" / "pgbouncer.ini")
    assert config["pgbouncer"]["pool_mode"] == "transaction"
    port = _free_port()
    config["databases"] = {
        "balai": f"host={here['HOST']} port={here['PORT'] or 5432} dbname={here['NAME']}"
        f" user={here['USER']}" + (f" password={here['PASSWORD']}" if here["PASSWORD"] else "")
    }
    # Unlike the shipped file: no passwords on this machine, and clients must share.
    config["pgbouncer"].update(
        {
            "listen_addr": "127.0.0.1",
            "listen_port": str(port),
            "auth_type": "any",
            "default_pool_size": "2",
            "min_pool_size": "0",
            "reserve_pool_size": "0",
            "unix_socket_dir": "",
            "logfile": str(tmp_path / "pgbouncer.log"),
        }
    )
    file = tmp_path / "pgbouncer.ini"
    with file.open("w") as out:
        config.write(out)
    command = [PGBOUNCER, str(file)]
    if os.geteuid() == 0:  # it refuses to run as root
        for folder in (tmp_path, *tmp_path.parents):
            if folder.stat().st_uid == 0 and folder != Path("/"):
                folder.chmod(folder.stat().st_mode | 0o011)
        (tmp_path / "pgbouncer.log").touch()
        shutil.chown(tmp_path / "pgbouncer.log", "nobody")
        file.chmod(0o644)
        command[1:1] = ["-u", "nobody"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 20
        while True:
            assert process.poll() is None, (tmp_path / "pgbouncer.log").read_text()
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.05)
        yield f"postgres://{here['USER']}@127.0.0.1:{port}/balai"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def ten(committed: None) -> dict[str, str]:
    """Ten cities, schema → code."""
    found = {"c6474": "64.74", "c3505": "35.05"}
    for area in regions.regencies("64")[:8]:
        city = provisioning.create(area, subdomain=f"uji{area.schema_name}", use_spare=False)
        with in_city(city):
            Unit.objects.create(kind="kota", code=city.code, name=city.name)
        found[city.schema_name] = city.code
    assert len(found) == 10
    return found


def read(pooler: str, cities: dict[str, str], backend: str, mode: str) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("pooled_reader.py")), backend, mode,
         str(READS), "6", *(f"{schema}={code}" for schema, code in cities.items())],
        env={**os.environ, "DATABASE_URL": pooler, "DJANGO_SETTINGS_MODULE": "config.settings",
             "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}"},
        check=True, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    counted: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return counted


@pytest.mark.parametrize("mode", ["autocommit", "atomic"])
def test_reads_through_the_pooler(pooler: str, ten: dict[str, str], mode: str) -> None:
    assert read(pooler, ten, "ours", mode) == {"reads": READS, "wrong": 0, "errors": 0}
    control = read(pooler, ten, "stock", mode)
    # The control must fail, or this test would prove nothing.
    assert control["wrong"] > READS / 20, control
