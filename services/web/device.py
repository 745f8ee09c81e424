"""What phones keep to be read without a signal: which pages, for whom, and until when.

Parts of the area register themselves: the pages of heads of a neighbourhood, of treasurers, and of
officials who visit people at home.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from kernel.registry import Registry
from tenants.office.access import Visitor

# Path and version of each page a phone keeps; a version that differs is fetched anew.
Pages = Callable[[Visitor], Iterable[tuple[str, str]]]
pages: Registry[Pages] = Registry(
    "pages kept on phones", "what the phone of who answers for neighbours or visits people has"
)

# Until when the phone of somebody keeps them; None: as one of these they keep nothing.
Until = Callable[[Visitor, datetime], datetime | None]
untils: Registry[Until] = Registry(
    "until when phones keep pages", "whose phones keep pages, and when they forget them"
)


def pages_of(who: Visitor) -> list[tuple[str, str]]:
    """All pages of all parts of the area, each once."""
    return list({path: version for part in pages for path, version in part(who)}.items())


def kept_until(who: Visitor, at: datetime) -> datetime | None:
    """When the phone of somebody forgets; None where it keeps nothing (any more)."""
    found = [until for part in untils if (until := part(who, at)) is not None]
    return min(found, default=None)
