"""The stand-ins for Stripe and for payment providers: which are started, and who is told."""

import argparse
import hmac
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local import ports
from deploy.local.options import USUAL_PAYMENTS_PORT, USUAL_STRIPE_PORT
from deploy.local.trouble import Trouble

STANDIN_KEY = "sk_test_standin"


@dataclass(frozen=True)
class Standin:
    name: str  # in the log
    title: str
    address: str  # for people
    argv: list[str]
    ours: dict[str, str]  # what everybody else reads in the environment


def wanted(
    chosen: argparse.Namespace, env: Mapping[str, str], *, secret: str, home: Path
) -> Iterator[Standin]:
    """Those for which the environment names nobody real. Raises Trouble where a port is taken."""
    real = env.get("STRIPE_API_KEY", "")
    if not real or real.startswith(STANDIN_KEY):
        yield _stripe(chosen, env, secret, home)
    if not env.get("BALAI_PAYMENT_URLS"):
        yield _payments(chosen)


def _port(given: int | None, usual: int, whose: str, option: str) -> int:
    port = ports.choose(given, usual)
    if port is None:
        name = f"BALAI_{option.upper().replace('-', '_')}"
        raise Trouble(
            f"Porta {given} untuk {whose} tiruan sudah dipakai program lain.\n"
            f"Pilih porta lain: ./balai up --{option} N (atau {name}=N)."
        )
    return port


def _stripe(chosen: argparse.Namespace, env: Mapping[str, str], secret: str, home: Path) -> Standin:
    port = _port(chosen.stripe_port, USUAL_STRIPE_PORT, "Stripe", "stripe-port")

    def derived(what: str) -> str:
        text = f"stripe stand-in: {what}".encode()
        return hmac.new(secret.encode(), text, "sha256").hexdigest()[:32]

    ours = {
        "STRIPE_API_KEY": f"{STANDIN_KEY}_{derived('key')}",
        "STRIPE_API_BASE": f"http://127.0.0.1:{port}",
        "STRIPE_WEBHOOK_SECRET": f"whsec_{derived('webhooks')}",
    }
    argv = [
        sys.executable, "-m", "deploy.stripe_standin", "--port", str(port),
        "--state", str(home / "stripe" / "state.sqlite3"),
        "--webhook", f"{env['BALAI_PUBLIC_URL'].rstrip('/')}/stripe/webhook/",
    ]  # fmt: skip
    return Standin("stripe", "Stripe tiruan", f"http://localhost:{port}/", argv, ours)


def _payments(chosen: argparse.Namespace) -> Standin:
    """It tells the city that each charge names."""
    port = _port(chosen.payments_port, USUAL_PAYMENTS_PORT, "pembayaran", "payments-port")
    base = f"http://127.0.0.1:{port}"
    ours = {"BALAI_PAYMENT_URLS": f"midtrans={base},xendit={base}"}
    argv = [sys.executable, "-m", "deploy.payments_standin", "--port", str(port)]
    return Standin(
        "pembayaran", "Pembayaran tiruan", f"http://localhost:{port}/standin/", argv, ours
    )
