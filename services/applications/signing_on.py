"""A letter that waits for a signature is signed by another official who may decide the same step:
its words about the signer change, its number and date stay."""

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, Stale
from kernel.once import reading_once
from messaging import outbox
from services.applications.letter_text import signer_of
from services.applications.models import IssuedLetter
from services.cases import two_people
from services.cases.decisions import post_among
from services.cases.kinds import kind_of
from services.cases.models import Step
from services.cases.route import refuse_own, today_of
from services.catalogue.steps import PostStep
from services.letters import actions as letters
from services.letters.actions import Signer
from services.letters.render import Content
from services.signing import handing, queries, signers
from services.signing.models import Signature
from tenants.office import queries as office
from tenants.office.roles import Can, can


def _place_of(signature: Signature) -> Step | None:
    """Where a signature is made: a step that is not in the database. None where that is not known
    any more."""
    if signature.role:
        return Step(unit=signature.unit, role=signature.role, deputies=signature.deputies)
    issued = IssuedLetter.objects.filter(letter=signature.letter_id).first()
    if issued is None:
        return None
    application = issued.application
    outputs = {output.key: output.step for output in application.blueprint.outputs}
    spec = kind_of(application).plan(application).step(signature.step_key or outputs[issued.output])
    if not isinstance(spec, PostStep):
        return None
    return Step(unit=signature.unit, role=spec.role, deputies=spec.deputies)


def others(signature: Signature, *, on: date) -> dict[int, User]:
    """Who may sign instead of the one who is asked, by id."""
    step = _place_of(signature)
    found = two_people.colleagues(step, on) if step is not None else []
    return {one.pk: one for one in found if one.pk != signature.signer_id}


def can_sign_no_more(signature: Signature, on: date) -> bool:
    """Whether the one who is asked may not sign any more: the post is another's now."""
    signer = signature.signer
    posts = office.posts_of(signer, on) if signer.is_active else []
    return not signers.is_at(signature, posts)


def may_reassign(signature: Signature, by: User, on: date) -> bool:
    """Whether this official may say who signs: the one who is asked, the holder of the post, the
    head of its office, an admin; and any of its deputies where who is asked may not any more."""
    return _is_of(signature, by, on) or office.is_admin(by, on)


def _is_of(signature: Signature, by: User, on: date) -> bool:
    """The same, of an official without regard to what they administer."""
    posts = office.posts_of(by, on)
    if signers.may_sign(signature, by, posts):
        return True
    here = [post.role for post in posts if post.unit_id == signature.unit_id]
    step = _place_of(signature)
    if any(can(role, Can.HEADS) or (step is not None and role == step.role) for role in here):
        return True
    return signers.is_at(signature, posts) and can_sign_no_more(signature, on)


@reading_once()
def of_others(user: User, on: date) -> list[Signature]:
    """What waits at this official's posts for somebody else, and they may take over: the oldest
    hundred. Two queries, and one more for each signer."""
    rows = queries.of_others(user)[:100]
    return [row for row in rows if _is_of(row, user, on)]


@reading_once()
def stuck(on: date) -> list[Signature]:
    """What waits in this city for somebody who may not sign any more: of the oldest five
    hundred. One query, and one more for each signer."""
    return [row for row in queries.all_open()[:500] if can_sign_no_more(row, on)]


@transaction.atomic
@reading_once()
def reassign(*, signature_id: int, to: User, by: User, reason: str, at: datetime) -> Signature:
    """Let another official sign, or take it over oneself. Raises NotThere for who may not say so
    and for one who may not sign, RuleBroken, Stale."""
    row = handing.waiting(signature_id)
    today = today_of(at)
    if not may_reassign(row, by, today):
        raise NotThere("Surat ini tidak menunggu tanda tangan Anda.")
    step = _place_of(row)
    issued = IssuedLetter.objects.filter(letter=row.letter_id).first()
    if step is None or issued is None or to.pk not in others(row, on=today):
        raise NotThere("Surat ini tidak bisa diserahkan kepada pejabat itu.")
    application = issued.application
    refuse_own(to, application)
    signer = signer_of(to, post_among(office.posts_of(to, today), step), step, today)
    before = row.signer_id
    content = _words(row, signer)
    if content is not None:
        title = signer.post_title if row.order == 1 else row.letter.signer_title
        if not letters.rewrite(row.letter_id, content, signer_title=title, at=at):
            raise Stale("Surat ini sudah jadi atau sudah dicabut. Tidak ada yang berubah.")
        key = f"issue:{row.letter_id}:signer:{to.pk}:{int(at.timestamp())}"
        outbox.enqueue("applications.issue", {"application_id": application.pk}, key=key)
    handed = handing.hand_on(
        row, to=to, name=signer.name, post_title=signer.post_title, by=by, reason=reason
    )
    audit.record("signature.handed_on", actor=by, subject="letter", subject_id=row.letter_id,
                 detail={"from": before, "to": to.pk})  # fmt: skip
    return handed


def _words(row: Signature, signer: Signer) -> Content | None:
    """The letter in the name of another; None where its words stay: they name no further official,
    but the post, and stay as they are once somebody has signed them."""
    content = row.letter.content
    if row.order == 1:
        return replace(
            content, signer_title=signer.title, signer_name=signer.name,
            signer_rank=signer.rank, signer_nip=signer.nip,
        )  # fmt: skip
    said, says = letters.signed_also(row.post_title), letters.signed_also(signer.post_title)
    if said == says or said not in content.approval or not handing.is_untouched(row.letter_id):
        return None
    lines = [says if line == said else line for line in content.approval]
    return replace(content, approval=lines)
