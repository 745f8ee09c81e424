"""What holds for every answer: size of what is sent, caches of browsers, compression, headers."""

import errno
import gzip
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import Cast

PASSWORD = "kata-sandi-uji"


@pytest.fixture
def visitor(in_bontang: City, client_for: Callable[[City], Client]) -> Client:
    return client_for(in_bontang)


@pytest.mark.parametrize("path", ["/masuk/", "/v/x/", "/tidak-ada/", "/stripe/webhook/"])
def test_a_large_body_is_refused_before_it_is_read(
    visitor: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: object) -> None:
        raise AssertionError("the body was read")

    monkeypatch.setattr("django.core.handlers.wsgi.LimitedStream.read", read)
    size = str(settings.MAX_BODY + 1)
    page = visitor.post(path, {"a": "b"}, CONTENT_LENGTH=size)
    assert page.status_code == 413 and "16 MB" in page.content.decode()
    assert page["Content-Security-Policy"] and page["Connection"] == "close"


def test_the_limit_stands_in_the_words_and_in_the_proxys_file() -> None:
    assert settings.MAX_BODY == 16 * 1024 * 1024
    proxy = (settings.ROOT / "deploy/nginx/http.conf").read_text()
    assert "client_max_body_size 16m;" in proxy


def test_a_body_of_unknown_length_is_refused(visitor: Client) -> None:
    page = visitor.post("/masuk/", {"a": "b"}, HTTP_TRANSFER_ENCODING="chunked")
    assert page.status_code == 411


@pytest.mark.parametrize("path", ["/", "/meja/", "/akun/", "/tidak-ada/"])
def test_no_browser_keeps_a_page_of_somebody_signed_in(
    cast: Cast, visitor: Client, path: str
) -> None:
    visitor.post("/masuk/", {"username": "rina@contoh.go.id", "password": PASSWORD})
    assert "no-store" in visitor.get(path)["Cache-Control"]


def test_public_files_may_be_kept_by_somebody_signed_in(cast: Cast, visitor: Client) -> None:
    visitor.post("/masuk/", {"username": "rina@contoh.go.id", "password": PASSWORD})
    assert "max-age" in visitor.get("/ui/warna.css")["Cache-Control"]


def test_pages_are_compressed_with_another_length_each_time(visitor: Client) -> None:
    pages = [visitor.get("/masuk/", HTTP_ACCEPT_ENCODING="gzip") for _ in range(12)]
    assert {page["Content-Encoding"] for page in pages} == {"gzip"}
    assert all(b"Kata sandi" in gzip.decompress(page.content) for page in pages)
    assert len({len(page.content) for page in pages}) > 1  # no length tells a secret (BREACH)


def test_an_unknown_host_gets_the_security_headers_too(db: None) -> None:
    page = Client(HTTP_HOST="tidak-ada.localhost").get("/")
    assert page.status_code == 404
    assert page["Content-Security-Policy"] and page["X-Frame-Options"] == "DENY"


def test_a_full_disk_is_said_as_such(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("services.catalogue.queries.offered", full)
    visitor.raise_request_exception = False
    page = visitor.get("/")
    assert page.status_code == 507 and "belum tersimpan" in page.content.decode()


CODE = {"nik": "6474010808800212", "code": "ABCD-EFGH", "password": "jeruk nipis segar"}


def test_the_second_of_two_equal_forms_at_one_moment_is_told(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice(**_: object) -> None:
        for _ in range(2):
            User.objects.create_user("dua@contoh.go.id", None, name="Dua")

    monkeypatch.setattr("services.portal.account_views.onetime.redeem", twice)
    page = visitor.post("/sandi/kode/", CODE)
    assert page.status_code == 409 and "baru saja diterima" in page.content.decode()


def test_other_faults_of_a_row_are_not_called_a_double_form(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unfinished(**_: object) -> None:
        Unit.objects.create(kind="rt", code=None)

    monkeypatch.setattr("services.portal.account_views.onetime.redeem", unfinished)
    with pytest.raises(IntegrityError):
        visitor.post("/sandi/kode/", CODE)


def test_a_nul_in_what_is_sent_is_refused_where_no_form_takes_it_out(
    cast: Cast, visitor: Client
) -> None:
    visitor.post("/masuk/", {"username": "rina@contoh.go.id", "password": PASSWORD})
    address = reverse("push-unsubscribe", urlconf="config.urls_city")
    assert visitor.post(address, {"endpoint": "a\x00"}).status_code == 400
