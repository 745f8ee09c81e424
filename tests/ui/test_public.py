"""The platform's own pages, as a browser without JavaScript sees them."""

import re

import pytest
from django.core import mail as outside
from django.test import Client

from accounts.models import User
from messaging.models import Outbox
from tenants.registry import actions, queries
from tenants.registry.models import Signup
from tenants.registry.scope import in_public
from tests.operators import enter

PASSWORD = "rahasia-sekali-2026"


@pytest.fixture
def visitor(public_client: Client) -> Client:
    return public_client


def _sign_up(client: Client, code: str = "33.71", email: str = "rina@magelangkota.go.id") -> Signup:
    assert client.get(f"/daftar/?kode={code}").url == "/daftar/pejabat/"  # type: ignore[attr-defined]
    page = client.get("/daftar/pejabat/")
    subdomain = re.search(r'name="subdomain" value="([^"]+)"', page.content.decode())
    assert subdomain is not None
    official = {
        "subdomain": subdomain[1], "name": "Rina Wati", "post": "Kepala Diskominfo", "email": email,
    }  # fmt: skip
    assert client.post("/daftar/pejabat/", official).url == "/daftar/periksa/"  # type: ignore[attr-defined]
    check = client.get("/daftar/periksa/").content.decode()
    assert "Kota Magelang" in check and email in check
    sent = client.post("/daftar/periksa/", {"password": PASSWORD, "accepted_terms": "on"})
    assert sent.status_code == 302
    with in_public():
        return Signup.objects.get(email=email)


def _link() -> str:
    with in_public():
        body = Outbox.objects.filter(kind="mail.send").latest("pk").payload["body"]
    found = re.search(r"(/daftar/konfirmasi/\S+)", body)
    assert found is not None
    return found[1]


def test_the_landing_page_offers_every_area_without_javascript(visitor: Client) -> None:
    html = visitor.get("/").content.decode()
    assert html.count("<option") == 515  # 514 and the empty one
    assert html.count("<optgroup") == 38
    assert "83.762" in html


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


def test_the_password_is_never_kept_between_steps(visitor: Client) -> None:
    _sign_up(visitor)
    assert PASSWORD not in str(dict(visitor.session))
    assert not outside.outbox


def test_steps_cannot_be_skipped(visitor: Client) -> None:
    assert visitor.get("/daftar/pejabat/").url == "/daftar/"  # type: ignore[attr-defined]
    assert visitor.get("/daftar/periksa/").url == "/daftar/"  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", ["99.99", "64", "'; DROP TABLE", "64.74"])
def test_an_area_that_cannot_be_had_is_explained(visitor: Client, code: str) -> None:
    page = visitor.post("/daftar/", {"kode": code})
    assert page.status_code == 422
    said = "sudah terdaftar" if code == "64.74" else "Pilih kabupaten atau kota dari daftar."
    assert said in page.content.decode()


@pytest.mark.parametrize("subdomain", ["www", "a", "Bon tang", "bontang", "-x-", "x" * 41])
def test_a_bad_subdomain_is_named_beside_its_field(visitor: Client, subdomain: str) -> None:
    visitor.get("/daftar/?kode=33.71")
    official = {"subdomain": subdomain, "name": "R", "post": "K", "email": "r@x.go.id"}
    page = visitor.post("/daftar/pejabat/", official)
    assert page.status_code == 422
    html = page.content.decode()
    assert 'href="#id_subdomain"' in html and 'id="id_subdomain_error"' in html
    assert "Anda bisa memakai" in html


def test_an_unknown_or_used_link_says_so(visitor: Client) -> None:
    assert visitor.post("/daftar/konfirmasi/tidak-ada/").status_code == 404
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
    refused = visitor.post(page, {"keputusan": "tolak", "reason": ""})
    assert refused.status_code == 422 and "Isi alasan." in refused.content.decode()
    visitor.post(page, {"keputusan": "tolak", "reason": "Bukan pegawai di sana."})
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
    visitor.post("/daftar/", {"kode": "33.71"})
    official = {"name": "Rina Wati", "post": "Kepala", "email": "rina@magelangkota.go.id"}
    visitor.post("/daftar/pejabat/", {"subdomain": "magelangkota", **official})
    page = visitor.post(
        "/daftar/periksa/", {"password": "rina@magelangkota.go.id", "accepted_terms": "on"}
    )
    assert page.status_code == 422
    assert "terlalu mirip" in page.content.decode()
    assert not Signup.objects.exists()
