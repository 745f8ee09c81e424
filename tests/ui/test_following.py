"""What residents, Ketua RT and desks see first: what waits for them, and the whole verdict."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from accounts.models import User
from kernel.clock import now
from services.applications import actions, issuing, queries
from services.applications.models import Application
from services.cases import decisions
from services.cases import queries as desks
from services.cases.models import Step
from services.catalogue.queries import service
from services.letters.checks import Verdict
from services.letters.comparing import Same
from services.letters.queries import Check
from services.portal.checking import headline_of
from services.web.access import today
from tenants.office.models import Profile
from tenants.office.queries import posts_of
from tenants.registry.models import City
from tests.factories import REKLAME, Cast, approve, draft, family, step_of, submitted

Enter = Callable[[User], Client]


LOGIN = "accounts.backends.LoginBackend"


def _html(client: Client, path: str) -> str:
    return client.get(path, follow=True).content.decode()


def _sent_back(cast: Cast, slug: str) -> Application:
    application = submitted(cast, slug)
    approve(application, cast.hasan)
    decisions.return_(
        step_id=step_of(application).pk, by=cast.rina,
        note="Fotonya buram.", at=now(),
    )  # fmt: skip
    return application


# --- a refused permit with a letter issued on the way


@pytest.fixture
def refused_permit(cast: Cast) -> Application:
    """The Camat recommends an advertisement of ten square metres; the DPMPTSP refuses it."""
    application = submitted(cast, "reklame")
    at = now()
    approve(application, cast.hasan, cast.rina, cast.loket_kecamatan, cast.camat, at=at)
    issuing.finish_letters(application_id=application.pk, at=at)
    decisions.refuse(
        step_id=step_of(application).pk, by=cast.petugas,
        note="Lokasinya di jalur hijau.", at=at,
    )  # fmt: skip
    return Application.objects.get(pk=application.pk)


def test_a_refused_permit_opens_with_the_refusal(
    refused_permit: Application, cast: Cast, as_: Enter
) -> None:
    html = _html(as_(cast.sari), f"/permohonan/{refused_permit.pk}/")
    assert html.index("Ditolak ") < html.index("Lokasinya di jalur hijau") < html.index("Unduh PDF")
    assert "Surat sudah jadi" not in html and "bukan izin" in html


def test_the_check_page_says_that_the_application_behind_a_letter_was_refused(
    refused_permit: Application, client_for: Callable[[City], Client], in_bontang: City
) -> None:
    code = refused_permit.issued.get().letter.code
    day = queries.refused_after(code)
    assert day is not None
    found = Check(
        letter_id=1, verdict=Verdict.GENUINE, number="1", subject="Rekomendasi", holder="S•••",
        issued_on=day, issued_by="Kecamatan", valid_until=None, signer_title="Camat", code=code,
        mark="", refused_on=day,
    )  # fmt: skip
    assert "bukan izin" in headline_of(found).text and not found.may_be_accepted
    assert headline_of(found, same=Same.ALTERED).tone == "stop"
    assert headline_of(replace(found, refused_on=None), same=Same.SAME).tone == "ok"


def test_a_letter_of_an_application_under_way_is_not_its_result(cast: Cast, as_: Enter) -> None:
    application = submitted(cast, "reklame")
    approve(application, cast.hasan, cast.rina, cast.loket_kecamatan, cast.camat, at=now())
    issuing.finish_letters(application_id=application.pk, at=now())
    html = _html(as_(cast.sari), f"/permohonan/{application.pk}/")
    assert "Surat antara" in html and "Surat sudah jadi" not in html


# --- what waits for the resident


def test_what_waits_for_the_resident_comes_first_on_the_home_page(cast: Cast, as_: Enter) -> None:
    returned = _sent_back(cast, "sktm")
    for slug in ("reklame", "domisili", "belum-memiliki-rumah"):
        actions.begin(service=service(slug), applicant=cast.sari_person, by=cast.sari)
    html = _html(as_(cast.sari), "/")
    cards = re.findall(r'id="p-(\d+)"', html)
    assert cards[0] == str(returned.pk) and len(cards) == 3
    assert "1 permohonan lain yang berjalan" in html
    assert re.search(r'class="count stop">\s*1<', html)


def test_a_discarded_draft_is_gone_with_its_files(
    cast: Cast, as_: Enter, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    application = draft(cast)
    path = application.documents.get().path
    assert default_storage.exists(path)
    sari = as_(cast.sari)
    assert "Buang" in _html(sari, "/")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        sari.post(f"/permohonan/{application.pk}/batal/")
    assert not Application.objects.filter(pk=application.pk).exists()
    assert not default_storage.exists(path)


def test_a_request_that_was_sent_is_kept_when_withdrawn(cast: Cast, as_: Enter) -> None:
    application = submitted(cast)
    as_(cast.sari).post(f"/permohonan/{application.pk}/batal/")
    assert Application.objects.get(pk=application.pk).state == Application.State.WITHDRAWN


# --- the Ketua RT


def test_a_vouch_pressed_by_mistake_is_taken_back(cast: Cast, as_: Enter) -> None:
    application = submitted(cast)
    hasan = as_(cast.hasan)
    step = step_of(application)
    hasan.post(f"/rt/{step.pk}/putuskan/", {"decision": "approve"})
    assert "tarik kembali" in _html(hasan, "/rt/")
    hasan.post(f"/rt/{step.pk}/tarik/")
    again = step_of(application)
    assert (again.key, again.unit_id) == ("rt", step.unit_id)
    assert not as_(cast.rina).get("/meja/").context["page"].object_list
    hasan.post(f"/rt/{again.pk}/putuskan/", {"decision": "approve"})
    assert step_of(application).key == "loket"


def test_a_vouch_cannot_be_taken_back_after_the_next_desk_or_a_quarter_of_an_hour(
    cast: Cast, as_: Enter
) -> None:
    application = submitted(cast)
    step = step_of(application)
    approve(application, cast.hasan, at=now())
    assert as_(cast.bahar).post(f"/rt/{step.pk}/tarik/").status_code == 404
    approve(application, cast.rina, at=now())
    assert as_(cast.hasan).post(f"/rt/{step.pk}/tarik/").status_code == 409

    other = submitted(cast, "reklame")
    late = step_of(other)
    approve(other, cast.hasan, at=now())
    Step.objects.filter(pk=late.pk).update(decided_at=now() - timedelta(minutes=16))
    assert as_(cast.hasan).post(f"/rt/{late.pk}/tarik/").status_code == 409


def test_the_ketua_rt_sees_what_the_letter_is_for_and_a_year_without_a_dot(
    cast: Cast, as_: Enter
) -> None:
    cast.sari_person.resident_since = now().date().replace(year=1968, day=1)
    cast.sari_person.save()
    submitted(cast)
    html = _html(as_(cast.hasan), "/rt/")
    assert "Beasiswa anak" in html and "di sini sejak 1968" in html
    assert "Jawab sebelum" in html and "dikirim" in html


# --- the desk


def test_documents_stand_under_the_requirement_they_answer(cast: Cast, as_: Enter) -> None:
    application = submitted(cast)
    label = application.blueprint.documents[0].label
    approve(application, cast.hasan)
    html = _html(as_(cast.rina), f"/meja/berkas/{application.pk}/")
    document = application.documents.get()
    assert label in html and f"/berkas/{document.pk}/kecil/" in html
    small = as_(cast.rina).get(f"/berkas/{document.pk}/kecil/")
    assert small["Content-Type"] == "image/jpeg"
    assert as_(cast.lurah_lain).get(f"/berkas/{document.pk}/kecil/").status_code == 404
    assert label in _html(as_(cast.sari), f"/permohonan/{application.pk}/")


def test_a_second_request_of_the_same_kind_is_pointed_out(cast: Cast, as_: Enter) -> None:
    first, second = submitted(cast), submitted(cast)
    approve(second, cast.hasan)
    html = _html(as_(cast.rina), f"/meja/berkas/{second.pk}/")
    assert "Perlu diperhatikan" in html and str(first.number) in html
    assert "belum selesai" in _html(as_(cast.sari), "/ajukan/sktm/")


def test_decided_cases_of_one_moment_stand_on_one_page_each(cast: Cast) -> None:
    at = now()
    for _ in range(4):
        approve(submitted(cast), cast.hasan, cast.rina, at=at)
    posts = posts_of(cast.rina, today())
    found = [step.pk for step in desks.decided(posts)]
    assert found == sorted(found, reverse=True)


def test_a_new_account_leads_back_to_the_service_that_was_asked_for(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    person, *_ = family(cast.village, rt=3)
    visitor = client_for(in_bontang)
    page = visitor.get("/ajukan/sktm/", follow=True).content.decode()
    assert 'href="/daftar/?next=/ajukan/sktm/"' in page
    born = person.birth_date
    sent = {
        "nik": person.nik, "kk_number": person.household.kk_number,
        "birth_date": f"{born:%d-%m-%Y}",
        "password": "kopi tubruk tanpa gula", "next": "/ajukan/sktm/",
    }  # fmt: skip
    assert visitor.post("/daftar/", sent).url == "/ajukan/sktm/"  # type: ignore[attr-defined]


def test_registering_leads_to_no_other_site(
    in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    Profile.objects.update(languages="")  # the switch of languages keeps the address as it is
    page = client_for(in_bontang).get("/daftar/?next=https://jahat.example/").content.decode()
    assert "jahat.example" not in page


# --- correcting


def _filled(cast: Cast, as_: Enter, slug: str) -> tuple[Application, Client]:
    application = draft(cast, slug)
    return application, as_(cast.sari)


def test_change_opens_the_page_of_its_question_and_leads_back_to_checking(
    cast: Cast, as_: Enter
) -> None:
    application = submitted(cast, "reklame")
    approve(application, cast.hasan)
    _send_back(application, cast.rina)
    sari = as_(cast.sari)
    check = f"/permohonan/{application.pk}/periksa/"
    links = re.findall(r'href="([^"]*start=(\w+)&amp;ubah#id_\w+)"', _html(sari, check))
    assert {key for _, key in links} >= {"isi", "luas", "selesai"}
    for link, key in links:
        page = _html(sari, link.replace("&amp;", "&").partition("#")[0])
        assert f'name="{key}"' in page or f'name="{key}-' in page, key
        assert f'href="{check}"' in page  # the way back
    fill = f"/permohonan/{application.pk}/isi/?start=isi&ubah"
    sent = {**REKLAME, "_asked": ["isi"], "isi": "Toko Sembako Makmur"}
    answer = sari.post(fill, sent)
    assert answer.url == check  # type: ignore[attr-defined]
    assert "Toko Sembako Makmur" in _html(sari, check)


def _send_back(application: Application, by: User, about: str = "") -> None:
    decisions.return_(
        step_id=step_of(application).pk, by=by, note="Tulisannya keliru.",
        about=about, at=now(),
    )  # fmt: skip


def test_a_return_about_one_question_leads_straight_to_it(cast: Cast, as_: Enter) -> None:
    application = submitted(cast, "reklame")
    approve(application, cast.hasan)
    desk = as_(cast.rina)
    step = step_of(application)
    sent = {"step": step.pk, "decision": "return", "note": "", "fault-luas": "wrong"}
    desk.post(f"/meja/berkas/{application.pk}/putuskan/", sent)
    html = _html(as_(cast.sari), f"/permohonan/{application.pk}/")
    assert f"/permohonan/{application.pk}/isi/?start=luas#id_luas" in html


def test_a_return_names_only_what_the_service_asks(cast: Cast) -> None:
    application = submitted(cast)
    approve(application, cast.hasan)
    _send_back(application, cast.rina, about="tidak_ada")
    assert application.steps.get(state=Step.State.RETURNED).about == ""


def test_a_complete_draft_is_resumed_at_checking(cast: Cast, as_: Enter) -> None:
    application, sari = _filled(cast, as_, "sktm")
    answer = sari.get(f"/permohonan/{application.pk}/")
    assert answer.url == f"/permohonan/{application.pk}/periksa/"  # type: ignore[attr-defined]


def test_a_sample_statement_is_filled_in_for_who_is_signed_in_alone(
    cast: Cast, as_: Enter, client_for: Callable[[City], Client], in_bontang: City
) -> None:
    address = "/layanan/sktm/contoh/pernyataan/"
    stranger = client_for(in_bontang).get(address)
    page = stranger.content.decode()
    assert cast.sari_person.name not in page and "…………" in page
    own = as_(cast.sari).get(address)
    assert cast.sari_person.name in own.content.decode()
    assert cast.sari_person.nik in own.content.decode()
    assert "no-store" in own["Cache-Control"]
    assert "Lihat contohnya" in _html(as_(cast.sari), "/layanan/sktm/")
    missing = client_for(in_bontang).get("/layanan/domisili/contoh/pernyataan/")
    assert missing.status_code == 404


def test_after_sending_the_day_of_the_letter_is_said(cast: Cast, as_: Enter) -> None:
    application = submitted(cast)
    said = _html(as_(cast.sari), f"/permohonan/{application.pk}/terkirim/")
    assert "Surat Anda jadi paling lambat" in said


def test_a_long_form_lists_its_steps_and_a_short_one_does_not(cast: Cast, as_: Enter) -> None:
    client = as_(cast.sari)
    long, _ = Application.objects.get_or_create(
        pk=actions.begin(service=service("kelahiran"), applicant=cast.sari_person, by=cast.sari).pk
    )
    page = _html(client, f"/permohonan/{long.pk}/isi/?start=ibu")
    assert "Semua langkah" in page and 'aria-current="step"' in page
    assert re.search(r"<h1[^>]*>Ibu</h1>", page)
    short = draft(cast)
    assert "Semua langkah" not in _html(client, f"/permohonan/{short.pk}/isi/")
