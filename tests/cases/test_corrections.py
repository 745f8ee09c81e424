"""What a desk sends back question by question: what is open then, and what both sides see."""

import copy
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from kernel.clock import now
from kernel.errors import RuleBroken
from services.applications import actions, corrections, queries
from services.applications.corrections import Wrong
from services.applications.models import Application, Correction
from services.cases import answers, decisions
from services.cases.models import CaseDeadline, Step
from services.cases.vouch_rules import set_rules
from services.catalogue.actions import publish
from services.catalogue.blueprint import Blueprint
from services.web.access import today
from tenants.office.models import Unit
from tenants.registry.current import city
from tests.factories import REKLAME, Cast, approve, photo, step_of, submitted
from tests.neighbours import ketua_rw

Enter = Callable[[User], Client]


def _returned(cast: Cast, *wrong: Wrong, note: str = "", slug: str = "reklame") -> Application:
    sent = submitted(cast, slug)
    approve(sent, cast.hasan)
    corrections.send_back(step_id=step_of(sent).pk, by=cast.rina, wrong=wrong, note=note, at=now())
    return queries.own(cast.sari, sent.pk)


def _save(cast: Cast, application: Application, **typed: str) -> dict[str, str]:
    return actions.save_answers(
        application_id=application.pk, typed=typed, files={}, names={}, by=cast.sari,
        only=list(typed),
    )  # fmt: skip


def test_only_what_is_to_be_corrected_can_be_changed(cast: Cast) -> None:
    application = _returned(cast, Wrong("isi", "wrong", "Nama tokonya lain."))
    before = application.answers
    assert _save(cast, application, isi="Toko Sembako Makmur", luas="99") == {}
    after = queries.own(cast.sari, application.pk).answers
    assert after["isi"] == "Toko Sembako Makmur"
    assert after["luas"] == before["luas"]


def test_without_marks_everything_can_be_changed(cast: Cast) -> None:
    application = _returned(cast, note="Periksa lagi semuanya.")
    assert actions.open_keys(application) is None
    assert _save(cast, application, isi="Toko Sembako Makmur", luas="99") == {}
    assert str(queries.own(cast.sari, application.pk).answers["luas"]) == "99"


def test_the_pages_hold_only_what_is_open(cast: Cast) -> None:
    application = _returned(cast, Wrong("luas", "wrong"), Wrong("isi", "incomplete"))
    asked = [key for keys in actions.pages(application) for key in keys]
    assert set(asked) == {"isi", "luas"}


def test_a_question_that_follows_from_an_open_one_is_open(cast: Cast) -> None:
    sent = submitted(cast, "izin-keramaian", **_EVENT)
    approve(sent, cast.hasan)
    corrections.send_back(
        step_id=step_of(sent).pk, by=cast.rina, wrong=[Wrong("tutup_jalan", "wrong")], note="",
        at=now(),
    )  # fmt: skip
    found = queries.own(cast.sari, sent.pk)
    assert actions.open_keys(found) == {"tutup_jalan", "denah"}
    assert _save(cast, found, tutup_jalan="ya") == {}
    assert "denah" in actions.problems(queries.own(cast.sari, sent.pk))


_EVENT = {
    "acara": "Resepsi pernikahan", "tanggal": "24-12-2099", "mulai": "09.00", "selesai": "15.00",
    "tempat": "Halaman rumah", "undangan": "200", "hiburan": "tidak",
    "keamanan": "Pak Joko 0811 2222 333", "tutup_jalan": "tidak",
}  # fmt: skip


def test_what_is_wrong_by_now_is_open_too(cast: Cast) -> None:
    application = _returned(cast, Wrong("isi", "wrong"))
    application.seal_answers({**application.answers, "luas": None})
    application.save(update_fields=["answers_sealed"])
    found = queries.own(cast.sari, application.pk)
    assert "luas" in actions.problems(found)
    assert actions.open_keys(found) == {"isi", "luas"}


def test_a_file_nobody_asked_for_again_stays(cast: Cast) -> None:
    application = _returned(cast, Wrong("isi", "wrong"))
    for document in application.documents.all():
        with pytest.raises(RuleBroken, match="tidak diminta untuk diperbaiki"):
            actions.remove_document(document_id=document.pk, by=cast.sari)
        actions.save_answers(
            application_id=application.pk, typed={}, files={document.key: photo("red")},
            names={}, by=cast.sari,
        )  # fmt: skip
        assert application.documents.get(key=document.key).sha256 == document.sha256
    assert application.documents.count()


def test_the_desk_sees_what_changed_and_what_did_not(cast: Cast) -> None:
    application = _returned(cast, Wrong("isi", "wrong"), Wrong("luas", "outdated"))
    _save(cast, application, isi="Toko Sembako Makmur")
    actions.submit(application_id=application.pk, by=cast.sari, at=now())
    found = queries.get_for(cast.rina, application.pk, today=today())
    seen = {one.key: one for one in corrections.changes(found)}
    assert set(seen) == {"isi", "luas"}
    assert (seen["isi"].before, seen["isi"].now) == (REKLAME["isi"], "Toko Sembako Makmur")
    assert seen["isi"].is_changed and not seen["luas"].is_changed
    assert seen["luas"].fault == "sudah tidak berlaku"


def test_a_file_of_the_same_name_is_seen_as_new(cast: Cast) -> None:
    first = submitted(cast, "sktm")
    approve(first, cast.hasan)
    key = first.documents.first().key  # type: ignore[union-attr]
    corrections.send_back(
        step_id=step_of(first).pk, by=cast.rina, wrong=[Wrong(key, "outdated")], note="", at=now()
    )
    name = first.documents.get(key=key).name
    actions.save_answers(
        application_id=first.pk, typed={}, files={key: photo("blue")}, names={key: name},
        by=cast.sari,
    )  # fmt: skip
    actions.submit(application_id=first.pk, by=cast.sari, at=now())
    found = queries.get_for(cast.rina, first.pk, today=today())
    [change] = corrections.changes(found)
    assert change.is_changed and change.now == f"{name} (berkas baru)"


def test_sending_back_twice_notes_it_once(cast: Cast) -> None:
    application = _returned(cast, Wrong("isi", "wrong"))
    step = application.steps.get(state=Step.State.RETURNED)
    for _ in range(2):
        corrections.send_back(
            step_id=step.pk, by=cast.rina, wrong=[Wrong("isi", "wrong")], note="", at=now()
        )
    assert Correction.objects.filter(step=step).count() == 1


@pytest.mark.parametrize("key", ["tidak_ada", "", "_persetujuan"])
def test_what_was_never_asked_is_refused(cast: Cast, key: str) -> None:
    sent = submitted(cast, "reklame")
    approve(sent, cast.hasan)
    with pytest.raises(RuleBroken):
        corrections.send_back(
            step_id=step_of(sent).pk, by=cast.rina, wrong=[Wrong(key, "wrong")], note="", at=now()
        )
    assert step_of(sent).state == Step.State.OPEN


def test_a_return_without_any_word_is_refused(cast: Cast) -> None:
    sent = submitted(cast, "reklame")
    approve(sent, cast.hasan)
    with pytest.raises(RuleBroken):
        corrections.send_back(step_id=step_of(sent).pk, by=cast.rina, wrong=[], note="", at=now())


def test_a_second_return_forgets_the_marks_of_the_first(cast: Cast) -> None:
    application = _returned(cast, Wrong("isi", "wrong"))
    _save(cast, application, isi="Toko Sembako Makmur")
    actions.submit(application_id=application.pk, by=cast.sari, at=now())
    decisions.return_(
        step_id=step_of(application).pk, by=cast.rina, note="Datang ke kantor dulu.", at=now()
    )
    assert actions.open_keys(queries.own(cast.sari, application.pk)) is None


def test_pages_of_both_sides(cast: Cast, as_: Enter) -> None:
    sent = submitted(cast, "reklame")
    approve(sent, cast.hasan)
    desk, page = as_(cast.rina), f"/meja/berkas/{sent.pk}/"
    decide = f"{page}putuskan/"
    form = {"step": step_of(sent).pk, "decision": "return", "note": ""}
    answer = desk.post(decide, form)
    assert answer.status_code == 422 and "Tandai bagian yang salah" in answer.content.decode()
    answer = desk.post(decide, {**form, "why-luas": "Terlalu kecil"})
    assert answer.status_code == 422 and "Terlalu kecil" in answer.content.decode()
    form |= {"fault-luas": "wrong", "why-luas": "Terlalu kecil", "note": "Ukur sekali lagi."}
    assert desk.post(decide, form).status_code == 302
    sari = as_(cast.sari)
    own = sari.get(f"/permohonan/{sent.pk}/").content.decode()
    assert "keliru" in own and "<p>“Ukur sekali lagi.”</p>" in own
    assert own.count("Terlalu kecil") == 2, "in the list and in the history, not in the message"
    fill = sari.get(f"/permohonan/{sent.pk}/isi/?start=luas").content.decode()
    assert 'name="luas"' in fill and 'name="isi"' not in fill
    assert (
        sari.post(f"/permohonan/{sent.pk}/isi/", {"_asked": "luas", "luas": "12"}).status_code
        == 302
    )
    check = sari.get(f"/permohonan/{sent.pk}/periksa/").content.decode()
    assert "Sudah Anda ubah" in check and "?start=isi&amp;ubah" not in check
    assert sari.post(f"/permohonan/{sent.pk}/periksa/").status_code == 302
    seen = desk.get(page).content.decode()
    assert "Perubahan sejak dikembalikan" in seen and "Diubah" in seen


# --- documents beside the answers ----------------------------------------------------------------


def test_a_document_is_shown_page_by_page(cast: Cast, as_: Enter) -> None:
    sent = submitted(cast, "sktm")
    approve(sent, cast.hasan)
    document = sent.documents.first()
    assert document is not None
    desk = as_(cast.rina)
    page = f"/meja/berkas/{sent.pk}/dokumen/{document.pk}/"
    html = desk.get(f"{page}?turn=90&size=150").content.decode()
    assert "size-150" in html and f"{page}1/?turn=90" in html and "turn=180" in html
    upright, turned = desk.get(f"{page}1/"), desk.get(f"{page}1/?turn=90")
    assert upright["Content-Type"] == turned["Content-Type"] == "image/jpeg"
    assert upright.content != turned.content
    assert desk.get(f"{page}2/").status_code == 404
    assert desk.get(f"{page}?turn=45&size=abc&page=99").status_code == 200
    assert as_(cast.camat).get(page).status_code == 404
    assert as_(cast.camat).get(f"{page}1/").status_code == 404
    other = submitted(cast, "reklame")
    assert desk.get(f"/meja/berkas/{other.pk}/dokumen/{document.pk}/1/").status_code == 404


# --- from a head of an RT or RW ------------------------------------------------------------------


def _ask(client: Client, step: Step, **typed: str) -> int:
    return client.post(f"/rt/{step.pk}/tanya/", typed).status_code


def test_a_head_ticks_what_is_wrong_and_only_that_is_open(cast: Cast, as_: Enter) -> None:
    sent = submitted(cast)
    step, hasan, sari = step_of(sent), as_(cast.hasan), as_(cast.sari)
    form = hasan.get(f"/rt/{step.pk}/tanya/").content.decode()
    assert 'name="wrong-keperluan"' in form and "Beasiswa anak" in form
    ticked = {"wrong-keperluan": "on", "fault-keperluan": "incomplete", "fault-tanggungan": "wrong"}
    assert _ask(hasan, step, **ticked, **{"why-keperluan": "Sekolah yang mana?"}) == 302
    found = queries.own(cast.sari, sent.pk)
    assert actions.open_keys(found) == {"keperluan"}
    assert CaseDeadline.objects.get(case=sent).due_at is None, "it rests"
    own = sari.get(f"/permohonan/{sent.pk}/").content.decode()
    assert "Ketua RT meminta perbaikan:" in own and "kurang lengkap" in own
    assert own.count("Sekolah yang mana?") == 2, "in the list and in the history"
    fill = sari.get(f"/permohonan/{sent.pk}/isi/?start=keperluan").content.decode()
    assert "Ketua RT meminta perbaikan:" in fill and 'name="tanggungan"' not in fill
    assert _save(cast, found, keperluan="Beasiswa Budi di SMKN 1", tanggungan="9") == {}
    check = sari.get(f"/permohonan/{sent.pk}/periksa/").content.decode()
    assert "Sudah Anda ubah" in check and 'name="reply"' in check
    assert sari.post(f"/permohonan/{sent.pk}/periksa/").status_code == 302
    assert queries.own(cast.sari, sent.pk).answers["tanggungan"] == "3"
    assert CaseDeadline.objects.get(case=sent).due_at is not None
    back = step_of(sent)
    assert (back.key, back.unit) == (step.key, step.unit) and back.pk != step.pk
    seen = hasan.get(f"/rt/{back.pk}/").content.decode()
    assert "Perubahan sejak dikembalikan" in seen and "Diminta: kurang lengkap" in seen
    assert "Beasiswa anak" in seen and "Beasiswa Budi di SMKN 1" in seen
    assert "Perubahan sejak" not in hasan.get(f"/rt/{step.pk}/").content.decode()


def test_a_head_marks_and_reads_nothing_more_than_before(cast: Cast, as_: Enter) -> None:
    sent = submitted(cast)
    step, hasan = step_of(sent), as_(cast.hasan)
    document = sent.documents.get()
    form = hasan.get(f"/rt/{step.pk}/tanya/").content.decode()
    assert f'name="wrong-{document.key}"' in form and document.name not in form
    assert "wrong-penghasilan" not in form and "1.450.000" not in form
    with pytest.raises(RuleBroken, match="memang ada"):
        corrections.send_back(
            step_id=step.pk, by=cast.hasan, wrong=[Wrong("penghasilan", "wrong")], note="", at=now()
        )
    assert _ask(hasan, step, reason="mistake", note="") == 302
    found = queries.own(cast.sari, sent.pk)
    assert actions.open_keys(found) is None
    assert _save(cast, found, penghasilan="2.000.000") == {}
    actions.save_answers(
        application_id=sent.pk, typed={}, files={document.key: photo("red")},
        names={document.key: "ktp-sari.jpg"}, by=cast.sari, only=[document.key],
    )  # fmt: skip
    actions.submit(application_id=sent.pk, by=cast.sari, at=now())
    seen = hasan.get(f"/rt/{step_of(sent).pk}/").content.decode()
    assert "Berkas baru" in seen and "ktp-sari.jpg" not in seen
    assert "2.000.000" not in seen and "penghasilan" not in seen.lower()
    approve(sent, cast.hasan)
    desk = as_(cast.rina).get(f"/meja/berkas/{sent.pk}/").content.decode()
    assert "2.000.000" in desk and "ktp-sari.jpg" in desk


def test_a_file_that_would_betray_a_sensitive_answer_is_not_offered_to_a_head(cast: Cast) -> None:
    sent = submitted(cast)
    definition = copy.deepcopy(sent.version.definition)
    key = definition["documents"][0]["key"]
    betrayed = {"field": "penghasilan", "op": "<", "value": 2_000_000}
    definition["documents"][0]["show_when"] = [betrayed]
    sent.version = publish(Blueprint.model_validate(definition), actor=None)
    assert key in dict(corrections.labelled(sent))
    step = step_of(sent)
    assert key not in dict(corrections.markable(sent, step))
    step.unit = cast.village  # the head of the village answers in place of a neighbour
    assert key in dict(corrections.markable(sent, step))


def test_a_question_beside_what_is_ticked_is_said_once(cast: Cast) -> None:
    sent = submitted(cast)
    corrections.send_back(
        step_id=step_of(sent).pk, by=cast.hasan, ready="address", note="Bukan yang dulu?",
        wrong=[Wrong("keperluan", "wrong", "Untuk siapa?")], at=now(),
    )  # fmt: skip
    found = queries.own(cast.sari, sent.pk)
    returned = found.steps.get(state=Step.State.RETURNED)
    words = corrections.message(returned.said, corrections.to_correct(found))
    assert words == f"{answers.QUESTIONS['address'].words} Bukan yang dulu?"
    assert "Untuk siapa?" in returned.said


def test_a_head_has_to_say_something_that_fits(cast: Cast, as_: Enter) -> None:
    sent = submitted(cast)
    step, hasan = step_of(sent), as_(cast.hasan)
    for typed, words in (
        ({"note": ""}, "Pilih pertanyaannya, atau centang bagian yang salah."),
        ({"why-keperluan": "Untuk siapa?"}, "Centang bagian ini, atau kosongkan"),
        ({"wrong-keperluan": "on", "reason": "other"}, "Tulis pertanyaannya"),
    ):
        answer = hasan.post(f"/rt/{step.pk}/tanya/", typed)
        assert answer.status_code == 422 and words in answer.content.decode()
        assert typed.get("why-keperluan", "") in answer.content.decode()
    assert step_of(sent).pk == step.pk
    assert _ask(as_(cast.bahar), step, **{"wrong-keperluan": "on"}) == 404
    assert _ask(hasan, step, **{"wrong-keperluan": "on"}) == 302
    assert Correction.objects.get().fault == "wrong", "where nothing else was chosen"


def test_a_head_of_an_rw_ticks_what_is_wrong_too(cast: Cast, as_: Enter) -> None:
    rw = ketua_rw(cast)
    values = {"rw_follows": True, "rt_amount": 1, "rt_unit": "hari_kerja", "rw_amount": 1,
              "rw_unit": "hari_kerja", "silence": "village", "own": "village",
              "household": False}  # fmt: skip
    set_rules(unit=Unit.objects.get(code=city().code), values=values, by=cast.lurah)
    sent = submitted(cast)
    approve(sent, cast.hasan)
    assert _ask(as_(rw), step_of(sent), **{"wrong-tanggungan": "on"}) == 302
    found = queries.own(cast.sari, sent.pk)
    assert actions.open_keys(found) == {"tanggungan"}
    assert _save(cast, found, tanggungan="4") == {}
    actions.submit(application_id=sent.pk, by=cast.sari, at=now())
    assert "Perubahan sejak" in as_(rw).get(f"/rt/{step_of(sent).pk}/").content.decode()


def test_what_is_ticked_later_adds_nothing_to_what_was_said(cast: Cast) -> None:
    sent = submitted(cast)
    step = step_of(sent)
    for key in ("keperluan", "tanggungan"):
        corrections.send_back(
            step_id=step.pk, by=cast.hasan, wrong=[Wrong(key, "wrong")], note="", at=now()
        )
    assert [one.key for one in Correction.objects.filter(step=step)] == ["keperluan"]
