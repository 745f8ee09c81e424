"""How often a password may be tried, besides axes' count per account and address.

Per account over all addresses, and per address over all accounts. Strangers could keep an
account locked for ever by trying wrong passwords; so a browser in which its owner signed in
before holds a signed cookie and is left out of these two counts (axes counts it all the same).
Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

import logging

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError

from accounts.backends import identity_of, print_of
from accounts.models import User

log = logging.getLogger(__name__)

COOKIE = "__Host-dikenal" if settings.HTTPS else "dikenal"
SALT = "accounts.attempts.known-browser"
KEPT_FOR = 180 * 86_400  # seconds
MOST_KNOWN = 8  # people of one family share a phone

QUARTER, DAY = 900, 86_400  # seconds
PER_ACCOUNT = ((30, QUARTER), (200, DAY))
PER_ADDRESS = ((60, QUARTER),)  # a whole kelurahan may sit behind one


class Attempt:
    """One try to sign in, counted before it is judged: of many at once none slips through."""

    def __init__(self, request: HttpRequest, typed: str) -> None:
        identity = identity_of(typed)
        self.keys: list[str] = []
        self.is_allowed = True
        if identity in _known_in(request):
            return
        address = get_client_ip_address(request) or ""
        try:
            self._count(f"tries:account:{identity}", PER_ACCOUNT)
            self._count(f"tries:from:{address}", PER_ADDRESS)
        except RedisError:
            # Axes counts in the database; nobody is kept out because the cache is away.
            log.warning("sign-in tries cannot be counted: the cache does not answer")

    def _count(self, name: str, limits: tuple[tuple[int, int], ...]) -> None:
        for most, seconds in limits:
            key = f"{name}:{seconds}"
            cache.add(key, 0, seconds)
            self.keys.append(key)
            if cache.incr(key) > most:
                self.is_allowed = False

    def succeeded(self) -> None:
        """The password was right: only wrong ones count."""
        for key in self.keys:
            try:
                cache.decr(key)
            except (RedisError, ValueError):  # away, or the window is over
                continue


def _known_in(request: HttpRequest) -> list[str]:
    try:
        known = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        return []
    return [one for one in known if isinstance(one, str)] if isinstance(known, list) else []


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let this browser be known as one in which ``user`` has signed in."""
    mine = print_of(user.login)
    known = [mine, *(one for one in _known_in(request) if one != mine)][:MOST_KNOWN]
    response.set_cookie(
        COOKIE, signing.dumps(known, salt=SALT), max_age=KEPT_FOR, httponly=True,
        secure=settings.HTTPS, samesite="Lax",
    )  # fmt: skip
