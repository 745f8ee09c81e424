"""A desk enters what a case ends with; a good end of the case makes it ready."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.ids import secret_code
from kernel.text import line, unprintable
from services.cases import documents
from services.cases.decisions import post_held, refuse_taken
from services.cases.kinds import AtHand, kind_of
from services.cases.models import Case, Step
from services.cases.route import at_hand, refuse_own
from services.catalogue.results import ResultSpec
from services.residents.sealing import seal
from services.results.events import ResultReady
from services.results.files import keep
from services.results.models import Result

CODE_LENGTH = 6
LONGEST_NUMBER = 60
NOT_HERE = "Hasil ini tidak dicatat di langkah ini."


def due_at(case: Case, step_key: str) -> list[ResultSpec]:
    """What a case has to have when this step is approved, as its answers want it."""
    plan = kind_of(case).plan(case)
    return [spec for spec in plan.results() if spec.step == step_key]


@transaction.atomic
def enter(
    *, step_id: int, key: str, number: str, valid_until: date | None,
    file: documents.Accepted | None, by: User, at: datetime,
) -> Result:  # fmt: skip
    """Note number and file of a result at its step, in place of what was noted before. Raises
    NotThere, Stale, RuleBroken."""
    hand = at_hand(step_id)
    if hand is None:
        raise NotThere(NOT_HERE)
    post_held(by, hand.step, at)
    refuse_own(by, hand.case)
    if hand.step.state != Step.State.OPEN:
        raise Stale("Langkah ini sudah selesai, jadi hasilnya tidak bisa diubah di sini.")
    refuse_taken(hand.step, by)
    spec = next((one for one in due_at(hand.case, hand.step.key) if one.key == key), None)
    if spec is None:
        raise NotThere(NOT_HERE)
    found = Result.objects.select_for_update().filter(case=hand.case, key=key).first()
    made = found or Result(case=hand.case, key=key)
    made.kind, made.label, made.ways = spec.kind, spec.label, list(spec.ways)
    made.unit, made.made_by, made.made_at = hand.step.unit, by, at
    made.keep_number(_number(number))
    made.valid_until = valid_until
    if file is not None:
        made.path, made.media_type = keep(file), file.media_type
        made.size, made.sha256 = len(file.content), file.sha256
    _refuse_incomplete(spec, made)
    made.save()
    audit.record("result.entered", actor=by, subject="result", subject_id=made.pk)
    return made


def _number(typed: str) -> str:
    number = line(typed)
    if len(number) > LONGEST_NUMBER or unprintable(number):
        raise RuleBroken("Tulis nomornya seperti tercetak di dokumennya.", field="number")
    return number


def _refuse_incomplete(spec: ResultSpec, made: Result) -> None:
    if spec.needs_number and not made.number:
        raise RuleBroken(f"Isi nomor {spec.label}.", field="number")
    if spec.needs_file and not made.path:
        raise RuleBroken(f"Lampirkan berkas {spec.label}.", field="file")


def refuse_missing(hand: AtHand) -> None:
    """Raises RuleBroken while a result of this step is not entered. Call before it is approved."""
    specs = due_at(hand.case, hand.step.key)
    if not specs:
        return
    there = set(Result.objects.filter(case=hand.case).values_list("key", flat=True))
    missing = [spec.label for spec in specs if spec.key not in there]
    if missing:
        raise RuleBroken(f"Catat dulu hasilnya: {', '.join(missing)}.", field="note")


def make_ready(case: Case, at: datetime) -> None:
    """What was entered for a case that ended well may now reach its holder: not before, for a desk
    behind the one that entered it may still refuse. Call in the transaction that ends it."""
    keys = [spec.key for spec in kind_of(case).plan(case).results()]
    if not keys:
        return
    rows = Result.objects.select_for_update().filter(case=case, key__in=keys)
    for one in rows.filter(state=Result.State.MADE):
        ready(one, by=one.made_by, at=at)


def ready(one: Result, *, by: User | None, at: datetime) -> None:
    """From now on it waits for its holder, with a new code for fetching it."""
    one.state, one.ready_at = Result.State.READY, at
    one.code_sealed = seal(secret_code(CODE_LENGTH))
    one.save(update_fields=["state", "ready_at", "code_sealed"])
    entry = audit.record("result.ready", actor=by, subject="result", subject_id=one.pk)
    publish(ResultReady(one.pk, one.case_id, entry.pk))


@transaction.atomic
def mend(
    *, result_id: int, number: str, valid_until: date | None, file: documents.Accepted | None,
    unit_ids: Sequence[int], by: User, at: datetime,
) -> Result:  # fmt: skip
    """What had come back is put right and waits for its holder again. Raises NotThere, Stale,
    RuleBroken."""
    rows = Result.objects.select_for_update(of=("self",)).select_related("case")
    one = rows.filter(pk=result_id, unit__in=unit_ids).first()
    if one is None:
        raise NotThere("Hasil ini tidak ditemukan di kantor Anda.")
    if one.state != Result.State.RETURNED:
        raise Stale("Hasil ini tidak sedang diperbaiki.")
    refuse_own(by, one.case)
    one.keep_number(_number(number) or one.number)
    one.valid_until = valid_until or one.valid_until
    if file is not None:
        one.path, one.media_type = keep(file), file.media_type
        one.size, one.sha256 = len(file.content), file.sha256
    one.made_by, one.made_at = by, at
    one.save()
    ready(one, by=by, at=at)
    return one
