"""One confirmation by an official: which letters it is for, and in which order workers take them.

A gateway may lock an official out after a few wrong passphrases, and a gateway that is silent holds
a worker for two minutes. So the first letter is sent alone; once it is signed the others go on in a
few lanes, each of which takes its next letter when the last one is done.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken
from messaging import outbox
from messaging.work import Payload
from services.signing import accounts, secret, signers
from services.signing.models import Attempt, Batch, Signature
from services.signing.providers import providers

MOST = 100  # letters of one confirmation
LANES = 4  # letters of one confirmation that a gateway is asked for at the same time
A = Attempt.State


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
        .filter(
            signers.at_posts(signers.posts_today(by)),
            pk__in=wanted,
            signer=by,
            is_held=False,
            state__in=Signature.WAITING,
        )
        .order_by("pk")
    )
    busy = set(
        Attempt.objects.filter(signature__in=rows, state__in=(A.QUEUED, A.SIGNING, A.VALIDATING))
        .values_list("signature_id", flat=True)
    )  # fmt: skip
    rows = [row for row in rows if row.pk not in busy]
    if not rows:
        raise RuleBroken("Pilih dulu suratnya: tidak ada yang menunggu tanda tangan Anda.")
    name = _one_provider(rows)
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
    ids = [one.pk for one in tries]
    size = providers[name].at_once
    _enqueue(made.pk, reference, ids[:size], ids[size:], is_first=True)
    audit.record("signing.ordered", actor=by, subject="signing_batch", subject_id=made.pk,
                 detail={"letters": len(rows)})  # fmt: skip
    return made


def _one_provider(rows: Sequence[Signature]) -> str:
    """Who makes these signatures now. One passphrase goes to one provider. Raises RuleBroken,
    NotThere."""
    names = {accounts.opened(name)[0] for name in {row.provider for row in rows}}
    if len(names) > 1:
        raise RuleBroken(
            "Surat yang dicentang ditandatangani dengan cara yang berbeda, dan frasa sandinya "
            "lain. Tandatangani satu kelompok dulu."
        )
    return names.pop()


def _enqueue(
    batch_id: int, reference: str, now: Sequence[int], then: Sequence[int], *, is_first: bool
) -> None:
    payload: dict[str, object] = {
        "batch_id": batch_id, "attempts": list(now), "then": list(then), "secret": reference,
        "is_first": is_first,
    }  # fmt: skip
    outbox.enqueue("signing.sign", payload, key=f"sign:{batch_id}:{now[0]}")


def go_on(payload: Payload) -> None:
    """After a letter: the next of its lane. After the first that a gateway signed, all lanes. Call
    in the transaction that marks the letter's work as done."""
    then, is_first = list(payload.get("then", [])), bool(payload.get("is_first", False))
    if not then or not Attempt.objects.filter(pk__in=then, state=A.QUEUED).exists():
        return
    has_signed = Attempt.objects.filter(pk__in=payload["attempts"], state=A.SIGNED).exists()
    is_proven = has_signed or not is_first
    lanes = LANES if is_first and has_signed else 1
    for lane in range(min(lanes, len(then))):
        mine = then[lane::lanes]
        _enqueue(payload["batch_id"], payload["secret"], mine[:1], mine[1:], is_first=not is_proven)
