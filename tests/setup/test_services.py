"""A city's admin sets up services, with nothing but forms and links."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from services.catalogue import actions, overrides
from services.catalogue.blueprint import Blueprint
from services.catalogue.editor_inputs import PARTS
from services.catalogue.models import Release, Service, ServiceVersion, Switch
from tenants.office.models import Unit
from tenants.registry.models import City
from tests.factories import make_cast, official, submitted
from tests.setup.pages import (
    BACKEND,
    LIST,
    SHARED,
    SKTM,
    admin,
    arrange,
    change,
    form_of,
    publish,
    sign_in,
    sktm,
)

__all__ = ["admin"]  # a fixture


def release_two(**more: Any) -> Blueprint:
    newest = Release.objects.filter(slug="sktm").order_by("-number").first()
    assert newest is not None
    new = Blueprint.model_validate(
        {**copy.deepcopy(SHARED["sktm"]), "release": newest.number + 1, **more}
    )
    actions.receive(new)
    return new


PAGES = [
    "", "?filter=rilis", "?filter=draf", "?filter=diubah", "?filter=sendiri", "?filter=tutup",
    "baru/", "impor/", "kelurahan/", "kelurahan/?service=sktm", "rilis/", "sktm/",
    "sktm/standar/", "sktm/pertanyaan/", "sktm/pertanyaan/tambah/", "sktm/dokumen/",
    "sktm/pertanyaan/tambah/?kind=choice", "sktm/dokumen/tambah/", "sktm/langkah/",
    "sktm/langkah/tambah/", "sktm/langkah/ubah/lurah/", "sktm/surat/", "sktm/surat/tambah/",
    "sktm/surat/ubah/surat/", "sktm/draf/", "sktm/draf/surat/surat/", "sktm/simulasi/",
    "sktm/riwayat/", "sktm/unduh/", "sktm/hasil/", "sktm/hasil/tambah/",
    "perubahan-elemen-data/hasil/ubah/ktp/",
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_only_the_citys_admins(
    admin: Client, in_bontang: City, client_for: Callable[[City], Client], page: str
) -> None:
    assert admin.get(LIST + page).status_code == 200
    other = client_for(in_bontang)
    village = Unit.objects.filter(kind=Unit.Kind.KELURAHAN).first()
    assert village is not None
    other.force_login(official("lurah", village, "lurah"), BACKEND)
    assert other.get(LIST + page).status_code == 403


@pytest.mark.parametrize("page", ["", "sktm/", "sktm/susun/", "sktm/draf/", "baru/", "kelurahan/"])
def test_nobody_else_changes_anything(
    in_bontang: City, client_for: Callable[[City], Client], page: str
) -> None:
    client = client_for(in_bontang)
    client.force_login(User.objects.create_user("siapa@contoh.id", name="Siapa"), BACKEND)
    assert client.post(LIST + page, {"do": "hapus"}).status_code == 403


def test_every_shipped_service_survives_its_own_pages(admin: Client) -> None:
    """Sending every page back untouched changes nothing at all."""
    for slug in ("sktm", "reklame", "ahli-waris", "domisili", "pengantar-nikah-n1",
                 "perubahan-elemen-data"):  # fmt: skip
        before = SHARED[slug]
        paths = [f"{LIST}{slug}/", f"{LIST}{slug}/standar/"]
        for part, (address, _) in PARTS.items():
            items = overrides.things_of(before, part)
            paths += [f"{LIST}{slug}/{address}/ubah/{item['key']}/" for item in items]
        for path in paths:
            answer = change(admin, path)
            assert answer.status_code == 302, path
        service = Service.objects.select_related("base").get(slug=slug)
        assert service.base is not None
        assert overrides.difference(service.base.definition, service.draft) == {}, slug


# --- list ----------------------------------------------------------------------------------------


def test_the_list_is_quick_with_a_thousand_services(admin: Client) -> None:
    shared = sktm().current
    assert shared is not None
    Service.objects.bulk_create(
        Service(slug=f"milik-{n}", title=f"Layanan kota {n}", category="umum", current=shared)
        for n in range(1000)
    )
    admin.get(LIST)  # warm: session, content types
    with CaptureQueriesContext(
        connection,
    ) as seen:
        page = admin.get(LIST)
    asked = [q["sql"] for q in seen.captured_queries if "catalogue_" in q["sql"]]
    assert len(asked) <= 5
    assert not any('"definition"' in query for query in asked), "lists read no definitions"
    assert len(re.findall(r'name="service"', page.content.decode())) == 50
    found = admin.get(LIST, {"q": "kota 777"}).content.decode()
    assert re.findall(r"<b>(Layanan kota \d+)</b>", found) == ["Layanan kota 777"]


def test_tags_say_what_waits(admin: Client) -> None:
    change(admin, SKTM, title="SKTM Bontang")
    tag = '<span class="tag warn">draf belum diterbitkan</span>'
    assert tag in admin.get(LIST, {"filter": "draf"}).content.decode()
    assert tag in admin.get(SKTM).content.decode()
    assert tag not in admin.get(LIST, {"q": "reklame"}).content.decode()
    publish(admin)
    release_two(summary="Baru.")
    page = admin.get(LIST, {"q": "SKTM Bontang"}).content.decode()
    assert "rilis baru menunggu" in page
    assert "diubah di sini" in page
    assert "SKTM Bontang" in admin.get(LIST, {"filter": "rilis"}).content.decode()
    assert "SKTM Bontang" not in admin.get(LIST, {"filter": "sendiri"}).content.decode()


# --- editing -------------------------------------------------------------------------------------


def test_a_change_a_draft_and_its_publication(admin: Client) -> None:
    change(admin, SKTM, title="SKTM Kota Bontang", fee="5000", synonyms="miskin\nsktm\n")
    draft = sktm().draft
    assert draft is not None
    assert (draft["title"], draft["fee"], draft["synonyms"]) == (
        "SKTM Kota Bontang", 5000, ["miskin", "sktm"],
    )  # fmt: skip
    page = admin.get(f"{SKTM}draf/").content.decode()
    assert "SKTM Kota Bontang" in page
    assert "Rp5.000" in page
    assert publish(admin).status_code == 302
    assert sktm().title == "SKTM Kota Bontang"
    assert ServiceVersion.objects.filter(service__slug="sktm").count() == 2


def test_one_place_goes_back_to_the_template_and_the_rest_stays(admin: Client) -> None:
    change(admin, SKTM, title="Judul kita", fee="5000")
    page = admin.get(SKTM).content.decode()
    assert len(re.findall(r"diubah di sini</span>\s*<button", page)) == 2
    change(admin, SKTM, after="Bawa ke sekolah.", undo="title")
    draft = sktm().draft
    assert draft is not None
    assert draft["title"] == SHARED["sktm"]["title"]
    assert (draft["fee"], draft["after"]) == (5000, "Bawa ke sekolah.")


def test_questions_are_added_moved_removed_and_given_back(admin: Client) -> None:
    path = f"{SKTM}pertanyaan/tambah/?kind=choice"
    answer = change(
        admin,
        path,
        label="Status rumah?",
        **{"options-0-label": "Milik", "options-1-label": "Sewa"},
    )
    assert answer.status_code == 302
    draft = sktm().draft
    assert draft is not None
    added = draft["fields"][-1]
    assert (added["key"], [o["key"] for o in added["options"]]) == (
        "status_rumah", ["milik", "sewa"],
    )  # fmt: skip
    first = draft["fields"][0]["key"]
    arrange(admin, part="fields", key="status_rumah", do="naik")
    arrange(admin, part="fields", key="status_rumah", do="hapus")
    draft = sktm().draft
    assert draft is not None
    assert draft == {**SHARED["sktm"]} or overrides.difference(SHARED["sktm"], draft) == {}
    arrange(admin, part="fields", key=first, do="turun")
    assert "urutan diubah di sini" in admin.get(f"{SKTM}pertanyaan/").content.decode()
    arrange(admin, part="fields", do="batal", address="fields.*")
    draft = sktm().draft
    assert draft is not None
    assert draft["fields"][0]["key"] == first


def test_a_removed_document_comes_back(admin: Client) -> None:
    key = SHARED["sktm"]["documents"][0]["key"]
    arrange(admin, part="documents", key=key, do="hapus")
    assert "Dihapus di sini" in admin.get(f"{SKTM}dokumen/").content.decode()
    arrange(admin, part="documents", do="batal", address=f"documents.{key}")
    draft = sktm().draft
    assert draft is not None
    assert overrides.difference(SHARED["sktm"], draft) == {}


def test_what_hangs_on_a_question_is_named_before_it_goes(admin: Client) -> None:
    used = SHARED["sktm"]["fields"][0]["key"]
    page = arrange(admin, part="fields", key=used, do="hapus").content.decode()
    assert "tidak ada yang mengisi" in page
    assert sktm().draft is None


def test_a_condition_is_typed_in_the_words_residents_see(admin: Client) -> None:
    change(
        admin, f"{SKTM}pertanyaan/tambah/?kind=choice", label="Status rumah?",
        **{"options-0-label": "Milik sendiri", "options-1-label": "Sewa"},
    )  # fmt: skip
    path = f"{SKTM}dokumen/tambah/"
    row = {"show_when-0-field": "status_rumah", "show_when-0-op": "="}
    wrong = change(admin, path, label="Surat sewa", **row, **{"show_when-0-value": "Kontrak"})
    assert wrong.status_code == 422
    assert "“Milik sendiri”, “Sewa”" in wrong.content.decode()
    assert change(
        admin, path, label="Surat sewa", **row, **{"show_when-0-value": "sewa"}
    ).status_code == 302  # fmt: skip
    draft = sktm().draft
    assert draft is not None
    assert draft["documents"][-1]["show_when"] == [
        {"field": "status_rumah", "op": "=", "value": "sewa"}
    ]
    assert "Sewa" in admin.get(f"{SKTM}dokumen/ubah/surat_sewa/").content.decode()


def test_a_wrong_number_keeps_what_was_typed(admin: Client) -> None:
    answer = change(admin, f"{SKTM}langkah/ubah/lurah/", title="Lurah teliti", clock__amount="0")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Lurah teliti" in page
    assert "paling sedikit 1" in page
    assert sktm().draft is None


def test_a_step_at_a_dinas_needs_the_dinas(admin: Client) -> None:
    answer = change(admin, f"{SKTM}langkah/ubah/lurah/", level="dinas", role="petugas_dinas")
    assert answer.status_code == 422
    assert "pilih dinas" in answer.content.decode()


def test_signs_that_cannot_be_kept_are_refused(admin: Client) -> None:
    answer = change(admin, SKTM, synonyms="sk\x00tm")
    assert answer.status_code == 422
    assert "tidak dapat disimpan" in answer.content.decode()
    row = {"codes-0-code": "400\x00"}
    assert change(admin, f"{SKTM}surat/ubah/surat/", **row).status_code == 422


def test_letters_are_written_in_text_and_groups(admin: Client) -> None:
    path = f"{SKTM}surat/ubah/surat/"
    sent = form_of(admin, path)
    last = max(int(name.split("__")[1]) for name in sent if name.startswith("blocks__"))
    sent |= {
        "body": "Satu {nama}.\n\nDua.",
        "codes-0-code": "400.9",
        "validity__amount": "3",
        f"blocks__{last}__intro": "dengan catatan:",
        f"blocks__{last}__facts-0-label": "Catatan",
        f"blocks__{last}__facts-0-text": "Berlaku untuk {nama}",
    }
    assert admin.post(path, sent).status_code == 302
    draft = sktm().draft
    assert draft is not None
    output = draft["outputs"][0]
    assert output["body"] == ["Satu {nama}.", "Dua."]
    assert output["validity"] == {"amount": 3, "unit": sent["validity__unit"]}
    assert output["blocks"][-1]["facts"] == [{"label": "Catatan", "text": "Berlaku untuk {nama}"}]
    wrong = change(admin, path, opening="Kepada {siapa_ini}:")
    assert wrong.status_code == 422
    assert "tidak ada yang mengisi {siapa_ini}" in wrong.content.decode()


def test_two_admins_and_nothing_is_overwritten(
    admin: Client, in_bontang: City, client_for: Callable[[City], Client]
) -> None:
    other = sign_in("bayu", in_bontang, client_for)
    mine, theirs = form_of(admin, SKTM), form_of(other, SKTM)
    assert other.post(SKTM, {**theirs, "title": "Punya Bayu"}).status_code == 302
    answer = admin.post(SKTM, {**mine, "title": "Punya Admin"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Bayu" in page
    assert 'value="Punya Admin"' in page, "what was typed stays on the page"
    assert "tersimpan “Punya Bayu”" in page
    draft = sktm().draft
    assert draft is not None
    assert draft["title"] == "Punya Bayu"
    stale = admin.post(f"{SKTM}draf/", {"edition": "0", "do": "terbitkan"})
    assert stale.status_code == 409
    assert sktm().title != "Punya Bayu"


HOSTILE = [
    "<script>alert(1)</script>",
    '#panic("x") $x^2$ `a` @b',
    '#import "/etc/passwd": *',
    "{{ 7|add:7 }} {% now 'Y' %}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_titles_are_words(admin: Client, text: str) -> None:
    assert change(admin, SKTM, title=text, summary=text).status_code == 302
    assert publish(admin).status_code == 302
    for path in (SKTM, LIST, f"{SKTM}draf/", f"{SKTM}riwayat/", "/layanan/sktm/"):
        page = admin.get(path).content.decode()
        assert "<script>alert" not in page
        assert "panic: x" not in page
    from html import escape

    assert escape(text) in admin.get(SKTM).content.decode()


@pytest.mark.parametrize("text", HOSTILE[:3])
def test_hostile_letters_are_words(admin: Client, text: str) -> None:
    path = f"{SKTM}surat/ubah/surat/"
    assert change(admin, path, title=text, body=text).status_code == 302
    pdf = admin.get(f"{SKTM}draf/surat/surat/")
    assert pdf.status_code == 200
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    import pypdfium2

    shown = pypdfium2.PdfDocument(pdf.content)[0].get_textpage().get_text_range()
    assert re.sub(r"\W", "", text)[:9].casefold() in re.sub(r"\W", "", shown).casefold()


def test_a_brace_that_is_no_placeholder_is_explained(admin: Client) -> None:
    answer = change(admin, f"{SKTM}surat/ubah/surat/", body="Harga {sepuluh ribu")
    assert answer.status_code == 422
    assert "kurung kurawal" in answer.content.decode()


# --- draft, walk, history ------------------------------------------------------------------------


def test_errors_of_the_linter_block_and_warnings_do_not(admin: Client) -> None:
    last = SHARED["sktm"]["steps"][-1]["key"]
    change(admin, f"{SKTM}langkah/ubah/{last}/", on_timeout="teruskan")
    answer = publish(admin)
    assert answer.status_code == 422
    assert "Harus diperbaiki" in answer.content.decode()
    assert sktm().draft is not None
    change(admin, f"{SKTM}langkah/ubah/{last}/", on_timeout="ingatkan")
    assert publish(admin).status_code == 302


def test_a_draft_is_thrown_away(admin: Client) -> None:
    change(admin, SKTM, title="Salah")
    admin.post(f"{SKTM}draf/", {"edition": sktm().draft_edition, "do": "buang"})
    assert sktm().draft is None
    assert sktm().title == SHARED["sktm"]["title"]


def test_the_walk_counts_over_a_weekend(admin: Client) -> None:
    steps = len([step for step in SHARED["sktm"]["steps"] if not step.get("initials")])
    friday = {"date": "2026-11-20", "hour": "15:00"}
    page = admin.get(f"{SKTM}simulasi/", friday).content.decode()
    assert "Jumat, 20 November 2026 pukul 15.00" in page
    assert "hari libur dan akhir pekan" in " ".join(page.split())
    assert page.count("Batas waktu") == steps
    end = admin.get(f"{SKTM}simulasi/", {**friday, "step": steps}).content.decode()
    assert "Perjalanan selesai" in end
    odd = admin.get(f"{SKTM}simulasi/", {"date": "bukan", "hour": "99:99", "step": "-1"})
    assert odd.status_code == 200


def test_the_walk_asks_when_it_is_sent_once(admin: Client) -> None:
    page = admin.get(f"{SKTM}simulasi/").content.decode()
    assert page.count('name="date"') == 1
    assert page.count('name="hour"') == 1


def test_the_walk_follows_the_answers(admin: Client) -> None:
    field = SHARED["reklame"]["authority"]["measures"][0]  # above a size it goes to the DPMPTSP
    small = admin.get(f"{LIST}reklame/simulasi/", {f"jawab-{field}": "1"}).content.decode()
    large = admin.get(f"{LIST}reklame/simulasi/", {f"jawab-{field}": "99999"}).content.decode()
    assert re.findall(r'#jalan"><b>(.*?)</b>', small) != re.findall(r'#jalan"><b>(.*?)</b>', large)


def test_history_compares_restores_and_returns(admin: Client) -> None:
    change(admin, SKTM, title="Kedua")
    publish(admin)
    new, old = ServiceVersion.objects.filter(service__slug="sktm").order_by("-pk")
    page = admin.get(f"{SKTM}riwayat/", {"old": old.pk, "new": new.pk}).content.decode()
    assert "Kedua" in page
    assert "berlaku sekarang" in page
    admin.post(f"{SKTM}riwayat/", {"version": old.pk, "do": "pulihkan"})
    assert sktm().draft is not None
    admin.post(f"{SKTM}draf/", {"edition": sktm().draft_edition, "do": "buang"})
    admin.post(f"{SKTM}riwayat/", {"version": old.pk, "do": "kembali"})
    assert sktm().title == SHARED["sktm"]["title"]
    assert admin.post(f"{SKTM}riwayat/", {"version": "0", "do": "kembali"}).status_code == 404


# --- releases ------------------------------------------------------------------------------------


def test_a_release_is_compared_previewed_and_taken(admin: Client) -> None:
    running = submitted(make_cast())
    change(admin, SKTM, title="Judul kita", after="Sesudah kita")
    publish(admin)
    new = release_two(
        title="Judul nasional", summary="Kalimat nasional.", changes="Aturan 2027.",
        mandatory_from="2027-01-01",
    )  # fmt: skip
    box = admin.get(f"{LIST}rilis/").content.decode()
    assert "Aturan 2027." in box
    assert "wajib sejak 1 Januari 2027" in box
    path = f"{LIST}rilis/sktm/"
    page = admin.get(path).content.decode()
    for words in ("Judul kita", "Judul nasional", "Keduanya berubah", "1 permohonan sedang"):
        assert words in page
    sent = {"release": new.release, "do": "ambil"}
    undecided = admin.post(path, sent)
    assert undecided.status_code == 422
    assert "Pilih salah satu" in undecided.content.decode()
    assert f'value="pratinjau" formaction="{path}#hasil"' in page, "it opens below all places"
    shown = admin.post(path, {**sent, "do": "pratinjau", "pilih-title": "kami"}).content.decode()
    assert "Kalimat nasional." in shown[shown.index('id="hasil"') :]
    assert sktm().title == "Judul kita"
    admin.post(path, {**sent, "pilih-title": "kami"})
    current = sktm().current
    assert current is not None
    assert (current.blueprint.title, current.blueprint.summary, current.blueprint.after) == (
        "Judul kita", "Kalimat nasional.", "Sesudah kita",
    )  # fmt: skip
    running.refresh_from_db()
    assert running.version_id != current.pk


def test_what_both_sides_added_is_joined_without_asking(admin: Client) -> None:
    change(admin, f"{SKTM}pertanyaan/tambah/?kind=yesno", label="Dari kota?")
    publish(admin)
    theirs = {"key": "nasional", "type": "yesno", "label": "Dari nasional?"}
    new = release_two(fields=[*SHARED["sktm"]["fields"], theirs])
    page = admin.get(f"{LIST}rilis/sktm/").content.decode()
    assert page.count("Pertanyaan “Dari nasional?”") == 1, "a whole question is one row"
    assert "Ditambah nasional" in page
    assert "Ditambah di sini" in page
    assert 'name="pilih-fields' not in page
    admin.post(f"{LIST}rilis/sktm/", {"release": new.release, "do": "ambil"})
    current = sktm().current
    assert current is not None
    assert {"dari_kota", "nasional"} <= {field.key for field in current.blueprint.fields}


def test_a_whole_language_is_one_row(admin: Client) -> None:
    texts = {"title": "Layang", "summary": "Katrangan.", "after": "Digawa."}
    new = release_two(translations={**SHARED["sktm"]["translations"], "jv": texts})
    page = admin.get(f"{LIST}rilis/sktm/").content.decode()
    assert page.count("Terjemahan Basa Jawa") == 1
    admin.post(f"{LIST}rilis/sktm/", {"release": new.release, "do": "ambil"})
    current = sktm().current
    assert current is not None
    assert current.blueprint.translations["jv"] == texts


def test_a_release_may_be_declined(admin: Client) -> None:
    new = release_two(summary="Kalimat nasional.")
    admin.post(f"{LIST}rilis/sktm/", {"release": new.release, "do": "tetap"})
    assert "dipertahankan punya kita" in admin.get(f"{LIST}rilis/").content.decode()
    assert "rilis baru menunggu" not in admin.get(LIST, {"q": "tidak mampu"}).content.decode()


def test_a_release_older_than_the_newest_is_not_taken_by_accident(admin: Client) -> None:
    seen = release_two(summary="Kedua.")
    release_two(summary="Ketiga.")
    stale = {"release": seen.release, "do": "tetap"}
    assert admin.post(f"{LIST}rilis/sktm/", stale).status_code == 409
    assert Service.objects.get(slug="sktm").kept_until == 0, "nobody has seen the third"
    answer = admin.post(f"{LIST}rilis/sktm/", {"release": seen.release, "do": "ambil"})
    assert answer.status_code == 409
    current = sktm().current
    assert current is not None
    assert current.blueprint.summary == SHARED["sktm"]["summary"]


# --- per kelurahan -------------------------------------------------------------------------------


def test_e_rt_begins_in_two_kelurahan(admin: Client) -> None:
    path = f"{LIST}kelurahan/"
    admin.post(path, {"unit": "semua", "is_on": "tidak"})
    villages = Unit.objects.filter(kind__in=[Unit.Kind.KELURAHAN, Unit.Kind.DESA])
    first, second = villages.order_by("code")[:2]
    for unit in (first, second):
        admin.post(path, {"unit": unit.pk, "is_on": "ya"})
    on = set(Switch.objects.filter(what=Switch.ERT, is_on=True).values_list("unit_id", flat=True))
    assert on == {first.pk, second.pk}
    assert f"Menyala di 2 dari {villages.count()}" in admin.get(path).content.decode()
    assert admin.post(path, {"unit": "0", "is_on": "ya"}).status_code == 404
    admin.post(f"{path}?service=sktm", {"unit": first.pk, "is_on": "tidak"})
    assert Switch.objects.filter(what="sktm", unit=first, is_on=False).exists()


# --- own services --------------------------------------------------------------------------------


def test_a_service_from_nothing_is_published_and_opened(admin: Client) -> None:
    sent = {"title": "Izin Pakai Lapangan", "slug": "", "category": "acara", "source": ""}
    assert admin.post(f"{LIST}baru/", sent)["Location"] == f"{LIST}izin-pakai-lapangan/"
    service = Service.objects.get(slug="izin-pakai-lapangan")
    assert (service.is_active, service.current) == (False, None)
    early = admin.post(LIST, {"service": service.pk, "open": "ya"}, follow=True)
    assert "Terbitkan dulu" in early.content.decode()
    assert change(
        admin, f"{LIST}izin-pakai-lapangan/surat/tambah/", title="IZIN"
    ).status_code == 302  # fmt: skip
    assert publish(admin, service.slug).status_code == 302
    admin.post(LIST, {"service": service.pk, "open": "ya"})
    assert "Izin Pakai Lapangan" in admin.get("/layanan/izin-pakai-lapangan/").content.decode()


@pytest.mark.parametrize("slug", ["rilis", "baru", "sktm", "x"])
def test_an_address_in_use_is_refused(admin: Client, slug: str) -> None:
    sent = {"title": "Apa saja", "slug": slug, "category": "umum", "source": ""}
    assert admin.post(f"{LIST}baru/", sent).status_code == 422
    assert not Service.objects.filter(title="Apa saja").exists()


def test_a_copy_and_a_file_carry_everything(admin: Client) -> None:
    sent = {"title": "SKTM salinan", "slug": "", "category": "bantuan", "source": "sktm"}
    admin.post(f"{LIST}baru/", sent)
    copied = Service.objects.get(slug="sktm-salinan").draft
    assert copied is not None
    assert copied["fields"] == SHARED["sktm"]["fields"]
    file = admin.get(f"{SKTM}unduh/")
    assert "attachment" in file["Content-Disposition"]
    upload = SimpleUploadedFile("sktm.json", file.content, "application/json")
    clash = admin.post(f"{LIST}impor/", {"file": upload, "slug": ""})
    assert clash.status_code == 422
    upload = SimpleUploadedFile("sktm.json", file.content, "application/json")
    admin.post(f"{LIST}impor/", {"file": upload, "slug": "sktm-lain"})
    taken = Service.objects.get(slug="sktm-lain").draft
    assert taken is not None
    assert taken["outputs"] == SHARED["sktm"]["outputs"]
    assert taken["translations"] == SHARED["sktm"]["translations"]


def _broken(**more: Any) -> bytes:
    return json.dumps({**copy.deepcopy(SHARED["sktm"]), "slug": "asing", **more}).encode()


def _field(**more: Any) -> bytes:
    fields = copy.deepcopy(SHARED["sktm"]["fields"])
    fields[0] |= more
    return _broken(fields=fields)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00", "UTF-8"),
        (b'{"slug": ', "baris 1"),
        (b"[]", "kurung kurawal"),
        (b"[" * 100_000, "tidak dapat dibaca"),
        (b"{}", "belum ada"),
        (_field(type="hologram"), "“hologram” tidak dikenal"),
        (_field(show_when=[{"field": "tiada", "op": "=", "value": "x"}]), "tidak ada di atasnya"),
        (_broken(category="aneh"), "Kelompok “aneh” tidak dikenal"),
        (_broken(jahat=1), "tidak dikenal"),
        (_broken(fee=-5), "Paling sedikit 0"),
        (_broken(steps=[]), "Langkah"),
        (_broken(slug=["rilis"]), "harus berupa tulisan"),
        (_broken(title="nol \x00"), "tidak dapat disimpan"),
        (_broken(title="\ud800"), "tidak dapat disimpan"),
        (b" " * (513 * 1024), "512 kB"),
    ],
)
def test_a_malformed_file_is_explained(admin: Client, content: bytes, words: str) -> None:
    upload = SimpleUploadedFile("x.json", content, "application/json")
    answer = admin.post(f"{LIST}impor/", {"file": upload, "slug": ""})
    assert answer.status_code == 422
    assert words in answer.content.decode().replace("&quot;", '"')
    assert not Service.objects.filter(slug="asing").exists()


def test_unknown_places_are_pages_not_crashes(admin: Client) -> None:
    for path in ("tiada/", "sktm/langkah/ubah/tiada/", "sktm/draf/surat/tiada/", "rilis/tiada/",
                 "kelurahan/?service=tiada"):  # fmt: skip
        assert admin.get(LIST + path).status_code == 404, path
    assert arrange(admin, part="fields", do="apa").status_code == 404
    assert admin.post(f"{SKTM}susun/", {"part": "aneh"}).status_code == 404


def test_to_where_desks_forward_is_ticked_and_said_in_words(admin: Client) -> None:
    sent = form_of(admin, SKTM)
    assert sent["forward_to"] == ["office", "dinas"], "what holds where nothing is said"
    assert admin.post(SKTM, sent).status_code == 302
    assert "forward_to" not in (sktm().draft or {})
    assert change(admin, SKTM, forward_to=["office", "above"]).status_code == 302
    assert (sktm().draft or {})["forward_to"] == ["office", "above"]
    page = admin.get(f"{SKTM}draf/").content.decode()
    assert "Ke mana meja boleh meneruskan berkas" in page
    assert "Dari kelurahan atau desa ke kecamatan di atasnya" in page
    assert "Dari dinas ke dinas lain" in page, "what it was before"
    assert publish(admin).status_code == 302
    current = sktm().current
    assert current is not None and current.blueprint.forward_to == ["office", "above"]
    sent = form_of(admin, SKTM)
    sent.pop("forward_to")
    assert admin.post(SKTM, sent).status_code == 302
    assert (sktm().draft or {})["forward_to"] == []
    assert "(tidak satu pun)" in admin.get(f"{SKTM}draf/").content.decode()
