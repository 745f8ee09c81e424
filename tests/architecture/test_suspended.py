"""A suspended city is read only: every address of it, sent to by whoever may the most."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import get_resolver

from accounts.models import Phone
from tenants.backend.scope import in_city
from tenants.office.models import Unit
from tenants.registry import entitlements, hosts
from tenants.registry.models import City
from tests.architecture.test_addresses import CITY_HOST, example, pages, routes
from tests.factories import official
from tests.operators import code

# What may be sent although the city is suspended, and why. A new page is refused unless it is
# named here and declares when_suspended="open".
OPEN = {
    "masuk/": "signing in",
    "masuk/kode/": "signing in: the second step",
    "masuk/peragaan/": "signing in, in demo cities alone",
    "masuk/baru/<str:token>/": "signing in: the one-time token of who founded the city",
    "keluar/": "signing out",
    "sandi/": "a forgotten password: else nobody could sign in to pay",
    "sandi/<str:uid>/<str:token>/": "the same",
    "sandi/kode/": "a forgotten password, with a code from the counter",
    "akun/": "one's own contacts and password: an account must stay safe while nothing else moves",
    "akun/e-mail/<str:token>/": "the same: proving the address a password may be sent to",
    "akun/dua-langkah/": "the same: a phone lost or new",
    "kelola/pejabat/langkah/<int:pk>/": "an official without a phone gets back in, perhaps to pay",
    "kios/selesai/": "ending a turn at a kiosk: like signing out",
    "kios/masih/": "the same: the turn goes on",
    "kios/tutup/": "closing a kiosk, to sign in there",
    "bahasa/": "choosing a language: a cookie, no row",
    "meja/penduduk/": "looking somebody up at a desk; it changes nothing",
    "meja/penduduk/<int:pk>/": "opening a record of the register; only that it was opened is noted",
    "meja/penduduk/<int:pk>/tampilkan/": "showing numbers in full; only that they were is noted",
    "meja/buku/keluar/": "looking letters up in an agenda; it changes nothing",
    "meja/buku/masuk/": "the same",
    "meja/buku/arsip/": "the same, in the archive",
    "meja/buku/lama/": "the same, in old registers",
    "meja/cari/": "looking something up at a desk; it changes nothing",
    "bayar/<slug:provider>/kabar/": "a provider tells of money that residents have paid already",
    "v/": "checking a letter",
    "v/<str:code>/kabari/": "asking to be told when a letter that was checked is taken back",
    "meja/berkas/<int:pk>/cabut/": "taking a wrong letter back: checks go on, and must say so",
    "meja/berkas/<int:pk>/batal/": "the same, before its holder got it",
    "meja/berkas/<int:pk>/ganti/": "the same, with the right letter in its place",
    "v/<str:code>": "comparing a letter's file; it is kept nowhere",
}
# The admins' way out: paying, taking data along, letting support in or out.
PAYING = ("kelola/langganan/", "kelola/data/", "kelola/dukungan/", "dukungan/")


@pytest.fixture
def suspended(bontang: City) -> Iterator[City]:
    entitlements.set_status(bontang.pk, City.Status.SUSPENDED, reason="uji", by=None)
    hosts.forget()
    yield bontang
    hosts.forget()  # the next test's city is not


def _everything() -> list[str]:
    return sorted(set(routes(get_resolver("config.urls_city"))) | set(CITY_HOST))


@pytest.mark.django_db
def test_every_address_refuses_what_is_sent_to_it(
    suspended: City, client_for: Callable[[City], Client]
) -> None:
    client = client_for(suspended)
    with in_city(suspended):
        unit = Unit.objects.get(kind=Unit.Kind.CITY)
        admin = official("admin", unit, "admin")
        client.force_login(admin, backend="accounts.backends.LoginBackend")
    wrong = []
    for route in _everything():
        for method in ("post", "put", "delete", "patch"):
            answer = getattr(client, method)(example(route))
            read_only = answer.status_code == 403 and "Hanya bisa dibaca" in answer.content.decode()
            if read_only == (route in OPEN or route.startswith(PAYING)):
                wrong.append((route, method, answer.status_code))
            hosts.forget()
    assert wrong == []


@pytest.mark.django_db
def test_every_address_can_be_read_as_before(
    suspended: City, client_for: Callable[[City], Client]
) -> None:
    client = client_for(suspended)
    with in_city(suspended):
        unit = Unit.objects.get(kind=Unit.Kind.CITY)
        admin = official("admin", unit, "admin")
        client.force_login(admin, backend="accounts.backends.LoginBackend")
    for route in _everything():
        answer = client.get(example(route))
        assert answer.status_code < 500, route
        assert "Hanya bisa dibaca" not in answer.content.decode("utf-8", "replace"), route


def test_what_stays_open_is_declared() -> None:
    for route, said in pages(get_resolver("config.urls_city")):
        assert said is not None
        is_named = route in OPEN or route.startswith(PAYING)
        assert (said.when_suspended == "open") == is_named, route


@pytest.mark.django_db
def test_people_keep_their_accounts_safe(
    suspended: City, client_for: Callable[[City], Client]
) -> None:
    client = client_for(suspended)
    with in_city(suspended):
        unit = Unit.objects.get(kind=Unit.Kind.CITY)
        admin = official("admin", unit, "admin")
        admin.set_password("kata sandi lama")
        admin.save()
        client.force_login(admin, backend="accounts.backends.LoginBackend")
    sent = {
        "part": "sandi",
        "sandi-current": "kata sandi lama",
        "sandi-password": "jeruk nipis 7",
    }
    assert client.post("/akun/", sent).status_code == 302
    sent = {"part": "kontak", "kontak-current": "jeruk nipis 7", "kontak-phone": "081234567890",
            "kontak-email": "baru@contoh.go.id"}  # fmt: skip
    assert client.post("/akun/", sent).status_code == 302
    with in_city(suspended):
        admin.refresh_from_db()
        assert admin.check_password("jeruk nipis 7")
        assert admin.email == "baru@contoh.go.id"
    client.get("/akun/dua-langkah/")
    with in_city(suspended):
        phone = Phone.objects.get(user=admin)
    sent = {"code": code(phone), "current": "jeruk nipis 7"}
    assert client.post("/akun/dua-langkah/", sent).status_code == 200
    with in_city(suspended):
        phone.refresh_from_db()
        assert phone.confirmed
