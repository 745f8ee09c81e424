"""When a copy is fresh enough, who may confirm, and how long one may think it over."""

import re
from datetime import datetime, timedelta

from kernel.identities import is_same

KEEP = timedelta(days=7)  # a finished copy waits this long for its download
FRESH = timedelta(days=7)  # as old as a copy may be, unless nothing changed since
GRACE = timedelta(days=14)  # between the second signature and the deletion
# An administrator this new confirms nothing: whoever makes a second account of their own for it
# waits a week, in which every other administrator has read the mail about the request.
SETTLED = timedelta(days=7)
REMIND = timedelta(days=1)  # before the deletion


def covers(*, taken_at: datetime, last_change: datetime | None, at: datetime) -> bool:
    """Whether a copy is good enough to delete after: recent, or nothing changed since."""
    return at - taken_at <= FRESH or last_change is None or last_change <= taken_at


def may_confirm_from(
    *, asked_by: tuple[int, str], asked_at: datetime, who: tuple[int, str], since: datetime
) -> datetime | None:
    """From when on ``who`` (id, address) is a second person for a request; None: never.

    ``since`` is when they became an administrator by the city's record: somebody appointed after
    the request would be the first person's creature, somebody appointed just before it too.
    """
    same = who[0] == asked_by[0] or is_same(who[1], asked_by[1])
    return None if same or since >= asked_at else since + SETTLED


def safe_name(text: str, *, most: int = 80) -> str:
    """A text as part of a file name on any system: letters, digits, dot, dash, underscore."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.")
    return plain[:most] or "tanpa-nama"


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte a ``Range`` header asks for; None for the whole.

    Several ranges at once are answered with the whole, as the standard allows. Raises ValueError
    for one that lies outside.
    """
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", header.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        begin, end = max(0, size - int(last)), size - 1
    else:
        begin, end = int(first), min(int(last) if last else size - 1, size - 1)
    if begin > end or begin >= size:
        raise ValueError("outside the file")
    return begin, end
