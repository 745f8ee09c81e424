"""The pages of a kiosk: the whole way by forms, and that a kiosk reaches nothing else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from audit.models import Entry
from kernel import clock
from services.applications import at_kiosk, issuing
from services.applications.models import Application
from services.catalogue.queries import service
from services.letters.models import Letter
from services.residents.models import Kiosk, Person
from services.web.access import today
from tenants.office.models import Holding
from tests.architecture.test_addresses import CITY_HOST, example, pages
from tests.factories import SKTM, Cast, account, approve, photo
from tests.kiosk.conftest import As, Screen, again, at, stand, typed
from ui.page import Audience

pytestmark = pytest.mark.django_db


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def fill(client: Client, address: str, application: Application, **changes: str) -> str:
    """Walk the form from this address to its end; the address of checking."""
    given = {**SKTM, **changes}
    specs = {spec.key for spec in application.blueprint.documents}
    for _ in range(9):
        form = client.get(address)
        asked = [bound.name for bound in form.context["form"]]
        sent: dict[str, object] = {"_asked": asked}
        sent |= {key: value for key, value in given.items() if key in asked}
        sent |= {
            key: SimpleUploadedFile("foto.jpg", photo(), "image/jpeg")
            for key in specs & set(asked)
        }  # fmt: skip
        answer = client.post(address, sent)
        assert answer.status_code == 302, text(answer)
        address = answer["Location"]
        if address == at("application-check", application.pk):
            return address
    raise AssertionError("the form has no end")


def test_from_the_desk_to_the_printed_letter(
    cast: Cast, screen: Screen, resident: Person, signed_in: As
) -> None:
    client = screen.client
    assert "Urus surat di sini" in text(client.get(at("kiosk")))
    screen.stand(resident)
    assert client.get(at("kiosk"))["Location"] == at("kiosk-own")
    found = text(client.get(at("kiosk-services"), {"q": "tidak mampu"}))
    assert at("kiosk-begin", "sktm") in found
    begin = text(client.get(at("kiosk-begin", "sktm")))
    assert "Yang diperlukan" in begin and resident.nik not in begin
    answer = client.post(at("kiosk-begin", "sktm"))
    application = Application.objects.get(applicant=resident)
    assert answer["Location"] == at("application-fill", application.pk)
    form = text(client.get(answer["Location"]))
    assert 'autocomplete="off"' in form and "keep-typed" not in form
    check = fill(client, answer["Location"], application)
    shown = text(client.get(check))
    assert SKTM["keperluan"] in shown and resident.nik not in shown
    assert at("document", application.documents.first().pk) not in shown, "no file fills the screen"
    answer = client.post(check)
    assert answer["Location"] == at("kiosk-sent", application.pk)
    application.refresh_from_db()
    receipt = text(client.get(answer["Location"]))
    assert application.number in receipt and "Cetak tanda terima" in receipt
    assert client.post(at("kiosk-end"))["Location"] == at("kiosk")
    for address in (answer["Location"], check, at("kiosk-own"), at("kiosk-case", application.pk)):
        assert client.get(address)["Location"] == at("kiosk"), "the way back shows nothing"

    approve(application, cast.hasan, at=clock.now())
    desk = text(signed_in(cast.rina).get(at("desk-case", application.pk)))
    assert f"Diisi sendiri oleh pemohon di {screen.kiosk.user.name}" in desk
    approve(application, cast.rina, cast.lurah, at=clock.now())
    issuing.finish_letters(application_id=application.pk, at=clock.now())
    screen.stand(resident)
    assert application.number in text(client.get(at("kiosk-own")))
    letter = Letter.objects.get(person=resident)
    case = text(client.get(at("kiosk-case", application.pk)))
    assert at("kiosk-letter", application.pk, letter.pk) in case
    printed = text(client.get(at("kiosk-letter", application.pk, letter.pk)))
    assert "Cetak surat" in printed
    picture = client.get(at("kiosk-letter-page", application.pk, letter.pk, 1))
    assert picture.content[:4] == b"\x89PNG"
    assert client.get(at("kiosk-letter-page", application.pk, letter.pk, 9)).status_code == 404
    assert Entry.objects.filter(what="person.read", detail__purpose="kios-surat").count() == 1


def test_a_resident_reads_who_used_the_kiosk_as_them(
    screen: Screen, resident: Person, signed_in: As
) -> None:
    screen.stand(resident)
    draft = at_kiosk.begin(service=service("sktm"), kiosk=again(screen.kiosk), at=clock.now())
    own = signed_in(account(resident))
    name = screen.kiosk.user.name
    assert f"{name} dipakai dengan NIK, tanggal lahir" in text(own.get(at("reads")))
    assert f"Diisi di {name} dengan NIK Anda" in text(own.get(at("applications")))
    assert own.get(at("application-fill", draft.pk)).status_code == 200


def test_without_a_document_the_counter_finishes(screen: Screen, resident: Person) -> None:
    client = screen.client
    screen.stand(resident)
    client.post(at("kiosk-begin", "sktm"))
    application = Application.objects.get(applicant=resident)
    address = at("application-fill", application.pk)
    while "Selesaikan di loket" not in text(form := client.get(address)):
        asked = [bound.name for bound in form.context["form"]]
        sent = {key: value for key, value in SKTM.items() if key in asked}
        address = client.post(address, {"_asked": asked, **sent})["Location"]
    asked = [bound.name for bound in form.context["form"]]
    given = {key: value for key, value in SKTM.items() if key in asked}
    assert client.post(address, {"_asked": asked, **given}).status_code == 422
    later = text(client.get(at("kiosk-later", application.pk)))
    assert "Minta petugas melanjutkan" in later
    application.refresh_from_db()
    assert application.answers["keperluan"] == SKTM["keperluan"], "what was typed is kept"
    client.post(at("kiosk-discard", application.pk))
    assert not Application.objects.filter(pk=application.pk).exists()


def test_wrong_facts_are_refused_without_saying_which(screen: Screen, resident: Person) -> None:
    wrong = {**typed(resident), "birth_date_2": resident.birth_date.year - 1}
    answer = screen.client.post(at("kiosk-identity"), wrong)
    assert answer.status_code == 422 and "belum cocok" in text(answer)
    assert screen.client.get(at("kiosk-own"))["Location"] == at("kiosk")


def test_a_code_is_made_at_the_desk_and_typed_at_the_kiosk(
    cast: Cast, screen: Screen, resident: Person, signed_in: As
) -> None:
    desk = signed_in(cast.rina)
    desk.post(at("desk-person", resident.pk), {"purpose": "layanan"})
    page = at("desk-kiosk-code", resident.pk)
    assert page in text(desk.get(at("desk-person", resident.pk)))
    assert desk.post(page, {"checked": ""}).status_code == 422, "what was checked is asked"
    card = desk.post(page, {"checked": "ktp"})
    code = card.context["handed"].in_groups
    assert code in text(card)
    answer = screen.client.post(at("kiosk-code"), {"code": code})
    assert answer["Location"] == at("kiosk-own")


# --- nothing else ---------------------------------------------------------------------------------


def reached_at_a_kiosk() -> set[str]:
    """Addresses whose pages say that they are for kiosks, and files without a reader."""
    return {
        route
        for route, said in pages(get_resolver("config.urls_city"))
        if said is not None
        and (said.at_kiosk or said.audience is Audience.KIOSK or said.support == "always")
    }


FORM = {
    "permohonan/<int:pk>/isi/", "permohonan/<int:pk>/periksa/",
    "permohonan/<int:pk>/surat-lain/<slug:key>/", "berkas/<int:pk>/hapus/",
}  # fmt: skip


def test_a_kiosk_reaches_its_own_pages_and_the_form_alone(screen: Screen, resident: Person) -> None:
    screen.stand(resident)
    reached = reached_at_a_kiosk()
    kiosk = {route for route, audience in CITY_HOST.items() if audience is Audience.KIOSK}
    # What a provider of payments sends comes without a session, wherever it comes from.
    files = {
        "bayar/<slug:provider>/kabar/",
        "ui/warna.css",
        "ui/logo.png",
        "manifest.webmanifest",
        "sw.js",
        "luring/",
        "v/luring/",
        ".well-known/balai/kunci.json",
        ".well-known/balai/dicabut.json",
    }
    assert reached == FORM | kiosk | files | {"keluar/"}
    assert screen.client.post(at("sign-out"))["Location"] == at("kiosk")
    others = set(CITY_HOST) - reached
    assert len(others) > 250
    for route in sorted(others):
        for method in ("get", "post"):
            answer = getattr(screen.client, method)(example(route))
            assert (answer.status_code, answer["Location"]) == (302, at("kiosk")), (method, route)
    assert again(screen.kiosk).person == resident


def test_nobody_else_reaches_a_page_of_a_kiosk(cast: Cast, signed_in: As) -> None:
    for user in (cast.rina, cast.sari):
        assert signed_in(user).get(at("kiosk")).status_code == 404


def test_opening_signs_the_official_out(cast: Cast, screen: Screen) -> None:
    assert "_auth_user_id" not in screen.client.session
    assert screen.client.get(at("desk-inbox"))["Location"] == at("kiosk")
    assert screen.client.session.get_expiry_date() <= screen.kiosk.until


def test_nothing_of_another_resident_is_opened(
    screen: Screen, resident: Person, cast: Cast
) -> None:
    client = screen.client
    screen.stand(cast.sari_person)
    client.post(at("kiosk-begin", "sktm"))
    hers = Application.objects.get(applicant=cast.sari_person)
    check = fill(client, at("application-fill", hers.pk), hers)
    document = hers.documents.first()
    client.post(at("kiosk-end"))
    screen.stand(resident)
    for address in (
        at("application-fill", hers.pk), check, at("kiosk-later", hers.pk),
        at("kiosk-case", hers.pk), at("kiosk-sent", hers.pk), at("kiosk-letter", hers.pk, 1),
        at("letter-elsewhere", hers.pk, document.key),
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address
    for address in (
        check, at("application-fill", hers.pk), at("kiosk-discard", hers.pk),
        at("document-remove", document.pk),
    ):  # fmt: skip
        assert client.post(address).status_code == 404, address
    hers.refresh_from_db()
    assert hers.state == Application.State.DRAFT and hers.documents.exists()


def test_after_the_idle_time_the_server_opens_nothing(screen: Screen, resident: Person) -> None:
    client = screen.client
    screen.stand(resident)
    client.post(at("kiosk-begin", "sktm"))
    draft = Application.objects.get(applicant=resident)
    rows = Kiosk.objects.filter(pk=screen.kiosk.pk)
    rows.update(used_at=clock.now() - timedelta(minutes=4))
    assert client.get(at("application-fill", draft.pk)).status_code == 200, "without script"
    assert client.post(at("kiosk-still-here")).status_code == 204
    rows.update(used_at=clock.now() - timedelta(seconds=151))
    assert client.post(at("kiosk-still-here"))["Location"] == at("kiosk"), "no report wakes it"
    for method in ("get", "post"):
        for name in ("application-fill", "application-check"):
            answer = getattr(client, method)(at(name, draft.pk), {"keperluan": "x"})
            assert answer["Location"] == at("kiosk")
    draft.refresh_from_db()
    assert "keperluan" not in draft.answers
    assert "Urus surat di sini" in text(client.get(at("kiosk")))


def test_no_page_is_kept_or_leads_away(screen: Screen, resident: Person) -> None:
    client = screen.client
    seen = [client.get(at(name)) for name in ("kiosk", "kiosk-identity", "kiosk-code")]
    screen.stand(resident)
    client.post(at("kiosk-begin", "sktm"))
    draft = Application.objects.get(applicant=resident)
    seen += [client.get(at(name)) for name in ("kiosk-own", "kiosk-services")]
    seen += [client.get(at("application-fill", draft.pk)), client.get("/tidak-ada/")]
    seen += [client.get(at("kiosk-case", 1)), client.get(at("kiosk-begin", "sktm"))]
    for answer in seen:
        assert "no-store" in answer["Cache-Control"]
        for name in ("sign-in", "privacy", "account", "applications", "verify-form"):
            assert f'href="{at(name)}"' not in text(answer)
        assert "/bahasa/" not in text(answer)
    turn = [answer for answer in seen if answer.status_code == 200][3:]
    assert all(f'action="{at("kiosk-end")}"' in text(answer) for answer in turn)
    assert all("Saya masih di sini" in text(answer) for answer in turn)


@pytest.mark.parametrize("how", ["password", "desk", "post", "midnight"])
def test_after_its_end_a_kiosk_opens_nothing(
    cast: Cast, screen: Screen, resident: Person, signed_in: As, how: str
) -> None:
    client = screen.client
    screen.stand(resident)
    client.post(at("kiosk-begin", "sktm"))
    draft = Application.objects.get(applicant=resident)
    if how == "password":
        assert client.post(at("kiosk-close"), {"password": "salah"}).status_code == 422
        answer = client.post(at("kiosk-close"), {"password": "kata-sandi-uji"})
        assert answer["Location"] == at("sign-in")
    elif how == "desk":
        desk = signed_in(cast.rina)
        assert screen.kiosk.user.name in text(desk.get(at("desk-kiosks")))
        desk.post(at("desk-kiosk-close", screen.kiosk.pk))
    elif how == "post":
        Holding.objects.filter(user=cast.rina).update(until=today() - timedelta(days=1))
    else:
        Kiosk.objects.filter(pk=screen.kiosk.pk).update(until=clock.now())
    assert client.get(at("application-fill", draft.pk))["Location"].startswith(at("sign-in"))
    for name in ("kiosk", "kiosk-own", "kiosk-identity", "kiosk-services"):
        assert client.get(at(name)).status_code == 404
    assert client.post(at("kiosk-identity"), typed(resident)).status_code == 404
    assert Kiosk.objects.filter(pk=screen.kiosk.pk, ended_at=None).count() == (how == "midnight")


def test_lists_ask_no_more_when_they_are_longer(screen: Screen, resident: Person) -> None:
    def asked(name: str) -> int:
        screen.client.get(at(name))
        with CaptureQueriesContext(connection) as seen:
            assert screen.client.get(at(name)).status_code == 200
        return len(seen)

    screen.stand(resident)
    kiosk = again(screen.kiosk)
    at_kiosk.begin(service=service("sktm"), kiosk=kiosk, at=clock.now())
    own, services = asked("kiosk-own"), asked("kiosk-services")
    for slug in ("penghasilan", "biodata-penduduk", "pengantar-skck"):
        at_kiosk.begin(service=service(slug), kiosk=kiosk, at=clock.now())
    assert at_kiosk.cases(resident).count() == 4
    assert asked("kiosk-own") == own <= 16
    assert services <= 25


def test_the_right_facts_do_not_open_the_kiosk_of_another_city(
    blitar: object, screen: Screen, client_for: Callable[..., Client]
) -> None:
    there = client_for(blitar)
    there.cookies = screen.client.cookies
    assert there.get(at("kiosk")).status_code == 404


def test_who_stands_there_is_the_last_who_said_who_they_are(
    cast: Cast, screen: Screen, resident: Person
) -> None:
    screen.stand(resident)
    stand(screen.kiosk, cast.sari_person)
    assert again(screen.kiosk).standing(clock.now()) == cast.sari_person
