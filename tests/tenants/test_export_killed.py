"""A real worker is killed in the middle of a copy; the next one makes it, once."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from messaging.models import Outbox
from tenants.backend.scope import in_city, in_public
from tenants.office.models import Unit
from tenants.ownership import actions, importing
from tenants.ownership.models import DataExport
from tenants.registry.models import City
from tests.factories import make_cast, official
from tests.worker import Worker, nobody_else, wait_until

pytestmark = [pytest.mark.usefixtures("committed"), pytest.mark.processes]


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    started: list[Worker] = []

    def start() -> Worker:
        started.append(Worker(tmp_path / "worker.log"))
        return started[-1]

    yield start
    for one in started:
        one.kill()


def test_killed_while_copying_is_made_once(
    bontang: City, worker: Callable[[], Worker], tmp_path: Path
) -> None:
    with in_city(bontang):
        cast = make_cast()
        admin = official("admin", Unit.objects.get(kind="kota"), "admin")
        told = [cast.sari_person.nik, cast.sari_person.name, cast.sari_person.household.kk_number]
    export = actions.ask(city=bontang, by=admin)
    # The copy waits at a file that has no end, until it is killed.
    default_storage.save("c6474/lain/a.txt", ContentFile(b"isi"))
    endless = Path(default_storage.path("c6474/lain/b"))
    os.mkfifo(endless)
    first = worker()
    # Pages see how far it is although the worker's transaction is open.
    wait_until(lambda: DataExport.objects.get(pk=export.pk).doing.startswith("Berkas"))
    seen = DataExport.objects.get(pk=export.pk)
    assert seen.state == "running" and 50 < seen.percent < 100
    assert seen.doing == "Berkas: 1 dari 2"
    with in_public():
        assert Outbox.objects.get(kind="data.export").state == "due"
    first.kill()
    endless.unlink()
    wait_until(nobody_else)
    half = Path(default_storage.path(f"salinan/c6474/{export.code}.zip.part"))
    assert half.exists() and oct(half.stat().st_mode & 0o777) == "0o600"
    assert DataExport.objects.get(pk=export.pk).state == "running"

    worker()
    wait_until(lambda: DataExport.objects.get(pk=export.pk).state == "ready")
    done = DataExport.objects.get()
    assert [path.name for path in half.parent.iterdir()] == [f"{export.code}.zip"]
    assert importing.check(Path(default_storage.path(done.path)))["rows"]["residents_person"] > 0
    with in_public():
        mails = Outbox.objects.filter(key=f"mail!:data-ready:{export.pk}")
        wait_until(lambda: mails.filter(state="done").count() == 1)
        assert Outbox.objects.get(kind="data.export").attempts == 2
    log = (tmp_path / "worker.log").read_text()
    for words in told:
        assert words not in log
