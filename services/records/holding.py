"""Holds: what must not be destroyed, by whom and why; and what a review keeps for good."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.nik import holds_sixteen_digits
from kernel.text import line
from services.records.access import NOT_YOURS, Reach
from services.records.models import ArchiveItem, Destruction, LegalHold, RetentionClass

SHORTEST = 5


def _reason(text: str, field: str = "reason") -> str:
    said = line(text)[:300]
    if len(said) < SHORTEST:
        raise RuleBroken("Tulis alasannya, misalnya nomor perkara atau pemeriksaan.", field=field)
    if holds_sixteen_digits(said):
        raise RuleBroken("Jangan menulis NIK atau nomor KK di sini.", field=field)
    return said


def locked(item_id: int, reach: Reach) -> ArchiveItem:
    """An item of an office whose archive somebody keeps: an official of it, or an administrator.
    Raises NotThere."""
    item = ArchiveItem.objects.select_for_update(of=("self",)).filter(pk=item_id).first()
    if item is None or not (reach.writes(item.unit_id) or reach.whole_city):
        raise NotThere(NOT_YOURS)
    return item


@transaction.atomic
def hold(*, item_id: int, reason: str, reach: Reach, by: User, at: datetime) -> LegalHold:
    """From now on nobody destroys it; it leaves a proposal that has it. Raises NotThere, Stale,
    RuleBroken."""
    item = locked(item_id, reach)
    said = _reason(reason)
    if item.destroyed_at is not None:
        raise Stale("Arsip ini sudah dimusnahkan.")
    made = LegalHold.objects.create(item=item, reason=said, by=by, since=at)
    if item.destruction_id is not None and _is_proposed(item.destruction_id):
        item.destruction = None
        item.save(update_fields=["destruction"])
    audit.record("archive.held", actor=by, subject="archive", subject_id=item.pk)
    return made


def _is_proposed(destruction_id: int) -> bool:
    return Destruction.objects.filter(pk=destruction_id, state=Destruction.State.PROPOSED).exists()


@transaction.atomic
def lift(*, hold_id: int, reason: str, reach: Reach, by: User, at: datetime) -> LegalHold:
    """It may be destroyed again, once no other hold is in force. Raises NotThere, Stale,
    RuleBroken."""
    found = LegalHold.objects.filter(pk=hold_id).first()
    if found is None:
        raise NotThere(NOT_YOURS)
    locked(found.item_id, reach)
    found = LegalHold.objects.select_for_update().get(pk=hold_id)
    if found.lifted_at is not None:
        raise Stale("Penahanan ini sudah dicabut.")
    found.lifted_for, found.lifted_at, found.lifted_by = _reason(reason), at, by
    found.save(update_fields=["lifted_for", "lifted_at", "lifted_by"])
    audit.record("archive.released", actor=by, subject="archive", subject_id=found.item_id)
    return found


@transaction.atomic
def keep_for_good(
    *, item_id: int, reason: str, reach: Reach, by: User, at: datetime
) -> ArchiveItem:
    """What was to be reviewed is kept for good. Raises NotThere, Stale, RuleBroken."""
    item = locked(item_id, reach)
    said = _reason(reason)
    if item.destroyed_at is not None or item.destruction_id is not None:
        raise Stale("Arsip ini sudah diusulkan untuk dimusnahkan.")
    if item.fate != RetentionClass.Fate.REVIEW:
        raise RuleBroken("Hanya arsip yang dinilai kembali yang dapat ditetapkan permanen di sini.")
    item.fate, item.kept_for, item.kept_by = RetentionClass.Fate.KEEP, said, by
    item.save(update_fields=["fate", "kept_for", "kept_by"])
    audit.record("archive.kept", actor=by, subject="archive", subject_id=item.pk)
    return item
