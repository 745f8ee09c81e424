"""Python inside the running installation of the journeys."""

import os
import subprocess

from tests.journeys.walker import ROOT, Installation


def manage(balai: Installation, code: str) -> str:
    """What this code prints, run by ``./balai manage shell``."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BALAI_", "STRIPE_", "DJANGO_"))
        and name not in {"DATABASE_URL", "BROKER_URL", "CACHE_URL"}
    }
    done = subprocess.run(
        [str(ROOT / "balai"), "manage", "shell", "-v", "0", "-c", code],
        env=clean | {"BALAI_DATA_DIR": str(balai.home)},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=900,  # a busy machine is no failure
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
