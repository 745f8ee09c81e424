"""Handing over a result or a letter: at the office, by somebody who brings it, and back again."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit import actions as audit
from events.subscribers import publish
from kernel.errors import NotThere, RuleBroken, Stale
from kernel.ids import normalize_code
from kernel.text import line, name, tidy
from services.cases import documents
from services.cases.models import Case
from services.cases.route import refuse_own
from services.letters.models import Letter
from services.residents import guesses
from services.residents.sealing import seal
from services.results.events import DeliveryFailed, ResultHandedOver
from services.results.files import keep
from services.results.models import HandOver, Result, Way
from tenants.office.models import Post

State, To, Proof = HandOver.State, HandOver.To, HandOver.Proof
TRIES = 5  # of a code, in a quarter of an hour
LONGEST_ADDRESS = 300
HANDED = "Ini sudah diserahkan. Tidak ada yang berubah."
UNFINISHED = "Permohonannya belum atau tidak selesai, jadi hasil ini tidak diserahkan."
NOT_FOUND = "Hasil ini tidak ditemukan di kantor Anda."


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes it, and how that is proven."""

    to: str
    proof: str
    name: str = ""
    relation: str = ""
    code: str = ""
    signature: documents.Accepted | None = None
    authority: documents.Accepted | None = None


@transaction.atomic
def hand_over(
    *, taker: Taker, posts: Sequence[Post], by: User, at: datetime, result_id: int = 0,
    letter_id: int = 0,
) -> HandOver:  # fmt: skip
    """Whoever stands there takes a result or a letter. Never twice, unless it came back. Raises
    NotThere, Stale, RuleBroken."""
    thing = _thing(result_id, letter_id, posts)
    post = _post_at(thing, posts)
    _check(taker)
    if isinstance(thing, Result):
        if thing.state != Result.State.READY:
            raise Stale(_is_now(thing))
        if taker.proof == Proof.CODE:
            _check_code(thing, taker.code)
    elif taker.proof == Proof.CODE:
        raise RuleBroken("Surat diserahkan dengan tanda tangan atau identitas.", field="proof")
    made = _row(thing, post, by, at, Way.PICKUP)
    _fill(made, thing, taker)
    return _done(made, thing, by, at)


@transaction.atomic
def send_out(
    *, result_id: int, carrier: str, address: str, posts: Sequence[Post], by: User, at: datetime
) -> HandOver:
    """Somebody brings a result to an address. Raises NotThere, Stale, RuleBroken."""
    thing = _thing(result_id, 0, posts)
    assert isinstance(thing, Result)
    if thing.state != Result.State.READY:
        raise Stale(_is_now(thing))
    if len(line(carrier)) < 3:
        raise RuleBroken("Isi siapa yang mengantar.", field="carrier")
    if len(tidy(address)) < 5:
        raise RuleBroken("Isi alamat pengantaran yang lengkap.", field="address")
    made = _row(thing, _post_at(thing, posts), by, at, Way.DELIVERY)
    made.state, made.carrier = State.OUT, line(carrier)[:100]
    made.address_sealed = seal(tidy(address)[:LONGEST_ADDRESS])
    made.save()
    thing.state = Result.State.OUT
    thing.save(update_fields=["state"])
    audit.record("result.sent_out", actor=by, subject="result", subject_id=thing.pk)
    return made


@transaction.atomic
def arrived(
    *, result_id: int, taker: Taker, posts: Sequence[Post], by: User, at: datetime
) -> HandOver:
    """A delivery reached somebody. Raises NotThere, Stale, RuleBroken."""
    thing, made = _on_the_way(result_id, posts)
    _check(taker)
    if taker.proof == Proof.CODE:
        _check_code(thing, taker.code)
    _fill(made, thing, taker)
    return _done(made, thing, by, at)


@transaction.atomic
def failed(
    *, result_id: int, reason: str, posts: Sequence[Post], by: User, at: datetime
) -> HandOver:
    """A delivery reached nobody: it waits at the office again, and may go out once more. Raises
    NotThere, Stale, RuleBroken."""
    thing, made = _on_the_way(result_id, posts)
    words = line(reason)[:200]
    if len(words) < 5:
        raise RuleBroken("Tulis mengapa tidak sampai.", field="reason")
    made.state, made.ended_at, made.reason = State.FAILED, at, words
    made.save(update_fields=["state", "ended_at", "reason"])
    thing.state = Result.State.READY
    thing.save(update_fields=["state"])
    audit.record("result.not_delivered", actor=by, subject="result", subject_id=thing.pk)
    publish(DeliveryFailed(made.pk, thing.case_id))
    return made


@transaction.atomic
def take_back(
    *, result_id: int, reason: str, posts: Sequence[Post], by: User, at: datetime
) -> HandOver:
    """What was handed over came back, because it was wrong. Raises NotThere, Stale, RuleBroken."""
    thing = _thing(result_id, 0, posts)
    assert isinstance(thing, Result)
    rows = HandOver.objects.select_for_update().filter(result=thing, state=State.DONE)
    made = rows.filter(returned_at=None).first()
    if thing.state != Result.State.HANDED or made is None:
        raise Stale(_is_now(thing))
    words = line(reason)[:200]
    if len(words) < 5:
        raise RuleBroken("Tulis mengapa dikembalikan.", field="reason")
    made.returned_at, made.returned_by, made.reason = at, by, words
    made.save(update_fields=["returned_at", "returned_by", "reason"])
    thing.state = Result.State.RETURNED
    thing.save(update_fields=["state"])
    audit.record("result.came_back", actor=by, subject="result", subject_id=thing.pk)
    return made


# --- parts ----------------------------------------------------------------------------------------


def _thing(result_id: int, letter_id: int, posts: Sequence[Post]) -> Result | Letter:
    """What is handed over, locked, of an office where somebody works. Raises NotThere."""
    units = [post.unit_id for post in posts]
    found: Result | Letter | None
    if letter_id:
        letters = Letter.objects.select_for_update(of=("self",)).select_related("unit")
        found = letters.filter(pk=letter_id, unit__in=units, state=Letter.State.READY).first()
    else:
        rows = Result.objects.select_for_update(of=("self",)).select_related("case", "unit")
        found = rows.filter(pk=result_id, unit__in=units).exclude(state=Result.State.MADE).first()
    if found is None:
        raise NotThere(NOT_FOUND)
    return found


def _post_at(thing: Result | Letter, posts: Sequence[Post]) -> Post:
    return next(post for post in posts if post.unit_id == thing.unit_id)


def _on_the_way(result_id: int, posts: Sequence[Post]) -> tuple[Result, HandOver]:
    thing = _thing(result_id, 0, posts)
    assert isinstance(thing, Result)
    made = HandOver.objects.select_for_update().filter(result=thing, state=State.OUT).first()
    if made is None:
        raise Stale(_is_now(thing))
    return thing, made


def _is_now(thing: Result) -> str:
    return f"{thing.label} sekarang {Result.State(thing.state).label}. Tidak ada yang berubah."


def _check(taker: Taker) -> None:
    if taker.to not in To.values:
        raise RuleBroken("Pilih siapa yang menerima.", field="to")
    if taker.proof not in Proof.values:
        raise RuleBroken("Pilih buktinya.", field="proof")
    if taker.to == To.OTHER and len(name(taker.name)) < 3:
        raise RuleBroken("Isi nama penerima seperti di KTP-nya.", field="name")
    if taker.to == To.OTHER and len(line(taker.relation)) < 3:
        raise RuleBroken("Isi hubungannya dengan pemohon, misalnya anak kandung.", field="relation")
    if taker.to == To.OTHER and taker.authority is None:
        raise RuleBroken("Foto dulu surat kuasanya.", field="authority")
    if taker.proof == Proof.SIGNATURE and taker.signature is None:
        raise RuleBroken("Minta penerima menandatangani di layar.", field="signature")


def _check_code(thing: Result, typed: str) -> None:
    key = f"result-code:{thing.pk}"
    guesses.count(key, TRIES, minutes=15)
    is_right = bool(thing.code) and hmac.compare_digest(normalize_code(typed)[:40], thing.code)
    if not is_right:
        raise RuleBroken("Kode ini tidak cocok. Minta pemohon membacanya lagi.", field="code")
    guesses.take_back(key)


def _row(thing: Result | Letter, post: Post, by: User, at: datetime, way: Way) -> HandOver:
    rows = thing.hand_overs.all()
    if rows.filter(state__in=(State.OUT, State.DONE), returned_at=None).exists():
        raise Stale(HANDED)
    if isinstance(thing, Result):
        if thing.case.state != Case.State.DONE:
            raise Stale(UNFINISHED)
        refuse_own(by, thing.case)
    return HandOver(
        result=thing if isinstance(thing, Result) else None,
        letter=thing if isinstance(thing, Letter) else None,
        way=way, by=by, title=post.title, began_at=at,
    )  # fmt: skip


def _fill(made: HandOver, thing: Result | Letter, taker: Taker) -> None:
    made.to, made.proof = taker.to, taker.proof
    if taker.to == To.OTHER:
        made.name_sealed, made.relation = seal(name(taker.name)[:150]), line(taker.relation)[:60]
        assert taker.authority is not None
        made.authority = keep(taker.authority)
        made.authority_type = taker.authority.media_type
    if taker.proof == Proof.SIGNATURE:
        assert taker.signature is not None
        made.signature = keep(taker.signature)


def _done(made: HandOver, thing: Result | Letter, by: User, at: datetime) -> HandOver:
    made.state, made.ended_at = State.DONE, at
    made.save()
    if isinstance(thing, Result):
        thing.state = Result.State.HANDED
        thing.save(update_fields=["state"])
        audit.record("result.handed_over", actor=by, subject="result", subject_id=thing.pk)
        publish(ResultHandedOver(made.pk, thing.case_id))
    else:
        audit.record("letter.handed_over", actor=by, subject="letter", subject_id=thing.pk)
    return made
