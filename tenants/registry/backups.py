"""The operator's backups as files: one city written and noted, every city once a day.

    write(city, target) -> Backup       also `manage export_city`
    begin(at)                           orders the day's first; each city orders the next
    take(city, at)                      a city's turn; its failure is noted and stops no other
    forget_old(at)                      files that certificates of deletion promise to be gone

One city at a time, in the order of their numbers: a backup reads every file of a city.
"""

import hashlib
import logging
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from kernel.clock import now
from kernel.files import half_of, whole_file
from messaging import outbox
from messaging.models import Outbox
from tenants.backend.scope import in_own_connection, in_public
from tenants.registry import backup
from tenants.registry.models import Backup, City

log = logging.getLogger(__name__)

KIND = "backup.city"
ENDING = ".tar.gz"
DIED = "Pekerja berhenti di tengah jalan, delapan kali."


def folder() -> Path | None:
    """Where the daily backups go; None: nobody wants them."""
    return Path(settings.BACKUP_DIR) if settings.BACKUP_DIR else None


def write(city: City, target: Path) -> Backup:
    """One city into one file, and a row that says so. Call with a connection that is at rest."""
    started, moment = time.monotonic(), now()
    with whole_file(target) as out:
        manifest = backup.export_city(city, out)
        out.seek(0)
        sha256 = hashlib.file_digest(out, "sha256").hexdigest()  # type: ignore[arg-type]
    with in_public():
        return Backup.objects.create(
            city=city,
            city_code=city.code,
            made_at=moment,
            took=time.monotonic() - started,
            size=target.stat().st_size,
            sha256=sha256,
            rows=sum(manifest.data["rows"].values()),
            file_name=target.name[:200],
        )


# --- every day -----------------------------------------------------------------------------------


def begin(at: datetime) -> None:
    """Order the first city's backup. Call in public, in a transaction."""
    if folder() is None:
        return
    forget_old(at)
    if Outbox.objects.filter(kind=KIND, state=Outbox.State.DUE).exists():
        log.warning("the backups of the day before are still being made; none is begun today")
        return
    order_next(f"{at:%Y-%m-%d}", after=0)


def order_next(day: str, *, after: int) -> None:
    """The turn of the next city that can be written away. In the transaction of the one before."""
    live = City.objects.exclude(status__in=[City.Status.PROVISIONING, City.Status.CLOSED])
    pk = live.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True).first()
    if pk is not None:
        outbox.enqueue(KIND, {"city": pk, "day": day}, key=f"backup:{day}:{pk}")


def take(city: City, at: datetime) -> Backup:
    """Write a city into the folder and keep the newest few. A failure is noted instead."""
    base = folder()
    assert base is not None
    target = base / city.code / f"{city.code}_{at:%Y-%m-%d_%H%M%S}{ENDING}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = in_own_connection(lambda: write(city, target))
    except Exception as error:
        half_of(target).unlink(missing_ok=True)
        # An error's words may quote a row; those of the system name a full disk or a closed folder.
        why = error.strerror if isinstance(error, OSError) and error.strerror else ""
        log.exception("no backup of city %s", city.code)
        return note_failure(city, at, f"{type(error).__name__} {why}".strip())
    kept = sorted(target.parent.glob(f"{city.code}_*{ENDING}"))
    for path in kept[: -settings.BACKUP_KEEP]:
        path.unlink(missing_ok=True)
    return made


def note_failure(city: City, at: datetime, problem: str) -> Backup:
    """For the console."""
    with in_public(), transaction.atomic():
        return Backup.objects.create(
            city=city, city_code=city.code, made_at=at, took=0, size=0, sha256="", rows=0,
            file_name="", problem=problem[:200],
        )  # fmt: skip


def forget_old(at: datetime) -> int:
    """Delete files older than ``BACKUP_DAYS``: of deleted cities nothing else would. How many."""
    base, gone = folder(), 0
    if base is None or not base.is_dir():
        return 0
    oldest = (at - timedelta(days=settings.BACKUP_DAYS)).timestamp()
    for path in base.glob(f"??.??/??.??_*{ENDING}*"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
