"""Who of support is inside the current city right now: for the line above the admins' pages.

Kept in the cache server, so that no page of a city costs a query for it. The truth about
consents is in the database (``tenants.support.models.Visit``).
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from redis.exceptions import RedisError

from kernel.clock import now

log = logging.getLogger(__name__)
KEY = "dukungan:di-dalam"
FRESH = 15 * 60  # seconds without a page, and nobody is said to be inside


@dataclass(frozen=True, slots=True)
class Guest:
    visit: int
    name: str
    until: datetime


def note(visit: int, name: str, until: datetime) -> None:
    """Somebody has just opened a page. The key is the city's own (settings.CACHES)."""
    seconds = min(FRESH, max(1, int((until - now()).total_seconds())))
    try:
        cache.set(KEY, [visit, name, until.isoformat()], seconds)
    except RedisError:
        log.warning("cache server away: nobody is told that support is inside")


def forget(visit: int) -> None:
    try:
        if (found := guest()) is not None and found.visit == visit:
            cache.delete(KEY)
    except RedisError:
        log.warning("cache server away")


class _Pause:
    """After the cache server did not answer, it is not asked again for a while: this is read for
    every signed-in page, and each try would wait for the whole time-out."""

    until = 0.0  # time.monotonic()


PAUSE = 30.0  # seconds


def guest() -> Guest | None:
    """Who is inside the current city."""
    if time.monotonic() < _Pause.until:
        return None
    try:
        kept = cache.get(KEY)
    except RedisError:
        _Pause.until = time.monotonic() + PAUSE
        log.warning("cache server away: not asked for %s seconds who of support is inside", PAUSE)
        return None
    return Guest(kept[0], kept[1], datetime.fromisoformat(kept[2])) if kept else None
