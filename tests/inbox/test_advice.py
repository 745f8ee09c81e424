"""A desk asks another office for advice; meanwhile that office reads the case, and no longer."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from audit.models import Entry
from kernel.errors import NotThere, RuleBroken, Stale
from messaging.models import Outbox
from services.applications import queries
from services.applications.models import Application
from services.cases import decisions
from services.inbox import advice
from services.inbox.models import Advice
from tenants.office.models import Post
from tests.factories import MONDAY, Cast, approve, step_of, submitted
from tests.told import tell_subscribers

As = Callable[[User], Client]
QUESTION = "Apakah keluarga ini sudah menerima bantuan dari dinas?"
ANSWER = "Belum pernah menerima bantuan."


def at_counter(cast: Cast) -> Application:
    sent = submitted(cast)
    approve(sent, cast.hasan)
    return sent


def asked(cast: Cast, application: Application) -> Advice:
    of = Post.objects.get(unit=cast.dinas, role="petugas_dinas")
    return advice.ask(
        step_id=step_of(application).pk, of=of, by=cast.rina, question=QUESTION, at=MONDAY
    )


def may_read(user: User, application: Application) -> bool:
    try:
        queries.get_for(user, application.pk, today=MONDAY.date(), with_papers=True)
    except NotThere:
        return False
    return True


def mails(user: User) -> list[str]:
    found = Outbox.objects.filter(kind="mail.send", payload__to=user.email).order_by("pk")
    return [row.payload["body"] for row in found]


def test_who_is_asked_reads_the_case_until_they_answered(cast: Cast) -> None:
    application = at_counter(cast)
    assert not may_read(cast.petugas, application)
    made = asked(cast, application)
    assert may_read(cast.petugas, application)
    for user in (cast.kepala, cast.camat, cast.lurah_lain, cast.bahar):
        assert not may_read(user, application)
    advice.answer(advice_id=made.pk, by=cast.petugas, text=ANSWER, at=MONDAY)
    assert not may_read(cast.petugas, application)


def test_a_decision_ends_the_question(cast: Cast) -> None:
    application = at_counter(cast)
    made = asked(cast, application)
    step = step_of(application)
    decisions.approve(step_id=step.pk, by=cast.rina, at=MONDAY)
    assert not may_read(cast.petugas, application)
    with pytest.raises(Stale):
        advice.answer(advice_id=made.pk, by=cast.petugas, text=ANSWER, at=MONDAY)
    assert not advice.late(MONDAY + timedelta(days=30)).exists()


def test_the_clock_of_the_step_goes_on(cast: Cast) -> None:
    application = at_counter(cast)
    due = step_of(application).due_at
    made = asked(cast, application)
    assert step_of(application).due_at == due
    assert made.due_at.date() == MONDAY.date() + timedelta(days=3)  # three working days


def test_only_the_desk_asks_and_withdraws_and_only_the_asked_answer(cast: Cast) -> None:
    application = at_counter(cast)
    of = Post.objects.get(unit=cast.dinas, role="petugas_dinas")
    step = step_of(application).pk
    for user in (cast.lurah_lain, cast.hasan, cast.sari, cast.petugas):
        with pytest.raises(NotThere):
            advice.ask(step_id=step, of=of, by=user, question=QUESTION, at=MONDAY)
    made = asked(cast, application)
    for user in (cast.kepala, cast.rina, cast.camat):
        with pytest.raises(NotThere):
            advice.answer(advice_id=made.pk, by=user, text=ANSWER, at=MONDAY)
        if user != cast.rina:
            with pytest.raises(NotThere):
                advice.withdraw(advice_id=made.pk, by=user, at=MONDAY)
    with pytest.raises(RuleBroken, match="sudah ditanya"):
        asked(cast, application)
    advice.withdraw(advice_id=made.pk, by=cast.rina, at=MONDAY)
    assert not may_read(cast.petugas, application)
    asked(cast, application)


def test_a_head_of_a_neighbourhood_is_never_asked(cast: Cast) -> None:
    offices = advice.offices_for(step_of(at_counter(cast)))
    assert {post.unit.kind for post in offices} == {"dinas", "kecamatan", "kelurahan"}
    assert cast.village.pk not in {post.unit_id for post in offices}


def test_question_and_answer_are_sealed(cast: Cast) -> None:
    made = asked(cast, at_counter(cast))
    advice.answer(advice_id=made.pk, by=cast.petugas, text=ANSWER, at=MONDAY)
    kept = Advice.objects.get(pk=made.pk)
    assert b"bantuan" not in bytes(kept.question_sealed) + bytes(kept.answer_sealed)
    assert (kept.question, kept.answer) == (QUESTION, ANSWER)


def test_those_concerned_are_told_and_no_name_stands_in_it(cast: Cast) -> None:
    application = at_counter(cast)
    made = asked(cast, application)
    tell_subscribers()
    told = mails(cast.petugas)
    assert len(told) == 1 and f"/meja/berkas/{application.pk}/" in told[0]
    late = MONDAY + timedelta(days=7)
    advice.remind(advice_id=made.pk, at=late)
    advice.remind(advice_id=made.pk, at=late + timedelta(hours=1))
    tell_subscribers()
    assert len(mails(cast.petugas)) == 2
    advice.answer(advice_id=made.pk, by=cast.petugas, text=ANSWER, at=late)
    tell_subscribers()
    assert sum("sudah dijawab" in body for body in mails(cast.rina)) == 1
    for body in mails(cast.petugas) + mails(cast.rina):
        assert cast.sari_person.name not in body and QUESTION not in body and ANSWER not in body


def test_the_pages_lead_from_question_to_answer(cast: Cast, as_: As) -> None:
    application = at_counter(cast)
    case = f"/meja/berkas/{application.pk}/"
    rina, petugas = as_(cast.rina), as_(cast.petugas)
    of = Post.objects.get(unit=cast.dinas, role="petugas_dinas").pk
    short = rina.post(f"{case}pertimbangan/", {"of": of, "question": "apa", "days": "2"})
    assert short.status_code == 422
    assert rina.post(
        f"{case}pertimbangan/", {"of": of, "question": QUESTION, "days": "2"}
    ).status_code == 302  # fmt: skip
    assert "Dimintai pertimbangan" in petugas.get("/meja/pertimbangan/").content.decode()
    assert application.number in petugas.get("/meja/pertimbangan/").content.decode()
    reads = Entry.objects.filter(what="person.read", actor_id=cast.petugas.pk)
    before = reads.count()
    page = petugas.get(case).content.decode()
    assert QUESTION in page and "Keputusan Anda" not in page and "Catatan antarpetugas" not in page
    assert reads.count() == before + 1
    made = Advice.objects.get()
    answer = f"{case}pertimbangan/{made.pk}/jawab/"
    assert petugas.post(answer, {"answer": "ya"}).status_code == 422
    assert petugas.post(answer, {"answer": ANSWER}).status_code == 302
    assert ANSWER in rina.get(case).content.decode()
    assert petugas.get(case).status_code == 404
    assert as_(cast.lurah_lain).post(answer, {"answer": ANSWER}).status_code == 404


def test_notes_are_for_officials_alone(cast: Cast, as_: As, client_for: Callable) -> None:
    application = at_counter(cast)
    case = f"/meja/berkas/{application.pk}/"
    said = "Sudah ditelepon, akan datang besok."
    assert as_(cast.rina).post(f"{case}catatan/", {"text": said}).status_code == 302
    assert as_(cast.rina).post(f"{case}catatan/", {"text": " "}).status_code == 422
    approve(application, cast.rina)
    assert said in as_(cast.lurah).get(case).content.decode()
    sari = as_(cast.sari)
    assert said not in sari.get(f"/permohonan/{application.pk}/").content.decode()
    asked_of = as_(cast.petugas)
    assert asked_of.post(f"{case}catatan/", {"text": said}).status_code == 404
    from services.inbox.models import CaseNote

    assert b"ditelepon" not in bytes(CaseNote.objects.get().text_sealed)
