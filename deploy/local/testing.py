"""`./balai test`, `lint` and `bench`: the same servers as `up`, thrown together for one run.

Tests get PostgreSQL and Valkey of their own (without crash safety, on any free port) unless
DATABASE_URL, BROKER_URL and CACHE_URL name others; in memory where there is plenty, else in
`.balai/test`.
"""

import contextlib
import hashlib
import os
import secrets
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.local import ports
from deploy.local.children import Guard, Log
from deploy.local.installation import ROOT, Busy, Installation, Servers
from deploy.local.trouble import Trouble

# The shell first: the same browser without its windows, in two thirds of the time.
CHROMIUM = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable",
    "google-chrome",
)  # fmt: skip


MEMORY = Path("/dev/shm")  # noqa: S108 (nobody else's folder in it is used)
LEAST_FREE, LEAST_AVAILABLE = 8 * 2**30, 10 * 2**30  # bytes


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def memory_folder(free: int, available: int) -> Path | None:
    """Where data lies in memory that are thrown away after a run: a database is copied in a tenth
    of the time. None on a machine that has no such place, or not plenty of it: ``free`` bytes
    there, ``available`` ones of memory."""
    if not MEMORY.is_dir() or free < LEAST_FREE or available < LEAST_AVAILABLE:
        return None
    name = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    return MEMORY / f"balai-{os.geteuid()}-{name}"


def _in_memory() -> Path | None:
    """That folder, made; None where another user was there first."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        told = dict(line.split(":", 1) for line in lines)
        available = int(told["MemAvailable"].split()[0]) * 1024
        folder = memory_folder(shutil.disk_usage(MEMORY).free, available)
        if folder is None:
            return None
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700)
        found = folder.lstat()
    except (OSError, ValueError, KeyError):
        return None
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    if not is_ours or found.st_mode & 0o022:
        return None
    (folder / "of").write_text(f"{ROOT}\n", "utf-8")
    _forget_removed(folder)
    return folder


def _forget_removed(mine: Path) -> None:
    """What tests of a checkout left that is not there any more gives its memory back."""
    for other in MEMORY.glob(f"balai-{os.geteuid()}-*"):
        told = other / "of"
        is_ours = other != mine and not other.is_symlink() and other.stat().st_uid == os.geteuid()
        if is_ours and told.is_file() and not Path(told.read_text("utf-8").strip()).exists():
            shutil.rmtree(other, ignore_errors=True)


@contextlib.contextmanager
def _servers(*, in_memory: bool = False) -> Iterator[dict[str, str]]:
    """Servers for one run; runs at the same time each take a folder of their own. ``in_memory``:
    where there is room for it, with the folder for temporary files."""
    base = (_in_memory() if in_memory else None) or ROOT / ".balai"
    base.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
    with contextlib.ExitStack() as stack:
        for number in range(1, 17):
            installation = Installation(base / ("test" if number == 1 else f"test-{number}"))
            try:
                stack.enter_context(installation.locked())
                break
            except Busy:
                continue
        else:
            raise Trouble("Terlalu banyak pengujian berjalan bersamaan di folder ini.")
        temporary = dict[str, str]()
        if base.parent == MEMORY:
            for own in (installation.home / "t").glob("*"):
                shutil.rmtree(own, ignore_errors=True)  # of a run that was killed
            (installation.home / "t").mkdir(mode=0o755, exist_ok=True)
            temporary["TMPDIR"] = tempfile.mkdtemp(dir=installation.home / "t", prefix="")
            Path(temporary["TMPDIR"]).chmod(0o755)
            stack.callback(shutil.rmtree, temporary["TMPDIR"], ignore_errors=True)
        guard = Guard(keep=[installation.lock])
        stack.callback(guard.close)
        servers = Servers(
            installation,
            log=Log(),
            guard=guard,
            db_port=None if os.environ.get("DATABASE_URL") else ports.any_free(),
            broker_port=ports.any_free(),
            throwaway=True,
        )
        stack.callback(servers.stop)
        yield {
            **os.environ,
            **temporary,
            "BALAI_MODE": "test",
            "BALAI_DATA_DIR": str(installation.home),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **servers.start(),
        }


def _browser() -> str | None:
    """The path of a Chromium that really starts, installing one if that is possible here."""
    asked = os.environ.get("BALAI_CHROMIUM")
    if asked:
        return asked
    for name in CHROMIUM:
        found = shutil.which(name)
        if found and _starts(found):
            return found
    found = playwright_path()
    if found and _starts(found):
        return found
    if shutil.which("apt-get"):
        rights: list[str] | None = None
        if os.geteuid() == 0:
            rights = []
        elif (
            shutil.which("sudo")
            and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0  # noqa: S607
        ):
            rights = ["sudo", "-n"]
        if rights is not None:
            _say("Memasang Chromium dari paket Debian …")
            for command in (
                ["apt-get", "update", "-q"],
                ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-yq",
                 "--no-install-recommends", "chromium"],
            ):  # fmt: skip
                subprocess.run([*rights, *command], stdout=subprocess.DEVNULL)  # noqa: S603
            found = shutil.which("chromium")
            if found and _starts(found):
                return found
    _say("Memasang Chromium lewat Playwright …")
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
    found = playwright_path()
    return found if found and _starts(found) else None


def playwright_path() -> str | None:
    """The browser Playwright itself installed, if it did."""
    with contextlib.suppress(Exception):
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            path = playwright.chromium.executable_path
            return path if Path(path).exists() else None
    return None


def _starts(path: str) -> bool:
    """A browser without its system libraries is there, and of no use."""
    try:
        return (
            subprocess.run(  # noqa: S603
                [path, "--version"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=60,
            ).returncode
            == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def test(arguments: Sequence[str]) -> int:
    browser = _browser()
    if browser is None:
        _say(
            "\n"
            "  ! Tidak ada Chromium, dan tidak dapat dipasang di sini:\n"
            "  ! pengujian dengan peramban DILEWATI (tampil sebagai SKIPPED).\n"
        )
    with _servers(in_memory=True) as env:
        env["BALAI_CHROMIUM"] = browser or ""
        return subprocess.call(  # noqa: S603
            [sys.executable, "-m", "pytest", *(arguments or _workers())], cwd=ROOT, env=env
        )


def _workers() -> list[str]:
    """The whole suite, a worker more than cores: those with browsers and servers often wait."""
    return ["-n", str(min((os.cpu_count() or 1) + 1, 5))]


def bench(arguments: Sequence[str]) -> int:
    with _servers() as env:
        return subprocess.call(  # noqa: S603
            [sys.executable, "-m", "tests.benchmarks", *arguments],
            cwd=ROOT,
            env=env,
        )


def lint(arguments: Sequence[str]) -> int:
    """Every check that needs no server; all run, the names of those that failed come last."""
    python = sys.executable
    manage = [python, str(ROOT / "manage.py")]
    # What a real installation would set; nothing is connected to.
    production = {
        "BALAI_MODE": "production",
        "BALAI_SECRET_KEY": secrets.token_urlsafe(48),
        "BALAI_MASTER_KEY": "A" * 43 + "=",
        "BALAI_PUBLIC_URL": "https://balai.example.go.id",
        "BALAI_DEMO": "0",
    }
    # No database is needed, nor asked whether its history fits.
    offline = {"BALAI_MODE": "test", "PYTHONWARNINGS": "ignore::RuntimeWarning"}
    checks: list[tuple[str, list[str], dict[str, str]]] = [
        ("ruff check", [python, "-m", "ruff", "check", "."], {}),
        ("ruff format", [python, "-m", "ruff", "format", "--check", "."], {}),
        ("mypy", [python, "-m", "mypy"], offline),
        ("import-linter", [str(Path(python).with_name("lint-imports"))], offline),
        ("djlint", [python, "-m", "djlint", "--lint", "--quiet", *_templates()], {}),
        ("lines of templates", [python, "-m", "deploy.local.lines", *_templates()], {}),
        ("makemigrations", [*manage, "makemigrations", "--check", "--dry-run"], offline),
        ("check --deploy", [*manage, "check", "--deploy", "--fail-level", "WARNING"], production),
    ]
    wanted = [check for check in checks if not arguments or check[0].split()[0] in arguments]
    failed = []
    for name, command, env in wanted:
        _say(f"— {name}")
        if subprocess.call(command, cwd=ROOT, env={**os.environ, **env}) != 0:  # noqa: S603
            failed.append(name)
    _say(f"Gagal: {', '.join(failed)}." if failed else "Semua pemeriksaan lulus.")
    return 1 if failed else 0


def _templates() -> list[str]:
    return [
        str(folder)
        for top in ("platform", "tenants", "services", "billing", "deploy")
        for folder in sorted((ROOT / top).rglob("templates"))
    ]


def main() -> int:
    commands = {"test": test, "lint": lint, "bench": bench}
    try:
        return commands[sys.argv[1]](sys.argv[2:])
    except Trouble as trouble:
        _say(f"\n{trouble}")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
