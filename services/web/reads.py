"""Pages that show a resident's data say so: once in a while, however often they are opened."""

from collections.abc import Iterable
from datetime import timedelta

from django.http import HttpRequest

from audit import actions as audit
from offline.middleware import is_in_background
from tenants.office.access import visitor

WITHIN = timedelta(minutes=15)  # one looking at several pages about somebody
KEPT_WITHIN = timedelta(days=1)
KEPT = "rt-simpan"  # a phone fetched it by itself, and nobody looked


def note_read(request: HttpRequest, person_id: int, *, purpose: str, **more: str) -> None:
    """Record that whoever asks is shown this resident's data, at most once in ``WITHIN``; that
    their phone keeps it to be read without a signal, once a day."""
    purpose, within = _said(request, purpose)
    audit.record_read_once(
        actor=visitor(request).user, person_id=person_id, purpose=purpose, within=within, **more
    )


def note_reads(request: HttpRequest, people: Iterable[int], *, purpose: str) -> None:
    """``note_read`` of everybody whom a list shows. Two queries."""
    purpose, within = _said(request, purpose)
    audit.record_reads_once(
        actor=visitor(request).user, people=people, purpose=purpose, within=within
    )


def _said(request: HttpRequest, purpose: str) -> tuple[str, timedelta]:
    """The purpose that is noted, and how long one note counts."""
    return (KEPT, KEPT_WITHIN) if is_in_background(request) else (purpose, WITHIN)
