"""The city's administration."""

import csv
import io
import re
import resource
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from PIL import Image

from accounts import mfa
from accounts.models import User
from audit.models import Entry
from deploy.local.synthetic import Families, Place
from messaging import outbox
from messaging.models import Outbox
from services.catalogue.models import Service
from services.letters.render import render_pdf
from services.residents.imports import columns, files
from services.residents.models import ImportRun, Person
from tenants.office.models import Holding, Post, Profile, Unit
from tenants.registry.models import City
from tests.factories import Cast, official
from tests.letters.test_render import PLAIN
from tests.operators import phone
from typeset.pdf import logo_svg

DAY = {"since_0": "2", "since_1": "1", "since_2": "2026"}


@pytest.fixture
def admin(in_bontang: City, client_for: Callable[[City], Client]) -> Client:
    city_unit = Unit.objects.get(code=in_bontang.code)
    client = client_for(in_bontang)
    client.force_login(official("admin", city_unit, "admin"), "accounts.backends.LoginBackend")
    return client


def _said(page: object) -> str:
    return re.sub(r"\s+", " ", page.content.decode())  # type: ignore[attr-defined]


def _png(size: tuple[int, int] = (600, 300)) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", size, (20, 90, 160, 255)).save(out, "PNG")
    return out.getvalue()


PAGES = [
    "",
    "identitas/",
    "wilayah/",
    "pejabat/",
    "pejabat/?vacant=1",
    "rt/",
    "penduduk/",
    "layanan/",
]


@pytest.mark.parametrize("page", PAGES)
def test_only_the_citys_admins_get_in(
    cast: Cast, admin: Client, client_for: Callable[[City], Client], in_bontang: City, page: str
) -> None:
    assert admin.get(f"/kelola/{page}").status_code == 200
    stranger = client_for(in_bontang)
    answer = stranger.get(f"/kelola/{page}")
    assert answer.status_code == 302 and answer.url.startswith("/masuk/")  # type: ignore[attr-defined]
    for user in (cast.sari, cast.hasan, cast.rina, cast.camat):
        stranger.force_login(user, "accounts.backends.LoginBackend")
        assert stranger.get(f"/kelola/{page}").status_code == 403


def test_the_face_is_checked_before_it_is_worn(admin: Client) -> None:
    typed = {"government": "Pemerintah Kota Bontang", "accent": "#ffd400", "contact": "112"}
    page = admin.post("/kelola/identitas/", typed)
    assert page.status_code == 422 and "terlalu muda" in _said(page)
    logo = SimpleUploadedFile("logo.png", b"GIF89a not a png", "image/png")
    page = admin.post("/kelola/identitas/", {**typed, "accent": "#1f5aa6", "logo": logo})
    assert page.status_code == 422 and "Logo harus gambar PNG" in _said(page)
    logo = SimpleUploadedFile("logo.png", _png(), "image/png")
    assert (
        admin.post("/kelola/identitas/", {**typed, "accent": "1F5AA6", "logo": logo}).status_code
        == 302
    )
    profile = Profile.objects.get()
    assert (profile.accent, profile.contact) == ("#1f5aa6", "112")
    served = admin.get("/ui/logo.png")
    assert served["Content-Type"] == "image/png"
    with Image.open(io.BytesIO(served.content)) as picture:
        assert max(picture.size) == 512


def test_a_decompression_bomb_is_no_logo(admin: Client) -> None:
    out = io.BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    logo = SimpleUploadedFile("logo.png", out.getvalue(), "image/png")
    typed = {"government": "X", "accent": "#1f5aa6", "logo": logo}
    page = admin.post("/kelola/identitas/", typed)
    assert page.status_code == 422 and "terlalu besar" in _said(page)


def _picture(mode: str, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (200, 200)).save(out, kind, **options)
    return out.getvalue()


SVG_BOMB = b"""<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;"><!ENTITY x SYSTEM "file:///etc/passwd">]>
<svg xmlns="http://www.w3.org/2000/svg"><text>&c;&x;</text></svg>"""
NO_CREST = {
    "an SVG bomb": (SVG_BOMB, "Logo harus gambar PNG"),
    "an SVG called PNG": (b"<svg onload='alert(1)'/>", "Logo harus gambar PNG"),
    "5 MB": (b"\x89PNG\r\n\x1a\n" + bytes(5 * 1024 * 1024), "lebih dari 4 MB"),
    "50 MB": (b"\x89PNG\r\n\x1a\n" + bytes(50 * 1024 * 1024), "terlalu besar"),
    "a CMYK JPEG": (_picture("CMYK", "JPEG"), "Logo harus gambar PNG"),
    "an animated GIF": (_picture("P", "GIF", save_all=True), "Logo harus gambar PNG"),
    "a cut PNG": (_picture("RGB", "PNG")[:120], "Logo harus gambar PNG"),
    "a tiny PNG": (b"\x89PNG\r\n\x1a\n", "Logo harus gambar PNG"),
}


@pytest.mark.parametrize("kind", NO_CREST)
def test_what_is_no_crest_is_refused_in_plain_words(admin: Client, kind: str) -> None:
    content, why = NO_CREST[kind]
    logo = SimpleUploadedFile("logo.png", content, "image/png")
    began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    page = admin.post("/kelola/identitas/", {"government": "X", "accent": "#1f5aa6", "logo": logo})
    assert page.status_code in (413, 422) and why in _said(page)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - began < 300_000  # kB
    assert not any(bytes(one.logo or b"") for one in Profile.objects.all())


def test_an_animated_png_is_its_first_picture_and_every_mode_is_taken(admin: Client) -> None:
    frames = [Image.new("RGBA", (100, 100), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    modes = [_picture(mode, "PNG") for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")]
    for content in (out.getvalue(), *modes):
        logo = SimpleUploadedFile("logo.png", content, "image/png")
        typed = {"government": "X", "accent": "#1f5aa6", "logo": logo}
        assert admin.post("/kelola/identitas/", typed).status_code == 302
        kept = bytes(Profile.objects.get().logo or b"")
        with Image.open(io.BytesIO(kept)) as picture:
            assert getattr(picture, "n_frames", 1) == 1
        assert render_pdf(replace(PLAIN, logo=logo_svg(kept))).startswith(b"%PDF")


def test_appointing_invites_by_mail_and_ends_the_one_before(cast: Cast, admin: Client) -> None:
    post = Post.objects.get(unit=cast.village, role="lurah")
    typed = {"name": "Budi Hartono, S.Sos.", "email": "Budi@Contoh.go.id", **DAY}
    assert admin.post(f"/kelola/pejabat/{post.pk}/", typed).status_code == 302
    budi = User.objects.get(login="budi@contoh.go.id")
    assert not budi.has_usable_password()
    assert Holding.objects.get(post=post, user=cast.lurah).until is not None
    body = Outbox.objects.filter(kind="mail.send").latest("pk").payload["body"]
    assert "/sandi/" in body and "bontang." in body
    again = admin.post(f"/kelola/pejabat/{post.pk}/", typed)
    assert again.status_code == 422 and "sudah memegang" in _said(again)


def test_a_refused_appointment_invites_nobody(cast: Cast, admin: Client) -> None:
    post = Post.objects.get(unit=cast.village, role="lurah")
    mails = Outbox.objects.count()
    early = {"since_0": "1", "since_1": "1", "since_2": "2020"}
    typed = {"name": "Dini", "email": "dini@contoh.go.id", **early}
    assert admin.post(f"/kelola/pejabat/{post.pk}/", typed).status_code == 422
    assert Outbox.objects.count() == mails
    assert not User.objects.filter(login="dini@contoh.go.id").exists()


def test_the_last_admin_stays(admin: Client) -> None:
    holding = Holding.objects.get(post__role="admin")
    day = {"until_0": "2", "until_1": "1", "until_2": "2026"}
    page = admin.post(f"/kelola/pejabat/akhiri/{holding.pk}/", day)
    assert page.status_code == 422 and "Tunjuk dulu admin lain" in _said(page)


def test_an_rt_is_made_once_and_leads_to_its_head(admin: Client) -> None:
    village = Unit.objects.filter(kind=Unit.Kind.KELURAHAN).order_by("code")[0]
    typed = {"village": village.pk, "rw": "2", "rt": "5"}
    made = admin.post("/kelola/rt/", typed)
    unit = Unit.objects.get(code=f"{village.code}/002/005")
    post = Post.objects.get(unit=unit, role="ketua_rt")
    assert made.url == f"/kelola/pejabat/{post.pk}/"  # type: ignore[attr-defined]
    again = admin.post("/kelola/rt/", typed)
    assert again.status_code == 422 and "sudah ada" in _said(again)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n", b"PK\x03\x04rusak", b"\xff\xfe\x00", b"a;b"])
def test_what_is_no_table_is_refused_in_words(admin: Client, content: bytes) -> None:
    berkas = SimpleUploadedFile("x.xlsx", content)
    page = admin.post("/kelola/penduduk/", {"file": berkas})
    assert page.status_code == 422 and 'href="#id_file"' in _said(page)


PERSON = {
    "nik": "6474010808800212", "no_kk": "6474011203180212", "nama": "Rahmat Kurnia",
    "jenis_kelamin": "L", "tempat_lahir": "Bontang", "tanggal_lahir": "08-08-1980",
    "alamat": "Jalan Rawa Indah 7", "rt": "001", "rw": "009", "kelurahan": "64.74.01.1006",
}  # fmt: skip


def _table(**changes: str) -> bytes:
    row = PERSON | changes
    return f"{';'.join(row)}\n{';'.join(row.values())}".encode()


def _upload(admin: Client, content: bytes, name: str = "p.csv") -> ImportRun:
    """Upload a file and take the columns as they are proposed; a worker checks it."""
    sent = admin.post("/kelola/penduduk/", {"file": SimpleUploadedFile(name, content)})
    assert sent.status_code == 302, _said(sent)
    run = ImportRun.objects.get(is_open=True)
    if run.state == ImportRun.State.READING:  # every heading is our own
        outbox.run_due()
        run.refresh_from_db()
        return run
    columns_page = f"/kelola/penduduk/impor/{run.pk}/kolom/"
    assert admin.get(f"/kelola/penduduk/impor/{run.pk}/").url == columns_page  # type: ignore[attr-defined]
    typed = re.findall(r'name="(column_\d+)".*?</select>', _said(admin.get(columns_page)), re.S)
    chosen = {name: run.columns[n] or "ignore" for n, name in enumerate(typed)}
    assert admin.post(columns_page, {**chosen, "village": ""}).status_code == 302
    outbox.run_due()
    run.refresh_from_db()
    return run


def _page(run: ImportRun, below: str = "") -> str:
    return f"/kelola/penduduk/impor/{run.pk}/{below}"


def test_an_import_is_shown_before_anything_is_written(cast: Cast, admin: Client) -> None:
    run = _upload(admin, _table(tanggal_lahir="09-08-1980"))
    html = _said(admin.get(_page(run)))
    assert "1 baris sudah diperiksa" in html and "lain dari tanggal di NIK" in html
    assert "Rahmat Kurnia" in html and not Person.objects.filter(name="Rahmat Kurnia").exists()
    admin.post(_page(run, "tulis/"), {"accepted": ["nik_date"]})
    outbox.run_due()
    assert Person.objects.filter(name="Rahmat Kurnia").exists()
    html = _said(admin.get(_page(run)))
    assert "Impor selesai" in html and "RT dan ketuanya" in html
    assert admin.post(_page(run, "tulis/"), {"accepted": ["nik_date"]}).status_code == 409


def test_a_large_import_is_watched_until_it_is_done(
    cast: Cast, admin: Client, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    # Another kecamatan than the cast's: numbers made with another seed may be the same there.
    village = Unit.objects.filter(kind="kelurahan").exclude(parent=cast.kecamatan)[0]
    place, families = Place(village.code, 4, 7), Families(seed=99)
    rows = [row for _ in range(200) for row in families.family(place)]
    out = io.StringIO()
    table = csv.DictWriter(out, fieldnames=list(rows[0]), delimiter=";")
    table.writeheader()
    table.writerows(rows)
    before = Person.objects.count()
    run = _upload(admin, out.getvalue().encode())
    kept = list(Path(settings.MEDIA_ROOT).rglob("impor/*"))
    assert len(kept) == 1 and rows[0]["nik"].encode() not in kept[0].read_bytes()
    admin.post(_page(run, "tulis/"))
    part = _said(admin.get(_page(run), headers={"HX-Request": "true"}))
    assert "<progress" in part and "<html" not in part and Person.objects.count() == before
    with django_capture_on_commit_callbacks(execute=True):
        assert outbox.run_due() >= 1
    assert not kept[0].exists()
    assert Person.objects.count() == before + len(rows)


def test_rows_to_correct_are_downloaded_with_the_reason_and_uploaded_again(
    cast: Cast, admin: Client
) -> None:
    run = _upload(admin, _table(nik="123", nama="=1+1"))
    assert "NIK terdiri dari 16 angka" in _said(admin.get(_page(run)))
    answer = b"".join(admin.get(_page(run, "perbaiki.csv")).streaming_content)  # type: ignore[attr-defined]
    table = list(csv.reader(io.StringIO(answer.decode("utf-8-sig")), delimiter=";"))
    assert table[0] == [*PERSON, "yang_perlu_diperbaiki"]
    assert table[1][2] == "'=1+1" and "16 angka" in table[1][-1]
    book = b"".join(admin.get(_page(run, "perbaiki.xlsx")).streaming_content)  # type: ignore[attr-defined]
    admin.post(_page(run, "hentikan/"))
    sheet = load_workbook(io.BytesIO(book)).active
    assert sheet is not None and sheet["A2"].value == "123"
    sheet["A2"], sheet["C2"] = PERSON["nik"], "Rahmat Kurnia"
    mended = io.BytesIO()
    sheet.parent.save(mended)  # type: ignore[union-attr]
    again = _upload(admin, mended.getvalue(), "perbaiki.xlsx")
    assert again.counts["new"] == 1 and again.counts["refused"] == 0
    downloads = Entry.objects.filter(what="residents.import_repair_read")
    assert str(run.pk) in downloads.values_list("subject_id", flat=True)


def _send(admin: Client, piece: bytes, number: int, run: object = "") -> Any:
    sent = {"piece": SimpleUploadedFile("bagian", piece), "number": number, "name": "p.csv"}
    return admin.post("/kelola/penduduk/impor/bagian/", {**sent, "run": run} if run else sent)


def test_a_file_arrives_in_pieces_and_each_is_kept_once(cast: Cast, admin: Client) -> None:
    content = _table()
    run = _send(admin, content[:50], 0).json()["run"]
    assert _send(admin, content[:50], 0, run).json() == {"run": run}, "sent again"
    assert _send(admin, content[100:], 2, run).status_code == 409, "out of turn"
    _send(admin, content[50:], 1, run)
    assert _send(admin, b"x", 0).json()["error"].startswith("Impor lain sedang berjalan")
    assert admin.post("/kelola/penduduk/", {"run": run}).status_code == 302
    kept = ImportRun.objects.get(pk=run)
    with files.opened(kept.path) as whole:
        assert whole.read() == content
    assert (kept.state, kept.pieces) == (ImportRun.State.READING, [])


def test_pieces_of_somebody_else_and_pieces_of_no_table_go_nowhere(
    cast: Cast, admin: Client, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    run = _send(admin, b"\x89PNG\r\n", 0).json()["run"]
    other = client_for(in_bontang)
    unit = Unit.objects.get(code=in_bontang.code)
    other.force_login(official("lain", unit, "admin"), "accounts.backends.LoginBackend")
    assert _send(other, b"x", 1, run).status_code == 409
    page = admin.post("/kelola/penduduk/", {"run": run})
    assert page.status_code == 422 and 'href="#id_file"' in _said(page)
    assert not ImportRun.objects.filter(is_open=True).exists()


def test_a_column_nobody_knows_must_be_decided_about(cast: Cast, admin: Client) -> None:
    content = _table(**{"warna kesukaan": "biru"})
    admin.post("/kelola/penduduk/", {"file": SimpleUploadedFile("p.csv", content)})
    run = ImportRun.objects.get(is_open=True)
    html = _said(admin.get(_page(run, "kolom/")))
    assert "warna kesukaan" in html and PERSON["nik"] not in html and "Rahmat Kurnia" not in html
    chosen = {f"column_{n}": field or "" for n, field in enumerate(run.columns)}
    page = admin.post(_page(run, "kolom/"), chosen)
    assert page.status_code == 422 and "Belum dipilih: warna kesukaan" in _said(page)
    chosen[f"column_{len(PERSON)}"] = "ignore"
    assert admin.post(_page(run, "kolom/"), chosen).status_code == 302
    admin.post(_page(run, "hentikan/"))
    admin.post("/kelola/penduduk/", {"file": SimpleUploadedFile("p.csv", content)})
    assert ImportRun.objects.get(is_open=True).columns[-1] == "", "remembered"


def test_a_second_import_waits_for_the_first(cast: Cast, admin: Client) -> None:
    run = _upload(admin, _table())
    page = admin.post("/kelola/penduduk/", {"file": SimpleUploadedFile("p.csv", _table())})
    assert page.status_code == 422 and "Impor lain sedang berjalan" in _said(page)
    admin.post(_page(run, "hentikan/"))
    assert "Belum ada yang ditulis" in _said(admin.get(_page(run)))
    _upload(admin, _table())


def test_an_import_is_undone_from_its_page(cast: Cast, admin: Client) -> None:
    run = _upload(admin, _table())
    admin.post(_page(run, "tulis/"))
    outbox.run_due()
    assert Person.objects.filter(name="Rahmat Kurnia").exists()
    admin.post(_page(run, "batalkan/"))
    outbox.run_due()
    assert not Person.objects.filter(name="Rahmat Kurnia").exists()
    assert "Impor dibatalkan" in _said(admin.get(_page(run)))


def test_the_example_file_has_every_column_and_its_row_is_refused(
    cast: Cast, admin: Client
) -> None:
    example = admin.get("/kelola/penduduk/contoh.csv").content
    header, row = example.decode("utf-8-sig").splitlines()
    assert header.split(";") == list(columns.HEADINGS.values())
    assert "CONTOH" in row
    assert _upload(admin, example).counts["refused"] == 1


def test_an_rt_without_rw_and_an_rt_of_a_dusun_are_made(cast: Cast, admin: Client) -> None:
    sent = {"village": cast.village.pk, "rw": "", "rt": "7", "dusun": ""}
    assert admin.post("/kelola/rt/", sent).status_code == 302
    assert admin.post("/kelola/rt/", {**sent, "dusun": "Dusun Krajan"}).status_code == 302
    names = Unit.objects.filter(code__endswith="/000/007").values_list("name", flat=True)
    assert set(names) == {"RT 007", "RT 007 Lingkungan Krajan"}
    html = _said(admin.get("/kelola/rt/"))
    assert "<b>RT 007</b>" in html and "<b>RT 007 Lingkungan Krajan</b>" in html


def test_a_dusun_without_rt_is_made_and_leads_to_its_head(cast: Cast, admin: Client) -> None:
    sent = {"village": cast.village.pk, "rw": "", "rt": "", "dusun": "Krajan"}
    for wrong in ({**sent, "dusun": ""}, {**sent, "rw": "2"}):
        answer = admin.post("/kelola/rt/", wrong)
        assert answer.status_code == 422 and "Tulis nomor RT-nya" in _said(answer)
    made = admin.post("/kelola/rt/", sent)
    post = Post.objects.get(unit__code=f"{cast.village.code}/krajan", role="kepala_dusun")
    assert made.url == f"/kelola/pejabat/{post.pk}/"  # type: ignore[attr-defined]
    assert post.full_title == f"Kepala Lingkungan Krajan, {cast.village.name}"
    assert '<a href="/kelola/rt/" aria-current="page">' in admin.get(made.url).content.decode()  # type: ignore[attr-defined]


def test_a_service_is_closed_and_opened(admin: Client) -> None:
    found = Service.objects.get(slug="reklame")
    admin.post("/kelola/layanan/", {"service": found.pk, "open": "tidak"})
    assert admin.get("/layanan/reklame/").status_code == 404
    admin.post("/kelola/layanan/", {"service": found.pk, "open": "ya"})
    assert admin.get("/layanan/reklame/").status_code == 200


def test_units_are_described_for_the_letterhead(cast: Cast, admin: Client) -> None:
    typed = {"address": "Jl. Cumi-cumi 1", "post_code": "7531", "abbreviation": "Kel-BLB"}
    page = admin.post(f"/kelola/wilayah/{cast.village.pk}/", typed)
    assert page.status_code == 422
    admin.post(f"/kelola/wilayah/{cast.village.pk}/", {**typed, "post_code": "75311"})
    cast.village.refresh_from_db()
    assert (cast.village.address, cast.village.post_code) == ("Jl. Cumi-cumi 1", "75311")


def test_two_units_cannot_have_the_same_short_form(cast: Cast, admin: Client) -> None:
    other = Unit.objects.filter(kind=Unit.Kind.KELURAHAN).exclude(pk=cast.village.pk).first()
    assert other is not None
    page, before = f"/kelola/wilayah/{cast.village.pk}/", cast.village.abbreviation
    for typed in (other.abbreviation, other.abbreviation.lower(), "Kel/X"):
        assert admin.post(page, {"abbreviation": typed}).status_code == 422
    cast.village.refresh_from_db()
    assert cast.village.abbreviation == before
    assert admin.post(page, {"abbreviation": ""}).status_code == 302
    cast.village.refresh_from_db()
    assert cast.village.abbreviation == before  # made by the same rule


def test_an_admin_helps_an_official_who_lost_their_phone(
    cast: Cast, admin: Client, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    holding = Holding.objects.get(user=cast.lurah, until=None)
    page = f"/kelola/pejabat/langkah/{holding.pk}/"
    at_post = f"/kelola/pejabat/{holding.post_id}/"
    assert page not in _said(admin.get(at_post))
    assert admin.get(page).status_code == 404
    phone(cast.lurah)
    assert page in _said(admin.get(at_post))
    assert "Kode dari ponsel lama" in _said(admin.get(page))
    assert mfa.is_enrolled(cast.lurah)  # looking does nothing
    assert admin.post(page, {"reason": " "}).status_code == 422
    assert admin.post(page, {"reason": "Ponsel jatuh ke laut"}).status_code == 302
    assert not mfa.is_enrolled(cast.lurah)
    noted = Entry.objects.get(what="mfa.reset")
    assert (noted.subject_id, noted.actor_name) == (str(cast.lurah.pk), "Admin")
    told = Outbox.objects.get(key__startswith="mail!:mfa-reset:")
    assert told.payload["to"] == (cast.lurah.email or cast.lurah.login)
    assert "Admin melepas" in told.payload["body"] and "jatuh ke laut" in told.payload["body"]
    assert "@" not in told.key
    assert page not in _said(admin.get(at_post))


def test_nobody_takes_their_own_device_away_like_that(
    in_bontang: City, client_for: Callable[[City], Client], cast: Cast
) -> None:
    me = official("admin", Unit.objects.get(code=in_bontang.code), "admin")
    phone(me)
    client = client_for(in_bontang)
    client.force_login(me, "accounts.backends.LoginBackend")
    holding = Holding.objects.get(user=me)
    page = f"/kelola/pejabat/langkah/{holding.pk}/"
    assert "Ini akun Anda sendiri" in _said(client.get(page))
    assert "perangkat Anda sendiri" in _said(client.post(page, {"reason": "Ponsel baru"}))
    assert mfa.is_enrolled(me)
    client.force_login(cast.lurah, "accounts.backends.LoginBackend")
    assert client.post(page, {"reason": "x"}).status_code == 403


def test_an_admin_calls_a_unit_and_a_whole_kind_by_other_words(cast: Cast, admin: Client) -> None:
    own = cast.village.own_name
    page = f"/kelola/wilayah/{cast.village.pk}/sebutan/"
    assert 'value="Kelurahan"' in _said(admin.get(page))
    assert admin.post(page, {"word": "", "head": "Lurah"}).status_code == 422
    admin.post(page, {"word": "Kampung", "head": "Petinggi"})
    assert f"<h1>Kampung {own}</h1>" in _said(admin.get(f"/kelola/wilayah/{cast.village.pk}/"))
    assert "Kampung, dipimpin Petinggi" in _said(admin.get("/kelola/wilayah/sebutan/"))
    everyone = {"kind": "kelurahan", "word": "Nagari", "head": "Wali Nagari"}
    assert admin.post("/kelola/wilayah/sebutan/", {**everyone, "kind": "dinas"}).status_code == 422
    admin.post("/kelola/wilayah/sebutan/", everyone)
    cast.village.refresh_from_db()
    assert cast.village.name == f"Nagari {own}"
    assert admin.get(f"/kelola/wilayah/{cast.dinas.pk}/sebutan/").status_code == 404


def _decree(effective: str = "10-11-2026", **more: str) -> dict[str, str]:
    days = {"signed_on": "1-11-2026", "effective_on": effective}
    parts = {
        f"{key}_{n}": part for key, day in days.items() for n, part in enumerate(day.split("-"))
    }
    return {"number": "Perda 3/2026", **parts, **more}


def test_an_admin_notes_decrees_and_takes_one_back(cast: Cast, admin: Client) -> None:
    page = f"/kelola/wilayah/{cast.village.pk}/"
    old = cast.village.name
    assert admin.post(f"{page}keputusan/nama/", _decree(name="")).status_code == 422
    admin.post(f"{page}keputusan/nama/", _decree(name="Kuala Baru"))
    said = _said(admin.get(page))
    assert "<h1>Kelurahan Kuala Baru</h1>" in said
    assert f"{old} → Kuala Baru" in said and "Perda 3/2026" in said
    assert admin.get(f"{page}keputusan/lain/").status_code == 404
    assert admin.post(f"{page}keputusan/hapus/", _decree()).status_code == 422  # people live there
    later = _decree("1-1-2099")
    admin.post(f"{page}bentuk/", {**later, "kind": "rt", "name": "9"})
    rt = Unit.objects.get(code=f"{cast.village.code}/000/009")
    assert "akan berlaku" in _said(admin.get(f"/kelola/wilayah/{rt.pk}/"))
    assert f'href="/kelola/wilayah/{rt.pk}/"' in admin.get(page).content.decode()
    admin.post(f"/kelola/wilayah/keputusan/{rt.decrees.get().pk}/batal/")
    assert not Unit.objects.filter(pk=rt.pk).exists()
    other = Unit.objects.filter(kind="kecamatan").exclude(pk=cast.kecamatan.pk).first()
    assert other is not None
    code = f"{other.code}.1088"
    admin.post(f"{page}keputusan/pindah/", _decree(target=str(other.pk), code=code))
    assert code in _said(admin.get(page))
    heir = Unit.objects.filter(kind="kelurahan", is_active=True).exclude(pk=cast.village.pk).last()
    assert heir is not None
    admin.post(f"{page}keputusan/hapus/", _decree(target=str(heir.pk)))
    said = _said(admin.get(page))
    assert "Unit ini sudah dihapus" in said and heir.name in said
    assert "tidak aktif" in _said(admin.get("/kelola/wilayah/?q=Kuala Baru"))
    assert "Kelurahan Kuala Baru" not in _said(admin.get("/kelola/wilayah/"))
    assert admin.get(f"{page}keputusan/nama/").status_code == 404
