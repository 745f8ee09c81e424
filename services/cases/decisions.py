"""What an official does with the case in front of them: approve, return, refuse.

Only whoever holds the post today may, never on their own request, and only while the step is open;
the same person deciding the same again changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from accounts.models import User
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.once import reading_once
from kernel.tanggal import moment_text
from kernel.text import tidy
from services.cases import answers, reasons, two_people, vouchers, vouching
from services.cases.kinds import AtHand, kind_of
from services.cases.models import Case, Step
from services.cases.route import at_hand, give_back, refuse_own, today_of, turn_down
from services.cases.steps.registry import step_kinds
from services.catalogue.steps import DeskStep
from tenants.office import decrees
from tenants.office import queries as office
from tenants.office.models import Post
from tenants.office.queries import lineage
from tenants.registry.current import city

REASON = 5  # characters
UNCHECKED = "Centang dulu semua yang ada di daftar periksa. Bila ada yang tidak sesuai, kembalikan."
NO_REASON = "Tulis alasannya dengan jelas, supaya pemohon tahu apa yang harus dilakukan."


@transaction.atomic
@reading_once()
def approve(
    *, step_id: int, by: User, note: str = "", checked: Sequence[str] = (), at: datetime
) -> Case:
    """Close the step, number the letters that come of it, and open what follows. ``checked`` are
    the lines of the step's list that were ticked. Raises NotThere, Stale, or RuleBroken, also while
    a line of the list is not ticked."""
    hand = in_hand(step_id, by, Step.State.APPROVED, at)
    if not hand.is_done:
        two_people.refuse(hand, by, at)
        spec = _desk(hand)
        said = reason_of(note) if spec.must_note else tidy(note)[:1000]
        if not set(spec.checks) <= set(checked):
            raise RuleBroken(UNCHECKED, field="checked")
        hand.step.checked = spec.checks
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
    hand = in_hand(step_id, by, Step.State.RETURNED, at)
    case, step = hand.case, hand.step
    if hand.is_done:
        return case
    reason = reason_of(answers.sentence(ready, note))
    if not _desk(hand).may_return:
        raise RuleBroken("Pilihan ini tidak tersedia pada langkah ini.")
    about = about or answers.known(ready).about
    if kind_of(case).asks(case, about):
        step.about = about
    vouching.write(hand, Step.State.RETURNED, by=by, reason=ready, note=tidy(note)[:1000], at=at)
    give_back(hand, at, by=by, note=reason)
    return case


@transaction.atomic
@reading_once()
def refuse(*, step_id: int, by: User, note: str, ready: str = "", at: datetime) -> Case:
    """End the case without what was asked for. ``ready`` is the key of a ready reason
    (``answers.REFUSALS``). Raises NotThere, Stale, or RuleBroken without a reason."""
    hand = in_hand(step_id, by, Step.State.REFUSED, at)
    case = hand.case
    if hand.is_done:
        return case
    reason = reason_of(answers.sentence(ready, note))
    if not _desk(hand).can_refuse:
        raise RuleBroken("Pilihan ini tidak tersedia pada langkah ini.")
    vouching.write(hand, Step.State.REFUSED, by=by, reason=ready, note=tidy(note)[:1000], at=at)
    turn_down(hand, at, by=by, note=reason)
    return case


def in_hand(step_id: int, by: User, wanted: Step.State, at: datetime) -> AtHand:
    """Lock the case of a step that this official is about to close so. Raises NotThere, Stale,
    RuleBroken."""
    decrees.apply_due()
    hand = at_hand(step_id)
    if hand is None or not isinstance(hand.spec, DeskStep):
        raise NotThere
    step = hand.step
    lineage(hand.case.unit.code)  # of whom several below read a part
    post = post_held(by, step, at)
    if step.state != Step.State.OPEN:
        if step.state == wanted and step.decided_by_id == by.pk:
            return replace(hand, post=post, is_done=True)
        raise Stale(_why_closed(hand))
    refuse_taken(step, by)
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
    if step.state == Step.State.FORWARDED:
        return f"Berkas ini sudah diteruskan {who} ke meja lain. Tidak ada yang berubah."
    return f"Berkas ini sudah diputuskan oleh {who.rstrip('.')}. Tidak ada yang berubah."


def colleague_who_has(step: Step, by: User) -> User | None:
    """The colleague who has an open step in hand: it has to be taken over before this official may
    do anything with it. None where it is their own or nobody's, which anybody of the post decides.
    """
    return step.taken_by if step.taken_by_id != by.pk else None


def refuse_taken(step: Step, by: User) -> None:
    """Raises RuleBroken when a colleague has the step in hand (``services.cases.taking``)."""
    colleague = colleague_who_has(step, by)
    if colleague is not None:
        raise RuleBroken(
            f"Berkas ini sedang ditangani {colleague.name}. Ambil alih dulu bila Anda yang "
            "menanganinya."
        )


def _desk(hand: AtHand) -> DeskStep:
    assert isinstance(hand.spec, DeskStep), "a step at a post is a desk"
    return hand.spec


def reason_of(note: str, *, missing: str = NO_REASON) -> str:
    """What was written as a reason. Raises RuleBroken where that says nothing."""
    reason = tidy(note)[:1000]
    if len(reason) < REASON:
        raise RuleBroken(missing, field="note")
    return reason


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
