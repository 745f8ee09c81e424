"""What the kelurahan answers, person by person, and what the person says to it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.nik import names_a_number
from kernel.text import tidy
from services.aid.events import CandidateAnswered
from services.aid.models import Candidate, Programme
from services.aid.programmes import of_desk
from services.residents.models import Person
from services.residents.sealing import seal
from tenants.office.models import Post

State = Candidate.State
ANSWERS = (State.ACCEPTED, State.REFUSED, State.ASKED)
LEAST = 5  # letters of a reason


@transaction.atomic
def answer(
    *, candidate_id: int, state: str, words: str, posts: Sequence[Post], by: User, at: datetime,
    mine: Collection[int] = (),
) -> Candidate:  # fmt: skip
    """Accept, refuse with a reason, or ask back; once, and again after an objection. No more are
    accepted than the quota, and nobody (``mine``) answers about themselves. Raises NotThere,
    RuleBroken, Stale."""
    found = at_desk(posts, candidate_id)
    if found.person_id in mine:
        raise RuleBroken("Ini usulan tentang Anda sendiri. Petugas lain yang menjawab.")
    programme = Programme.objects.select_for_update(of=("self",)).get(pk=found.programme_id)
    found = Candidate.objects.select_for_update(of=("self",)).get(pk=candidate_id)
    if found.state != State.SENT and not found.objects_to_the_answer:
        raise Stale("Usulan ini sudah dijawab.")
    told = tidy(words)
    if state not in ANSWERS:
        raise RuleBroken("Pilih jawabannya.", field="state")
    if state != State.ACCEPTED and len(told) < LEAST:
        raise RuleBroken("Tulis alasannya atau yang ditanyakan; RT membacanya.", field="words")
    if names_a_number(told):
        raise RuleBroken("Jangan tulis NIK atau nomor KK di sini.", field="words")
    taken = programme.candidates.filter(state=State.ACCEPTED).exclude(pk=found.pk).count()
    if state == State.ACCEPTED and taken >= programme.quota:
        raise RuleBroken("Kuota program ini sudah penuh.", field="state")
    found.state, found.answer_sealed = state, seal(told) if told else None
    found.answered_by, found.answered_at = by, at
    found.save(update_fields=["state", "answer_sealed", "answered_by", "answered_at"])
    entry = audit.record(
        "aid.answered", actor=by, subject="aid_candidate", subject_id=found.pk,
        detail={"state": state},
    )  # fmt: skip
    publish(CandidateAnswered(found.pk, entry.pk))
    return found


@transaction.atomic
def object_to(
    *, candidate_id: int, words: str, person: Person, by: User, at: datetime
) -> Candidate:
    """Somebody says to the kelurahan why its answer about them is wrong: once. Raises NotThere,
    RuleBroken, Stale."""
    found = Candidate.objects.select_for_update().filter(pk=candidate_id, person=person).first()
    if found is None or found.state == State.DRAFT:
        raise NotThere("Usulan ini tidak ditemukan.")
    if found.objected_at is not None:
        raise Stale("Anda sudah menyampaikan keberatan.")
    if found.state not in (State.ACCEPTED, State.REFUSED):
        raise Stale("Kelurahan belum menjawab usulan ini.")
    told = tidy(words)
    if len(told) < LEAST:
        raise RuleBroken("Tulis keberatan Anda dengan jelas.", field="words")
    found.objection_sealed, found.objected_at = seal(told), at
    found.save(update_fields=["objection_sealed", "objected_at"])
    audit.record("aid.objected", actor=by, subject="aid_candidate", subject_id=found.pk)
    return found


# --- reading --------------------------------------------------------------------------------------


def sent(posts: Sequence[Post], programme: Programme) -> QuerySet[Candidate]:
    """Whom the RT of this desk's kelurahan sent for a programme, RT by RT. One query."""
    found = Candidate.objects.filter(of_desk(posts), programme=programme)
    found = found.exclude(state=State.DRAFT).select_related("person__household", "unit")
    return found.order_by("unit__code", "pk")


def at_desk(posts: Sequence[Post], candidate_id: int) -> Candidate:
    """A candidate that was sent to this desk. Raises NotThere."""
    found = (
        Candidate.objects.filter(of_desk(posts), pk=candidate_id)
        .exclude(state=State.DRAFT)
        .select_related("person__household__rt", "programme__unit", "unit")
        .first()
    )
    if found is None:
        raise NotThere("Usulan ini tidak ditemukan di wilayah Anda.")
    return found


def own(person: Person) -> QuerySet[Candidate]:
    """For which programmes somebody was proposed, and what became of it. One query."""
    found = Candidate.objects.filter(person=person).exclude(state=State.DRAFT)
    return found.select_related("programme", "unit").order_by("-pk")
