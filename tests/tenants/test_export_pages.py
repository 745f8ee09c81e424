"""Asking for a copy, watching it, fetching it: through the pages, by whom it is for."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from accounts.models import User
from audit.models import Entry
from kernel.clock import now
from tenants.backend.scope import in_city
from tenants.office.models import Unit
from tenants.ownership import rules
from tenants.ownership.models import DataExport
from tenants.registry import entitlements, hosts
from tenants.registry.models import City
from tests.factories import official

pytestmark = pytest.mark.django_db
CONTENT = bytes(range(256)) * 4000


def admin_of(city: City, client: Client, login: str = "admin") -> User:
    with in_city(city):
        user = official(login, Unit.objects.get(kind=Unit.Kind.CITY), "admin")
        client.force_login(user, backend="accounts.backends.LoginBackend")
    return user


@pytest.fixture
def here(bontang: City, client_for: Callable[[City], Client]) -> Client:
    client = client_for(bontang)
    admin_of(bontang, client)
    return client


@pytest.fixture
def ready(bontang: City) -> DataExport:
    at = now()
    path = default_storage.save("salinan/c6474/A.zip", ContentFile(CONTENT))
    return DataExport.objects.create(
        city=bontang, city_code="64.74", code="A" * 26, state="ready", percent=100,
        asked_by_id=1, asked_by_name="Admin", asked_by_email="a@contoh.go.id", taken_at=at,
        ready_at=at, expires_at=at + rules.KEEP, path=path, size=len(CONTENT), rows=5, files=2,
        manifest_sha256="ab" * 32,
    )  # fmt: skip


def address(export: DataExport) -> str:
    return f"/kelola/data/unduh/{export.code}/"


def body(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_asked_for_once_and_watched(here: Client, bontang: City) -> None:
    page = here.get("/kelola/data/").content.decode()
    assert "Siapkan salinan" in page
    assert here.post("/kelola/data/minta/").status_code == 302
    again = here.post("/kelola/data/minta/", follow=True).content.decode()
    assert "Salinan lain sedang disiapkan" in again
    export = DataExport.objects.get()
    DataExport.objects.filter(pk=export.pk).update(
        state="running", percent=37, doing="Surat 5 dari 9"
    )
    part = here.get("/kelola/data/", headers={"HX-Request": "true"}).content.decode()
    assert "Surat 5 dari 9" in part and 'value="37"' in part and "hx-get" in part
    assert "<html" not in part and "Siapkan salinan" not in part


def test_fetched_whole_and_noted(here: Client, ready: DataExport, bontang: City) -> None:
    assert address(ready) in here.get("/kelola/data/").content.decode()
    answer = here.get(address(ready))
    assert answer.status_code == 200 and body(answer) == CONTENT
    assert answer["Content-Length"] == str(len(CONTENT))
    assert 'attachment; filename="kota-bontang-' in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    ready.refresh_from_db()
    assert ready.downloads == 1 and ready.downloaded_at is not None
    with in_city(bontang):
        assert Entry.objects.get(what="data.downloaded").actor_name == "Admin"


def test_goes_on_where_it_stopped(here: Client, bontang: City, ready: DataExport) -> None:
    first = here.get(address(ready), headers={"Range": "bytes=0-99999"})
    assert first.status_code == 206
    assert first["Content-Range"] == f"bytes 0-99999/{len(CONTENT)}"
    start = body(first)
    ready.refresh_from_db()
    assert ready.downloaded_at is None  # the end is missing
    rest = here.get(address(ready), headers={"Range": "bytes=100000-"})
    assert start + body(rest) == CONTENT
    ready.refresh_from_db()
    assert ready.downloaded_at is not None
    assert here.get(address(ready), headers={"Range": "bytes=9999999-"}).status_code == 416
    with in_city(bontang):
        assert Entry.objects.filter(what="data.downloaded").count() == 2
    head = here.head(address(ready))
    assert head["Accept-Ranges"] == "bytes" and head["Content-Length"] == str(len(CONTENT))


def test_no_part_is_fetched_unnoticed_and_the_last_byte_is_no_copy(
    here: Client, bontang: City, ready: DataExport
) -> None:
    answer = here.get(address(ready), headers={"Range": "bytes=1-"})
    assert body(answer) == CONTENT[1:]
    with in_city(bontang):
        assert Entry.objects.get(what="data.downloaded").actor_name == "Admin"
    ready.refresh_from_db()
    assert ready.downloaded_at is None  # the beginning was never fetched


@pytest.mark.parametrize(
    ("header", "expected"),
    [("", None), ("bytes=", None), ("bytes=-", None), ("items=0-1", None),
     ("bytes=0-1,4-5", None), ("bytes=0-", (0, 9)), ("bytes=3-5", (3, 5)), ("bytes=-4", (6, 9)),
     ("bytes=-40", (0, 9)), ("bytes=8-80", (8, 9))],
)  # fmt: skip
def test_ranges(header: str, expected: tuple[int, int] | None) -> None:
    assert rules.byte_range(header, 10) == expected


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=5-3", "bytes=-0"])
def test_ranges_outside(header: str) -> None:
    with pytest.raises(ValueError, match="outside"):
        rules.byte_range(header, 10)


def test_nobody_else_gets_it(
    ready: DataExport, bontang: City, blitar: City, client_for: Callable[[City], Client]
) -> None:
    # An official who administers nothing; the administrator of another city; a stranger.
    clerk = client_for(bontang)
    with in_city(bontang):
        village = Unit.objects.filter(kind="kelurahan").first()
        assert village is not None
        clerk.force_login(
            official("rina", village, "loket"),
            backend="accounts.backends.LoginBackend",
        )
    assert clerk.get(address(ready)).status_code == 403
    other = client_for(blitar)
    admin_of(blitar, other)
    assert other.get(address(ready)).status_code == 404
    assert client_for(bontang).get(address(ready)).status_code == 302
    public = Client(HTTP_HOST=settings.BASE_DOMAIN)
    assert public.get(address(ready)).status_code == 404


def test_forged_codes_and_too_old(here: Client, ready: DataExport) -> None:
    assert here.get("/kelola/data/unduh/" + "B" * 26 + "/").status_code == 404
    assert here.get("/kelola/data/unduh/..%2f..%2fpasswd/").status_code == 404
    DataExport.objects.update(expires_at=now() - timedelta(seconds=1))
    answer = here.get(address(ready))
    assert answer.status_code == 410 and "tujuh hari" in answer.content.decode()
    DataExport.objects.update(expires_at=now() + rules.KEEP)
    Path(default_storage.path(ready.path)).unlink()
    assert here.get(address(ready)).status_code == 410


def test_works_while_the_city_is_suspended(here: Client, bontang: City, ready: DataExport) -> None:
    entitlements.set_status(bontang.pk, City.Status.SUSPENDED, reason="uji", by=None)
    hosts.forget()
    assert here.get("/kelola/data/").status_code == 200
    assert here.post("/kelola/data/minta/").status_code == 302
    assert DataExport.objects.filter(state="waiting").exists()
    assert body(here.get(address(ready))) == CONTENT
