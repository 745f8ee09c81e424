"""A city is deleted by two people, after a copy and time to think; a certificate is left."""

import hashlib
import io
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.test import Client
from pypdf import PdfReader

from accounts.actions import create_operator
from accounts.models import User
from audit import actions as audit
from audit.models import Entry
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from messaging import outbox
from services.residents.models import Person
from services.residents.officials import identify
from tenants.backend.scope import in_city, in_public
from tenants.office.models import Unit
from tenants.ownership import closing, rules
from tenants.ownership.models import DataExport, DeletionRequest
from tenants.registry import keys, provisioning
from tenants.registry.models import City, Tombstone
from tenants.registry.regions import regency
from tests.factories import family, official

pytestmark = pytest.mark.usefixtures("committed")
DAY = timedelta(days=1)


class People:
    """Two administrators, and a copy one of them downloaded."""

    def __init__(self, city: City) -> None:
        self.city = city
        with in_city(city):
            top = Unit.objects.get(kind=Unit.Kind.CITY)
            self.ani = official("ani", top, "admin")
            self.budi = official("budi", top, "admin")
            family(Unit.objects.filter(kind="kelurahan")[0])
            self.settle()
        self.at = now()
        self.export = DataExport.objects.create(
            city=city, city_code=city.code, code="A" * 26, state="ready", percent=100,
            asked_by_id=self.ani.pk, asked_by_name="Ani", asked_by_email="ani@contoh.go.id",
            taken_at=self.at, ready_at=self.at, expires_at=self.at + rules.KEEP, rows=1234,
            files=5, path="salinan/c6474/A.zip", manifest_sha256="ab" * 32, downloads=1,
            downloaded_at=self.at,
        )  # fmt: skip
        default_storage.save("salinan/c6474/A.zip", ContentFile(b"zip"))
        default_storage.save("c6474/surat/AB/AB-12.pdf", ContentFile(b"%PDF isi"))

    def settle(self, days: int = 7) -> None:
        """Everybody there has been an administrator for so long. Call in the city."""
        User.objects.update(created_at=now() - days * DAY)
        with connection.cursor() as cursor:  # the model refuses to change an entry
            cursor.execute(
                "UPDATE audit_entry SET at = %s WHERE what = 'post.given'", [now() - days * DAY]
            )
        self.ani.refresh_from_db()
        self.budi.refresh_from_db()

    def ask(self, **more: Any) -> DeletionRequest:
        return closing.ask(
            **{"city": self.city, "reason": "Pindah sistem", "by": self.ani, "at": self.at} | more
        )

    def confirm(self, request: DeletionRequest, **more: Any) -> DeletionRequest:
        return closing.confirm(
            **{"request_id": request.pk, "city": self.city, "by": self.budi, "at": self.at} | more
        )


@pytest.fixture
def people(bontang: City) -> People:
    return People(bontang)


def operator(email: str = "ops@balai.id") -> User:
    with in_public():
        return create_operator(email=email, name="Operator Satu", password="kata-sandi-uji")


def run_out(request: DeletionRequest, at: datetime) -> DeletionRequest:
    """The clock reaches this moment, and workers do what follows."""
    closing.remind(at=at - DAY)
    closing.begin_due(at=at)
    with in_public():
        outbox.run_due()
        return DeletionRequest.objects.get(pk=request.pk)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """What the outbox' handlers take for the present."""
    from tenants.ownership import tasks

    return lambda moment: monkeypatch.setattr(tasks, "now", lambda: moment)


# --- who may -------------------------------------------------------------------------------------


def test_two_different_people(people: People, mailoutbox: list[Any]) -> None:
    request = people.ask()
    with pytest.raises(RuleBroken, match="tidak dapat menyetujui sendiri"):
        people.confirm(request, by=people.ani)
    with in_city(people.city):
        # The same person twice: another account with the same address.
        people.budi.email = " ANI@contoh.go.id"
        people.budi.save()
        with pytest.raises(RuleBroken, match="admin kota lain"):
            people.confirm(request)
        people.budi.email = "budi@contoh.go.id"
        people.budi.save()
        # … with the same telephone number, however it is written …
        User.objects.filter(pk=people.ani.pk).update(phone="0812 3456 7890")
        User.objects.filter(pk=people.budi.pk).update(phone="+62 812-3456-7890")
        with pytest.raises(RuleBroken, match="admin kota lain"):
            people.confirm(request)
        User.objects.filter(pk=people.budi.pk).update(phone="")
        # … or with the same NIK.
        nik = Person.objects.order_by("pk")[0].nik
        identify(user=people.ani, nik=nik, by=None)
        mine = identify(user=people.budi, nik=nik, by=None)
        with pytest.raises(RuleBroken, match="admin kota lain"):
            people.confirm(request)
        mine.delete()
        # Whoever is appointed after the request is the first person's creature.
        late = official("cici", Unit.objects.get(kind=Unit.Kind.CITY), "admin")
        clerk = official("dodi", Unit.objects.get(kind=Unit.Kind.CITY, code="64.74"), "admin")
    for nobody in (late, clerk):
        with pytest.raises(RuleBroken, match="admin kota lain"):
            people.confirm(request, by=nobody)
    # With another administrator there, no operator may.
    with pytest.raises(RuleBroken, match="punya admin lain"):
        closing.confirm_as_operator(request_id=request.pk, by=operator(), at=people.at)
    done = people.confirm(request)
    assert done.state == "confirmed" and done.grace_until == people.at + rules.GRACE
    with pytest.raises(Stale):
        people.confirm(request)
    with in_public():
        outbox.run_due()
    told = {mail.to[0] for mail in mailoutbox if "disetujui" in mail.subject}
    assert {"ani@contoh.go.id", "budi@contoh.go.id", "cici@contoh.go.id"} <= told


def test_a_second_account_made_for_it_waits_a_week(people: People) -> None:
    """Whoever appoints types since when; the record knows better."""
    with in_city(people.city):
        people.settle(days=6)
    request = people.ask()
    with pytest.raises(RuleBroken, match="paling sedikit 7 hari"):
        people.confirm(request)
    page = client_of(people.city, people.ani).get("/kelola/data/hapus/").content.decode()
    assert "Budi</b> baru menjadi admin" in page and "pengelola Balai" in page
    # An old account, made an administrator for this today.
    with in_city(people.city):
        User.objects.update(created_at=now() - 300 * DAY)
    with pytest.raises(RuleBroken, match="paling sedikit 7 hari"):
        people.confirm(request)
    assert people.confirm(request, at=people.at + DAY + timedelta(minutes=1)).state == "confirmed"


def test_a_city_whose_others_are_new_may_ask_an_operator(people: People) -> None:
    with in_city(people.city):
        people.settle(days=2)
    done = closing.confirm_as_operator(request_id=people.ask().pk, by=operator(), at=people.at)
    assert done.confirmed_by_operator


def test_the_only_admin_needs_an_operator(people: People, mailoutbox: list[Any]) -> None:
    with in_city(people.city):
        people.budi.is_active = False
        people.budi.save()
    same = operator("ani@contoh.go.id")
    request = people.ask()
    with in_public():
        outbox.run_due()
    [told] = [mail for mail in mailoutbox if "menunggu operator" in mail.subject]
    assert f"/konsol/penghapusan/{request.pk}/" in told.body
    with pytest.raises(RuleBroken, match="orang lain"):
        closing.confirm_as_operator(request_id=request.pk, by=same, at=people.at)
    other_login = operator("kantor@balai.id")
    other_login.email = "Ani@contoh.go.id"  # changed on their own page: the same person's box
    with pytest.raises(RuleBroken, match="orang lain"):
        closing.confirm_as_operator(request_id=request.pk, by=other_login, at=people.at)
    with pytest.raises(RuleBroken, match="operator"):
        closing.confirm_as_operator(request_id=request.pk, by=people.budi, at=people.at)
    done = closing.confirm_as_operator(request_id=request.pk, by=operator(), at=people.at)
    assert done.confirmed_by_operator and done.confirmed_by_name == "Operator Satu"
    with in_city(people.city):
        assert Entry.objects.get(what="deletion.confirmed").detail["operator"] == "Operator Satu"


def test_the_database_itself_wants_two(people: People) -> None:
    request = people.ask()
    for state in ("confirmed", "deleting", "done"):
        with pytest.raises(IntegrityError), transaction.atomic():
            DeletionRequest.objects.filter(pk=request.pk).update(state=state)


def test_only_after_a_downloaded_copy(people: People) -> None:
    DataExport.objects.update(downloaded_at=None)
    with pytest.raises(RuleBroken, match="unduh dulu"):
        people.ask()
    DataExport.objects.update(downloaded_at=people.at, taken_at=people.at - 8 * DAY)
    with pytest.raises(RuleBroken, match="unduh dulu"):
        people.ask()
    # Old, but nothing changed since.
    DataExport.objects.update(taken_at=people.at - timedelta(hours=1))
    later = people.at + 20 * DAY
    DataExport.objects.update(taken_at=now())
    request = people.ask(at=later)
    # Changed since: too old for the second person.
    with in_city(people.city):
        audit.record("unit.described", actor=people.ani, subject="unit", subject_id="64.74")
    with pytest.raises(RuleBroken, match="unduh dulu"):
        people.confirm(request, at=later)


def test_once_and_only_by_admins_of_this_city(people: People, blitar: City) -> None:
    with in_city(people.city):
        clerk = User.objects.create_user("x@contoh.go.id", "kata-sandi-uji", name="X")
    with pytest.raises(RuleBroken, match="Hanya admin"):
        people.ask(by=clerk)
    with pytest.raises(RuleBroken, match="alasan"):
        people.ask(reason="  ")
    request = people.ask()
    with pytest.raises(Stale, match="sudah diminta"):
        people.ask(by=people.budi)
    with pytest.raises(NotThere):
        people.confirm(request, city=blitar)
    with pytest.raises(NotThere):
        closing.cancel(request_id=request.pk, by=people.budi, city=blitar, at=people.at)


# --- time to think -------------------------------------------------------------------------------


def test_taken_back_by_either_until_the_end(
    people: People, clock: Callable[[datetime], None], mailoutbox: list[Any]
) -> None:
    for who in (people.ani, people.budi):
        request = people.confirm(people.ask())
        assert request.grace_until is not None
        closing.remind(at=request.grace_until - DAY)
        last = request.grace_until - timedelta(seconds=1)
        done = closing.cancel(request_id=request.pk, by=who, city=people.city, at=last)
        assert done.state == "cancelled"
        clock(request.grace_until + DAY)
        run_out(request, request.grace_until + DAY)
        assert City.objects.get(pk=people.city.pk).status == City.Status.TRIAL
        assert keys.city_key(City.objects.get(pk=people.city.pk))
    request = people.confirm(people.ask())
    by_operator = closing.cancel(request_id=request.pk, by=operator(), at=people.at)
    assert by_operator.cancelled_by_name == "Operator Satu"
    with in_public():
        outbox.run_due()
    # Two administrators each time; the operator too once there is one.
    assert sum("dibatalkan" in mail.subject for mail in mailoutbox) == 7


def test_nothing_happens_before_the_grace_is_over(
    people: People, clock: Callable[[datetime], None]
) -> None:
    request = people.confirm(people.ask())
    assert request.grace_until is not None
    early = request.grace_until - timedelta(seconds=1)
    clock(early)
    assert run_out(request, early).state == "confirmed"
    # An order that comes too early by mistake does nothing either.
    closing.close(request.pk, at=early)
    assert City.objects.get(pk=people.city.pk).status == City.Status.TRIAL


def test_warned_a_day_ahead_even_by_an_installation_that_slept(
    people: People, mailoutbox: list[Any]
) -> None:
    request = people.confirm(people.ask())
    assert request.grace_until is not None
    late = request.grace_until + 10 * DAY
    with in_city(people.city):
        audit.record("unit.described", actor=people.ani, subject="unit", subject_id="64.74")
    assert closing.remind(at=late) == 1 and closing.remind(at=late) == 0
    assert closing.begin_due(at=late) == 0
    assert closing.begin_due(at=late + DAY) == 1
    with in_public():
        outbox.run_due(limit=1)
    told = [mail for mail in mailoutbox if mail.subject.startswith("Besok")]
    assert {mail.to[0] for mail in told} == {"ani@contoh.go.id", "budi@contoh.go.id"}
    assert "ada 1 perubahan" in told[0].body


def test_the_last_warning_can_still_be_heeded(people: People) -> None:
    """An installation that slept warns after the grace: its mail says it can be taken back."""
    request = people.confirm(people.ask())
    assert request.grace_until is not None
    late = request.grace_until + 10 * DAY
    assert closing.remind(at=late) == 1
    hour = late + timedelta(hours=1)
    closing.cancel(request_id=request.pk, by=people.budi, city=people.city, at=hour)
    assert closing.begin_due(at=late + DAY) == 0
    closing.close(request.pk, at=late + DAY)  # an order given meanwhile does nothing
    assert City.objects.get(pk=people.city.pk).status == City.Status.TRIAL


# --- the end -------------------------------------------------------------------------------------


def present(schema: str) -> bool:
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [schema])
        return bool(cursor.fetchone()[0])


def test_destroyed_in_order_and_certified(
    people: People, clock: Callable[[datetime], None], mailoutbox: list[Any],
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    with in_city(people.city):
        persons = list(Person.objects.select_related("household"))
        secrets = [word for p in persons for word in (p.nik, p.name, p.household.kk_number)]
        count = len(persons)
    key = keys.city_key(people.city)
    order: list[str] = []
    real = closing.deletion.delete_city

    def delete_city(city: City, **more: Any) -> Tombstone:
        assert bytes(City.objects.get(pk=city.pk).data_key) == b""  # the key went first
        assert City.objects.get(pk=city.pk).status == City.Status.CLOSED
        assert present("c6474")
        order.append("schema")
        return real(city, **more)

    monkeypatch.setattr(closing.deletion, "delete_city", delete_city)
    closed: list[str] = []
    request = people.confirm(people.ask())
    assert request.grace_until is not None
    end = request.grace_until + timedelta(hours=1)
    clock(end)
    with closing.closers.changed({"uji": lambda city: closed.append(city.code)}):
        done = run_out(request, end)
    assert done.state == "done" and order == ["schema"] and closed == ["64.74"]
    assert not present("c6474") and not City.objects.filter(code="64.74").exists()
    assert not default_storage.exists("c6474/surat/AB/AB-12.pdf")
    assert not default_storage.exists("salinan/c6474/A.zip")
    assert done.key_fingerprint == hashlib.sha256(key).hexdigest()
    assert done.inventory["tables"]["residents_person"] == count
    assert done.inventory["files"] == 2 and done.inventory["copies"] == 1
    assert done.recipients == [] and done.asked_by_email == done.confirmed_by_email == ""
    assert DataExport.objects.get().asked_by_email == ""

    reader = PdfReader(io.BytesIO(bytes(done.certificate or b"")))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    flat = text.replace(" ", "")
    for words in (
        "Berita Acara Penghapusan Data",
        "Ani",
        "Budi",
        "Pindah sistem",
        "residents_person",
    ):
        assert words in text
    assert done.key_fingerprint in flat and "ab" * 32 in flat
    assert "35 hari" in text and "Tagihan" in text

    with in_public():
        outbox.run_due()
    last = [mail for mail in mailoutbox if "sudah dihapus" in mail.subject]
    assert {mail.to[0] for mail in last} == {"ani@contoh.go.id", "budi@contoh.go.id"}
    link = f"/penghapusan/{done.certificate_code}/"
    assert all(link in mail.body for mail in last)
    public = Client(HTTP_HOST=settings.BASE_DOMAIN)
    answer = public.get(link)
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF")
    assert public.get("/penghapusan/" + "0" * 26 + "/").status_code == 404
    assert Client(HTTP_HOST="bontang.localhost").get("/").status_code == 404
    for secret in secrets:
        assert secret not in caplog.text
    # The place is free again.
    area = regency("64.74")
    assert area is not None
    assert provisioning.create(area, subdomain="bontang").schema_name == "c6474"


@pytest.mark.parametrize("step", ["shred", "remove", "certify"])
def test_interrupted_at_any_step_it_goes_on(
    people: People, clock: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    request = people.confirm(people.ask())
    assert request.grace_until is not None
    end = request.grace_until + timedelta(hours=1)
    clock(end)
    real, calls = getattr(closing, step), []

    def fails_once(*args: Any, **more: Any) -> None:
        calls.append(1)
        real(*args, **more)
        if len(calls) == 1:
            raise OSError("killed")  # after all was done, before it was committed

    monkeypatch.setattr(closing, step, fails_once)
    assert run_out(request, end).state == "deleting"
    client = Client(HTTP_HOST="bontang.localhost")
    assert client.get("/").status_code in (404, 410)
    from messaging.models import Outbox

    with in_public():
        Outbox.objects.filter(state="due").update(due_at=now())
        outbox.run_due()
    done = DeletionRequest.objects.get(pk=request.pk)
    assert done.state == "done" and len(calls) == 2 and done.certificate
    assert Tombstone.objects.count() == 1 and not present("c6474")


def test_invoices_stay(people: People, clock: Callable[[datetime], None]) -> None:
    from billing.actions import open_account
    from billing.models import Account, Invoice

    account = open_account(people.city)
    Invoice.objects.create(
        account=account, stripe_id="in_1", number="BALAI-1", status="paid",
        collection_method="send_invoice", subtotal=100, tax=11, total=111, paid=111, remaining=0,
        issued_at=people.at, seen_at=people.at,
    )  # fmt: skip
    request = people.confirm(people.ask())
    assert request.grace_until is not None
    end = request.grace_until + timedelta(hours=1)
    clock(end)
    assert run_out(request, end).state == "done"
    kept = Account.objects.get(pk=account.pk)
    assert kept.city is None and kept.city_name == "Kota Bontang"
    assert kept.invoices.get().number == "BALAI-1"


# --- through the pages ---------------------------------------------------------------------------


def client_of(city: City, user: User) -> Client:
    client = Client(HTTP_HOST=city.host)
    with in_city(city):
        client.force_login(user, backend="accounts.backends.LoginBackend")
    return client


def test_through_the_pages(people: People) -> None:
    ani, budi = (client_of(people.city, user) for user in (people.ani, people.budi))
    url = "/kelola/data/hapus/"
    wrong = ani.post(url, {"reason": "Pindah", "name": "Kota Blitar"})
    assert wrong.status_code == 422 and "Ketik nama kota persis" in wrong.content.decode()
    assert ani.post(url, {"reason": "Pindah", "name": "kota bontang"}).status_code == 302
    request = DeletionRequest.objects.get()
    page = ani.get(url).content.decode()
    assert "Budi" in page and "Setujui penghapusan" not in page
    assert ani.post(f"{url}{request.pk}/setuju/", follow=True).status_code == 200
    assert DeletionRequest.objects.get().state == "asked"
    assert "Setujui penghapusan" in budi.get(url).content.decode()
    budi.post(f"{url}{request.pk}/setuju/")
    assert DeletionRequest.objects.get().state == "confirmed"
    assert "Dihapus mulai" in ani.get(url).content.decode()
    ani.post(f"{url}{request.pk}/batal/")
    assert DeletionRequest.objects.get().state == "cancelled"
