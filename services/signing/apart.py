"""Reads the signatures of a PDF from outside in a process of its own: a file made to keep us busy
takes no more than that process may.

Reads the PDF from stdin, writes JSON to stdout; sets up no Django.
"""

import json
import os
import resource
import subprocess
import sys
import threading
from dataclasses import asdict
from datetime import datetime
from typing import Any

from kernel.errors import RuleBroken
from services.signing import checking
from services.signing.checking import Finding, Unreadable

MEMORY = 700 * 1024 * 1024  # bytes of address space
CPU_SECONDS = 6
WALL_SECONDS = 20
AT_ONCE = 2  # of one process that serves pages
PATIENCE = 10  # seconds for those before

_places = threading.BoundedSemaphore(AT_ONCE)
_DAYS = ("starts_at", "ends_at", "made_at")


def findings(pdf: bytes) -> list[Finding]:
    """``checking.findings`` in a process with bounded memory and time. Raises Unreadable, also for
    what takes too much; RuleBroken while others are looked at."""
    if len(pdf) > checking.MOST:
        raise Unreadable
    if not _places.acquire(timeout=PATIENCE):
        raise RuleBroken("Sedang banyak berkas yang diperiksa. Coba lagi sebentar lagi.")
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            [sys.executable, "-P", "-m", __name__],
            input=pdf, capture_output=True, timeout=WALL_SECONDS, check=True, cwd="/",
            env={"LC_ALL": "C.UTF-8"},  # none of our secrets
        )  # fmt: skip
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Unreadable from error
    finally:
        _places.release()
    return [_read(row) for row in json.loads(done.stdout)]


def _read(row: dict[str, Any]) -> Finding:
    days = {name: datetime.fromisoformat(row[name]) if row[name] else None for name in _DAYS}
    chain = tuple(bytes.fromhex(one) for one in row["chain"])
    return Finding(**{**row, **days, "chain": chain})


def _written(value: bytes | datetime) -> str:
    return value.hex() if isinstance(value, bytes) else value.isoformat()


def main() -> None:
    """Entry point of the process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    found = checking.findings(sys.stdin.buffer.read())
    sys.stdout.write(json.dumps([asdict(one) for one in found], default=_written))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
