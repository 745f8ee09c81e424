"""The platform's own pages, as a browser without JavaScript sees them."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.models import User
from messaging import outbox
from messaging.models import Outbox
from tenants.backend.scope import in_public
from tenants.registry import actions, queries
from tenants.registry.models import Signup
from tests.operators import enter

PASSWORD = "rahasia-sekali-2026"


@pytest.fixture
def visitor(public_client: Client) -> Client:
    return public_client


OFFICIAL = {"name": "Rina Wati", "email": "rina@magelangkota.go.id", "password": PASSWORD}


def _sign_up(client: Client, email: str = "rina@magelangkota.go.id") -> Signup:
    page = "/daftar/pejabat/33.71/"
    assert client.get("/daftar/", {"region": "kota magelang"}).url == page  # type: ignore[attr-defined]
    html = client.get(page).content.decode()
    subdomain = re.search(r'name="subdomain" value="([^"]+)"', html)
    assert subdomain is not None and "Kota Magelang" in html
    sent = client.post(page, {**OFFICIAL, "subdomain": subdomain[1], "email": email})
    assert sent.status_code == 302
    with in_public():
        return Signup.objects.get(email=email)


def _link() -> str:
    with in_public():
        body = Outbox.objects.filter(kind="mail.send").latest("pk").payload["body"]
    found = re.search(r"(/daftar/konfirmasi/\S+)", body)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("typed", ["tangerang", "bogor", "tangrang"])
def test_a_kota_or_a_kabupaten_is_asked_and_never_guessed(visitor: Client, typed: str) -> None:
    page = visitor.get("/daftar/", {"region": typed})
    html = page.content.decode()
    assert page.status_code == 200
    kinds = re.findall(r'href="/daftar/pejabat/[\d.]+/">\s*<b>(Kota|Kabupaten) ', html)
    assert {"Kota", "Kabupaten"} <= set(kinds)
    if typed == "bogor":
        assert "Kota atau Kabupaten?" in html


def test_a_name_that_nobody_has_is_said_beside_the_field(visitor: Client) -> None:
    page = visitor.get("/daftar/", {"region": "zzzz"})
    assert page.status_code == 422
    assert 'id="id_region_error"' in page.content.decode()


def test_suggestions_are_full_names(visitor: Client) -> None:
    offered = visitor.get("/daftar/cari/", {"region": "tangrang"}).json()["region"]
    assert offered == ["Kabupaten Tangerang, Banten", "Kota Tangerang, Banten"]


def test_signing_up_step_by_step(visitor: Client) -> None:
    signup = _sign_up(visitor)
    status = f"/daftar/status/{signup.status_token}/"
    assert "Periksa e-mail Anda" in visitor.get(status).content.decode()
    link = _link()
    page = visitor.get(link)  # a mail scanner opens links too: nothing may happen
    assert page.status_code == 200
    signup.refresh_from_db()
    assert signup.state == Signup.State.EMAIL_SENT
    assert visitor.post(link).url == status  # type: ignore[attr-defined]
    signup.refresh_from_db()
    assert signup.state == Signup.State.APPROVED
    html = visitor.get(status).content.decode()
    assert "<progress" in html and "Sedang disiapkan" in html
    part = visitor.get(status, headers={"HX-Request": "true"}).content.decode()
    assert "<progress" in part and "<html" not in part


def test_the_confirm_page_names_city_and_address(visitor: Client) -> None:
    _sign_up(visitor)
    page = visitor.get(_link()).content.decode()
    assert "Kota Magelang" in page and "rina@magelangkota.go.id" in page


def test_a_wrong_address_is_corrected_on_the_page_that_names_it(visitor: Client) -> None:
    signup = _sign_up(visitor, email="rna@magelangkota.go.id")
    old = _link()
    status = f"/daftar/status/{signup.status_token}/"
    assert visitor.post(f"{status}e-mail/", {"email": "rina@"}).status_code == 422
    sent = visitor.post(f"{status}e-mail/", {"email": "rina@magelangkota.go.id"}, follow=True)
    assert "rina@magelangkota.go.id" in sent.content.decode()
    assert visitor.get(old).status_code == 404
    assert visitor.get(_link()).status_code == 200


def test_the_browser_that_confirmed_is_signed_in_on_the_new_host(visitor: Client) -> None:
    signup = _sign_up(visitor)
    link, status = _link(), f"/daftar/status/{signup.status_token}/"
    visitor.post(link)
    other = Client(HTTP_HOST=visitor.defaults["HTTP_HOST"])
    other.post(link)  # too late: this press confirmed nothing
    with in_public():
        outbox.run_due()
    assert other.get(status).status_code == 200
    part = visitor.get(status, headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == status
    there = urlsplit(visitor.get(status).url)  # type: ignore[attr-defined]
    assert there.hostname == "magelangkota.localhost"
    assert visitor.get(status).status_code == 200  # once only
    admin = Client(HTTP_HOST="magelangkota.localhost")
    assert admin.get(there.path).url == "/kelola/"  # type: ignore[attr-defined]
    assert admin.get("/kelola/").status_code == 200
    thief = Client(HTTP_HOST="magelangkota.localhost")
    assert thief.get(there.path).url == "/masuk/?next=/kelola/"  # type: ignore[attr-defined]
    assert thief.get("/kelola/").status_code == 302


@pytest.mark.parametrize("code", ["99.99", "64", "'; DROP TABLE"])
def test_an_area_that_is_none_is_not_found(visitor: Client, code: str) -> None:
    assert visitor.get(f"/daftar/pejabat/{code}/").status_code == 404


def test_a_city_that_is_signed_up_names_its_address(visitor: Client) -> None:
    page = visitor.get("/daftar/", {"region": "kota bontang"}, follow=True)
    assert page.status_code == 409
    html = page.content.decode()
    assert "Kota Bontang sudah terdaftar" in html
    assert 'href="http://bontang.localhost:8000/"' in html


@pytest.mark.parametrize("subdomain", ["www", "a", "Bon tang", "bontang", "-x-", "x" * 41])
def test_a_bad_subdomain_is_named_beside_its_field(visitor: Client, subdomain: str) -> None:
    page = visitor.post("/daftar/pejabat/33.71/", {**OFFICIAL, "subdomain": subdomain})
    assert page.status_code == 422
    html = page.content.decode()
    assert 'href="#id_subdomain"' in html and 'id="id_subdomain_error"' in html
    assert "Anda bisa memakai" in html


def test_an_unknown_or_used_link_says_so(visitor: Client) -> None:
    assert visitor.post("/daftar/konfirmasi/tidak-ada/").status_code == 404
    page = visitor.get("/daftar/konfirmasi/tidak-ada/")
    assert page.status_code == 404 and "tidak dikenal" in page.content.decode()
    assert visitor.get("/daftar/status/tidak-ada/").status_code == 404


def test_only_operators_enter_the_console(visitor: Client) -> None:
    assert visitor.get("/konsol/").url.startswith("/masuk/?next=/konsol/")  # type: ignore[attr-defined]
    with in_public():
        person = User.objects.create_user("biasa@example.com", PASSWORD, name="Biasa")
    visitor.force_login(person, "accounts.backends.LoginBackend")
    assert visitor.get("/konsol/").status_code == 403


def test_the_operator_decides_with_a_reason(visitor: Client) -> None:
    signup = _sign_up(visitor, email="rina@gmail.example")
    visitor.post(_link())
    with in_public():
        boss = User.objects.create_user("op@example.com", PASSWORD, name="Op", is_operator=True)
    enter(visitor, boss)
    assert "Kota Magelang" in visitor.get("/konsol/").content.decode()
    page = f"/konsol/pendaftaran/{signup.pk}/"
    refused = visitor.post(page, {"decision": "tolak", "reason": ""})
    assert refused.status_code == 422 and "Isi alasan." in refused.content.decode()
    visitor.post(page, {"decision": "tolak", "reason": "Bukan pegawai di sana."})
    signup.refresh_from_db()
    assert signup.state == Signup.State.REJECTED
    status = visitor.get(f"/daftar/status/{signup.status_token}/").content.decode()
    assert "Bukan pegawai di sana." in status


def test_two_officials_at_once_the_second_is_told(visitor: Client) -> None:
    _sign_up(visitor)
    first = _link()
    other = Client(HTTP_HOST=visitor.defaults["HTTP_HOST"])
    _sign_up(other, email="dua@magelangkota.go.id")
    second = _link()
    visitor.post(first)
    page = other.post(second)
    assert page.status_code in (409, 422)
    assert "sudah terdaftar" in page.content.decode()
    assert queries.is_taken("33.71")


def test_an_expired_link_leads_to_a_fresh_one(visitor: Client) -> None:
    signup = _sign_up(visitor)
    link = _link()
    with in_public():
        earlier = signup.confirm_expires_at - 3 * actions.LINK_LASTS
        Signup.objects.filter(pk=signup.pk).update(confirm_expires_at=earlier)
    page = visitor.post(link, follow=True).content.decode()
    assert "kedaluwarsa" in page and "Kirim tautan baru" in page
    visitor.post(f"/daftar/status/{signup.status_token}/kirim-ulang/")
    assert _link() != link


def test_ones_own_address_is_no_password(visitor: Client) -> None:
    sent = {**OFFICIAL, "subdomain": "magelangkota", "password": OFFICIAL["email"]}
    page = visitor.post("/daftar/pejabat/33.71/", sent)
    assert page.status_code == 422
    assert "terlalu mirip" in page.content.decode()
    assert not Signup.objects.exists()
