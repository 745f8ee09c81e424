"""Taking an issued letter back: who may, and who is told."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from events.subscribers import publish
from kernel.errors import NotThere, Stale
from services.applications.events import LetterRevoked, LetterVoid
from services.applications.models import Application, IssuedLetter
from services.applications.queries import get_for
from services.cases.models import Step
from services.cases.queries import lies_at
from services.cases.route import refuse_own
from services.letters import actions as letters
from services.letters.models import Letter
from services.signing import refusing
from services.signing.events import SignatureRefused
from tenants.office import queries as office
from tenants.office.models import Post
from tenants.office.roles import Can, can
from tenants.registry.current import city


def revocable(application: Application, posts: list[Post]) -> set[int]:
    """Letters of this case that may be taken back from these posts: by whoever could sign them
    today, the post itself or its deputies, also when another person held it then. No query."""
    signing = _signed_at(application, posts)
    return {
        issued.letter_id
        for issued in application.issued.all()
        if issued.output in signing and issued.letter.state == Letter.State.READY
    }


def voidable(application: Application, posts: list[Post]) -> set[int]:
    """Letters of this case that their holder has not got and that may be given up from these posts:
    by whoever could sign them today, and the head of their office. No query."""
    signing = _signed_at(application, posts)
    headed = {post.unit_id for post in posts if can(post.role, Can.HEADS)}
    return {
        issued.letter_id
        for issued in application.issued.all()
        if not issued.letter.is_finished
        and (issued.output in signing or issued.letter.unit_id in headed)
    }


def _signed_at(application: Application, posts: list[Post]) -> set[str]:
    """Which letters of a case are signed from these posts, by the keys of their outputs."""
    return {
        output.key
        for output in application.blueprint.outputs
        for step in application.steps.all()
        if step.key == output.step and step.state == Step.State.APPROVED and lies_at(step, posts)
    }


@transaction.atomic
def revoke(*, letter_id: int, by: User, reason: str, at: datetime) -> Application:
    """Take a letter back; its holder is told. The same person doing it again changes nothing.

    Raises NotThere for whoever may not sign it, RuleBroken for one's own letter or without a
    reason, Stale when somebody else was first.
    """
    issued = IssuedLetter.objects.select_related("letter__unit").filter(letter_id=letter_id).first()
    if issued is None:
        raise NotThere("Surat ini tidak ditemukan.")
    today = at.astimezone(city().tz).date()
    application = get_for(by, issued.application_id, today=today, with_papers=True)
    posts = office.posts_of(by, today)
    may = revocable(application, posts) | voidable(application, posts)
    if issued.letter.state != Letter.State.REVOKED and letter_id not in may:
        raise NotThere("Surat ini tidak ditemukan.")
    refuse_own(by, application)
    if letters.revoke(letter_id, by=by, reason=reason, at=at):
        publish(LetterRevoked(letter_id, application.pk))
    return application


@transaction.atomic
def void(*, letter_id: int, by: User, reason: str, at: datetime) -> Letter:
    """Give a letter up that its holder has not got: nobody signs it, or its PDF cannot be made. Its
    number stays used; a case that is left without any letter ends as refused.

    Raises NotThere for who may not, RuleBroken for one's own letter or without a reason, Stale
    while it is being signed and once its holder has it.
    """
    issued = IssuedLetter.objects.select_related("letter", "application").filter(letter=letter_id)
    found = issued.first()
    if found is None:
        raise NotThere("Surat ini tidak ditemukan.")
    today = at.astimezone(city().tz).date()
    if not office.is_admin(by, today):
        application = get_for(by, found.application_id, today=today, with_papers=True)
        if letter_id not in voidable(application, office.posts_of(by, today)):
            raise NotThere("Surat ini tidak ditemukan.")
    refuse_own(by, found.application)
    _give_up(found.letter, by=by, reason=reason, at=at)
    return found.letter


def _give_up(letter: Letter, *, by: User, reason: str, at: datetime) -> None:
    refusing.refuse_busy(letter.pk)
    if not letters.void(letter.pk, by=by, reason=reason, at=at):
        raise Stale("Surat ini sudah jadi atau sudah dicabut. Tidak ada yang berubah.")
    turn = refusing.cancel(letter.pk, reason=reason, at=at)
    if turn is not None:
        publish(SignatureRefused(turn.pk, letter.pk))
    else:
        publish(LetterVoid(letter.pk, letter.issued_from.application_id))


@transaction.atomic
def void_held(step: Step, *, by: User, at: datetime) -> None:
    """Give up what a further official was to sign in a case that was refused before their step."""
    held = Letter.objects.filter(
        issued_from__application=step.case_id, signatures__is_held=True,
        state__in=(Letter.State.NUMBERED, Letter.State.RENDERED),
    )  # fmt: skip
    for letter in held.distinct().order_by("pk"):
        _give_up(letter, by=by, reason=f"Permohonannya ditolak: {step.note}", at=at)
