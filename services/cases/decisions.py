"""What an official does with the case in front of them: approve, return, refuse.

Only whoever holds the post today may, never on their own request, and only while the step is open;
the same person deciding the same again changes nothing.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from accounts.models import User
from events.subscribers import publish
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.once import reading_once
from kernel.tanggal import moment_text
from kernel.text import tidy
from services.cases import answers, reasons, vouchers, vouching
from services.cases.events import CaseRefused, CaseReturned
from services.cases.kinds import AtHand, kind_of
from services.cases.models import Case, Step
from services.cases.route import at_hand, close, refuse_own, today_of
from services.cases.steps.registry import step_kinds
from services.catalogue.steps import DeskStep
from tenants.office import decrees
from tenants.office import queries as office
from tenants.office.models import Post
from tenants.office.queries import lineage
from tenants.registry.current import city

REASON = 5  # characters


@transaction.atomic
@reading_once()
def approve(*, step_id: int, by: User, note: str = "", at: datetime) -> Case:
    """Close the step, number the letters that come of it, and open what follows. Raises NotThere,
    Stale or RuleBroken."""
    hand = _at_hand(step_id, by, Step.State.APPROVED, at)
    if not hand.is_done:
        said = _reason(note) if _desk(hand).must_note else tidy(note)[:1000]
        vouching.write(hand, Step.State.APPROVED, by=by, note=said, at=at)
        step_kinds[hand.spec.kind].complete(hand, at, by=by, note=said)
    return hand.case


@transaction.atomic
@reading_once()
def return_(
    *, step_id: int, by: User, note: str, about: str = "", ready: str = "", at: datetime
) -> Case:
    """Give the case back to the applicant, who corrects and sends it again. ``about`` is the key of
    the question or file it is about, ``ready`` that of a ready reason (``answers.QUESTIONS``).
    Raises NotThere, Stale, or RuleBroken without a reason."""
    hand = _at_hand(step_id, by, Step.State.RETURNED, at)
    case, step = hand.case, hand.step
    if hand.is_done:
        return case
    reason = _reason(answers.sentence(ready, note))
    if not _desk(hand).may_return:
        raise RuleBroken("Pilihan ini tidak tersedia pada langkah ini.")
    about = about or answers.known(ready).about
    if kind_of(case).asks(case, about):
        step.about = about
    vouching.write(hand, Step.State.RETURNED, by=by, reason=ready, note=tidy(note)[:1000], at=at)
    close(hand, Step.State.RETURNED, at, by=by, note=reason)
    _close_others(hand, at)
    case.state = Case.State.RETURNED
    case.save(update_fields=["state"])
    publish(CaseReturned(step.pk, case.pk))
    return case


@transaction.atomic
@reading_once()
def refuse(*, step_id: int, by: User, note: str, ready: str = "", at: datetime) -> Case:
    """End the case without what was asked for. ``ready`` is the key of a ready reason
    (``answers.REFUSALS``). Raises NotThere, Stale, or RuleBroken without a reason."""
    hand = _at_hand(step_id, by, Step.State.REFUSED, at)
    case, step = hand.case, hand.step
    if hand.is_done:
        return case
    reason = _reason(answers.sentence(ready, note))
    if not _desk(hand).can_refuse:
        raise RuleBroken("Pilihan ini tidak tersedia pada langkah ini.")
    vouching.write(hand, Step.State.REFUSED, by=by, reason=ready, note=tidy(note)[:1000], at=at)
    close(hand, Step.State.REFUSED, at, by=by, note=reason)
    _close_others(hand, at)
    case.state, case.finished_at = Case.State.REFUSED, at
    case.save(update_fields=["state", "finished_at"])
    publish(CaseRefused(step.pk, case.pk))
    return case


def _at_hand(step_id: int, by: User, wanted: Step.State, at: datetime) -> AtHand:
    """Lock the case of a step. Raises NotThere, Stale, RuleBroken."""
    decrees.apply_due()
    hand = at_hand(step_id)
    if hand is None:
        raise NotThere
    step = hand.step
    lineage(hand.case.unit.code)  # of whom several below read a part
    post = post_held(by, step, at)
    if step.state != Step.State.OPEN:
        if step.state == wanted and step.decided_by_id == by.pk:
            return replace(hand, post=post, is_done=True)
        raise Stale(_why_closed(hand))
    refuse_own(by, hand.case)
    if vouchers.vouches(hand.spec) and vouchers.is_own(by, hand.case):
        raise RuleBroken(
            "Ini permohonan keluarga serumah Anda, jadi orang lain yang membenarkannya. Anda tidak "
            "perlu melakukan apa-apa."
        )
    return replace(hand, post=post)


def _why_closed(hand: AtHand) -> str:
    """Who was faster, or that the time was out."""
    step = hand.step
    if step.state == Step.State.SKIPPED and step.note == reasons.UNANSWERED:
        return (
            f"Waktu menjawab sudah habis {moment_text(step.due_at, city().timezone)}, jadi "
            "permohonan ini sudah diteruskan ke langkah berikutnya. Anda tidak perlu melakukan "
            "apa-apa lagi."
        )
    if step.state == Step.State.SKIPPED and step.decided_by is None:
        return f"Permohonan ini tidak menunggu di sini lagi: {step.note}"
    who = step.decided_by.name if step.decided_by else "orang lain"
    return f"Berkas ini sudah diputuskan oleh {who.rstrip('.')}. Tidak ada yang berubah."


def _desk(hand: AtHand) -> DeskStep:
    assert isinstance(hand.spec, DeskStep), "a step at a post is a desk"
    return hand.spec


def _reason(note: str) -> str:
    reason = tidy(note)[:1000]
    if len(reason) < REASON:
        raise RuleBroken(
            "Tulis alasannya dengan jelas, supaya pemohon tahu apa yang harus dilakukan.",
            field="note",
        )
    return reason


def _close_others(hand: AtHand, at: datetime) -> None:
    """A case that goes back or ends leaves the desks beside this one too."""
    step = hand.step
    hand.case.steps.filter(state=Step.State.OPEN).exclude(pk=step.pk).update(
        state=Step.State.SKIPPED, decided_at=at, note=reasons.DECIDED_AT % {"unit": step.unit.name}
    )


def post_held(user: User, step: Step, at: datetime) -> Post:
    """The post that makes this step this user's business. Raises NotThere: no hint to others."""
    return post_among(office.posts_of(user, today_of(at)), step)


def post_among(posts: Iterable[Post], step: Step) -> Post:
    """The one of these posts by which a step is somebody's business. Raises NotThere."""
    held = [post for post in posts if post.unit_id == step.unit_id]
    for role in (step.role, *step.deputies):
        for post in held:
            if post.role == role:
                return post
    raise NotThere
