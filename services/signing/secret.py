"""Passphrases and codes between a page and the worker: sealed, in the cache alone, for minutes,
under a random reference. Nothing of them is written anywhere else."""

import base64

from django.core.cache import cache

from kernel.errors import RuleBroken
from kernel.ids import secret_code
from services.residents.sealing import seal, unseal

SECONDS = 10 * 60


def keep(secret: str) -> str:
    """The reference under which a worker finds it. Raises RuleBroken while the cache is away."""
    reference = secret_code()
    try:
        cache.set(_key(reference), base64.b64encode(seal(secret)).decode(), SECONDS)
    except Exception:  # whatever the cache's client raises
        raise RuleBroken(
            "Penyimpanan sementara sedang terganggu, jadi belum ada yang ditandatangani. Coba lagi "
            "sebentar lagi."
        ) from None
    return reference


def read(reference: str) -> str | None:
    """What is kept there; None once its minutes are over, or it was forgotten."""
    try:
        found = cache.get(_key(reference))
    except Exception:
        return None
    return unseal(base64.b64decode(found)) if found else None


def forget(reference: str) -> None:
    try:
        cache.delete(_key(reference))
    except Exception:
        return  # it goes by itself


def _key(reference: str) -> str:
    return f"signing:secret:{reference}"
