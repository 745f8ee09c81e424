"""Outcomes that nobody knows, found out by a person: by a file that came back after all, or by a
word with a reason. Both stand in the audit log."""

from datetime import datetime, timedelta
from enum import Enum

from cryptography import x509
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from audit import actions as audit
from kernel.clock import now
from kernel.errors import NotThere, RuleBroken, Stale
from messaging import outbox
from services.letters import archive
from services.signing import (
    accepting,
    accounts,
    apart,
    certificates,
    checking,
    rules,
    signers,
    trust,
)
from services.signing.identities import learn
from services.signing.models import Attempt, Signature
from services.signing.providers import Failure, Provider, Way
from tenants.office import queries as office
from tenants.registry.current import city

KNOWN = "Hasil tanda tangan ini sudah diketahui. Tidak ada yang berubah."
ASK_FIRST = (
    "Minta penanda tangannya menekan Tanyakan keadaan sertifikat di halaman Sertifikat saya, lalu "
    "unggah lagi."
)
SAY_SO = "Penanda tangannya bisa menyatakan di halaman ini bahwa sertifikat itu miliknya."
FORGOTTEN = timedelta(minutes=5)  # after which a question without an answer may be asked again


def seen_attempt(attempt_id: int, by: User, at: datetime) -> Attempt:
    """An attempt, for its signer while they hold the post, or who administers the city. Raises
    NotThere."""
    found = (
        Attempt.objects.select_related("signature__letter", "signature__signer", "settled_by")
        .filter(pk=attempt_id)
        .first()
    )
    today = at.astimezone(city().tz).date()
    if found is not None and (
        signers.may_sign(found.signature, by, office.posts_of(by, today))
        or office.is_admin(by, today)
    ):
        return found
    raise NotThere("Percobaan ini tidak ditemukan.")


def unknown_attempt(attempt_id: int, by: User, at: datetime) -> Attempt:
    """An attempt whose outcome is not known, for its signer or who administers the city. Raises
    NotThere, Stale once it is settled."""
    found = seen_attempt(attempt_id, by, at)
    is_open = found.state == Attempt.State.UNKNOWN and found.settled_at is None
    if not is_open or found.signature.state != Signature.State.UNKNOWN:
        raise Stale(KNOWN)
    return found


class Looked(Enum):
    """What came of looking again."""

    SIGNED = "signed"
    ASKED = "asked"  # a worker asks the gateway
    NOTHING = "nothing"


def examine(*, attempt_id: int, by: User, at: datetime) -> Looked:
    """Look again at what came back; where it is not the letter, or nothing came, and the gateway
    keeps files, a worker asks for it. Raises NotThere, Stale, and RuleBroken for a file that is not
    this letter with this official's signature."""
    attempt = unknown_attempt(attempt_id, by, at)
    doubt: checking.Doubtful | None = None
    if attempt.returned:
        try:
            pdf = archive.read(attempt.returned)
            if _take(attempt, pdf, by=by, at=at, reason="Berkas yang kembali diperiksa."):
                return Looked.SIGNED
            raise Stale(KNOWN)
        except checking.Doubtful as found:
            doubt = found
    provider, _way = _opened(attempt)
    if provider.keeps(attempt.answer):
        _order_recall(attempt, by, at)
        return Looked.ASKED
    if doubt is not None:
        raise RuleBroken(str(doubt))
    return Looked.NOTHING


@transaction.atomic
def _order_recall(attempt: Attempt, by: User, at: datetime) -> None:
    """Once while no answer is there; a worker that died with it is forgotten after a while."""
    free = Q(asked_at=None) | Q(asked_at__lt=at - FORGOTTEN)
    if Attempt.objects.filter(free, pk=attempt.pk).update(asked_at=at, asked_said=""):
        outbox.enqueue(
            "signing.recall", {"attempt_id": attempt.pk, "by": by.pk},
            key=f"sign-recall:{attempt.pk}:{int(at.timestamp())}",
        )  # fmt: skip


def is_asking(attempt: Attempt, at: datetime) -> bool:
    """Whether a worker is on its way to ask the gateway for the file."""
    return attempt.asked_at is not None and attempt.asked_at > at - FORGOTTEN


def recall(*, attempt_id: int, by: User, at: datetime) -> None:
    """Ask the gateway for the file once more, keep it, and look at it. For a worker, outside a
    transaction; what came of it stands in the attempt."""
    try:
        attempt = unknown_attempt(attempt_id, by, at)
        provider, way = _opened(attempt)
        said = _recalled(attempt, provider, way, by, at)
    except (NotThere, RuleBroken, Stale) as error:
        said = error.message
    except Failure as failure:
        said = failure.said
    recall_ended(attempt_id, said)


def recall_ended(attempt_id: int, said: str) -> None:
    Attempt.objects.filter(pk=attempt_id).update(asked_at=None, asked_said=said[:300])


def _recalled(attempt: Attempt, provider: Provider, way: Way, by: User, at: datetime) -> str:
    pdf = provider.recall(way, attempt.answer)
    if pdf is None:
        return "Gateway tidak punya berkasnya, atau tidak memberikannya lagi."
    # The gateway gives it once: it is kept before it is judged.
    _keep_returned(attempt, pdf)
    try:
        _take(attempt, pdf, by=by, at=at, reason="Berkas diambil lagi dari gateway.")
    except checking.Doubtful as doubt:
        Attempt.objects.filter(pk=attempt.pk).update(code=doubt.code)
        return str(doubt)
    return ""


def _keep_returned(attempt: Attempt, pdf: bytes) -> None:
    attempt.returned, _digest = archive.store(attempt.signature.letter.code, pdf)
    Attempt.objects.filter(pk=attempt.pk).update(returned=attempt.returned)


def hand_in(*, attempt_id: int, pdf: bytes, by: User, at: datetime) -> None:
    """A person brings the signed file, from the gateway's own pages. Raises NotThere, Stale,
    RuleBroken for what is not this letter with this official's signature."""
    attempt = unknown_attempt(attempt_id, by, at)
    try:
        apart.findings(pdf)  # what takes too much is not read here: this thread serves all cities
    except checking.Unreadable:
        raise RuleBroken(
            "Berkas itu tidak bisa dibaca sebagai PDF yang ditandatangani.", field="file"
        ) from None
    try:
        is_taken = _take(attempt, pdf, by=by, at=at, reason="Berkas dari gateway diunggah.")
    except checking.Unfamiliar as stranger:
        provider, _way = _opened(attempt)
        if not (provider.is_certified and trust.has_roots()):
            raise RuleBroken(f"{stranger} {ASK_FIRST}", field="file") from None
        # It leads to a trusted root: its owner may say whose it is.
        _keep_returned(attempt, pdf)
        Attempt.objects.filter(pk=attempt.pk).update(code=stranger.code)
        raise RuleBroken(f"{stranger} {SAY_SO}", field="file") from None
    except checking.Doubtful as doubt:
        raise RuleBroken(str(doubt), field="file") from None
    if not is_taken:
        raise Stale(KNOWN)


def stranger_of(attempt: Attempt) -> checking.Finding | None:
    """The newest signature of the file that came back, where its certificate is not known yet."""
    if attempt.code != checking.UNFAMILIAR or not attempt.returned:
        return None
    try:
        found = checking.findings(archive.read(attempt.returned))
    except (OSError, checking.Unreadable):
        return None
    return next((one for one in found if one.covers_all and one.is_intact), None)


def confirm(*, attempt_id: int, fingerprint: str, by: User, at: datetime) -> None:
    """The signer says that the certificate of the file that came back is theirs: it is kept, and
    the file is taken. Raises NotThere, Stale, RuleBroken."""
    attempt = unknown_attempt(attempt_id, by, at)
    found = stranger_of(attempt)
    if attempt.signature.signer_id != by.pk or found is None or found.fingerprint != fingerprint:
        raise NotThere("Tidak ada sertifikat yang menunggu konfirmasi Anda pada percobaan ini.")
    with transaction.atomic():
        learn(by, attempt.provider, x509.load_der_x509_certificate(found.chain[0]), at)
        audit.record("certificate.confirmed", actor=by, subject="attempt", subject_id=attempt.pk,
                     detail={"fingerprint": found.fingerprint})  # fmt: skip
    try:
        _take(attempt, archive.read(attempt.returned), by=by, at=at,
              reason="Sertifikatnya dikenali oleh pemiliknya.")  # fmt: skip
    except checking.Doubtful as doubt:
        raise RuleBroken(str(doubt)) from None


def _opened(attempt: Attempt) -> tuple[Provider, Way]:
    _name, provider, way = accounts.opened(attempt.provider)
    return provider, way


def _take(attempt: Attempt, pdf: bytes, *, by: User, at: datetime, reason: str) -> bool:
    """Raises Doubtful."""
    row, letter = attempt.signature, attempt.signature.letter
    provider, way = _opened(attempt)
    own = certificates.own(row.signer, attempt.provider)
    began = attempt.started_at or at
    found = checking.accepted(
        archive.read(letter.file), pdf, known=own.fingerprint if own is not None else None,
        is_certified=provider.is_certified, before=row.order - 1, began=began,
        mark=provider.mark(way).size,
    )  # fmt: skip
    path, digest = archive.store(letter.code, pdf)
    one = found.finding
    return accepting.accept(
        attempt, path=path, sha256=digest, size=len(pdf), owner=one.owner, level=one.level,
        is_certified=provider.is_certified, root_checked=found.root_checked, answer={}, at=at,
        made_at=rules.signed_at(one.made_at, began=began, at=now()), by=by, reason=reason,
    )  # fmt: skip


@transaction.atomic
def declare_failed(*, attempt_id: int, by: User, reason: str, at: datetime) -> Signature:
    """A person has found out that nothing was signed: the letter waits for its signature again.
    Raises NotThere, Stale, RuleBroken without a reason."""
    attempt = unknown_attempt(attempt_id, by, at)
    words = rules.reason_of(reason)
    row = Signature.objects.select_for_update(of=("self",)).get(pk=attempt.signature_id)
    attempt = Attempt.objects.select_for_update(of=("self",)).get(pk=attempt_id)
    if row.state != Signature.State.UNKNOWN or attempt.settled_at is not None:
        raise Stale(KNOWN)
    attempt.settled_by, attempt.settled_at, attempt.settled_for = by, at, words
    attempt.save(update_fields=["settled_by", "settled_at", "settled_for"])
    row.state, row.said = (
        Signature.State.FAILED,
        "Dinyatakan belum ditandatangani. Tandatangani lagi.",
    )
    row.save(update_fields=["state", "said"])
    audit.record(
        "signature.declared_failed", actor=by, subject="letter", subject_id=row.letter_id,
        detail={"signature": row.pk, "attempt": attempt.pk},
    )  # fmt: skip
    return row
