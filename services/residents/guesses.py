"""Counting wrong tries, so that nobody finds out facts of the register by trying."""

from contextlib import suppress

from django.core.cache import cache
from django.utils.translation import gettext
from redis.exceptions import RedisError

from kernel.errors import RuleBroken


def refuse_after(key: str, limit: int, *, minutes: int) -> None:
    """Raises RuleBroken once this many wrong tries were noted, or while they cannot be counted."""
    try:
        tries = int(cache.get(key, 0))
    except RedisError as away:
        raise RuleBroken("Data ini belum bisa dicek saat ini. Coba lagi sebentar lagi.") from away
    if tries >= limit:
        raise RuleBroken(
            gettext("Terlalu banyak percobaan. Tunggu %(minutes)s menit, lalu coba lagi.")
            % {"minutes": minutes}
        )


def count(key: str, limit: int, *, minutes: int) -> None:
    """Note a try before it is judged, so that tries at the same moment cannot all pass.

    Raises RuleBroken when there were too many; ``take_back`` a try that was right.
    """
    try:
        note_wrong(key, minutes=minutes)
    except RedisError as away:
        raise RuleBroken("Data ini belum bisa dicek saat ini. Coba lagi sebentar lagi.") from away
    refuse_after(key, limit + 1, minutes=minutes)


def take_back(key: str) -> None:
    """A try that ``count`` noted was right."""
    with suppress(RedisError, ValueError):  # forgotten meanwhile: nothing to take back
        cache.decr(key)


def note_wrong(key: str, *, minutes: int) -> None:
    """One more wrong try; forgotten this many minutes after the first."""
    cache.add(key, 0, minutes * 60)
    cache.incr(key)
