"""The operators' console: cities at a glance without asking them, deeds with reason and mail."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.models import Entry
from billing.actions import open_account
from kernel.clock import now
from kernel.logs import without_addresses
from messaging.models import Outbox
from services.cases.models import Step
from tenants.backend.scope import in_city, in_public
from tenants.console.trail import told
from tenants.office.models import Unit
from tenants.registry import backups, entitlements, health, hosts
from tenants.registry.entitlements import Limits
from tenants.registry.models import Backup, City, Health
from tests.factories import make_cast, official, step_of, submitted
from tests.operators import console, operator

pytestmark = pytest.mark.django_db
S = City.Status


@pytest.fixture
def op() -> User:
    return operator()


@pytest.fixture
def desk(op: User) -> Client:
    return console(op)


@pytest.fixture
def admin(bontang: City) -> User:
    with in_city(bontang):
        user = official("admin-kota", Unit.objects.get(kind=Unit.Kind.CITY), "admin")
        user.email = "admin-kota@contoh.go.id"
        user.save()
    return user


def failed(city: City) -> Outbox:
    with in_city(city):
        return Outbox.objects.create(
            kind="mail.send", key="mail:rina@contoh.go.id", state=Outbox.State.FAILED,
            due_at=now(), attempts=8, error="Traceback\nSMTPError: <rina@contoh.go.id> refused",
        )  # fmt: skip


def mails() -> list[Outbox]:
    with in_public():
        return list(Outbox.objects.filter(kind="mail.send", key__contains="console:"))


# --- counting -----------------------------------------------------------------------------------


def test_a_city_is_counted(bontang: City) -> None:
    failed(bontang)
    with in_city(bontang):
        cast = make_cast()
        step = step_of(submitted(cast))
        Step.objects.filter(pk=step.pk).update(due_at=now() - timedelta(hours=1))
    found = health.take(bontang)
    assert (found.outbox_failed, found.migrations_missing) == (1, 0)
    assert found.seats == 7 and found.storage > 0
    assert found.probes == {"overdue": 1}
    assert found.troubles == 2
    with in_city(bontang):
        Step.objects.filter(pk=step.pk).update(due_at=now() + timedelta(hours=1))
    assert health.take(bontang).probes == {"overdue": 0}
    assert health.take(bontang).pk == found.pk
    assert Health.objects.count() == 1


def test_a_missing_migration_is_seen(bontang: City) -> None:
    with in_city(bontang), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'letters' AND name ~ '^0001'")
    assert health.take(bontang).migrations_missing == 1


def test_the_list_asks_the_same_number_of_queries_for_one_city_and_for_many(
    bontang: City, desk: Client
) -> None:
    desk.get("/konsol/kota/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        desk.get("/konsol/kota/")
    with in_public():
        for n in range(30):
            made = City(
                schema_name=f"c99{n:02}", code=f"99.{n:02}", name=f"Kota {n:02}", province="Uji",
                subdomain=f"kota{n:02}", timezone="Asia/Jakarta", status=S.ACTIVE,
            )  # fmt: skip
            made.save_base(force_insert=True)
            Health.objects.create(city=made, taken_at=now(), fullest=n, troubles=n)
            Backup.objects.create(
                city=made, city_code=made.code, made_at=now(), took=1, size=1, sha256="x", rows=1,
                file_name="a",
            )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        page = desk.get("/konsol/kota/?sort=pemakaian")
    assert len(many) <= len(few)
    html = page.content.decode()
    assert html.index("Kota 29") < html.index("Kota 03")


@pytest.mark.parametrize("sort", ["nama", "keadaan", "pemakaian", "masalah", "cadangan", "baru"])
def test_it_is_searched_filtered_and_sorted(
    bontang: City, blitar: City, desk: Client, sort: str
) -> None:
    entitlements.set_status(blitar.pk, S.SUSPENDED, reason="uji", by=None)
    both = desk.get(f"/konsol/kota/?sort={sort}").content.decode()
    assert "Kota Bontang" in both and "Kabupaten Blitar" in both
    some = desk.get(f"/konsol/kota/?sort={sort}&state=suspended").content.decode()
    assert "Kota Bontang" not in some and "Kabupaten Blitar" in some
    found = desk.get(f"/konsol/kota/?sort={sort}&q=bont").content.decode()
    assert "Kota Bontang" in found and "Kabupaten Blitar" not in found
    code = desk.get("/konsol/kota/?q=64.7").content.decode()
    assert "Kota Bontang" in code and "Kabupaten Blitar" not in code


def test_an_old_count_says_so(bontang: City, desk: Client) -> None:
    health.take(bontang)
    assert "(lama)" not in desk.get("/konsol/kota/").content.decode()
    Health.objects.update(taken_at=now() - timedelta(hours=4))
    assert "(lama)" in desk.get("/konsol/kota/").content.decode()


def test_a_backup_is_recorded_as_it_was_made(
    bontang: City, desk: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib

    from tenants.registry import backup

    def write(city: City, target) -> backup.Manifest:
        target.write(b"isi cadangan")
        return backup.Manifest({"rows": {"a": 3, "b": 4}, "sums": {}})

    monkeypatch.setattr(backup, "export_city", write)
    call_command("export_city", bontang.code, str(tmp_path / "b.tar.gz"))
    made = Backup.objects.get()
    assert made.sha256 == hashlib.sha256(b"isi cadangan").hexdigest()
    assert (made.size, made.rows, made.file_name) == (12, 7, "b.tar.gz")
    page = desk.get(f"/konsol/kota/{bontang.code}/").content.decode()
    assert made.sha256[:16] in page and "b.tar.gz" in page


# --- one city -----------------------------------------------------------------------------------


def test_a_citys_page_shows_no_person_until_somebody_opens_the_names(
    bontang: City, desk: Client, admin: User, op: User
) -> None:
    failed(bontang)
    page = desk.get(f"/konsol/kota/{bontang.code}/").content.decode()
    assert "Admin-Kota" not in page and "@contoh.go.id" not in page
    assert "SMTPError: &lt;…@…&gt; refused" in page
    assert Entry.objects.filter(what="city.admins_shown").count() == 0
    shown = desk.post(f"/konsol/kota/{bontang.code}/admin/").content.decode()
    assert "Admin-Kota" in shown and "admin-kota@contoh.go.id" in shown
    assert Entry.objects.get(what="city.admins_shown").actor_id == op.pk
    with in_city(bontang):
        assert Entry.objects.get(what="city.admins_shown").detail == {"by": op.name}


def test_failed_work_is_tried_again(bontang: City, desk: Client) -> None:
    row = failed(bontang)
    address = f"/konsol/kota/{bontang.code}/kerja/{row.pk}/ulangi/"
    assert desk.post(address).status_code == 302
    with in_city(bontang):
        row.refresh_from_db()
        assert (row.state, row.attempts) == (Outbox.State.DUE, 0)
        assert Entry.objects.filter(what="outbox.retried").count() == 1
    assert Entry.objects.get(what="outbox.retried").detail["kind"] == "mail.send"
    assert desk.post(address).status_code == 404


def test_counting_now(bontang: City, desk: Client) -> None:
    assert desk.post(f"/konsol/kota/{bontang.code}/periksa/").status_code == 302
    assert Health.objects.get().city_id == bontang.pk


@pytest.mark.parametrize("text", ["<a.b@c.go.id>", "to=a@b", "Gagal: rina+x@contoh.go.id."])
def test_addresses_are_taken_out(text: str) -> None:
    assert "@" not in without_addresses(text).replace("…@…", "")


def test_the_platforms_own_failed_work_is_shown_and_tried_again(
    bontang: City, desk: Client, op: User
) -> None:
    empty = desk.get("/konsol/pekerjaan/").content.decode()
    assert "Tidak ada." in empty
    failed(bontang)
    health.take(bontang)
    with in_public():
        row = Outbox.objects.create(
            kind="billing.customer", key="customer:7", state=Outbox.State.FAILED, due_at=now(),
            attempts=8, error="Traceback\nStripeTrouble: rina@contoh.go.id is no address",
        )  # fmt: skip
    page = desk.get("/konsol/pekerjaan/").content.decode()
    assert "billing.customer" in page and "StripeTrouble: …@… is no address" in page
    assert "rina@" not in page
    assert f"/konsol/kota/{bontang.code}/#pekerjaan" in page and "1 gagal" in page
    assert desk.post(f"/konsol/pekerjaan/{row.pk}/ulangi/").status_code == 302
    with in_public():
        row.refresh_from_db()
        assert (row.state, row.attempts) == (Outbox.State.DUE, 0)
        assert Entry.objects.get(what="outbox.retried").actor_id == op.pk
    assert desk.post(f"/konsol/pekerjaan/{row.pk}/ulangi/").status_code == 404


def test_a_backup_that_failed_is_seen(bontang: City, desk: Client) -> None:
    with in_public():
        Backup.objects.create(
            city=bontang, city_code=bontang.code, made_at=now() - timedelta(days=1), took=1,
            size=12, sha256="ab" * 32, rows=7, file_name="kemarin.tar.gz",
        )  # fmt: skip
        backups.note_failure(bontang, now(), "OSError No space left on device")
    listed = desk.get("/konsol/kota/").content.decode()
    assert "gagal</span>" in listed
    page = desk.get(f"/konsol/kota/{bontang.code}/").content.decode()
    assert "No space left on device" in page and "kemarin.tar.gz" in page
    assert "BALAI_BACKUP_DIR" in page


# --- deeds --------------------------------------------------------------------------------------


def deed(desk: Client, city: City, slug: str, **sent: str):
    return desk.post(f"/konsol/kota/{city.code}/{slug}/", sent)


@pytest.mark.parametrize("slug", ["hentikan", "perpanjang", "batas"])
def test_no_deed_without_a_reason(bontang: City, desk: Client, slug: str) -> None:
    before = Entry.objects.count()
    assert desk.get(f"/konsol/kota/{bontang.code}/{slug}/").status_code == 200
    assert deed(desk, bontang, slug, reason=" ").status_code == 422
    assert Entry.objects.count() == before


def test_stopping_and_going_on(bontang: City, desk: Client, op: User, admin: User) -> None:
    assert deed(desk, bontang, "hentikan", reason="Permintaan Sekda").status_code == 302
    bontang.refresh_from_db()
    assert bontang.status == S.SUSPENDED
    entry = Entry.objects.get(what="console.suspended")
    assert (entry.actor_id, entry.detail["reason"]) == (op.pk, "Permintaan Sekda")
    (mail,) = mails()
    assert mail.payload["to"] == "admin-kota@contoh.go.id"
    assert "Permintaan Sekda" in mail.payload["body"]
    assert "@" not in mail.key
    assert deed(desk, bontang, "hentikan", reason="Lagi").status_code == 422
    assert deed(desk, bontang, "lanjutkan", reason="Sudah jelas").status_code == 302
    bontang.refresh_from_db()
    assert bontang.status == S.TRIAL
    assert len(mails()) == 2
    page = desk.get(f"/konsol/kota/{bontang.code}/").content.decode()
    assert "Permintaan Sekda" in page


def test_a_trial_is_extended_to_the_end_of_a_day_of_the_city(
    bontang: City, desk: Client, admin: User
) -> None:
    day = (now() + timedelta(days=60)).date()
    sent = {"until_0": str(day.day), "until_1": str(day.month), "until_2": str(day.year)}
    assert deed(desk, bontang, "perpanjang", reason="Libur panjang", **sent).status_code == 302
    bontang.refresh_from_db()
    assert bontang.trial_ends_at is not None
    local = bontang.trial_ends_at.astimezone(bontang.tz)
    assert (local.date(), local.hour, local.minute) == (day, 23, 59)
    assert len(mails()) == 1
    past = {"until_0": "1", "until_1": "1", "until_2": "2020"}
    assert deed(desk, bontang, "perpanjang", reason="Salah", **past).status_code == 422


def test_limits_by_hand_stay_until_given_back(bontang: City, desk: Client, admin: User) -> None:
    sent = {"letters": "500", "seats": "", "storage_mb": "100", "messages": "7"}
    assert deed(desk, bontang, "batas", reason="Pilkada", **sent).status_code == 302
    bontang.refresh_from_db()
    assert entitlements.limits_of(bontang) == Limits(500, None, 100, 7)
    assert bontang.limits_note == "Pilkada"
    entitlements.grant(bontang.pk, Limits(1, 1, 1, 1), by=None)  # what a renewal would write
    bontang.refresh_from_db()
    assert bontang.letters_per_month == 500
    again = {**sent, "letters": "1,5"}
    assert deed(desk, bontang, "batas", reason="x", **again).status_code == 422
    assert deed(desk, bontang, "batas", reason="Selesai", back="on").status_code == 302
    bontang.refresh_from_db()
    assert bontang.limits_note == ""
    entitlements.grant(bontang.pk, Limits(1, 1, 1, 1), by=None)
    bontang.refresh_from_db()
    assert bontang.letters_per_month == 1


def test_what_a_city_read_only_by_hand_looks_like_to_its_people(
    bontang: City, desk: Client, admin: User
) -> None:
    deed(desk, bontang, "hentikan", reason="Permintaan Sekda")
    hosts.forget()
    try:
        client = Client(HTTP_HOST=bontang.host)
        assert "Hanya bisa dibaca" in client.post("/daftar/").content.decode()
    finally:
        hosts.forget()


def test_a_citys_record_is_shown_in_full(bontang: City, desk: Client) -> None:
    entitlements.set_status(bontang.pk, S.SUSPENDED, reason="uji saja", by=None)
    assert "uji saja" in desk.get(f"/konsol/kota/{bontang.code}/jejak/").content.decode()
    assert desk.get("/konsol/kota/00.00/").status_code == 404


def test_entries_about_a_city_are_said_in_words() -> None:
    at = now()
    found = told(
        [
            Entry(at=at, what="data.exported", detail={"export": 7, "manifest": "ab12"}),
            Entry(
                at=at,
                what="city.limits",
                detail={"before": {"seats": 750, "letters": None}, "after": None},
            ),
            Entry(at=at, what="city.trial", detail={"after": "2026-11-28T10:00:00+00:00"}),
        ]
    )
    assert found[0]["what"] == "Salinan data dibuat" and found[0]["rest"] == "salinan: 7"
    assert found[1]["rest"] == (
        "dulu: kursi 750, surat per bulan tanpa batas · sekarang: tidak ada"
    )
    assert "T10:00" not in found[2]["rest"] and found[2]["rest"].startswith("sekarang: ")


def test_a_trial_does_not_look_like_a_paid_city() -> None:
    trial, active = (
        render_to_string("cotton/console/state.html", {"state": state, "words": "x"})
        for state in ("trial", "active")
    )
    assert trial != active


def test_the_first_page_counts_cities_money_and_trouble(bontang: City, desk: Client) -> None:
    ends = now() + timedelta(days=5)
    City.objects.filter(pk=bontang.pk).update(
        is_demo=False, status=City.Status.TRIAL, trial_ends_at=ends
    )
    Health.objects.update_or_create(city=bontang, defaults={"outbox_failed": 7, "taken_at": now()})
    page = desk.get("/konsol/").content.decode()
    assert bontang.name in page and "Masa coba berakhir dalam dua minggu" in page
    assert re.search(r'href="/konsol/kota/\?state=trial">\s*[1-9]', page)
    assert re.search(r'href="/konsol/pekerjaan/">\s*<span class="tag stop">\s*\d*[7-9]', page)
    assert "Pendapatan per bulan" in page
    assert "Tagihan belum dibayar" in page


def test_a_citys_page_shows_its_use_once(bontang: City, desk: Client) -> None:
    listed, address = "<dt>Kursi petugas</dt>", f"/konsol/kota/{bontang.code}/"
    assert desk.get(address).content.decode().count(listed) == 1
    open_account(bontang)  # with one, the section on the subscription shows use and growth
    page = desk.get(address).content.decode()
    assert listed not in page and "Kursi petugas" in page
