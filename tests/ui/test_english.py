"""Everything around a service is English for whoever chose it, and for nobody else."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import get_language, gettext, override

from accounts.models import User
from audit.models import Entry as AuditEntry
from kernel import clock
from messaging import outbox, work
from messaging.models import Outbox
from services.applications import issuing
from services.applications.letter_text import draft_from
from services.applications.models import Application
from services.cases import decisions
from services.cases.models import Document
from services.catalogue import answers as answering
from services.catalogue import samples
from services.catalogue.blueprint import Blueprint
from services.catalogue.shipped import shipped
from services.letters.actions import Signer
from services.letters.models import Letter
from services.letters.render import render_pdf
from tenants.office.models import Profile
from tenants.registry.models import City
from tests.architecture.test_words import Visible
from tests.factories import (
    MONDAY,
    Cast,
    approve,
    draft,
    make_cast,
    photo,
    step_of,
    submitted,
    without_english,
)
from tests.words import FOLDER, read_po

# Also the names of a letter and of a plan, which stay.
NAMES = {"Surat Keterangan Tidak Mampu", "Utama"}
ENTRIES = [
    entry
    for entry in read_po(FOLDER / "django.po")[1:]
    if entry.key != entry.texts[0] and entry.key not in NAMES
]
WHOLE = {entry.key for entry in ENTRIES}
PIECES = {
    piece.strip()
    for entry in ENTRIES
    for piece in re.split(r"%\(\w+\)s|\{\w+\}|<[^>]+>", entry.key)
    if len(piece.strip()) > 12 and " " in piece.strip() and piece not in "".join(entry.texts)
}
ANSWERS = {"keperluan": "Beasiswa anak", "penghasilan": "1.450.000", "tanggungan": "3"}


def words_of(page: str) -> list[str]:
    visible = Visible()
    visible.feed(page)
    return [re.sub(r"\s+", " ", unescape(text)).strip() for text in visible.found]


def indonesian(page: str) -> list[str]:
    """What the catalogue has in English and the page says in Indonesian all the same."""
    said = words_of(page)
    return [text for text in said if text in WHOLE or any(piece in text for piece in PIECES)]


@pytest.fixture
def cast(in_bontang: City) -> Cast:
    Profile.objects.update(languages="en")
    return make_cast()


@pytest.fixture
def visitor(cast: Cast, in_bontang: City, client_for: Callable[[City], Client]) -> Client:
    client = client_for(in_bontang)
    client.raise_request_exception = False
    client.cookies["bahasa"] = "en"
    return client


@pytest.fixture
def sari(visitor: Client, cast: Cast) -> Client:
    visitor.force_login(cast.sari, "services.residents.backends.NikBackend")
    return visitor


def read(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    page: str = answer.content.decode()
    assert answer.status_code == status, path
    assert '<html lang="en">' in page
    assert indonesian(page) == [], path
    return page


# --- pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/?q=sktm", 200),
        ("/?q=zzzz", 200),
        ("/kebutuhan/bantuan/", 200),
        ("/layanan/sktm/", 200),
        ("/layanan/sku/", 200),
        ("/v/", 200),
        ("/v/?code=", 200),
        ("/v/TIDAKADA", 404),
        ("/masuk/", 200),
        ("/daftar/", 200),
        ("/sandi/", 200),
        ("/sandi/x/y/", 410),
        ("/privasi/", 200),
        ("/tidak-ada/", 404),
        ("/layanan/tidak-ada/", 404),
        ("/kebutuhan/tidak-ada/", 404),
        ("/keluar/", 405),
    ],
)
def test_a_visitor_reads_english(visitor: Client, path: str, status: int) -> None:
    page = read(visitor, path, status)
    assert "accept-language" not in page.lower()


@pytest.mark.parametrize("service", ["keterangan-umum", "sktm", "reklame"])
def test_a_service_without_english_says_which_language_it_is(visitor: Client, service: str) -> None:
    without_english("reklame")
    page = visitor.get(f"/layanan/{service}/").content.decode()
    language = "id" if service == "reklame" else "en"
    assert re.search(rf'lang="{language}">\s*<h1>', page)


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/masuk/", {"username": ""}),
        ("/masuk/", {"username": "6474010101900001", "password": "salah"}),
        ("/daftar/", {"nik": ""}),
        ("/daftar/", {"nik": "1", "kk_number": "2", "password": "x", "email": "x", "phone": "1"}),
        (
            "/daftar/",
            {
                "nik": "6474015403890003", "kk_number": "6474015403890003",
                "birth_date": "31-2-1990", "password": "kata-sandi-panjang",
            },
        ),
        (
            "/daftar/",
            {
                "nik": "6474015403890003", "kk_number": "6474015403890003",
                "birth_date": "14-3-1989", "password": "kata-sandi-panjang",
            },
        ),
        ("/sandi/", {"email": "bukan"}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_english(visitor: Client, path: str, sent: dict[str, str]) -> None:
    answer = visitor.post(path, sent)
    page = answer.content.decode()
    assert answer.status_code == 422, page
    assert indonesian(page) == []
    assert "Correct:" in page


def test_a_resident_goes_from_the_front_page_to_a_checked_letter(sari: Client, cast: Cast) -> None:
    assert "What do you need, " in read(sari, "/")
    known = read(sari, "/ajukan/sktm/")
    assert re.search(r"\d{1,2} (January|February|March|April|May|June|July|August|September"
                     r"|October|November|December) \d{4}", known)  # fmt: skip
    fill = sari.post("/ajukan/sktm/").headers["Location"]
    read(sari, fill)
    wrong = sari.post(fill, {**ANSWERS, "penghasilan": "banyak", "tanggungan": "1,5"})
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert indonesian(page) == []
    assert "Write the amount of rupiah in digits only" in page
    assert "Upload “Statement of hardship”." in page
    for content in (b"", b"MZ\x90" + bytes(64), b"%PDF-1.4 rusak", bytes(8 * 1024 * 1024 + 10)):
        bad = SimpleUploadedFile("x.pdf", content, "application/pdf")
        answer = sari.post(fill, {**ANSWERS, "pernyataan": bad})
        assert answer.status_code == 422
        assert indonesian(answer.content.decode()) == []
    file = SimpleUploadedFile("foto.jpg", photo(), "image/jpeg")
    check = sari.post(fill, {**ANSWERS, "pernyataan": file}).headers["Location"]
    page = read(sari, check)
    assert "Rp1,450,000" in page
    assert "1 page, " in page
    sent = sari.post(check).headers["Location"]
    assert re.search(r" at \d\d:\d\d WITA", read(sari, sent))
    application = Application.objects.get(state="running")
    path = f"/permohonan/{application.pk}/"
    assert "The village office checks" in read(sari, path)
    assert "My applications" in read(sari, "/permohonan/")
    read(sari, f"{path}batal/")
    assert indonesian(sari.get(f"{path}isi/", follow=True).content.decode()) == []
    approve(application, cast.hasan)
    decisions.return_(
        step_id=step_of(application).pk, by=cast.rina, note="Buram sekali.",
        at=MONDAY,
    )  # fmt: skip
    assert "“Buram sekali.”" in read(sari, path)
    read(sari, f"{path}isi/")
    read(sari, "/permohonan/")
    sari.post(f"{path}periksa/")
    approve(Application.objects.get(pk=application.pk), cast.rina)
    approve(application, cast.lurah, at=clock.now())  # valid on any day this runs
    read(sari, path)
    issuing.finish_letters(application_id=application.pk, at=clock.now())
    assert "Your letter is ready" in read(sari, path)
    read(sari, "/permohonan/")
    letter = Letter.objects.get()
    assert "This is a trial letter" in read(sari, f"/v/{letter.code}")
    file = SimpleUploadedFile("surat.pdf", b"%PDF-1.4", "application/pdf")
    page = sari.post(f"/v/{letter.code}", {"file": file}).content.decode()
    assert "This file differs from the letter we issued" in page
    assert indonesian(page) == []
    assert "Who opened my data" in read(sari, "/akses/")
    assert "An official opened" in read(sari, "/akses/") or "Nobody has" in read(sari, "/akses/")


def test_ones_account_is_english(sari: Client) -> None:
    read(sari, "/akun/")
    answer = sari.post("/akun/", {"part": "sandi", "sandi-current": "x", "sandi-password": "1"})
    assert indonesian(answer.content.decode()) == []
    assert "You are signed out." in sari.post("/keluar/", follow=True).content.decode()


def test_a_passed_over_desk_says_why(sari: Client, cast: Cast, in_bontang: City) -> None:
    User.objects.filter(pk=cast.hasan.pk).update(is_active=False)
    application = submitted(cast)
    step = application.steps.order_by("pk")[0]
    assert step.note.startswith("Belum ada yang menjabat"), "kept in Indonesian"
    assert "Nobody holds this post" in read(sari, f"/permohonan/{application.pk}/")


def test_a_page_that_breaks_is_english_too(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("services.portal.views.catalogue.offered", broken)
    read(visitor, "/", 500)


def test_a_city_that_may_only_be_read_says_so_in_english(
    visitor: Client, cast: Cast, in_bontang: City
) -> None:
    City.objects.filter(pk=in_bontang.pk).update(status=City.Status.SUSPENDED)
    from tenants.registry import hosts

    hosts.forget()
    try:
        answer = visitor.post("/ajukan/sktm/")
    finally:
        hosts.forget()  # the next test's city is open
    assert answer.status_code == 403
    assert "Read only" in answer.content.decode()


# --- the platform's own site ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/", "/harga/", "/keamanan/", "/syarat/", "/privasi/", "/masuk/", "/sandi/", "/tidak-ada/"],
)
def test_the_platforms_own_pages_are_english_on_request(public_client: Client, path: str) -> None:
    status = 404 if path == "/tidak-ada/" else 200
    plain = public_client.get(path).content.decode()
    assert '<html lang="id">' in plain
    answer = public_client.post("/bahasa/", {"language": "en", "back": path})
    assert answer["Location"] == path
    page = read(public_client, path, status)
    if status == 200:
        assert re.search(r'<button [^>]*value="en"[^>]* aria-current="true"', page)
    public_client.post("/bahasa/", {"language": "id"})
    assert '<html lang="id">' in public_client.get(path).content.decode()


def test_prices_are_written_the_english_way(public_client: Client) -> None:
    public_client.cookies["bahasa"] = "en"
    page = public_client.get("/harga/").content.decode()
    assert "Rp3,900,000</b> a month" in page
    assert "remind you 1, 7 and 14 days" in page


@pytest.mark.parametrize("path", ["/daftar/", "/kotak-surat/"])
def test_the_way_in_for_cities_stays_indonesian(public_client: Client, path: str) -> None:
    public_client.cookies["bahasa"] = "en"
    page = public_client.get(path).content.decode()
    assert '<html lang="id">' in page
    assert 'action="/bahasa/"' not in page


# --- who reads what ------------------------------------------------------------------------------


@pytest.mark.parametrize("cookie", ["", "id", "jv", "su", "xx", "en-GB", "../en"])
def test_without_the_choice_everything_is_indonesian(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client], cookie: str
) -> None:
    plain, other = client_for(in_bontang), client_for(in_bontang)
    if cookie:
        other.cookies["bahasa"] = cookie
    for path in ("/v/", "/masuk/", "/tidak-ada/", "/daftar/"):
        page = other.get(path, headers={"accept-language": "en"}).content.decode()
        assert '<html lang="id">' in page
        steady = [re.sub(r'(?s)<footer.*|csrfmiddlewaretoken" value="[^"]*', "", text)
                  for text in (page, plain.get(path).content.decode())]  # fmt: skip
        assert steady[0] == steady[1]


def test_a_city_that_does_not_offer_english_is_indonesian(visitor: Client) -> None:
    Profile.objects.update(languages="jv")
    page = visitor.get("/masuk/").content.decode()
    assert '<html lang="id">' in page
    assert "Kata sandi" in page


def test_officials_pages_stay_indonesian(visitor: Client, cast: Cast) -> None:
    application = submitted(cast)
    for user, path in ((cast.hasan, "/rt/"), (cast.rina, "/meja/")):
        visitor.force_login(user, "accounts.backends.LoginBackend")
        page = visitor.get(path).content.decode()
        assert '<html lang="id">' in page
        assert "Sign out" not in page
    approve(application, cast.hasan)
    page = visitor.get(f"/meja/berkas/{application.pk}/").content.decode()
    assert "Rp1.450.000" in page


def test_nothing_is_left_behind_for_the_next_request(visitor: Client) -> None:
    before = get_language()
    visitor.get("/")
    visitor.get("/tidak-ada/")
    assert get_language() == before == "id"


def test_caches_keep_the_languages_apart(visitor: Client) -> None:
    for path in ("/v/", "/tidak-ada/", "/luring/", "/sw.js"):
        assert "Cookie" in visitor.get(path).headers["Vary"], path


def test_the_switch_keeps_the_page_and_is_a_button(visitor: Client) -> None:
    page = visitor.get("/?q=sktm").content.decode()
    assert 'name="back" value="/?q=sktm"' in page
    assert re.search(r'<button [^>]*name="language" value="id"', page)
    assert re.search(r'<button [^>]*value="en"[^>]* aria-current="true"', page)


@pytest.mark.parametrize("path", ["/", "/layanan/sktm/", "/masuk/", "/tidak-ada/", "/v/"])
def test_the_choice_costs_one_query_and_none_without(
    cast: Cast, in_bontang: City, client_for: Callable[[City], Client], path: str
) -> None:
    def queries(cookie: str) -> list[str]:
        client = client_for(in_bontang)
        if cookie:
            client.cookies["bahasa"] = cookie
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        return [query["sql"] for query in seen]

    plain = queries("")
    asking = 'SELECT "office_profile"."languages"'
    assert not any(one.startswith(asking) for one in plain)
    assert len(queries("en")) <= len(plain) + 1


# --- what no language may change ------------------------------------------------------------------


def test_indonesian_words_mean_themselves() -> None:
    for entry in read_po(FOLDER / "django.po")[1:]:
        assert gettext(entry.key) == entry.key


@pytest.mark.parametrize("blueprint", shipped(), ids=lambda blueprint: blueprint.slug)
def test_a_letter_says_the_same_whoever_made_it(blueprint: Blueprint) -> None:
    today = MONDAY.date()
    signer = Signer("Lurah", ["Lurah,"], "Lurah Belimbing", "Kelurahan Belimbing", "", "")
    given = samples.answers(blueprint, today=today)

    def said() -> list[object]:
        return [
            draft_from(
                blueprint, given, output, facts=samples.applicant(), number="1", signer=signer,
                today=today, voucher="Ketua RT",
            )
            for output in blueprint.outputs
        ]  # fmt: skip

    plain = said()
    with override("en"):
        assert said() == plain


def test_an_english_reader_gets_the_same_bytes_number_and_records(
    cast: Cast, in_bontang: City
) -> None:
    application = submitted(cast)
    with override("en"):
        approve(application, cast.hasan, cast.rina, cast.lurah)
        issuing.finish_letters(application_id=application.pk, at=MONDAY)
        letter = Letter.objects.get()
        english = render_pdf(letter.content)
    assert render_pdf(letter.content) == english
    assert "November" in letter.content.as_json()
    assert re.search(r"Rp1\.450\.000", letter.content.as_json())
    assert "/XI/" in letter.number
    for text in Outbox.objects.values_list("payload", flat=True):
        assert "Your" not in str(text)
    for entry in AuditEntry.objects.all():
        assert not re.search(r"\b(letter|your|the)\b", str(entry.detail))


def test_what_is_kept_is_the_same_in_both_languages(sari: Client, cast: Cast) -> None:
    fill = sari.post("/ajukan/sktm/").headers["Location"]
    file = SimpleUploadedFile("foto.jpg", photo(), "image/jpeg")
    sari.post(fill, {**ANSWERS, "pernyataan": file})
    english = Application.objects.get()
    kept, name = english.answers, Document.objects.get().name
    english.documents.all().delete()
    english.delete()
    assert draft(cast, **ANSWERS).answers == kept
    assert name == "foto.jpg"


@pytest.mark.parametrize(
    "blueprint",
    [b for b in shipped() if "en" in b.translations],
    ids=lambda blueprint: blueprint.slug,
)
def test_a_translated_form_takes_the_same_answers(blueprint: Blueprint) -> None:
    from services.catalogue.translation import translated

    today = MONDAY.date()
    typed = answering.as_typed(blueprint, samples.answers(blueprint, today=today))
    house = answering.House(today=today)
    plain, wrong = answering.clean(blueprint, typed, house)
    with override("en"):
        answers, also_wrong = answering.clean(translated(blueprint, "en"), typed, house)
    assert answers == plain
    assert set(also_wrong) == set(wrong)


def test_the_outbox_works_in_indonesian(in_bontang: City) -> None:
    heard: list[str | None] = []
    kind = work.Registered(lambda _payload: heard.append(get_language()), None)
    row = Outbox.objects.create(kind="uji", key="uji", payload={}, due_at=clock.now())
    with work.handlers.changed({"uji": kind}), override("en"):
        outbox.run(row.pk)
    assert heard == ["id"]
