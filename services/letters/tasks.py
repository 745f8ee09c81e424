"""Work the clock brings to the archive of letters."""

import logging
from datetime import timedelta
from typing import Any

from django.db.models import F, Q

from kernel.clock import now
from messaging import work
from messaging.periodic import periodic
from services.letters import actions
from services.letters.models import Letter
from tenants.registry import stored_files
from tenants.registry.current import city

log = logging.getLogger(__name__)

FRESH = timedelta(days=3)
DAYS = 7  # a file older than FRESH is compared once in so many days


@work.handler("letters.forget")
def forget_file(payload: dict[str, Any]) -> None:
    """Delete the PDF of a letter that another has taken the place of. Whoever writes a letter's
    file has its row locked, so that one that was written again meanwhile stays."""
    letter = Letter.objects.select_for_update().get(pk=payload["letter_id"])
    if letter.file != payload["path"]:
        stored_files.forget(payload["path"])


@periodic("letters.compare_files", every=timedelta(days=1))
def compare_files(payload: dict[str, Any]) -> None:
    """Compare stored PDFs with their SHA-256, write missing or damaged ones anew, report the rest.

    Letters of the last days each night, older ones in turn within a week.
    """
    at = now()
    due = (
        Letter.objects.filter(destroyed_at=None)
        .exclude(state=Letter.State.NUMBERED)
        .exclude(file="")  # void before its PDF was made
        .annotate(turn=F("pk") % DAYS)
        .filter(Q(turn=at.toordinal() % DAYS) | Q(rendered_at__gte=at - FRESH))
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    lost = [pk for pk in due.iterator(chunk_size=1000) if not actions.restore_pdf(pk)]
    if lost:
        log.error(
            "%s: the PDF of %s letters is missing or damaged and cannot be written again with the "
            "same bytes; restore their files from a backup: letters %s",
            city().code, len(lost), ", ".join(map(str, lost[:50])),
        )  # fmt: skip
