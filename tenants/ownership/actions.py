"""Taking a copy along: asked for by an administrator, made by a worker, fetched within a week.

    ask(city, by) -> DataExport
    make(export_id)                        the worker's part
    begin_download(export, by) / finish_download(export_id)
    expire(at) -> int                      periodic

Where a copy stands is written by a connection of its own, so that pages see it while the
worker's transaction is still open.
"""

import logging
import time
import traceback
from datetime import datetime
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import IntegrityError, connections, transaction
from django.db.models import F

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.files import half_of, whole_file
from kernel.ids import secret_code
from kernel.tanggal import moment_text
from messaging import outbox
from messaging.notices import write_to
from tenants.backend.scope import in_city, in_own_connection, in_public
from tenants.ownership import export as exporting
from tenants.ownership import rules
from tenants.ownership.archive import own_fingerprint
from tenants.ownership.models import DataExport
from tenants.ownership.notices import COPY_READY
from tenants.registry.deletion import COPIES
from tenants.registry.models import City

log = logging.getLogger(__name__)

PAUSE = 0.5  # seconds between two notes about the same piece of work
S = DataExport.State
STOPPED = (
    "Penyiapan salinan terhenti karena gangguan di sistem kami. Data Anda tidak berubah; "
    "coba lagi, atau hubungi pengelola Balai."
)


class ExportStopped(RuntimeError):
    """Making a copy failed; says where, never with whose data."""


def ask(*, city: City, by: User) -> DataExport:
    """Order a full copy. Raises Stale while another one is being made."""
    try:
        with in_public(), transaction.atomic():
            export = DataExport.objects.create(
                city=city, city_code=city.code, code=secret_code(), asked_by_id=by.pk,
                asked_by_name=by.name, asked_by_email=by.email or by.login,
            )  # fmt: skip
            outbox.enqueue("data.export", {"export": export.pk}, key=f"data:export:{export.pk}")
            with in_city(city):
                audit.record("data.export_asked", actor=by, subject="export", subject_id=export.pk)
    except IntegrityError as error:
        raise Stale("Salinan lain sedang disiapkan. Tunggu sampai selesai.") from error
    return export


def folder_of(schema_name: str) -> str:
    """Where a city's copies lie: beside its own files, so that no copy holds another."""
    return f"{COPIES}/{schema_name}"


# --- the worker ----------------------------------------------------------------------------------


class _Progress:
    """Notes committed at once, whatever the worker's own transaction does."""

    def __init__(self, export_id: int) -> None:
        self.export_id = export_id
        self.connection = connections.create_connection("default")
        self.last = 0.0
        self.doing = ""

    def __call__(self, percent: int, doing: str) -> None:
        if doing == self.doing and time.monotonic() - self.last < PAUSE:
            return
        self.write(percent, doing)
        self.last, self.doing = time.monotonic(), doing

    def write(self, percent: int, doing: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "UPDATE public.ownership_dataexport SET state = 'running', percent = %s,"
                " doing = %s WHERE id = %s AND state IN ('waiting', 'running')",
                [percent, doing, self.export_id],
            )
            if not cursor.rowcount:
                raise ExportStopped("the copy is no longer wanted")

    def close(self) -> None:
        self.connection.close()


def make(export_id: int) -> None:
    """Write the copy and say so. Runs inside the outbox' transaction, which holds nothing but
    the order itself; killed in between, the next worker starts over on the same file."""
    with in_public():
        export = DataExport.objects.select_related("city").filter(pk=export_id).first()
    if export is None or export.city is None or not export.is_under_way:
        return
    city = export.city
    path = f"{folder_of(city.schema_name)}/{export.code}.zip"
    target = Path(default_storage.path(path))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def work() -> exporting.Made:
        progress = _Progress(export_id)
        try:
            progress.write(0, "Membuka data")
            with whole_file(target) as out:
                return exporting.write(city, out, watch=progress)
        finally:
            progress.close()

    try:
        made = in_own_connection(work)
    except ExportStopped:
        half_of(target).unlink(missing_ok=True)
        return
    except Exception as error:
        # The frames alone: an error's words may quote a row.
        log.warning("copy %s: %s", export_id, "".join(traceback.format_tb(error.__traceback__)))
        raise ExportStopped(type(error).__name__) from None
    _finish(export_id, path, made)


def _finish(export_id: int, path: str, made: exporting.Made) -> None:
    at = now()
    with in_public(), transaction.atomic():
        export = DataExport.objects.select_for_update().get(pk=export_id)
        city = City.objects.filter(pk=export.city_id).first()
        if not export.is_under_way or city is None:
            default_storage.delete(path)
            return
        export.state, export.percent, export.doing = S.READY, 100, ""
        export.path, export.size = path, default_storage.size(path)
        export.rows, export.files = made.rows, made.files
        export.manifest_sha256 = made.manifest_sha256
        export.taken_at, export.ready_at = made.taken_at, at
        export.expires_at = at + rules.KEEP
        export.save()
        audit.record(
            "data.exported", actor=None, subject="city", subject_id=city.code,
            detail={"export": export.pk, "manifest": made.manifest_sha256},
        )  # fmt: skip
        write_to(
            export.asked_by_email, COPY_READY, key=f"data-ready:{export.pk}",
            city=city.name, name=export.asked_by_name,
            link=city.page("ownership-download", export.code),
            until=moment_text(export.expires_at, city.timezone),
            seal=own_fingerprint(), manifest=made.manifest_sha256,
        )  # fmt: skip


def give_up(export_id: int) -> None:
    """After the last attempt: say so, keep nothing half made."""
    with in_public(), transaction.atomic():
        export = DataExport.objects.select_for_update().filter(pk=export_id).first()
        if export is None or not export.is_under_way:
            return
        export.state, export.problem, export.doing = S.FAILED, STOPPED, ""
        export.save(update_fields=["state", "problem", "doing"])
        city = City.objects.filter(pk=export.city_id).first()
        if city is not None:
            half = f"{folder_of(city.schema_name)}/{export.code}.zip.part"
            transaction.on_commit(lambda: default_storage.delete(half))


# --- fetching ------------------------------------------------------------------------------------


def downloadable(city: City, code: str, *, at: datetime) -> DataExport:
    """This city's copy with this code. NotThere for another city's, RuleBroken when too old."""
    with in_public():
        export = DataExport.objects.filter(city_id=city.pk, code=code).first()
    if export is None or export.is_under_way or export.state == S.FAILED:
        raise NotThere("Salinan ini tidak ditemukan.")
    if (
        export.state != S.READY
        or (export.expires_at and export.expires_at <= at)
        or not default_storage.exists(export.path)
    ):
        raise Expired
    return export


class Expired(RuleBroken):
    status = 410
    code = "salinan-kedaluwarsa"

    def __init__(self) -> None:
        super().__init__(
            "Salinan ini sudah dihapus: setiap salinan hanya disimpan tujuh hari. Buat yang baru "
            "di halaman Data kota."
        )


def begin_download(export: DataExport, *, by: User, anew: bool = True) -> None:
    """Note who fetches it, or goes on fetching it (not ``anew``). Call in the city."""
    with transaction.atomic():
        audit.record("data.downloaded", actor=by, subject="export", subject_id=export.pk)
        if anew:
            with in_public():
                DataExport.objects.filter(pk=export.pk).update(downloads=F("downloads") + 1)


def finish_download(export_id: int, *, at: datetime) -> None:
    """The last byte was sent. Without its beginning that is no copy."""
    with in_public():
        DataExport.objects.filter(pk=export_id, downloads__gt=0).update(downloaded_at=at)


def expire(*, at: datetime) -> int:
    """Delete the files of copies whose time is over; how many."""
    with in_public():
        old = list(DataExport.objects.filter(state=S.READY, expires_at__lte=at))
        for export in old:
            default_storage.delete(export.path)
            DataExport.objects.filter(pk=export.pk).update(state=S.EXPIRED)
    return len(old)
