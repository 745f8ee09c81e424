"""What residents, Ketua RT and desks see and may do, page by page, without JavaScript."""

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from audit.models import Entry
from kernel.clock import now
from services.applications import issuing
from services.applications.models import Application
from services.cases.models import Step
from services.letters.models import Letter
from tenants.registry.models import City
from tests.factories import Cast, approve, draft, photo, step_of, submitted

ANSWERS = {"keperluan": "Beasiswa anak", "penghasilan": "1.450.000", "tanggungan": "3"}


Enter = Callable[[User], Client]


def _said(page: object) -> str:
    return re.sub(r"\s+", " ", page.content.decode())  # type: ignore[attr-defined]


def _letter(application: Application) -> Letter:
    issuing.finish_letters(application_id=application.pk, at=now())
    return Letter.objects.get(issued_from__application=application)


# --- a resident


def test_asking_from_the_first_page_to_the_number(cast: Cast, as_: Enter) -> None:
    sari = as_(cast.sari)
    known = _said(sari.get("/ajukan/sktm/"))
    assert cast.sari_person.nik not in known and "••••" in known
    fill = sari.post("/ajukan/sktm/").url  # type: ignore[attr-defined]
    assert sari.post("/ajukan/sktm/").url == fill  # type: ignore[attr-defined]  # twice: one draft
    page = sari.post(fill, {**ANSWERS, "penghasilan": "banyak"})
    assert page.status_code == 422
    html = _said(page)
    assert 'href="#id_penghasilan"' in html and 'href="#id_pernyataan"' in html
    assert "Beasiswa anak" in html  # nothing typed is lost
    file = SimpleUploadedFile("foto.jpg", photo(), "image/jpeg")
    check = sari.post(fill, {**ANSWERS, "pernyataan": file}).url  # type: ignore[attr-defined]
    html = _said(sari.get(check))
    assert "Rp1.450.000" in html and "3 orang" in html and "foto.jpg" in html
    sent = sari.post(check).url  # type: ignore[attr-defined]
    assert sari.post(check).url == sent  # type: ignore[attr-defined]  # the double click
    assert Application.objects.filter(state="running").count() == 1
    number = Application.objects.get(state="running").number
    assert number is not None and number in _said(sari.get(sent))
    assert "RT 001" in _said(sari.get("/permohonan/"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "kosong"),
        (b"MZ\x90\x00" + b"\x00" * 64, "bukan PDF atau foto"),
        (b"%PDF-1.4 rusak", "rusak"),
        (b"\x00" * (8 * 1024 * 1024 + 10), "paling besar"),
    ],
)
def test_a_wrong_file_is_refused_with_the_cure(
    cast: Cast, as_: Enter, content: bytes, said: str
) -> None:
    sari = as_(cast.sari)
    fill = sari.post("/ajukan/sktm/").url  # type: ignore[attr-defined]
    file = SimpleUploadedFile("pernyataan.pdf", content, "application/pdf")
    page = sari.post(fill, {**ANSWERS, "pernyataan": file})
    assert page.status_code == 422 and said in _said(page)


def test_a_file_is_taken_out_again(cast: Cast, as_: Enter) -> None:
    application = draft(cast)
    document = application.documents.get()
    assert as_(cast.tetangga).post(f"/berkas/{document.pk}/hapus/").status_code == 404
    as_(cast.sari).post(f"/berkas/{document.pk}/hapus/")
    assert not application.documents.exists()


def test_nobody_reads_what_is_not_theirs(cast: Cast, as_: Enter) -> None:
    application = submitted(cast)
    document = application.documents.get()
    mine = [f"/permohonan/{application.pk}/", f"/berkas/{document.pk}/"]
    for path in mine:
        assert as_(cast.sari).get(path).status_code == 200
    for user in (cast.tetangga, cast.bahar, cast.rina, cast.camat):  # not yet on their desks
        for path in [*mine, f"/meja/berkas/{application.pk}/"]:
            assert as_(user).get(path).status_code == 404
    assert as_(cast.hasan).get(f"/berkas/{document.pk}/").status_code == 404  # he only vouches
    approve(application, cast.hasan)
    served = as_(cast.rina).get(f"/berkas/{document.pk}/")
    assert served["Cache-Control"] == "private, no-store"
    assert served["X-Content-Type-Options"] == "nosniff"


def test_a_resident_sees_who_opened_their_data(cast: Cast, as_: Enter) -> None:
    application = submitted(cast)
    sari = as_(cast.sari)
    assert "Belum ada yang membuka" in _said(sari.get("/akses/"))
    as_(cast.hasan).get(f"/rt/{step_of(application).pk}/")
    html = _said(sari.get("/akses/"))
    assert "Hasan" in html and "Ketua RT membuka permohonan Anda" in html
    assert "Hasan" not in _said(as_(cast.tetangga).get("/akses/"))


def test_a_stranger_signs_in_and_comes_back(
    in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    page = client_for(in_bontang).get("/ajukan/sktm/")
    assert page.url == "/masuk/?next=/ajukan/sktm/"  # type: ignore[attr-defined]


def test_an_official_cannot_ask_with_a_staff_account(cast: Cast, as_: Enter) -> None:
    page = as_(cast.rina).get("/ajukan/sktm/")
    assert page.status_code == 422 and "masuk dengan NIK" in _said(page)


def test_taking_a_request_back(cast: Cast, as_: Enter) -> None:
    application = submitted(cast)
    sari = as_(cast.sari)
    assert "Batalkan permohonan ini?" in _said(sari.get(f"/permohonan/{application.pk}/batal/"))
    sari.post(f"/permohonan/{application.pk}/batal/")
    application.refresh_from_db()
    assert application.state == "withdrawn"


# --- the Ketua RT ---------------------------------------------------------------------------------


def test_the_ketua_rt_vouches_in_two_taps(cast: Cast, as_: Enter) -> None:
    application = submitted(cast)
    step = step_of(application)
    hasan = as_(cast.hasan)
    html = _said(hasan.get("/rt/"))
    assert "1 warga menunggu Anda" in html and cast.sari_person.nik not in html
    assert "1.450.000" not in _said(hasan.get(f"/rt/{step.pk}/"))  # sensitive answers stay away
    hasan.post(f"/rt/{step.pk}/putuskan/", {"decision": "approve"})
    assert step_of(application).key == "loket"
    assert "Tidak ada yang menunggu" in _said(hasan.get("/rt/"))


def test_refusing_needs_a_reason_and_keeps_what_was_typed(cast: Cast, as_: Enter) -> None:
    step = step_of(submitted(cast))
    hasan = as_(cast.hasan)
    page = hasan.post(
        f"/rt/{step.pk}/putuskan/", {"decision": "refuse", "reason": "other", "note": "no"}
    )
    assert page.status_code == 422
    assert 'href="#id_note"' in _said(page) and "no</textarea>" in _said(page)


def test_another_rt_neither_sees_nor_decides(cast: Cast, as_: Enter) -> None:
    application = submitted(cast)
    step = step_of(application)
    bahar = as_(cast.bahar)
    assert "Tidak ada yang menunggu" in _said(bahar.get("/rt/"))
    assert bahar.get(f"/rt/{step.pk}/").status_code == 404
    assert bahar.post(f"/rt/{step.pk}/putuskan/", {"decision": "approve"}).status_code == 404
    assert step_of(application).key == "rt"


# --- a desk


def test_the_desk_sees_masked_numbers_until_it_asks(cast: Cast, as_: Enter) -> None:
    application = submitted(cast)
    approve(application, cast.hasan)
    rina = as_(cast.rina)
    nik = cast.sari_person.nik
    assert nik not in _said(rina.get("/meja/"))
    case = f"/meja/berkas/{application.pk}/"
    assert nik not in _said(rina.get(case))
    before = Entry.objects.filter(what="person.read").count()
    assert nik in _said(rina.post(f"{case}nik/"))
    assert Entry.objects.filter(what="person.read").count() == before + 1


def test_finding_a_case_by_name_number_or_nik(cast: Cast, as_: Enter) -> None:
    application = submitted(cast)
    approve(application, cast.hasan)
    rina = as_(cast.rina)
    first = cast.sari_person.name.split()[0]
    for text in (first.lower(), application.number, cast.sari_person.nik):
        assert application.number in _said(rina.post("/meja/cari/", {"q": text}))
    assert application.number in _said(rina.get("/meja/", {"q": application.number}))
    by_address = rina.get("/meja/", {"q": f"{first} {cast.sari_person.household.address}"})
    assert application.number in _said(by_address)
    assert "Tidak ada yang cocok" in _said(rina.get("/meja/", {"q": "zzz%_'"}))


def test_returning_asks_why_and_the_resident_mends(cast: Cast, as_: Enter) -> None:
    application = submitted(cast)
    approve(application, cast.hasan)
    step = step_of(application)
    decide = f"/meja/berkas/{application.pk}/putuskan/"
    rina = as_(cast.rina)
    page = rina.post(decide, {"step": step.pk, "decision": "return", "note": ""})
    assert page.status_code == 422 and 'href="#id_note_return"' in _said(page)
    note = "Fotonya <b>buram</b>."
    rina.post(decide, {"step": step.pk, "decision": "return", "note": note})
    html = _said(as_(cast.sari).get(f"/permohonan/{application.pk}/"))
    assert "Perlu Anda perbaiki" in html and "&lt;b&gt;buram" in html


def test_two_officials_at_one_case_the_second_is_told(cast: Cast, as_: Enter) -> None:
    application = submitted(cast)
    approve(application, cast.hasan)
    step = step_of(application)
    rina = as_(cast.rina)
    rina.get(f"/meja/berkas/{application.pk}/")
    approve(application, cast.rina)
    decide = f"/meja/berkas/{application.pk}/putuskan/"
    page = rina.post(decide, {"step": step.pk, "decision": "refuse", "note": "Tidak lengkap."})
    assert page.status_code == 409 and "sudah diputuskan" in _said(page)


@pytest.mark.parametrize("step_id", ["", "abc", "999999", "-1", "1; DROP"])
def test_a_garbled_decision_changes_nothing(cast: Cast, as_: Enter, step_id: str) -> None:
    application = submitted(cast)
    approve(application, cast.hasan)
    decide = f"/meja/berkas/{application.pk}/putuskan/"
    page = as_(cast.rina).post(decide, {"step": step_id, "decision": "approve"})
    assert page.status_code in (404, 422)
    assert Step.objects.filter(state="open").get().key == "loket"


# --- the letter


def test_the_letter_proves_itself_and_shows_no_more(
    cast: Cast, as_: Enter, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah, at=now())
    letter = _letter(application)
    sari, anyone = as_(cast.sari), client_for(in_bontang)
    assert "Surat sudah jadi" in _said(sari.get(f"/permohonan/{application.pk}/"))
    pdf = sari.get(f"/surat/{letter.pk}/?unduh")
    assert pdf["Content-Type"] == "application/pdf" and "attachment" in pdf["Content-Disposition"]
    assert as_(cast.tetangga).get(f"/surat/{letter.pk}/").status_code == 404
    assert anyone.get(f"/surat/{letter.pk}/").status_code == 302
    html = _said(anyone.get(f"/v/{letter.code}"))
    assert "Ini surat uji coba" in html and letter.number in html
    for secret in (cast.sari_person.name, cast.sari_person.nik, cast.sari_person.household.address):
        assert secret not in html
    same = SimpleUploadedFile("s.pdf", pdf.content, "application/pdf")
    assert "sama persis" in _said(anyone.post(f"/v/{letter.code}", {"file": same}))
    other = SimpleUploadedFile("s.pdf", pdf.content + b" ", "application/pdf")
    html = _said(anyone.post(f"/v/{letter.code}", {"file": other}))
    assert re.search(r"<h1[^>]*stop[^>]*>.*Berkas ini surat kami, tetapi ditambahi", html)
    assert "Ini surat uji coba" not in html


@pytest.mark.parametrize("code", ["TIDAKADA", "<script>alert(1)</script>", "x" * 300])
def test_an_unknown_code_says_so(visitor: Client, code: str) -> None:
    page = visitor.get(f"/v/{code}")
    assert page.status_code == 404 and "<script>alert" not in _said(page)


@pytest.mark.parametrize("path", ["/v/%00", "/?q=%00", "/layanan/%00/", "/v/?code=a%00"])
def test_a_garbled_address_is_no_crash(visitor: Client, path: str) -> None:
    assert visitor.get(path).status_code in (400, 404)


def test_a_typed_code_forgives_spaces_and_case(cast: Cast, visitor: Client) -> None:
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah, at=now())
    code = _letter(application).code
    typed = " ".join(re.findall("....", code.lower())) + code[len(code) // 4 * 4 :].lower()
    page = visitor.get("/v/", {"code": typed}, follow=True)
    assert "Ini surat uji coba" in _said(page)


@pytest.fixture
def visitor(in_bontang: City, client_for: Callable[[City], Client]) -> Client:
    return client_for(in_bontang)


# --- opening an account


def test_a_resident_opens_an_account_with_three_facts(cast: Cast, visitor: Client) -> None:
    from tests.factories import family

    person, *_ = family(cast.village, rt=3)
    born = person.birth_date
    typed = {
        "nik": f"{person.nik[:6]} {person.nik[6:]}",
        "kk_number": person.household.kk_number,
        "birth_date": f"{born:%d-%m-%Y}",
        "password": "kalimat panjang saya",
    }  # fmt: skip
    wrong = visitor.post("/daftar/", {**typed, "kk_number": "6474010101010001"})
    assert wrong.status_code == 422 and "belum cocok" in _said(wrong)
    assert visitor.post("/daftar/", {**typed, "nik": "123"}).status_code == 422
    weak = visitor.post("/daftar/", {**typed, "password": "1234567890"})
    assert weak.status_code == 422 and 'href="#id_password"' in _said(weak)
    assert visitor.post("/daftar/", typed).url == "/"  # type: ignore[attr-defined]
    assert person.name.split()[0].title() in _said(visitor.get("/"))


def test_signing_in_leads_back_to_the_page_a_form_stands_on(
    cast: Cast, client_for: Callable[[City], Client], bontang: City
) -> None:
    visitor = client_for(bontang)
    host = f"http://{visitor.get('/').wsgi_request.get_host()}"
    sent = visitor.post(
        "/meja/berkas/5/putuskan/", headers={"referer": f"{host}/meja/berkas/5/?x=1"}
    )
    assert sent.headers["Location"] == "/masuk/?next=/meja/berkas/5/%3Fx%3D1"
    foreign = visitor.post("/meja/berkas/5/putuskan/", headers={"referer": "https://example.com/a"})
    assert foreign.headers["Location"] == "/masuk/?next=/meja/berkas/5/putuskan/"


def test_the_way_back_after_sending_leads_to_the_request(cast: Cast, as_: Enter) -> None:
    application = submitted(cast)
    fill = f"/permohonan/{application.pk}/isi/"
    sari = as_(cast.sari)
    assert sari.get(fill).url == f"/permohonan/{application.pk}/"  # type: ignore[attr-defined]
    assert sari.post(fill, ANSWERS).status_code == 422
    assert as_(cast.tetangga).get(fill).status_code == 404
