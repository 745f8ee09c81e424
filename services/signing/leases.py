"""Signatures whose worker died: after their lease nobody knows whether they were made."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from services.signing import making
from services.signing.models import Attempt, Signature

LOST = "Server berhenti saat surat ini ditandatangani, jadi hasilnya belum diketahui."
_BEGUN = (Attempt.State.SIGNING, Attempt.State.VALIDATING)


def end_of(attempt_ids: Sequence[int], *, at: datetime) -> int:
    """Those of these attempts that were begun and whose worker has died; how many."""
    begun = Attempt.objects.filter(pk__in=list(attempt_ids), state__in=_BEGUN)
    return sum(_end(pk, at) for pk in begun.values_list("pk", flat=True))


def end_overdue(*, at: datetime) -> int:
    """Every one whose lease is over; how many. One query where there is none."""
    over = Attempt.objects.filter(
        state__in=_BEGUN, signature__state__in=Signature.UNDER_WAY,
        signature__lease_until__lt=at,
    )  # fmt: skip
    return sum(_end(pk, at) for pk in over.order_by("pk").values_list("pk", flat=True)[:500])


@transaction.atomic
def _end(attempt_id: int, at: datetime) -> bool:
    row = Signature.objects.select_for_update(of=("self",)).get(attempts=attempt_id)
    attempt = Attempt.objects.get(pk=attempt_id)
    is_over = row.lease_until is not None and row.lease_until < at
    if attempt.state not in _BEGUN or not is_over:
        return False
    making.become_unknown(row, attempt, LOST, "worker")
    return True


def give_up(attempt_ids: Sequence[int], *, at: datetime) -> None:
    """Those never begun wait for another confirmation."""
    Attempt.objects.filter(pk__in=list(attempt_ids), state=Attempt.State.QUEUED).update(
        state=Attempt.State.FAILED, code="stopped", ended_at=at,
        said="Terjadi gangguan pada sistem, jadi surat ini belum dicoba. Tandatangani lagi.",
    )  # fmt: skip
