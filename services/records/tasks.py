"""Work after the commit, and work the clock brings."""

from datetime import timedelta
from typing import Any

from kernel.clock import now
from messaging import work
from messaging.periodic import periodic
from services.records import destroying, files, filing, making, paper_files, retention
from services.records.models import BookFile, PaperImport
from tenants.registry.leftovers import sweep

work.handler(making.KIND, on_failed=making.gave_up)(making.make)
work.handler(paper_files.KIND, on_failed=paper_files.gave_up)(paper_files.step)
work.handler(retention.KIND)(retention.reckon_some)


@work.handler(destroying.KIND)
def destroy_some(payload: dict[str, Any]) -> None:
    """Some more of what was approved."""
    destroying.destroy_some(payload, at=now())


@periodic("records.filing", every=timedelta(days=1))
def file_the_rest(payload: dict[str, Any]) -> None:
    """What ended and has no row in the archive yet."""
    filing.file_the_rest()


@periodic("records.leftovers", every=timedelta(days=1))
def leftovers(payload: dict[str, Any]) -> None:
    """Files of books nobody needs any more, and scans whose row was never committed."""
    at = now()
    making.expire(at=at)
    paper_files.tidy(at=at)
    sweep(files.FOLDER, files.named, at=at)
    sweep(
        making.FOLDER,
        lambda paths: set(
            BookFile.objects.filter(path__in=list(paths)).values_list("path", flat=True)
        ),
        at=at,
    )
    sweep(
        paper_files.FOLDER,
        lambda paths: set(
            PaperImport.objects.filter(path__in=list(paths)).values_list("path", flat=True)
        ),
        at=at,
    )
