"""A correct letter in the place of a wrong one: whoever may sign it corrects the answers it is
written from, and both letters point at each other. The wrong one counts until the right one is
ready. The case stays what it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from services.applications import issuing, preview
from services.applications.household import house_of
from services.applications.letter_text import letter_draft, signer_of
from services.applications.models import Application, IssuedLetter
from services.applications.preview import ChangedLine
from services.applications.queries import get_for
from services.applications.revoking import revocable
from services.cases import decisions
from services.cases.models import Step
from services.cases.route import locked, refuse_own, today_of
from services.catalogue import answers as answering
from services.catalogue.outputs import Output
from services.letters import rules
from services.letters.actions import Draft, Signer
from services.letters.models import Letter
from services.letters.render import Content
from services.questions.conditions import Answers
from tenants.office import queries as office
from tenants.office.models import Post


def replaceable(application: Application, posts: list[Post]) -> set[int]:
    """Letters of this case that may be replaced from these posts: those that count, and of which
    no right one is being made. Not those that bear the number of a vouch: it is taken back with
    the vouch. No query."""
    if application.destroyed_at is not None:
        return set()
    may = revocable(application, posts)
    may -= {issued.letter.replaces_id for issued in application.issued.all()}
    return {
        issued.letter_id
        for issued in application.issued.all()
        if issued.letter_id in may
        and issued.letter.state == Letter.State.READY
        and issued.letter.register != Letter.OF_VOUCHES
    }


@dataclass(frozen=True, slots=True)
class Proposal:
    """The letter as it would be with these answers."""

    answers: Answers
    problems: dict[str, str]  # by question
    changes: list[ChangedLine]  # against the letter that was issued


@dataclass(frozen=True, slots=True)
class _AtHand:
    application: Application
    issued: IssuedLetter
    step: Step
    output: Output
    by: User
    at: datetime

    def draft(self) -> tuple[Signer, Draft]:
        """What the letter says with the answers the application has now."""
        today = today_of(self.at)
        post = decisions.post_held(self.by, self.step, self.at)
        signer = signer_of(self.by, post, self.step, today)
        steps = self.application.steps.all()
        draft = letter_draft(self.application, steps, self.output, signer, today, self.step.unit)
        return signer, draft


def propose(
    *, letter_id: int, typed: Mapping[str, str], by: User, at: datetime
) -> tuple[Application, Proposal]:
    """What would change. Raises NotThere for who may not."""
    hand = _at_hand(letter_id, by, at)
    answers, problems = _corrected(hand.application, typed, at)
    if problems:
        return hand.application, Proposal(answers, problems, [])
    hand.application.seal_answers(answers)
    return hand.application, Proposal(answers, {}, _changes(hand))


@transaction.atomic
def replace_letter(
    *, letter_id: int, typed: Mapping[str, str], reason: str, by: User, at: datetime
) -> Letter:
    """Issue the correct letter; the new one. Sent again, it is the same one. The wrong one is taken
    back once the new one is ready (``issuing.finish_letters``); then its holder and whoever watches
    it are told.

    Raises NotThere for who may not, RuleBroken where an answer is wrong, nothing would change or no
    reason is given.
    """
    done = Letter.objects.filter(replaces=letter_id, issued_from__ordered_by=by).first()
    if done is not None:
        return done
    found = IssuedLetter.objects.filter(letter=letter_id).first()
    if found is None:
        raise NotThere("Surat ini tidak ditemukan.")
    locked(Application, found.application_id)
    hand = _at_hand(letter_id, by, at)
    application, issued = hand.application, hand.issued
    refuse_own(by, application)
    words = rules.reason_to_revoke(reason)
    answers, problems = _corrected(application, typed, at)
    if problems:
        key, text = next(iter(problems.items()))
        raise RuleBroken(text, field=key)
    issued.answers_sealed = bytes(application.answers_sealed)
    issued.save(update_fields=["answers_sealed"])
    application.seal_answers(answers)
    if not _changes(hand):
        raise RuleBroken(
            "Dengan jawaban ini suratnya tetap sama. Betulkan jawaban yang salah; bila yang salah "
            "data kependudukannya, betulkan dulu di data penduduk.",
            field="reason",
        )
    application.save(update_fields=["answers_sealed"])
    signer, draft = hand.draft()
    letter = issuing.order(
        application, hand.step, hand.output, draft, by=by, signer=signer, at=at,
        replaces=issued.letter, reason=words,
    )  # fmt: skip
    audit.record(
        "letter.replaced", actor=by, subject="letter", subject_id=letter_id,
        detail={"replacement": letter.pk},
    )  # fmt: skip
    return letter


def _at_hand(letter_id: int, by: User, at: datetime) -> _AtHand:
    found = IssuedLetter.objects.filter(letter=letter_id).first()
    if found is None:
        raise NotThere("Surat ini tidak ditemukan.")
    today = today_of(at)
    application = get_for(by, found.application_id, today=today, with_papers=True)
    if letter_id not in replaceable(application, office.posts_of(by, today)):
        raise NotThere("Surat ini tidak ditemukan, atau tidak dapat diganti.")
    issued = next(one for one in application.issued.all() if one.letter_id == letter_id)
    output = next(one for one in application.blueprint.outputs if one.key == issued.output)
    approved = [
        step
        for step in application.steps.all()
        if step.key == output.step and step.state == Step.State.APPROVED
    ]
    return _AtHand(application, issued, approved[-1], output, by, at)


def _corrected(
    application: Application, typed: Mapping[str, str], at: datetime
) -> tuple[Answers, dict[str, str]]:
    """The answers with what was typed over them, and what is wrong by question."""
    blueprint = application.blueprint
    asked = {field.key for field in blueprint.fields}
    before = answering.as_typed(blueprint, application.answers)
    merged = before | {name: text for name, text in typed.items() if answering.belongs(name, asked)}
    return answering.clean(blueprint, merged, house_of(application.applicant, today=today_of(at)))


def _changes(hand: _AtHand) -> list[ChangedLine]:
    _, draft = hand.draft()
    return preview.differing(_said(hand.issued.letter.content), preview.lines_of(draft))


def _said(content: Content) -> list[str]:
    """What an issued letter says, as ``preview.lines_of`` says it of a draft."""
    lines = [content.title, content.addressed_to, content.opening]
    for block in content.blocks:
        lines += [block["intro"], *(f"{label}: {text}" for label, text in block["rows"])]
    lines += content.body
    for table in content.tables:
        lines += [table["intro"], *(" · ".join(row) for row in table["rows"])]
    lines += [content.closing, *content.witnesses, *content.copies]
    return [line for line in lines if line]
