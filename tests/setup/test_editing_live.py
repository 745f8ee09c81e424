"""What an admin sees while typing, and what is easily taken back."""

import copy
import re
from typing import Any

import pytest
from django.test import Client

from services.catalogue.blueprint import Blueprint
from services.catalogue.models import Service
from services.catalogue.shipped import shipped
from services.letters.pictures import pages_as_png
from services.questions.kind import FieldSpec, kinds
from services.setup import editing
from tests.setup.pages import LIST, SHARED, SKTM, admin, arrange, change, form_of, sktm

__all__ = ["admin"]  # a fixture

PREVIEW = f"{SKTM}pratinjau/"


def preview(client: Client, page: str, asked: str, **typed: Any) -> str:
    answer = client.post(f"{PREVIEW}?{asked}", {**form_of(client, page), **typed})
    assert answer.status_code == 200
    return answer.content.decode()


# --- the live preview ----------------------------------------------------------------------------


def test_unsaved_words_show_in_the_form_and_on_the_letter(admin: Client) -> None:
    page = f"{SKTM}pertanyaan/ubah/keperluan/"
    shown = preview(admin, page, "part=fields&key=keperluan", label="Buat apa, Pak?")
    assert "Buat apa, Pak?" in shown
    assert "Berapa orang yang Anda tanggung?" in shown, "the whole page of the form"
    assert shown.count('src="data:image/png;base64,') == 1
    assert 'id="id_' not in shown, "the form around it has these"
    assert sktm().draft is None, "looking saves nothing"


def test_a_letters_picture_follows_its_text(admin: Client) -> None:
    page, asked = f"{SKTM}surat/ubah/surat/", "part=outputs&key=surat"
    before, same = (preview(admin, page, asked) for _ in range(2))
    other = preview(admin, page, asked, body="Isinya lain sama sekali.")
    picture = re.compile(r'src="(data:image/png[^"]+)"')
    assert picture.findall(before) == picture.findall(same)
    assert picture.findall(before) != picture.findall(other)


@pytest.mark.parametrize(
    ("page", "asked", "typed", "words"),
    [
        ("pertanyaan/ubah/keperluan/", "part=fields&key=keperluan", {"label": ""}, "Isi “"),
        ("surat/ubah/surat/", "part=outputs&key=surat", {"body": "{siapa_ini}"},
         "tidak ada yang mengisi"),
        ("langkah/ubah/lurah/", "part=steps&key=lurah", {"clock__amount": "0"},
         "paling sedikit"),
    ],
)  # fmt: skip
def test_while_typing_is_unfinished_the_last_picture_stays(
    admin: Client, page: str, asked: str, typed: dict[str, str], words: str
) -> None:
    sent = {**form_of(admin, SKTM + page), **typed}
    answer = admin.post(f"{PREVIEW}?{asked}", sent)
    assert answer.status_code == 200
    assert answer["HX-Retarget"] == "#pratinjau-kabar"
    assert words in answer.content.decode()


def test_steps_the_service_and_new_things_have_previews_too(admin: Client) -> None:
    shown = preview(
        admin, f"{SKTM}langkah/ubah/lurah/", "part=steps&key=lurah", title="Lurah membaca"
    )
    assert "Lurah membaca" in shown
    assert "Judul baru" in preview(admin, SKTM, "part=main&key=", title="Judul baru")
    page = f"{SKTM}pertanyaan/tambah/?kind=yesno"
    asked = "part=fields&key=&kind=yesno"
    assert "Punya rumah?" in preview(admin, page, asked, label="Punya rumah?")
    assert sktm().draft is None


def test_a_question_asked_only_sometimes_is_shown(admin: Client) -> None:
    field = next(f for f in SHARED["reklame"]["documents"] if f["show_when"])
    page = f"{LIST}reklame/dokumen/ubah/{field['key']}/"
    answer = admin.post(
        f"{LIST}reklame/pratinjau/?part=documents&key={field['key']}",
        {**form_of(admin, page), "label": "Surat izin pemilik"},
    )
    assert "Surat izin pemilik" in answer.content.decode()


@pytest.mark.parametrize("asked", ["", "part=aneh", "part=fields&key=tiada"])
def test_a_preview_of_nothing_is_a_404(admin: Client, asked: str) -> None:
    assert admin.post(f"{PREVIEW}?{asked}").status_code == 404


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '#panic("x")', "{{ 7|add:7 }}"])
def test_hostile_words_are_words_in_the_preview(admin: Client, text: str) -> None:
    shown = preview(
        admin, f"{SKTM}pertanyaan/ubah/keperluan/", "part=fields&key=keperluan", label=text
    )
    assert "<script>alert" not in shown
    assert ">14<" not in shown


def test_pictures_of_a_pdf_are_png(admin: Client) -> None:
    pdf = admin.get(f"{SKTM}draf/surat/surat/").content
    (page,) = pages_as_png(pdf)
    assert page.startswith(b"\x89PNG")
    assert len(page) < 200_000
    shown = admin.get(f"{SKTM}draf/surat/surat/?gambar")
    assert shown["Content-Type"] == "image/png"
    assert shown.content.startswith(b"\x89PNG")
    assert "draf/surat/surat/?gambar" in admin.get(f"{SKTM}draf/").content.decode()


# --- another kind of question --------------------------------------------------------------------


def test_a_question_changes_its_kind_after_a_warning(admin: Client) -> None:
    path = f"{SKTM}pertanyaan/ubah/tanggungan/"
    page = admin.get(f"{path}?kind=text").content.decode()
    assert "Jenisnya akan berubah dari “Angka” menjadi “Jawaban pendek”" in page
    assert "satuan, batas paling sedikit dan paling banyak" in page
    assert sktm().draft is None
    assert change(admin, f"{path}?kind=text").status_code == 302
    draft = sktm().draft
    assert draft is not None
    field = next(f for f in draft["fields"] if f["key"] == "tanggungan")
    assert (field["type"], field["unit"], field["min"]) == ("text", "", None)
    assert field["label"] == "Berapa orang yang Anda tanggung?"


def test_a_kind_others_compare_with_stays(admin: Client) -> None:
    path = f"{LIST}reklame/pertanyaan/ubah/luas/"
    page = admin.get(f"{path}?kind=text", follow=True).content.decode()
    assert "jawabannya dibandingkan di: Wewenang Camat" in page
    sent = {**form_of(admin, path), "edition": "0"}
    admin.post(f"{path}?kind=text", sent)
    assert Service.objects.get(slug="reklame").draft is None


def test_a_person_the_letter_quotes_stays_a_person(admin: Client) -> None:
    definition = SHARED["lahir-mati"]
    assert any(f["key"] == "ibu" and f["type"] == "person" for f in definition["fields"])
    path = f"{LIST}lahir-mati/pertanyaan/ubah/ibu/?kind=text"
    page = admin.get(path, follow=True).content.decode()
    assert "Jenisnya tidak bisa diganti menjadi “Jawaban pendek”" in page
    assert "tidak ada yang mengisi" in page


def test_options_must_hold_what_conditions_ask_for() -> None:
    old = {**editing.blank("fields", {}), "key": "a", "label": "A", "type": "yesno"}
    definition = copy.deepcopy(SHARED["sktm"])
    definition["fields"].insert(0, old)
    definition["documents"][0]["show_when"] = [{"field": "a", "op": "=", "value": "ya"}]
    new, lost = editing.retyped(old, "choice")
    assert lost == []
    key = definition["documents"][0]["key"]
    for options, broken in (
        ([], []),
        (["ya", "tidak"], []),
        (["mau"], [f"documents.{key}.show_when"]),
    ):
        new["options"] = [{"key": option, "label": option} for option in options]
        assert editing.broken_conditions(definition, old, new) == broken


@pytest.mark.parametrize("blueprint", shipped(), ids=lambda blueprint: blueprint.slug)
def test_every_kind_becomes_every_other_or_says_why(blueprint: Blueprint) -> None:
    """A changed question is never half of one kind and half of another."""
    for field in blueprint.canonical()["fields"]:
        field |= {"reportable": kinds[field["type"]].reports and not field["sensitive"]}
        for kind in ("text", "number", "date", "yesno", "person", "members", "place"):
            new, lost = editing.retyped(field, kind)
            FieldSpec.model_validate(new)
            gone = field["reportable"] and not kinds[kind].reports
            assert ("pemakaian dalam laporan" in lost) == gone


# --- order, removal ------------------------------------------------------------------------------


def test_questions_are_put_in_order_at_once(admin: Client) -> None:
    keys = [field["key"] for field in SHARED["sktm"]["fields"]]
    arrange(admin, part="fields", do="urut", order=",".join(reversed(keys)))
    draft = sktm().draft
    assert draft is not None
    assert [field["key"] for field in draft["fields"]] == keys[::-1]
    page = arrange(admin, part="fields", do="urut", order=keys[0]).content.decode()
    assert "baru saja berubah" in page
    draft = sktm().draft
    assert draft is not None
    assert len(draft["fields"]) == len(keys)


def test_options_move_without_script(admin: Client) -> None:
    path = f"{LIST}reklame/pertanyaan/ubah/jenis/"
    before = [option["key"] for option in SHARED["reklame"]["fields"][0]["options"]]
    sent = form_of(admin, path)
    moved = admin.post(path, {**sent, "label": "Jenis apa?", "move": "options-0-turun"})
    assert moved.status_code == 200
    page = moved.content.decode()
    assert 'value="Jenis apa?"' in page, "what was typed stays"
    assert Service.objects.get(slug="reklame").draft is None, "and nothing is saved yet"
    keys = re.findall(r'name="options-\d-key" value="([^"]+)"', page)
    assert keys == [before[1], before[0], *before[2:]]
    assert admin.post(path, {**sent, "move": "aneh"}).status_code == 200


def test_moved_rows_are_saved_in_their_new_order(admin: Client) -> None:
    path = f"{LIST}reklame/pertanyaan/ubah/jenis/"
    sent = form_of(admin, path)
    for name in ("key", "label"):  # as the page's script numbers them after a drag
        one, other = f"options-0-{name}", f"options-2-{name}"
        sent[one], sent[other] = sent[other], sent[one]
    assert admin.post(path, sent).status_code == 302
    draft = Service.objects.get(slug="reklame").draft
    assert draft is not None
    before = [option["key"] for option in SHARED["reklame"]["fields"][0]["options"]]
    after = [option["key"] for option in draft["fields"][0]["options"]]
    assert after == [before[2], before[1], before[0], *before[3:]]


def test_a_removed_thing_of_our_own_comes_back_at_once(admin: Client) -> None:
    change(admin, f"{SKTM}pertanyaan/tambah/?kind=yesno", label="Punya rumah?")
    arrange(admin, part="fields", key="punya_rumah", do="naik")
    before = sktm().draft
    page = arrange(admin, part="fields", key="punya_rumah", do="hapus").content.decode()
    assert "Batalkan penghapusan" in page
    arrange(admin, part="fields", do="pulih")
    assert sktm().draft == before, "in its old place, with everything it said"
    assert "Batalkan penghapusan" not in admin.get(f"{SKTM}pertanyaan/").content.decode()


def test_undo_is_offered_only_until_something_else_changes(admin: Client) -> None:
    arrange(admin, part="fields", key="tanggungan", do="hapus")  # the letter needs it: refused
    assert "Batalkan penghapusan" not in admin.get(f"{SKTM}pertanyaan/").content.decode()
    key = SHARED["sktm"]["documents"][0]["key"]
    arrange(admin, part="documents", key=key, do="hapus")
    assert "Batalkan penghapusan" not in admin.get(f"{SKTM}pertanyaan/").content.decode()
    change(admin, SKTM, title="Lain")
    assert "Batalkan penghapusan" not in admin.get(f"{SKTM}dokumen/").content.decode()


def test_icon_group_words_and_whether_it_is_offered(admin: Client) -> None:
    sent = form_of(admin, SKTM)
    sent.pop("offered")
    sent |= {"icon": "wallet", "category": "umum", "synonyms": "miskin"}
    assert admin.post(SKTM, sent).status_code == 302
    draft = sktm().draft
    assert draft is not None
    assert (draft["icon"], draft["category"], draft["synonyms"], draft["offered"]) == (
        "wallet", "umum", ["miskin"], False,
    )  # fmt: skip
    page = admin.post(LIST, {"service": sktm().pk, "back": "sktm", "open": "tidak"})
    assert page["Location"] == SKTM
    assert not sktm().is_active


def test_rows_are_added_without_saving_and_what_was_typed_stays(admin: Client) -> None:
    path = f"{SKTM}pertanyaan/tambah/?kind=choice"
    sent = form_of(admin, path)
    for number, label in enumerate(("Satu", "Dua")):
        sent[f"options-{number}-label"] = label
    page = admin.post(path, {**sent, "label": "Pilih yang mana?", "add": "options"})
    assert page.status_code == 200, "nothing is judged yet"
    html = page.content.decode()
    assert 'value="Satu"' in html and 'value="Dua"' in html and "Pilih yang mana?" in html
    assert 'name="options-3-label"' in html, "two empty rows follow"
    assert sktm().draft is None


def test_only_what_differs_is_marked_and_the_icons_are_folded(admin: Client) -> None:
    html = admin.get(SKTM).content.decode()
    assert "dari templat nasional" not in html
    change(admin, SKTM, summary="Kata-kata kota ini.")
    html = admin.get(SKTM).content.decode()
    assert html.count("diubah di sini") >= 1
    folded = html.partition('name="icon"')[0].rpartition("<details")[2]
    assert "</details>" not in folded and " open" not in folded.partition(">")[0]
