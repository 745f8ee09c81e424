"""A letter that waits for a signature is signed by another official who may decide the same step:
its words about the signer change, its number and date stay."""

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from messaging import outbox
from services.applications.letter_text import signer_of
from services.applications.models import Application, IssuedLetter
from services.cases import two_people
from services.cases.models import Step
from services.cases.queries import lies_at
from services.cases.route import refuse_own, today_of
from services.letters import actions as letters
from services.signing import handing
from services.signing.models import Signature
from tenants.office import queries as office


def _step_of(signature: Signature) -> Step | None:
    """The step whose approval brought the letter; None for a later signature."""
    issued = IssuedLetter.objects.filter(letter=signature.letter_id).first()
    if issued is None or signature.order > 1:
        return None
    outputs = issued.application.blueprint.outputs
    key = next((output.step for output in outputs if output.key == issued.output), "")
    return (
        Step.objects.filter(case=issued.application_id, key=key, state=Step.State.APPROVED)
        .select_related("unit")
        .order_by("-pk")
        .first()
    )


def others(signature: Signature, *, by: User, on: date) -> dict[int, User]:
    """Who may sign instead, by id."""
    step = _step_of(signature)
    found = two_people.colleagues(step, on) if step is not None else []
    return {one.pk: one for one in found if one.pk != by.pk}


@transaction.atomic
def hand_on(*, signature_id: int, to: User, by: User, reason: str, at: datetime) -> Signature:
    """Raises NotThere for who is not asked to sign, or for one who may not; RuleBroken, Stale."""
    row = handing.waiting(signature_id, by)
    step = _step_of(row)
    today = today_of(at)
    if step is None or to.pk not in others(row, by=by, on=today):
        raise NotThere("Surat ini tidak bisa diserahkan kepada pejabat itu.")
    application = Application.objects.get(pk=step.case_id)
    refuse_own(to, application)
    post = next((one for one in office.posts_of(to, today) if lies_at(step, [one])), None)
    if post is None:
        raise RuleBroken(f"{to.name} tidak memegang jabatan untuk surat ini hari ini.", field="to")
    signer = signer_of(to, post, step, today)
    words = replace(
        row.letter.content, signer_title=signer.title, signer_name=signer.name,
        signer_rank=signer.rank, signer_nip=signer.nip,
    )  # fmt: skip
    if not letters.rewrite(row.letter_id, words, signer_title=signer.post_title, at=at):
        raise Stale("Surat ini sudah jadi atau sudah dicabut. Tidak ada yang berubah.")
    handed = handing.hand_on(
        row, to=to, name=signer.name, post_title=signer.post_title, reason=reason
    )
    key = f"issue:{row.letter_id}:signer:{to.pk}:{int(at.timestamp())}"
    outbox.enqueue("applications.issue", {"application_id": application.pk}, key=key)
    audit.record("signature.handed_on", actor=by, subject="letter", subject_id=row.letter_id,
                 detail={"from": by.pk, "to": to.pk})  # fmt: skip
    return handed
