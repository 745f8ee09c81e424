"""The letters that an approval brings: numbered with it, made by a worker after it."""

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from events.subscribers import publish
from kernel.errors import RuleBroken
from messaging import outbox
from services.applications.events import LetterReady, LetterRevoked
from services.applications.letter_text import letter_draft, signer_of
from services.applications.models import Application, IssuedLetter
from services.cases import fees, reasons, vouching
from services.cases.actions import end_unsigned
from services.cases.kinds import AtHand, kind_of
from services.cases.models import Step
from services.cases.route import due_of, finish, locked, office_code, today_of
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
    reason: str = "",
) -> Letter:  # fmt: skip
    """Number a letter of an application and order its PDF and its signature; in the place of
    another one, if ``replaces``, for a ``reason``. ``taken``: the number it has already."""
    signs = level_of(step.unit.kind) not in NEIGHBOURHOOD  # heads of RT and RW have no certificate
    is_signed = signs and signing.is_on()
    also = _further(application, step, today_of(at)) if is_signed else []
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
        also_signed_by=[holding.title for _spec, holding in also],
    )
    if is_signed:
        is_held = replaces is None  # the steps of a case whose letter is replaced are over
        further = [
            Wanted(
                holding.user, holding.user.name, holding.title, holding.post.unit, spec.role,
                spec.deputies, None if is_held else due_of(spec, at, holding.post.unit), spec.key,
            )
            for spec, holding in also
        ]  # fmt: skip
        plan = kind_of(application).plan(application)
        due_at = due_of(plan.step(step.key), at, step.unit)
        first = Wanted(
            by, signer.name, signer.post_title, step.unit, step.role, step.deputies, due_at
        )
        signing.order(letter, [first, *further], at=at)
    IssuedLetter.objects.create(
        application=application, output=output.key, letter=letter,
        is_replacement=replaces is not None, ordered_by=by if replaces is not None else None,
        replaces_for=reason,
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


def _further(
    application: Application, step: Step, today: date
) -> list[tuple[SignatureStep, Holding]]:
    """Who signs the letters of this step after whoever approves, each with their step.
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
        found.append((spec, holding))
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
        if issued.is_replacement:
            _take_back_replaced(issued, at)
    if is_waiting:
        return
    void = _void_letter(application)
    if void is not None:
        assert void.revoked_by is not None
        end_unsigned(
            case_id=application.pk, key=_ends_at(application, void), by=void.revoked_by,
            note=void.revoked_for, at=at,
        )  # fmt: skip
    elif application.state == Application.State.ISSUING:
        finish(application, at)


def _take_back_replaced(issued: IssuedLetter, at: datetime) -> None:
    """The right letter is there: the wrong one is taken back, unless somebody did before."""
    wrong = issued.letter.replaces
    if wrong is None or wrong.state != Letter.State.READY or issued.ordered_by is None:
        return
    letters.revoke(wrong.pk, by=issued.ordered_by, reason=issued.replaces_for, at=at)
    publish(LetterRevoked(wrong.pk, issued.application_id))


def _void_letter(application: Application) -> Letter | None:
    """The letter that was void before its holder got it, and left the application without any; None
    where it has one, or lost it otherwise."""
    if application.issued.exclude(letter__state=Letter.State.REVOKED).exists():
        return None
    revoked = Letter.objects.filter(
        issued_from__application=application, state=Letter.State.REVOKED
    )
    refused = Exists(Signature.objects.filter(letter=OuterRef("pk"), state=Signature.State.REFUSED))
    void = revoked.filter(Q(refused) | Q(sha256="")).select_related("issued_from", "revoked_by")
    return void.order_by("revoked_at", "pk").last()


def _ends_at(application: Application, letter: Letter) -> str:
    """The key of the step at which a void letter ends its case: where it was not signed, or which
    brought it."""
    refused = Signature.objects.filter(letter=letter, state=Signature.State.REFUSED)
    key = refused.order_by("order").values_list("step_key", flat=True).first() or ""
    if key and application.steps.filter(key=key).exists():
        return key
    outputs = {output.key: output.step for output in application.blueprint.outputs}
    return outputs[letter.issued_from.output]


@transaction.atomic
def go_on_without(letter_id: int, *, at: datetime) -> IssuedLetter | None:
    """Bring an application on whose letter was void before its holder got it; which it was. The
    answers of one that was to replace another are again those of the letter that counts."""
    found = IssuedLetter.objects.filter(letter=letter_id).first()
    if found is None:
        return None
    application = locked(Application, found.application_id)
    if found.is_given_up:
        before = application.issued.filter(output=found.output, pk__lt=found.pk).exclude(
            answers_sealed=b""
        )
        wrong = before.filter(letter__state=Letter.State.READY).last()
        if wrong is not None:
            application.answers_sealed, wrong.answers_sealed = bytes(wrong.answers_sealed), b""
            application.save(update_fields=["answers_sealed"])
            wrong.save(update_fields=["answers_sealed"])
    finish_letters(application_id=application.pk, at=at)
    return found
