"""Which city answers on a host name: kept in the process, renewed from the database.

An entry lives for ``SECONDS``; a change is also announced to all processes through the cache
server, so that a suspended or renamed city is noticed at once. When the announcement is lost
(cache server away) the entry's age is what bounds the error.
"""

import logging
import os
import threading
import time
from collections import OrderedDict
from functools import cache, lru_cache
from typing import Any

import redis
from django.conf import settings
from django.db import connection, transaction

from tenants.backend.scope import in_public
from tenants.registry.models import City, Domain

log = logging.getLogger(__name__)

SECONDS = 15.0
UNKNOWN_SECONDS = 5.0
MOST = 4096  # made-up host names must not fill the memory
CHANNEL = "balai:hosts"

_lock = threading.Lock()
_known: OrderedDict[str, tuple[float, City | None]] = OrderedDict()
_epoch = 0
_listener_pid = 0

HOST_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")


@lru_cache(maxsize=MOST)
def normalise(raw: str) -> str | None:
    """The host name in a Host header: lower case, without port and trailing dot.

    None when it cannot be a host name at all. Punycode is left as it is: no city has such a
    name, so it is simply unknown.
    """
    host = raw.strip().lower()
    if host.startswith("["):  # IPv6 literal
        end = host.find("]")
        return host[: end + 1] if end > 0 else None
    host, colon, port = host.partition(":")
    if colon and not (port == "" or (port.isascii() and port.isdigit())):
        return None
    host = host.removesuffix(".")
    if not host or len(host) > 253 or not HOST_CHARACTERS.issuperset(host):
        return None
    if any(not label or len(label) > 63 for label in host.split(".")):
        return None
    return host


def city_on(host: str) -> City | None:
    """The city on a normalised host name. The object is shared between threads: read only."""
    _listen()
    moment = time.monotonic()
    known = _known.get(host)
    if known is not None and known[0] > moment:
        return known[1]
    epoch = _epoch
    with in_public():
        domain = Domain.objects.select_related("tenant").filter(domain=host).first()
    city = domain.tenant if domain else None
    with _lock:
        if epoch == _epoch:  # nothing was announced while we read
            _known[host] = (moment + (SECONDS if city else UNKNOWN_SECONDS), city)
            _known.move_to_end(host)
            while len(_known) > MOST:
                _known.popitem(last=False)
    return city


def forget() -> None:
    """Forget everything in this process."""
    global _epoch
    with _lock:
        _epoch += 1
        _known.clear()


def announce() -> None:
    """Make every process forget, once the running transaction commits."""
    wrapper: Any = connection
    if any(getattr(f, "__wrapped__", None) is _publish for _, f, _ in wrapper.run_on_commit):
        return  # once a transaction is enough
    transaction.on_commit(_publish)


def _publish() -> None:
    forget()
    try:
        _publisher().publish(CHANNEL, "*")
    except redis.RedisError as error:
        log.warning("host change not announced (%s); others notice in %s s", error, SECONDS)


@cache
def _publisher() -> Any:
    return redis.Redis.from_url(settings.CACHE_URL, socket_timeout=2, socket_connect_timeout=2)


def _listen() -> None:
    """Start this process's listener once; after a fork the child starts its own."""
    global _listener_pid
    if _listener_pid == os.getpid() or settings.MODE == "test":
        return
    with _lock:
        if _listener_pid == os.getpid():
            return
        _listener_pid = os.getpid()
    threading.Thread(target=_listen_forever, name="balai-hosts", daemon=True).start()


def _listen_forever() -> None:
    while True:
        try:
            client: Any = redis.Redis.from_url(
                settings.CACHE_URL, socket_timeout=None, socket_keepalive=True
            )
            channel = client.pubsub(ignore_subscribe_messages=False)
            channel.subscribe(CHANNEL)
            for _message in channel.listen():  # the first one confirms the subscription
                forget()
        except (redis.RedisError, OSError):
            time.sleep(2)
