"""Records that somebody opened for a purpose: each stays open for a quarter of an hour."""

from datetime import timedelta

from django.http import HttpRequest

from kernel.clock import now

_FOR = timedelta(minutes=15)
_MOST = 20  # of one list


class Opened:
    """What a session keeps under ``key``: {person's id: seconds}."""

    def __init__(self, key: str) -> None:
        self.key = key

    def note(self, request: HttpRequest, pk: int) -> None:
        kept = list(request.session.get(self.key, {}).items())[-_MOST + 1 :]
        request.session[self.key] = {**dict(kept), str(pk): int(now().timestamp())}

    def has(self, request: HttpRequest, pk: int) -> bool:
        since = request.session.get(self.key, {}).get(str(pk), 0)
        return bool(since + _FOR.total_seconds() > now().timestamp())
