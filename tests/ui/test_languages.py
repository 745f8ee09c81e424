"""Residents read services in a language their city offers."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from services.applications.models import Application
from services.catalogue.models import Service
from tenants.office.models import Profile
from tenants.registry.models import City
from tests.factories import MONDAY, approve, make_cast, submitted, without_english
from tests.setup.pages import SKTM, admin, form_of

__all__ = ["admin"]  # a fixture
TITLE = "Certificate of Financial Hardship (SKTM)"


@pytest.fixture
def visitor(in_bontang: City, client_for: Callable[[City], Client]) -> Client:
    return client_for(in_bontang)


def offer(codes: str) -> None:
    Profile.objects.update(languages=codes)


def test_the_switch_is_there_when_there_is_a_choice(visitor: Client) -> None:
    offer("")
    assert "Bahasa layanan" not in visitor.get("/").content.decode()
    offer("en")
    page = visitor.get("/").content.decode()
    assert "Bahasa layanan" in page
    assert 'lang="en"' in page


def test_a_service_is_read_in_the_language_chosen(visitor: Client) -> None:
    offer("en")
    without_english("reklame")
    answer = visitor.post("/bahasa/", {"language": "en", "back": "/layanan/sktm/"})
    assert answer["Location"] == "/layanan/sktm/"
    page = visitor.get("/layanan/sktm/").content.decode()
    assert re.search(rf'lang="en">\s*<h1>{re.escape(TITLE)}', page)
    assert "The head of the RT confirms" in page
    assert TITLE in visitor.get("/").content.decode()
    assert TITLE in visitor.get("/kebutuhan/bantuan/").content.decode()
    assert "Izin Pemasangan Reklame" in visitor.get("/layanan/reklame/").content.decode()
    visitor.post("/bahasa/", {"language": "id"})
    assert TITLE not in visitor.get("/layanan/sktm/").content.decode()


def test_a_language_the_city_takes_back_is_gone(visitor: Client) -> None:
    offer("en")
    visitor.post("/bahasa/", {"language": "en"})
    offer("")
    assert TITLE not in visitor.get("/layanan/sktm/").content.decode()
    answer = visitor.post("/bahasa/", {"language": "en"})
    assert "bahasa" not in answer.cookies


@pytest.mark.parametrize("back", ["https://jahat.example/", "//jahat.example/", "javascript:x", ""])
def test_the_switch_leads_nowhere_else(visitor: Client, back: str) -> None:
    assert visitor.post("/bahasa/", {"language": "id", "back": back})["Location"] == "/"


def test_questions_are_read_in_english_and_the_letter_stays(
    visitor: Client, in_bontang: City
) -> None:
    cast = make_cast()
    offer("en")
    visitor.force_login(cast.sari, "services.residents.backends.NikBackend")
    visitor.cookies["bahasa"] = "en"
    answer = visitor.post("/ajukan/sktm/", follow=True)
    page = answer.content.decode()
    assert "How many people depend on you?" in page
    assert "What do you need this letter for?" in page
    application = submitted(cast)
    page = visitor.get(f"/permohonan/{application.pk}/").content.decode()
    assert "Monthly family income" in page
    approve(application, cast.hasan, cast.rina, cast.lurah, at=MONDAY)
    letter = Application.objects.get(pk=application.pk).issued.get().letter
    assert letter.subject == "Surat Keterangan Tidak Mampu"


def test_an_admin_translates_a_service(admin: Client) -> None:
    path = f"{SKTM}terjemahan/"
    offer("")
    without_english("reklame")
    page = admin.get("/kelola/layanan/reklame/terjemahan/").content.decode()
    assert "Belum ada bahasa lain" in page
    offer("en,jv")
    page = admin.get(path).content.decode()
    assert TITLE in page, "what ships is there"
    for absent in ("su", "jv"):  # Balai's own pages do not have them
        assert admin.get(f"{path}?language={absent}").status_code == 404
    sent = form_of(admin, f"{path}?language=en")
    sent |= {"t.title": "Letter of Hardship"}
    assert admin.post(f"{path}?language=en", sent).status_code == 302
    draft = Service.objects.get(slug="sktm").draft
    assert draft is not None
    assert draft["translations"]["en"]["title"] == "Letter of Hardship"
    stale = admin.post(f"{path}?language=en", {**sent, "t.title": "Another"})
    assert stale.status_code == 409
    assert "Another" in stale.content.decode()


def test_a_language_the_pages_do_not_have_is_not_offered(admin: Client, visitor: Client) -> None:
    offer("su")
    assert "Bahasa layanan" not in visitor.get("/").content.decode()
    sent = form_of(admin, "/kelola/identitas/")
    sent.pop("logo", None)
    assert admin.post("/kelola/identitas/", {**sent, "languages": ["su"]}).status_code == 422


def test_a_new_city_offers_english_and_marks_what_has_none(visitor: Client) -> None:
    assert Profile.objects.get().languages == "en"
    visitor.cookies["bahasa"] = "en"
    assert "Indonesian only" not in visitor.get("/kebutuhan/usaha/").content.decode()
    without_english("reklame")
    page = visitor.get("/kebutuhan/usaha/").content.decode()
    rows = page.split("<li>")
    reklame = next(row for row in rows if "/layanan/reklame/" in row)
    business = next(row for row in rows if "/layanan/sku/" in row)
    assert "Indonesian only" in reklame and 'lang="id"' in reklame
    assert "Indonesian only" not in business
    assert "Indonesian only" not in visitor.get("/layanan/sku/").content.decode()


def test_the_offered_languages_are_chosen_with_the_citys_face(admin: Client) -> None:
    sent = form_of(admin, "/kelola/identitas/")
    sent.pop("logo", None)
    assert admin.post("/kelola/identitas/", {**sent, "languages": ["en"]}).status_code == 302
    assert Profile.objects.get().languages == "en"
    assert admin.post("/kelola/identitas/", {**sent, "languages": ["xx"]}).status_code == 422
