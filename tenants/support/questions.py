"""Questions of a city to the operators, and their answers.

    ask(subject, text, by) -> Question        an administrator, in the city
    add(question_id, text, by)                the same, later
    answer(question_id, text, by)             an operator, in public

A question lies in the public schema, outside the city's own data: pages ask people to name no
resident, and a number like a NIK is refused.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from kernel.nik import names_a_number
from messaging.notices import tell
from tenants.backend.scope import in_city, in_public
from tenants.office import queries as office
from tenants.registry.current import city as here
from tenants.registry.models import City
from tenants.support.models import Message, Question
from tenants.support.notices import ANSWER, QUESTION

LONGEST = 4000
MOST_A_DAY = 20  # messages of one city
S = Question.State


def _checked(text: str) -> str:
    text = "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
    if not text:
        raise RuleBroken("Tulis pertanyaan Anda.", field="text")
    if len(text) > LONGEST:
        raise RuleBroken(f"Paling panjang {LONGEST} huruf. Ringkaslah.", field="text")
    if names_a_number(text):
        raise RuleBroken(
            "Jangan menulis NIK atau nomor KK warga di sini. Sebut nomor permohonannya saja.",
            field="text",
        )
    return text


def _refuse_flood(city: City, at: datetime) -> None:
    lately = Message.objects.filter(
        question__city_id=city.pk, is_from_city=True, sent_at__gt=at - timedelta(days=1)
    )
    if lately.count() >= MOST_A_DAY:
        raise RuleBroken("Hari ini sudah banyak pesan. Tambahkan lagi besok.", field="text")


def _as_admin(by: User, at: datetime) -> City:
    city = here()
    if not office.is_admin(by, at.astimezone(city.tz).date()):
        raise RuleBroken("Hanya admin kota yang dapat bertanya kepada Balai.")
    return city


def ask(*, subject: str, text: str, by: User, at: datetime | None = None) -> Question:
    """A new question; every operator with an e-mail address is told."""
    at = at or now()
    city = _as_admin(by, at)
    subject, text = " ".join(subject.split()), _checked(text)
    if not subject or len(subject) > 120:
        raise RuleBroken("Tulis pokok pertanyaan, paling panjang 120 huruf.", field="subject")
    if names_a_number(subject):
        raise RuleBroken("Jangan menulis NIK atau nomor KK warga di sini.", field="subject")
    with in_public(), transaction.atomic():
        City.objects.select_for_update().get(pk=city.pk)
        _refuse_flood(city, at)
        question = Question.objects.create(
            city_id=city.pk, city_code=city.code, subject=subject, asked_at=at, moved_at=at
        )
        _write(question, text, by, is_from_city=True, at=at)
        _tell_operators(question, city)
    audit.record("question.asked", actor=by, subject="question", subject_id=question.pk)
    return question


def add(*, question_id: int, text: str, by: User, at: datetime | None = None) -> Question:
    """Something more from the city: the question waits again."""
    at = at or now()
    city, text = _as_admin(by, at), _checked(text)
    with in_public(), transaction.atomic():
        question = _locked(question_id, city)
        _refuse_flood(city, at)
        _write(question, text, by, is_from_city=True, at=at)
        question.state, question.moved_at = S.WAITING, at
        question.save(update_fields=["state", "moved_at"])
        _tell_operators(question, city)
    audit.record("question.added", actor=by, subject="question", subject_id=question.pk)
    return question


def answer(*, question_id: int, text: str, by: User, at: datetime | None = None) -> Question:
    """An operator's answer; the city's administrators are mailed. Call in public."""
    at = at or now()
    if not by.is_operator:
        raise RuleBroken("Hanya operator yang dapat menjawab.")
    text = _checked(text)
    with in_public(), transaction.atomic():
        question = _locked(question_id, None)
        if question.city is None:
            raise RuleBroken("Kota ini sudah tidak ada.")
        message = _write(question, text, by, is_from_city=False, at=at)
        question.state, question.moved_at = S.ANSWERED, at
        question.save(update_fields=["state", "moved_at"])
        audit.record(
            "question.answered", actor=by, subject="city", subject_id=question.city_code,
            detail={"question": question.pk},
        )  # fmt: skip
        city = question.city
        if city.is_live:
            _tell_admins(question, message, city, at)
    return question


def _locked(question_id: int, city: City | None) -> Question:
    """Another city's question does not exist."""
    found = Question.objects.select_for_update(of=("self",)).select_related("city")
    if city is not None:
        found = found.filter(city_id=city.pk)
    question = found.filter(pk=question_id).first()
    if question is None:
        raise NotThere("Pertanyaan ini tidak ditemukan.")
    return question


def _write(question: Question, text: str, by: User, *, is_from_city: bool, at: datetime) -> Message:
    return Message.objects.create(
        question=question, is_from_city=is_from_city, author_id=by.pk, author_name=by.name,
        text=text, sent_at=at,
    )  # fmt: skip


def _tell_operators(question: Question, city: City) -> None:
    last = question.messages.order_by("-pk").values_list("pk", flat=True)[0]
    for operator in User.objects.filter(is_operator=True, is_active=True).exclude(email=""):
        tell(QUESTION, operator, key=f"question:{question.pk}:{last}:{operator.pk}",
             city=city.name, about=question.subject)  # fmt: skip


def _tell_admins(question: Question, message: Message, city: City, at: datetime) -> None:
    with in_city(city):
        for admin in office.admins(at.astimezone(city.tz).date()):
            tell(
                ANSWER, admin, key=f"question:{question.pk}:{message.pk}:{admin.pk}",
                about=question.subject, name=admin.name, link=city.page("question", question.pk),
            )  # fmt: skip


# --- reads --------------------------------------------------------------------------------------


def of_city(city: City, limit: int = 30) -> list[Question]:
    """A city's own questions, the last moved first."""
    with in_public():
        return list(Question.objects.filter(city_id=city.pk)[:limit])


def thread(question_id: int, city: City | None = None) -> tuple[Question, list[Message]]:
    """One question with its messages; ``city`` sees its own alone. Raises NotThere."""
    with in_public():
        found = Question.objects.select_related("city").filter(pk=question_id)
        question = (found if city is None else found.filter(city_id=city.pk)).first()
        if question is None:
            raise NotThere("Pertanyaan ini tidak ditemukan.")
        return question, list(question.messages.all())


def waiting() -> int:
    """How many questions wait for an operator. Call in public."""
    return Question.objects.filter(state=S.WAITING).count()


def all_questions(state: str = "") -> QuerySet[Question]:
    found = Question.objects.select_related("city")
    return found.filter(state=state) if state else found
