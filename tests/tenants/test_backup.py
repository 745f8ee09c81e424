"""One city out and back, whole or not at all; and away for good."""

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, migrations, models, transaction

from accounts.models import User
from kernel.errors import Stale
from messaging import outbox
from services.applications.issuing import finish_letters
from services.cases.models import Document
from services.letters.models import Letter
from tenants.backend.scope import in_city, in_public
from tenants.office.models import Post, Unit
from tenants.registry import backup, deletion, integrity, keys, provisioning
from tenants.registry.models import City, Domain, Tombstone
from tenants.registry.regions import regency
from tenants.schemas import archive, template
from tests.factories import MONDAY, approve, make_cast, submitted
from tests.schemas import dump, migration, on_disk

pytestmark = pytest.mark.usefixtures("committed")
FILE = "c6474/surat/AB/AB-12.pdf"


@pytest.fixture
def lived_in(bontang: City) -> City:
    """Bontang with rows that are awkward to copy, and a file."""
    with in_city(bontang), transaction.atomic():
        Unit.objects.filter(code="64.74").update(address="Jl. \\N 'a'\n\tkanan; \"b\" — é \\. ")
        User.objects.create_user("siti@bontang.go.id", "sandi-panjang", name="Siti")
        outbox.enqueue("test.none", {"a": [1, None, "ü\\n"]}, key="k1")
    default_storage.save(FILE, ContentFile(b"%PDF isi"))
    return bontang


@pytest.fixture
def saved(lived_in: City, tmp_path: Path) -> Path:
    path = tmp_path / "bontang.tar.gz"
    call_command("export_city", "64.74", str(path), stdout=io.StringIO())
    return path


def contents(schema: str) -> dict[str, list[str]]:
    """Every row of a schema as text."""
    found: dict[str, list[str]] = {}
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{schema}"."{table}" t ORDER BY 1')
            found[table] = [row[0] for row in cursor.fetchall()]
    return found


def present(schema: str) -> bool:
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [schema])
        return bool(cursor.fetchone()[0])


def test_deleted_and_restored_as_it_was(saved: Path, lived_in: City) -> None:
    before, tables, key = contents("c6474"), dump("c6474"), keys.city_key(lived_in)
    deletion.delete_city(lived_in, reason="uji", by="ops@balai.id")
    assert not present("c6474") and not default_storage.exists(FILE)
    city = backup.restore_city(saved)
    assert city is not None
    assert contents("c6474") == before
    assert dump("c6474") == tables
    assert (city.code, city.name, city.status, city.host) == (
        "64.74",
        "Kota Bontang",
        "trial",
        "bontang.localhost",
    )
    assert keys.city_key(city) == key
    with default_storage.open(FILE) as file:
        assert file.read() == b"%PDF isi"
    with in_city(city):  # counting goes on
        post = Post.objects.create(unit=Unit.objects.first(), role="loket", title="baru")
        assert post.pk == max(Post.objects.values_list("pk", flat=True))
    assert integrity.check() == []
    assert oct(saved.stat().st_mode & 0o777) == "0o600"


def test_under_another_name(saved: Path, lived_in: City) -> None:
    with in_city(lived_in), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE office_profile ADD COLUMN path text DEFAULT ''")
    deletion.delete_city(lived_in, reason="uji", by="ops@balai.id")
    city = backup.restore_city(saved, schema="c6474_pulih", subdomain="bontangpulih")
    assert city is not None
    assert city.url() == "http://bontangpulih.localhost:8000/"
    assert default_storage.exists("c6474_pulih/surat/AB/AB-12.pdf")
    with in_city(city):
        assert User.objects.get().name == "Siti"
    assert dump("c6474_pulih") == dump("template")


@pytest.mark.parametrize("schema", ["c6474", "c6474_pulih"])
def test_every_stored_file_is_found_again(bontang: City, tmp_path: Path, schema: str) -> None:
    with in_city(bontang):
        cast = make_cast()
        done = submitted(cast)
        approve(done, cast.hasan, cast.rina, cast.lurah)
        finish_letters(application_id=done.pk, at=MONDAY)
    path = tmp_path / "bontang.tar.gz"
    call_command("export_city", "64.74", str(path), stdout=io.StringIO())
    deletion.delete_city(bontang, reason="uji", by="ops@balai.id")
    city = backup.restore_city(path, schema=schema)
    assert city is not None
    with in_city(city):
        named = [Letter.objects.get().file, Document.objects.get().path]
    assert all(name.startswith(f"{schema}/") and default_storage.exists(name) for name in named)


def test_a_copy_beside_the_living_city(saved: Path, lived_in: City) -> None:
    before = contents("c6474")
    assert backup.restore_city(saved, schema="c6474_salinan", detached=True) is None
    assert contents("c6474_salinan") == before == contents("c6474")
    assert City.objects.filter(code="64.74").count() == 1


def test_refused_while_the_city_is_there(saved: Path, lived_in: City) -> None:
    for arguments in ({}, {"schema": "c6474_baru"}, {"detached": True}):
        with pytest.raises(backup.BadBackup, match=r"masih ada|sudah ada"):
            backup.restore_city(saved, **arguments)  # type: ignore[arg-type]
    assert not present("c6474_baru")
    for name in ("public", "pg_catalog", 'a"b', "", "x; DROP SCHEMA public"):
        if name:
            with pytest.raises(backup.BadBackup):
                backup.restore_city(saved, schema=name, detached=True)


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The same archive with members changed or left out."""
    out = path.with_name("changed.tar.gz")
    with tarfile.open(path) as old, tarfile.open(out, "w:gz") as new:
        for member in old:
            file = old.extractfile(member)
            assert file
            content = change(member.name, file.read())
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
    return out


def altered_manifest(path: Path, **changes: object) -> Path:
    def change(name: str, content: bytes) -> bytes:
        if name != "manifest.json":
            return content
        return json.dumps({**json.loads(content), **changes}).encode()

    return rewritten(path, change)


def refused(path: Path, match: str) -> None:
    """Refused, and nothing half made."""
    with pytest.raises(backup.BadBackup, match=match):
        backup.restore_city(path, schema="c6474_x", detached=True)
    assert not present("c6474_x")
    assert not default_storage.exists("c6474_x/surat/AB/AB-12.pdf")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_truncated(saved: Path, share: float) -> None:
    whole = saved.read_bytes()
    cut = saved.with_name("cut.tar.gz")
    cut.write_bytes(whole[: int(len(whole) * share)])
    refused(cut, "rusak|terpotong")


def test_truncated_between_two_members(saved: Path) -> None:
    refused(rewritten(saved, lambda n, c: None if n == "manifest.json" else c), "terpotong")
    refused(rewritten(saved, lambda n, c: None if n.startswith("files/") else c), "tidak cocok")


def test_altered(saved: Path) -> None:
    def hostile(name: str, content: bytes) -> bytes:
        return content.replace(b"Siti", b"Budi") if name == "data/accounts_user" else content

    refused(rewritten(saved, hostile), "tidak cocok")
    refused(altered_manifest(saved, schema="c3505"), "Segel")
    refused(altered_manifest(saved, seal=""), "Segel")
    flipped = bytearray(saved.read_bytes())
    flipped[len(flipped) // 2] ^= 0xFF
    other = saved.with_name("flipped.tar.gz")
    other.write_bytes(bytes(flipped))
    refused(other, "rusak|tidak cocok|terpotong")


def test_not_a_backup_at_all(tmp_path: Path) -> None:
    for content in (b"", b"halo", gzip.compress(b"halo" * 1000)):
        path = tmp_path / "x"
        path.write_bytes(content)
        refused(path, "rusak|terpotong")
    refused(tmp_path / "nirgends", "tidak ada")


def test_sealed_with_another_master_key(saved: Path, settings: object) -> None:
    settings.MASTER_KEY = "B" * 42 + "A="  # type: ignore[attr-defined]
    refused(saved, "BALAI_MASTER_KEY")


def test_of_a_newer_release(lived_in: City, tmp_path: Path) -> None:
    path = tmp_path / "later.tar.gz"
    step = migration("office", "9001_later", [migrations.RunSQL("SELECT 1")])
    with on_disk(step):
        template.prepare()
        call_command("migrate_cities", stdout=io.StringIO())
        call_command("export_city", "64.74", str(path), stdout=io.StringIO())
    refused(path, "lebih baru")


def test_of_an_older_release_is_migrated(saved: Path, lived_in: City) -> None:
    deletion.delete_city(lived_in, reason="uji", by="ops@balai.id")
    field = migrations.AddField("unit", "motto", models.CharField(max_length=9, default="x"))
    with on_disk(migration("office", "9001_motto", [field])):
        template.prepare()
        backup.restore_city(saved)
        assert dump("c6474") == dump("template")


def test_crash_while_restoring_leaves_nothing(
    saved: Path, lived_in: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    deletion.delete_city(lived_in, reason="uji", by="ops@balai.id")
    real = archive._rename_paths

    def crash(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(archive, "_rename_paths", crash)
    with pytest.raises(KeyboardInterrupt):
        backup.restore_city(saved, schema="c6474_x")
    assert not present("c6474_x") and not City.objects.filter(code="64.74").exists()
    assert not default_storage.exists("c6474_x/surat/AB/AB-12.pdf")
    monkeypatch.setattr(archive, "_rename_paths", real)
    assert backup.restore_city(saved, schema="c6474_x")


def test_writers_do_not_disturb_the_snapshot(
    lived_in: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user added while the export runs is in no table of it."""
    import threading

    from django.db import connections

    real = archive.compiler.read

    def read(*args: object, **kwargs: object) -> object:
        def write() -> None:
            with in_city(lived_in):
                User.objects.create_user("baru@bontang.go.id", "x", name="Baru")
            connections.close_all()

        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(archive.compiler, "read", read)
    path = tmp_path / "x.tar.gz"
    with path.open("wb") as out:
        manifest = backup.export_city(lived_in, out)
    assert manifest.data["rows"]["accounts_user"] == 1
    with in_city(lived_in):
        assert User.objects.count() == 2


def test_commands_say_what_is_wrong(saved: Path, tmp_path: Path, bontang: City) -> None:
    with pytest.raises(CommandError, match="Tidak ada kota"):
        call_command("export_city", "99.99", str(tmp_path / "x"))
    with pytest.raises(CommandError, match="tidak ada"):
        call_command("restore_city", str(tmp_path / "none"))
    with pytest.raises(CommandError, match="--name"):
        call_command("delete_city", "64.74", reason="x", by="y")
    with pytest.raises(CommandError, match="--reason"):
        call_command("delete_city", "64.74", name="Kota Bontang")
    out = io.StringIO()
    call_command("restore_city", str(saved), verify=True, stdout=out)
    assert "Utuh: Kota Bontang" in out.getvalue()
    assert City.objects.filter(code="64.74").exists()


def test_deletion_leaves_a_tombstone_only(lived_in: City) -> None:
    deletion.delete_city(lived_in, reason="Kontrak berakhir", by="ops@balai.id")
    stone = Tombstone.objects.get()
    assert (stone.code, stone.name, stone.reason) == ("64.74", "Kota Bontang", "Kontrak berakhir")
    assert stone.schema_dropped_at and stone.files_deleted_at
    assert not City.objects.filter(code="64.74").exists()
    assert not Domain.objects.filter(domain="bontang.localhost").exists()
    assert not present("c6474") and not present(f"dead_{stone.pk}")
    assert integrity.check() == []
    area = regency("64.74")
    assert area is not None
    assert provisioning.create(area, subdomain="bontang").schema_name == "c6474"


def test_interrupted_deletion_is_finished_later(
    lived_in: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(deletion, "finish", lambda stone: None)
        stone = deletion.delete_city(lived_in, reason="x", by="y")
    assert present(f"dead_{stone.pk}") and default_storage.exists(FILE)
    area = regency("64.74")
    assert area is not None
    with pytest.raises(Stale, match="masih dihapus"):
        provisioning.create(area, subdomain="bontang")
    out = io.StringIO()
    call_command("delete_city", resume=True, stdout=out)
    assert out.getvalue().startswith("1 ")
    assert not present(f"dead_{stone.pk}") and not default_storage.exists(FILE)
    assert deletion.finish_all() == 0
