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
    note_reads(request, [person_id], purpose=purpose, **more)


def note_reads(request: HttpRequest, people: Iterable[int], *, purpose: str, **more: str) -> None:
    """``note_read`` of everybody whom a page shows. Two queries."""
    within = WITHIN
    if is_in_background(request):
        purpose, within = KEPT, KEPT_WITHIN
    audit.record_reads_once(
        actor=visitor(request).user, people=people, purpose=purpose, within=within, **more
    )
