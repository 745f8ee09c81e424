"""A real Celery worker on a broker database of its own, to be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import redis
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]


def wait_until(what: Callable[[], object], *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.05)


def broker_url() -> str:
    """The suite's broker, last database: nobody else's messages."""
    return urlunsplit(urlsplit(settings.BROKER_URL)._replace(path="/15"))


class Worker:
    """One worker process with its child, working on the test's (committed) database.

    It finds its work by the sweep at its start: the test's own messages go elsewhere.
    """

    def __init__(self, log: Path) -> None:
        here = connection.settings_dict
        at = f"{here['USER']}:{here['PASSWORD']}@{here['HOST']}:{here['PORT']}"
        env = {
            **os.environ,
            "DATABASE_URL": f"postgres://{at}/{here['NAME']}",
            "BROKER_URL": broker_url(),
            "BALAI_FILES_DIR": str(settings.MEDIA_ROOT),
            "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}",
        }
        redis.Redis.from_url(broker_url()).flushdb()
        self.log = log
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "-c", "1",
                 "-l", "INFO", "--without-gossip", "--without-mingle"],
                env=env, cwd=ROOT, start_new_session=True, stdout=out, stderr=out,
            )  # fmt: skip

    def kill(self) -> None:
        """kill -9, parent and child at once."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextmanager
def locked(table: str, mode: str) -> Iterator[None]:
    """Hold a table so that the worker waits at a known place."""
    here = connection.settings_dict
    blocker = psycopg2.connect(
        host=here["HOST"], port=here["PORT"], user=here["USER"],
        password=here["PASSWORD"], dbname=here["NAME"],
    )  # fmt: skip
    try:
        with blocker.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN {mode} MODE")
        yield
    finally:
        blocker.close()


def waits_for_lock() -> bool:
    """Whether anyone in this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def nobody_else() -> bool:
    """Whether this test has the database to itself (a killed worker's session is over)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return not cursor.fetchone()[0]
