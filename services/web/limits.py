"""How often anybody may ask something of a page without signing in."""

import logging

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext
from redis.exceptions import RedisError

from kernel.errors import RuleBroken

log = logging.getLogger(__name__)


class TooMany(RuleBroken):
    """Asked too often from one address."""

    status = 429
    code = "terlalu-sering"

    def __init__(self, minutes: int) -> None:
        super().__init__(
            gettext("Terlalu sering dicoba dari sambungan ini. Tunggu %(minutes)s menit, lalu coba "
                    "lagi.") % {"minutes": minutes}
        )  # fmt: skip
        self.retry_after = minutes * 60


def count(
    request: HttpRequest, what: str, most: int, *, minutes: int, strict: bool = False
) -> None:
    """Count one more; TooMany when it is one too many. A whole kelurahan may sit behind one
    address. While nothing can be counted, what is ``strict`` is refused, the rest let in."""
    key = f"asked:{what}:{request.META.get('REMOTE_ADDR', '')}"
    try:
        cache.add(key, 0, minutes * 60)
        asked = cache.incr(key)
    except (RedisError, ValueError):
        log.warning("%s cannot be counted: the cache does not answer", what)
        asked = most + 1 if strict else 0
    if asked > most:
        raise TooMany(minutes)
