"""Child processes: started in a group of their own, logged line by line, ended as a group."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from deploy.local.guard import alive, end

COLOURS = {
    "balai": 36,
    "web": 32,
    "pekerja": 35,
    "jadwal": 34,
    "siap": 33,
    "postgres": 31,
    "stripe": 37,
}


class Log:
    """Readable lines on the terminal, the same lines in a file."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._file: IO[str] | None = None
        self._colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists() and path.stat().st_size > 10_000_000:
                path.replace(path.with_suffix(".log.1"))
            self._file = path.open("a", encoding="utf-8")
            path.chmod(0o600)

    def __call__(self, who: str, text: str) -> None:
        with self._lock:
            for line in text.splitlines() or [""]:
                label = f"{who:<8}"
                if self._file is not None:
                    self._file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {label} {line}\n")
                    self._file.flush()
                if self._colour:
                    label = f"\x1b[{COLOURS.get(who, 37)}m{label}\x1b[0m"
                # A closed terminal must not take the servers' owner with it.
                with contextlib.suppress(OSError, ValueError):
                    sys.stdout.write(f"{label} {line}\n")
                    sys.stdout.flush()


class Guard:
    """Our end of the pipe to ``embedded.guard``."""

    def __init__(self, keep: Sequence[int] = ()) -> None:
        self._keep = tuple(keep)
        self._groups: dict[int, tuple[int, float]] = {}
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py"))],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
            pass_fds=self._keep,
            cwd="/",
        )
        for group, (how, seconds) in self._groups.items():
            self._tell(f"+ {group} {how} {seconds}")

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()

    def watch(self, group: int, how: int, seconds: float) -> None:
        self._groups[group] = (how, seconds)
        self._tell(f"+ {group} {how} {seconds}")

    def forget(self, group: int) -> None:
        self._groups.pop(group, None)
        self._tell(f"- {group}")

    def heal(self) -> None:
        """Start the guard again if somebody ended it."""
        if self._process.poll() is not None:
            self._start()

    def close(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=30)


STEADY = 60.0  # seconds of life after which an earlier crash is forgotten
LONGEST_PAUSE = 30.0


@dataclass
class Child:
    """One program we run: how to start it, how to end it, and where its words go.

    ``stop_signal`` asks politely; after ``patience`` seconds the whole group is killed.
    ``hear`` is called with each line of output; when it returns True the line is not logged.
    """

    name: str
    argv: Sequence[str]
    guard: Guard
    log: Log
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    user: tuple[int, int] | None = None
    stop_signal: int = signal.SIGTERM
    patience: float = 10
    output: Path | None = None  # a file instead of the log
    stdin: bytes | None = None
    hear: Callable[[str], bool] | None = None

    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    since: float = field(default=0.0, init=False)
    again_at: float = field(default=0.0, init=False)
    failures: int = field(default=0, init=False)
    _reader: threading.Thread | None = field(default=None, init=False)

    def pause(self, now: float) -> float:
        """Seconds until a program that ended starts again: longer each time, unless it ran well."""
        if now - self.since > STEADY:
            self.failures = 0
        pause: float = min(0.5 * 2**self.failures, LONGEST_PAUSE)
        self.failures += 1
        self.again_at = now + pause
        return pause

    def start(self) -> None:
        file = None
        if self.output is not None:
            self.output.parent.mkdir(parents=True, exist_ok=True)
            if self.output.exists() and self.output.stat().st_size > 10_000_000:
                self.output.replace(self.output.with_suffix(".log.1"))
            file = os.open(self.output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self.process = subprocess.Popen(  # noqa: S603
                list(self.argv),
                env=dict(self.env) if self.env is not None else None,
                cwd=self.cwd,
                stdin=subprocess.PIPE if self.stdin is not None else subprocess.DEVNULL,
                stdout=subprocess.PIPE if file is None else file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=self.user[0] if self.user else None,
                group=self.user[1] if self.user else None,
                extra_groups=[] if self.user else None,
            )
        finally:
            if file is not None:
                os.close(file)
        self.since = time.monotonic()
        self.guard.watch(self.process.pid, self.stop_signal, self.patience)
        if self.stdin is not None and self.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.write(self.stdin)
                self.process.stdin.close()
        if self.process.stdout is not None:
            self._reader = threading.Thread(
                target=self._read, args=(self.process.stdout,), daemon=True
            )
            self._reader.start()

    def _read(self, stream: IO[bytes]) -> None:
        for raw in stream:
            line = raw.decode("utf-8", "replace").rstrip()
            if self.hear is None or not self.hear(line):
                self.log(self.name, line)

    def died(self) -> int | None:
        """The exit code if it is no longer running; what is left of its group is ended too."""
        if self.process is None:
            return None
        code = self.process.poll()
        if code is None:
            return None
        end(self.process.pid, signal.SIGKILL, 5)
        self.guard.forget(self.process.pid)
        return code

    def wait(self) -> int:
        """Run to the end (for one-off commands)."""
        assert self.process is not None
        code = self.process.wait()
        if self._reader is not None:
            self._reader.join(timeout=5)
        self.guard.forget(self.process.pid)
        return code

    def stop(self) -> None:
        if self.process is None:
            return
        group = self.process.pid
        if self.process.poll() is None:
            # Only the leader: it knows best how to end its own helpers.
            with contextlib.suppress(ProcessLookupError):
                os.kill(group, self.stop_signal)
            try:
                self.process.wait(timeout=self.patience)
            except subprocess.TimeoutExpired:
                self.log("balai", f"{self.name} tidak berhenti dalam {self.patience:.0f} detik.")
        if alive(group):
            end(group, signal.SIGKILL, 5)
        self.process.wait()
        self.guard.forget(group)
        if self._reader is not None:
            self._reader.join(timeout=2)
        self.process = None


def how_it_died(code: int) -> str:
    if code < 0:
        try:
            return f"dihentikan sinyal {signal.Signals(-code).name}"
        except ValueError:
            return f"dihentikan sinyal {-code}"
    return f"keluar dengan kode {code}"
