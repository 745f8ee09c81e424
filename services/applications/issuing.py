"""The letters that an approval brings: numbered with it, made by a worker after it."""

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from events.subscribers import publish
from kernel.errors import RuleBroken
from messaging import outbox
from services.applications.events import LetterReady
from services.applications.letter_text import letter_draft, signer_of
from services.applications.models import Application, IssuedLetter
from services.cases import fees, reasons, vouching
from services.cases.actions import end_unsigned
from services.cases.kinds import AtHand, kind_of
from services.cases.models import Step
from services.cases.route import finish, locked, office_code, today_of
from services.cases.rules import unit_code_for
from services.cases.steps.signature import SignatureStep
from services.catalogue.outputs import Output
from services.catalogue.rules import outputs_of
from services.letters import actions as letters
from services.letters.actions import Draft, Signer
from services.letters.models import Letter
from services.letters.numbering import Numbered
from services.signing import ordering as signing
from services.signing.models import Signature
from services.signing.ordering import Wanted
from tenants.office import queries as office
from tenants.office.models import Holding, Unit
from tenants.office.roles import NEIGHBOURHOOD, level_of


def issue(hand: AtHand, at: datetime) -> bool:
    """Number the letters this approval brings and order their PDFs; whether it brings any. Raises
    RuleBroken while its fee is not paid."""
    application, step = Application.of(hand.case), hand.step
    outputs = outputs_of(application.blueprint, application.answers, step.key)
    if outputs:
        fees.refuse_unpaid(hand)
    for output in outputs:
        today = today_of(at)
        official, signer = _signer(hand, today)
        draft = letter_draft(application, hand.steps, output, signer, today, step.unit)
        if step.decided_by is None:
            draft = replace(draft, body=[*draft.body, reasons.ISSUED_BY_SYSTEM])
        numbered = number_of(step) if output is outputs[0] else None
        order(application, step, output, draft, by=official, signer=signer, at=at, taken=numbered)
    return bool(outputs)


def order(
    application: Application, step: Step, output: Output, draft: Draft, *, by: User,
    signer: Signer, at: datetime, taken: Numbered | None = None, replaces: Letter | None = None,
) -> Letter:  # fmt: skip
    """Number a letter of an application and order its PDF and its signature; in the place of
    another one, if ``replaces``. ``taken``: the number it has already."""
    signs = level_of(step.unit.kind) not in NEIGHBOURHOOD  # heads of RT and RW have no certificate
    also = _further(application, step, today_of(at)) if signs and signing.is_on() else []
    letter = letters.write(
        draft,
        unit=step.unit,
        letterhead=letterhead(step.unit),
        person=application.applicant,
        signer=signer,
        at=at,
        numbered=taken,
        signature=signing.words() if signs else "",
        replaces=replaces,
        also_signed_by=[holding.title for _, holding in also],
    )
    if signs:
        further = [
            Wanted(holding.user, holding.user.name, holding.title, holding.post.unit, key)
            for key, holding in also
        ]
        first = Wanted(by, signer.name, signer.post_title, step.unit)
        signing.order(letter, [first, *further], at=at)
    IssuedLetter.objects.create(
        application=application, output=output.key, letter=letter,
        is_replacement=replaces is not None,
    )  # fmt: skip
    outbox.enqueue(
        "applications.issue", {"application_id": application.pk}, key=f"issue:{letter.pk}"
    )
    return letter


def _signer(hand: AtHand, today: date) -> tuple[User, Signer]:
    """Who approved; where the system decided at the end of the term, in whose name it did. Raises
    RuleBroken while nobody holds the post."""
    step = hand.step
    if step.decided_by is not None:
        assert hand.post is not None
        return step.decided_by, signer_of(step.decided_by, hand.post, step, today)
    holder = office.holder_of(step.unit, step.role, today)
    if holder is None:
        raise RuleBroken(f"{step.title}: jabatan ini belum ada yang mengisi.")
    return holder.user, signer_of(holder.user, holder.post, step, today)


def _further(application: Application, step: Step, today: date) -> list[tuple[str, Holding]]:
    """Who signs the letters of this step after whoever approves, each with the key of their step.
    Raises RuleBroken while nobody holds a post."""
    found = []
    way = kind_of(application).plan(application).route()
    keys = [spec.key for spec in way]
    for spec in way[keys.index(step.key) + 1 :] if step.key in keys else []:
        if not isinstance(spec, SignatureStep):
            continue
        unit = office.unit_at(unit_code_for(spec, rt_code=office_code(application)))
        holding = office.holder_of(unit, spec.role, today) if unit is not None else None
        if holding is None:
            raise RuleBroken(
                f"“{spec.title}”: jabatan ini belum ada yang mengisi, jadi suratnya tidak bisa "
                "ditandatangani. Minta admin mengisinya."
            )
        found.append((spec.key, holding))
    return found


def number_of(step: Step) -> Numbered | None:
    """The number in the book of the unit, for the letter that a vouch signs."""
    vouch = vouching.of(step)
    if vouch is None or vouch.year is None or vouch.sequence is None:
        return None
    return Numbered(Letter.OF_VOUCHES, vouch.year, vouch.sequence, vouch.number)


def letterhead(unit: Unit) -> list[Unit]:
    """The units named in the letterhead, from the top down, below the government itself."""
    if level_of(unit.kind) in NEIGHBOURHOOD:
        around = [above for above in office.lineage(unit.code) if above.kind != Unit.Kind.CITY]
        return list(reversed(around))
    above = office.unit_above(unit, Unit.Kind.KECAMATAN) if unit.kind != Unit.Kind.DINAS else None
    return [above, unit] if above is not None and above.pk != unit.pk else [unit]


@transaction.atomic
def finish_letters(*, application_id: int, at: datetime) -> None:
    """Make every PDF that is still missing, give out those that nobody has to sign any more, and
    close the case when nothing else is open; as refused, where no letter is left because nobody
    signed it.

    Idempotent: runs again after any crash, and after each signature.
    """
    application = locked(Application, application_id)
    unfinished = application.issued.exclude(letter__state__in=Letter.FINISHED)
    is_waiting = False
    for issued in unfinished.order_by("pk"):
        letters.render(issued.letter_id, at=at)
        if not signing.is_complete(issued.letter_id):
            signing.ask(issued.letter_id)
            is_waiting = True
            continue
        letters.make_ready(issued.letter_id)
        publish(LetterReady(issued.letter_id, application.pk))
    if is_waiting:
        return
    unsigned = _unsigned(application)
    if unsigned is not None:
        end_unsigned(
            case_id=application.pk, key=unsigned.step_key or _step_of(application, unsigned.letter),
            by=unsigned.signer, note=unsigned.refused_for, at=at,
        )  # fmt: skip
    elif application.state == Application.State.ISSUING:
        finish(application, at)


def _unsigned(application: Application) -> Signature | None:
    """The signature whose refusal left the application without any letter; None where it has one,
    or lost it otherwise."""
    if application.issued.exclude(letter__state=Letter.State.REVOKED).exists():
        return None
    refused = Signature.objects.filter(
        letter__issued_from__application=application, state=Signature.State.REFUSED
    )
    return refused.select_related("letter__issued_from", "signer").order_by("refused_at").last()


def _step_of(application: Application, letter: Letter) -> str:
    """The key of the step that brought a letter."""
    outputs = {output.key: output.step for output in application.blueprint.outputs}
    return outputs[letter.issued_from.output]
