"""A desk asks another office for advice. Meanwhile the case stays at the desk, its clock goes on,
and the office that was asked reads the case by a link; no longer than the question is open."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from events.subscribers import publish
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.text import tidy
from services.cases.decisions import post_held, refuse_taken
from services.cases.models import Case, Step
from services.cases.queries import with_paths
from services.cases.route import at_hand, record, today_of
from services.inbox.events import AdviceAnswered, AdviceAsked, AdviceLate
from services.inbox.models import Advice
from services.residents.sealing import seal
from tenants.office import queries as office
from tenants.office.models import Post, Unit
from tenants.office.roles import Can, can, is_desk, level_of

LONGEST = 2000  # letters of a question or an answer
SHORTEST = 5
USUAL_DAYS, MOST_DAYS = 3, 30  # working days within which an answer is asked for
_OPEN = Q(answered_at__isnull=True, withdrawn_at__isnull=True, step__state=Step.State.OPEN)


def asked_at(posts: Iterable[Post]) -> QuerySet[Advice]:
    """What these posts are asked and have not answered, while the case waits where it was asked."""
    wanted = Q(pk__in=[])
    for post in posts:
        wanted |= Q(unit_id=post.unit_id, role=post.role)
    return Advice.objects.filter(wanted, _OPEN)


def waiting_at(posts: Iterable[Post]) -> QuerySet[Advice]:
    """``asked_at`` for a list, due first."""
    found = asked_at(posts).select_related("step__unit", "asked_by", "unit", *with_paths("case"))
    return found.order_by("due_at", "pk")


def is_asked(posts: Iterable[Post], case_id: int) -> bool:
    """Whether one of these posts is asked for advice on a case now, and so may read it."""
    held = [post for post in posts if is_desk(post.role)]
    return bool(held) and asked_at(held).filter(case=case_id).exists()


def of_case(case: Case) -> list[Advice]:
    """All advice on a case, the oldest first. One query."""
    found = Advice.objects.filter(case=case.pk)
    return list(found.select_related("step", "unit", "asked_by", "answered_by").order_by("pk"))


def is_open(advice: Advice) -> bool:
    """Whether it still waits for an answer (reads ``step``)."""
    is_over = advice.answered_at is not None or advice.withdrawn_at is not None
    return not is_over and advice.step.state == Step.State.OPEN


def offices_for(step: Step) -> list[Post]:
    """The posts that may be asked: desks of every dinas, of the kecamatan above, and of the other
    villages of that kecamatan. One query."""
    code = step.unit.code
    around = code if level_of(step.unit.kind) == "kecamatan" else code.rpartition(".")[0]
    near = Q(unit__kind=Unit.Kind.DINAS) | Q(unit__code=around)
    if level_of(step.unit.kind) in ("kelurahan", "kecamatan"):
        villages = [Unit.Kind.KELURAHAN, Unit.Kind.DESA]
        near |= Q(unit__kind__in=villages, unit__code__startswith=f"{around}.")
    else:
        near |= Q(unit__kind=Unit.Kind.KECAMATAN)
    found = Post.objects.filter(near, unit__is_active=True).exclude(unit=step.unit_id)
    posts = found.select_related("unit").order_by("unit__kind", "unit__name", "title", "pk")
    return [post for post in posts if is_desk(post.role) and not can(post.role, Can.VOUCHES)]


@transaction.atomic
def ask(
    *, step_id: int, of: Post, by: User, question: str, days: int = USUAL_DAYS, at: datetime
) -> Advice:
    """Ask another office about the case at one's desk. Raises NotThere, Stale, RuleBroken."""
    hand = at_hand(step_id)
    if hand is None:
        raise NotThere
    step = hand.step
    post_held(by, step, at)
    if step.state != Step.State.OPEN:
        raise Stale("Berkas ini tidak menunggu di sini lagi, jadi tidak ada yang bisa ditanyakan.")
    refuse_taken(step, by)
    said = _said(question, "Tulis apa yang Anda tanyakan, supaya bisa dijawab.", "question")
    if of.pk not in {post.pk for post in offices_for(step)}:
        raise RuleBroken("Kantor ini tidak bisa dimintai pertimbangan.", field="of")
    if not 1 <= days <= MOST_DAYS:
        raise RuleBroken(f"Isi 1 sampai {MOST_DAYS} hari kerja.", field="days")
    try:
        with transaction.atomic():
            made = Advice.objects.create(
                case_id=hand.case.pk, step=step, asked_by=by, asked_at=at, unit=of.unit,
                role=of.role, question_sealed=seal(said),
                due_at=office.calendar().due(at, days, "hari_kerja"),
            )  # fmt: skip
    except IntegrityError:
        raise RuleBroken("Kantor ini sudah ditanya dan belum menjawab.", field="of") from None
    record(hand.case, "advice.asked", by, advice=made.pk, unit=of.unit.code, role=of.role)
    publish(AdviceAsked(made.pk, hand.case.pk))
    return made


def _said(text: str, missing: str, field: str) -> str:
    said = tidy(text)[:LONGEST]
    if len(said) < SHORTEST:
        raise RuleBroken(missing, field=field)
    return said


@transaction.atomic
def answer(*, advice_id: int, by: User, text: str, at: datetime) -> Advice:
    """Answer what one's office is asked. Raises NotThere, Stale, RuleBroken."""
    advice = _locked(advice_id)
    held = office.posts_of(by, today_of(at))
    if not any((advice.unit_id, advice.role) == (post.unit_id, post.role) for post in held):
        raise NotThere("Permintaan ini tidak ditemukan.")
    if advice.answered_by_id == by.pk:
        return advice
    if not is_open(advice):
        raise Stale("Permintaan ini sudah dijawab, atau berkasnya sudah diputuskan.")
    said = _said(text, "Tulis pertimbangan Anda, supaya bisa dipakai memutuskan.", "answer")
    advice.answered_at, advice.answered_by = at, by
    advice.seal_answer(said)
    advice.save(update_fields=["answered_at", "answered_by", "answer_sealed"])
    record(advice.case, "advice.answered", by, advice=advice.pk)
    publish(AdviceAnswered(advice.pk, advice.case_id))
    return advice


@transaction.atomic
def withdraw(*, advice_id: int, by: User, at: datetime) -> Advice:
    """Whoever has the case needs no answer any more. Raises NotThere, Stale."""
    advice = _locked(advice_id)
    post_held(by, advice.step, at)
    if advice.withdrawn_at is not None:
        return advice
    if not is_open(advice):
        raise Stale("Pertimbangan ini sudah dijawab, atau berkasnya sudah diputuskan.")
    advice.withdrawn_at = at
    advice.save(update_fields=["withdrawn_at"])
    record(advice.case, "advice.withdrawn", by, advice=advice.pk)
    return advice


def _locked(advice_id: int) -> Advice:
    """The case is locked first, as by every action. Raises NotThere."""
    step_id = Advice.objects.filter(pk=advice_id).values_list("step", flat=True).first()
    hand = at_hand(step_id) if step_id is not None else None
    if hand is None:
        raise NotThere("Permintaan ini tidak ditemukan.")
    advice = Advice.objects.select_for_update(of=("self",)).get(pk=advice_id)
    advice.case, advice.step = hand.case, hand.step
    return advice


def late(at: datetime) -> QuerySet[Advice]:
    """Unanswered past its clock, and nobody was reminded within a day."""
    recently = at - timedelta(hours=20)
    not_reminded = Q(reminded_at__isnull=True) | Q(reminded_at__lt=recently)
    return Advice.objects.filter(_OPEN, not_reminded, due_at__lt=at)


@transaction.atomic
def remind(*, advice_id: int, at: datetime) -> None:
    """Remind the office that was asked, once on each working day. Does nothing when it answered
    meanwhile."""
    advice: Any = late(at).select_for_update(of=("self",)).filter(pk=advice_id).first()
    day: date = today_of(at)
    if advice is None or not office.calendar().is_workday(day):
        return
    advice.reminded_at = at
    advice.save(update_fields=["reminded_at"])
    publish(AdviceLate(advice.pk, advice.case_id, day.isoformat()))
