"""Signatures made: chosen, confirmed once with a passphrase, and then made by a worker one by one.
Nothing is locked while a provider answers, and nothing is asked twice."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, Max, OuterRef

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from messaging import outbox
from services.letters import archive
from services.letters.models import Letter
from services.signing import accounts, checking, ordering, rules, secret
from services.signing.events import LetterSigned, SignatureAsked, SignatureUnknown, StepSigned
from services.signing.models import Attempt, Batch, Signature
from services.signing.providers import (
    Asked,
    Failure,
    Made,
    NotKnown,
    NotSent,
    Owner,
    Provider,
    Session,
    Way,
    Who,
    WrongSecret,
)
from services.signing.providers import providers as _providers

log = logging.getLogger(__name__)

MOST = 100  # letters of one confirmation
GRACE = timedelta(seconds=60)  # a lease lasts so much longer than a provider may take
TOO_LATE = (
    "Waktu untuk frasa sandi sudah lewat sebelum giliran surat ini. Pilih lagi, lalu ketik lagi."
)
FAULT = "Terjadi gangguan pada sistem."
GONE = "Surat ini tidak menunggu tanda tangan Anda lagi."
S, A = Signature.State, Attempt.State
_SIGNED = [
    "state", "signed_at", "sha256", "size", "provider", "lease_until", "said",
    "certificate_subject", "certificate_issuer", "certificate_serial", "certificate_ends_at",
    "is_certified", "level",
]  # fmt: skip


@transaction.atomic
def begin(
    *, key: str, signature_ids: Sequence[int], passphrase: str, by: User, at: datetime
) -> Batch:
    """Order the signatures of this official; the same confirmation for the same ``key``. Raises
    RuleBroken without a passphrase or without any letter, NotThere."""
    known = Batch.objects.filter(key=key, by=by).first()
    if known is not None:
        return known
    if not passphrase:
        raise RuleBroken("Ketik frasa sandi atau kode untuk menandatangani.", field="passphrase")
    wanted = list(dict.fromkeys(signature_ids))
    if len(wanted) > MOST:
        raise RuleBroken(f"Paling banyak {MOST} surat sekali jalan. Kurangi pilihannya.")
    rows = list(
        Signature.objects.select_for_update(of=("self",))
        .filter(pk__in=wanted, signer=by, state__in=Signature.WAITING)
        .order_by("pk")
    )
    busy = set(
        Attempt.objects.filter(signature__in=rows, state__in=(A.QUEUED, A.SIGNING, A.VALIDATING))
        .values_list("signature_id", flat=True)
    )  # fmt: skip
    rows = [row for row in rows if row.pk not in busy]
    if not rows:
        raise RuleBroken("Pilih dulu suratnya: tidak ada yang menunggu tanda tangan Anda.")
    made, is_new = Batch.objects.get_or_create(key=key, defaults={"by": by, "at": at})
    if not is_new:
        if made.by_id != by.pk:
            raise NotThere("Konfirmasi ini tidak ditemukan.")
        return made
    last = dict(
        Attempt.objects.filter(signature__in=rows)
        .values_list("signature_id")
        .annotate(n=Max("number"))
    )
    tries = Attempt.objects.bulk_create(
        Attempt(signature=row, batch=made, number=last.get(row.pk, 0) + 1, provider=row.provider)
        for row in rows
    )
    reference = secret.keep(passphrase)
    by_provider: dict[str, list[int]] = {}
    for one in tries:
        by_provider.setdefault(one.provider, []).append(one.pk)
    for name, ids in by_provider.items():
        size = max(1, _providers[name].at_once if name in _providers else 1)
        for start in range(0, len(ids), size):
            some = ids[start : start + size]
            outbox.enqueue(
                "signing.sign",
                {"batch_id": made.pk, "attempts": some, "secret": reference},
                key=f"sign:{made.pk}:{some[0]}",
            )
    audit.record("signing.ordered", actor=by, subject="signing_batch", subject_id=made.pk,
                 detail={"letters": len(rows)})  # fmt: skip
    return made


def work(batch_id: int, attempt_ids: Sequence[int], reference: str) -> None:
    """Make the signatures of these attempts. Called outside any transaction; what became of each is
    written at once, so that a worker that dies leaves one attempt in doubt at most."""
    batch = Batch.objects.select_related("by").get(pk=batch_id)
    queued = Attempt.objects.filter(pk__in=attempt_ids, state=A.QUEUED).order_by("pk")
    waiting = list(queued.select_related("signature__letter"))
    if not waiting:
        return
    passphrase = secret.read(reference) if not batch.stopped else None
    if passphrase is None:
        _leave(waiting, batch.stopped or TOO_LATE, code="stopped" if batch.stopped else "late")
        return
    try:
        name, provider, way = accounts.opened(waiting[0].provider)
        who = _who(batch.by, provider, way)
        with provider.open(way, who, passphrase, count=len(waiting)) as session:
            expected = provider.expected(way, who)
            job = _Job(batch, name, provider, way, who, session, expected, passphrase)
            for index, attempt in enumerate(waiting):
                if not provider.is_own:  # other workers are at other letters of it
                    batch.refresh_from_db(fields=["stopped"])
                if batch.stopped:
                    _leave(waiting[index:], batch.stopped, code="stopped")
                    break
                _one(job, attempt)
    except NotThere as error:
        _stop(batch, waiting, error.message, code="provider")
    except RuleBroken as error:
        _stop(batch, waiting, error.message, code="identity")
    except Failure as failure:  # from opening: nothing was asked for any letter
        _stop(
            batch, waiting, failure.said, code=failure.code, answer=failure.answer,
            secrets=(passphrase,),
        )  # fmt: skip
    if not Attempt.objects.filter(batch=batch, state=A.QUEUED).exists():
        secret.forget(reference)


@dataclass(frozen=True, slots=True)
class _Job:
    batch: Batch
    provider_name: str
    provider: Provider
    way: Way
    who: Who
    session: Session
    expected: str | None
    passphrase: str


def _who(user: User, provider: Provider, way: Way) -> Who:
    from services.signing.identities import identity_of

    return Who(user.pk, user.name, identity_of(user, way) if provider.asks_identity else "")


def _one(job: _Job, attempt: Attempt) -> None:
    """One letter: claimed, asked for, looked at, kept, written."""
    claimed = _claim(job, attempt)
    if claimed is None:
        return
    signature, sent = claimed
    asked = Asked(
        pdf=sent, field=f"TandaTangan{signature.order}",
        reason=f"Surat nomor {signature.letter.number}"[:120],
        place=signature.unit.name[:80], at=now(),
    )  # fmt: skip
    try:
        made = job.session.sign(asked)
    except WrongSecret as failure:
        _failed(job, attempt, failure)
        _stop(job.batch, _queued(job.batch), failure.said, code="stopped")
    except NotSent as failure:
        _failed(job, attempt, failure)
        _stop(job.batch, _queued(job.batch), failure.said, code="stopped")
    except NotKnown as failure:
        _not_known(job, attempt, failure)
    except Failure as failure:
        _failed(job, attempt, failure)
    except Exception as error:
        log.exception("signing attempt %s broke", attempt.pk)
        told = {"text": type(error).__name__}
        if job.provider.is_own:
            _failed(job, attempt, Failure(FAULT, code="fault", answer=told))
        else:
            _not_known(job, attempt, NotKnown(FAULT, code="fault", answer=told))
    else:
        _look_and_keep(job, attempt, signature, sent, made)


def _queued(batch: Batch) -> list[Attempt]:
    return list(Attempt.objects.filter(batch=batch, state=A.QUEUED).order_by("pk"))


@transaction.atomic
def _claim(job: _Job, attempt: Attempt) -> tuple[Signature, bytes] | None:
    """Mark it as being signed, for as long as the provider may take at most; with the file to be
    signed. None where it cannot be: its attempt says why."""
    row = (
        Signature.objects.select_for_update(of=("self", "letter"))
        .select_related("letter", "unit")
        .get(pk=attempt.signature_id)
    )
    letter, at = row.letter, now()
    began: dict[str, Any] = {
        "state": A.SIGNING, "started_at": at, "sent_sha256": letter.sha256,
        "provider": job.provider_name,
    }  # fmt: skip
    if not Attempt.objects.filter(pk=attempt.pk, state=A.QUEUED).update(**began):
        return None
    for name, value in began.items():
        setattr(attempt, name, value)
    is_turn = row.order == 1 or ordering.is_turn_of(row)
    is_there = letter.state == Letter.State.RENDERED and is_turn
    if row.state not in Signature.WAITING or not is_there or row.signer_id != job.who.user_id:
        _end(attempt, A.FAILED, GONE, code="gone")
        return None
    try:
        with default_storage.open(letter.file) as file:
            sent = file.read()
    except OSError:
        sent = b""
    if hashlib.sha256(sent).hexdigest() != letter.sha256:
        _end(attempt, A.FAILED, "Berkas surat ini rusak di penyimpanan. Hubungi admin.",
             code="file")  # fmt: skip
        return None
    row.state, row.tries, row.said = S.SIGNING, row.tries + 1, ""
    row.lease_until = at + timedelta(seconds=job.provider.seconds) + GRACE
    row.save(update_fields=["state", "tries", "said", "lease_until"])
    return row, sent


def _look_and_keep(
    job: _Job, attempt: Attempt, signature: Signature, sent: bytes, made: Made
) -> None:
    if made.checked is not None and made.pdf.startswith(sent):
        owner, level = made.checked, made.level
    else:
        _validating(attempt)
        try:
            found = checking.accepted(
                sent, made.pdf, expected=job.expected, name=signature.signer_name,
                before=signature.order - 1, mark=job.provider.mark(job.way),
            )  # fmt: skip
        except checking.Doubtful as doubt:
            _not_known(job, attempt, NotKnown(str(doubt), code="check", answer=made.answer,
                                              pdf=made.pdf))  # fmt: skip
            return
        owner, level = found.owner, found.level or made.level
    try:
        # Stored before anything says that it is signed.
        path, digest = archive.store(signature.letter.code, made.pdf)
    except OSError:
        _not_known(job, attempt, NotKnown("Surat yang sudah ditandatangani tidak bisa disimpan.",
                                          code="store", answer=made.answer))  # fmt: skip
        return
    answer = rules.cleaned(made.answer, job.passphrase, job.who.identity)
    accept(
        attempt, path=path, sha256=digest, size=len(made.pdf), owner=owner,
        level=level, is_certified=job.provider.is_certified, answer=answer, at=now(),
    )  # fmt: skip


@transaction.atomic
def _validating(attempt: Attempt) -> None:
    Signature.objects.filter(pk=attempt.signature_id, state=S.SIGNING).update(state=S.VALIDATING)
    Attempt.objects.filter(pk=attempt.pk, state=A.SIGNING).update(state=A.VALIDATING)


@transaction.atomic
def accept(
    attempt: Attempt, *, path: str, sha256: str, size: int, owner: Owner, level: str,
    is_certified: bool, answer: Mapping[str, Any], at: datetime, by: User | None = None,
    reason: str = "",
) -> bool:  # fmt: skip
    """Write that a stored file is the letter with its signature; whether this call did it. The last
    signature makes the letter ready; else the next official is asked."""
    after = Signature.objects.filter(letter=OuterRef("letter"), order__gt=OuterRef("order"))
    row = (
        Signature.objects.select_for_update(of=("self", "letter"))
        .select_related("letter")
        .annotate(is_last=~Exists(after))
        .get(pk=attempt.signature_id)
    )
    letter = row.letter
    if row.state not in (*Signature.UNDER_WAY, S.UNKNOWN):
        return False
    if letter.state != Letter.State.RENDERED or attempt.sent_sha256 != letter.sha256:
        return False
    row.state, row.signed_at, row.sha256, row.size = S.SIGNED, at, sha256, size
    row.provider, row.lease_until, row.said = attempt.provider, None, ""
    row.certificate_subject, row.certificate_issuer = owner.subject, owner.issuer
    row.certificate_serial, row.certificate_ends_at = owner.serial, owner.ends_at
    row.is_certified, row.level = is_certified, level
    row.save(update_fields=_SIGNED)
    letter.file, letter.sha256 = path, sha256
    letter.save(update_fields=["file", "sha256"])
    attempt.answer = dict(answer) or attempt.answer
    if by is not None:
        attempt.settled_by, attempt.settled_at, attempt.settled_for = by, at, reason
    _end(attempt, A.SIGNED, "", code=attempt.code)
    audit.record(
        "letter.signed", actor=by, subject="letter", subject_id=letter.pk,
        detail={"signature": row.pk, "provider": row.provider, "signer": row.signer_id},
    )  # fmt: skip
    if row.step_key:
        publish(StepSigned(row.pk, letter.pk))
    turn = None if row.is_last else ordering.turn_of(letter.pk)
    if turn is None:
        publish(LetterSigned(letter.pk))
    else:
        publish(SignatureAsked(turn.pk))
    return True


_ENDED = [
    "state", "ended_at", "said", "code", "answer", "returned", "settled_by", "settled_at",
    "settled_for",
]  # fmt: skip


def _end(attempt: Attempt, state: str, said: str, *, code: str = "") -> None:
    attempt.state, attempt.ended_at, attempt.said, attempt.code = state, now(), said[:300], code
    attempt.save(update_fields=_ENDED)


@transaction.atomic
def _failed(job: _Job, attempt: Attempt, failure: Failure) -> None:
    """Surely nothing was signed: the letter waits again."""
    row = Signature.objects.select_for_update(of=("self",)).get(pk=attempt.signature_id)
    attempt.refresh_from_db()
    if attempt.state not in (A.SIGNING, A.VALIDATING):
        return
    row.state, row.lease_until = S.FAILED, None
    row.said = failure.said[:300]
    row.save(update_fields=["state", "lease_until", "said"])
    attempt.answer = rules.cleaned(failure.answer, job.passphrase, job.who.identity)
    _end(attempt, A.FAILED, failure.said, code=failure.code)


@transaction.atomic
def _not_known(job: _Job, attempt: Attempt, failure: NotKnown) -> None:
    """It may have been signed. Nothing tries it again; a person looks. What came back is kept
    beside the letter, for that person."""
    row = (
        Signature.objects.select_for_update(of=("self",))
        .select_related("letter")
        .get(pk=attempt.signature_id)
    )
    attempt.refresh_from_db()
    if attempt.state not in (A.SIGNING, A.VALIDATING):
        return
    if failure.pdf.startswith(b"%PDF-") and len(failure.pdf) <= checking.MOST:
        attempt.returned, _ = archive.store(f"{row.letter.code}", failure.pdf)
    attempt.answer = rules.cleaned(failure.answer, job.passphrase, job.who.identity)
    become_unknown(row, attempt, failure.said, failure.code)


def become_unknown(row: Signature, attempt: Attempt, said: str, code: str) -> None:
    """Call with the signature locked."""
    row.state, row.lease_until, row.said = S.UNKNOWN, None, said[:300]
    row.save(update_fields=["state", "lease_until", "said"])
    _end(attempt, A.UNKNOWN, said, code=code)
    publish(SignatureUnknown(row.pk, attempt.pk))


def _leave(attempts: Sequence[Attempt], said: str, *, code: str) -> None:
    """Attempts that were never begun."""
    ids = [one.pk for one in attempts]
    Attempt.objects.filter(pk__in=ids, state=A.QUEUED).update(
        state=A.FAILED, said=said[:300], code=code, ended_at=now()
    )


def _stop(
    batch: Batch, attempts: Sequence[Attempt], said: str, *, code: str,
    answer: Mapping[str, Any] | None = None, secrets: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """Nothing more of this confirmation is tried: it would end the same way."""
    with transaction.atomic():
        Batch.objects.filter(pk=batch.pk, stopped="").update(stopped=said[:300])
        batch.stopped = batch.stopped or said[:300]
        ids = [one.pk for one in attempts]
        left = Attempt.objects.filter(pk__in=ids, state=A.QUEUED)
        left.update(
            state=A.FAILED, said=said[:300], code=code, ended_at=now(),
            answer=rules.cleaned(answer or {}, *secrets),
        )  # fmt: skip
