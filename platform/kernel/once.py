"""Reading a thing once while a page is shown or an action runs, however many functions ask for it.

    with reading_once():
        ...
            units = once(("units", code), read)

Outside ``reading_once`` everything is read each time. Whoever changes what may have been read
inside calls ``forget``.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")

_known: ContextVar[dict[Hashable, Any] | None] = ContextVar("reading_once", default=None)


@contextmanager
def reading_once() -> Iterator[None]:
    """Keep what ``once`` reads until the end; inside another one, until the outer one's end."""
    if _known.get() is not None:
        yield
        return
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def once(key: Hashable, read: Callable[[], T]) -> T:
    """What ``read`` gives, kept under this key."""
    known = _known.get()
    if known is None:
        return read()
    if key not in known:
        known[key] = read()
    found: T = known[key]
    return found


def forget() -> None:
    """Read everything anew."""
    known = _known.get()
    if known is not None:
        known.clear()
