"""Destroying what reached its fate: proposed by one person, approved by another, done by a worker.

Files, answers and words are destroyed; the row of the case or letter, its steps, the audit log
and the line in the archive stay. A hold stops it at any moment, also after the approval.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from audit import actions as audit
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.text import line
from messaging import outbox
from services.cases import destroying as cases
from services.cases.models import Case
from services.letters import actions as letters
from services.records.access import NOT_YOURS, Reach
from services.records.archive import DUE
from services.records.models import (
    ArchiveItem,
    Destruction,
    EntryScan,
    LegalHold,
    PaperScan,
)
from services.records.registers import ENDED
from services.signing import ordering as signatures
from tenants.office.roles import Can, can
from tenants.registry import stored_files
from tenants.registry.current import city

KIND = "records.destroy"
MOST = 2000  # of one proposal
BATCH = 20  # destroyed in one transaction
State = Destruction.State


def may_decide(reach: Reach, unit_id: int) -> bool:
    """Heads decide on the archive of their office, administrators on each of the city."""
    return reach.whole_city or reach.heads(unit_id)


def title_of(reach: Reach, unit_id: int) -> str:
    """The post by which somebody acts on the archive of an office."""
    here = [post for post in reach.posts if post.unit_id == unit_id]
    here.sort(key=lambda post: not can(post.role, Can.HEADS))
    return here[0].title if here else "Admin kota"


@transaction.atomic
def propose(
    *, unit_id: int, item_ids: Sequence[int], reach: Reach, by: User, at: datetime
) -> Destruction:
    """Propose to destroy items of an office. Raises NotThere, RuleBroken, Stale."""
    unit = reach.writable(unit_id)
    wanted = list(dict.fromkeys(item_ids))
    if not wanted:
        raise RuleBroken("Pilih dulu arsip yang diusulkan.")
    if len(wanted) > MOST:
        raise RuleBroken(f"Paling banyak {MOST:,} arsip sekali usul.".replace(",", "."))
    rows = ArchiveItem.objects.select_for_update(of=("self",)).filter(pk__in=wanted, unit=unit)
    items = list(rows.order_by("pk"))
    if len(items) != len(wanted):
        raise NotThere(NOT_YOURS)
    today = at.astimezone(city().tz).date()
    for item in items:
        if item.destruction_id is not None:
            raise Stale(f"{item.number} sudah diusulkan orang lain. Muat ulang daftarnya.")
        if item.fate not in DUE or item.fate_on is None or item.fate_on > today:
            raise RuleBroken(f"Masa simpan {item.number} belum habis, atau arsip ini permanen.")
    _refuse_held(items)
    made = Destruction.objects.create(
        unit=unit, proposed_by=by, proposed_title=title_of(reach, unit_id), proposed_at=at
    )
    ArchiveItem.objects.filter(pk__in=[item.pk for item in items]).update(destruction=made)
    audit.record(
        "archive.destruction_proposed", actor=by, subject="destruction", subject_id=made.pk,
        detail={"unit": unit.pk, "items": len(items)},
    )  # fmt: skip
    return made


def _refuse_held(items: Sequence[ArchiveItem]) -> None:
    held = LegalHold.objects.filter(item__in=items, lifted_at=None).select_related("item")
    numbers = list(dict.fromkeys(one.item.number for one in held[:10]))
    if numbers:
        raise RuleBroken(
            f"Ditahan, jadi tidak boleh dimusnahkan: {', '.join(numbers)}. Keluarkan dari usulan."
        )


def _locked(pk: int, reach: Reach) -> Destruction:
    """Raises NotThere, Stale."""
    rows = Destruction.objects.select_for_update(of=("self",)).select_related("unit")
    found = rows.filter(pk=pk, unit__in=reach.ids).first()
    if found is None:
        raise NotThere(NOT_YOURS)
    if found.state != State.PROPOSED:
        raise Stale("Usulan ini sudah diputuskan.")
    return found


@transaction.atomic
def approve(*, pk: int, basis: str, reach: Reach, by: User, at: datetime) -> Destruction:
    """Another person agrees; a worker destroys it. Raises NotThere, Stale, RuleBroken."""
    found = _locked(pk, reach)
    _refuse_deciding(found, reach, by)
    said = line(basis)[:200]
    if len(said) < 5:
        raise RuleBroken("Tulis nomor persetujuan pemusnahannya.", field="basis")
    items = list(found.items.select_for_update(of=("self",)).order_by("pk"))
    if not items:
        raise RuleBroken("Tidak ada lagi arsip di usulan ini: semuanya ditahan.")
    if not any(_is_due(item, at) for item in items):
        raise RuleBroken(
            "Jadwal retensinya berubah sesudah diusulkan: tidak ada lagi arsip di usulan ini yang "
            "jatuh tempo. Tolak usulan ini."
        )
    _refuse_held(items)
    found.state, found.basis = State.APPROVED, said
    found.decided_by, found.decided_at = by, at
    found.decided_title = title_of(reach, found.unit_id)
    found.save()
    audit.record(
        "archive.destruction_approved", actor=by, subject="destruction", subject_id=found.pk,
        detail={"items": len(items)},
    )  # fmt: skip
    _order(found.pk, 0)
    return found


@transaction.atomic
def refuse(*, pk: int, reason: str, reach: Reach, by: User, at: datetime) -> Destruction:
    """What was proposed is due as before. Raises NotThere, Stale, RuleBroken."""
    found = _locked(pk, reach)
    _refuse_deciding(found, reach, by)
    said = line(reason)[:300]
    if len(said) < 5:
        raise RuleBroken("Tulis mengapa usulan ini tidak disetujui.", field="reason")
    found.state, found.reason, found.decided_by, found.decided_at = State.REFUSED, said, by, at
    found.decided_title = title_of(reach, found.unit_id)
    found.save()
    found.items.update(destruction=None)
    audit.record(
        "archive.destruction_refused", actor=by, subject="destruction", subject_id=found.pk
    )
    return found


def _refuse_deciding(found: Destruction, reach: Reach, by: User) -> None:
    if not may_decide(reach, found.unit_id):
        raise RuleBroken("Yang memutuskan adalah kepala kantor atau admin kota.")
    if found.proposed_by_id == by.pk:
        raise RuleBroken("Anda yang mengusulkan. Orang lain yang memutuskan.")


# --- what a worker does -------------------------------------------------------------------------


def _is_due(item: ArchiveItem, at: datetime) -> bool:
    """Whether the schedule of today still says so: it may have changed since the proposal."""
    day = at.astimezone(city().tz).date()
    return item.fate in DUE and item.fate_on is not None and item.fate_on <= day


def _order(pk: int, after: int) -> None:
    outbox.enqueue(KIND, {"destruction": pk, "after": after}, key=f"destroy:{pk}:{after}")


def destroy_some(payload: Mapping[str, Any], *, at: datetime) -> None:
    """Destroy the next items of an act, and order the rest."""
    act = Destruction.objects.select_for_update().get(pk=payload["destruction"])
    if act.state != State.APPROVED:
        return
    rows: QuerySet[ArchiveItem] = act.items.select_for_update(of=("self",)).filter(
        pk__gt=payload["after"], destroyed_at=None
    )
    items = list(rows.order_by("pk")[:BATCH])
    held = set(
        LegalHold.objects.filter(item__in=items, lifted_at=None).values_list("item", flat=True)
    )
    gone: list[str] = []
    for item in items:
        if item.pk in held or not _is_due(item, at) or not _has_ended(item):
            item.destruction = None
            item.save(update_fields=["destruction"])
            act.spared += 1
            audit.record("archive.spared", actor=None, subject="archive", subject_id=item.pk)
            continue
        gone += _destroy(item, at)
        item.destroyed_at = at
        item.save(update_fields=["destroyed_at"])
        act.destroyed += 1
        audit.record(
            "archive.destroyed", actor=act.decided_by, subject="archive", subject_id=item.pk,
            detail={"destruction": act.pk},
        )  # fmt: skip
    act.files += len(gone)
    if len(items) < BATCH:
        act.state, act.done_at = State.DONE, at
    else:
        _order(act.pk, items[-1].pk)
    act.save()
    for path in gone:
        transaction.on_commit(partial(stored_files.forget, path))


def _has_ended(item: ArchiveItem) -> bool:
    """A case that was opened again meanwhile is not destroyed."""
    if item.case_id is None:
        return True
    return Case.objects.select_for_update().filter(pk=item.case_id, state__in=ENDED).exists()


def _destroy(item: ArchiveItem, at: datetime) -> list[str]:
    """Destroy what an item is about; the paths of files to delete after the commit."""
    if item.case_id is not None:
        return cases.destroy(item.case_id, at=at)
    if item.letter_id is not None:
        signatures.forget_files(item.letter_id)
        return letters.destroy(item.letter_id, at=at)
    scans: Any = (
        EntryScan.objects.filter(entry=item.entry_id)
        if item.entry_id is not None
        else PaperScan.objects.filter(record=item.paper_id)
    )
    paths = list(scans.exclude(path="").values_list("path", flat=True))
    scans.update(path="")
    return paths
