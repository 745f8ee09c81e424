"""A visit is scheduled, filled in and told to be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.once import reading_once
from kernel.text import tidy
from services.cases import documents, route
from services.cases.decisions import post_held, refuse_taken
from services.cases.kinds import AtHand
from services.cases.models import Step
from services.cases.steps.registry import step_kinds
from services.catalogue import answers as answering
from services.inspections.events import InspectionScheduled
from services.inspections.models import Inspection, InspectionPhoto
from services.inspections.questions import asked, house_at
from services.inspections.spec import INSPECTION, PLACE, InspectionStep
from tenants.registry import stored_files
from tenants.registry.current import city

FOLDER = "kunjungan"  # of photos, below the city's
LATEST = timedelta(days=180)  # how far ahead a visit is scheduled
REASON = 5  # characters


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a form: what is still wrong by key, and whether the visit is done."""

    wrong: Mapping[str, str]
    is_done: bool


def _at_hand(step_id: int, by: User, at: datetime) -> AtHand:
    """Lock the case of an open visit that is this official's to make. Raises NotThere, Stale,
    RuleBroken, also while a colleague has it in hand."""
    hand = route.at_hand(step_id)
    if hand is None or hand.spec.kind != INSPECTION:
        raise NotThere("Pemeriksaan ini tidak ditemukan.")
    post = post_held(by, hand.step, at)
    if hand.step.state != Step.State.OPEN:
        raise Stale("Pemeriksaan ini sudah selesai. Tidak ada yang berubah.")
    refuse_taken(hand.step, by)
    route.refuse_own(by, hand.case)
    return AtHand(hand.case, hand.step, hand.steps, hand.spec, post)


@transaction.atomic
@reading_once()
def schedule(*, step_id: int, when: datetime, by: User, at: datetime) -> Inspection:
    """Say when somebody comes; the applicant is told. Raises NotThere, Stale, RuleBroken."""
    hand = _at_hand(step_id, by, at)
    if not at < when <= at + LATEST:
        raise RuleBroken(
            "Pilih hari dan jam yang akan datang, paling lama setengah tahun lagi.", field="day"
        )
    found = hand.step.inspection
    if found.scheduled_at == when:
        return found
    found.scheduled_at, found.scheduled_by = when, by
    found.times_scheduled += 1
    found.save(update_fields=["scheduled_at", "scheduled_by", "times_scheduled"])
    route.record(hand.case, "case.visit_scheduled", by, step=hand.step.key)
    publish(InspectionScheduled(found.pk, hand.case.pk, found.times_scheduled))
    return found


@transaction.atomic
@reading_once()
def report(
    *, step_id: int, typed: Mapping[str, str], photos: Sequence[documents.Accepted],
    visited_at: datetime | None, result: str, note: str, finish: bool, by: User, at: datetime,
) -> Report:  # fmt: skip
    """Keep what was noted at a visit, and end it where ``finish`` says so and nothing is wrong.
    What is right is kept even when something else is wrong. The photos are judged by the caller.
    Raises NotThere, Stale, RuleBroken."""
    hand = _at_hand(step_id, by, at)
    spec = hand.spec
    assert isinstance(spec, InspectionStep)
    found = hand.step.inspection
    wrong = _keep_photos(found, spec, photos, by, at)
    blueprint = asked(hand.case, spec)
    answers, missing = answering.clean(blueprint, typed, house_at(hand.case, at))
    wrong |= missing
    found.seal_answers(answers)
    _keep_point(found, answers.get(PLACE))
    words = tidy(note)[:1000]
    found.seal_note(words)
    found.save(update_fields=["answers_sealed", "latitude", "longitude", "note_sealed"])
    if not finish:
        return Report({}, is_done=False)
    if found.photos.count() < spec.photos_min:
        wrong["photos"] = f"Ambil paling sedikit {spec.photos_min} foto."
    if result not in Inspection.Result.values:
        wrong["result"] = "Pilih hasilnya: sesuai atau tidak sesuai."
    if result == Inspection.Result.DIFFERS and len(words) < REASON:
        wrong["note"] = "Tulis apa yang tidak sesuai, supaya pemohon tahu."
    if visited_at is None or not hand.step.opened_at - timedelta(days=1) <= visited_at <= at:
        wrong["visited_at"] = "Tulis kapan Anda memeriksa: sesudah berkas tiba, sebelum sekarang."
    if wrong:
        return Report(wrong, is_done=False)
    assert hand.post is not None
    found.result, found.done_at, found.visited_at = result, at, visited_at
    found.done_by, found.title = by, hand.post.title
    found.save(update_fields=["result", "done_at", "visited_at", "done_by", "title"])
    audit.record("inspection.done", actor=by, subject="inspection", subject_id=found.pk)
    _go_on(hand, spec, result, words, by, at)
    return Report({}, is_done=True)


def _go_on(
    hand: AtHand, spec: InspectionStep, result: str, words: str, by: User, at: datetime
) -> None:
    """What the service says about this result."""
    differs = result == Inspection.Result.DIFFERS
    if differs and spec.on_differing == "kembalikan":
        route.give_back(hand, at, by=by, note=words)
    elif differs and spec.on_differing == "tolak":
        route.turn_down(hand, at, by=by, note=words)
    else:
        said = Inspection.Result(result).label
        note = f"{said}: {words}" if words else f"{said}."
        step_kinds[INSPECTION].complete(hand, at, by=by, note=note)


def _keep_photos(
    found: Inspection, spec: InspectionStep, photos: Sequence[documents.Accepted], by: User,
    at: datetime,
) -> dict[str, str]:  # fmt: skip
    """Keep the photos there is room for; the same one is kept once."""
    have = set(found.photos.values_list("sha256", flat=True))
    for photo in photos:
        if photo.sha256 in have:
            continue
        if len(have) >= spec.photos_max:
            return {"photos": f"Paling banyak {spec.photos_max} foto. Hapus satu, lalu coba lagi."}
        InspectionPhoto.objects.create(
            inspection=found,
            path=stored_files.keep_within_plan(FOLDER, photo.content, photo.suffix),
            media_type=photo.media_type, size=len(photo.content), sha256=photo.sha256,
            added_by=by, added_at=at,
        )  # fmt: skip
        have.add(photo.sha256)
    return {}


def _keep_point(found: Inspection, place: object) -> None:
    point = place if isinstance(place, dict) else {}
    north, east = point.get("lintang"), point.get("bujur")
    found.latitude = Decimal(north) if north else None
    found.longitude = Decimal(east) if east else None


@transaction.atomic
@reading_once()
def remove_photo(*, photo_id: int, by: User, at: datetime) -> int:
    """Take a photo away before the visit is done; the id of its step. Raises NotThere, Stale,
    RuleBroken."""
    photo = InspectionPhoto.objects.select_related("inspection").filter(pk=photo_id).first()
    if photo is None:
        raise NotThere("Foto ini tidak ditemukan.")
    hand = _at_hand(photo.inspection.step_id, by, at)
    path = photo.path
    photo.delete()
    transaction.on_commit(lambda: stored_files.forget(path))
    return hand.step.pk


def local(moment: datetime) -> datetime:
    """A moment on the city's clocks."""
    return moment.astimezone(city().tz)
