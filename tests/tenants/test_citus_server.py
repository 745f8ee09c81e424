"""The life of a city on a real Citus, given by ``CITUS_URL``: an empty database of a coordinator
with the extension, whose tables may be made and dropped."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
URL = os.environ.get("CITUS_URL", "")

pytestmark = pytest.mark.skipif(not URL, reason="CITUS_URL names no Citus")


def manage(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *command],
        env={**os.environ, "DATABASE_URL": URL, "BALAI_CITUS": "true", "BALAI_MODE": "test"},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_city_is_made_migrated_saved_deleted_and_restored(tmp_path: Path) -> None:
    saved = str(tmp_path / "kota.tar.gz")
    manage("prepare_platform")
    manage("create_city", "64.74", "--demo")
    manage("migrate_cities", "--check")
    assert manage("check_cities") == "Semua baik.\n"
    manage("export_city", "64.74", saved)
    manage("delete_city", "64.74", "--name", "Kota Bontang", "--reason", "uji", "--by", "uji")
    manage("restore_city", saved)
    assert manage("check_cities") == "Semua baik.\n"
    manage("migrate_cities", "--drift")
    manage("delete_city", "64.74", "--name", "Kota Bontang", "--reason", "uji", "--by", "uji")
