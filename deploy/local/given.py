"""Servers somebody named instead of ours: do they answer at all?"""

import os
from collections.abc import Callable

import psycopg2
import redis

from deploy.local.trouble import Trouble

PATIENCE = 5  # seconds


def check() -> None:
    """Raises Trouble that says which address is wrong, before anything is started."""
    _ask("DATABASE_URL", "PostgreSQL", "postgres://NAMA:SANDI@SERVER:5432/BASISDATA", _postgres)
    for name in ("BROKER_URL", "CACHE_URL"):
        _ask(name, "Valkey atau Redis", "redis://SERVER:6379/0", _valkey)


def _ask(name: str, what: str, like: str, connect: Callable[[str], None]) -> None:
    address = os.environ.get(name, "")
    if not address:
        return
    advice = f"Perbaiki {name} (bentuknya {like}), atau hapus supaya server bawaan yang dipakai."
    try:
        connect(address)
    except (psycopg2.OperationalError, redis.RedisError) as error:
        said = str(error).strip().splitlines() or ["tidak ada jawaban"]
        raise Trouble(f"{what} di {name} tidak dapat dihubungi: {said[0]}\n{advice}") from None
    except (psycopg2.Error, ValueError):  # what is said of it repeats the password
        raise Trouble(f"{name} bukan alamat {what}.\n{advice}") from None


def _postgres(address: str) -> None:
    if not address.startswith(("postgres://", "postgresql://")):
        raise ValueError
    psycopg2.connect(address, connect_timeout=PATIENCE).close()


def _valkey(address: str) -> None:
    if address.startswith(("redis://", "rediss://", "unix://")):  # Celery knows other brokers too
        redis.Redis.from_url(address, socket_connect_timeout=PATIENCE).ping()
    elif "://" not in address:
        raise ValueError
