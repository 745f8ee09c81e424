"""How letters look and what they say, city by city and unit by unit."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from kernel.errors import RuleBroken
from services.applications import issuing
from services.applications.letter_text import letters_of
from services.catalogue import initials
from services.catalogue.queries import service
from services.letters import styles
from services.letters.models import Letter
from services.letters.render import render_pdf
from services.letters.styles import Told
from tenants.office.models import Profile, Unit
from tests.factories import MONDAY, Cast, approve, official, step_of, submitted


def _keep(cast: Cast, told: Told) -> None:
    found = service("sktm").current
    assert found is not None
    styles.keep(told, definition=found.definition, by=cast.lurah, at=MONDAY)


def _letter(cast: Cast) -> Letter:
    sent = submitted(cast)
    approve(sent, cast.hasan, cast.rina, cast.lurah)
    issuing.finish_letters(application_id=sent.pk, at=MONDAY)
    return Letter.objects.get(issued_from__application=sent)


def test_without_a_word_letters_are_a4_and_formal(cast: Cast) -> None:
    face = styles.face_of(cast.village, "sktm")
    assert (face.paper, face.style, dict(face.words)) == ("a4", "resmi", {})


def test_the_narrowest_word_counts_field_by_field(cast: Cast) -> None:
    kecamatan = cast.village.parent
    assert kecamatan is not None
    for told in (
        Told(paper="f4"),
        Told(unit=kecamatan, within=True, style="ringkas"),
        Told(unit=cast.village, topic="sktm", style="tabel"),
        Told(topic="domisili", paper="a4"),
    ):
        _keep(cast, told)
    neighbour = Unit.objects.filter(parent=kecamatan).exclude(pk=cast.village.pk).first()
    elsewhere = Unit.objects.filter(kind=cast.village.kind).exclude(parent=kecamatan).first()
    assert neighbour is not None and elsewhere is not None

    def said(unit: Unit, topic: str) -> tuple[str, str]:
        face = styles.face_of(unit, topic)
        return face.paper, face.style

    assert said(cast.village, "sktm") == ("f4", "tabel")
    assert said(cast.village, "domisili") == ("a4", "ringkas")
    assert said(neighbour, "sktm") == ("f4", "ringkas")
    assert said(elsewhere, "sktm") == ("f4", "resmi")
    assert said(elsewhere, "domisili") == ("a4", "resmi")


def test_what_a_kecamatan_says_of_itself_leaves_its_villages_alone(cast: Cast) -> None:
    _keep(cast, Told(unit=cast.village.parent, style="ringkas"))
    assert styles.face_of(cast.village, "sktm").style == "resmi"


def test_a_letter_is_set_on_the_paper_and_in_the_words_of_its_unit(cast: Cast) -> None:
    Profile.objects.update(website="https://bontangkota.go.id/")
    Unit.objects.filter(pk=cast.village.pk).update(post_code="75313", phone="(0548) 20301")
    _keep(cast, Told(
        unit=cast.village, topic="sktm", paper="f4",
        words={"closing": "Demikian, {nama}, agar maklum.", "copies": ["Arsip {unit}"]},
    ))  # fmt: skip
    letter = _letter(cast)
    assert letter.content.paper == "f4"
    assert letter.content.closing == f"Demikian, {cast.sari_person.name}, agar maklum."
    assert letter.content.copies == [f"Arsip {cast.village.name}"]
    assert "Kode Pos 75313" in letter.content.address
    assert letter.content.contact == "Telepon (0548) 20301 · bontangkota.go.id"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (Told(), "Pilih kertas"),
        (Told(topic="sktm", words={"closing": "Isi {tidak_ada}."}), "tidak_ada"),
        (Told(topic="sktm", words={"closing": "Isi {nama"}), "kurung kurawal"),
        (Told(topic="sktm", words={"copies": ["Arsip {tidak_ada}"]}), "tidak_ada"),
        (Told(topic="sktm", output="surat", signer="kasi"), "semua surat layanan"),
    ],
)
def test_what_no_letter_could_be_made_of_is_refused(cast: Cast, told: Told, why: str) -> None:
    with pytest.raises(RuleBroken, match=why):
        _keep(cast, told)


def test_words_need_a_service(cast: Cast) -> None:
    with pytest.raises(RuleBroken, match="Pilih layanannya"):
        styles.keep(Told(words={"closing": "Sekian."}), definition=None, by=cast.lurah, at=MONDAY)


def test_words_that_ask_for_what_is_gone_give_way_to_the_services(cast: Cast) -> None:
    found = service("sktm").current
    assert found is not None
    output = found.blueprint.outputs[0]
    same = styles.in_own_words(output, {"closing": "Isi {hilang}.", "copies": ["Arsip"]}, {"nama"})
    assert (same.closing, same.copies) == (output.closing, ["Arsip"])


def test_words_of_a_service_stay_with_the_letter_they_were_written_for(cast: Cast) -> None:
    _keep(cast, Told(topic="sktm", paper="f4", signer="kasi", words={"closing": "Sekian."}))
    first = styles.face_of(cast.village, "sktm", "surat")
    later = styles.face_of(cast.village, "sktm", "surat_kedua")
    assert (first.paper, dict(first.words)) == ("f4", {"closing": "Sekian."})
    assert (later.paper, dict(later.words)) == ("f4", {})
    assert styles.deputies(cast.village, "sktm", "lurah", []) == ["kasi"]


def _may_sign(cast: Cast, told: Told | None) -> list[str]:
    if told is not None:
        _keep(cast, told)
    sent = submitted(cast)
    approve(sent, cast.hasan, cast.rina)
    return list(step_of(sent).deputies)


def test_a_unit_says_who_signs_for_its_head(cast: Cast) -> None:
    shipped = _may_sign(cast, None)
    assert "kasi" not in shipped
    assert _may_sign(cast, Told(unit=cast.village, topic="sktm", signer="kasi")) == ["kasi"]
    assert _may_sign(cast, Told(unit=cast.village, topic="sktm", signer=styles.ONLY_HEAD)) == []


def test_initials_are_printed_in_their_order(cast: Cast) -> None:
    """Of a city that has switched them on."""
    assert _letter(cast).content.initials == []
    initials.switch(on=[(level, role) for level, role, _ in initials.POSSIBLE], by=cast.lurah)
    kasi = official("kasi", cast.village, "kasi")
    sekretaris = official("sekretaris", cast.village, "sekretaris")
    sent = submitted(cast)
    approve(sent, cast.hasan, cast.rina, kasi, sekretaris, cast.lurah)
    issuing.finish_letters(application_id=sent.pk, at=MONDAY)
    letter = Letter.objects.get(issued_from__application=sent)
    marks = [letters_of(kasi.name), letters_of(sekretaris.name)]
    assert [line.rpartition(" ")[2] for line in letter.content.initials] == [
        f"({mark})" for mark in marks
    ]
    text = PdfReader(io.BytesIO(render_pdf(letter.content))).pages[0].extract_text()
    assert "Paraf:" in text


def test_letters_of_a_name() -> None:
    assert letters_of("Dra. Hj. Dewi Nurhayati, M.Si.") == "DN"
    assert letters_of("Suharto") == "S"


def test_the_face_costs_one_query(cast: Cast, django_assert_num_queries: Any) -> None:
    _keep(cast, Told(paper="f4"))
    with django_assert_num_queries(1):
        styles.face_of(cast.village, "sktm")
