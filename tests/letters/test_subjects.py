"""Whom a letter is about, as the check page names them."""

from dataclasses import replace
from datetime import date

import pytest

from services.applications import issuing
from services.applications.letter_text import draft_from
from services.catalogue import samples
from services.catalogue.outputs import Output
from services.catalogue.shipped import shipped
from services.letters import queries, rules
from services.letters.actions import Signer
from services.letters.models import Letter
from services.letters.render import Content
from tests.factories import MONDAY, approve, make_cast, submitted
from tests.letters.test_render import PLAIN

TODAY = date(2026, 11, 24)
SIGNER = Signer("Rahmat", ["Lurah,"], "Lurah", "Kelurahan Belimbing", "", "")
BLUEPRINTS = {blueprint.slug: blueprint for blueprint in shipped()}
ABOUT = {
    "kematian": "almarhum",
    "pemakaman": "almarhum",
    "sktm-pendidikan": "siswa",
    "sktm-kesehatan": "pasien",
    "aktif-sekolah": "anak",
    "domisili-spmb": "murid",
    "tidak-berada-di-tempat": "orang",
    "belum-memiliki-ktp": "orang",
    "domisili-pendatang": "pendatang",
    "keterangan-ghaib": "pasangan",
    "ahli-waris": "pewaris",
    "lahir-mati": "ibu",
}


def _content(slug: str, output: Output) -> tuple[Content, dict[str, str]]:
    blueprint = BLUEPRINTS[slug]
    given = samples.answers(blueprint, today=TODAY, **samples.meeting(output.when))
    draft = draft_from(
        blueprint, given, output, facts=samples.applicant(), number="1", signer=SIGNER, today=TODAY,
        voucher="Ketua RT",
    )  # fmt: skip
    blocks = [{"intro": block.intro, "rows": block.rows} for block in draft.blocks]
    names = {k: v["nama"] for k, v in given.items() if isinstance(v, dict) and "nama" in v}
    return replace(PLAIN, blocks=blocks, about=draft.about), names


@pytest.mark.parametrize(("slug", "who"), ABOUT.items())
def test_a_letter_about_somebody_else_names_them_and_not_the_applicant(slug, who) -> None:
    content, names = _content(slug, BLUEPRINTS[slug].outputs[0])
    assert content.subjects == [names[who]]


def test_a_birth_letter_is_about_the_child() -> None:
    blueprint = BLUEPRINTS["kelahiran"]
    given = samples.answers(blueprint, today=TODAY)
    assert _content("kelahiran", blueprint.outputs[0])[0].subjects == [given["nama_bayi"]]


def test_a_letter_of_a_couple_is_about_both() -> None:
    content, names = _content("suami-istri", BLUEPRINTS["suami-istri"].outputs[0])
    assert content.subjects == [samples.applicant()["nama"], names["pasangan"]]


@pytest.mark.django_db
def test_the_check_page_shows_the_subject_and_who_asked(in_bontang) -> None:
    cast = make_cast()
    application = submitted(cast)
    approve(application, cast.hasan, cast.rina, cast.lurah)
    issuing.finish_letters(application_id=application.pk, at=MONDAY)
    letter = Letter.objects.get()
    found = queries.check(letter.code, today=MONDAY.date())
    assert found is not None
    assert (found.holder, found.applicant) == (rules.initials(letter.person.name), "")
    letter.seal_content(replace(letter.content, about=["Murti Wulandari"]))
    letter.save()
    found = queries.check(letter.code, today=MONDAY.date())
    assert found is not None
    assert found.holder == rules.initials("Murti Wulandari")
    assert found.applicant == rules.initials(letter.person.name)
