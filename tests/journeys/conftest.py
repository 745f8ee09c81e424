"""Running installations for all journeys, from one first start; one browser a file."""

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from deploy.local import ports
from deploy.local.testing import CHROMIUM, playwright_path
from tests.journeys.walker import FLAGS, SHOTS, SIZES, Installation, Walker

# A record of a server's log: its time and level.
LOG_LINE = re.compile(r"\d\d:\d\d:\d\d,\d{3} ([A-Z]+) ")

expect.set_options(timeout=15_000)  # three workers share two cores


def _start(data: Path, **environment: str) -> Installation:
    return Installation(
        data, ports.any_free(), ports.any_free(), ports.any_free(), environment=environment
    )


def _prepared(kept: Path) -> Path:
    """The data of an installation after its first start, made by whichever worker comes first."""
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            with _folder() as folder:
                first = _start(folder / "data")
                try:
                    first.wait_for(r"Balai siap", 240)
                finally:
                    first.stop()
                if (folder / "data/postgres.di").exists():
                    kept.mkdir()  # the database lies elsewhere: each worker makes its own
                else:
                    _copy(folder / "data", kept)
    return kept


def _copy(data: Path, to: Path) -> None:
    """With owners and times: the database belongs to a user of its own."""
    subprocess.run(["cp", "-a", f"{data}/.", str(to)], check=True)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A folder that every user may enter, as the database's must."""
    home = Path(tempfile.mkdtemp(prefix="balai-perjalanan-"))
    home.chmod(0o755)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="package")
def balai(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """`./balai up` in demo mode; not started where there is no browser to visit it, and stopped
    when its worker goes on with tests elsewhere. Several workers share one first start."""
    shutil.rmtree(SHOTS, ignore_errors=True)
    pictures = ports.any_free()
    tiles = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("tile_server.py")), str(pictures)]
    )
    address = f"http://127.0.0.1:{pictures}"
    try:
        with _folder() as folder:
            if "PYTEST_XDIST_WORKER" in os.environ:
                _copy(_prepared(tmp_path_factory.getbasetemp().parent / "balai"), folder / "data")
            running = _start(
                folder / "data",
                BALAI_MAP_TILES=f"{address}/{{z}}/{{x}}/{{y}}.png",
                BALAI_MAP_ATTRIBUTION="Peta uji",
            )
            running.tiles = address
            try:
                running.wait_for(r"Balai siap", 240)
                yield running
            finally:
                running.stop()
    finally:
        tiles.terminate()
        tiles.wait(timeout=10)


@pytest.fixture(scope="session")
def chromium() -> str:
    path = os.environ.get("BALAI_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    path = path or playwright_path()
    if path is None:
        warnings.warn("NO BROWSER: the journeys were not walked.", stacklevel=1)
        pytest.skip("no Chromium on this machine: journeys not walked")
    return path


@pytest.fixture(scope="module")
def browser(chromium: str, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A browser for one file: while Playwright's loop runs in this thread, Django refuses to
    touch a database, and the worker has other files to go on with. A file with ``NOTIFIES`` needs
    what the shell has not."""
    if getattr(request.module, "NOTIFIES", False):
        chromium = shutil.which("chromium") or chromium
    with sync_playwright() as running:
        found = running.chromium.launch(executable_path=chromium, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def person(
    browser: Browser, size: str, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Walker]]:
    """Makes walkers, each with cookies of their own; what they noticed fails the test."""
    story = request.node.originalname.removeprefix("test_")
    walkers: list[Walker] = []

    def make(who: str = "") -> Walker:
        walkers.append(Walker(browser, size, f"{story}-{who}" if who else story))
        return walkers[-1]

    visited = "balai" in request.fixturenames
    said: list[str] = request.getfixturevalue("balai").lines if visited else []
    since = len(said)
    yield make
    problems = [problem for walker in walkers for problem in walker.problems]
    for walker in walkers:
        walker.context.close()
    if problems:
        pytest.fail("\n".join([*dict.fromkeys(problems), *_errors(said[since:])]))


def _errors(lines: list[str]) -> list[str]:
    """What the server said of its own errors, each with its traceback."""
    found: list[str] = []
    inside = False
    for line in lines:
        record = LOG_LINE.search(line)
        inside = record.group(1) in ("ERROR", "CRITICAL") if record else inside
        if inside:
            found.append(line)
    return found[-80:]
