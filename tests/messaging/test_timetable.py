"""The timetable sends one message that a worker accepts, and loads nothing of ours for it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import redis

from config.celery import app as workers
from messaging import timetable
from tests.worker import ROOT, broker_url, wait_until

ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}"}


def test_it_names_a_task_that_workers_have_and_its_schema() -> None:
    workers.loader.import_default_modules()
    [entry] = timetable.app.conf.beat_schedule.values()
    assert workers.tasks[entry["task"]].runs_in_public
    assert entry["options"]["headers"] == {"_schema_name": "public"}


def test_it_loads_neither_django_nor_our_applications() -> None:
    code = (
        "import sys, messaging.timetable\n"
        "print(sorted(sys.modules.keys() & {'django.db', 'django.apps', 'config', 'tenants'}))"
    )
    said = subprocess.check_output([sys.executable, "-c", code], env=ENVIRONMENT, text=True)
    assert said.strip() == "[]"


@pytest.mark.processes
def test_its_messages_arrive_where_workers_listen(tmp_path: Path) -> None:
    broker = redis.Redis.from_url(broker_url())
    broker.flushdb()
    running = subprocess.Popen(
        [sys.executable, "-m", "celery", "--quiet", "-A", "messaging.timetable", "beat",
         "--pidfile", "", "--schedule", str(tmp_path / "beat")],
        env=ENVIRONMENT | {"BROKER_URL": broker_url()}, cwd=ROOT,
    )  # fmt: skip
    try:
        wait_until(lambda: broker.llen("celery"))
    finally:
        running.terminate()
        running.wait(timeout=20)
    message = json.loads(broker.lindex("celery", 0))
    assert message["headers"]["task"] == "messaging.tasks.dispatch"
    assert message["headers"]["_schema_name"] == "public"
    broker.flushdb()
