"""A vouch is data: its number, who gave it, in which words; and questions come back answered."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from kernel.errors import NotThere, RuleBroken, Stale
from services.applications import actions, cover
from services.applications.letter_text import voucher_of
from services.cases import decisions, undo
from services.cases.models import Step, Vouch
from services.catalogue.shipped import shipped
from services.letters.models import Letter
from services.letters.queries import check
from tests.factories import MONDAY, Cast, approve, step_of, submitted

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


def test_an_approval_takes_the_next_number_of_the_book_of_the_rt(cast: Cast) -> None:
    first, second = submitted(cast), submitted(cast, "reklame")
    decisions.approve(step_id=step_of(first).pk, by=cast.hasan, note="Warga lama.", at=MONDAY)
    approve(second, cast.hasan)
    one, two = Vouch.objects.all()
    assert (one.year, one.sequence, two.sequence) == (2026, 1, 2)
    assert one.number.startswith("001/RT.001-RW.001/")
    assert one.number.endswith("/XI/2026")
    assert (one.by, one.called, one.capacity, one.outcome, one.note) == (
        cast.hasan, "Ketua RT", "head", "vouched", "Warga lama.",
    )  # fmt: skip


def test_a_rolled_back_approval_gives_its_number_back(cast: Cast) -> None:
    first, second = submitted(cast), submitted(cast, "reklame")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        approve(first, cast.hasan)
        raise ZeroDivisionError
    approve(second, cast.hasan)
    assert Vouch.objects.get().sequence == 1


def test_a_vouch_that_is_taken_back_keeps_its_number_as_void(cast: Cast) -> None:
    sent = submitted(cast)
    step = step_of(sent)
    approve(sent, cast.hasan)
    undo.take_back(step_id=step.pk, by=cast.hasan, at=MONDAY)
    approve(sent, cast.hasan)
    void, valid = Vouch.objects.all()
    assert (void.sequence, void.voided_at) == (1, MONDAY)
    assert (valid.sequence, valid.voided_at) == (2, None)


def test_a_refusal_keeps_its_reason_by_key_and_in_words(cast: Cast) -> None:
    sent = submitted(cast)
    decisions.refuse(
        step_id=step_of(sent).pk, by=cast.hasan, ready="moved", note="Pindah bulan lalu.", at=MONDAY
    )
    vouch = Vouch.objects.select_related("step").get()
    assert (vouch.outcome, vouch.reason, vouch.number) == ("refused", "moved", "")
    assert vouch.step.note.endswith("tinggal di sini. Pindah bulan lalu.")


def test_decisions_of_offices_are_no_vouches(cast: Cast) -> None:
    approve(submitted(cast), cast.hasan, cast.rina, cast.lurah)
    assert Vouch.objects.count() == 1


@pytest.mark.parametrize("blueprint", shipped(), ids=lambda blueprint: blueprint.slug)
def test_who_vouches_may_ask_back_in_every_shipped_service(blueprint) -> None:
    for step in blueprint.desks():
        assert step.may_return or step.level not in ("rt", "rw", "dusun")


def test_a_question_comes_back_with_its_answer(cast: Cast, as_: As) -> None:
    sent = submitted(cast)
    step = step_of(sent)
    ketua = as_(cast.hasan)
    page = ketua.get(f"/rt/{step.pk}/tanya/").content.decode()
    assert "Apa yang ditanyakan atau diperbaiki?" in page
    assert ketua.post(f"/rt/{step.pk}/tanya/", {"reason": "other"}).status_code == 422
    asked = {"reason": "other", "note": "Siapa nama anaknya?"}
    assert ketua.post(f"/rt/{step.pk}/tanya/", asked).status_code == 302
    warga = as_(cast.sari)
    assert "Siapa nama anaknya?" in warga.get(f"/permohonan/{sent.pk}/").content.decode()
    check_page = f"/permohonan/{sent.pk}/periksa/"
    assert "Pertanyaan Ketua RT" in warga.get(check_page).content.decode()
    assert warga.post(check_page, {"reply": "Budi, kelas tiga."}).status_code == 302
    again = step_of(sent)
    assert (again.key, again.unit, again.pk != step.pk) == ("rt", step.unit, True)
    assert "Budi, kelas tiga." in ketua.get(f"/rt/{again.pk}/").content.decode()
    vouch = Vouch.objects.get()
    assert (vouch.outcome, vouch.reason) == ("asked", "other")
    assert b"Budi" not in bytes(vouch.reply_sealed)
    assert "Budi, kelas tiga." in warga.get(f"/permohonan/{sent.pk}/").content.decode()


def test_a_ready_question_leads_to_what_it_is_about(cast: Cast) -> None:
    sent = submitted(cast)
    step = step_of(sent)
    decisions.return_(step_id=step.pk, by=cast.hasan, ready="purpose", note="", at=MONDAY)
    step.refresh_from_db()
    assert (step.state, step.about) == (Step.State.RETURNED, "keperluan")


# --- on paper -------------------------------------------------------------------------------------


def test_the_cover_letter_is_made_once_and_known_to_the_check_page(cast: Cast) -> None:
    sent = submitted(cast)
    approve(sent, cast.hasan)
    vouch = Vouch.objects.get()
    letter = cover.make(vouch_id=vouch.pk, by=cast.sari, at=MONDAY)
    assert cover.make(vouch_id=vouch.pk, by=cast.hasan, at=MONDAY) == letter
    assert Letter.objects.count() == 1
    assert (letter.number, letter.state) == (vouch.number, Letter.State.READY)
    words = json_of(letter)
    assert "Beasiswa anak" in words
    assert "NIK" not in words
    found = check(letter.code, today=MONDAY.date())
    assert found is not None
    assert (found.verdict, found.number) == ("genuine", vouch.number)


def json_of(letter: Letter) -> str:
    return letter.content.as_json()


def test_the_cover_letter_falls_with_its_vouch(cast: Cast) -> None:
    sent = submitted(cast)
    step = step_of(sent)
    approve(sent, cast.hasan)
    vouch = Vouch.objects.get()
    letter = cover.make(vouch_id=vouch.pk, by=cast.sari, at=MONDAY)
    undo.take_back(step_id=step.pk, by=cast.hasan, at=MONDAY)
    found = check(letter.code, today=MONDAY.date())
    assert found is not None
    assert found.verdict == "revoked"
    with pytest.raises(RuleBroken, match="tidak berlaku lagi"):
        cover.make(vouch_id=vouch.pk, by=cast.sari, at=MONDAY)


def test_a_cover_letter_is_nobody_elses(cast: Cast, as_: As) -> None:
    approve(submitted(cast), cast.hasan)
    vouch = Vouch.objects.get()
    for stranger in (cast.tetangga, cast.bahar, cast.lurah_lain, cast.rina):
        with pytest.raises(NotThere):
            cover.make(vouch_id=vouch.pk, by=stranger, at=MONDAY)
        assert as_(stranger).get(f"/pengantar/{vouch.pk}/").status_code == 404
    made = as_(cast.sari).post(f"/pengantar/{vouch.pk}/")
    assert made.status_code == 302
    pdf = as_(cast.sari).get(f"/pengantar/{vouch.pk}/")
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    assert as_(cast.hasan).get(f"/pengantar/{vouch.pk}/").status_code == 200


# --- several at once ------------------------------------------------------------------------------


def test_several_are_vouched_for_and_each_says_what_came_of_it(cast: Cast, as_: As) -> None:
    ours, other = submitted(cast), submitted(cast, "reklame")
    gone, decided = step_of(other).pk, step_of(ours).pk
    ketua = as_(cast.hasan)
    assert "Benarkan beberapa sekaligus" in ketua.get("/rt/").content.decode()
    assert ketua.post("/rt/beberapa/", {}).status_code == 422
    sure = ketua.post("/rt/beberapa/", {"step": [gone, decided]}).content.decode()
    assert "Benarkan 2 warga?" in sure
    assert not Vouch.objects.exists()
    decisions.refuse(step_id=gone, by=cast.hasan, ready="unknown", note="", at=MONDAY)
    chosen = {"step": [gone, decided, 999999], "do": "vouch"}
    done = ketua.post("/rt/beberapa/", chosen, follow=True).content.decode()
    assert "sudah diputuskan" in done
    assert "tidak ada lagi di sini" in done
    assert done.count("dibenarkan") == 1
    assert Vouch.objects.get(outcome="vouched").step_id == decided


def test_nobody_vouches_for_several_of_another_rt(cast: Cast, as_: As) -> None:
    step = step_of(submitted(cast)).pk
    done = as_(cast.bahar).post("/rt/beberapa/", {"step": [step], "do": "vouch"}, follow=True)
    assert "tidak ada lagi di sini" in done.content.decode()
    assert not Vouch.objects.exists()


# --- what is shown --------------------------------------------------------------------------------


def test_the_ketua_rt_sees_neither_nik_nor_documents_nor_sensitive_answers(
    cast: Cast, as_: As
) -> None:
    sent = submitted(cast)
    sensitive = [field.key for field in sent.blueprint.fields if field.sensitive]
    assert sensitive, "sktm asks for an income"
    pages = [f"/rt/{step_of(sent).pk}/", "/rt/", f"/rt/{step_of(sent).pk}/tanya/"]
    for page in pages:
        shown = as_(cast.hasan).get(page).content.decode()
        assert "1.450.000" not in shown
        assert cast.sari_person.nik not in shown
        assert "NIK" not in shown
        assert "/berkas/" not in shown
    for document in sent.documents.all():
        assert as_(cast.hasan).get(f"/berkas/{document.pk}/").status_code == 404


def test_a_late_answer_is_told_politely(cast: Cast) -> None:
    from services.cases.overdue import handle_overdue

    sent = submitted(cast)
    step = step_of(sent)
    handle_overdue(step_id=step.pk, at=step.due_at)
    with pytest.raises(Stale, match="Waktu menjawab sudah habis"):
        decisions.approve(step_id=step.pk, by=cast.hasan, at=step.due_at)
    actions.submit(application_id=sent.pk, by=cast.sari, at=MONDAY)


def test_a_letter_names_who_vouched_before_vouches_were_rows(cast: Cast) -> None:
    sent = submitted(cast)
    assert voucher_of(sent.steps.all()) == "", "nobody has yet"
    approve(sent, cast.hasan)
    vouch = Vouch.objects.get()
    Vouch.objects.update(voided_at=MONDAY)
    assert voucher_of(sent.steps.all()) == "", "it was taken back"
    vouch.delete()
    assert voucher_of(sent.steps.all()) == "Ketua RT"
    sent.steps.filter(role="ketua_rt").update(state=Step.State.SKIPPED)
    assert voucher_of(sent.steps.all()) == "", "passed over, and nobody vouched"
