"""A city's common pages: errors, colour, signing in, one's own account."""

import re
from collections.abc import Callable

import pytest
from django.db import OperationalError
from django.test import Client
from django.views.debug import SafeExceptionReporterFilter

from accounts.models import User
from accounts.passwords import set_password_path
from messaging.models import Outbox
from tenants.office.models import Profile
from tenants.registry.models import City
from tests.factories import Cast

PASSWORD = "kata-sandi-uji"


@pytest.fixture
def visitor(in_bontang: City, client_for: Callable[[City], Client]) -> Client:
    return client_for(in_bontang)


def _said(page: object) -> str:
    html: str = page.content.decode()  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", html)


# --- errors -------------------------------------------------------------------------------


def test_an_unknown_page_is_answered_calmly(visitor: Client) -> None:
    page = visitor.get("/tidak-ada/")
    assert page.status_code == 404
    assert "Halaman tidak ditemukan" in _said(page) and "Kota Bontang" in _said(page)


def test_a_broken_rule_becomes_a_page_with_its_words(visitor: Client) -> None:
    page = visitor.get("/layanan/tidak-ada/")
    assert page.status_code == 404
    assert "Layanan ini tidak ada" in _said(page)


def test_a_crash_tells_nothing_technical(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise ZeroDivisionError("rahasia dalam")

    monkeypatch.setattr("services.catalogue.queries.offered", crash)
    visitor.raise_request_exception = False
    page = visitor.get("/")
    assert page.status_code == 500
    assert "rahasia dalam" not in _said(page) and "Traceback" not in _said(page)
    assert "sudah tercatat" in _said(page)


def test_a_lost_database_says_nothing_is_lost(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> None:
        raise OperationalError("connection to server at 10.0.0.7 failed")

    monkeypatch.setattr("services.catalogue.queries.offered", lost)
    page = visitor.get("/")
    assert page.status_code == 503
    assert page["Retry-After"]
    assert "10.0.0.7" not in _said(page) and "Tidak ada yang hilang" in _said(page)


def test_a_forged_form_is_refused_kindly(in_bontang: City) -> None:
    strict = Client(enforce_csrf_checks=True, HTTP_HOST=in_bontang.host)
    page = strict.post("/masuk/", {"username": "a", "password": "b"})
    assert page.status_code == 403
    assert "sudah terlalu lama terbuka" in _said(page)


def test_pages_send_a_strict_policy(visitor: Client) -> None:
    policy = visitor.get("/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy


# --- the city's face --------------------------------------------------------------------------


def test_the_accent_is_a_stylesheet_of_its_own(visitor: Client) -> None:
    Profile.objects.update(accent="#1f5aa6")
    sheet = visitor.get("/ui/warna.css")
    assert sheet["Content-Type"].startswith("text/css")
    assert "--accent:#1f5aa6" in _said(sheet) and "prefers-color-scheme:dark" in _said(sheet)
    assert "/ui/warna.css?v=1f5aa6" in _said(visitor.get("/"))


def test_nonsense_in_the_database_never_reaches_the_stylesheet(visitor: Client) -> None:
    Profile.objects.update(accent="red}*{")
    assert "}*{" not in _said(visitor.get("/ui/warna.css"))


# --- signing in --------------------------------------------------------------------------------


def test_staff_land_in_their_work_and_residents_at_home(cast: Cast, visitor: Client) -> None:
    typed = {"username": " RINA@contoh.go.id ", "password": PASSWORD}
    assert visitor.post("/masuk/", typed).url == "/meja/"  # type: ignore[attr-defined]
    assert "Perlu saya kerjakan" in _said(visitor.get("/meja/"))
    visitor.post("/keluar/")
    nik = cast.sari_person.nik
    spaced = f"{nik[:6]} {nik[6:12]} {nik[12:]}"
    page = visitor.post("/masuk/", {"username": spaced, "password": PASSWORD})
    assert page.url == "/"  # type: ignore[attr-defined]


def test_a_wrong_password_says_neither_which_nor_who(cast: Cast, visitor: Client) -> None:
    wrong = visitor.post("/masuk/", {"username": "rina@contoh.go.id", "password": "salah"})
    unknown = visitor.post("/masuk/", {"username": "siapa@contoh.go.id", "password": "salah"})
    assert wrong.status_code == unknown.status_code == 422
    message = "tidak cocok"
    assert message in _said(wrong) and message in _said(unknown)


def test_guessing_is_stopped_for_a_while(cast: Cast, visitor: Client) -> None:
    typed = {"username": "rina@contoh.go.id", "password": "salah"}
    statuses = [visitor.post("/masuk/", typed).status_code for _ in range(9)]
    assert statuses[0] == 422 and statuses[-1] == 429
    right = visitor.post("/masuk/", {**typed, "password": PASSWORD})
    assert right.status_code == 429 and "15 menit" in _said(right)


@pytest.mark.parametrize(
    "wish", ["https://jahat.example/", "//jahat.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_elsewhere(cast: Cast, visitor: Client, wish: str) -> None:
    typed = {"username": "rina@contoh.go.id", "password": PASSWORD, "next": wish}
    assert visitor.post("/masuk/", typed).url == "/meja/"  # type: ignore[attr-defined]


def test_a_session_is_worth_nothing_in_another_city(
    cast: Cast, visitor: Client, blitar: City
) -> None:
    visitor.post("/masuk/", {"username": "rina@contoh.go.id", "password": PASSWORD})
    stolen = visitor.cookies["session"].value
    elsewhere = Client(HTTP_HOST=blitar.host)
    elsewhere.cookies["session"] = stolen
    page = elsewhere.get("/meja/")
    assert page.status_code == 302 and page.url.startswith("/masuk/")  # type: ignore[attr-defined]


def test_demo_people_do_not_exist_without_demo_mode(
    cast: Cast, visitor: Client, settings: object
) -> None:
    settings.DEMO = False  # type: ignore[attr-defined]
    assert "Peragaan" not in _said(visitor.get("/masuk/"))
    page = visitor.post("/masuk/peragaan/", {"who": cast.rina.pk})
    assert page.status_code == 404
    settings.DEMO = True  # type: ignore[attr-defined]  # the city itself is no demonstration
    assert visitor.post("/masuk/peragaan/", {"who": cast.rina.pk}).status_code == 404


# --- passwords -----------------------------------------------------------------------------------


def test_a_forgotten_password_is_chosen_anew_once(cast: Cast, visitor: Client) -> None:
    User.objects.filter(pk=cast.sari.pk).update(proven_email="sari@example.com")
    page = visitor.post("/sandi/", {"email": "SARI@example.com"})
    assert "Periksa e-mail Anda" in _said(page)
    body = Outbox.objects.filter(kind="mail.send").latest("pk").payload["body"]
    found = re.search(r"http://bontang\.[^/]+(/sandi/\S+)", body)
    assert found is not None
    link = found[1]
    assert visitor.post(link, {"password": "123"}).status_code == 422
    answer = visitor.post(link, {"password": "kalimat baru saya"})
    assert answer.status_code == 302 and "/masuk/" not in answer["Location"]
    assert visitor.get("/akun/").status_code == 200  # signed in, not asked for it once more
    cast.sari.refresh_from_db()
    assert cast.sari.check_password("kalimat baru saya")
    again = visitor.get(link)
    assert again.status_code == 410 and "tidak berlaku lagi" in _said(again)


def test_asking_for_a_link_does_not_tell_who_is_here(cast: Cast, visitor: Client) -> None:
    before = Outbox.objects.count()
    page = visitor.post("/sandi/", {"email": "tidak-ada@example.com"})
    assert "Periksa e-mail Anda" in _said(page)
    assert Outbox.objects.count() == before


def test_links_are_not_sent_without_end(cast: Cast, visitor: Client) -> None:
    pages = [visitor.post("/sandi/", {"email": "sari@example.com"}) for _ in range(6)]
    assert pages[0].status_code == 200 and pages[-1].status_code == 422
    assert "Terlalu sering" in _said(pages[-1])


@pytest.mark.parametrize("link", ["/sandi/abc/def/", "/sandi/____/x/", "/sandi/MQ/bukan-token/"])
def test_a_made_up_link_is_refused(visitor: Client, link: str) -> None:
    assert visitor.get(link).status_code == 410


def test_the_account_page_asks_for_the_current_password(cast: Cast, visitor: Client) -> None:
    visitor.force_login(cast.sari, "accounts.backends.LoginBackend")
    typed = {"part": "sandi", "sandi-current": "salah", "sandi-password": "kalimat baru saya"}
    page = visitor.post("/akun/", typed)
    assert page.status_code == 422 and "tidak cocok" in _said(page)
    reported = SafeExceptionReporterFilter().get_post_parameters(page.wsgi_request)
    assert not {"salah", "kalimat baru saya"} & {*reported.values()}, "no report of an error says"
    assert visitor.post("/akun/", {**typed, "sandi-current": PASSWORD}).status_code == 302
    assert visitor.get("/akun/").status_code == 200  # still signed in
    assert User.objects.get(pk=cast.sari.pk).check_password("kalimat baru saya")


def test_an_invited_person_chooses_the_first_password(in_bontang: City, visitor: Client) -> None:
    user = User.objects.create_user("baru@contoh.go.id", None, name="Baru")
    assert not user.has_usable_password()
    visitor.post(set_password_path(user), {"password": "kalimat pertama saya"})
    user.refresh_from_db()
    assert user.check_password("kalimat pertama saya")


def test_an_official_is_led_to_work_and_a_resident_to_their_requests(
    cast: Cast, visitor: Client
) -> None:
    visitor.force_login(cast.lurah, "accounts.backends.LoginBackend")
    said = _said(visitor.get("/"))
    assert "Meja kerja" in said and "Permohonan saya" not in said
    visitor.logout()
    assert "Permohonan saya" in _said(visitor.get("/"))
