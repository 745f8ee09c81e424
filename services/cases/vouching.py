"""A vouch is written with the decision it is: number, who, as what, and in which words."""

from datetime import datetime

from django.utils.translation import gettext

from accounts.models import User
from services.cases import vouchers
from services.cases.kinds import AtHand
from services.cases.models import Case, Step, Vouch
from services.cases.rules import vouch_number
from services.letters import actions as letters
from services.letters.numbering import next_number
from tenants.office import queries as office
from tenants.office.describing import short_form_of
from tenants.office.models import Post, Unit
from tenants.office.roles import head_of, level_of, title_at
from tenants.registry.current import city

# Why a letter on paper counts no more, as its holder reads it.
TAKEN_BACK = "Keterangan yang menjadi dasar surat ini ditarik kembali oleh yang memberikannya."
LONGEST_REPLY = 1000
STANDS_IN = "Plh. "  # before the title of a head who is away, in letters
OUTCOMES = {
    Step.State.APPROVED: Vouch.Outcome.VOUCHED,
    Step.State.RETURNED: Vouch.Outcome.ASKED,
    Step.State.REFUSED: Vouch.Outcome.REFUSED,
}


def write(
    hand: AtHand, state: Step.State, *, by: User, reason: str = "", note: str, at: datetime
) -> Vouch | None:
    """Keep what was decided at a step where somebody vouches; None at every other step. Call in
    the transaction of the decision, before what an approval brings."""
    if not vouchers.vouches(hand.spec) or hand.post is None:
        return None
    step, post = hand.step, hand.post
    vouch = Vouch(
        step=step, unit=step.unit, by=by, post=post, called=called_at(post, step.unit), at=at,
        note=note, capacity=_capacity(hand, post), outcome=OUTCOMES[state], reason=reason,
    )  # fmt: skip
    if vouch.outcome == Vouch.Outcome.VOUCHED:
        _take_number(vouch, at)
    vouch.save()
    return vouch


def of(step: Step) -> Vouch | None:
    """What was decided at a step where somebody vouches; no query where it was selected with it."""
    try:
        return step.vouch
    except Vouch.DoesNotExist:
        return None


def _take_number(vouch: Vouch, at: datetime) -> None:
    """The next number of the unit's book of this year. Workers wait for each other; a rollback
    gives it back."""
    day = at.astimezone(city().tz).date()
    vouch.year = day.year
    vouch.sequence = next_number(f"vouch:{vouch.unit.code}:{day.year}")
    village = office.unit_at(vouch.unit.code.partition("/")[0]) or vouch.unit
    vouch.number = vouch_number(
        vouch.sequence, code=vouch.unit.code, short=short_form_of(village), day=day
    )


def called_at(post: Post, unit: Unit) -> str:
    """What who answers is called: ``Ketua RT``, or as their post is where it is no head's."""
    if post.is_stood_in:
        return STANDS_IN + title_at(post.role, unit)
    if post.role == head_of(unit.kind):
        return title_at(post.role, unit)
    return post.title


def acting_as(title: str) -> str:
    """What who stands in for a head is called where residents read it."""
    return gettext("pelaksana harian %(title)s") % {"title": title}


def said(called: str) -> str:
    """What somebody is called, where residents read it."""
    if called.startswith(STANDS_IN):
        return acting_as(called.removeprefix(STANDS_IN))
    return called


def in_words(vouch: Vouch, step: Step) -> str:
    """As what somebody answered at a step, in the reader's language: who stood in is called so,
    and a deputy answered on behalf of the head."""
    stands_in = vouch.called.startswith(STANDS_IN)
    if vouch.capacity == Vouch.Capacity.DEPUTY and not stands_in:
        head = title_at(step.role, step.unit)
        return gettext("%(called)s, atas nama %(head)s") % {"called": vouch.called, "head": head}
    return said(vouch.called)


def _capacity(hand: AtHand, post: Post) -> Vouch.Capacity:
    unit, spec = hand.step.unit, hand.spec
    assert vouchers.vouches(spec)
    level = level_of(unit.kind)
    if level not in (spec.level, "dusun") and spec.level == "rt":
        return Vouch.Capacity.RW if level == "rw" else Vouch.Capacity.VILLAGE
    if not hand.case.unit.code.startswith(unit.code) and spec.level == "rt":
        return Vouch.Capacity.NEIGHBOUR
    if post.role != hand.step.role:
        return Vouch.Capacity.DEPUTY
    is_acting = post.is_stood_in or post.is_acting
    return Vouch.Capacity.ACTING if is_acting else Vouch.Capacity.HEAD


def void(step: Step, *, by: User, at: datetime) -> None:
    """A vouch was taken back: its number stays used, and its letter on paper counts no more. Call
    in the transaction that takes it back."""
    vouch = Vouch.objects.select_for_update(of=("self",)).filter(step=step).first()
    if vouch is None or vouch.voided_at is not None:
        return
    vouch.voided_at = at
    vouch.save(update_fields=["voided_at"])
    if vouch.letter_id is not None:
        letters.revoke(vouch.letter_id, by=by, reason=TAKEN_BACK, at=at)


def answer(case: Case, reply: str) -> None:
    """Keep what the applicant answers to the last question of whoever vouches, if there is one.
    Call with the case locked, before it is sent again."""
    words = reply.strip()[:LONGEST_REPLY]
    if not words or case.state != Case.State.RETURNED:
        return
    last = case.steps.filter(state=Step.State.RETURNED).select_related("vouch").last()
    vouch = of(last) if last is not None else None
    if vouch is not None:
        vouch.seal_reply(words)
        vouch.save(update_fields=["reply_sealed"])
