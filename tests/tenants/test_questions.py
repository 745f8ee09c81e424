"""A city asks the operators, reads their answers, and sees nobody else's."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from audit.models import Entry
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from messaging.models import Outbox
from tenants.backend.scope import in_city, in_public
from tenants.office.models import Unit
from tenants.registry.models import City
from tenants.support import actions, questions
from tenants.support.models import Message, Question
from tests.factories import official
from tests.operators import console, operator

pytestmark = pytest.mark.django_db


@pytest.fixture
def op() -> User:
    return operator()


@pytest.fixture
def admin(bontang: City) -> User:
    with in_city(bontang):
        found = official("admin-kota", Unit.objects.get(kind=Unit.Kind.CITY), "admin")
        User.objects.filter(pk=found.pk).update(email="admin-kota@example.com")
        return found


@pytest.fixture
def page(bontang: City, admin: User, client_for: Callable[[City], Client]) -> Client:
    client = client_for(bontang)
    with in_city(bontang):
        client.force_login(admin, backend="accounts.backends.LoginBackend")
    return client


def ask(city: City, by: User, text: str = "Kop surat tidak tampil.") -> Question:
    with in_city(city):
        return questions.ask(subject="Kop surat", text=text, by=by)


def test_a_question_is_asked_answered_and_asked_on_through_the_pages(
    bontang: City, page: Client, op: User
) -> None:
    operators = console(op)
    sent = page.post("/kelola/dukungan/tanya/", {"subject": "Kop surat", "text": "Tidak tampil."})
    assert sent.status_code == 302
    with in_public():
        made = Question.objects.get()
        assert Outbox.objects.filter(key__contains=f"question:{made.pk}").count() == 1
    menu = operators.get("/konsol/kota/").content.decode()
    assert re.search(r'Pertanyaan kota\s*<span class="count stop">1', menu)
    address = f"/konsol/pertanyaan/{made.pk}/"
    assert "Tidak tampil." in operators.get(address).content.decode()
    answered = operators.post(address, {"text": "Unggah logo lagi.\nLalu muat ulang."})
    assert answered.status_code == 302
    assert "count stop" not in operators.get("/konsol/kota/").content.decode()
    thread = page.get(sent["Location"]).content.decode()
    assert "Unggah logo lagi." in thread and "Sudah dijawab" in thread and op.name in thread
    with in_city(bontang):
        assert Outbox.objects.filter(key__contains=f"question:{made.pk}").exists()
        assert Entry.objects.filter(what="question.asked").count() == 1
    with in_public():
        assert Entry.objects.get(what="question.answered").subject_id == bontang.code
    assert page.post(sent["Location"], {"text": "Berhasil, terima kasih."}).status_code == 302
    with in_public():
        assert Question.objects.get().state == Question.State.WAITING
        assert Message.objects.count() == 3


def test_another_city_does_not_find_the_question(
    bontang: City, blitar: City, admin: User, client_for: Callable[[City], Client]
) -> None:
    made = ask(bontang, admin)
    with in_city(blitar):
        unit = Unit.objects.get(kind=Unit.Kind.CITY)
        stranger = official("admin-blitar", unit, "admin")
        with pytest.raises(NotThere):
            questions.add(question_id=made.pk, text="Halo", by=stranger)
        client = client_for(blitar)
        client.force_login(stranger, backend="accounts.backends.LoginBackend")
    assert client.get(f"/kelola/dukungan/tanya/{made.pk}/").status_code == 404
    assert "Kop surat" not in client.get("/kelola/dukungan/tanya/").content.decode()


def test_only_admins_ask_and_only_operators_answer(bontang: City, admin: User, op: User) -> None:
    with in_city(bontang):
        village = Unit.objects.filter(kind__in=["kelurahan", "desa"]).first()
        assert village is not None
        clerk = official("loket-x", village, "loket")
        with pytest.raises(RuleBroken):
            questions.ask(subject="a", text="b", by=clerk)
    made = ask(bontang, admin)
    with in_public(), pytest.raises(RuleBroken):
        questions.answer(question_id=made.pk, text="Ya", by=User(name="x", is_operator=False))


@pytest.mark.parametrize("text", ["", "   \n ", "x" * 4001, "NIK 6474015403890003 salah",
                                  "6474 0154 0389 0003"])  # fmt: skip
def test_empty_long_and_personal_texts_are_refused(bontang: City, admin: User, text: str) -> None:
    with pytest.raises(RuleBroken):
        ask(bontang, admin, text)
    with in_public():
        assert not Question.objects.exists()


def test_dates_and_numbers_of_applications_may_be_written(bontang: City, admin: User) -> None:
    text = "Permohonan 26-11-000018 dan 26-11-000019, tanggal 12-11-2026 dan 13-11-2026."
    assert ask(bontang, admin, text).pk


def test_a_city_writes_so_often_a_day_and_again_the_next(bontang: City, admin: User) -> None:
    made = ask(bontang, admin)
    at = now()
    with in_city(bontang):
        for _ in range(questions.MOST_A_DAY - 1):
            questions.add(question_id=made.pk, text="Lagi", by=admin, at=at)
        with pytest.raises(RuleBroken, match="besok"):
            questions.add(question_id=made.pk, text="Lagi", by=admin, at=at)
        questions.add(
            question_id=made.pk, text="Lagi", by=admin, at=at + timedelta(days=1, hours=1)
        )


def test_a_request_of_support_is_told_on_every_page_of_the_administration(
    bontang: City, admin: User, op: User, page: Client
) -> None:
    assert "menunggu jawaban Anda" not in page.get("/kelola/").content.decode()
    visit = actions.ask(bontang, reason="Kop surat tidak tampil", hours=4, by=op)
    for path in ("/kelola/", "/kelola/layanan/"):
        assert "menunggu jawaban Anda" in page.get(path).content.decode()
    with in_city(bontang):
        actions.refuse(visit.pk, by=admin)
    assert "menunggu jawaban Anda" not in page.get("/kelola/").content.decode()
