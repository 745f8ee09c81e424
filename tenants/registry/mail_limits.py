"""How many mails of sign-up are sent: anybody may type anybody's address."""

import logging

from django.core.cache import cache
from redis.exceptions import RedisError

from kernel.errors import RuleBroken
from kernel.identities import folded

log = logging.getLogger(__name__)

HOUR, DAY = 3600, 86_400  # seconds
PER_ADDRESS, PER_NETWORK, IN_ALL = 3, 10, 200  # a day; an hour; an hour

TOO_OFTEN = (
    "Terlalu banyak tautan pendaftaran diminta. Tunggu sampai besok, periksa folder spam, atau "
    "pakai alamat e-mail lain."
)
TOO_BUSY = "Terlalu banyak pendaftaran diminta. Tunggu satu jam, lalu coba lagi."


def count(*, email: str, remote: str) -> None:
    """Count one more mail; RuleBroken when it is one too many. Call in the public schema.

    ``remote`` is the asker's address as ``kernel.addresses`` counts it; empty when no browser
    asked. Counted before it is judged: of many at once none slips through.
    """
    limits = [("all", IN_ALL, HOUR, TOO_BUSY), (folded(email), PER_ADDRESS, DAY, TOO_OFTEN)]
    if remote:
        limits.insert(0, (f"from:{remote}", PER_NETWORK, HOUR, TOO_BUSY))
    try:
        for name, most, seconds, words in limits:
            key = f"signup-mail:{name}"
            cache.add(key, 0, seconds)
            if cache.incr(key) > most:
                raise RuleBroken(words, field="email" if words == TOO_OFTEN else None)
    except (RedisError, ValueError):
        log.warning("mails of sign-up cannot be counted: the cache does not answer")
        raise RuleBroken("Belum bisa dikirim. Tunggu satu menit, lalu coba lagi.") from None
