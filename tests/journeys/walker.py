"""A person with a browser, and the installation they visit."""

import contextlib
import hashlib
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Response

from deploy.local import ports

ROOT = Path(__file__).resolve().parents[2]
SHOTS = Path(__file__).with_name("shots")
PICTURES = bool(os.environ.get("BALAI_SHOTS"))  # of every page, for people to look at
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
# Walked once on a desktop, every page looked at in both sizes: where the way is not the point.
AT_BOTH_SIZES = pytest.mark.parametrize("size", ["both"])
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--lang=id",
]  # fmt: skip
# Which elements a page is made of, however many of each: axe finds the same in the same elements.
SHAPE = """() => {
  const found = new Set();
  for (const one of document.querySelectorAll("html, html *")) {
    const told = one.getAttributeNames().filter(
      (name) => name.startsWith("aria-") || ["role", "type", "lang", "hidden"].includes(name));
    found.add(`${one.tagName}.${one.getAttribute("class")}|${told.sort()}`);
  }
  return [...found].sort().join(" ");
}"""
# Shapes in which axe found nothing, by width: files of this run, which all workers see.
EXAMINED = Path(tempfile.gettempdir()) / (
    f"balai-axe-{os.environ.get('PYTEST_XDIST_TESTRUNUID') or os.getpid()}"
)
ONLY_WRONG = {"resultTypes": ["violations"]}  # nothing is told of what is right
OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > wide + 1)
    .slice(0, 5).map(e => e.outerHTML.slice(0, 120));
}"""


class Installation:
    """`./balai up` as a process, on ports and data of its own."""

    def __init__(
        self,
        home: Path,
        port: int,
        db_port: int,
        broker_port: int,
        *,
        more: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home
        self.port = port
        self.tiles = ""  # where its map pictures come from, if anywhere
        self.url = f"http://localhost:{port}"
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("BALAI_", "PYTEST_", "DJANGO_"))
            and name not in {"DATABASE_URL", "BROKER_URL", "CACHE_URL"}
        }
        self.lines: list[str] = []
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [
                str(ROOT / "balai"), "up", "--data", str(home), "--port", str(port),
                "--db-port", str(db_port), "--broker-port", str(broker_port),
                "--stripe-port", str(ports.any_free()),
                "--payments-port", str(ports.any_free()), *more,
            ],
            env=clean | dict(environment or {}),
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def wait_for(self, pattern: str, seconds: float, since: int = 0) -> str:
        """The first log line (from number ``since``) that matches; fails with the log's end."""
        until = time.monotonic() + seconds
        seen = since
        while time.monotonic() < until:
            while seen < len(self.lines):
                if re.search(pattern, self.lines[seen]):
                    return self.lines[seen]
                seen += 1
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"no line {pattern!r} in\n" + "\n".join(self.lines[-60:]))

    def city(self, subdomain: str, path: str = "/") -> str:
        return f"http://{subdomain}.localhost:{self.port}{path}"

    def postgres_data(self) -> Path:
        pointer = self.home / "postgres.di"
        return Path(pointer.read_text().strip()) if pointer.exists() else self.home / "postgres"

    def workers(self) -> list[int]:
        """Process numbers of this installation's Celery worker and its children."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                command = (entry / "cmdline").read_bytes().split(b"\0")
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            mine = f"BALAI_DATA_DIR={self.home}\0".encode() in environment
            if mine and b"worker" in command and b"celery" in command:
                found.append(int(entry.name))
        return found

    def signal_workers(self, number: int) -> int:
        """Send a signal to all of them at once; how many there were."""
        found = self.workers()
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        return len(found)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


class Walker:
    """Walks through pages; looks at each: accessibility, width, errors, a picture."""

    def __init__(self, browser: Browser, size: str, story: str) -> None:
        self.sizes = ("desktop", "phone") if size == "both" else (size,)
        width, height = SIZES[self.sizes[0]]
        self.browser = browser
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="id-ID",
            timezone_id="Asia/Makassar",
            reduced_motion="reduce",
            is_mobile=self.sizes[0] == "phone",
            has_touch=self.sizes[0] == "phone",
        )
        self.story = story
        self.step = 0
        self.problems: list[str] = []
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.set_default_navigation_timeout(60_000)  # a cold worker on a busy machine
        self.page.on("pageerror", lambda error: self._note(f"script error: {error}"))
        self.page.on(
            "console",
            lambda message: (
                self._note(f"console: {message.text}")
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        self.page.on("response", self._heard)
        SHOTS.mkdir(exist_ok=True)

    def _note(self, problem: str) -> None:
        self.problems.append(f"{self.page.url}: {problem}")

    def _heard(self, response: Response) -> None:
        if response.status >= 500:
            self._note(f"{response.status} from {response.url}")
        if response.status == 404 and response.request.resource_type != "document":
            self._note(f"missing {response.url}")

    def look(self, name: str) -> None:
        """Examine the page that is open; with BALAI_SHOTS its picture is kept, too."""
        self.page.wait_for_load_state("load")
        self.step += 1
        for size in reversed(self.sizes):
            if len(self.sizes) > 1:
                width, height = SIZES[size]
                self.page.set_viewport_size({"width": width, "height": height})
            self._look(f"{self.story}-{self.step:02}-{name}-{size}")

    def _look(self, name: str) -> None:
        if PICTURES:
            self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True, animations="disabled")
        for element in self.page.evaluate(OVERFLOW):
            self._note(f"wider than the screen: {element}")
        width = (self.page.viewport_size or {}).get("width")
        shape = f"{width} {self.page.evaluate(SHAPE)}".encode()
        examined = EXAMINED / hashlib.sha256(shape).hexdigest()
        if examined.exists():
            return
        found = Axe().run(self.page, options=ONLY_WRONG).response["violations"]
        if not found:
            EXAMINED.mkdir(exist_ok=True)
            examined.touch()
        for violation in found:
            nodes = "; ".join(node["html"][:140] for node in violation["nodes"][:3])
            self._note(f"axe {violation['id']} ({violation['impact']}): {nodes}")

    def go(self, address: str, name: str) -> None:
        self.page.goto(address)
        self.look(name)

    def press(self, what: str, name: str | None = None, *, exact: bool = False) -> None:
        """Press a button or follow a link by what it says; ``name`` looks at what comes."""
        self.target(what, exact=exact).click()
        self.page.wait_for_load_state("load")
        if name:
            self.look(name)

    def target(self, what: str, *, exact: bool = False) -> Locator:
        """The first button or link in the page's own part that says this."""
        words = re.escape(what)
        pattern = re.compile(rf"^\s*{words}\s*$" if exact else words, re.I)
        main = self.page.locator("main")
        return (
            main.get_by_role("button", name=pattern)
            .or_(main.get_by_role("link", name=pattern))
            .locator("visible=true")
            .first
        )

    def type(self, label: str, text: str) -> None:
        self.page.get_by_label(re.compile(re.escape(label), re.I)).first.fill(text)

    def sees(self, text: str) -> bool:
        return text.lower() in self.page.locator("body").inner_text().lower()

    def expect(self, *texts: str) -> None:
        body = self.page.locator("body").inner_text()
        missing = [text for text in texts if text.lower() not in body.lower()]
        assert not missing, f"{self.page.url} does not say {missing}:\n{body[:3000]}"

    def other(self) -> Page:
        """A second tab of the same person."""
        return self.context.new_page()
