"""Outcomes that nobody knows, found out by a person: by a file that came back after all, or by a
word with a reason. Both stand in the audit log."""

from collections.abc import Callable
from datetime import datetime

from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from services.letters import archive
from services.signing import accounts, checking, making, rules
from services.signing.identities import identity_of
from services.signing.models import Attempt, Signature
from services.signing.providers import Failure, Provider, Way, Who
from tenants.office import queries as office
from tenants.registry.current import city

DECLARED = "declared"


def seen_attempt(attempt_id: int, by: User, at: datetime) -> Attempt:
    """An attempt, for its signer or who administers the city. Raises NotThere."""
    found = (
        Attempt.objects.select_related("signature__letter", "signature__signer", "settled_by")
        .filter(pk=attempt_id)
        .first()
    )
    today = at.astimezone(city().tz).date()
    if found is None or (found.signature.signer_id != by.pk and not office.is_admin(by, today)):
        raise NotThere("Percobaan ini tidak ditemukan.")
    return found


def unknown_attempt(attempt_id: int, by: User, at: datetime) -> Attempt:
    """An attempt whose outcome is not known, for its signer or who administers the city. Raises
    NotThere, Stale once it is settled."""
    found = seen_attempt(attempt_id, by, at)
    is_open = found.state == Attempt.State.UNKNOWN and found.settled_at is None
    if not is_open or found.signature.state != Signature.State.UNKNOWN:
        raise Stale("Hasil tanda tangan ini sudah diketahui. Tidak ada yang berubah.")
    return found


def examine(*, attempt_id: int, by: User, at: datetime) -> bool:
    """Look again at what came back, or ask the gateway for it where it keeps files; whether the
    letter is signed now. Call outside a transaction. Raises NotThere, Stale, RuleBroken."""
    attempt = unknown_attempt(attempt_id, by, at)
    if attempt.returned:
        with default_storage.open(attempt.returned) as file:
            return _take(
                attempt, file.read(), by=by, at=at, reason="Berkas yang kembali diperiksa."
            )
    provider, way = _opened(attempt)
    try:
        pdf = provider.recall(way, attempt.answer)
    except Failure as failure:
        raise RuleBroken(failure.said) from None
    if pdf is None:
        return False
    return _take(attempt, pdf, by=by, at=at, reason="Berkas diambil lagi dari gateway.")


def hand_in(*, attempt_id: int, pdf: bytes, by: User, at: datetime) -> None:
    """A person brings the signed file, from the gateway's own pages. Raises NotThere, Stale,
    RuleBroken for what is not this letter with this official's signature."""
    attempt = unknown_attempt(attempt_id, by, at)
    if not _take(attempt, pdf, by=by, at=at, reason="Berkas dari gateway diunggah."):
        raise Stale("Hasil tanda tangan ini sudah diketahui. Tidak ada yang berubah.")


def _opened(attempt: Attempt) -> tuple[Provider, Way]:
    _name, provider, way = accounts.opened(attempt.provider)
    return provider, way


def _take(attempt: Attempt, pdf: bytes, *, by: User, at: datetime, reason: str) -> bool:
    row, letter = attempt.signature, attempt.signature.letter
    provider, way = _opened(attempt)
    name = identity_of(row.signer, way) if provider.asks_identity else ""
    expected = _expected(lambda: provider.expected(way, Who(row.signer_id, row.signer_name, name)))
    with default_storage.open(letter.file) as file:
        sent = file.read()
    try:
        found = checking.accepted(
            sent, pdf, expected=expected, name=row.signer_name, before=row.order - 1,
            mark=provider.mark(way),
        )  # fmt: skip
    except checking.Doubtful as doubt:
        raise RuleBroken(str(doubt), field="file") from None
    path, digest = archive.store(letter.code, pdf)
    return making.accept(
        attempt, path=path, sha256=digest, size=len(pdf), owner=found.owner,
        level=found.level, is_certified=provider.is_certified, answer={}, at=at, by=by,
        reason=reason,
    )  # fmt: skip


def _expected(ask: Callable[[], str | None]) -> str | None:
    try:
        return ask()
    except Failure as failure:
        raise RuleBroken(failure.said) from None


@transaction.atomic
def declare_failed(*, attempt_id: int, by: User, reason: str, at: datetime) -> Signature:
    """A person has found out that nothing was signed: the letter waits for its signature again.
    Raises NotThere, Stale, RuleBroken without a reason."""
    attempt = unknown_attempt(attempt_id, by, at)
    words = rules.reason_of(reason)
    row = Signature.objects.select_for_update(of=("self",)).get(pk=attempt.signature_id)
    attempt = Attempt.objects.select_for_update(of=("self",)).get(pk=attempt_id)
    if row.state != Signature.State.UNKNOWN or attempt.settled_at is not None:
        raise Stale("Hasil tanda tangan ini sudah diketahui. Tidak ada yang berubah.")
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
