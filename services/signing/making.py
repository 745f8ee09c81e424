"""Signatures made: chosen, confirmed once with a passphrase, and then made by a worker one by one.
Nothing is locked while a provider answers, and nothing is asked twice."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection, transaction

from accounts.models import User
from events.subscribers import publish
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken
from messaging.work import NotDone
from services.letters import archive
from services.letters.models import Letter
from services.signing import (
    accepting,
    accounts,
    checking,
    identities,
    ordering,
    rules,
    secret,
    signers,
)
from services.signing.events import SignatureUnknown
from services.signing.models import Attempt, Batch, Signature
from services.signing.providers import (
    SILENT,
    Asked,
    Failure,
    Made,
    NotKnown,
    NotSent,
    Provider,
    Session,
    Way,
    Who,
    WrongSecret,
    providers,
)
from tenants.office.models import Post

log = logging.getLogger(__name__)

AT_ONCE = 6  # letters of a city that gateways are asked for at the same time
GRACE = timedelta(seconds=60)  # a lease lasts so much longer than a provider may take
TOO_LATE = (
    "Waktu untuk frasa sandi sudah lewat sebelum giliran surat ini. Pilih lagi, lalu ketik lagi."
)
CHANGED = (
    "Admin mengubah pengaturan tanda tangan sesudah Anda mengetik frasa sandi, jadi belum ada yang "
    "dikirim. Periksa dulu, lalu tandatangani lagi."
)
NOT_TRIED = (
    "Gateway tidak menjawab untuk surat sebelumnya, jadi surat ini belum dikirim. Tandatangani "
    "lagi nanti."
)
FAULT = "Terjadi gangguan pada sistem."
GONE = "Surat ini tidak menunggu tanda tangan Anda lagi."
S, A = Signature.State, Attempt.State


def work(
    batch_id: int, attempt_ids: Sequence[int], reference: str, *, is_first: bool = True
) -> None:
    """Make the signatures of these attempts. Called outside any transaction; what became of each is
    written at once, so that a worker that dies leaves one attempt in doubt at most. ``is_first``:
    the gateway is asked which certificate the official has now."""
    batch = Batch.objects.select_related("by").get(pk=batch_id)
    queued = Attempt.objects.filter(pk__in=attempt_ids, state=A.QUEUED).order_by("pk")
    waiting = list(queued.select_related("signature__letter"))
    if not waiting:
        return
    passphrase = secret.read(reference) if not batch.stopped else None
    if passphrase is None:
        _leave(
            _queued(batch), batch.stopped or TOO_LATE, code="stopped" if batch.stopped else "late"
        )
        return
    try:
        name, provider, way = accounts.opened(waiting[0].provider)
        if accounts.has_changed(name, since=batch.at):
            raise NotThere(CHANGED)  # what was typed is not for another gateway
        who = _who(batch.by, provider, way)
        with provider.open(way, who, passphrase, count=len(waiting)) as session:
            known = identities.known(batch.by, name, provider, way, who, ask=is_first)
            posts = signers.posts_today(batch.by)
            job = _Job(batch, name, provider, way, who, session, known, posts, passphrase)
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
    known: str | None  # the fingerprint of the official's certificate
    posts: Sequence[Post]  # of the official today
    passphrase: str = field(repr=False)


def _who(user: User, provider: Provider, way: Way) -> Who:
    identity = identities.identity_of(user, way) if provider.asks_identity else ""
    return Who(user.pk, user.name, identity)


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
    except (WrongSecret, NotSent) as failure:
        _failed(job, attempt, failure)
        _stop(job.batch, _queued(job.batch), failure.said, code="stopped")
    except NotKnown as failure:
        _not_known(job, attempt, failure)
        if failure.code == SILENT:  # each of the others would hold a worker as long
            _stop(job.batch, _queued(job.batch), NOT_TRIED, code="stopped")
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
    signed. None where it cannot be: its attempt says why. Raises NotDone while the city's gateways
    are asked for as much as one city may."""
    if not job.provider.is_own:
        _refuse_crowd()
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
    may = signers.may_sign(row, job.batch.by, job.posts)
    if row.state not in Signature.WAITING or not is_there or not may:
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


def _refuse_crowd() -> None:
    """A gateway that does not answer holds no more than some of the workers that all cities share.
    Call in the transaction that claims. Raises NotDone."""
    with connection.cursor() as cursor:  # one after the other, so that each counts the others
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema() || ':signing'))")
    gateways = [name for name, one in providers.items() if not one.is_own]
    busy = Signature.objects.filter(
        state__in=Signature.UNDER_WAY, provider__in=gateways, lease_until__gt=now()
    ).count()
    if busy >= AT_ONCE:
        raise NotDone(f"{busy} letters of this city are at a gateway")


def _look_and_keep(
    job: _Job, attempt: Attempt, signature: Signature, sent: bytes, made: Made
) -> None:
    at = made_at = now()
    root_checked = False
    if made.checked is not None and made.pdf.startswith(sent):
        owner, level = made.checked, made.level
    else:
        _validating(attempt)
        try:
            found = checking.accepted(
                sent, made.pdf, known=job.known, is_certified=job.provider.is_certified,
                before=signature.order - 1, began=attempt.started_at or at,
                mark=job.provider.mark(job.way).size,
            )  # fmt: skip
        except checking.Doubtful as doubt:
            failure = NotKnown(str(doubt), code=doubt.code, answer=made.answer, pdf=made.pdf)
            _not_known(job, attempt, failure)
            if doubt.code == checking.UNFAMILIAR:  # the next letter would end the same way
                _stop(job.batch, _queued(job.batch), str(doubt), code="stopped")
            return
        owner, level = found.finding.owner, found.finding.level or made.level
        root_checked = found.root_checked
        made_at = rules.signed_at(found.finding.made_at, began=attempt.started_at, at=at)
    try:
        # Stored before anything says that it is signed.
        path, digest = archive.store(signature.letter.code, made.pdf)
    except OSError:
        _not_known(job, attempt, NotKnown("Surat yang sudah ditandatangani tidak bisa disimpan.",
                                          code="store", answer=made.answer))  # fmt: skip
        return
    answer = rules.cleaned(made.answer, job.passphrase, job.who.identity)
    accepting.accept(
        attempt, path=path, sha256=digest, size=len(made.pdf), owner=owner,
        level=level, is_certified=job.provider.is_certified, root_checked=root_checked,
        answer=answer, at=at, made_at=made_at,
    )  # fmt: skip


@transaction.atomic
def _validating(attempt: Attempt) -> None:
    Signature.objects.filter(pk=attempt.signature_id, state=S.SIGNING).update(state=S.VALIDATING)
    Attempt.objects.filter(pk=attempt.pk, state=A.SIGNING).update(state=A.VALIDATING)


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
