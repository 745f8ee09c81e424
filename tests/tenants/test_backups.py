"""Every city written away once a day, one after the other, whatever happens to one of them."""

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from kernel.clock import now
from messaging import outbox
from messaging.models import Outbox
from messaging.periodic import plan
from tenants.backend.scope import in_city, in_public
from tenants.office.models import Unit
from tenants.registry import backup, backups, deletion, tasks
from tenants.registry.models import Backup, City
from tenants.schemas import archive
from tests.factories import family

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def base(tmp_path: Path, settings: LazySettings) -> Path:
    settings.BACKUP_DIR = str(tmp_path / "cadangan")
    settings.BACKUP_KEEP = 2
    return tmp_path / "cadangan"


assert tasks  # registers what is periodic


def a_day() -> None:
    """What beat and the workers do."""
    with in_public():
        plan(now())
        outbox.run_due()


def files(base: Path, city: City) -> list[Path]:
    return sorted((base / city.code).glob("*"))


def test_nothing_without_a_folder(bontang: City, settings: LazySettings) -> None:
    assert settings.BACKUP_DIR == ""
    a_day()
    assert not Backup.objects.exists()


def test_each_city_once_a_day_and_what_is_written_can_be_restored(
    bontang: City, blitar: City, base: Path
) -> None:
    with in_city(bontang):
        family(Unit.objects.filter(kind="kelurahan")[0])
    default_storage.save("c6474/surat/a.pdf", ContentFile(b"%PDF"))
    a_day()
    a_day()  # the same day: nothing more
    assert set(Backup.objects.values_list("city_code", flat=True)) == {"64.74", "35.05"}
    assert Backup.objects.filter(problem="").count() == 2
    [path] = files(base, bontang)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    deletion.delete_city(bontang, reason="x", by="y")
    restored = backup.restore_city(path)
    assert restored is not None and restored.code == "64.74"
    assert default_storage.open("c6474/surat/a.pdf").read() == b"%PDF"


def test_a_file_taken_away_meanwhile_spoils_no_backup(
    bontang: City, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    default_storage.save("c6474/dokumen/b.pdf", ContentFile(b"%PDF"))
    monkeypatch.setattr(
        archive, "files_below", lambda _: iter(["c6474/dokumen/a.pdf", "c6474/dokumen/b.pdf"])
    )
    assert backups.take(bontang, now()).problem == ""
    [path] = files(base, bontang)
    assert set(backup.verify(path).data["sums"]) >= {"files/dokumen/b.pdf"}


def test_old_files_go_even_while_a_slow_day_lasts(
    bontang: City, base: Path, settings: LazySettings
) -> None:
    gone = base / "99.01" / "99.01_2026-01-01_000000.tar.gz"
    gone.parent.mkdir(parents=True)
    gone.write_bytes(b"x")
    old = (now() - timedelta(days=settings.BACKUP_DAYS + 1)).timestamp()
    os.utime(gone, (old, old))
    with in_public(), transaction.atomic():
        outbox.enqueue(backups.KIND, {"city": bontang.pk, "day": "2026-01-01"}, key="still")
        backups.begin(now())
    assert not gone.exists()


def test_one_city_that_cannot_be_written_stops_no_other(
    bontang: City, blitar: City, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = sorted((bontang, blitar), key=lambda city: city.pk)
    real = backup.export_city

    def write(city: City, target: object) -> backup.Manifest:
        if city.pk == first.pk:
            raise OSError(28, "No space left on device")
        return real(city, target)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "export_city", write)
    a_day()
    assert Backup.objects.get(city=first).problem == "OSError No space left on device"
    assert Backup.objects.get(city=second).problem == ""
    assert files(base, first) == []  # nothing half made


def test_a_worker_that_always_dies_at_one_city_stops_no_other(
    bontang: City, blitar: City, base: Path
) -> None:
    first, second = sorted((bontang, blitar), key=lambda city: city.pk)
    with in_public():
        plan(now())
        for row in Outbox.objects.filter(kind="backup.daily"):
            outbox.run(row.pk)
        Outbox.objects.filter(kind=backups.KIND).update(attempts=outbox.MAX_ATTEMPTS)
        outbox.run_due()
        outbox.run_due()
    assert Backup.objects.get(city=first).problem == backups.DIED
    assert Backup.objects.get(city=second).problem == ""


def test_the_newest_stay_and_old_ones_of_deleted_cities_go(
    bontang: City, base: Path, settings: LazySettings
) -> None:
    for hour in range(4):
        assert backups.take(bontang, now() + timedelta(hours=hour)).problem == ""
    assert len(files(base, bontang)) == 2
    gone = base / "99.01" / "99.01_2026-01-01_000000.tar.gz"
    gone.parent.mkdir()
    other = gone.with_name("catatan.txt")
    for path in (gone, other):
        path.write_bytes(b"x")
        old = (now() - timedelta(days=settings.BACKUP_DAYS + 1)).timestamp()
        os.utime(path, (old, old))
    assert backups.forget_old(now()) == 1
    assert not gone.exists() and other.exists()
    assert len(files(base, bontang)) == 2


def test_a_slow_day_is_not_overtaken(
    bontang: City, base: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with in_public():
        for day in (now(), now() + timedelta(days=1)):
            with transaction.atomic():
                backups.begin(day)
        assert Outbox.objects.filter(kind=backups.KIND).count() == 1
    assert "none is begun today" in caplog.text
