"""A city takes everything along, and comes back from it whole."""

import csv
import io
import json
import logging
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, migrations, models, transaction

from accounts.models import User
from kernel.clock import now
from kernel.errors import Stale
from messaging import outbox
from messaging.models import Outbox
from services.applications import queries as applying
from services.letters.models import Letter
from services.residents.actions import register_citizen
from services.residents.models import Person
from services.residents.queries import person_by_nik
from tenants.backend.scope import in_city, in_own_connection, in_public
from tenants.office.models import Profile, Unit
from tenants.ownership import actions, archive, dictionary, export, importing
from tenants.ownership.archive import BadExport
from tenants.ownership.models import DataExport
from tenants.registry import deletion, integrity
from tenants.registry.keys import city_key
from tenants.registry.models import City
from tenants.schemas import compiler, template
from tests.factories import approve, draft, make_cast, official, submitted
from tests.schemas import dump, migration, on_disk

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def lived_in(bontang: City) -> City:
    """Residents, a finished letter, an open draft, an administrator, awkward words, a logo."""
    with in_city(bontang):
        cast = make_cast()
        done = submitted(cast)
        approve(done, cast.hasan, cast.rina, cast.lurah)
        outbox.run_due()
        draft(cast, "reklame")
        official("admin", Unit.objects.get(kind="kota"), "admin")
        Unit.objects.filter(code="64.74").update(address="Jl. \\N 'a'\n\tkanan; \"b\" — é \\. =1+1")
        assert Letter.objects.filter(state="ready").count() == 1
        profile = Profile.objects.first() or Profile(government="Pemerintah Kota Bontang")
        profile.logo = bytes(range(256))
        profile.save()
    default_storage.save("c6474/lain/catatan.txt", ContentFile(b"isi"))
    default_storage.save("c6474/impor/rahasia", ContentFile(b"tersegel"))
    return bontang


def taken(city: City, path: Path) -> Path:
    def work() -> None:
        with path.open("w+b") as out:
            export.write(city, out)

    in_own_connection(work)
    return path


@pytest.fixture
def copy(lived_in: City, tmp_path: Path) -> Path:
    return taken(lived_in, tmp_path / "bontang.zip")


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def rows(found: dict[str, bytes], table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in found[f"data/{table}.jsonl"].decode().splitlines()]


ABOUT_THE_CITY = {
    "manifest.json", "BACA-SAYA.txt", "KAMUS.html",  # its name, the moment
    "data/letters_checkkey.csv", "data/letters_checkkey.jsonl",  # retired: the private key stays
}  # fmt: skip


# --- what is in it -------------------------------------------------------------------------------


def test_everything_the_city_owns_in_clear(copy: Path, lived_in: City) -> None:
    found = members(copy)
    manifest = json.loads(found["manifest.json"])
    with in_city(lived_in):
        niks = {person.pk: person.nik for person in Person.objects.all()}
        letter = Letter.objects.get()
        document = next(iter(applying.Application.objects.all())).documents.first()  # type: ignore[attr-defined]
    assert {row["id"]: row["nik"] for row in rows(found, "residents_person")} == niks
    sheet = list(csv.DictReader(io.StringIO(found["data/residents_person.csv"].decode())))
    assert {int(row["id"]): row["nik"] for row in sheet} == niks
    assert "nik_print" not in sheet[0] and "nik_sealed" not in sheet[0]
    [words] = rows(found, "letters_letter")
    assert words["isi"]["number"] == letter.number and words["file"].startswith("surat/")
    answers = rows(found, "applications_application")
    assert answers[0]["jawaban"]["keperluan"] == "Beasiswa anak"
    # The letter under a name a person finds, and its line in the list.
    pdfs = [name for name in found if name.endswith(".pdf")]
    assert len(pdfs) == 1 and found[pdfs[0]].startswith(b"%PDF")
    assert pdfs[0].startswith(f"surat/{letter.year}/{letter.issued_on}_")
    listed = list(csv.DictReader(io.StringIO(found["surat/daftar-surat.csv"].decode())))
    assert listed[0]["nomor"] == letter.number and f"surat/{listed[0]['berkas']}" == pdfs[0]
    papers = list(csv.DictReader(io.StringIO(found["dokumen/daftar-dokumen.csv"].decode())))
    assert papers and all(f"dokumen/{row['berkas']}" in found for row in papers)
    assert document is None or document.sha256 in {row["sha256"] for row in papers}
    assert found["berkas-lain/lain/catatan.txt"] == b"isi"
    assert not any("/impor/" in name for name in found)
    # Rows are counted, and nothing is listed that is not there.
    for table, count in manifest["rows"].items():
        assert len(rows(found, table)) == count
        assert sum(1 for _ in csv.reader(io.StringIO(found[f"data/{table}.csv"].decode()))) == (
            count + 1
        )
    assert set(manifest["members"]) | {"manifest.json"} == set(found)


def test_nothing_that_opens_a_door(copy: Path, lived_in: City) -> None:
    found = members(copy)
    whole = b"".join(found.values())
    with in_city(lived_in):
        secrets = list(User.objects.values_list("password", flat=True))
        prints = [
            bytes(p).hex().encode() for p in Person.objects.values_list("nik_print", flat=True)
        ]
    for secret in [s.encode() for s in secrets] + prints:
        assert secret not in whole
    key = city_key(lived_in)
    assert key not in whole and key.hex().encode() not in whole
    for table in ("django_session", "messaging_outbox", "axes_accessattempt"):
        assert f"data/{table}.csv" not in found
        assert table in found["KAMUS.html"].decode()
    assert "sandi (sebagai hash)" in found["KAMUS.html"].decode()


def test_every_column_is_explained(bontang: City) -> None:
    """A new column fails here until its app's columns.toml says what it means, or why it stays."""
    tables = compiler.read(bontang.schema_name, "", rows=False).tables
    missing = [
        f"{table.table}.{entry.column}"
        for table in dictionary.describe(tables)
        for entry in table.columns
        if dictionary.UNDECIDED in (table.withheld, entry.note)
        or not (table.withheld or entry.note or entry.meaning)
    ]
    assert missing == []
    known = {table.name: {column.name for column in table.columns} for table in tables}
    for name, words in dictionary.meanings().items():
        assert name in known, f"columns.toml explains {name}, which is no table"
        assert set(words.get("columns", {})) <= known[name]


# --- and back ------------------------------------------------------------------------------------


def test_restored_as_another_city_nothing_is_missing(
    copy: Path, lived_in: City, tmp_path: Path
) -> None:
    city = importing.import_city(copy, code="99.01", subdomain="bontangbaru", invite=False)
    again = taken(city, tmp_path / "again.zip")
    before, after = members(copy), members(again)
    assert set(before) == set(after)
    differing = {name for name in before if before[name] != after[name]}
    assert differing <= ABOUT_THE_CITY
    one, other = (json.loads(found["manifest.json"]) for found in (before, after))
    for same in ("rows", "migrations", "derived", "files"):
        assert one[same] == other[same]
    assert dump("c9901") == dump("template")
    assert integrity.check() == []


def test_numbers_are_sealed_anew_and_people_come_in_again(copy: Path, lived_in: City) -> None:
    with in_city(lived_in):
        old = Person.objects.order_by("pk").first()
        assert old is not None
        nik, card, born = old.nik, old.household.kk_number, old.birth_date
        login = old.account.user.login
    city = importing.import_city(copy, code="99.01", subdomain="bontangbaru")
    assert city.status == City.Status.TRIAL and city.trial_ends_at
    with in_city(city):
        person = person_by_nik(nik)
        assert person is not None and person.pk == old.pk and person.nik == nik
        assert bytes(person.nik_print) != bytes(old.nik_print)
        assert bytes(person.nik_sealed) != bytes(old.nik_sealed)
        user = person.account.user
        assert user.login == f"nik:{bytes(person.nik_print).hex()}" != login
        assert not any(one.has_usable_password() for one in User.objects.all())
        # The resident proves the three facts again; a second time it is taken.
        same = register_citizen(
            nik=nik, kk_number=card, birth_date=born, password="kata-sandi-baru"
        )
        assert same.pk == user.pk and same.check_password("kata-sandi-baru")
        # The administrator got a link.
        assert Outbox.objects.filter(kind="mail.send", key__startswith="mail!:invite:").count() == 1
        letter = Letter.objects.get()
        assert letter.content.number == letter.number
        with default_storage.open(letter.file) as file:
            assert file.read().startswith(b"%PDF")
        assert letter.file.startswith("c9901/surat/")
        # Counting goes on.
        assert Unit.objects.create(kind="rt", code="x", name="x").pk > 1


def test_back_into_its_own_place_after_deletion(copy: Path, lived_in: City) -> None:
    deletion.delete_city(lived_in, reason="uji", by="uji")
    city = importing.import_city(copy, invite=False)
    assert (city.code, city.host) == ("64.74", "bontang.localhost")


def present(schema: str) -> bool:
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [schema])
        return bool(cursor.fetchone()[0])


def refused(path: Path, match: str, **more: str) -> None:
    """Refused in words, and nothing half made."""
    with pytest.raises(BadExport, match=match):
        importing.import_city(path, code="99.01", subdomain="bontangbaru", **more)
    assert not present("c9901") and not City.objects.filter(code="99.01").exists()
    assert not (Path(default_storage.path("")) / "c9901" / "surat").exists()


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    out = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return out


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_truncated(copy: Path, share: float) -> None:
    whole = copy.read_bytes()
    copy.write_bytes(whole[: int(len(whole) * share)])
    refused(copy, "rusak|terpotong")


def test_altered(copy: Path) -> None:
    person = "data/residents_person.jsonl"
    refused(rewritten(copy, lambda n, c: c + b"{}\n" if n == person else c), "berubah")
    refused(rewritten(copy, lambda n, c: None if n == person else c), "tidak cocok")
    other = rewritten(copy, lambda n, c: c)
    with zipfile.ZipFile(other, "a") as opened:
        opened.writestr("data/extra.jsonl", "{}")
    refused(other, "ditambahkan")

    def lie(name: str, content: bytes) -> bytes:
        return (
            content.replace(b"Kota Bontang", b"Kota Buntung")
            if name == "manifest.json"
            else content
        )

    refused(rewritten(copy, lie), "Segel")
    with zipfile.ZipFile(copy) as opened:
        kept = opened.getinfo(person)
    flipped = bytearray(copy.read_bytes())
    # In what a file holds: a byte between files, such as the time of one, says nothing.
    flipped[kept.header_offset + 30 + len(person) + kept.compress_size // 2] ^= 0xFF
    copy.write_bytes(bytes(flipped))
    refused(copy, "rusak|berubah|tidak cocok")


def test_not_an_export(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    for content in (b"", b"halo"):
        path.write_bytes(content)
        refused(path, "rusak")
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr("a.txt", "b")
    refused(path, "bukan salinan")
    refused(tmp_path / "nowhere", "rusak")


def test_of_another_installation_only_when_trusted(copy: Path, settings: Any) -> None:
    maker = archive.own_fingerprint()
    settings.MASTER_KEY = "B" * 42 + "A="
    assert archive.own_fingerprint() != maker
    refused(copy, maker)
    refused(copy, maker, trust="0000-0000-0000-0000")
    # Its keys cannot be opened here; nothing of the import needs them.
    city = importing.import_city(
        copy, code="99.01", subdomain="bontangbaru", trust=maker, invite=False
    )
    with in_city(city):
        assert Person.objects.first().nik  # type: ignore[union-attr]


def test_of_a_newer_release(lived_in: City, tmp_path: Path) -> None:
    path = tmp_path / "later.zip"
    with on_disk(migration("office", "9001_later", [migrations.RunSQL("SELECT 1")])):
        template.prepare()
        call_command("migrate_cities", stdout=io.StringIO())
        taken(lived_in, path)
    refused(path, "lebih baru")


def test_of_an_older_release(copy: Path) -> None:
    field = migrations.AddField("unit", "motto", models.CharField(max_length=9, default="x"))
    with on_disk(migration("office", "9001_motto", [field])):
        template.prepare()
        city = importing.import_city(copy, code="99.01", subdomain="bontangbaru", invite=False)
        assert dump("c9901") == dump("template")
    with in_city(city):
        assert Unit.objects.filter(code="64.74").exists()


def test_a_crash_leaves_nothing(copy: Path) -> None:
    def crash() -> None:
        raise KeyboardInterrupt

    with importing.columns.AFTER.changed({"z": crash}), pytest.raises(KeyboardInterrupt):
        importing.import_city(copy, code="99.01", subdomain="bontangbaru")
    assert not present("c9901") and not City.objects.filter(code="99.01").exists()
    assert importing.import_city(copy, code="99.01", subdomain="bontangbaru", invite=False)


def test_places_that_are_taken(copy: Path) -> None:
    for more, match in (
        ({}, "sudah ada"),
        ({"code": "35.05"}, "sudah ada"),
        ({"code": "99.01"}, "sudah dipakai"),
        ({"code": "x; DROP"}, "Kode"),
        ({"code": "99.01", "subdomain": "www"}, "."),
    ):
        with pytest.raises(BadExport, match=match):
            importing.import_city(copy, **more)
    assert not present("c9901")


def test_commands(copy: Path, lived_in: City, tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("import_city", str(copy), verify=True, stdout=out)
    assert "Utuh: Kota Bontang" in out.getvalue()
    with pytest.raises(CommandError, match="sudah ada"):
        call_command("import_city", str(copy))
    by_command = tmp_path / "by-command.zip"
    call_command("take_out_city", "64.74", str(by_command), stdout=out)
    assert oct(by_command.stat().st_mode & 0o777) == "0o600"
    assert importing.check(by_command)["city"]["code"] == "64.74"


# --- the job -------------------------------------------------------------------------------------


@pytest.fixture
def ordered(lived_in: City) -> DataExport:
    with in_city(lived_in):
        admin = User.objects.get(login="admin@contoh.go.id")
    return actions.ask(city=lived_in, by=admin)


def finished(export_: DataExport) -> DataExport:
    with in_public():
        outbox.run_due()
        return DataExport.objects.get(pk=export_.pk)


def test_ordered_made_and_told(
    ordered: DataExport, caplog: pytest.LogCaptureFixture, mailoutbox: list[Any]
) -> None:
    caplog.set_level(logging.DEBUG)
    done = finished(ordered)
    assert done.state == "ready" and done.percent == 100 and done.expires_at is not None
    assert done.expires_at - done.ready_at == timedelta(days=7)  # type: ignore[operator]
    manifest = importing.check(Path(default_storage.path(done.path)))
    assert sum(manifest["rows"].values()) == done.rows
    mode = Path(default_storage.path(done.path)).stat().st_mode & 0o777
    assert oct(mode) == "0o600"
    [mail] = [mail for mail in mailoutbox if "siap diunduh" in mail.subject]
    assert f"/kelola/data/unduh/{done.code}/" in mail.body and mail.to == ["admin@contoh.go.id"]
    # A copy never holds a copy, and nobody's data stands in the logs.
    assert not any("salinan" in name for name in members(Path(default_storage.path(done.path))))
    with in_city(City.objects.get(code="64.74")):
        for person in Person.objects.all():
            for told in (person.nik, person.name, person.household.kk_number):
                assert told not in caplog.text


def test_one_at_a_time(ordered: DataExport, lived_in: City) -> None:
    with in_city(lived_in):
        admin = User.objects.get(login="admin@contoh.go.id")
    with pytest.raises(Stale, match="sedang disiapkan"):
        actions.ask(city=lived_in, by=admin)
    finished(ordered)
    assert actions.ask(city=lived_in, by=admin).pk != ordered.pk


def test_what_fails_says_so_without_anyones_data(
    ordered: DataExport, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    nik = "6474010101010001"

    def fail(*_args: object, **_more: object) -> None:
        raise ValueError(f"NIK {nik} rusak")

    monkeypatch.setattr(actions.exporting, "write", fail)
    with in_public():
        row = Outbox.objects.get(kind="data.export")
        for _ in range(9):
            Outbox.objects.filter(pk=row.pk).update(due_at=now())
            outbox.run(row.pk)
        row.refresh_from_db()
        done = DataExport.objects.get(pk=ordered.pk)
    assert row.state == "failed" and done.state == "failed" and "coba lagi" in done.problem
    assert nik not in caplog.text + row.error
    assert not Path(default_storage.path(f"salinan/c6474/{done.code}.zip.part")).exists()


def test_deleted_after_a_week(ordered: DataExport) -> None:
    done = finished(ordered)
    assert done.expires_at is not None
    assert actions.expire(at=done.expires_at - timedelta(seconds=1)) == 0
    assert actions.expire(at=done.expires_at) == 1
    assert not default_storage.exists(done.path)
    done.refresh_from_db()
    assert done.state == "expired"


def test_the_snapshot_is_one_moment(lived_in: City, tmp_path: Path) -> None:
    """A user added while the copy is written is in no table of it."""
    seen: list[int] = []

    def watch(_percent: int, _doing: str) -> None:
        if not seen:
            seen.append(1)

            def add() -> None:
                with in_city(lived_in), transaction.atomic():
                    User.objects.create_user("baru@contoh.go.id", "x", name="Baru")

            in_own_connection(add)

    path = tmp_path / "x.zip"

    def work() -> None:
        with path.open("w+b") as out:
            export.write(lived_in, out, watch=watch)

    in_own_connection(work)
    assert seen and b"baru@contoh.go.id" not in members(path)["data/accounts_user.csv"]
