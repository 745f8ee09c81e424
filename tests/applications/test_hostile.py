"""What people try who do not mean well, and what happens to honest ones by bad luck."""

import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from audit.models import Entry
from kernel.errors import NotThere, RuleBroken
from messaging.models import Outbox
from services.applications import actions, issuing, queries
from services.applications.answered import answered
from services.applications.models import Application
from services.cases import decisions, documents
from services.catalogue import answers
from services.catalogue import answers as answering
from services.catalogue.actions import publish
from services.catalogue.blueprint import Blueprint
from services.catalogue.queries import service
from services.letters.models import Letter
from tests.factories import (
    MONDAY,
    REKLAME,
    Cast,
    approve,
    draft,
    family,
    photo,
    step_of,
    submitted,
)
from tests.told import tell_subscribers

pytestmark = pytest.mark.django_db


def _action(kind: str) -> DictionaryObject:
    return DictionaryObject(
        {
            NameObject("/S"): NameObject(kind),
            NameObject("/URI"): TextStringObject("https://contoh.id"),
        }
    )


def _pdf(
    *, on_page: str = "", on_link: str = "", opening: str = "", subtype: str = "/Link"
) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    if on_page:
        page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): _action(on_page)})
    if on_link:
        link = DictionaryObject(
            {NameObject("/Subtype"): NameObject(subtype), NameObject("/A"): _action(on_link)}
        )
        page[NameObject("/Annots")] = ArrayObject([link])
    if opening:
        writer.root_object[NameObject("/OpenAction")] = _action(opening)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        _pdf(opening="/Launch"),
        _pdf(on_page="/JavaScript"),
        _pdf(on_link="/Launch"),
        _pdf(on_link="/SubmitForm"),
        _pdf(on_link="/URI", subtype="/FileAttachment"),
    ],
)
def test_a_pdf_that_acts_anywhere_is_refused(content: bytes) -> None:
    with pytest.raises(RuleBroken, match="program atau lampiran"):
        documents.accept(content)


@pytest.mark.parametrize("content", [_pdf(), _pdf(on_link="/URI"), _pdf(opening="/GoTo")])
def test_a_pdf_with_links_is_an_ordinary_one(content: bytes) -> None:
    assert documents.accept(content).media_type == "application/pdf"


def test_a_garbled_photo_is_refused_and_never_an_error() -> None:
    out = photo(size=(80, 60))
    png = b"\x89PNG\r\n\x1a\n" + (4).to_bytes(4, "big") + b"IHDR" + b"\x00" * 4 + b"\x00" * 40
    for content in (png, out[:100], out[:20] + b"\x00" * 200):
        with pytest.raises(RuleBroken, match="rusak"):
            documents.accept(content)


def test_papers_and_letters_are_not_for_the_ketua_rt(cast: Cast) -> None:
    application = submitted(cast)
    document = application.documents.get()
    approve(application, cast.hasan, cast.rina, cast.lurah)
    issuing.finish_letters(application_id=application.pk, at=MONDAY)
    letter = Letter.objects.get()
    today = MONDAY.date()
    with pytest.raises(NotThere):
        queries.document_for(cast.hasan, document.pk, today=today)
    with pytest.raises(NotThere):
        queries.letter_for(cast.hasan, letter.pk, today=today)
    for user in (cast.sari, cast.rina, cast.lurah):
        assert queries.document_for(user, document.pk, today=today) == document
        assert queries.letter_for(user, letter.pk, today=today) == letter
    assert queries.get_for(cast.hasan, application.pk, today=today) == application


@pytest.mark.parametrize("decision", ["return", "refuse"])
def test_an_officers_words_stay_out_of_the_mail(cast: Cast, decision: str) -> None:
    application = submitted(cast)
    approve(application, cast.hasan)
    note = f"NIK {cast.sari_person.nik} tidak cocok dengan kartu keluarga."
    no = decisions.return_ if decision == "return" else decisions.refuse
    no(step_id=step_of(application).pk, by=cast.rina, note=note, at=MONDAY)
    tell_subscribers()
    mail = Outbox.objects.filter(kind="mail.send").latest("pk").payload
    assert cast.sari_person.nik not in f"{mail['subject']} {mail['body']}"
    assert f"/permohonan/{application.pk}/" in mail["body"]


def _returned_by_the_dinas(cast: Cast) -> Application:
    """The Camat's recommendation is out, then the dinas sends the case back."""
    application = submitted(cast, "reklame", luas="10")
    approve(application, cast.hasan, cast.rina, cast.loket_kecamatan, cast.camat)
    decisions.return_(
        step_id=step_of(application).pk,
        by=cast.petugas,
        note="Gambar kurang jelas.",
        at=MONDAY,
    )
    return application


def _answer_again(cast: Cast, application: Application, **changes: str) -> dict[str, str]:
    return actions.save_answers(
        application_id=application.pk,
        typed={**REKLAME, **changes},
        files={"gambar": photo("grey")},
        names={"gambar": "baru.jpg"},
        by=cast.sari,
    )


def test_what_a_letter_says_cannot_be_answered_differently_afterwards(cast: Cast) -> None:
    application = _returned_by_the_dinas(cast)
    with pytest.raises(RuleBroken, match="sudah terbit surat"):
        _answer_again(cast, application, luas="4")
    application.refresh_from_db()
    assert application.answers["luas"] == "10"


def test_new_papers_go_back_to_the_dinas_without_a_second_letter(cast: Cast) -> None:
    application = _returned_by_the_dinas(cast)
    assert _answer_again(cast, application, luas="10") == {}
    actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)
    assert step_of(application).unit == cast.dinas
    approve(application, cast.petugas, cast.kepala)
    assert [issued.output for issued in application.issued.all()] == ["rekomendasi", "izin"]


def test_a_date_that_passed_meanwhile_does_not_hold_up_what_a_letter_says(cast: Cast) -> None:
    application = _returned_by_the_dinas(cast)
    kept = application.answers
    application.seal_answers({**kept, "mulai": "2020-01-01"})
    application.save()
    assert actions.problems(application) == {}


def test_an_edited_case_takes_its_new_route(cast: Cast) -> None:
    """Returned by the Camat before any letter; 4 m² become 10: the dinas follows."""
    application = submitted(cast, "reklame", luas="4")
    approve(application, cast.hasan, cast.rina, cast.loket_kecamatan)
    decisions.return_(
        step_id=step_of(application).pk,
        by=cast.camat,
        note="Ukur ulang luasnya.",
        at=MONDAY,
    )
    assert _answer_again(cast, application, luas="10") == {}
    actions.submit(application_id=application.pk, by=cast.sari, at=MONDAY)
    approve(application, cast.camat)
    assert step_of(application).unit == cast.dinas


# --- naming somebody else -------------------------------------------------------------------


def _with_a_witness(cast: Cast) -> Application:
    """A draft of a service that also asks for a person outside the household."""
    current = service("sktm").current
    assert current is not None
    asked = {"key": "saksi", "type": "person", "label": "Saksi", "required": False}
    fields = [*current.definition["fields"], asked]
    publish(Blueprint.model_validate({**current.definition, "fields": fields}), actor=None)
    return draft(cast)


def _name(
    cast: Cast, application: Application, nik: str, name: str,
    naming: actions.Naming = actions.BY_HAND,
) -> dict[str, str]:  # fmt: skip
    before = answering.as_typed(application.blueprint, application.answers)
    return actions.save_answers(
        application_id=application.pk,
        typed={**before, "saksi-nik": nik, "saksi-nama": name},
        files={},
        names={},
        by=cast.sari,
        naming=naming,
    )


def test_whoever_is_named_by_nik_may_know_it(cast: Cast) -> None:
    application = _with_a_witness(cast)
    stranger = family(cast.village, rt=2)[0]
    for _ in range(2):
        application.refresh_from_db()
        assert _name(cast, application, stranger.nik, stranger.name) == {}
    read = Entry.objects.get(what="person.read", subject_id=str(stranger.pk))
    assert (read.actor_id, read.detail) == (cast.sari.pk, {"purpose": "disebut"})


def test_a_nik_with_another_name_tells_nothing_and_is_not_tried_forever(cast: Cast) -> None:
    few = actions.Naming("named", 3)
    application = _with_a_witness(cast)
    stranger = family(cast.village, rt=2)[0]
    for attempt in range(3):
        guess = f"Nama Tebakan {'abc'[attempt]}"
        assert _name(cast, application, stranger.nik, guess, few) == {}
    with pytest.raises(RuleBroken, match="Terlalu banyak percobaan"):
        _name(cast, application, stranger.nik, stranger.name, few)
    application.refresh_from_db()
    assert application.answers["saksi"]["nama"] == "Nama Tebakan c"
    assert answers.mismatched(application.answers["saksi"]), "the desk is told"
    told = next(row for row in answered(application) if row.key == "saksi")
    assert "atas nama lain" in told.people[0]
    assert "atas nama lain" not in told.text, "the applicant's pages show only the text"
    assert not Entry.objects.filter(what="person.read").exists()
