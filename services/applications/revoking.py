"""Taking an issued letter back: who may, and who is told."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from events.subscribers import publish
from kernel.errors import NotThere
from services.applications.events import LetterRevoked
from services.applications.models import Application, IssuedLetter
from services.applications.queries import get_for
from services.cases.models import Step
from services.cases.queries import lies_at
from services.cases.route import refuse_own
from services.letters import actions as letters
from services.letters.models import Letter
from tenants.office import queries as office
from tenants.office.models import Post
from tenants.registry.current import city


def revocable(application: Application, posts: list[Post]) -> set[int]:
    """Letters of this case that may be taken back from these posts: by whoever could sign them
    today, the post itself or its deputies, also when another person held it then. No query."""
    signing = {
        output.key
        for output in application.blueprint.outputs
        for step in application.steps.all()
        if step.key == output.step and step.state == Step.State.APPROVED and lies_at(step, posts)
    }
    return {
        issued.letter_id
        for issued in application.issued.all()
        if issued.output in signing and issued.letter.state != Letter.State.REVOKED
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
    if issued.letter.state != Letter.State.REVOKED and letter_id not in revocable(
        application, office.posts_of(by, today)
    ):
        raise NotThere("Surat ini tidak ditemukan.")
    refuse_own(by, application)
    if letters.revoke(letter_id, by=by, reason=reason, at=at):
        publish(LetterRevoked(letter_id, application.pk))
    return application
