"""What follows when somebody of the register dies or leaves: accounts, applications, posts."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from accounts import passwords
from accounts.models import User
from kernel.errors import RuleBroken
from messaging.models import Outbox
from services.applications import actions
from services.applications.models import Application
from services.residents import happenings, officials, register
from services.residents.happenings import Basis, NewCard
from services.residents.models import Person, PersonEvent, Source
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, draft, official, step_of, submitted
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db
BACKEND = "services.residents.backends.NikBackend"


def basis() -> Basis:
    origin = register.source(kind=Source.Kind.ENTRY, label="Akta kematian 12", by=None)
    return Basis(origin=origin, by=None, on=date(2026, 11, 20), accepted=True)


def die(person: Person) -> PersonEvent:
    return happenings.die(person_id=person.pk, basis=basis())[0]


def undo(event: PersonEvent) -> None:
    register.undo(event_id=event.pk, origin=basis().origin, by=None)


def mails(kind: str) -> list[tuple[str, str]]:
    """Address and subject of each mail whose key begins with this word."""
    rows = Outbox.objects.filter(key__contains=f"{kind}:").order_by("pk")
    return [(row.payload["to"], row.payload["subject"]) for row in rows if "to" in row.payload]


@pytest.fixture
def client(in_bontang: City, client_for: Callable[[City], Client]) -> Client:
    return client_for(in_bontang)


@pytest.mark.parametrize("backend", [BACKEND, "accounts.backends.LoginBackend"])
def test_open_session_ends_with_the_death_and_undoing_it_gives_the_account_back(
    cast: Cast, client: Client, backend: str
) -> None:
    client.force_login(cast.sari, backend=backend)
    assert client.get("/permohonan/").status_code == 200
    event = die(cast.sari_person)
    assert client.get("/permohonan/").status_code == 302
    undo(event)
    client.force_login(cast.sari, backend=backend)
    assert client.get("/permohonan/").status_code == 200


def test_link_for_a_new_password_opens_no_account_of_somebody_who_left(
    cast: Cast, client: Client
) -> None:
    page = passwords.set_password_path(cast.sari)
    happenings.move_out(person_ids=[cast.sari_person.pk], basis=basis())
    answer = client.post(page, {"password": "melati-di-tepi-laut"})
    assert (answer.status_code, "Akun ini sudah ditutup" in answer.content.decode()) == (422, True)
    assert "_auth_user_id" not in client.session


def test_official_who_died_opens_nothing_and_office_is_told(cast: Cast, client: Client) -> None:
    admin = official("admin-kota", Unit.objects.get(kind="kota"), "admin")
    User.objects.filter(pk__in=[admin.pk, cast.rina.pk, cast.lurah.pk]).update(email="a@b.id")
    hasan = Person.objects.exclude(pk=cast.sari_person.pk).exclude(account=None)[0]
    officials.identify(user=cast.hasan, nik=hasan.nik, by=None)
    client.force_login(cast.hasan, backend="accounts.backends.LoginBackend")
    assert client.get("/rt/").status_code == 200
    event = die(hasan)
    tell_subscribers()
    assert client.get("/rt/").status_code == 302
    told = mails("holder-gone")
    assert len(told) == 3  # the administrator, the Lurah, the counter
    assert {subject for _, subject in told} == {
        "Pemegang jabatan Ketua RT 001 / RW 001, Kelurahan Bontang Kuala tercatat meninggal"
    }
    undo(event)
    client.force_login(cast.hasan, backend="accounts.backends.LoginBackend")
    assert client.get("/rt/").status_code == 200


def test_desk_is_told_of_an_applicant_who_died_and_sees_it(cast: Cast, client: Client) -> None:
    running = submitted(cast)
    die(cast.sari_person)
    tell_subscribers()
    ((address, subject),) = mails("gone")
    assert (address, subject) == (
        cast.hasan.email or cast.hasan.login,
        f"Pemohon berkas {running.number} tercatat meninggal",
    )
    client.force_login(cast.hasan, backend="accounts.backends.LoginBackend")
    assert "tercatat mati" in client.get("/rt/").content.decode()


def test_desk_sees_on_list_and_page_that_the_applicant_is_gone(cast: Cast, client: Client) -> None:
    running = submitted(cast)
    approve(running, cast.hasan)
    client.force_login(cast.rina, backend="accounts.backends.LoginBackend")
    die(cast.sari_person)
    assert "mati" in client.get("/meja/").content.decode()
    html = " ".join(client.get(f"/meja/berkas/{running.pk}/").content.decode().split())
    assert "Pemohon tercatat mati di data penduduk sejak 20 November 2026" in html
    assert "dasar: Akta kematian 12" in html


def test_mail_is_not_sent_for_a_death_that_was_undone_meanwhile(cast: Cast) -> None:
    submitted(cast)
    undo(die(cast.sari_person))
    tell_subscribers()
    assert mails("gone") == []


def test_draft_of_somebody_who_died_is_not_sent(cast: Cast) -> None:
    begun = draft(cast)
    die(cast.sari_person)
    with pytest.raises(RuleBroken, match="bukan lagi penduduk"):
        actions.submit(application_id=begun.pk, by=cast.sari, at=MONDAY)


def test_desk_sees_that_the_applicant_moved_within_the_city(cast: Cast, client: Client) -> None:
    running = submitted(cast)
    approve(running, cast.hasan)
    other = Unit.objects.get(code=f"{cast.village.code}/001/002")
    happenings.move_within(
        person_ids=[cast.sari_person.pk], basis=basis(),
        to=NewCard(address="Jalan Baru 9", rt=other),
    )  # fmt: skip
    client.force_login(cast.rina, backend="accounts.backends.LoginBackend")
    html = " ".join(client.get(f"/meja/berkas/{running.pk}/").content.decode().split())
    assert "Pemohon sekarang tercatat tinggal di RT 002, Jalan Baru 9" in html
    assert step_of(Application.objects.get(pk=running.pk)).unit == cast.village
