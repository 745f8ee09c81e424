"""What ./balai up may be told, and what follows from it."""

import argparse
import hashlib
import os
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local.installation import (
    ROOT,
)
from deploy.local.trouble import Trouble

USUAL_STRIPE_PORT = 8242
USUAL_PAYMENTS_PORT = 8252


def options(argv: list[str] | None = None) -> argparse.Namespace:
    def port(text: str) -> int:
        number = int(text)
        if not 1 <= number <= 65535:
            raise ValueError
        return number

    def from_environment(name: str) -> int | None:
        text = os.environ.get(name)
        if not text:
            return None
        try:
            return port(text)
        except ValueError:
            raise Trouble(f"{name}={text} bukan nomor porta (1 sampai 65535).") from None

    parser = argparse.ArgumentParser(
        prog="./balai up", description="Jalankan Balai di komputer ini."
    )
    parser.add_argument("--port", type=port, default=from_environment("BALAI_PORT") or 8000)
    parser.add_argument("--db-port", type=port, default=from_environment("BALAI_DB_PORT"))
    parser.add_argument("--broker-port", type=port, default=from_environment("BALAI_BROKER_PORT"))
    parser.add_argument("--stripe-port", type=port, default=from_environment("BALAI_STRIPE_PORT"))
    parser.add_argument(
        "--payments-port", type=port, default=from_environment("BALAI_PAYMENTS_PORT")
    )
    parser.add_argument("--bind", default=os.environ.get("BALAI_BIND") or "127.0.0.1")
    parser.add_argument(
        "--data", type=Path, default=Path(os.environ.get("BALAI_DATA_DIR") or ROOT / ".balai")
    )
    parser.add_argument("--no-demo", action="store_true")
    return parser.parse_args(argv)


def only_this_machine(bind: str) -> bool:
    """Whether a server bound to this address can be reached from this machine alone."""
    if bind == "localhost":
        return True
    try:
        return ip_address(bind).is_loopback
    except ValueError:
        return False


def demo_wanted(chosen: argparse.Namespace, env: dict[str, str]) -> bool:
    """Only where nobody said otherwise, on our own database, at an address of this machine.

    A demonstration is entered without a password: raises Trouble when it is asked for on a bind
    address that other machines reach, whatever host name they then write.
    """
    if chosen.no_demo:
        return False
    said = os.environ.get("BALAI_DEMO")
    asked = said is not None and said.strip().lower() in {"1", "true", "yes", "on", "ya"}
    if not only_this_machine(chosen.bind):
        if asked:
            raise Trouble(
                f"Peragaan tidak bisa dibuka di {chosen.bind}: komputer lain dapat masuk tanpa "
                "kata sandi.\nHapus --bind (atau BALAI_BIND), atau pakai --no-demo."
            )
        return False
    if said is not None:
        return asked
    host = urlsplit(env["BALAI_PUBLIC_URL"]).hostname or ""
    local = host == "localhost" or host.endswith(".localhost")
    return local and env["BALAI_MODE"] == "embedded" and not os.environ.get("DATABASE_URL")


def source_state() -> str:
    """Changes when any file of ours or any installed package does; costs milliseconds."""
    digest = hashlib.sha256()
    for top in ("platform", "tenants", "services", "billing", "deploy"):
        for folder, below, names in os.walk(ROOT / top):
            below[:] = sorted(name for name in below if name != "__pycache__")
            for name in sorted(names):
                path = os.path.join(folder, name)  # noqa: PTH118  # thousands of files
                found = os.stat(path)  # noqa: PTH116
                digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    digest.update((ROOT / "uv.lock").read_bytes())
    return digest.hexdigest()
