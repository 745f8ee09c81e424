"""Requests no page of ours sends: each gets a plain refusal, never a crash."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client, override_settings

from accounts.models import User
from audit.models import Entry
from messaging import outbox
from messaging.models import Outbox
from services.applications import issuing
from services.cases.models import Step
from services.letters.models import Letter
from tenants.office.actions import appoint
from tenants.office.models import Post, Unit
from tenants.registry.models import City
from tests.factories import MONDAY, Cast, approve, official, step_of, submitted

Enter = Callable[[User], Client]


@pytest.mark.parametrize("step", ["²", "9" * 5000, "9" * 30, "-1", "abc"])
def test_a_made_up_step_is_not_there(cast: Cast, as_: Enter, step: str) -> None:
    application = submitted(cast)
    approve(application, cast.hasan)
    sent = {"decision": "approve", "step": step}
    page = as_(cast.rina).post(f"/meja/berkas/{application.pk}/putuskan/", sent)
    assert page.status_code == 404
    assert step_of(application).key == "loket"


@pytest.mark.parametrize("choice", [{}, {"decision": "x"}])
def test_a_vouch_is_never_an_accident(cast: Cast, as_: Enter, choice: dict[str, str]) -> None:
    step = step_of(submitted(cast))
    assert as_(cast.hasan).post(f"/rt/{step.pk}/putuskan/", choice).status_code == 422
    step.refresh_from_db()
    assert step.state == Step.State.OPEN


@pytest.mark.parametrize("name", ["tetangga-x-nama", "tetangga-", "tetangga-99999999-nama"])
def test_rows_of_a_table_that_do_not_exist(cast: Cast, as_: Enter, name: str) -> None:
    sari = as_(cast.sari)
    fill = sari.post("/ajukan/izin-tetangga/").url  # type: ignore[attr-defined]
    assert sari.post(fill, {name: "1"}).status_code == 422


def test_a_session_cookie_with_a_nul_is_refused(
    in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    client = client_for(in_bontang)
    client.raise_request_exception = False
    page = client.get("/akun/", headers={"cookie": 'session="' + "\\000" * 10 + '"'})
    assert page.status_code == 400


def test_a_link_by_mail_leads_to_the_configured_address(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    User.objects.filter(pk=cast.sari.pk).update(proven_email="sari@example.com")
    client = client_for(in_bontang)
    host = f"{in_bontang.host}:31337"
    client.post("/sandi/", {"email": "sari@example.com"}, headers={"host": host})
    body = Outbox.objects.get(kind="mail.send").payload["body"]
    found = re.search(r"(http\S+)/sandi/", body)
    assert found is not None
    assert found[1] == in_bontang.url("")
    assert cast.sari.name not in body


def test_every_opened_paper_is_on_record(cast: Cast, as_: Enter) -> None:
    application = submitted(cast)
    document = application.documents.get()
    approve(application, cast.hasan, cast.rina, cast.lurah)
    issuing.finish_letters(application_id=application.pk, at=MONDAY)
    letter = Letter.objects.get()
    paths = [f"/berkas/{document.pk}/", f"/surat/{letter.pk}/"]
    for path in paths:
        assert as_(cast.sari).get(path).status_code == 200
    assert not Entry.objects.filter(what="person.read").exists(), "one's own is no reading"
    for path in paths:
        assert as_(cast.rina).get(path).status_code == 200
    reads = Entry.objects.filter(what="person.read", subject_id=str(cast.sari_person.pk))
    assert {read.detail["purpose"] for read in reads} == {"berkas", "surat"}
    assert {read.actor_id for read in reads} == {cast.rina.pk}
    seen = as_(cast.sari).get("/akses/").content.decode()
    assert "membuka berkas yang Anda unggah" in seen
    assert "membuka surat Anda" in seen


@override_settings(DEMO=False)
def test_nobody_becomes_somebody_else_without_demo_mode(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    client = client_for(in_bontang)
    for user in (cast.sari, cast.lurah):
        page = client.post("/masuk/peragaan/", {"who": str(user.pk)})
        assert page.status_code == 404
    assert "session" not in client.cookies


AWAY = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}


@override_settings(CACHES={"default": AWAY})
def test_without_the_cache_server_guesses_wait_and_nothing_crashes(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    client = client_for(in_bontang)
    client.raise_request_exception = False
    three = {"nik": cast.sari_person.nik, "kk_number": cast.sari_person.household.kk_number}
    day = {"birth_date": "01-02-1990"}
    page = client.post("/daftar/", {**three, **day, "password": "kata sandi panjang"})
    assert page.status_code == 422
    assert "sebentar lagi" in page.content.decode()
    assert client.post("/sandi/", {"email": "sari@example.com"}).status_code == 503
    assert client.get("/masuk/").status_code == 200


def test_a_hanging_broker_or_cache_server_does_not_hold_a_page() -> None:
    """Without limits a publish waits forever on a connection that nobody closes."""
    for options in (
        settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        settings.CACHES["default"]["OPTIONS"],
    ):
        assert 0 < options["socket_timeout"] <= 5
        assert 0 < options["socket_connect_timeout"] <= 5


def test_a_page_that_only_takes_forms_says_so(cast: Cast, as_: Enter) -> None:
    page = as_(cast.rina).get("/keluar/")
    assert page.status_code == 405
    assert page["Allow"] == "POST"
    assert "Kembali" in page.content.decode()


def test_the_address_of_a_decision_leads_back_to_the_case(cast: Cast, as_: Enter) -> None:
    """Signing in again in the middle of a decision ends there with a GET."""
    application = submitted(cast)
    approve(application, cast.hasan)
    page = as_(cast.rina).get(f"/meja/berkas/{application.pk}/putuskan/")
    assert (page.status_code, page["Location"]) == (302, f"/meja/berkas/{application.pk}/")


@override_settings(PROXIES=1)
def test_limits_count_people_not_the_proxy(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    client = client_for(in_bontang)
    wrong = {"kk_number": "6474010101010001", "password": "kata sandi panjang"}
    day = {"birth_date": "01-02-1990"}
    for _ in range(3):
        sent = {"nik": cast.sari_person.nik, **wrong, **day}
        client.post("/daftar/", sent, headers={"x-forwarded-for": "1.2.3.4, 203.0.113.9"})
    assert cache.get("register-from:203.0.113.9") == 3
    assert cache.get("register-from:1.2.3.4") is None


def _settings(**environment: str) -> subprocess.CompletedProcess[str]:
    """What a fresh process reads from this environment."""
    root = Path(__file__).resolve().parents[2]
    code = (
        "from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.PROXIES)"
    )
    secrets = {"BALAI_SECRET_KEY": "s" * 60, "BALAI_MASTER_KEY": "A" * 43 + "="}
    base = {"PATH": "/usr/bin:/bin", "DJANGO_SETTINGS_MODULE": "config.settings"}
    paths = {"PYTHONPATH": f"{root / 'platform'}:{root}"}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**base, **paths, **secrets, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_in_production_cookies_belong_to_one_host() -> None:
    read = _settings(BALAI_PUBLIC_URL="https://balai.example")
    assert read.stdout.split() == ["__Host-session", "__Host-csrf", "True", "1"]


@pytest.mark.parametrize(
    "environment",
    [
        {"BALAI_PUBLIC_URL": "https://balai.example"},
        {"BALAI_PUBLIC_URL": "http://localhost:8000"},
        {"BALAI_PUBLIC_URL": "https://balai.example", "BALAI_MODE": "embedded"},
    ],
)
def test_demo_mode_does_not_start_where_strangers_come(environment: dict[str, str]) -> None:
    read = _settings(BALAI_DEMO="1", **environment)
    assert read.returncode != 0
    assert "BALAI_DEMO is only possible" in read.stderr


def test_a_fresh_invitation_is_sent_by_a_page(cast: Cast, as_: Enter, in_bontang: City) -> None:
    """The page opens no transaction of its own: the action must."""
    admin = official("admin", Unit.objects.get(kind="kota"), "admin")
    invited = User.objects.create_user("baru@contoh.go.id", None, name="Baru")
    holding = appoint(
        post=Post.objects.get(unit=cast.village, role="sekretaris"),
        user=invited,
        since=MONDAY.date(),
        by=None,
    )
    page = as_(admin).post(f"/kelola/pejabat/undang/{holding.pk}/")
    assert page.status_code == 302
    assert Outbox.objects.filter(kind="mail.send", payload__to=invited.login).count() == 1


def test_work_is_only_ordered_inside_a_transaction_of_the_code(in_bontang: City) -> None:
    """Not the one around every test: a page without one failed only on a real installation."""
    with pytest.raises(RuntimeError, match="transaction"):
        outbox.enqueue("mail.send", {}, key="uji")
    with transaction.atomic():
        outbox.enqueue("mail.send", {}, key="uji")


@pytest.mark.parametrize("service", ["9" * 5000, "²", "abc", "-1", ""])
def test_a_made_up_service_is_not_there(cast: Cast, as_: Enter, service: str) -> None:
    admin = official("admin", Unit.objects.get(kind="kota"), "admin")
    page = as_(admin).post("/kelola/layanan/", {"service": service, "open": "ya"})
    assert page.status_code == 404
