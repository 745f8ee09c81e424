"""A file that was looked at becomes the letter: in one transaction, by the newest try alone."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.clock import now
from services.letters import actions as letters
from services.letters.models import Letter
from services.signing import ordering
from services.signing.events import LetterSigned, SignatureAsked, StepSigned
from services.signing.models import Attempt, Signature
from services.signing.providers import Owner

log = logging.getLogger(__name__)

S, A = Signature.State, Attempt.State
LATE = (
    "Surat ini sudah berubah sebelum berkasnya kembali dari gateway. Berkas itu disimpan bersama "
    "percobaan ini."
)
_SIGNED = [
    "state", "signed_at", "sha256", "size", "provider", "lease_until", "said",
    "certificate_subject", "certificate_issuer", "certificate_serial", "certificate_ends_at",
    "is_certified", "root_checked", "level",
]  # fmt: skip


@transaction.atomic
def accept(
    attempt: Attempt, *, path: str, sha256: str, size: int, owner: Owner, level: str,
    is_certified: bool, root_checked: bool, answer: Mapping[str, Any], at: datetime,
    made_at: datetime | None = None, by: User | None = None, reason: str = "",
) -> bool:  # fmt: skip
    """Write that a stored file is the letter with its signature; whether this call did it. The last
    signature makes the letter ready; else the next official is asked. ``made_at``: when it was
    signed, if not now. A file that comes after its try was given up is kept beside it, and changes
    nothing."""
    after = Signature.objects.filter(letter=OuterRef("letter"), order__gt=OuterRef("order"))
    row = (
        Signature.objects.select_for_update(of=("self", "letter"))
        .select_related("letter")
        .annotate(is_last=~Exists(after))
        .get(pk=attempt.signature_id)
    )
    letter = row.letter
    is_wanted = row.state in (*Signature.UNDER_WAY, S.UNKNOWN)
    is_same = letter.state == Letter.State.RENDERED and attempt.sent_sha256 == letter.sha256
    ended: dict[str, Any] = {
        "state": A.SIGNED, "ended_at": now(), "said": "",
        "answer": dict(answer) or attempt.answer,
    }  # fmt: skip
    if by is not None:
        ended |= {"settled_by": by, "settled_at": at, "settled_for": reason}
    if not (is_wanted and is_same and _still_open(attempt).update(**ended)):
        _too_late(row, attempt, path)
        return False
    row.state, row.signed_at, row.sha256, row.size = S.SIGNED, made_at or at, sha256, size
    row.provider, row.lease_until, row.said = attempt.provider, None, ""
    row.certificate_subject, row.certificate_issuer = owner.subject, owner.issuer
    row.certificate_serial, row.certificate_ends_at = owner.serial, owner.ends_at
    row.is_certified, row.root_checked, row.level = is_certified, root_checked, level
    row.save(update_fields=_SIGNED)
    before, letter.file, letter.sha256 = letter.file, path, sha256
    letter.save(update_fields=["file", "sha256"])
    letters.forget_file(letter, before)
    audit.record(
        "letter.signed", actor=by, subject="letter", subject_id=letter.pk,
        detail={"signature": row.pk, "provider": row.provider, "signer": row.signer_id},
    )  # fmt: skip
    if row.step_key:
        publish(StepSigned(row.pk, letter.pk))
    turn = None if row.is_last else ordering.turn_of(letter.pk)
    if turn is None:
        publish(LetterSigned(letter.pk))
    elif not turn.is_held:  # else once its step opens
        publish(SignatureAsked(turn.pk))
    return True


def _still_open(attempt: Attempt) -> QuerySet[Attempt]:
    """This try, where it is under way or its outcome is open, and it is the newest."""
    later = Attempt.objects.filter(signature=OuterRef("signature"), number__gt=OuterRef("number"))
    return Attempt.objects.filter(
        ~Exists(later), pk=attempt.pk, settled_at=None,
        state__in=(A.SIGNING, A.VALIDATING, A.UNKNOWN),
    )  # fmt: skip


def _too_late(row: Signature, attempt: Attempt, path: str) -> None:
    """The file of a try that was given up is kept: it may be a second signature on one letter."""
    log.error("attempt %s came back after it was given up; its file is kept", attempt.pk)
    mine = Attempt.objects.filter(pk=attempt.pk).exclude(state=A.SIGNED)
    mine.update(returned=path)
    was_open = mine.filter(state__in=(A.SIGNING, A.VALIDATING)).update(
        state=A.FAILED, ended_at=now(), code="late", said=LATE
    )
    if was_open and row.state in Signature.UNDER_WAY:
        row.state, row.lease_until, row.said = S.FAILED, None, LATE
        row.save(update_fields=["state", "lease_until", "said"])
