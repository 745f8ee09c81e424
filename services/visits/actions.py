"""Visits are planned, cancelled and reported from the field."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.tanggal import moment_text
from kernel.text import tidy
from services.applications.models import Application
from services.cases import documents
from services.cases.models import Case
from services.cases.route import record, refuse_own, today_of
from services.residents.sealing import seal
from services.results import handing
from services.results.handing import Taker
from services.results.models import Result
from services.visits import queries
from services.visits.events import StopCancelled, StopPlanned
from services.visits.models import Stop, Visit, VisitOfficer, VisitWish
from tenants.office import absences
from tenants.office.models import Post, Unit
from tenants.registry import stored_files
from tenants.registry.current import city

FOLDER = "kunjungan-rumah"  # of photos and signatures, below the city's
LATEST = timedelta(days=90)
MOST_STOPS = 40  # of one day
MOST_PHOTOS = 6
CANCELLED = "Kunjungannya dibatalkan."
ENDED = (Case.State.REFUSED, Case.State.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Report:
    """What an official says of a visit. ``taker`` confirms it, and takes what is delivered."""

    outcome: str  # a state of the stop
    note: str = ""
    has_recorded: bool = False
    visited_at: datetime | None = None
    photos: Sequence[documents.Accepted] = ()
    taker: Taker | None = None
    delivers: bool = False


@transaction.atomic
def plan(
    *, posts: Sequence[Post], village: Unit, day: date, officers: Collection[int],
    cases: Collection[int], by: User, at: datetime,
) -> Visit:  # fmt: skip
    """Officials of the office go to a village on a day, for these cases; the applicants are told.
    Raises NotThere, RuleBroken."""
    unit, today = posts[0].unit, today_of(at)
    if village not in queries.villages(unit):
        raise NotThere("Kelurahan atau desa ini bukan wilayah kantor Anda.")
    if not today <= day <= today + LATEST:
        raise RuleBroken("Pilih hari ini atau sesudahnya, paling lama 90 hari lagi.", field="day")
    known = {holding.user_id for holding in absences.holders_at(unit, day)}
    going = sorted(set(officers) & known)
    if not going:
        raise RuleBroken("Pilih paling sedikit satu petugas yang berangkat.", field="officers")
    offered = {one.case.pk for one in queries.candidates(posts, village, today=today)}
    wanted = sorted(set(cases) & offered)
    if not wanted:
        raise RuleBroken("Pilih paling sedikit satu permohonan.", field="cases")
    if len(wanted) > MOST_STOPS:
        raise RuleBroken(f"Paling banyak {MOST_STOPS} permohonan sehari.", field="cases")
    made = Visit.objects.create(unit=unit, village=village, day=day, made_by=by, made_at=at)
    VisitOfficer.objects.bulk_create(VisitOfficer(visit=made, user_id=pk) for pk in going)
    for pk in wanted:
        stop = Stop.objects.create(visit=made, case_id=pk)
        publish(StopPlanned(stop.pk, pk))
    audit.record("visit.planned", actor=by, subject="visit", subject_id=made.pk)
    return made


@transaction.atomic
def cancel(*, visit_id: int, posts: Sequence[Post], by: User, at: datetime) -> Visit:
    """Nobody goes, and those who wait at home are told. Stops that were reported stay; the others
    may be planned again. Raises NotThere, Stale."""
    units = {post.unit_id for post in posts}
    found = Visit.objects.select_for_update().filter(pk=visit_id, unit__in=units).first()
    if found is None:
        raise NotThere(queries.NOT_FOUND)
    if found.cancelled_at is not None:
        raise Stale("Kunjungan ini sudah dibatalkan.")
    found.cancelled_at = at
    found.save(update_fields=["cancelled_at"])
    left = found.stops.filter(state=Stop.State.PLANNED)
    for pk, case_id in left.order_by("pk").values_list("pk", "case"):
        publish(StopCancelled(pk, case_id))
    left.update(state=Stop.State.MISSED, told_at=at, done_by=by, conflict=CANCELLED)
    audit.record("visit.cancelled", actor=by, subject="visit", subject_id=found.pk)
    return found


@transaction.atomic
def wish(*, case: Application, reason: str, by: User, at: datetime) -> None:
    """The applicant asks that somebody comes, or with no reason no longer does. Whoever calls has
    checked whose case it is. Raises RuleBroken, Stale."""
    if not reason:
        VisitWish.objects.filter(case=case).delete()
    elif not queries.may_be_visited(case):
        raise Stale("Permohonan ini sudah berakhir, dan tidak ada hasil yang menunggu diantar.")
    elif reason not in VisitWish.Reason.values:
        raise RuleBroken("Pilih sebabnya.", field="reason")
    else:
        VisitWish.objects.update_or_create(
            case_id=case.pk,
            defaults={"reason_sealed": seal(reason), "said_by": by, "said_at": at},
        )
    audit.record("visit.wished", actor=by, subject=case.kind, subject_id=case.pk)


@transaction.atomic
def report(*, stop_id: int, told: Report, posts: Sequence[Post], by: User, at: datetime) -> Stop:
    """Keep what was done at a visit, and hand over what was delivered. What cannot be done any more
    is said in ``Stop.conflict``, and the rest is kept: who was there does not go again. Files are
    judged by the caller. Raises NotThere, RuleBroken, Stale when it was reported before."""
    seen = queries.stop_of(by, posts, stop_id)
    stop = (
        Stop.objects.select_for_update(of=("self",)).select_related("visit", "case").get(pk=seen.pk)
    )
    was_cancelled = stop.conflict == CANCELLED
    if stop.state != Stop.State.PLANNED and not was_cancelled:
        raise Stale(_known(stop))
    case = Application.of(stop.case)
    refuse_own(by, case)
    _check(told, at)
    post = next(one for one in posts if one.unit_id == stop.visit.unit_id)
    stop.state, stop.has_recorded = told.outcome, told.has_recorded
    stop.seal_note(tidy(told.note)[:1000])
    stop.visited_at, stop.told_at = told.visited_at or at, at
    stop.done_by, stop.title = by, post.title
    if told.outcome == Stop.State.DONE and told.taker is not None:
        stop.proof = told.taker.proof
        if told.taker.signature is not None:
            stop.signature = _keep(told.taker.signature)
    conflicts, is_handed = _conflicts(stop, case, told, posts, by, at)
    stop.conflict = " ".join(conflicts)[:500]
    if stop.proof == Stop.Proof.CODE and not is_handed:
        stop.proof = Stop.Proof.UNPROVEN  # nothing compared the code
    stop.save()
    if told.outcome == Stop.State.DONE:
        VisitWish.objects.filter(case=stop.case_id).delete()  # it came true
    for photo in told.photos:
        if not stop.photos.filter(sha256=photo.sha256).exists():
            stop.photos.create(
                path=_keep(photo), media_type=photo.media_type, size=len(photo.content),
                sha256=photo.sha256, added_by=by, added_at=at,
            )  # fmt: skip
    record(case, "case.visited", by, stop=stop.pk, outcome=told.outcome)
    return stop


def _check(told: Report, at: datetime) -> None:
    if told.outcome not in (Stop.State.DONE, Stop.State.MISSED):
        raise RuleBroken("Pilih apakah Anda bertemu orangnya.", field="outcome")
    if told.outcome == Stop.State.MISSED and len(tidy(told.note)) < 5:
        raise RuleBroken("Tulis mengapa tidak bertemu.", field="note")
    if told.outcome == Stop.State.DONE and told.taker is None:
        raise RuleBroken("Pilih bukti bahwa orangnya mengetahui.", field="proof")
    if told.taker is not None and told.taker.proof == Stop.Proof.CODE and not told.delivers:
        raise RuleBroken(
            "Kode pengambilan hanya membuktikan penyerahan hasil. Pilih tanda tangan atau "
            "identitas.", field="proof",
        )  # fmt: skip
    if told.visited_at is not None and told.visited_at > at + timedelta(minutes=15):
        raise RuleBroken("Jamnya belum tiba. Periksa hari dan jamnya.", field="hour")
    if len(told.photos) > MOST_PHOTOS:
        raise RuleBroken(f"Paling banyak {MOST_PHOTOS} foto.", field="photos")


def _conflicts(
    stop: Stop, case: Application, told: Report, posts: Sequence[Post], by: User, at: datetime
) -> tuple[list[str], bool]:
    """Hand over what was delivered; what could not be done, in words, and whether anything was
    handed over."""
    found, is_handed = list[str](), False
    if stop.visit.cancelled_at is not None:
        found.append("Kunjungan ini sudah dibatalkan ketika laporannya tiba.")
    if case.state in ENDED:
        words = Case.State(case.state).label.lower()
        found.append(f"Permohonannya sudah {words} ketika laporannya tiba.")
    if not told.delivers or told.outcome != Stop.State.DONE or told.taker is None:
        return found, False
    waiting = queries.to_deliver(stop)
    if not waiting:
        found.append("Tidak ada hasil yang menunggu diserahkan ketika laporannya tiba.")
    for result in waiting:
        deed = handing.arrived if result.state == Result.State.OUT else handing.hand_over
        try:
            with transaction.atomic():
                deed(result_id=result.pk, taker=told.taker, posts=posts, by=by, at=at)
        except RuleBroken as broken:
            found.append(f"{result.label} belum tercatat diserahkan: {broken.message}")
        else:
            is_handed = True
    return found, is_handed


def _known(stop: Stop) -> str:
    who = stop.done_by.name if stop.done_by else "orang lain"
    when = moment_text(stop.told_at, city().timezone) if stop.told_at else ""
    return (
        f"Kunjungan ini sudah dilaporkan {who} {when}. Laporan Anda tidak menggantinya: catat "
        "isinya di berkas permohonannya bila berbeda."
    )


def _keep(file: documents.Accepted) -> str:
    return stored_files.keep_within_plan(FOLDER, file.content, file.suffix)
